"""Owns the completion benchmark: whole processes at 10,000 tickets, in milliseconds and as ratios to `import click`."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from growth import COMPLAINT, environment, fill

RUNS = 21
TICKETS = 10_000
LIMIT = 100  # milliseconds
RATIO = 2.0
BASE = [sys.executable, "-c", "import click"]
LINES = (
    "complaint over",
    "complaint show ",
    "complaint show 7",
    "complaint dispatch 7 --to ",
    "complaint create --category ",
)


def seconds(command: list[str], folder: str, line: str = "") -> float:
    """How long one whole run takes; with a line, what a shell asks when its last word is completed."""
    words = line.split(" ")
    asked = {"_COMPLAINT_COMPLETE": "bash_complete", "COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1)}
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment() | asked, capture_output=True, check=True)
    return time.perf_counter() - start


def main() -> int:
    """Prints the medians; 1 if one is over the limit."""
    over = False
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), TICKETS)
        print(f"completion with {TICKETS:,} tickets, medians of {RUNS} whole processes in turn")
        for line in LINES:
            first = seconds([COMPLAINT], folder, line)
            pairs = [(seconds([COMPLAINT], folder, line), seconds(BASE, folder)) for _ in range(RUNS)]
            mine, base = (statistics.median(column) for column in zip(*pairs, strict=True))
            over |= mine * 1000 > LIMIT and mine / base > RATIO  # a busy machine is slow at both
            told = f"{mine * 1000:4.0f} ms, the first {first * 1000:.0f}, {mine / base:.2f} times import click"
            print(f"  {line + '<TAB>':34} {told}  limit {LIMIT} ms or {RATIO}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
