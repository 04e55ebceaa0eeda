"""Owns the start-up benchmark: whole processes in turn, their medians as ratios to `import click` in the same run."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 21
BIN = Path(sys.executable).parent
COMPLAINT = str(BIN / "complaint")
CREATE = [COMPLAINT, "create", "--summary", "no internet", "--channel", "phone"]
BASE = [sys.executable, "-c", "import click"]


def clean_environment() -> dict[str, str]:
    """The environment without settings of this tool, of git, or of Python that would skip its compiled files."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("COMPLAINT", "GIT_", "PYTHON"))}
    return kept | {"COMPLAINT_USER": "bench"}


def ran(command: list[str], folder: str) -> str:
    """What one whole run prints."""
    done = subprocess.run(command, cwd=folder, env=clean_environment(), check=True, capture_output=True, text=True)
    return done.stdout


def seconds(command: list[str], folder: str) -> float:
    """How long one whole run takes."""
    start = time.perf_counter()
    ran(command, folder)
    return time.perf_counter() - start


def main() -> int:
    """Prints each ratio with its limit; 1 if one is over."""
    over = False
    with tempfile.TemporaryDirectory() as folder:
        ran([COMPLAINT, "init", ".", "--policy", "telecom"], folder)
        ticket = ran(CREATE, folder).strip()
        cases = {
            "--version": ([COMPLAINT, "--version"], 1.5),
            "show ID": ([COMPLAINT, "show", ticket], 2.0),
            "create": (CREATE, 2.0),
        }
        print(f"start-up of whole processes, medians of {RUNS} runs in turn, as ratios to python -c 'import click'")
        for name, (command, limit) in cases.items():
            seconds(command, folder)
            pairs = [(seconds(command, folder), seconds(BASE, folder)) for _ in range(RUNS)]
            mine, base = (statistics.median(column) for column in zip(*pairs, strict=True))
            over |= mine / base > limit
            times = f"{mine * 1000:.0f} ms to {base * 1000:.0f} ms"
            print(f"  complaint {name:10} {mine / base:5.2f}  limit {limit}  ({times})")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
