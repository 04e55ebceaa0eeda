"""Owns what working time is: which days are worked, when it is open, and how much of it lies between two instants.

Local wall time becomes an instant in one way only (contract, section 6.4): a time in a gap moves forward by the
gap, a repeated time is the first. Everything is compared and added in UTC; answers are in the calendar's zone.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from complaint.core.errors import ComplaintError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

Window = tuple[int, int]  # seconds of local wall time after midnight, half-open; 86,400 is the next midnight
Windows = tuple[Window, ...]
Segment = tuple[datetime, datetime]  # two instants in UTC, half-open

DAY = timedelta(days=1)
WHOLE_DAY: Windows = ((0, 86_400),)
NO_WEEK: tuple[Windows, ...] = ((),) * 7
FIRST_YEAR, LAST_YEAR = 1800, 2200
PATIENCE = 3_660  # days without any working time after which a search gives up
FOREVER = datetime.max.replace(tzinfo=UTC)


class DayTable(NamedTuple):
    """Days off (with the holiday's name), worked make-up days, and the years whose official notice is known."""

    off: Mapping[date, str] = {}
    work: frozenset[date] = frozenset()
    firm_years: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Calendar:
    """When it is open, in `zone`.

    `week` holds the windows of Monday to Sunday; all empty means that every hour counts and Monday to Friday are
    worked. `makeup_hours` None: as the first weekday that has windows. `firm_years` None: no count is provisional.
    `every_day`: the windows hold on every date, days off included, and do not say which days are worked.
    """

    zone: ZoneInfo
    week: tuple[Windows, ...] = NO_WEEK
    holidays: frozenset[date] = frozenset()
    workdays: frozenset[date] = frozenset()
    date_windows: Mapping[date, Windows] = field(default_factory=dict)
    breaks: Mapping[date, Windows] = field(default_factory=dict)
    makeup_hours: Windows | None = None
    firm_years: frozenset[int] | None = None
    names: Mapping[date, str] = field(default_factory=dict)
    every_day: bool = False
    _days: dict[date, tuple[Segment, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def always(cls, zone: ZoneInfo) -> Calendar:
        """Every hour counts; Monday to Friday are worked."""
        return cls(zone)

    @classmethod
    def of(
        cls, zone: ZoneInfo, table: DayTable, week: tuple[Windows, ...] = NO_WEEK, *, every_day: bool = False
    ) -> Calendar:
        """The days of `table` with the windows of `week`."""
        off, firm = frozenset(table.off), table.firm_years
        return cls(zone, week, off, table.work, firm_years=firm, names=table.off, every_day=every_day)

    def hours(self, day: date) -> Windows:
        """The opening hours of `day` before its breaks."""
        if self.every_day or not any(self.week):
            return self.date_windows.get(day, self.week[day.weekday()] if self.every_day else WHOLE_DAY)
        if day in self.holidays:
            return ()
        if day in self.date_windows:
            return self.date_windows[day]
        if day not in self.workdays:
            return self.week[day.weekday()]
        return next(filter(None, self.week)) if self.makeup_hours is None else self.makeup_hours

    def segments(self, day: date) -> tuple[Segment, ...]:
        """The open time of `day` in order, without overlaps, inside that day."""
        if day not in self._days:
            windows = self.hours(day)
            self._days[day] = tuple(self._opened(day, windows)) if windows else ()
        return self._days[day]

    def _opened(self, day: date, windows: Windows) -> Iterator[Segment]:
        first, last = midnight(self.zone, day), midnight(self.zone, day + DAY)
        breaks = merged(self._instants(day, self.breaks.get(day, ())))
        for start, end in merged(self._instants(day, windows)):
            # a gap that swallows midnight may push an edge into the next day, which has hours of its own
            yield from without((max(start, first), min(end, last)), breaks)

    def _instants(self, day: date, windows: Windows) -> Iterator[Segment]:
        return ((wall(self.zone, day, a), wall(self.zone, day, b)) for a, b in windows)

    def is_firm(self, first: date, last: date) -> bool:
        """Whether the official notice is known for every year from `first` to `last`."""
        firm = self.firm_years
        return firm is None or all(year in firm for year in range(first.year, last.year + 1))

    def counts_every_hour(self) -> bool:
        """Whether no hour of any day is closed."""
        return not (any(self.week) or self.every_day or self.date_windows or self.breaks)

    def working_hours(self) -> Calendar:
        """This calendar, or, when it has no windows, one in which the 24 hours of working days count."""
        return self if any(self.week) else replace(self, week=(WHOLE_DAY,) * 5 + ((),) * 2)


class Pause(NamedTuple):
    """The clock stands still from `start` to `end`; None: it still does."""

    start: datetime
    end: datetime | None = None


def wall(zone: ZoneInfo, day: date, seconds: int) -> datetime:
    """The instant, in UTC, of `seconds` of local wall time after the midnight of `day`."""
    naive = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)  # noqa: DTZ001 - the zone follows
    return naive.replace(tzinfo=zone).astimezone(UTC)


def midnight(zone: ZoneInfo, day: date) -> datetime:
    """The instant, in UTC, at which `day` begins."""
    return wall(zone, day, 0)


def instant(zone: ZoneInfo, day: date, at: time) -> datetime:
    """The instant, in `zone`, of the local wall time `at` on `day`."""
    naive = datetime.combine(day, at.replace(tzinfo=None, fold=0))
    return naive.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)


def merged(segments: Iterator[Segment] | Sequence[Segment]) -> list[Segment]:
    """The segments in order, overlapping ones joined, empty ones dropped."""
    joined: list[Segment] = []
    for start, end in sorted(segment for segment in segments if segment[0] < segment[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def without(segment: Segment, holes: Sequence[Segment]) -> Iterator[Segment]:
    """What `holes` (in order, no overlaps) leave of `segment`."""
    start, end = segment
    for hole_start, hole_end in holes:
        if hole_end > start and hole_start < end:
            if start < hole_start:
                yield start, hole_start
            start = hole_end
    if start < end:
        yield start, end


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC, in which alone moments may be compared; a naive one or one out of reach is refused."""
    if moment.tzinfo is None:
        raise ComplaintError(f"the moment {moment.isoformat()} has no offset", "write one, such as +08:00")
    reachable(moment.date())
    return moment.astimezone(UTC)


def reachable(day: date) -> date:
    """`day`, unless it lies outside the years this arithmetic is made for."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ComplaintError(
            f"the count leaves the years {FIRST_YEAR} to {LAST_YEAR}", "check the start and the allowance"
        )
    return day


def shifted(day: date, days: int) -> date:
    """`day` moved by calendar days."""
    try:
        return reachable(day + timedelta(days=days))
    except OverflowError:
        return reachable(date.min)


def is_workday(calendar: Calendar, day: date) -> bool:
    """Whether `day` is a working day: no holiday, and a make-up day or a weekday that is worked."""
    if day in calendar.holidays:
        return False
    if day in calendar.workdays:
        return True
    by_hours = any(calendar.week) and not calendar.every_day
    return bool(calendar.week[day.weekday()]) if by_hours else day.weekday() < 5


def is_open(calendar: Calendar, at: datetime) -> bool:
    """Whether `at` lies inside the windows; the closing instant does not."""
    moment = in_utc(at)
    day = moment.astimezone(calendar.zone).date()
    # where clocks go back over midnight, the repeated minutes carry yesterday's date
    return any(a <= moment < b for each in (day, day + DAY) for a, b in calendar.segments(each))


def add_workdays(calendar: Calendar, day: date, n: int) -> date:
    """The `n`-th working day after `day`, before it if `n` is negative, `day` itself if zero."""
    step, left, idle = 1 if n > 0 else -1, abs(n), 0
    while left:
        day, idle = shifted(day, step), idle + 1
        if is_workday(calendar, day):
            left, idle = left - 1, 0
        elif idle > PATIENCE:
            raise never_open()
    return day


def workdays_between(calendar: Calendar, a: date, b: date) -> int:
    """Working days after `a` up to and including `b`; the negative of the swapped count if `b` comes first."""
    if b < a:
        return -workdays_between(calendar, b, a)
    days = (reachable(b) - reachable(a)).days
    return sum(is_workday(calendar, a + timedelta(days=n)) for n in range(1, days + 1))


def never_open() -> ComplaintError:
    """What a search says that found nothing."""
    return ComplaintError("no working time within ten years", "check the windows and the days off")


def holes(pauses: Sequence[Pause], as_of: datetime | None = None) -> list[Segment]:
    """The pauses as segments, as far as they are known at `as_of`; an open one ends then, without it never."""
    known = in_utc(as_of) if as_of else FOREVER
    ends = [(in_utc(pause.start), in_utc(pause.end) if pause.end else FOREVER) for pause in pauses]
    for start, end in ends:
        if end < start:
            raise ComplaintError(f"a pause ends at {end.isoformat()}, before it starts", "end it at or after its start")
    return merged([(start, min(end, known)) for start, end in ends])


def opened(calendar: Calendar, start: datetime, end: datetime | None = None) -> Iterator[Segment]:
    """The open segments from `start` on, up to `end`; without an end a search that may give up."""
    if calendar.counts_every_hour():
        yield start, end or FOREVER
        return
    day, idle = start.astimezone(calendar.zone).date(), 0
    last = end.astimezone(calendar.zone).date() + DAY if end else None
    while last is None or day <= last:
        reachable(day)
        segments = calendar.segments(day)
        for a, b in segments:
            if b > start and (end is None or a < end):
                yield max(a, start), min(b, end) if end else b
        idle = 0 if segments else idle + 1
        if end is None and idle > PATIENCE:
            raise never_open()
        day += DAY


def counted(
    calendar: Calendar, start: datetime, paused: Sequence[Segment] = (), end: datetime | None = None
) -> Iterator[Segment]:
    """The open segments without the paused time; ends at a pause that never does."""
    for segment in opened(calendar, start, end):
        if paused and paused[-1][1] == FOREVER and segment[0] >= paused[-1][0]:
            return
        if paused:
            yield from without(segment, paused)
        else:
            yield segment


def elapsed(
    calendar: Calendar, start: datetime, end: datetime, pauses: Sequence[Pause] = (), as_of: datetime | None = None
) -> int:
    """Whole seconds of open, unpaused time from `start` to `end`; negative if `end` comes first."""
    first, last = in_utc(start), in_utc(end)
    if last < first:
        return -elapsed(calendar, end, start, pauses, as_of)
    return total(counted(calendar, first, holes(pauses, as_of), last)) // timedelta(seconds=1)


def total(segments: Iterator[Segment]) -> timedelta:
    """The lengths added up."""
    return sum((end - start for start, end in segments), timedelta())
