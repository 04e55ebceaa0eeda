"""Owns statistics that must add up: every ticket stands in exactly one place of every sum."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from complaint.core.lifecycle import fold
from complaint.core.policy import Clause, Policy, fits
from complaint.core.ticket import Ticket, about_after, happened


def without(clause: Clause, tickets: Sequence[Ticket], policy: Policy, as_of: datetime | None = None) -> list[str]:
    """The tickets (duties left out) that break an invariant: they lack one of the values that each must have one of."""
    among = clause.keys.get("among", ())
    conditions = (among,) if isinstance(among, dict) else tuple(among)
    found = []
    for ticket in tickets:
        events = happened(ticket, as_of)
        facts = policy.facts(fold(events).values, about_after(ticket, events)) if events else {}
        counts = (
            facts and facts.get("kind") != "duty" and (not conditions or any(fits(each, facts) for each in conditions))
        )
        if counts and not all(facts.get(key) for key in clause.keys["one_each"]):
            found.append(ticket.id)
    return found
