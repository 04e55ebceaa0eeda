"""The only place that reads the time."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

from complaint.core.errors import ComplaintError

VARIABLE = "COMPLAINT_NOW"


def is_set() -> bool:
    """Whether the moment is given by COMPLAINT_NOW, for replays and tests."""
    return bool(os.environ.get(VARIABLE))


def ticks() -> float:
    """Seconds that only ever rise, to tell how long something took."""
    return time.monotonic()


def now() -> datetime:
    """The current moment, or the one COMPLAINT_NOW gives (RFC 3339, with an offset)."""
    text = os.environ.get(VARIABLE)
    if not text:
        return datetime.now(UTC)  # noqa: TID251 - this is the place
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or not 2000 <= moment.year <= 2100:
        raise ComplaintError(
            f'"{text}" is no moment', "allowed: a moment with an offset, as 2026-03-10T09:00:00+08:00", where=VARIABLE
        )
    return moment
