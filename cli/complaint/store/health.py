"""Owns the health of the rules as files: every mistake and every finding with its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from complaint.core.errors import Unreadable
from complaint.core.health import findings
from complaint.core.rulebook import Rulebook
from complaint.store import documents
from complaint.store.rules import PolicyFile


class Problem(NamedTuple):
    """One finding of `policy check`: where, how grave (error or warning), what, and how to mend it."""

    path: str
    line: int
    severity: str
    message: str
    help: str


class Rules(NamedTuple):
    """Every policy file with the rulebook made of the sound ones, and why the others are not in it.

    `origins` says, by file, what ships now under its name if that was mended since it was copied; `default` is the
    policy that the register's settings name.
    """

    files: tuple[PolicyFile, ...]
    book: Rulebook
    errors: tuple[Unreadable, ...]
    origins: Mapping[str, str] = {}
    default: str = ""

    def problems(self, today: date) -> list[Problem]:
        """Every mistake of every file, then what is sound but wants a look."""
        return [*self.mistakes(), *self.findings(today)]

    def findings(self, today: date) -> list[Problem]:
        """What is sound in a file but wants a look."""
        return [problem for file in self.files for problem in self._findings(file, today)]

    def mistakes(self) -> Iterator[Problem]:
        """Every mistake of every file."""
        shown = {file.shown for file in self.files}
        for file in self.files:
            if file.unreadable:
                yield _problem(file.unreadable)
            for line, mistake in file.mistakes:
                yield Problem(file.shown, line, "error", documents.named(mistake), mistake.allowed)
        yield from (_problem(error) for error in self.errors if error.where.partition(":")[0] not in shown)
        if self.default and self.default not in {file.id for file in self.files}:
            found = f'policy: the register\'s default policy "{self.default}" has no file'
            yield Problem("complaints.d/register.toml", 1, "error", found, f"complaint init --policy {self.default}")

    def _findings(self, file: PolicyFile, today: date) -> Iterator[Problem]:
        sound = file.edition is not None and file.id in self.book.editions
        for finding in findings(file.edition, self.book, today) if file.edition and sound else ():
            yield Problem(file.shown, documents.line_of(file.text, finding.path), *finding[1:])
        mended = self.origins.get(file.shown)
        if mended:
            mend = "compare it with yours, and take over what you want"
            yield Problem(file.shown, documents.line_of(file.text, ("origin",)), "warning", mended, mend)


def _problem(error: Unreadable) -> Problem:
    path, _, line = error.where.rpartition(":")
    return Problem(path or error.where, int(line) if line.isdigit() else 1, "error", error.found, error.mend)
