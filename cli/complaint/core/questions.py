"""Owns the working-time questions of scripts: one JSON object in, one answer out (contract, section 5, `clock run`)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from complaint.core.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    NO_WEEK,
    Calendar,
    Pause,
    Windows,
    add_workdays,
    elapsed,
    instant,
    is_open,
    is_workday,
    workdays_between,
)
from complaint.core.deadline import Allowance, Rules, due, escalation
from complaint.core.errors import ComplaintError, allowed_words
from complaint.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Callable

Question = dict[str, Any]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SECONDS = {"seconds": 1, "minutes": 60, "hours": 3600}
UNITS = (*SECONDS, "working_days", "calendar_days", "months")
CHOICES = {  # the first word of each is the default
    "exact_fit": ("close", "next_open"),
    "days_anchor": ("next_is_day1", "roll_then_add"),
    "days_mode": ("end_of_day", "close_of_business", "same_time", "same_time_roll", "same_time_clamp"),
}
# a script may send one calendar and one set of rules with every question it asks
SHARED = (
    *("ask", "timezone", "windows", "holidays", "workdays", "date_windows", "breaks", "makeup_hours"),
    *(*CHOICES, "pausable", "pauses", "as_of"),
)

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?|24:00(:00)?")
_MOMENT = re.compile(
    rf"{_DATE.pattern}[Tt ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}(\.[0-9]+)?)?([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})?"
)


def answer(question: object) -> Question:
    """The answer to one question; raises ComplaintError that names the key, what was found and what is allowed."""
    if not isinstance(question, dict):
        raise ComplaintError(f"found {shown(question)}", 'allowed: an object such as {"ask": "due", ...}')
    asked = _word(_needed(question, "ask"), "ask", tuple(ASKS))
    own, reply = ASKS[asked]
    for key in question:
        if key not in SHARED and key not in own:
            raise ComplaintError(
                f"unknown key in a question that asks {asked}", allowed_words(key, SHARED + own), where=key
            )
    return reply(question, calendar_of(question))


def _due(question: Question, calendar: Calendar) -> Question:
    rules = _rules(question)
    allowance = _allowance(_needed(question, "allowance"), "allowance")
    start = _moment(_needed(question, "start"), "start")
    limit = due(calendar, start, allowance, rules, _pauses(question), _as_of(question))
    reply: Question = {"due": _text(limit.at)}
    if "offset" in question:
        offset = _allowance(question["offset"], "offset")
        reply["escalation"] = _text(escalation(calendar, limit, rules, offset).at)
    return reply


def _elapsed(question: Question, calendar: Calendar) -> Question:
    start, end = (_moment(_needed(question, key), key) for key in ("start", "end"))
    pauses = _pauses(question) if _rules(question).pausable else ()
    return {"seconds": elapsed(calendar, start, end, pauses, _as_of(question))}


def _open(question: Question, calendar: Calendar) -> Question:
    return {"open": is_open(calendar, _moment(_needed(question, "at"), "at"))}


def _workday(question: Question, calendar: Calendar) -> Question:
    return {"workday": is_workday(calendar, _date(_needed(question, "date"), "date"))}


def _workdays_add(question: Question, calendar: Calendar) -> Question:
    day = _day_or_moment(_needed(question, "start"), "start", calendar.zone)
    if _rules(question).days_anchor == "roll_then_add" and not is_workday(calendar, day):
        day = add_workdays(calendar, day, 1)
    return {"date": add_workdays(calendar, day, _whole(_needed(question, "days"), "days")).isoformat()}


def _workdays_between(question: Question, calendar: Calendar) -> Question:
    first, last = (_date(_needed(question, key), key) for key in ("from_date", "to_date"))
    return {"days": workdays_between(calendar, first, last)}


def _local(question: Question, calendar: Calendar) -> Question:
    day, text = _date(_needed(question, "date"), "date"), _needed(question, "time")
    if not isinstance(text, str) or not _TIME.fullmatch(text):
        raise ComplaintError(f"found {shown(text)}", 'allowed: a local time such as "01:30:00"', where="time")
    if text.startswith("24:"):
        return {"instant": _text(instant(calendar.zone, day + timedelta(days=1), time()))}
    return {"instant": _text(instant(calendar.zone, day, time.fromisoformat(text)))}


ASKS: dict[str, tuple[tuple[str, ...], Callable[[Question, Calendar], Question]]] = {
    "due": (("start", "allowance", "offset"), _due),
    "elapsed": (("start", "end"), _elapsed),
    "open": (("at",), _open),
    "workday": (("date",), _workday),
    "workdays_add": (("start", "days"), _workdays_add),
    "workdays_between": (("from_date", "to_date"), _workdays_between),
    "local": (("date", "time"), _local),
}


def calendar_of(question: Question) -> Calendar:
    """The calendar that the shared keys of a question describe; nothing in it is ever provisional."""
    zone = zone_of(question.get("timezone", "Asia/Shanghai"), "timezone")
    week = _week(question.get("windows", {}))
    return Calendar(
        zone,
        week,
        holidays=_dates(question.get("holidays", []), "holidays"),
        workdays=_dates(question.get("workdays", []), "workdays"),
        date_windows=_dated(question.get("date_windows", {}), "date_windows"),
        breaks=_dated(question.get("breaks", {}), "breaks"),
        makeup_hours=_makeup_hours(question["makeup_hours"], week) if "makeup_hours" in question else None,
    )


def zone_of(name: object, key: str) -> ZoneInfo:
    """The time zone of that name; `key` is what an error calls it."""
    try:
        if isinstance(name, str) and name:
            return ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        pass
    raise ComplaintError(f"there is no time zone {shown(name)}", "allowed: a name such as Asia/Shanghai", where=key)


def _week(value: object) -> tuple[Windows, ...]:
    week = list(NO_WEEK)
    for name, windows in _table(value, "windows").items():
        _word(name, "windows", WEEKDAYS)
        week[WEEKDAYS.index(name)] = _windows(windows, f"windows.{name}")
    return tuple(week)


def _makeup_hours(value: object, week: tuple[Windows, ...]) -> Windows | None:
    if isinstance(value, list):
        return _windows(value, "makeup_hours")
    found = week[WEEKDAYS.index(_word(value, "makeup_hours", WEEKDAYS))]
    if any(week) and not found:
        raise ComplaintError(f"{value} has no windows", "allowed: a weekday with windows", where="makeup_hours")
    return found or None


def _dated(value: object, key: str) -> dict[date, Windows]:
    return {_date(day, key): _windows(windows, f"{key}.{day}") for day, windows in _table(value, key).items()}


def _windows(value: object, key: str) -> Windows:
    return tuple(_window(pair, key) for pair in _list(value, key))


def _window(pair: object, key: str) -> tuple[int, int]:
    if isinstance(pair, list) and len(pair) == 2:
        start, end = (clock_seconds(text) for text in pair)
        if start is not None and end is not None and start < end:
            return start, end
    found = "-".join(map(str, pair)) if isinstance(pair, list) else shown(pair)
    raise ComplaintError(
        f"found {found}", 'allowed: ["08:00", "12:00"], the end after the start and up to "24:00"', where=key
    )


def clock_seconds(text: object) -> int | None:
    """Seconds after midnight of "08:30", "08:30:15" or "24:00"; None for anything else."""
    if not isinstance(text, str) or not _TIME.fullmatch(text) or "." in text:
        return None
    hours, minutes, *rest = map(int, text.split(":"))
    return hours * 3600 + minutes * 60 + sum(rest)


def _rules(question: Question) -> Rules:
    chosen = {key: _word(question.get(key, words[0]), key, words) for key, words in CHOICES.items()}
    pausable = question.get("pausable", True)
    if not isinstance(pausable, bool):
        raise ComplaintError(f"found {shown(pausable)}", "allowed: true or false", where="pausable")
    return Rules(chosen["exact_fit"], chosen["days_anchor"], chosen["days_mode"], pausable)


def _pauses(question: Question) -> tuple[Pause, ...]:
    rows = _list(question.get("pauses", []), "pauses")
    return tuple(_pause(row, f"pauses[{position}]") for position, row in enumerate(rows))


def _pause(row: object, key: str) -> Pause:
    table = _table(row, key)
    for name in table:
        _word(name, key, ("from", "to"))
    start = _moment(_needed(table, "from", key), f"{key}.from")
    end = None if table.get("to") is None else _moment(table["to"], f"{key}.to")
    if end is not None and end < start:
        raise ComplaintError("the pause ends before it starts", "allowed: a moment at or after from", where=f"{key}.to")
    return Pause(start, end)


def _as_of(question: Question) -> datetime | None:
    return None if question.get("as_of") is None else _moment(question["as_of"], "as_of")


def _allowance(value: object, key: str) -> Allowance:
    table = _table(value, key)
    if len(table) != 1:
        raise ComplaintError(f"found {len(table)} units", f"allowed: one of {', '.join(UNITS)}", where=key)
    ((unit, amount),) = table.items()
    _word(unit, key, UNITS)
    if unit in SECONDS:
        return Allowance("seconds", _seconds(amount, SECONDS[unit], f"{key}.{unit}"))
    return Allowance(unit, _whole(amount, f"{key}.{unit}"))


def _seconds(value: object, factor: int, key: str) -> int:
    """Whole seconds of a number of minutes or hours, which itself may be a fraction."""
    from decimal import Decimal

    if isinstance(value, float) and abs(value) < 1e12:
        exact = Decimal(repr(value)) * factor
        if exact == int(exact):
            return int(exact)
    elif isinstance(value, int) and not isinstance(value, bool):
        return value * factor
    raise ComplaintError(f"found {shown(value)}", "allowed: a number that gives whole seconds", where=key)


def _whole(value: object, key: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ComplaintError(f"found {shown(value)}", "allowed: a whole number", where=key)


def _moment(value: object, key: str) -> datetime:
    moment = _read_moment(value, key)
    if moment.tzinfo is None:
        raise ComplaintError(f"found {shown(value)}, without an offset", "write one, such as +08:00 or Z", where=key)
    return moment


def _read_moment(value: object, key: str) -> datetime:
    """A date-time as written, with or without an offset."""
    try:
        if isinstance(value, str) and _MOMENT.fullmatch(value):
            moment = datetime.fromisoformat(value.upper())
            _in_reach(moment.date(), key)
            return moment
    except ValueError:
        pass
    raise ComplaintError(f"found {shown(value)}", 'allowed: a moment such as "2026-03-10T09:00:00+08:00"', where=key)


def _day_or_moment(value: object, key: str, zone: ZoneInfo) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        return _date(value, key)
    moment = _read_moment(value, key)
    return (moment.astimezone(zone) if moment.tzinfo else moment).date()


def _date(value: object, key: str) -> date:
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return _in_reach(date.fromisoformat(value), key)
    except ValueError:
        pass
    raise ComplaintError(f"found {shown(value)}", 'allowed: a date such as "2026-03-10"', where=key)


def _in_reach(day: date, key: str) -> date:
    if FIRST_YEAR <= day.year <= LAST_YEAR:
        return day
    raise ComplaintError(f"found the year {day.year}", f"allowed: the years {FIRST_YEAR} to {LAST_YEAR}", where=key)


def _dates(value: object, key: str) -> frozenset[date]:
    return frozenset(_date(day, key) for day in _list(value, key))


def _table(value: object, key: str) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise ComplaintError(f"found {shown(value)}", "allowed: an object, in { }", where=key)


def _list(value: object, key: str) -> list[Any]:
    if isinstance(value, list):
        return value
    raise ComplaintError(f"found {shown(value)}", "allowed: a list, in [ ]", where=key)


def _word(value: object, key: str, words: tuple[str, ...]) -> str:
    if isinstance(value, str) and value in words:
        return value
    raise ComplaintError(f"found {shown(value)}", allowed_words(str(value), words), where=key)


def _needed(table: Question, key: str, where: str = "") -> Any:
    if key in table:
        return table[key]
    raise ComplaintError("the key is missing", "it is required", where=f"{where}.{key}" if where else key)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
