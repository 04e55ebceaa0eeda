"""Makes the example register by replaying its stories with the real commands: `build.py FOLDER [STORY]...`.

Without a STORY both parts are replayed, story.toml and story-more.toml. A FOLDER that holds the register already keeps
what it has: `build.py . story-more.toml` adds one part to it, and the packs that are missing. Twice adds it twice.

Each step runs with COMPLAINT_NOW set to its moment. A command that records so marks its event `clock = "set"`, an
honest sign of a replay; the example is to be read as if it had been lived through, so exactly those lines are removed
at the end.

Ids and event keys contain random symbols. What is committed in complaints.d is therefore the truth; this is for making
it anew after the story changed, in a folder of its own whose name becomes the register's, and is not part of any check.
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
COMMAND = Path(sys.executable).parent / "complaint"
PACKS = ("telecom", "broadcast", "express", "after-sales", "call-centre", "company", "general")
MARK = 'clock = "set"\n'
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


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    replay = Replay(folder)
    replay.run(["init", ".", *(word for pack in PACKS for word in ("--policy", pack))])
    stories = [tomli.loads(Path(__file__).with_name(name).read_text("utf-8")) for name in sys.argv[2:] or STORIES]
    steps = [(step["at"], ticket["name"], step) for story in stories for ticket in story["ticket"]
             for step in ticket["steps"]]  # fmt: skip
    steps += [(step["at"], "", step) for story in stories for step in story.get("statement", [])]
    for _, name, step in sorted(steps, key=itemgetter(0)):
        replay.step(name, step)
    for name in replay.ids:
        file = replay.file(name)
        file.write_text(file.read_text("utf-8").replace(MARK, ""), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
