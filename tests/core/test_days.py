"""The shipped calendar of days off, against two independent packages, and the mistakes a calendar file can have."""

from __future__ import annotations

import warnings
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import tomli

from complaint.core.calendar import Calendar, DayTable, is_workday
from complaint.core.days import day_table, mistakes

CN_FILE = Path(__file__).parents[2] / "templates" / "calendars" / "cn.toml"
DAYS_2024_TO_2026 = [date(2024, 1, 1) + timedelta(days=n) for n in range(366 + 365 + 365)]

SMALL = """
schema = 1

[calendar]
id = "cn"
title = { en = "China" }

[year.2026]
notice = "No. 7"
published = 2025-11-04

[[year.2026.holiday]]
name = { en = "Spring Festival", zh = "春节" }
from = 2026-02-15
to = 2026-02-17
work = [2026-02-14]

[year.2027]
notice = "none"
"""


def shipped() -> dict[str, Any]:
    return tomli.loads(CN_FILE.read_text(encoding="utf-8"))


def small(old: str = "", new: str = "") -> dict[str, Any]:
    assert old in SMALL
    return tomli.loads(SMALL.replace(old, new))


def found(old: str, new: str) -> list[str]:
    return [f"{'.'.join(map(str, m.path))}: {m.found}" for m in mistakes(small(old, new))]


def test_the_shipped_calendar_has_no_mistakes() -> None:
    assert mistakes(shipped()) == []


def test_three_years_of_the_shipped_calendar_are_firm_and_the_next_is_not() -> None:
    assert day_table(shipped()).firm_years == {2024, 2025, 2026}


def test_every_day_agrees_with_the_holidays_package() -> None:
    import holidays

    china, calendar = holidays.China(years=[2023, 2024, 2025, 2026, 2027]), shipped_calendar()
    assert [day for day in DAYS_2024_TO_2026 if is_workday(calendar, day) != china.is_working_day(day)] == []


def test_every_day_agrees_with_the_chinesecalendar_package() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import chinese_calendar

        theirs = {day: chinese_calendar.is_workday(day) for day in DAYS_2024_TO_2026}
    calendar = shipped_calendar()
    assert [day for day in DAYS_2024_TO_2026 if is_workday(calendar, day) != theirs[day]] == []


def test_2026_has_248_working_days() -> None:
    calendar = shipped_calendar()
    assert sum(is_workday(calendar, day) for day in DAYS_2024_TO_2026 if day.year == 2026) == 248


def test_every_shipped_make_up_day_is_a_weekend_day() -> None:
    assert [day for day in day_table(shipped()).work if day.weekday() < 5] == []


def test_the_days_of_2027_are_the_statutory_ones_and_no_more() -> None:
    import holidays

    statutory = {day for day in holidays.China(years=2027, observed=False) if day.year == 2027}
    table = day_table(shipped())
    assert {day for day in table.off if day.year == 2027} == statutory
    assert {day for day in table.work if day.year == 2027} == set()


def shipped_calendar() -> Calendar:
    return Calendar.of(ZoneInfo("Asia/Shanghai"), day_table(shipped()))


def test_a_table_names_the_holiday_of_every_day_off() -> None:
    assert day_table(small()) == DayTable(
        off={date(2026, 2, day): "春节 Spring Festival" for day in (15, 16, 17)},
        work=frozenset({date(2026, 2, 14)}),
        firm_years=frozenset({2026}),
    )


def test_a_holiday_and_its_make_up_day_may_begin_in_december() -> None:
    new_year = "from = 2025-12-31\nto = 2026-01-02\nwork = [2025-12-28]"
    assert found("from = 2026-02-15\nto = 2026-02-17\nwork = [2026-02-14]", new_year) == []


def test_a_copied_calendar_may_say_where_it_comes_from() -> None:
    origin = f'schema = 1\norigin = {{ name = "cn", version = "1.0", sha256 = "{"0" * 64}" }}'
    assert found("schema = 1", origin) == []


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("schema = 1", "schema = 2", "schema: found 2"),
        ("to = 2026-02-17", "too = 2026-02-17", "year.2026.holiday.0.too: unknown key"),
        ("to = 2026-02-17", 'to = "2026-02-17"', 'year.2026.holiday.0.to: found "2026-02-17"'),
        ("to = 2026-02-17", "to = 2026-02-14", "year.2026.holiday.0.to: found 2026-02-14, before from"),
        ("to = 2026-02-17", "to = 2027-02-17", "year.2026.holiday.0.to: found 2027-02-17"),
        ("from = 2026-02-15", "from = 2024-02-15", "year.2026.holiday.0.from: found 2024-02-15"),
        ("work = [2026-02-14]", "work = [2024-12-28]", "year.2026.holiday.0.work.0: found 2024-12-28"),
        ("work = [2026-02-14]", "work = [2026-02-16]", "year.2026.holiday.0.work.0: 2026-02-16 is a day off"),
        (
            "work = [2026-02-14]",
            "work = [2026-02-14, 2026-02-14]",
            "year.2026.holiday.0.work.1: 2026-02-14 is a make-up day",
        ),
        ("work = [2026-02-14]", "work = []", "year.2026.holiday.0.work: found an empty list"),
        ("published = 2025-11-04\n", "", "year.2026: the date of the notice is missing"),
        ('notice = "none"', 'notice = "none"\npublished = 2026-11-04', "year.2027: a date without a notice"),
        ('notice = "none"', 'notice = ""', "year.2027.notice: found"),
        ("[year.2027]", "[year.next]", "year.next: found"),
        ('id = "cn"', 'id = "C N"', "calendar.id: found"),
        ('title = { en = "China" }', "", "calendar: the key title is missing"),
    ],
)
def test_a_mistake_is_named_with_its_place(old: str, new: str, mistake: str) -> None:
    first, *_ = found(old, new)
    assert first.startswith(mistake)


def test_a_day_off_twice_is_a_mistake() -> None:
    again = '[[year.2026.holiday]]\nname = { en = "Again" }\nfrom = 2026-02-17\nto = 2026-02-18\n\n[year.2027]'
    assert found("[year.2027]", again) == [
        "year.2026.holiday.1: 2026-02-17 is a day off twice, also of Spring Festival"
    ]
