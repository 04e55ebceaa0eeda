"""Working-time arithmetic: windows, days off, pauses, days and months, clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint.core.calendar import (
    NO_WEEK,
    WHOLE_DAY,
    Calendar,
    DayTable,
    Pause,
    add_workdays,
    elapsed,
    instant,
    is_open,
    is_workday,
    workdays_between,
)
from complaint.core.days import day_table
from complaint.core.deadline import Allowance, Due, Rules, due, escalation
from complaint.core.errors import ComplaintError
from complaint.core.trace import trace

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
HOUR = 3600
NINE_TO_FIVE = ((9 * HOUR, 17 * HOUR),)
QUIET = ((8 * HOUR, 12 * HOUR), (14 * HOUR + 1800, 20 * HOUR))
OFFICE = (NINE_TO_FIVE,) * 5 + ((),) * 2
CN_FILE = Path(__file__).parents[2] / "templates" / "calendars" / "cn.toml"


@cache
def cn() -> DayTable:
    return day_table(tomli.loads(CN_FILE.read_text(encoding="utf-8")))


def register() -> Calendar:
    return Calendar.of(SHANGHAI, cn())


def answer_hours() -> Calendar:
    return Calendar.of(SHANGHAI, cn(), (QUIET,) * 7, every_day=True)


def office(**more: Any) -> Calendar:
    return Calendar(SHANGHAI, OFFICE, **more)


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def minutes(n: int) -> Allowance:
    return Allowance("seconds", n * 60)


def working_days(n: int) -> Allowance:
    return Allowance("working_days", n)


# readings, section 7, example 1


@pytest.mark.parametrize(
    ("reply", "answered_by"),
    [
        ("2026-03-10 09:00", "2026-03-10 11:00"),
        ("2026-03-10 10:00", "2026-03-10 12:00"),
        ("2026-03-10 11:20", "2026-03-10 15:50"),
        ("2026-03-10 12:00", "2026-03-10 16:30"),
        ("2026-03-10 13:05", "2026-03-10 16:30"),
        ("2026-03-10 18:00", "2026-03-10 20:00"),
        ("2026-03-10 19:10", "2026-03-11 09:10"),
        ("2026-03-10 23:00", "2026-03-11 10:00"),
        ("2026-09-30 19:30", "2026-10-01 09:30"),
    ],
)
def test_two_hours_outside_quiet_time(reply: str, answered_by: str) -> None:
    assert due(answer_hours(), at(reply), minutes(120)) == Due(at(answered_by))


# example 3


@pytest.mark.parametrize(
    ("received", "one_day", "two_days"),
    [
        ("2026-02-12", "2026-02-13", "2026-02-14"),
        ("2026-02-13", "2026-02-14", "2026-02-24"),
        ("2026-02-14", "2026-02-24", "2026-02-25"),
        ("2026-02-27", "2026-02-28", "2026-03-02"),
        ("2026-09-18", "2026-09-20", "2026-09-21"),
        ("2026-09-29", "2026-09-30", "2026-10-08"),
        ("2026-09-30", "2026-10-08", "2026-10-09"),
        ("2026-10-01", "2026-10-08", "2026-10-09"),
        ("2026-10-09", "2026-10-10", "2026-10-12"),
        ("2026-10-11", "2026-10-12", "2026-10-13"),
    ],
)
@pytest.mark.parametrize("hour", ["00:00", "10:30", "23:59"])
def test_working_days_end_at_24_of_the_nth_day_after_day_0(
    received: str, one_day: str, two_days: str, hour: str
) -> None:
    for n, last in ((1, one_day), (2, two_days)):
        day = date.fromisoformat(last)
        midnight = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
        assert due(register(), at(f"{received} {hour}"), working_days(n)) == Due(midnight, day, provisional=False)


def test_a_count_into_a_year_without_notice_is_provisional() -> None:
    assert due(register(), at("2026-12-31 10:00"), working_days(2)) == Due(
        at("2027-01-06"), date(2027, 1, 5), provisional=True
    )
    assert not due(register(), at("2026-12-30 10:00"), working_days(1)).provisional
    assert due(register(), at("2027-01-01 10:00"), working_days(-1)).provisional is False
    assert due(register(), at("2024-01-02 10:00"), working_days(-2)).provisional


def test_a_limit_that_rolls_to_an_opening_in_a_year_without_notice_is_provisional() -> None:
    roll = Rules(days_mode="same_time_roll")
    worked = Calendar.of(SHANGHAI, cn(), OFFICE)
    limit = due(worked, at("2026-12-30 18:00"), working_days(1), roll)
    assert limit == Due(at("2027-01-04 09:00"), date(2027, 1, 4), provisional=True)


@pytest.mark.parametrize("unit", ["seconds", "calendar_days", "months"])
def test_hours_days_and_months_touch_no_calendar(unit: str) -> None:
    amount = 86_400 if unit == "seconds" else 1
    assert not due(register(), at("2027-03-01 10:00"), Allowance(unit, amount)).provisional


def test_hours_of_working_days_touch_the_calendar_and_hours_of_every_day_do_not() -> None:
    worked = Calendar.of(SHANGHAI, cn(), OFFICE)
    assert due(worked, at("2026-12-31 16:00"), minutes(120)).provisional
    assert not due(worked, at("2026-12-31 16:00"), minutes(60)).provisional
    assert not due(answer_hours(), at("2027-03-01 09:00"), minutes(60)).provisional


def test_a_pause_that_is_made_up_next_year_makes_a_limit_provisional() -> None:
    pause = Pause(at("2026-12-31 10:00"), at("2026-12-31 12:00"))
    assert due(register(), at("2026-12-30 09:00"), working_days(1), pauses=[pause]) == Due(
        at("2027-01-04 02:00"), date(2027, 1, 4), provisional=True
    )


# example 4


@pytest.mark.parametrize(
    ("claimed", "accept", "settle", "paid", "settle_after_acceptance"),
    [
        ("2026-09-21", "2026-09-24", "2026-10-12", "2026-10-21", "2026-10-15"),
        ("2026-09-28", "2026-10-08", "2026-10-16", "2026-10-28", "2026-10-21"),
        ("2026-02-10", "2026-02-13", "2026-03-02", "2026-03-10", "2026-03-05"),
        ("2026-01-31", "2026-02-04", "2026-02-13", "2026-02-28", "2026-02-25"),
    ],
)
def test_claims_are_accepted_settled_and_paid_in_time(
    claimed: str, accept: str, settle: str, paid: str, settle_after_acceptance: str
) -> None:
    start = at(f"{claimed} 14:00")
    assert due(register(), start, working_days(3)).day == date.fromisoformat(accept)
    assert due(register(), start, working_days(10)).day == date.fromisoformat(settle)
    assert due(register(), start, Allowance("months", 1)).day == date.fromisoformat(paid)
    accepted = at(f"{accept} 10:00")
    assert due(register(), accepted, working_days(10)).day == date.fromisoformat(settle_after_acceptance)


# example 14


@pytest.mark.parametrize(
    ("start", "unit", "amount", "last"),
    [
        ("2026-01-31", "months", 1, "2026-02-28"),
        ("2026-03-31", "months", 1, "2026-04-30"),
        ("2028-01-31", "months", 1, "2028-02-29"),
        ("2026-12-15", "months", 1, "2027-01-15"),
        ("2026-03-31", "months", -1, "2026-02-28"),
        ("2026-03-10", "calendar_days", 180, "2026-09-06"),
        ("2025-09-01", "calendar_days", 180, "2026-02-28"),
    ],
)
def test_months_are_clamped_and_calendar_days_counted_through(start: str, unit: str, amount: int, last: str) -> None:
    assert due(register(), at(f"{start} 15:00"), Allowance(unit, amount)).day == date.fromisoformat(last)


def test_a_month_limit_rolls_off_a_day_off_only_if_told_to() -> None:
    start = at("2026-01-17 10:00")
    assert due(register(), start, Allowance("months", 1)).day == date(2026, 2, 17)
    assert due(register(), start, Allowance("months", 1), Rules(roll_month_end=True)).day == date(2026, 2, 24)


# windows


def test_a_start_outside_the_windows_begins_at_the_next_opening() -> None:
    assert due(office(), at("2026-03-06 18:12:23"), minutes(60)).at == at("2026-03-09 10:00")


@pytest.mark.parametrize(("exact_fit", "ends"), [("close", "2026-03-06 17:00"), ("next_open", "2026-03-09 09:00")])
def test_an_exact_fit_ends_at_the_closing_or_the_next_opening(exact_fit: str, ends: str) -> None:
    assert due(office(), at("2026-03-06 09:00"), minutes(480), Rules(exact_fit)).at == at(ends)


def test_windows_that_touch_at_midnight_are_one() -> None:
    always = Calendar(SHANGHAI, (WHOLE_DAY,) * 7)
    for exact_fit in ("close", "next_open"):
        assert due(always, at("2026-03-06 00:00"), minutes(1440), Rules(exact_fit)).at == at("2026-03-07")


@pytest.mark.parametrize("exact_fit", ["close", "next_open"])
@pytest.mark.parametrize(
    ("start", "ends"),
    [
        ("2026-03-06 10:00", "2026-03-06 10:00"),
        ("2026-03-06 08:00", "2026-03-06 09:00"),
        ("2026-03-06 17:00", "2026-03-09 09:00"),
        ("2026-03-07 12:00", "2026-03-09 09:00"),
    ],
)
def test_nothing_to_count_is_due_now_or_at_the_next_opening(start: str, ends: str, exact_fit: str) -> None:
    assert due(office(), at(start), minutes(0), Rules(exact_fit)).at == at(ends)


def test_overlapping_windows_count_once() -> None:
    twice = Calendar(SHANGHAI, (((9 * HOUR, 12 * HOUR), (11 * HOUR, 17 * HOUR)),) * 7)
    assert elapsed(twice, at("2026-03-06"), at("2026-03-07")) == 8 * HOUR


def test_breaks_are_subtracted_from_every_kind_of_day() -> None:
    lunch = {date(2026, 3, 6): ((12 * HOUR, 13 * HOUR),)}
    assert elapsed(office(breaks=lunch), at("2026-03-06"), at("2026-03-07")) == 7 * HOUR
    assert elapsed(Calendar(SHANGHAI, breaks=lunch), at("2026-03-06"), at("2026-03-07")) == 23 * HOUR


def test_date_windows_replace_the_hours_and_do_not_make_a_working_day() -> None:
    saturday, friday = date(2026, 3, 7), date(2026, 3, 6)
    special = office(date_windows={saturday: ((8 * HOUR, 9 * HOUR),), friday: ()})
    assert elapsed(special, at("2026-03-06"), at("2026-03-08")) == HOUR
    assert not is_workday(special, saturday)
    assert is_workday(special, friday)


def test_a_holiday_closes_make_up_days_and_date_windows() -> None:
    day = date(2026, 3, 7)
    closed = office(holidays=frozenset({day}), workdays=frozenset({day}), date_windows={day: ((9 * HOUR, 10 * HOUR),)})
    assert not is_workday(closed, day)
    assert not is_open(closed, at("2026-03-07 09:30"))


def test_a_make_up_day_has_the_hours_of_the_first_weekday_or_those_named() -> None:
    week = ((), ((10 * HOUR, 12 * HOUR),), NINE_TO_FIVE, (), (), (), ())
    saturday = frozenset({date(2026, 3, 7)})
    first = Calendar(SHANGHAI, week, workdays=saturday)
    assert elapsed(first, at("2026-03-07"), at("2026-03-08")) == 2 * HOUR
    named = Calendar(SHANGHAI, week, workdays=saturday, makeup_hours=NINE_TO_FIVE)
    assert elapsed(named, at("2026-03-07"), at("2026-03-08")) == 8 * HOUR
    dated = Calendar(SHANGHAI, week, workdays=saturday, date_windows={date(2026, 3, 7): ((0, HOUR),)})
    assert elapsed(dated, at("2026-03-07"), at("2026-03-08")) == HOUR


def test_the_closing_instant_is_outside_and_the_opening_inside() -> None:
    assert is_open(office(), at("2026-03-06 09:00"))
    assert not is_open(office(), at("2026-03-06 17:00"))


def test_without_windows_every_hour_counts_and_monday_to_friday_are_worked() -> None:
    always = Calendar.always(SHANGHAI)
    assert is_open(always, at("2026-03-07 03:00"))
    assert due(always, at("2026-03-06 23:00"), minutes(120)).at == at("2026-03-07 01:00")
    assert [is_workday(always, date(2026, 3, day)) for day in (6, 7, 8, 9)] == [True, False, False, True]


def test_a_fraction_of_a_second_is_kept() -> None:
    start = at("2026-03-06 10:00:00.250000")
    assert due(office(), start, minutes(1)).at == at("2026-03-06 10:01:00.250000")


def test_negative_hours_count_back_to_the_latest_instant() -> None:
    assert due(office(), at("2026-03-09 10:00"), minutes(-120)).at == at("2026-03-06 16:00")
    assert due(office(), at("2026-03-09 09:00"), minutes(-480)).at == at("2026-03-06 09:00")
    assert due(Calendar.always(SHANGHAI), at("2026-03-09 01:00"), minutes(-120)).at == at("2026-03-08 23:00")


# days


@pytest.mark.parametrize(
    ("mode", "start", "ends"),
    [
        ("end_of_day", "2026-03-06 10:00", "2026-03-10 00:00"),
        ("close_of_business", "2026-03-06 10:00", "2026-03-09 17:00"),
        ("same_time", "2026-03-06 18:30", "2026-03-09 18:30"),
        ("same_time_roll", "2026-03-06 10:30:52", "2026-03-09 10:30:52"),
        ("same_time_roll", "2026-03-06 18:30", "2026-03-10 09:00"),
        ("same_time_roll", "2026-03-06 07:00", "2026-03-09 09:00"),
        ("same_time_clamp", "2026-03-06 18:30", "2026-03-09 17:00"),
        ("same_time_clamp", "2026-03-06 07:00", "2026-03-09 07:00"),
    ],
)
def test_a_limit_of_one_working_day_ends_by_its_mode(mode: str, start: str, ends: str) -> None:
    assert due(office(), at(start), working_days(1), Rules(days_mode=mode)).at == at(ends)


def test_business_closes_at_24_on_a_day_without_windows() -> None:
    limit = due(office(), at("2026-03-06 10:00"), Allowance("calendar_days", 1), Rules(days_mode="close_of_business"))
    assert limit == Due(at("2026-03-08"), date(2026, 3, 7))


def test_a_start_on_a_day_off_may_first_roll_to_the_next_opening() -> None:
    rules = Rules(days_anchor="roll_then_add", days_mode="same_time")
    assert due(office(), at("2026-03-07 15:00"), working_days(1), rules).at == at("2026-03-10 09:00")
    assert due(office(), at("2026-03-06 15:00"), working_days(1), rules).at == at("2026-03-09 15:00")
    assert due(office(), at("2026-03-07 15:00"), working_days(0), rules).at == at("2026-03-09 09:00")
    assert due(register(), at("2026-03-07 15:00"), working_days(1), rules).at == at("2026-03-10 00:00")


def test_zero_days_end_on_the_same_day_even_if_it_is_off() -> None:
    assert due(office(), at("2026-03-07 15:00"), working_days(0)).day == date(2026, 3, 7)


def test_negative_days_count_back() -> None:
    assert due(office(), at("2026-03-09 15:00"), working_days(-1)).day == date(2026, 3, 6)
    assert due(office(), at("2026-03-08 15:00"), working_days(-2)).day == date(2026, 3, 5)


def test_zero_days_at_the_same_time_keep_the_second_pass_of_a_repeated_hour() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    limit = due(Calendar.always(BERLIN), second, working_days(0), Rules(days_mode="same_time"))
    assert limit.at is not None
    assert limit.at.timestamp() == second.timestamp()


def test_working_days_between_exclude_the_first_and_include_the_last() -> None:
    assert workdays_between(office(), date(1991, 11, 17), date(1991, 11, 18)) == 1
    assert workdays_between(office(), date(1991, 11, 18), date(1991, 11, 17)) == -1
    assert workdays_between(office(), date(1991, 11, 18), date(1991, 11, 18)) == 0


# pauses


def test_a_pause_takes_away_only_the_counted_time_inside_it() -> None:
    overnight = Pause(at("2026-03-05 16:00"), at("2026-03-06 10:00"))
    assert due(office(), at("2026-03-05 15:00"), minutes(120), pauses=[overnight]).at == at("2026-03-06 11:00")


def test_overlapping_pauses_count_once() -> None:
    pauses = [
        Pause(at("2026-03-06 10:00"), at("2026-03-06 12:00")),
        Pause(at("2026-03-06 11:00"), at("2026-03-06 11:30")),
        Pause(at("2026-03-06 11:45"), at("2026-03-06 13:00")),
    ]
    assert due(office(), at("2026-03-06 09:00"), minutes(120), pauses=pauses).at == at("2026-03-06 14:00")


def test_a_pause_that_begins_when_all_is_counted_changes_nothing() -> None:
    pause = Pause(at("2026-03-06 10:00"), at("2026-03-06 12:00"))
    assert due(office(), at("2026-03-06 09:00"), minutes(60), pauses=[pause]).at == at("2026-03-06 10:00")


def test_nothing_to_count_inside_a_pause_is_due_when_it_ends() -> None:
    pause = Pause(at("2026-03-06 10:00"), at("2026-03-06 12:00"))
    assert due(office(), at("2026-03-06 11:00"), minutes(0), pauses=[pause]).at == at("2026-03-06 12:00")


def test_an_open_pause_holds_the_clock_until_the_moment_of_asking() -> None:
    pause = Pause(at("2026-03-06 10:00"))
    ask = (office(), at("2026-03-06 09:00"), minutes(120))
    assert due(*ask, pauses=[pause]).at is None
    assert due(*ask, pauses=[pause], as_of=at("2026-03-06 10:30")).at == at("2026-03-06 11:30")
    assert due(*ask, pauses=[pause], as_of=at("2026-03-06 09:30")).at == at("2026-03-06 11:00")
    assert due(*ask, Rules(pausable=False), pauses=[pause]).at == at("2026-03-06 11:00")


def test_an_open_pause_after_the_limit_changes_nothing() -> None:
    assert due(office(), at("2026-03-06 09:00"), minutes(60), pauses=[Pause(at("2026-03-06 10:00"))]).at == at(
        "2026-03-06 10:00"
    )


def test_paused_hours_are_added_after_a_limit_in_days() -> None:
    pause = Pause(at("2026-03-06 15:00"), at("2026-03-09 10:00"))
    limit = due(office(), at("2026-03-06 09:00"), working_days(1), pauses=[pause])
    assert limit == Due(at("2026-03-10 12:00"), date(2026, 3, 10))


def test_without_windows_the_hours_of_working_days_are_added_after_a_limit_in_days() -> None:
    pause = Pause(at("2026-03-06 15:00"), at("2026-03-09 10:00"))
    assert due(register(), at("2026-03-06 09:00"), working_days(1), pauses=[pause]).at == at("2026-03-10 19:00")
    weekend = Pause(at("2026-03-07 00:00"), at("2026-03-09 00:00"))
    assert due(register(), at("2026-03-06 09:00"), working_days(1), pauses=[weekend]).at == at("2026-03-10")


def test_a_pause_across_a_limit_in_days_adds_its_part_before_and_holds_after() -> None:
    pause = Pause(at("2026-03-09 16:00"), at("2026-03-10 10:00"))
    assert due(office(), at("2026-03-06 09:00"), working_days(1), pauses=[pause]).at == at("2026-03-10 11:00")


def test_a_whole_paused_day_moves_a_limit_to_24_of_the_next() -> None:
    pause = Pause(at("2026-03-09 00:00"), at("2026-03-10 00:00"))
    limit = due(register(), at("2026-03-06 09:00"), working_days(1), pauses=[pause])
    assert limit == Due(at("2026-03-11"), date(2026, 3, 10))


def test_an_open_pause_holds_a_limit_in_days_for_ever() -> None:
    assert due(register(), at("2026-03-06 09:00"), working_days(1), pauses=[Pause(at("2026-03-09 12:00"))]).at is None
    assert due(register(), at("2026-03-06 09:00"), working_days(1), pauses=[Pause(at("2026-03-10"))]).at == at(
        "2026-03-10"
    )


def test_elapsed_time_leaves_pauses_out_and_runs_backwards() -> None:
    pause = Pause(at("2026-03-06 12:00"), at("2026-03-06 13:00"))
    start, end = at("2026-03-06 09:00"), at("2026-03-09 10:00")
    assert elapsed(office(), start, end, [pause]) == 8 * HOUR
    assert elapsed(office(), end, start, [pause]) == -8 * HOUR
    assert elapsed(office(), start, end, [Pause(pause.start)]) == 3 * HOUR
    assert elapsed(office(), start, end, [Pause(pause.start)], as_of=pause.end) == 8 * HOUR


def test_a_limit_that_ended_before_the_start_is_not_moved_by_a_pause() -> None:
    pause = Pause(at("2026-03-06 10:00"), at("2026-03-09 10:00"))
    closing = Rules(days_mode="close_of_business")
    assert due(office(), at("2026-03-06 18:00"), working_days(0), closing, [pause]).at == at("2026-03-06 17:00")
    assert due(office(), at("2026-03-06 18:00"), working_days(-1), pauses=[pause]).at == at("2026-03-06 00:00")


# escalations


def test_an_escalation_runs_inside_the_windows_from_the_due_instant() -> None:
    limit = Due(at("2026-03-06 16:30"))
    assert escalation(office(), limit, Rules(), minutes(60)).at == at("2026-03-09 09:30")
    assert escalation(office(), limit, Rules(), minutes(-480)).at == at("2026-03-05 16:30")
    assert escalation(office(), limit, Rules(), minutes(0)).at == at("2026-03-06 16:30")


def test_an_escalation_in_days_counts_from_the_day_of_a_limit_that_ends_at_24() -> None:
    limit = due(office(), at("2026-03-05 10:00"), working_days(1))
    assert limit.day == date(2026, 3, 6)
    assert escalation(office(), limit, Rules(), working_days(1)).day == date(2026, 3, 9)
    assert escalation(office(), limit, Rules(), working_days(-1)).day == date(2026, 3, 5)
    assert escalation(office(), limit, Rules(), minutes(-60)).at == at("2026-03-06 16:00")


def test_an_escalation_of_a_limit_held_for_ever_never_comes() -> None:
    assert escalation(office(), Due(None), Rules(), minutes(60)).at is None


# clock changes and refusals


def test_a_time_in_a_gap_moves_forward_and_a_repeated_time_is_the_first() -> None:
    assert instant(BERLIN, date(2026, 3, 29), time(2, 30)).isoformat() == "2026-03-29T03:30:00+02:00"
    assert instant(BERLIN, date(2026, 10, 25), time(2, 30)).isoformat() == "2026-10-25T02:30:00+02:00"


def test_a_window_that_lies_in_a_gap_counts_once_with_its_neighbour() -> None:
    night = Calendar(BERLIN, (((2 * HOUR, 2 * HOUR + 1800), (3 * HOUR, 4 * HOUR)),) * 7)
    assert elapsed(night, at("2026-03-29", BERLIN), at("2026-03-30", BERLIN)) == HOUR


def test_a_day_that_a_zone_skipped_has_no_hours() -> None:
    apia = Calendar(ZoneInfo("Pacific/Apia"), (NINE_TO_FIVE,) * 7)
    start, end = instant(apia.zone, date(2011, 12, 29), time()), instant(apia.zone, date(2012, 1, 1), time())
    assert elapsed(apia, start, end) == 2 * 8 * HOUR


def test_midnight_in_a_gap_ends_the_day_where_the_next_begins() -> None:
    sao_paulo = ZoneInfo("America/Sao_Paulo")
    limit = due(Calendar.always(sao_paulo), at("2018-11-02 10:00", sao_paulo), Allowance("calendar_days", 1))
    assert limit.at is not None
    assert (limit.at.isoformat(), limit.day) == ("2018-11-04T01:00:00-02:00", date(2018, 11, 3))


@pytest.mark.parametrize(
    ("calendar", "allowance"),
    [
        (
            Calendar(SHANGHAI, OFFICE, holidays=frozenset(date(2026, 1, 1) + timedelta(n) for n in range(9000))),
            minutes(1),
        ),
        (Calendar(SHANGHAI, NO_WEEK, every_day=True), minutes(1)),
        (Calendar(SHANGHAI, NO_WEEK, every_day=True), minutes(-1)),
        (office(), working_days(10**9)),
        (office(), working_days(-(10**9))),
        (office(), minutes(10**15)),
        (Calendar.always(SHANGHAI), minutes(10**15)),
        (Calendar.always(SHANGHAI), minutes(-(10**9))),
        (office(), Allowance("calendar_days", 10**18)),
        (office(), Allowance("months", -(10**18))),
        (office(), Allowance("months", 10**4)),
        (office(), Allowance("weeks", 1)),
    ],
)
def test_a_search_without_an_end_is_refused(calendar: Calendar, allowance: Allowance) -> None:
    with pytest.raises(ComplaintError):
        due(calendar, at("2026-03-06 10:00"), allowance)


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(ComplaintError, match="has no offset"):
        due(office(), datetime(2026, 3, 6, 10), minutes(1))  # noqa: DTZ001 - that is the mistake


def test_a_pause_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ComplaintError, match="before it starts"):
        due(office(), at("2026-03-06 10:00"), minutes(1), pauses=[Pause(at("2026-03-07"), at("2026-03-06"))])


# what was counted


def words(
    calendar: Calendar, start: str, allowance: Allowance, pauses: tuple[Pause, ...] = ()
) -> list[tuple[str, bool, str]]:
    return [
        (f"{span.start:%m-%d %H:%M} {span.end:%m-%d %H:%M}", span.counted, span.why)
        for span in trace(calendar, at(start), allowance, pauses=pauses)
    ]


def test_a_trace_names_every_working_day_and_joins_the_days_off() -> None:
    assert words(register(), "2026-02-13 10:00", working_days(2)) == [
        ("02-13 10:00 02-14 00:00", False, "day 0"),
        ("02-14 00:00 02-15 00:00", True, "working day 1 of 2, a make-up day"),
        ("02-15 00:00 02-24 00:00", False, "holiday: 春节 Spring Festival"),
        ("02-24 00:00 02-25 00:00", True, "working day 2 of 2"),
    ]


def test_a_trace_of_hours_names_what_was_closed_or_paused() -> None:
    pause = Pause(at("2026-03-06 16:00"), at("2026-03-09 09:30"))
    assert words(office(), "2026-03-06 15:00", minutes(90), (pause,)) == [
        ("03-06 15:00 03-06 16:00", True, "working time"),
        ("03-06 16:00 03-06 17:00", False, "paused"),
        ("03-06 17:00 03-07 00:00", False, "closed"),
        ("03-07 00:00 03-09 00:00", False, "weekend"),
        ("03-09 00:00 03-09 09:00", False, "closed"),
        ("03-09 09:00 03-09 09:30", False, "paused"),
        ("03-09 09:30 03-09 10:00", True, "working time"),
    ]


def test_a_trace_shows_where_a_pause_was_made_up() -> None:
    pause = Pause(at("2026-03-06 15:00"), at("2026-03-06 16:00"))
    assert words(office(), "2026-03-05 15:00", working_days(1), (pause,))[1:] == [
        ("03-06 00:00 03-07 00:00", True, "working day 1 of 1"),
        ("03-07 00:00 03-09 00:00", False, "weekend"),
        ("03-09 00:00 03-09 09:00", False, "closed"),
        ("03-09 09:00 03-09 10:00", True, "pause made up"),
    ]


def test_a_trace_of_a_month_is_one_span_after_day_0() -> None:
    assert [why for _, _, why in words(register(), "2026-03-06 15:00", Allowance("months", 1))] == ["day 0", "1 month"]


@pytest.mark.parametrize("allowance", [working_days(-1), minutes(0), Allowance("calendar_days", -1)])
def test_a_trace_of_nothing_is_empty(allowance: Allowance) -> None:
    assert trace(office(), at("2026-03-06 10:00"), allowance, pauses=[Pause(at("2026-03-06 11:00"))]) == []


# properties

ZONES = {
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Asia/Tehran": (date(2016, 3, 21), date(2016, 9, 20)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
}


def brute_minutes(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Open minutes between two instants, by looking at every one of them on the wall clock."""
    found, moment = 0, start.astimezone(UTC)
    while moment < end.astimezone(UTC):
        local = moment.astimezone(calendar.zone)
        second = local.hour * HOUR + local.minute * 60
        found += any(a <= second < b for a, b in calendar.hours(local.date()))
        moment += timedelta(minutes=1)
    return found


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("change", [0, 1], ids=["first", "second"])
@pytest.mark.parametrize(
    "windows", [WHOLE_DAY, ((0, 4 * HOUR), (5 * HOUR, 86_400)), ((4 * HOUR, 22 * HOUR),)], ids=["day", "gap", "daytime"]
)
def test_every_minute_around_a_clock_change_agrees_with_the_wall_clock(
    name: str, change: int, windows: tuple[tuple[int, int], ...]
) -> None:
    zone, day = ZoneInfo(name), ZONES[name][change]
    calendar = Calendar(zone, (windows,) * 7)
    start = instant(zone, day - timedelta(days=1), time(20, 17))
    for hours in range(0, 40, 3):
        end = (start.astimezone(UTC) + timedelta(hours=hours, minutes=hours)).astimezone(zone)
        assert elapsed(calendar, start, end) == 60 * brute_minutes(calendar, start, end)


def windows_of_a_day() -> st.SearchStrategy[tuple[tuple[int, int], ...]]:
    edges = st.lists(st.integers(0, 288), min_size=2, max_size=6, unique=True).map(sorted)
    return edges.map(lambda found: tuple((a * 300, b * 300) for a, b in list(pairwise(found))[::2]))


def calendars() -> st.SearchStrategy[Calendar]:
    near = st.dates(date(2026, 3, 1), date(2026, 4, 30))
    week = st.tuples(*[st.one_of(st.just(()), windows_of_a_day())] * 7).filter(lambda found: sum(map(bool, found)) > 1)
    return st.builds(
        Calendar,
        st.sampled_from([*map(ZoneInfo, ZONES), SHANGHAI]),
        week,
        holidays=st.frozensets(near, max_size=5),
        workdays=st.frozensets(near, max_size=5),
        breaks=st.dictionaries(near, windows_of_a_day(), max_size=2),
    )


INSTANTS = st.datetimes(datetime(2026, 3, 1), datetime(2026, 4, 20)).map(  # noqa: DTZ001 - the zone follows
    lambda found: found.replace(microsecond=0, tzinfo=UTC)
)
AMOUNTS = st.integers(1, 400_000)


@st.composite
def known_pauses(draw: st.DrawFn) -> list[Pause]:
    found = draw(st.lists(st.tuples(INSTANTS, st.integers(0, 500_000)), max_size=3))
    return [Pause(start, start + timedelta(seconds=length)) for start, length in found]


@given(calendars(), INSTANTS, AMOUNTS, known_pauses(), st.sampled_from(["close", "next_open"]))
@settings(max_examples=150, deadline=None)
def test_what_elapsed_until_the_due_instant_is_the_allowance(
    calendar: Calendar, start: datetime, seconds: int, pauses: list[Pause], exact_fit: str
) -> None:
    limit = due(calendar, start, Allowance("seconds", seconds), Rules(exact_fit), pauses)
    assert limit.at is not None
    assert elapsed(calendar, start, limit.at, pauses) == seconds
    earlier, later = (limit.at.astimezone(UTC) + timedelta(seconds=n) for n in (-1, 1))
    if exact_fit == "close":
        assert elapsed(calendar, start, earlier, pauses) == seconds - 1
    else:
        assert elapsed(calendar, start, later, pauses) == seconds + 1


@given(calendars(), INSTANTS, AMOUNTS)
@settings(max_examples=80, deadline=None)
def test_counting_back_undoes_counting_forward(calendar: Calendar, end: datetime, seconds: int) -> None:
    start = due(calendar, end, Allowance("seconds", -seconds)).at
    assert start is not None
    assert elapsed(calendar, start, end) == seconds
    assert is_open(calendar, start)


@given(calendars(), INSTANTS, AMOUNTS, AMOUNTS)
@settings(max_examples=80, deadline=None)
def test_two_allowances_one_after_the_other_are_their_sum(calendar: Calendar, start: datetime, a: int, b: int) -> None:
    middle = due(calendar, start, Allowance("seconds", a)).at
    assert middle is not None
    assert due(calendar, middle, Allowance("seconds", b)) == due(calendar, start, Allowance("seconds", a + b))


@given(
    calendars(),
    INSTANTS,
    st.one_of(AMOUNTS.map(lambda n: Allowance("seconds", n)), st.integers(0, 20).map(working_days)),
    INSTANTS,
)
@settings(max_examples=80, deadline=None)
def test_a_pause_of_no_length_changes_nothing(
    calendar: Calendar, start: datetime, allowance: Allowance, moment: datetime
) -> None:
    assert due(calendar, start, allowance, pauses=[Pause(moment, moment)]) == due(calendar, start, allowance)


@given(calendars(), INSTANTS, st.integers(0, 12), known_pauses(), st.sampled_from(["working_days", "calendar_days"]))
@settings(max_examples=80, deadline=None)
def test_a_limit_in_days_is_moved_by_the_time_that_its_pauses_took(
    calendar: Calendar, start: datetime, days: int, pauses: list[Pause], unit: str
) -> None:
    plain, moved = (due(calendar, start, Allowance(unit, days), pauses=found).at for found in ((), pauses))
    assert plain is not None
    assert moved is not None
    lost = elapsed(calendar, start, plain) - elapsed(calendar, start, plain, pauses)
    assert elapsed(calendar, plain, moved, pauses) == lost
    assert lost > 0 or moved == plain


@given(calendars(), INSTANTS, st.integers(1, 5000))
@settings(max_examples=60, deadline=None)
def test_an_escalation_lies_its_minutes_of_open_time_from_the_due_instant(
    calendar: Calendar, start: datetime, n: int
) -> None:
    for sign in (1, -1):
        moment = escalation(calendar, Due(start), Rules(), minutes(sign * n)).at
        assert moment is not None
        assert elapsed(calendar, start, moment) == sign * n * 60


@given(calendars(), INSTANTS, AMOUNTS, known_pauses())
@settings(max_examples=80, deadline=None)
def test_a_trace_covers_the_time_to_the_due_instant_and_counts_the_allowance(
    calendar: Calendar, start: datetime, seconds: int, pauses: list[Pause]
) -> None:
    limit = due(calendar, start, Allowance("seconds", seconds), pauses=pauses)
    spans = trace(calendar, start, Allowance("seconds", seconds), pauses=pauses)
    assert limit.at is not None
    ends = (spans[0].start.timestamp(), spans[-1].end.timestamp())  # Python calls no two zones' folded times equal
    assert ends == (start.timestamp(), limit.at.timestamp())
    assert all(a.end.timestamp() == b.start.timestamp() for a, b in pairwise(spans))
    assert sum(span.end.timestamp() - span.start.timestamp() for span in spans if span.counted) == seconds


@given(calendars(), st.dates(date(2026, 2, 20), date(2026, 4, 20)), st.integers(-25, 25))
@settings(max_examples=100, deadline=None)
def test_working_days_agree_with_a_plain_loop(calendar: Calendar, day: date, n: int) -> None:
    found, left = day, abs(n)
    while left:
        found += timedelta(days=1 if n > 0 else -1)
        worked = found in calendar.workdays or bool(calendar.week[found.weekday()])
        left -= worked and found not in calendar.holidays
    assert add_workdays(calendar, day, n) == found
    if n >= 0:
        assert workdays_between(calendar, day, found) == n


@given(calendars(), st.dates(date(2026, 2, 20), date(2026, 4, 20)), st.integers(0, 15), st.integers(0, 15))
@settings(max_examples=60, deadline=None)
def test_adding_working_days_is_associative(calendar: Calendar, day: date, a: int, b: int) -> None:
    assert add_workdays(calendar, add_workdays(calendar, day, a), b) == add_workdays(calendar, day, a + b)
