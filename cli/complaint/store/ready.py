"""Owns the ready files for CI, cron, systemd and pre-commit: where each goes, and what of a machine stands in it."""

from __future__ import annotations

import os
import re
import shlex
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from complaint import __version__, assets
from complaint.core.errors import ComplaintError, Unreadable
from complaint.store import files

SIZE_LIMIT = 1024 * 1024
UNSPEAKABLE = {"Cc", "Cs", "Zl", "Zp"}  # Unicode's control characters, bytes that are no text, line breaks


class Machine(NamedTuple):
    """What a ready file says of the machine it is for; the shipped files say EXAMPLE."""

    command: str
    folder: str
    owner: str
    timezone: str
    version: str


SOURCE = "git+https://git.example.org/complaint.git@v{}"  # nobody can own a name there, so it fails until adapted
EXAMPLE = Machine("/usr/local/bin/complaint", "/srv/complaints", "registrar", "Asia/Shanghai", SOURCE.format("0.1.0"))
COMMAND = re.compile(r"^( +(?:run:|entry:|-) complaint) ", re.MULTILINE)  # in the files of git's hosts and hooks
PLAIN = re.compile(r"[\w./+@-]+")


class File(NamedTuple):
    """One file: its name under templates/ci, its place, how a path is written in it, the line that lists stand under.

    A hidden one is for git's hosts and hooks, which read it at the root of the repository; others lie at the register.
    """

    shipped: str
    place: str
    path: Callable[[str], str] = str
    under: str = ""

    @property
    def hidden(self) -> bool:
        """Whether it belongs to the root of the git repository."""
        return self.place.startswith(".")


class Placed(NamedTuple):
    """A ready file: its path from the register, and if another was there what to add to it `under` which line."""

    path: str
    by_hand: str = ""
    under: str = ""


def in_crontab(path: str) -> str:
    """A path as one word of a cron command: `%` is cron's line break, and `\\%` holds only outside quotes.

    Crons differ in what they make of a backslash before another one, so there is none.
    """
    return r"\%".join(shlex.quote(part) for part in _speakable(path, "a crontab", but="\\").split("%"))


def in_unit(path: str) -> str:
    """A path as one word of systemd's ExecStart=, where `%` begins a specifier."""
    escaped = _speakable(path, "a unit").replace("\\", r"\\").replace('"', r"\"").replace("%", "%%")
    return f'"{escaped}"'


FILES: Mapping[str, tuple[File, ...]] = {
    "github": (File("github.yml", ".github/workflows/complaint.yml"),),
    "gitlab": (File("gitlab-ci.yml", ".gitlab-ci.yml"),),
    "cron": (File("crontab", "complaint.crontab", in_crontab),),
    "systemd": (
        File("overdue.service", "complaint-overdue.service", in_unit),
        File("overdue.timer", "complaint-overdue.timer"),
    ),
    "pre-commit": (File("pre-commit-config.yaml", ".pre-commit-config.yaml", under="repos:"),),
}


def machine(root: Path, command: str, timezone: str) -> Machine:
    """This machine: the register in `root` (absolute) and who owns it, the installed command, the register's zone."""
    return Machine(command, str(root), str(root.stat().st_uid), timezone, SOURCE.format(__version__))


def text(file: File, here: Machine, below: str = "") -> str:
    """What a ready file says on this machine, of a register `below` the root of its repository."""
    said = here._replace(command=file.path(here.command), folder=file.path(here.folder))
    real = dict(zip(EXAMPLE, said, strict=True))
    shipped = assets.whole("ci", file.shipped)
    if file.hidden and below:
        named = f"--register {_in_yaml(below)}"
        shipped = COMMAND.sub(lambda found: f"{found[1]} {named} ", shipped)
    return re.sub("|".join(map(re.escape, EXAMPLE)), lambda found: real[found[0]], shipped)


def laid_out(root: Path, names: Sequence[str], here: Machine, top: Path | None = None) -> Iterator[Placed]:
    """Writes what is missing of a register in `root`, in a repository whose root is `top` if it is in one."""
    below = "" if top is None or top == root else root.relative_to(top).as_posix()
    wanted = {file: text(file, here, below) for name in names for file in FILES[name]}
    for file, said in wanted.items():
        base = top if top and file.hidden else root
        path, shown = base / file.place, os.path.relpath(base / file.place, root)
        _inside(base, file.place)
        part = said.partition(f"{file.under}\n")[2] if file.under else said
        if not os.path.lexists(path):
            files.create(path, said.encode(), shown=shown)
            yield Placed(shown)
        elif part not in _there(path):
            yield Placed(shown, part, file.under)


def _inside(root: Path, place: str) -> None:
    """git carries symbolic links, and they lead out of the repository."""
    for folder in Path(place).parents[:-1]:
        if os.path.lexists(root / folder):
            files.plain_folder(root / folder, str(folder))


def _there(path: Path) -> str:
    try:
        return files.read_text(path, limit=SIZE_LIMIT)
    except Unreadable:
        return ""


def _in_yaml(path: str) -> str:
    """A path that is the same word to YAML, to a shell and to pre-commit."""
    if not PLAIN.fullmatch(path) or path.startswith("-"):
        found = f"a workflow cannot name {path!a} without doubt"
        raise ComplaintError(found, "name the folder by letters, digits and . / + @ - _ alone", where="--ci")
    return path


def _speakable(path: str, where: str, *, but: str = "") -> str:
    for symbol in path:
        if symbol in but or unicodedata.category(symbol) in UNSPEAKABLE:
            found = f"{where} cannot name {path!a}, since it holds {symbol!a}"
            raise ComplaintError(found, "give the folder another name", where="--ci")
    return path
