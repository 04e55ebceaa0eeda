"""Makes the example register by replaying its stories with the real commands: `build.py FOLDER`.

Each step runs with COMPLAINT_NOW set to its moment. A command that records so marks its event `clock = "set"`, an
honest sign of a replay; the example is to be read as if it had been lived through, so exactly those lines are removed
at the end.

Ids and event keys contain random symbols. What is committed in complaints.d is therefore the truth: a ticket that
stands there (received at the same moment, with the same summary) keeps its id, and a step of the same moment its key,
so that a changed story changes only its own lines. FOLDER is new, its name becomes the register's; its tickets are
copied to complaints.d by hand, and the making is not part of any check:

    rm -rf /tmp/example && .venv/bin/python tests/example/build.py /tmp/example
    rm -r complaints.d/20* && cp -r /tmp/example/complaints.d/20* complaints.d
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from operator import itemgetter
from pathlib import Path
from typing import Any

import tomli

CHINA = timezone(timedelta(hours=8))
STORIES = ("story.toml", "story-more.toml")
COMMITTED = Path(__file__).parents[2] / "complaints.d"
COMMAND = Path(sys.executable).parent / "complaint"
PACKS = ("telecom", "broadcast", "express", "after-sales", "call-centre", "company", "general")
MARK = 'clock = "set"\n'
KEY_MOMENT = len("20261120T022000000Z")
NAME = re.compile(r"C-\d{4}-[0-9A-Z]{8}|\d{8}T\d{9}Z-[0-9a-z]{3}")
REFERENCE = re.compile(r"\{([\w-]+)(?:\.(\d+))?\}")


class Replay:
    """A register in the making: the id and the event keys of each ticket so far, by its name in the story."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ids: dict[str, str] = {}

    def run(self, args: list[str], now: str = "") -> str:
        """One call of the command; anything but success ends the replay."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("COMPLAINT_")}
        env |= {"COMPLAINT_NOW": now} if now else {}
        ran = subprocess.run([COMMAND, *args], cwd=self.folder, env=env, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            sys.exit(f"at {now}: complaint {shlex.join(args)}\n{ran.stdout}{ran.stderr}")
        return ran.stdout

    def step(self, name: str, step: dict[str, Any]) -> None:
        """One step of one ticket."""
        if "hand" in step:
            self.write_by_hand(name, step["hand"])
            return
        typed = REFERENCE.sub(lambda found: self.named(found[1] if found[1] != "T" else name, found[2]), step["do"])
        role = ["--role", step["role"]] if "role" in step else []
        said = json.loads(self.run([*shlex.split(typed), "--by", step["by"], *role, "--json"], moment(step)))
        if name:
            self.ids.setdefault(name, said["id"])

    def named(self, name: str, number: str | None) -> str:
        """The id of a ticket, or the key of its n-th event."""
        if number is None:
            return self.ids[name]
        keys: list[str] = sorted(tomli.loads(self.file(name).read_text("utf-8"))["event"])
        return keys[int(number) - 1]

    def file(self, name: str) -> Path:
        return next(self.folder.glob(f"complaints.d/*/{self.ids[name]}.toml"))

    def write_by_hand(self, name: str, line: str) -> None:
        text = self.file(name).read_text("utf-8")
        self.file(name).write_text(text.replace("\nsummary = ", f"\n{line}\nsummary = ", 1), "utf-8", newline="\n")


def moment(step: dict[str, Any]) -> str:
    at: datetime = step["at"]
    return at.replace(tzinfo=CHINA).isoformat()


def documents(register: Path) -> dict[Path, dict[str, Any]]:
    return {path: tomli.loads(path.read_text("utf-8")) for path in sorted(register.glob("20*/*.toml"))}


def committed_names(made: dict[Path, dict[str, Any]]) -> dict[str, str]:
    """By ids and event keys as they were made now, those of the same tickets and steps in what is committed."""
    known = {story_of(document): document for document in documents(COMMITTED).values()}
    names = {}
    for document in made.values():
        if before := known.get(story_of(document)):
            keys = {key[:KEY_MOMENT]: key for key in before["event"]}
            names[document["id"]] = before["id"]
            names |= {key: keys[key[:KEY_MOMENT]] for key in document["event"] if key[:KEY_MOMENT] in keys}
    return names


def story_of(document: dict[str, Any]) -> tuple[str, str]:
    """What a ticket is recognised by: the moment of its first recording, and what it is about."""
    return min(document["event"])[:KEY_MOMENT], document["summary"]


def finish(register: Path) -> None:
    """Takes the marks of the replay out, and gives what is committed its ids and keys back."""
    made = documents(register)
    names = committed_names(made)
    for path in made:
        text = path.read_text("utf-8").replace(MARK, "")
        text = NAME.sub(lambda found: names.get(found[0], found[0]), text)
        path.unlink()
        path.with_stem(names.get(path.stem, path.stem)).write_text(text, "utf-8", newline="\n")


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True)
    replay = Replay(folder)
    replay.run(["init", ".", *(word for pack in PACKS for word in ("--policy", pack))])
    stories = [tomli.loads(Path(__file__).with_name(name).read_text("utf-8")) for name in STORIES]
    steps = [(step["at"], ticket["name"], step) for story in stories for ticket in story["ticket"]
             for step in ticket["steps"]]  # fmt: skip
    steps += [(step["at"], "", step) for story in stories for step in story.get("statement", [])]
    for _, name, step in sorted(steps, key=itemgetter(0)):
        replay.step(name, step)
    finish(folder / "complaints.d")


if __name__ == "__main__":
    main()
