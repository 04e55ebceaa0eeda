"""Owns policies, calendars and settings as files: reads them, names every mistake, makes the rulebook."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from complaint.core.calendar import DayTable
from complaint.core.errors import Unreadable
from complaint.core.policy import Clause, Policy, policy
from complaint.core.rulebook import Rulebook
from complaint.core.shape import NAME, Flag, Mistake, Table, Text, Whole
from complaint.store import documents, files

SETTINGS = f"{files.REGISTER}/register.toml"
SHAPE = Table(
    {
        "schema": Whole(1, 1),
        "name": Text(),
        "timezone": Text(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", "a zone such as Asia/Shanghai"),
        "policy": NAME,
        "prefix": Text("[A-Z]", "one capital letter"),
        "size_limit_kib": Whole(1, 16 * 1024),
        "commit": Flag(),
    }
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What register.toml says."""

    zone: ZoneInfo
    name: str = ""
    policy: str = ""
    prefix: str = "C"
    size_limit: int = 256 * 1024
    commit: bool = False


def settings(root: Path) -> Settings:
    """The settings of a register; unknown keys are errors."""
    text, document = documents.read(root / SETTINGS, SETTINGS)
    documents.refuse(text, SETTINGS, list(SHAPE.check(document, ())))
    name = document.get("timezone", "Asia/Shanghai")
    try:
        zone = ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        line = documents.line_of(text, ("timezone",))
        raise Unreadable(
            f'timezone: found "{name}"', "allowed: a zone such as Asia/Shanghai", where=f"{SETTINGS}:{line}"
        ) from None
    return Settings(
        zone,
        document.get("name", ""),
        document.get("policy", ""),
        document.get("prefix", "C"),
        document.get("size_limit_kib", 256) * 1024,
        document.get("commit", False),
    )


@dataclass(frozen=True, slots=True)
class PolicyFile:
    """One policy file: its edition, or why it cannot be judged by; `mistakes` with their lines."""

    shown: str
    id: str
    text: str
    document: Mapping[str, Any] | None
    edition: Policy | None
    mistakes: tuple[tuple[int, Mistake], ...] = ()
    unreadable: Unreadable | None = None

    def error(self) -> Unreadable | None:
        """Why it cannot be judged by, naming the first mistake."""
        if self.unreadable or not self.mistakes:
            return self.unreadable
        line, first = self.mistakes[0]
        return Unreadable(documents.named(first), first.allowed, where=f"{self.shown}:{line}")


def toml_names(folder: Path) -> list[str]:
    """The TOML files of a folder, by name."""
    if not folder.is_dir():
        return []
    return sorted(name for name in os.listdir(folder) if name.endswith(".toml") and not name.startswith("."))


def policy_files(root: Path, only: str = "") -> Iterator[PolicyFile]:
    """Every policy file of a register; with `only`, at least those of that policy."""
    folder = root / files.REGISTER / "policies"
    calendars = calendar_names(root)
    for name in toml_names(folder):
        shown = f"{files.REGISTER}/policies/{name}"
        try:
            text = files.read_text(folder / name, limit=documents.LIMIT, shown=shown)
        except Unreadable as error:
            yield PolicyFile(shown, _guessed("", name), "", None, None, unreadable=error)
            continue
        if not only or only in text or _guessed(text, name) == only:
            yield policy_file(text, shown, calendars)


def policy_file(text: str, shown: str, calendars: list[str] | None) -> PolicyFile:
    """The policy that a text writes, checked."""
    from complaint.core.policy_shape import mistakes

    name = shown.rpartition("/")[2]
    try:
        document = documents.parsed(text, shown)
    except Unreadable as error:
        return PolicyFile(shown, _guessed(text, name), text, None, None, unreadable=error)
    found = tuple((documents.line_of(text, mistake.path), mistake) for mistake in mistakes(document, calendars))
    head = document.get("policy", {})
    own = head.get("id") if isinstance(head, dict) else None
    edition = None if found else policy(document)
    return PolicyFile(
        shown,
        own if isinstance(own, str) else _guessed(text, name),
        text,
        document,
        edition,
        tuple(sorted(found, key=_line)),
    )


def _line(found: tuple[int, Mistake]) -> int:
    return found[0]


def _guessed(text: str, name: str) -> str:
    """The policy that a broken file most likely belongs to: the id it writes, else the one its name begins with."""
    written = re.search(r"""^\s*id\s*=\s*["']([a-z0-9._-]+)["']""", text, re.MULTILINE)
    return written[1] if written else re.sub(r"-[0-9][0-9-]*$", "", name.removesuffix(".toml"))


def calendar_names(root: Path) -> list[str]:
    """The names of a register's calendars."""
    return [name.removesuffix(".toml") for name in toml_names(root / files.REGISTER / "calendars")]


def calendar(text: str, shown: str) -> DayTable:
    """The days off that a calendar file lists; `Unreadable` with the line of its first mistake."""
    from complaint.core import days

    document = documents.parsed(text, shown)
    documents.refuse(text, shown, days.mistakes(document))
    return days.day_table(document)


def rulebook(root: Path, zone: ZoneInfo, only: str = "") -> tuple[Rulebook, list[Unreadable]]:
    """The rules of a register, and why some of them cannot be judged by."""
    editions: dict[str, list[Policy]] = {}
    broken: dict[str, str] = {}
    errors: list[Unreadable] = []
    for file in policy_files(root, only):
        error = file.error()
        if error:
            broken[file.id] = str(error)
            errors.append(error)
        elif file.edition:
            editions.setdefault(file.id, []).append(file.edition)
    for policy_id, several in editions.items():
        several.sort(key=_since)
        twice = next(
            (new for old, new in pairwise(several) if old.effective_from == new.effective_from),
            None,
        )
        if twice:
            error = Unreadable(
                f"two editions of {policy_id} are in force from {twice.effective_from}",
                "give one of them a later day",
                where=f"{files.REGISTER}/policies",
            )
            broken[policy_id] = str(error)
            errors.append(error)
    tables, wrong = _calendars(root, {edition.days for several in editions.values() for edition in several})
    for policy_id, several in editions.items():
        for edition in several:
            if edition.days in wrong:
                broken[policy_id] = str(wrong[edition.days])
    sound = {policy_id: several for policy_id, several in editions.items() if policy_id not in broken}
    return Rulebook(zone, sound, tables, broken), errors + list(wrong.values())


def _since(edition: Policy) -> date:
    return edition.effective_from


def _calendars(root: Path, named: set[str]) -> tuple[dict[str, DayTable], dict[str, Unreadable]]:
    tables: dict[str, DayTable] = {}
    wrong: dict[str, Unreadable] = {}
    for name in named & set(calendar_names(root)):
        shown = f"{files.REGISTER}/calendars/{name}.toml"
        try:
            tables[name] = calendar(files.read_text(root / shown, limit=documents.LIMIT, shown=shown), shown)
        except Unreadable as error:
            wrong[name] = error
    return tables, wrong


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of `policy check`: where, how grave (error or warning), what, and how to mend it."""

    path: str
    line: int
    severity: str
    message: str
    help: str


@dataclass(frozen=True, slots=True)
class Rules:
    """Every policy file with the rulebook made of the sound ones, and why the others are not in it."""

    files: tuple[PolicyFile, ...]
    book: Rulebook
    errors: tuple[Unreadable, ...]
    origins: Mapping[str, str] = field(default_factory=dict)

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
        table = self.book.days.get(edition.days, DayTable())
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
