"""Owns the growth benchmark: `fine`, `overdue --all` and `audit`, at 1,000 and 10,000 tickets in one run."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from complaint.core import ids
from complaint.store.layout import event_table, new_ticket

ZONE = ZoneInfo("Asia/Shanghai")
COMPLAINT = str(Path(sys.executable).parent / "complaint")
RUNS = 3
AS_OF = "2026-12-31T00:00:00+08:00"
CLAUSES = ("sto-2-1-fine", "sto-4-fine", "sto-14-fine", "sto-5-courier-fraud", "sto-23-false-info")


def environment() -> dict[str, str]:
    """The environment without settings of this tool, or of Python that would skip its compiled files."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("COMPLAINT", "GIT_", "PYTHON"))}


def fill(root: Path, count: int) -> None:
    """A register of `count` express tickets over 2026, one violation for every five of them."""
    made = [COMPLAINT, "init", str(root), "--policy", "express"]
    subprocess.run(made, check=True, capture_output=True, env=environment())
    chance = random.Random(count)  # noqa: S311 - invented ids
    for number in range(count):
        at = datetime(2026, 1, 1, 9, tzinfo=ZONE) + timedelta(minutes=number * 525_000 // count)
        symbols = "".join(chance.choice(ids.SYMBOLS) for _ in range(7))
        ticket_id = ids.make("C", at, symbols)
        payer = f"branch-{number % 40}"
        event = {
            "type": "received",
            "at": at,
            "by": "bench",
            "policy": "express",
            "kind": "complaint",
            "against": payer,
        }
        header = {"schema": 1, "id": ticket_id, "status": "dispatched", "policy": "express", "kind": "complaint"}
        header |= {"received": at, "against": payer, "department": "north", "summary": "包裹破损"}
        person = {"name": "张三", "phone": "13800000001"}
        text = new_ticket(header, {}, person, ids.event_key(at, "000"), event)
        later, found = at + timedelta(minutes=10), at + timedelta(hours=1)
        dispatched = {"type": "dispatched", "at": later, "by": "bench", "department": "north"}
        text += "\n" + event_table(ids.event_key(later, "001"), dispatched, "\n")
        if number % 5 == 0:
            violation = {
                "type": "violation",
                "at": found,
                "by": "bench",
                "clause": CLAUSES[number // 5 % len(CLAUSES)],
                "outcome": "proven",
                "payer": payer,
                "person": str(number % 97),
                "conduct": "manners",
                "evidence": ["job number"],
            }
            text += "\n" + event_table(ids.event_key(found, "002"), violation, "\n")
        path = root / "complaints.d" / ids.folder(ticket_id) / f"{ticket_id}.toml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")


def seconds(root: Path, *words: str) -> float:
    """How long one whole run takes."""
    start = time.perf_counter()
    asked = [COMPLAINT, *words, "--as-of", AS_OF, "--json"]
    done = subprocess.run(asked, cwd=root, capture_output=True, env=environment(), check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


QUESTIONS = {"fine": ("fine", "--month", "2026-06"), "overdue": ("overdue", "--all"), "audit": ("audit",)}
LIMITS = {"fine": 2.0, "audit": 4.0}  # times the time of overdue
GROWTH = 12.0  # from 1,000 to 10,000 tickets


def main() -> int:
    """Prints all times and their ratios; 1 if a limit is passed."""
    medians: dict[int, dict[str, float]] = {}
    for count in (1000, 10_000):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            fill(root, count)
            runs = [{name: seconds(root, *words) for name, words in QUESTIONS.items()} for _ in range(RUNS)]
            medians[count] = {name: statistics.median(run[name] for run in runs) for name in QUESTIONS}
    small, large = medians[1000], medians[10_000]
    told = ", ".join(f"{name} {large[name]:.1f} s" for name in QUESTIONS)
    print(f"10,000 tickets, 2,000 violations, medians of {RUNS}: {told}")
    ratios = [(f"{name} / overdue", large[name] / large["overdue"], limit) for name, limit in LIMITS.items()]
    ratios += [(f"{name}, 10,000 / 1,000 tickets", large[name] / small[name], GROWTH) for name in QUESTIONS]
    for what, ratio, limit in ratios:
        print(f"  {what:33}{ratio:5.2f}  limit {limit}")
    return int(any(ratio > limit for _, ratio, limit in ratios))


if __name__ == "__main__":
    sys.exit(main())
