"""Owns moments and lengths as people type and read them: local time of a zone, 24:00, days that end at midnight."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from complaint.core.errors import ComplaintError

YEARS = range(2000, 2101)
ALLOWED = "allowed: 2026-03-10T09:00:00+08:00 or, in the register's zone, 2026-03-10 09:00, 09:00, yesterday 09:00, +4h"
DURATION = re.compile(r"([0-9]{1,6})\s*(m|h|d)", re.ASCII)
DAYS = {"today": 0, "yesterday": -1, "tomorrow": 1}
_LENGTH = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


def moment(
    typed: str, zone: ZoneInfo, *, where: str, day_end: bool | None = None, now: datetime | None = None
) -> datetime:
    """The moment `typed` says, in `zone`, to the second.

    A date alone is allowed where `day_end` says what it means: the end of that day (24:00), or its start. With `now`,
    short forms are read from it: 10:00, yesterday 10:00, +4h.
    """
    text = _spelt_out(typed.strip(), zone, now) if now else typed.strip()
    if day_end is not None and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        day = _day(text, where)
        return local(day + timedelta(days=1) if day_end else day, time(), zone)
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]24:00(:00)?", text, re.ASCII):
        return local(_day(text[:10], where) + timedelta(days=1), time(), zone)
    if not re.fullmatch(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?",
        text,
        re.ASCII,
    ):
        raise ComplaintError(
            f'"{typed}" is no moment', ALLOWED + (" or a date alone" if day_end is not None else ""), where=where
        )
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ComplaintError(f'"{typed}" is no moment: there is no such day or time', ALLOWED, where=where) from None
    _check_year(found.date(), typed, where)
    if found.tzinfo is None:
        return local(found.date(), found.time(), zone)
    return found.astimezone(zone)


def _spelt_out(text: str, zone: ZoneInfo, now: datetime) -> str:
    """A short form in full: a time of day is today's; today, yesterday and tomorrow are days; +4h counts from now."""
    ahead = DURATION.fullmatch(text[1:]) if text.startswith("+") else None
    if ahead:
        return (now.astimezone(UTC) + int(ahead[1]) * _LENGTH[ahead[2]]).astimezone(zone).isoformat(timespec="seconds")
    today = now.astimezone(zone).date()
    for word, days in DAYS.items():
        if text.lower().startswith(word):
            return f"{today + timedelta(days=days)}{text[len(word) :]}"
    return f"{today} {text}" if re.fullmatch(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?", text, re.ASCII) else text


def local(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The moment of a wall time: one in a gap moves forward by the gap, a repeated one is the first."""
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC).astimezone(zone)


def _day(text: str, where: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ComplaintError(f'"{text}" is no day', "allowed: a date such as 2026-03-10", where=where) from None
    return _check_year(day, text, where)


def _check_year(day: date, typed: str, where: str) -> date:
    if day.year not in YEARS:
        raise ComplaintError(f'"{typed}" lies outside the years {YEARS[0]} to {YEARS[-1]}', ALLOWED, where=where)
    return day


def duration(typed: str, *, where: str) -> timedelta:
    """A length of wall time: 30m, 2h, 1d (24 hours)."""
    found = DURATION.fullmatch(typed.strip())
    if not found:
        raise ComplaintError(
            f'"{typed}" is no length of time',
            "allowed: minutes, hours or days of 24 hours, as 30m, 4h, 1d",
            where=where,
        )
    return int(found[1]) * _LENGTH[found[2]]


def people(at: datetime | None, zone: ZoneInfo, *, limit: bool = False) -> str:
    """A moment as people read it; a `limit` at midnight belongs to the day it ends: 2026-02-24 24:00."""
    if at is None:
        return "-"
    here = at.astimezone(zone)
    if limit and here.time() == time():
        return f"{here.date() - timedelta(days=1)} 24:00"
    return f"{here:%Y-%m-%d %H:%M:%S}" if here.second else f"{here:%Y-%m-%d %H:%M}"


def length(seconds: int) -> str:
    """A length of wall time as people read it: 1d 2h 3m, to the two greatest units."""
    left, parts = abs(seconds), []
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"
