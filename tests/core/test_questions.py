"""Working-time questions of scripts: one object in, one answer out; every mistake names its key."""

from __future__ import annotations

from typing import Any

import pytest

from complaint.core.errors import ComplaintError
from complaint.core.questions import answer

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def ask(what: str, **keys: Any) -> dict[str, Any]:
    return answer({"ask": what, "timezone": "UTC", "windows": WEEK, **keys})


def due(start: str, allowance: dict[str, Any], **keys: Any) -> str | None:
    found: str | None = ask("due", start=start, allowance=allowance, **keys)["due"]
    return found


@pytest.mark.parametrize(
    ("allowance", "ends"),
    [
        ({"seconds": 90}, "2026-03-06T10:01:30+00:00"),
        ({"minutes": 90}, "2026-03-06T11:30:00+00:00"),
        ({"minutes": 0.5}, "2026-03-06T10:00:30+00:00"),
        ({"minutes": 240.0}, "2026-03-06T14:00:00+00:00"),
        ({"hours": 8}, "2026-03-09T10:00:00+00:00"),
        ({"hours": 1.1}, "2026-03-06T11:06:00+00:00"),
        ({"hours": 0}, "2026-03-06T10:00:00+00:00"),
        ({"minutes": -60}, "2026-03-06T09:00:00+00:00"),
        ({"working_days": 1}, "2026-03-10T00:00:00+00:00"),
        ({"calendar_days": 1}, "2026-03-08T00:00:00+00:00"),
        ({"months": 1}, "2026-04-07T00:00:00+00:00"),
    ],
)
def test_an_allowance_has_one_of_six_units(allowance: dict[str, Any], ends: str) -> None:
    assert due("2026-03-06T10:00:00Z", allowance) == ends


def test_the_zone_is_shanghai_and_every_hour_counts_unless_told_otherwise() -> None:
    question = {"ask": "due", "start": "2026-03-07T10:00:00Z", "allowance": {"hours": 1}}
    assert answer(question) == {"due": "2026-03-07T19:00:00+08:00"}


def test_a_moment_may_have_a_space_and_a_zero_offset_letter() -> None:
    assert due("2026-03-06 10:00:00+08:00", {"minutes": 0}) == "2026-03-06T09:00:00+00:00"
    assert due("2026-03-06t10:00z", {"minutes": 0}) == "2026-03-06T10:00:00+00:00"


def test_days_off_make_up_days_date_windows_and_breaks_shape_the_calendar() -> None:
    shape = {
        "holidays": ["2026-03-09"],
        "workdays": ["2026-03-07"],
        "date_windows": {"2026-03-08": [["00:00", "01:00"]]},
        "breaks": {"2026-03-07": [["12:00", "13:00"]]},
        "makeup_hours": "fri",
    }
    span = {"start": "2026-03-07T00:00:00Z", "end": "2026-03-10T00:00:00Z"}
    assert ask("elapsed", **shape, **span) == {"seconds": 8 * 3600}


def test_the_hours_of_make_up_days_may_be_windows() -> None:
    span = {"start": "2026-03-07T00:00:00Z", "end": "2026-03-08T00:00:00Z", "workdays": ["2026-03-07"]}
    assert ask("elapsed", makeup_hours=[["09:00", "10:00"]], **span) == {"seconds": 3600}


def test_an_open_pause_lasts_until_as_of_and_for_ever_without() -> None:
    pauses: list[dict[str, Any]] = [{"from": "2026-03-06T10:00:00Z"}]
    start, allowance = "2026-03-06T09:00:00Z", {"hours": 2}
    assert due(start, allowance, pauses=pauses) is None
    assert due(start, allowance, pauses=pauses, as_of="2026-03-06T10:30:00Z") == "2026-03-06T11:30:00+00:00"
    assert due(start, allowance, pauses=pauses, pausable=False) == "2026-03-06T11:00:00+00:00"


def test_an_offset_adds_an_escalation() -> None:
    reply = ask("due", start="2026-03-06T10:00:00Z", allowance={"working_days": 1}, offset={"working_days": -1})
    assert reply == {"due": "2026-03-10T00:00:00+00:00", "escalation": "2026-03-07T00:00:00+00:00"}
    reply = ask("due", start="2026-03-06T10:00:00Z", allowance={"minutes": 30}, offset={"minutes": -10})
    assert reply["escalation"] == "2026-03-06T10:20:00+00:00"


def test_the_other_questions_have_answers_of_their_own() -> None:
    assert ask("open", at="2026-03-06T17:00:00Z") == {"open": False}
    assert ask("workday", date="2026-03-07") == {"workday": False}
    assert ask("workdays_between", from_date="2026-03-06", to_date="2026-03-10") == {"days": 2}
    assert ask("local", date="2026-03-06", time="24:00") == {"instant": "2026-03-07T00:00:00+00:00"}
    assert ask("local", date="2014-11-02", time="01:30:00", timezone="America/Los_Angeles") == {
        "instant": "2014-11-02T01:30:00-07:00"
    }


def test_working_days_are_added_to_a_date_or_to_a_moment_read_in_the_zone() -> None:
    assert ask("workdays_add", start="2026-03-06", days=1) == {"date": "2026-03-09"}
    assert ask("workdays_add", start="2026-03-06T10:00:00", days=-1) == {"date": "2026-03-05"}
    late = "2026-03-05T23:00:00Z"
    assert ask("workdays_add", start=late, days=1, timezone="Asia/Shanghai") == {"date": "2026-03-09"}


def test_one_calendar_and_one_set_of_rules_fit_every_question() -> None:
    shared = {"exact_fit": "next_open", "days_mode": "same_time", "pausable": False, "pauses": [], "holidays": []}
    assert ask("workday", date="2026-03-06", **shared) == {"workday": True}


GOOD = {"start": "2026-03-06T10:00:00Z", "allowance": {"minutes": 1}}


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"start": "2026-03-06T10:00:00"}, "start: "),
        ({"start": "2026-03-06"}, "start: "),
        ({"start": "2026-02-30T10:00:00Z"}, "start: "),
        ({"start": "9999-12-31T10:00:00Z"}, "start: "),
        ({"start": "0001-01-01T00:00:00+14:00"}, "start: "),
        ({"start": "２０２６-03-06T10:00:00Z"}, "start: "),
        ({"start": 1772791200}, "start: "),
        ({"allowance": {}}, "allowance: "),
        ({"allowance": 5}, "allowance: "),
        ({"allowance": {"minutes": 1, "hours": 1}}, "allowance: "),
        ({"allowance": {"weeks": 1}}, "allowance: "),
        ({"allowance": {"minutes": True}}, "allowance.minutes: "),
        ({"allowance": {"minutes": "5"}}, "allowance.minutes: "),
        ({"allowance": {"minutes": 0.001}}, "allowance.minutes: "),
        ({"allowance": {"minutes": float("nan")}}, "allowance.minutes: "),
        ({"allowance": {"minutes": 1e300}}, "allowance.minutes: "),
        ({"allowance": {"working_days": 1.0}}, "allowance.working_days: "),
        ({"allowance": {"months": False}}, "allowance.months: "),
        ({"windows": {"monday": []}}, "windows: "),
        ({"windows": {"mon": [["12:00", "08:00"]]}}, "windows.mon: "),
        ({"windows": {"mon": [["08:00", "25:00"]]}}, "windows.mon: "),
        ({"windows": {"mon": [["08:00", "24:01"]]}}, "windows.mon: "),
        ({"windows": {"mon": [["8:00", "12:00"]]}}, "windows.mon: "),
        ({"windows": {"mon": ["08:00-12:00"]}}, "windows.mon: "),
        ({"windows": []}, "windows: "),
        ({"holidays": "2026-03-06"}, "holidays: "),
        ({"holidays": ["2026-3-6"]}, "holidays: "),
        ({"workdays": [None]}, "workdays: "),
        ({"date_windows": {"friday": []}}, "date_windows: "),
        ({"breaks": {"2026-03-06": [["10:00", "10:00"]]}}, "breaks.2026-03-06: "),
        ({"makeup_hours": "sat"}, "makeup_hours: "),
        ({"makeup_hours": "holiday"}, "makeup_hours: "),
        ({"timezone": "Asia/Nowhere"}, "timezone: "),
        ({"timezone": "../etc/passwd"}, "timezone: "),
        ({"timezone": "America"}, "timezone: "),
        ({"timezone": 8}, "timezone: "),
        ({"exact_fit": "open"}, "exact_fit: "),
        ({"days_mode": ["end_of_day"]}, "days_mode: "),
        ({"pausable": "no"}, "pausable: "),
        ({"pauses": [{"to": "2026-03-06T10:00:00Z"}]}, "pauses[0].from: "),
        ({"pauses": [{"from": "2026-03-06T10:00:00"}]}, "pauses[0].from: "),
        ({"pauses": [{"from": "2026-03-06T10:00:00Z", "to": "2026-03-06T09:00:00Z"}]}, "pauses[0].to: "),
        ({"pauses": [{"from": "2026-03-06T10:00:00Z", "until": "2026-03-06T11:00:00Z"}]}, "pauses[0]: "),
        ({"as_of": "2026-03-06"}, "as_of: "),
        ({"offset": {"minutes": "ten"}}, "offset.minutes: "),
        ({"end": "2026-03-06T10:00:00Z"}, "end: "),
        ({"window": {}}, "window: "),
    ],
)
def test_a_mistake_names_its_key(keys: dict[str, Any], place: str) -> None:
    with pytest.raises(ComplaintError) as caught:
        ask("due", **{**GOOD, **keys})
    assert str(caught.value).startswith(place)


@pytest.mark.parametrize(
    ("what", "missing"),
    [
        ("due", "start"),
        ("elapsed", "end"),
        ("open", "at"),
        ("workday", "date"),
        ("workdays_add", "days"),
        ("workdays_between", "to_date"),
        ("local", "time"),
    ],
)
def test_a_missing_key_is_named(what: str, missing: str) -> None:
    every = {
        **GOOD,
        "end": "2026-03-06T10:00:00Z",
        "at": "2026-03-06T10:00:00Z",
        "date": "2026-03-06",
        "days": 1,
        "from_date": "2026-03-06",
        "to_date": "2026-03-06",
        "time": "10:00",
    }
    own = {
        "due": ("start", "allowance"),
        "elapsed": ("start", "end"),
        "open": ("at",),
        "workday": ("date",),
        "workdays_add": ("start", "days"),
        "workdays_between": ("from_date", "to_date"),
        "local": ("date", "time"),
    }
    keys = {key: every[key] for key in own[what] if key != missing}
    with pytest.raises(ComplaintError, match=rf"^{missing}: the key is missing"):
        ask(what, **keys)


def test_an_unknown_key_is_answered_with_the_nearest() -> None:
    with pytest.raises(ComplaintError, match="did you mean holidays"):
        ask("workday", date="2026-03-06", hollidays=[])


@pytest.mark.parametrize("question", [None, [], "due", 5])
def test_a_question_is_an_object(question: object) -> None:
    with pytest.raises(ComplaintError, match="allowed: an object"):
        answer(question)


def test_an_unknown_question_names_those_there_are() -> None:
    with pytest.raises(ComplaintError, match="due, elapsed, open, workday, workdays_add, workdays_between, local"):
        answer({"ask": "why"})
