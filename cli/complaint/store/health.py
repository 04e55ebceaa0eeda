"""Owns the health of the rules: every mistake of policies and calendars with its place, and what wants a look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import NamedTuple

from complaint.core.errors import Unreadable
from complaint.core.policy import Clause, Policy
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
    """Every policy file with the rulebook made of the sound ones, and why the others are not in it."""

    files: tuple[PolicyFile, ...]
    book: Rulebook
    errors: tuple[Unreadable, ...]
    origins: Mapping[str, str] = {}

    def problems(self, today: date) -> list[Problem]:
        """Every mistake of every file, then what is sound but wants a look."""
        return [
            *self._mistakes(),
            *(problem for file in self.files if file.edition for problem in self._health(file, file.edition, today)),
        ]

    def _mistakes(self) -> Iterator[Problem]:
        named = set()
        for file in self.files:
            if file.unreadable:
                yield _problem(file.unreadable)
            for line, mistake in file.mistakes:
                yield Problem(file.shown, line, "error", documents.named(mistake), mistake.allowed)
            named.add(file.shown)
        yield from (_problem(error) for error in self.errors if error.where.partition(":")[0] not in named)

    def _health(self, file: PolicyFile, edition: Policy, today: date) -> Iterator[Problem]:
        review = edition.document["policy"].get("review_by")
        if review and review < today:
            line = documents.line_of(file.text, ("policy", "review_by"))
            yield Problem(
                file.shown,
                line,
                "warning",
                f"its review was due by {review}",
                "read it against its source, then move review_by on",
            )
        for path, year in self._unknown_years(edition, today):
            yield Problem(
                file.shown,
                documents.line_of(file.text, path),
                "warning",
                f"calendar {edition.days} has no notice for {year}: counts that touch it are provisional",
                f"add [year.{year}] with its notice to calendars/{edition.days}.toml once it is out",
            )
        for index, clause in enumerate(edition.clauses):
            short = _too_short(self.book, edition, clause) if clause.kind == "calendar" else ""
            if short:
                yield Problem(
                    file.shown,
                    documents.line_of(file.text, ("clause", index, "calendar")),
                    "error",
                    f"{clause.id}: {short}",
                    "lengthen the hours",
                )
        mended = self.origins.get(file.shown)
        if mended:
            yield Problem(
                file.shown,
                documents.line_of(file.text, ("origin",)),
                "warning",
                mended,
                "compare it with yours, and take over what you want",
            )

    def _unknown_years(self, edition: Policy, today: date) -> Iterator[tuple[tuple[str, ...], int]]:
        uses_days = any("working_days" in clause.keys.get("allow", {}) for clause in edition.clauses)
        table = self.book.days[edition.days]
        if uses_days and today.year not in table.firm_years:
            yield ("policy", "days"), today.year


def _problem(error: Unreadable) -> Problem:
    path, _, line = error.where.rpartition(":")
    return Problem(path or error.where, int(line) if line.isdigit() else 1, "error", error.found, error.mend)


def _too_short(book: Rulebook, edition: Policy, clause: Clause) -> str:
    """Why the hours of a calendar clause are shorter than it asks, on some day of this kind of week."""
    hours, wanted = clause.keys.get("calendar", ""), clause.keys.get("hours_per_day")
    table = edition.document.get("calendar", {}).get(hours, {})
    if not wanted or not table.keys() & {"daily", "weekly"}:
        return ""
    if "weekly" in table:
        return f"calendar.{hours} is closed on days off, the clause asks for every day"
    opened = sum(end - start for start, end in book.calendar(edition, hours).week[0])
    return (
        f"calendar.{hours} is open {opened / 3600:g} hours a day, the clause asks for {wanted}"
        if opened < wanted * 3600
        else ""
    )
