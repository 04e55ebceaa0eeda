"""Owns when an allowance of time ends: limits in hours, days and months, and the pauses in them.

The rules are those of contract, sections 5 (`clock run`) and 6; days and months follow Civil Code 201 to 203.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from complaint.core.calendar import (
    DAY,
    FIRST_YEAR,
    LAST_YEAR,
    PATIENCE,
    Calendar,
    Pause,
    Segment,
    add_workdays,
    counted,
    holes,
    in_utc,
    instant,
    is_open,
    is_workday,
    midnight,
    never_open,
    reachable,
    shifted,
    total,
)
from complaint.core.errors import ComplaintError, allowed_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

UNITS = ("seconds", "working_days", "calendar_days", "months")
BY_HOURS = ("close_of_business", "same_time_roll", "same_time_clamp")
MOST_SECONDS = (LAST_YEAR - FIRST_YEAR + 1) * 366 * 86_400


class Allowance(NamedTuple):
    """`amount` of `unit` (one of UNITS); a negative one counts back."""

    unit: str
    amount: int


class Rules(NamedTuple):
    """How an allowance is counted; `roll_month_end`: a month limit ending on a day off ends on the next working day."""

    exact_fit: str = "close"
    days_anchor: str = "next_is_day1"
    days_mode: str = "end_of_day"
    pausable: bool = True
    roll_month_end: bool = False


class Due(NamedTuple):
    """`at` is in the calendar's zone, None where an open pause holds it for ever; `day` only for limits in days.

    24:00 of `day` is the next midnight in `at`. Compare `at` with other moments of the same zone in UTC only.
    """

    at: datetime | None
    day: date | None = None
    provisional: bool = False


DEFAULT = Rules()


def due(
    calendar: Calendar,
    start: datetime,
    allowance: Allowance,
    rules: Rules = DEFAULT,
    pauses: Sequence[Pause] = (),
    as_of: datetime | None = None,
) -> Due:
    """When `allowance` from `start` ends; the pauses are those known at `as_of`.

    Raises ComplaintError for a naive start, an unknown unit, and a search that finds no working time.
    """
    begun = in_utc(start)
    paused = holes(pauses, as_of) if rules.pausable else []
    if allowance.unit == "seconds":
        return _hours_limit(calendar, begun, allowance.amount, rules, paused)
    return _days_limit(calendar, begun, allowance, rules, paused)


def escalation(calendar: Calendar, limit: Due, rules: Rules, offset: Allowance) -> Due:
    """The moment `offset` after (negative: before) the limit: open time from its instant, or days from its day."""
    if limit.at is None:
        return limit
    at = in_utc(limit.at)
    if offset.unit == "seconds":
        moved = _hours_limit(calendar, at, offset.amount, rules, []) if offset.amount else limit._replace(day=None)
        return moved._replace(provisional=moved.provisional or limit.provisional)
    local = at.astimezone(calendar.zone)
    first = limit.day or local.date()
    day = _moved(calendar, first, offset, rules)
    moment = _limit_instant(calendar, day, local.time(), rules.days_mode, at if day == local.date() else None)
    firm = _is_firm(calendar, offset, rules, first, day)
    return _answer(calendar, moment, rules.days_mode, provisional=limit.provisional or not firm)


def _hours_limit(calendar: Calendar, start: datetime, seconds: int, rules: Rules, paused: Sequence[Segment]) -> Due:
    if abs(seconds) > MOST_SECONDS:
        reachable(date.max)
    length = timedelta(seconds=abs(seconds))
    if seconds < 0:
        at: datetime | None = _backward(calendar, start, length)
    else:
        at = _forward(counted(calendar, start, paused), length, rules.exact_fit)
    by_days_off = any(calendar.week) and not calendar.every_day
    firm = not by_days_off or calendar.is_firm(*local_days(calendar, start, at or start))
    return Due(in_utc(at).astimezone(calendar.zone) if at else None, None, provisional=not firm)


def _forward(segments: Iterator[Segment], length: timedelta, exact_fit: str) -> datetime | None:
    """Where `length` of the segments has passed; an exact fit is the closing or, with next_open, the next opening."""
    left = length
    for start, end in segments:
        if left < end - start or (left == end - start and exact_fit == "close"):
            return start + left
        left -= end - start
    return None


def _backward(calendar: Calendar, end: datetime, length: timedelta) -> datetime:
    """The latest instant from which `length` of open time passes until `end`."""
    if calendar.counts_every_hour():
        return end - length
    left, idle = length, 0
    day = end.astimezone(calendar.zone).date() + DAY
    while idle <= PATIENCE:
        segments = calendar.segments(day)
        for opening, closing in reversed(segments):
            span = min(closing, end) - opening
            if span > timedelta() and left <= span:
                return min(closing, end) - left
            left -= max(span, timedelta())
        idle = 0 if segments else idle + 1
        day = shifted(day, -1)
    raise never_open()


def _days_limit(
    calendar: Calendar, start: datetime, allowance: Allowance, rules: Rules, paused: Sequence[Segment]
) -> Due:
    _, day, moment = days_end(calendar, start, allowance, rules)
    last = moment.astimezone(calendar.zone).date() if rules.days_mode == "same_time_roll" else day
    firm = _is_firm(calendar, allowance, rules, start.astimezone(calendar.zone).date(), last)
    end, touched = _made_up(calendar, start, moment, rules, paused)
    firm = firm and all(calendar.is_firm(a, b) for a, b in touched)
    return _answer(calendar, end, rules.days_mode, provisional=not firm)


def days_end(calendar: Calendar, start: datetime, allowance: Allowance, rules: Rules) -> tuple[date, date, datetime]:
    """Day 0, the last day, and the instant at which a limit in days or months ends, no pause considered."""
    local = start.astimezone(calendar.zone)
    first, at = local.date(), local.time()
    if rules.days_anchor == "roll_then_add" and not is_workday(calendar, first):
        first = add_workdays(calendar, first, 1)
        at = _opening(calendar, first)
    day = _moved(calendar, first, allowance, rules)
    same = start if day == first == local.date() else None
    return first, day, _limit_instant(calendar, day, at, rules.days_mode, same)


def _moved(calendar: Calendar, first: date, allowance: Allowance, rules: Rules) -> date:
    """The day on which a limit in days or months ends."""
    match allowance.unit:
        case "working_days":
            return add_workdays(calendar, first, allowance.amount)
        case "calendar_days":
            return shifted(first, allowance.amount)
        case "months":
            last = _months_later(first, allowance.amount)
            return add_workdays(calendar, last, 1) if rules.roll_month_end and not is_workday(calendar, last) else last
    raise ComplaintError(f"unknown unit {allowance.unit} of an allowance", allowed_words(allowance.unit, UNITS))


def _months_later(day: date, months: int) -> date:
    from dateutil.relativedelta import relativedelta

    if abs(months) > 12 * LAST_YEAR:
        reachable(date.max)
    try:
        return reachable(day + relativedelta(months=months))
    except (OverflowError, ValueError):
        return reachable(date.max)


def _opening(calendar: Calendar, day: date) -> time:
    """The local time at which `day` opens; midnight if it has no hours."""
    segments = calendar.segments(day)
    return segments[0][0].astimezone(calendar.zone).time() if segments else time()


def _limit_instant(calendar: Calendar, day: date, at: time, mode: str, same: datetime | None = None) -> datetime:
    """The instant, in UTC, at which a limit that ends on `day` ends; `at` is the start's local time.

    `same`: the start itself, where the limit ends on its very day: a repeated time must not become the first.
    """
    if mode == "end_of_day":
        return midnight(calendar.zone, day + DAY)
    segments = calendar.segments(day)
    closing = segments[-1][1] if segments else midnight(calendar.zone, day + DAY)
    if mode == "close_of_business":
        return closing
    moment = same or in_utc(instant(calendar.zone, day, at))
    if mode == "same_time_clamp" and segments:
        return min(moment, closing)
    if mode == "same_time_roll" and not is_open(calendar, moment):
        return next(counted(calendar, moment))[0]
    return moment


def _made_up(
    calendar: Calendar, start: datetime, limit: datetime, rules: Rules, paused: Sequence[Segment]
) -> tuple[datetime | None, list[tuple[date, date]]]:
    """The limit moved by the counted time of the pauses before it, and the days that had to be looked at for that."""
    within = [(max(a, start), min(b, limit)) for a, b in paused if max(a, start) < min(b, limit)]
    if not within:
        return limit, []
    hours = calendar.working_hours()
    lost = sum((total(counted(hours, a, end=b)) for a, b in within), timedelta())
    touched = [local_days(calendar, a, b) for a, b in within] if not calendar.every_day else []
    if not lost:
        return limit, touched
    end = _forward(counted(hours, limit, paused), lost, rules.exact_fit)
    return end, [*touched, local_days(calendar, limit, end or limit)] if not calendar.every_day else []


def _is_firm(calendar: Calendar, allowance: Allowance, rules: Rules, first: date, last: date) -> bool:
    """Whether the notice is known for every day asked whether it is worked; day 0 is asked by roll_then_add."""
    rolls = rules.days_anchor == "roll_then_add"
    by_hours = rules.days_mode in BY_HOURS and any(calendar.week) and not calendar.every_day
    if rolls and not calendar.is_firm(first, first):
        return False
    if allowance.unit == "working_days" and first != last:
        day1 = shifted(first, 1 if first < last else -1)
        return calendar.is_firm(min(day1, last), max(day1, last))
    asked = rolls or by_hours or (allowance.unit == "months" and rules.roll_month_end)
    return not asked or calendar.is_firm(last, last)


def local_days(calendar: Calendar, a: datetime, b: datetime) -> tuple[date, date]:
    """The local dates of two instants, the earlier first; an end at midnight does not touch the day it begins."""
    early, late = sorted((a, b))
    last = (late - timedelta(microseconds=1)).astimezone(calendar.zone).date()
    first = early.astimezone(calendar.zone).date()
    return first, max(first, last)


def _answer(calendar: Calendar, at: datetime | None, mode: str, *, provisional: bool) -> Due:
    if at is None:
        return Due(None, None, provisional)
    moment = in_utc(at)
    local = moment.astimezone(calendar.zone)
    ends_day = mode in ("end_of_day", "close_of_business") and moment == midnight(calendar.zone, local.date())
    return Due(local, local.date() - DAY if ends_day else local.date(), provisional)
