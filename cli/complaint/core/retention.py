"""Owns how long what a ticket tells of must be kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from complaint.core.policy import Clause
from complaint.core.selector import any_matches
from complaint.core.ticket import Event


def kept_until(clause: Clause, events: Sequence[Event], zone: ZoneInfo) -> date | None:
    """The last day of a retention clause, that day included; None: for ever, or as long as its start has not happened.

    The day of the starting event is day 0 (Civil Code 201).
    """
    keep = clause.keys.get("keep")
    start = next((event for event in events if any_matches(clause.named("starts"), event)), None)
    if not keep or start is None:
        return None
    day = start.at.astimezone(zone).date()
    if "days" in keep:
        return day + timedelta(days=keep["days"])
    from dateutil.relativedelta import relativedelta

    return day + relativedelta(months=keep["months"])
