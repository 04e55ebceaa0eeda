"""Owns how long a clause allows: the due moment that its `allow` gives from a start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from complaint.core.calendar import Calendar, Pause, instant
from complaint.core.deadline import Allowance, Rules, due
from complaint.core.policy import Clause, Policy
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import Event

if TYPE_CHECKING:
    from complaint.core.trace import Span

SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}


class Limit(NamedTuple):
    """A due moment in UTC, None where it is unset; `provisional`: it counted days of a year without notice."""

    at: datetime | None = None
    provisional: bool = False


def limit(
    book: Rulebook,
    policy: Policy,
    clause: Clause,
    start: Event,
    about: Mapping[str, Any],
    since: datetime,
    pauses: Sequence[Pause],
    known: datetime,
) -> Limit:
    """The limit of a clock that `start` started and that counts from `since`."""
    allow = clause.keys.get("allow")
    if not allow:
        return Limit()
    if "until" in allow:
        return _limit(_told(allow["until"], start, about))
    if "by" in allow:
        return _limit(_by(allow["by"], since.astimezone(book.zone)))
    if "end_of" in allow:
        return _limit(_end_of(allow["end_of"], since.astimezone(book.zone), book.zone))
    found = due(book.calendar(policy, allow.get("calendar", "")), since, allowance(allow), rules(clause), pauses, known)
    return _limit(found.at, provisional=found.provisional)


def _limit(at: datetime | None, *, provisional: bool = False) -> Limit:
    return Limit(at.astimezone(UTC) if at else None, provisional)


def allowance(allow: Mapping[str, Any]) -> Allowance:
    """The length that `allow` gives."""
    unit = next(key for key in allow if key in SECONDS or key in ("working_days", "calendar_days", "months"))
    return Allowance("seconds", allow[unit] * SECONDS[unit]) if unit in SECONDS else Allowance(unit, allow[unit])


def rules(clause: Clause) -> Rules:
    """How the clause counts."""
    allow = clause.keys["allow"]
    return Rules(
        exact_fit=allow.get("exact_fit", "close"),
        days_anchor=allow.get("anchor", "next_is_day1"),
        days_mode=allow.get("end", "end_of_day"),
        pausable=clause.keys.get("pausable", True),
        roll_month_end=allow.get("month_end_rolls", False),
    )


def calendar_of(book: Rulebook, policy: Policy, clause: Clause) -> Calendar:
    """The working time in which the clause counts."""
    return book.calendar(policy, clause.keys.get("allow", {}).get("calendar", ""))


def _told(until: str, start: Event, about: Mapping[str, Any]) -> datetime | None:
    value = about.get(until.removeprefix("about.")) if until.startswith("about.") else start.fields.get(until)
    return value if isinstance(value, datetime) else None


def _end_of(period: str, since: datetime, zone: ZoneInfo) -> datetime:
    """The end, 24:00, of the calendar week (to Sunday), month, quarter or year in which a start lies."""
    day = since.date()
    months = {"month": 1, "quarter": 3, "year": 12}
    if period == "week":
        return instant(zone, day + timedelta(days=7 - day.weekday()), time())
    last = (day.month - 1) // months[period] * months[period] + months[period]
    return instant(zone, date(day.year + last // 12, last % 12 + 1, 1), time())


def _by(clock: str, since: datetime) -> datetime:
    """That time of the same day, or of the next one where the start is at it or later."""
    at = _at(clock, since)
    return at if since < at else _at(clock, since + timedelta(days=1))


def _at(clock: str, day: datetime) -> datetime:
    hours, minutes = (int(part) for part in clock.split(":"))
    date = day.date() + timedelta(days=hours // 24)
    return instant(day.tzinfo, date, time(hours % 24, minutes))  # type: ignore[arg-type]


def spans(
    book: Rulebook, policy: Policy, clause: Clause, since: datetime, pauses: Sequence[Pause], known: datetime
) -> list[Span]:
    """What is counted and what is skipped from a start to its limit; none where the length is told or unset."""
    allow = clause.keys.get("allow", {})
    if not set(allow) & {*SECONDS, "working_days", "calendar_days", "months"}:
        return []
    from complaint.core.trace import trace

    return trace(calendar_of(book, policy, clause), since, allowance(allow), rules(clause), pauses, known)
