"""Owns the calendar file: days off and make-up working days by year, each year with its official notice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from complaint.core.calendar import DayTable
from complaint.core.shape import TITLE, Day, Mistake, Named, Path, Rows, Table, Text, Whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NO_NOTICE = "none"

_HOLIDAY = Table({"name": TITLE, "from": Day(), "to": Day(), "work": Rows(Day())}, needs=("name", "from", "to"))
_NOTICE = Text(like=f'the number of the official notice, or "{NO_NOTICE}" until there is one')
_YEAR = Table({"notice": _NOTICE, "published": Day(), "holiday": Rows(_HOLIDAY)}, needs=("notice",))
_ORIGIN = Table({"name": Text(), "version": Text(), "sha256": Text(r"[0-9a-f]{64}", "64 hexadecimal digits")})

SHAPE = Table(
    {
        "schema": Whole(1, 1),
        "origin": _ORIGIN,
        "calendar": Table(
            {"id": Text(r"[a-z0-9][a-z0-9._-]*", "a name of small letters, digits and hyphens"), "title": TITLE},
            needs=("id", "title"),
        ),
        "year": Named(_YEAR, Text(r"(19|20|21)[0-9]{2}", "a year such as 2026")),
    },
    needs=("schema", "calendar", "year"),
)


def mistakes(data: Mapping[str, Any]) -> list[Mistake]:
    """Every mistake of a calendar document: of its shape or, once that is right, of its dates."""
    return list(SHAPE.check(data, ())) or [*_notices(data), *_spans(data), *_clashes(data)]


def day_table(data: Mapping[str, Any]) -> DayTable:
    """The days of a document without mistakes; a year whose notice is "none" is not firm."""
    off = {
        day: f"{holiday['name'].get('zh', '')} {holiday['name']['en']}".strip()
        for _, holiday in _holidays(data)
        for day in _days(holiday)
    }
    work = frozenset(day for _, holiday in _holidays(data) for day in holiday.get("work", ()))
    firm = frozenset(int(year) for year, block in data["year"].items() if block["notice"] != NO_NOTICE)
    return DayTable(off, work, firm)


def _holidays(data: Mapping[str, Any]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for year, block in data["year"].items():
        for position, holiday in enumerate(block.get("holiday", ())):
            yield ("year", year, "holiday", position), holiday


def _days(holiday: Mapping[str, Any]) -> list[date]:
    first, last = holiday["from"], holiday["to"]
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _notices(data: Mapping[str, Any]) -> Iterator[Mistake]:
    for year, block in data["year"].items():
        if (block["notice"] != NO_NOTICE) != ("published" in block):
            found = "the date of the notice is missing" if block["notice"] != NO_NOTICE else "a date without a notice"
            yield Mistake(("year", year), found, f'allowed: notice and published, or notice = "{NO_NOTICE}" alone')


def _spans(data: Mapping[str, Any]) -> Iterator[Mistake]:
    for path, holiday in _holidays(data):
        year = int(str(path[1]))
        # a holiday of January may begin in December, and have its make-up day there
        if holiday["from"].year not in (year - 1, year):
            yield Mistake((*path, "from"), f"found {holiday['from']}", f"allowed: a day of {year} or of {year - 1}")
        if holiday["to"].year != year:
            yield Mistake((*path, "to"), f"found {holiday['to']}", f"allowed: a day of {year}")
        if holiday["to"] < holiday["from"]:
            yield Mistake((*path, "to"), f"found {holiday['to']}, before from", f"allowed: {holiday['from']} or later")
        for position, day in enumerate(holiday.get("work", ())):
            if day.year not in (year - 1, year):
                yield Mistake((*path, "work", position), f"found {day}", f"allowed: a day of {year} or of {year - 1}")


def _clashes(data: Mapping[str, Any]) -> Iterator[Mistake]:
    off: dict[date, str] = {}
    for path, holiday in _holidays(data):
        for day in _days(holiday):
            if day in off:
                yield Mistake(path, f"{day} is a day off twice, also of {off[day]}", "allowed: every day once")
            off[day] = holiday["name"]["en"]
    worked: set[date] = set()
    for path, holiday in _holidays(data):
        for position, day in enumerate(holiday.get("work", ())):
            if day in off:
                yield Mistake(
                    (*path, "work", position), f"{day} is a day off of {off[day]}", "allowed: off or worked, not both"
                )
            if day in worked:
                yield Mistake((*path, "work", position), f"{day} is a make-up day twice", "allowed: every day once")
            worked.add(day)
