"""Owns ticket ids and event keys: how they are made, checked, typed and read back."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from complaint.core.errors import ComplaintError

SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32
_VALUE = {symbol: value for value, symbol in enumerate(SYMBOLS)}
ID = re.compile(r"[A-Z]-[0-9]{2}(0[1-9]|1[0-2])-[0-9A-HJKMNP-TV-Z]{8}", re.ASCII)
EVENT_KEY = re.compile(r"[0-9]{8}T[0-9]{9}Z-[0-9a-hjkmnp-tv-z]{3}", re.ASCII)


def check_symbol(symbols: str) -> str:
    """The Luhn mod 32 check symbol over `symbols`."""
    total = 0
    for position, symbol in enumerate(reversed(symbols)):
        value = _VALUE[symbol] * (2 if position % 2 == 0 else 1)
        total += value // 32 + value % 32
    return SYMBOLS[-total % 32]


def make(prefix: str, received: datetime, random: str) -> str:
    """The id of a ticket recorded at `received` (register's zone), from seven random symbols."""
    return f"{prefix}-{received:%y%m}-{random}{check_symbol(random)}"


def normal(typed: str) -> str:
    """`typed` in capitals, with O read as 0 and I, L as 1 in its random part."""
    head, hyphen, random = typed.upper().rpartition("-")
    return head + hyphen + random.translate(str.maketrans("OIL", "011"))


def is_id(text: str) -> bool:
    """Whether `text` is exactly an id, check symbol included."""
    return bool(ID.fullmatch(text)) and check_symbol(text[-8:-1]) == text[-1]


def beginning(typed: str) -> tuple[str, str]:
    """The month part (C-2611-, or nothing) and the first random symbols that `typed` gives; else refused."""
    month = re.match(r"[A-Z]-[0-9]{4}-", typed.upper(), re.ASCII)
    head = month[0] if month else ""
    symbols = normal(typed)[len(head) :]
    if not 1 <= len(symbols) <= 8 or any(symbol not in _VALUE for symbol in symbols):
        raise ComplaintError(
            f'"{typed}" is no ticket id',
            "allowed: a full id such as C-2611-7KQ3MXTJ, or the first symbols of its random part such as 7KQ3",
        )
    return head, symbols


def folder(ticket_id: str) -> str:
    """The month folder of an id: 2026-11 for C-2611-…"""
    month = ticket_id.split("-")[1]
    return f"20{month[:2]}-{month[2:]}"


def event_key(moment: datetime, random: str) -> str:
    """The key of an event recorded at `moment`: UTC to the millisecond and three random symbols."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y%m%dT%H%M%S}{utc.microsecond // 1000:03d}Z-{random.lower()}"


def recorded(key: str) -> datetime:
    """The moment of recording that an event key carries."""
    return datetime(
        int(key[0:4]),
        int(key[4:6]),
        int(key[6:8]),
        int(key[9:11]),
        int(key[11:13]),
        int(key[13:15]),
        int(key[15:18]) * 1000,
        UTC,
    )


def next_moment(now: datetime, last_key: str | None) -> tuple[datetime, bool]:
    """The moment to record at, and whether the last key jumps ahead of the clock.

    Keys rise by at least one millisecond; a last key over two seconds ahead of `now` is a wrong clock of somebody's,
    so the true moment is recorded and the jump is said.
    """
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)
    if last_key is None:
        return now, False
    last = recorded(last_key)
    if last - now > timedelta(seconds=2):
        return now, True
    return max(now, last + timedelta(milliseconds=1)), False
