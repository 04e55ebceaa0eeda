"""Owns tickets as files: where each lies, which files there are, and what one holds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
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


def listed(root: Path) -> Iterator[File]:
    """Every TOML file in every month folder, oldest folder first; a folder that is none is `Unreadable`."""
    base = root / files.REGISTER
    files.plain_folder(base, files.REGISTER)
    for month in sorted(name for name in os.listdir(base) if MONTH.fullmatch(name)):
        shown = f"{files.REGISTER}/{month}"
        files.plain_folder(base / month, shown)
        for name in sorted(os.listdir(base / month)):
            if name.endswith(".toml") and not name.startswith("."):
                yield File(name.removesuffix(".toml"), base / month / name, f"{shown}/{name}")


def months(root: Path) -> list[str]:
    """The month folders, oldest first."""
    base = root / files.REGISTER
    return sorted(name for name in os.listdir(base) if MONTH.fullmatch(name))


def load(file: File, limit: int) -> Stored:
    """The ticket in a file; `Unreadable` with the line of what is wrong."""
    if not ids.is_id(file.id):
        mend = "a ticket's file is called after its id, as C-2611-7KQ3MXTJ.toml; rename it or move it elsewhere"
        raise Unreadable(f'"{file.id}" is no ticket id', mend, where=file.shown)
    if file.path.parent.name != ids.folder(file.id):
        raise Unreadable(
            f"it lies in the wrong folder for {file.id}", f"move it to {ids.folder(file.id)}/", where=file.shown
        )
    text, document = documents.read(file.path, file.shown, limit=limit)
    if documents.too_deep(document):
        raise Unreadable(
            "its tables are nested too deep",
            "a ticket is flat: a header, [about], [complainant], [event.KEY]",
            where=file.shown,
        )
    try:
        return Stored(read(document, file.id), text, file)
    except Misplaced as wrong:
        where = f"{file.shown}:{documents.line_of(text, wrong.path)}"
        raise Unreadable(wrong.found, wrong.mend, where=where) from None


def each(root: Path, limit: int) -> Iterator[Stored | Unreadable]:
    """Every ticket, and for each file that cannot be read as one, why; nothing is left out silently."""
    for file in listed(root):
        try:
            yield load(file, limit)
        except Unreadable as error:
            yield error


def matching(root: Path, symbols: str, month: str = "") -> list[File]:
    """The tickets whose random part begins with `symbols`; with a `month` (C-2611-) only those of it."""
    named = (file for file in listed(root) if file.id[7:].startswith(symbols) and file.id.startswith(month))
    return [file for file in named if ids.is_id(file.id)]


def unreadable(error: ComplaintError) -> tuple[str, int, str]:
    """Path, line and message of what could not be read."""
    path, _, line = error.where.rpartition(":")
    return (path, int(line), error.found) if line.isdigit() else (error.where, 1, error.found)
