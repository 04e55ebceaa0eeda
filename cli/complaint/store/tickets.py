"""Owns tickets as files: where each lies, which files there are, and what one holds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from complaint.core import ids
from complaint.core.errors import ComplaintError, Unreadable
from complaint.core.ticket import Misplaced, Ticket, read
from complaint.store import documents, files

MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)


class File(NamedTuple):
    """One file in a month folder; `shown` is its path from the register's root."""

    id: str
    path: Path
    shown: str


class Stored(NamedTuple):
    """A ticket with the file it stands in."""

    ticket: Ticket
    text: str
    file: File

    def line(self, event_key: str) -> int:
        """The line of an event's heading."""
        from complaint.store.editor import event_line

        return event_line(self.text, event_key)


def place(root: Path, ticket_id: str) -> File:
    """Where the ticket with this id lies, whether it is there or not."""
    shown = f"{files.REGISTER}/{ids.folder(ticket_id)}/{ticket_id}.toml"
    return File(ticket_id, root / shown, shown)


KNOWN = frozenset(("policies", "calendars", "templates", "schemas", "register.toml"))
HOME = "tickets lie in folders such as complaints.d/2026-03, policies under policies; move it there, or elsewhere"


def listed(root: Path) -> Iterator[File | Unreadable]:
    """Every TOML file in every month folder, oldest folder first, and whatever lies where tickets would be missed."""
    base = root / files.REGISTER
    for entry in sorted(os.scandir(base), key=_name):
        shown = f"{files.REGISTER}/{entry.name}"
        if MONTH.fullmatch(entry.name):
            yield from _in_month(base / entry.name, shown)
        elif not entry.name.startswith(".") and entry.name not in KNOWN and _holds_tickets(entry):
            yield Unreadable("it is no month folder, and tickets in it are not seen", HOME, where=shown, sort="stray")


def _in_month(folder: Path, shown: str) -> Iterator[File | Unreadable]:
    try:
        files.plain_folder(folder, shown)
    except Unreadable as error:
        yield error
        return
    for entry in sorted(os.scandir(folder), key=_name):
        if entry.name.endswith(".toml") and not entry.name.startswith("."):
            yield File(entry.name.removesuffix(".toml"), folder / entry.name, f"{shown}/{entry.name}")
        elif not entry.name.startswith(".") and _holds_tickets(entry):
            yield Unreadable(
                "it is no ticket, and tickets in it are not seen", HOME, where=f"{shown}/{entry.name}", sort="stray"
            )


def _holds_tickets(entry: os.DirEntry[str]) -> bool:
    return entry.name.lower().endswith(".toml") or entry.is_dir(follow_symlinks=True)


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def load(file: File, limit: int) -> Stored:
    """The ticket in a file; `Unreadable` with the line of what is wrong."""
    if not ids.is_id(file.id):
        mend = "a ticket's file is called after its id, as C-2611-7KQ3MXTJ.toml; rename it or move it elsewhere"
        symbol = ": its last symbol does not check the others, so one is mistyped" if ids.ID.fullmatch(file.id) else ""
        found, plain = f'"{file.id}" is no ticket id{symbol}', f"its name is no ticket id{symbol}"
        raise Unreadable(found, mend, where=file.shown, sort="file-name", plain=plain)
    if file.path.parent.name != ids.folder(file.id):
        found, mend = f"it lies in the wrong folder for {file.id}", f"move it to {ids.folder(file.id)}/"
        raise Unreadable(found, mend, where=file.shown, sort="wrong-folder")
    text, document = documents.read(file.path, file.shown, limit=limit, of_ticket=True)
    documents.check_plain(document, file.shown)
    try:
        return Stored(read(document, file.id), text, file)
    except Misplaced as wrong:
        where = f"{file.shown}:{documents.line_of(text, wrong.path)}"
        raise Unreadable(wrong.found, wrong.mend, where=where, plain="this is not what a ticket may hold") from None


def each(found: Iterable[File | Unreadable], limit: int) -> Iterator[Stored | Unreadable]:
    """Every ticket, and for each file that cannot be read as one, why; nothing is left out silently."""
    for file in found:
        if isinstance(file, Unreadable):
            yield file
            continue
        try:
            yield load(file, limit)
        except Unreadable as error:
            yield error


def at_path(root: Path, path: Path) -> File | None:
    """The file at a path, if it lies in a month folder of this register; None where that is no path of a file."""
    try:
        inside = path.parent.resolve().relative_to((root / files.REGISTER).resolve())
    except ValueError:
        return None
    if not path.name.endswith(".toml") or not MONTH.fullmatch(str(inside)):
        return None
    shown = f"{files.REGISTER}/{inside}/{path.name}"
    return File(path.name.removesuffix(".toml"), root / shown, shown)


def matching(root: Path, symbols: str, month: str = "") -> list[File]:
    """The tickets whose random part begins with `symbols`; with a `month` (C-2611-) only those of it."""
    found = (file for file in listed(root) if isinstance(file, File) and ids.is_id(file.id))
    return [file for file in found if file.id[7:].startswith(symbols) and file.id.startswith(month)]


def unreadable(error: ComplaintError) -> tuple[str, int, str]:
    """Path, line and message of what could not be read."""
    path, _, line = error.where.rpartition(":")
    return (path, int(line), error.found) if line.isdigit() else (error.where, 1, error.found)
