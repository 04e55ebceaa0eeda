"""Owns the explanation of a limit: which time was counted between its start and its end, which was not, and why."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from complaint.core.calendar import (
    DAY,
    Calendar,
    Pause,
    Segment,
    holes,
    in_utc,
    is_workday,
    midnight,
    without,
)
from complaint.core.deadline import DEFAULT, Allowance, Rules, days_end, due, local_days

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Span(NamedTuple):
    """A stretch of time between a start and its limit: whether it was counted, and why, in words for people."""

    start: datetime
    end: datetime
    counted: bool
    why: str


def trace(
    calendar: Calendar,
    start: datetime,
    allowance: Allowance,
    rules: Rules = DEFAULT,
    pauses: Sequence[Pause] = (),
    as_of: datetime | None = None,
) -> list[Span]:
    """What `due` counted and what it skipped, in order; the time an open pause holds for ever is left out.

    Of limits in working days every day is named; a limit in days that ends before the start has no spans.
    """
    begun, limit = in_utc(start), due(calendar, start, allowance, rules, pauses, as_of)
    paused = holes(pauses, as_of) if rules.pausable and allowance.amount > 0 else []
    end = in_utc(limit.at) if limit.at else max([begun, *(a for a, _ in paused)])
    if allowance.unit == "seconds":
        spans = _hour_spans(calendar, min(begun, end), max(begun, end), paused)
    elif end < begun:
        return []
    else:
        first, day, moment = days_end(calendar, begun, allowance, rules)
        made_up = _hour_spans(calendar.working_hours(), moment, end, paused)
        renamed = (span._replace(why="pause made up") if span.counted else span for span in made_up)
        spans = chain(_day_spans(calendar, begun, (first, day, moment), allowance), renamed)
    return _joined(calendar, spans)


def _hour_spans(calendar: Calendar, start: datetime, end: datetime, paused: Sequence[Segment]) -> Iterator[Span]:
    for day, low, high in _days_between(calendar, start, end):
        open_why, closed_why = _reasons(calendar, day)
        at = low
        for opening, closing in calendar.segments(day):
            first, last = max(opening, low), min(closing, high)
            if first < last:
                yield Span(at, first, False, closed_why)
                yield from _without_pauses(first, last, paused, open_why)
                at = last
        yield Span(at, high, False, closed_why)


def _without_pauses(start: datetime, end: datetime, paused: Sequence[Segment], why: str) -> Iterator[Span]:
    at = start
    for a, b in without((start, end), paused):
        yield Span(at, a, False, "paused")
        yield Span(a, b, True, why)
        at = b
    yield Span(at, end, False, "paused")


def _day_spans(
    calendar: Calendar, start: datetime, limit: tuple[date, date, datetime], allowance: Allowance
) -> Iterator[Span]:
    first, last, moment = limit
    number, amount = 0, allowance.amount
    for day, low, high in _days_between(calendar, start, moment):
        worked = is_workday(calendar, day)
        if day <= first:
            yield Span(low, high, False, "day 0" if day == first else _reasons(calendar, day)[1])
        elif allowance.unit != "working_days":
            unit = allowance.unit.replace("_", " ") if amount != 1 else allowance.unit.replace("_", " ")[:-1]
            yield Span(low, high, True, f"{amount} {unit}")
        elif worked:
            number += 1
            makeup = ", a make-up day" if day in calendar.workdays else ""
            yield Span(low, high, day <= last, f"working day {number} of {amount}{makeup}")
        else:
            yield Span(low, high, False, _reasons(calendar, day)[1])


def _reasons(calendar: Calendar, day: date) -> tuple[str, str]:
    """Why the open time of `day` counts, and why the rest does not."""
    if calendar.counts_every_hour():
        return "every hour counts", _day_off(calendar, day)
    if calendar.every_day:
        return "open hours", "closed"
    opened = "make-up working day" if day in calendar.workdays else "working time"
    return opened, "closed" if calendar.segments(day) else _day_off(calendar, day)


def _day_off(calendar: Calendar, day: date) -> str:
    if day in calendar.holidays:
        return f"holiday: {calendar.names[day]}" if day in calendar.names else "holiday"
    return "weekend" if day.weekday() >= 5 else "closed"


def _days_between(calendar: Calendar, start: datetime, end: datetime) -> Iterator[tuple[date, datetime, datetime]]:
    """Every local day that lies between two instants, clipped to them."""
    first, last = local_days(calendar, start, end)
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        low, high = max(start, midnight(calendar.zone, day)), min(end, midnight(calendar.zone, day + DAY))
        if low < high:
            yield day, low, high


def _joined(calendar: Calendar, spans: Iterable[Span]) -> list[Span]:
    """The spans in the calendar's zone, neighbours with the same reason joined, empty ones dropped."""
    joined: list[Span] = []
    for span in spans:
        if span.start < span.end:
            local = span._replace(start=span.start.astimezone(calendar.zone), end=span.end.astimezone(calendar.zone))
            if joined and (joined[-1].counted, joined[-1].why) == (span.counted, span.why):
                joined[-1] = joined[-1]._replace(end=local.end)
            else:
                joined.append(local)
    return joined
