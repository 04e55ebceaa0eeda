"""Owns statistics that must add up: every ticket stands in exactly one place of every sum."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from complaint.core.lifecycle import fold
from complaint.core.policy import Clause, Policy, fits
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import Ticket, about_after, happened, receipt


class Sum(NamedTuple):
    """One sum of a clause: how many tickets it should count, and which stand in no place of it, as they lack `key`."""

    clause: Clause
    key: str
    total: int
    without: frozenset[str]


def sums(
    tickets: Sequence[Ticket], book: Rulebook, as_of: datetime | None = None, known_at: datetime | None = None
) -> list[Sum]:
    """Every sum of every invariant clause, over the tickets received under its edition."""
    grouped: dict[tuple[str, str], tuple[Policy, list[Ticket]]] = {}
    for ticket in tickets:
        policy = book.in_force(ticket.policy, receipt(happened(ticket, as_of, known_at)))
        grouped.setdefault((policy.id, policy.edition), (policy, []))[1].append(ticket)
    return [
        added
        for policy, several in grouped.values()
        for clause in policy.clauses
        if clause.kind == "invariant"
        for added in added_up(clause, several, policy, as_of, known_at)
    ]


def added_up(
    clause: Clause,
    tickets: Sequence[Ticket],
    policy: Policy,
    as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> list[Sum]:
    """The sums of one invariant: each ticket that it is about (duties left out) must have one of each of its values."""
    among = clause.keys.get("among", ())
    conditions = (among,) if isinstance(among, dict) else tuple(among)
    counted = []
    for ticket in tickets:
        events = happened(ticket, as_of, known_at)
        facts = policy.facts(fold(events).values, about_after(ticket, events)) if events else {}
        if facts and facts.get("kind") != "duty" and (not conditions or any(fits(each, facts) for each in conditions)):
            counted.append((ticket.id, facts))
    return [
        Sum(clause, key, len(counted), frozenset(ticket for ticket, facts in counted if not facts.get(key)))
        for key in clause.keys["one_each"]
    ]
