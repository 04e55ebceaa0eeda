"""Moments and lengths as people type them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint.core.errors import ComplaintError
from complaint.core.moments import duration, length, local, moment, people

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")


def read(typed, zone=SHANGHAI, day_end=None):
    return moment(typed, zone, where="--at", day_end=day_end).isoformat()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-03-10T09:00:00+08:00", "2026-03-10T09:00:00+08:00"),
        ("2026-03-10T01:00:00Z", "2026-03-10T09:00:00+08:00"),
        ("2026-03-10T01:00Z", "2026-03-10T09:00:00+08:00"),
        ("2026-03-10 09:00", "2026-03-10T09:00:00+08:00"),
        ("2026-03-10T09:00:59", "2026-03-10T09:00:59+08:00"),
        ("2026-03-09T20:00:00-05:00", "2026-03-10T09:00:00+08:00"),
        ("  2026-03-10 09:00 ", "2026-03-10T09:00:00+08:00"),
        ("2026-03-10 24:00", "2026-03-11T00:00:00+08:00"),
        ("2026-02-28T24:00:00", "2026-03-01T00:00:00+08:00"),
        ("2100-12-31 23:59", "2100-12-31T23:59:00+08:00"),
        ("2000-01-01 00:00", "2000-01-01T00:00:00+08:00"),
    ],
)
def test_a_moment_is_read_in_the_zone_of_the_register(typed, meant):
    assert read(typed) == meant


def test_a_date_alone_is_its_end_where_an_end_is_meant():
    assert read("2026-03-10", day_end=True) == "2026-03-11T00:00:00+08:00"


def test_a_date_alone_is_its_start_where_a_start_is_meant():
    assert read("2026-03-10", day_end=False) == "2026-03-10T00:00:00+08:00"


def test_a_date_alone_is_refused_where_neither_is_said():
    with pytest.raises(ComplaintError, match='--at: "2026-03-10" is no moment'):
        read("2026-03-10")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-03-29 02:30", "2026-03-29T03:30:00+02:00"),
        ("2026-03-29 01:59", "2026-03-29T01:59:00+01:00"),
        ("2026-10-25 02:30", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T02:30:00+01:00"),
        ("2026-10-25 24:00", "2026-10-26T00:00:00+01:00"),
    ],
)
def test_a_time_in_a_gap_moves_on_and_a_repeated_one_is_the_first(typed, meant):
    assert read(typed, BERLIN) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "now",
        "9:00",
        "2026-03-10 9:00",
        "2026-3-10 09:00",
        "20260310T090000Z",
        "2026-03-10 09:00:60",
        "2026-03-10 25:00",
        "2026-03-10 24:01",
        "2026-02-30 09:00",
        "2026-02-30 24:00",
        "２０２６-03-10 09:00",
        "2026-03-10 09:00+0800",
        "2026-03-10 09:00+8",
        "2026-W11-2",
        "2026-03-10 09:00\n2026",
        "1_000-01-01 00:00",
        "9999-12-31 23:59",
        "9999-12-31 24:00",
        "1999-12-31 23:59",
        "2101-01-01 00:00",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_what_is_no_moment_between_2000_and_2100_is_refused_by_name(typed):
    with pytest.raises(ComplaintError) as refused:
        read(typed)

    assert refused.value.where == "--at"
    assert "2026-03-10T09:00:00+08:00" in refused.value.mend or "2026-03-10" in refused.value.mend


@given(st.dates(date(2001, 1, 1), date(2099, 1, 1)), st.times())
def test_a_local_moment_is_one_instant_that_reads_back(day, at):
    found = local(day, at, BERLIN)

    assert found.fold == 0
    assert found.astimezone(UTC).astimezone(BERLIN).replace(tzinfo=None) == found.replace(tzinfo=None)
    assert found.replace(tzinfo=None) - datetime.combine(day, at) in (timedelta(), timedelta(hours=1))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("1d", timedelta(hours=24)),
        (" 4 h ", timedelta(hours=4)),
        ("0m", timedelta()),
    ],
)
def test_a_length_of_wall_time_is_typed_with_its_unit(typed, meant):
    assert duration(typed, where="--due-within") == meant


@pytest.mark.parametrize("typed", ["", "4", "h", "-1h", "1.5h", "４h", "4 hours", "1h30m", "9999999d", "1w"])
def test_other_lengths_are_refused(typed):
    with pytest.raises(ComplaintError, match="is no length of time"):
        duration(typed, where="--due-within")


def test_a_limit_at_midnight_is_shown_on_the_day_it_ends():
    midnight = datetime(2026, 2, 24, 16, 0, tzinfo=UTC)

    assert people(midnight, SHANGHAI, limit=True) == "2026-02-24 24:00"
    assert people(midnight, SHANGHAI) == "2026-02-25 00:00"


def test_seconds_are_shown_only_where_there_are_any():
    assert people(datetime.combine(date(2026, 3, 10), time(9, 0, 7), SHANGHAI), SHANGHAI) == "2026-03-10 09:00:07"


@pytest.mark.parametrize(
    ("seconds", "read_as"), [(0, "0s"), (59, "59s"), (60, "1m"), (3661, "1h 1m"), (90_000, "1d 1h"), (86_401, "1d 1s")]
)
def test_a_length_is_read_in_its_two_greatest_units(seconds, read_as):
    assert length(seconds) == read_as
