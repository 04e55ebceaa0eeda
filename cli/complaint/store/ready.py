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


EXAMPLE = Machine("/usr/local/bin/complaint", "/srv/complaints", "registrar", "Asia/Shanghai", "complaint==0.1.0")


class File(NamedTuple):
    """One file: its name under templates/ci, its place below the register's folder, how a path is written in it."""

    shipped: str
    place: str
    path: Callable[[str], str] = str


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
    "pre-commit": (File("pre-commit-config.yaml", ".pre-commit-config.yaml"),),
}


def machine(root: Path, command: str, timezone: str) -> Machine:
    """This machine: the register in `root` (absolute) and who owns it, the installed command, the register's zone."""
    return Machine(command, str(root), str(root.stat().st_uid), timezone, f"complaint=={__version__}")


def text(file: File, here: Machine) -> str:
    """What a ready file says on this machine."""
    said = here._replace(command=file.path(here.command), folder=file.path(here.folder))
    real = dict(zip(EXAMPLE, said, strict=True))
    return re.sub("|".join(map(re.escape, EXAMPLE)), lambda found: real[found[0]], assets.whole("ci", file.shipped))


def laid_out(root: Path, names: Sequence[str], here: Machine) -> Iterator[tuple[str, str]]:
    """Writes what is missing; yields each place and, if another file is there, the text to add to it by hand."""
    wanted = {file.place: text(file, here) for name in names for file in FILES[name]}
    for place, said in wanted.items():
        _inside(root, place)
        if not os.path.lexists(root / place):
            files.create(root / place, said.encode(), shown=place)
            yield place, ""
        elif said not in _there(root / place):
            yield place, said


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


def _speakable(path: str, where: str, *, but: str = "") -> str:
    for symbol in path:
        if symbol in but or unicodedata.category(symbol) in UNSPEAKABLE:
            found = f"{where} cannot name {path!a}, since it holds {symbol!a}"
            raise ComplaintError(found, "give the folder another name", where="--ci")
    return path
