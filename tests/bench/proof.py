"""Owns the benchmark of the proof: a clean history of 10,000 commits, against `git log --raw` in the same run."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from complaint.core import ids
from complaint.proving import proved
from complaint.store.layout import event_table, new_ticket
from complaint.workspace import Register

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 1, 1, 9, tzinfo=ZONE)
RUNS = 5
LIMIT = 3.0
SETTINGS = 'schema = 1\npolicy = "house"\n'


def texts(commits: int) -> Iterator[tuple[str, str, datetime]]:
    """Path and new text of one ticket for each commit, five events a ticket, several tickets open at a time."""
    chance = random.Random(commits)  # noqa: S311 - invented ids
    tickets: list[list[str]] = []
    for number in range(commits):
        at = START + timedelta(minutes=number)
        key = ids.event_key(at, "k7f")
        if len(tickets) < max(1, commits // 5) and (not tickets or number % 5 == 0):
            ticket_id = ids.make("C", at, "".join(chance.choice(ids.SYMBOLS) for _ in range(7)))
            header = {"schema": 1, "id": ticket_id, "status": "received", "policy": "house", "kind": "complaint"}
            header |= {"received": at, "summary": "宽带三天无法上网", "content": "光猫红灯\n" * 10}
            event = {"type": "received", "at": at, "by": "bench", "policy": "house", "kind": "complaint"}
            text = new_ticket(header, {}, {"name": "张三", "phone": "13800000001"}, key, event)
            tickets.append([f"complaints.d/{ids.folder(ticket_id)}/{ticket_id}.toml", text])
            yield tickets[-1][0], text, at
        else:
            ticket = chance.choice(tickets[-50:])
            ticket[1] += "\n" + event_table(key, {"type": "noted", "at": at, "by": "bench", "note": "已联系客户"}, "\n")
            yield ticket[0], ticket[1], at


def environment() -> dict[str, str]:
    """The environment without settings of this tool or of git."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("COMPLAINT", "GIT_"))}


def fill(root: Path, commits: int) -> None:
    """A repository in which each commit records one event; its files are checked out."""
    stream = [f"blob\nmark :1\ndata {len(SETTINGS)}\n{SETTINGS}\n"]
    for number, (path, text, at) in enumerate(texts(commits)):
        when = f"{int(at.timestamp()) + 60} +0800"
        stream.append(f"commit refs/heads/main\nauthor A <a@example.org> {when}\ncommitter A <a@example.org> {when}\n")
        stream.append(f"data 1\nC\n{'' if number else 'M 100644 :1 complaints.d/register.toml' + chr(10)}")
        stream.append(f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n")
    for words, given in ((["init", "-q", "-b", "main"], ""), (["fast-import", "--quiet"], "".join(stream))):
        subprocess.run(["git", *words], cwd=root, input=given.encode(), check=True, env=environment())
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=root, check=True, env=environment())


def seconds(root: Path) -> tuple[float, float]:
    """How long the proof takes, and `git log --raw` over the same paths."""
    start = time.perf_counter()
    proof = proved(Register(root), history=True)
    mine = time.perf_counter() - start
    if proof.problems or proof.not_checked or proof.notes:
        raise SystemExit(f"not clean: {proof}")
    start = time.perf_counter()
    words = ["git", "log", "--raw", "--", "complaints.d"]
    subprocess.run(words, cwd=root, check=True, stdout=subprocess.DEVNULL, env=environment())
    return mine, time.perf_counter() - start


def main() -> int:
    """Prints both medians and their ratio; 1 if it is over the limit."""
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), 10_000)
        pairs = [seconds(Path(folder)) for _ in range(RUNS)]
    mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    print(f"10,000 commits, medians of {RUNS}: proof {mine:.2f} s, git log --raw {theirs:.2f} s")
    print(f"  proof / git log --raw        {mine / theirs:5.2f}  limit {LIMIT}")
    return 1 if mine / theirs > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
