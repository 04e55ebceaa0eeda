"""Owns what a policy asks for and a ticket has not: fields, acts, and what must be there before it may close."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from complaint.core.lifecycle import fold
from complaint.core.policy import Clause, Policy
from complaint.core.selector import Selector, any_matches
from complaint.core.ticket import Event, Ticket
from complaint.core.vocabulary import KIND_OF

if TYPE_CHECKING:
    from complaint.core.obligations import Obligation


class Missing(NamedTuple):
    """Something a clause asks for that is not there; `before` is closed where it must be there before closing."""

    clause: Clause
    what: str
    before: str = ""
    outcomes: tuple[str, ...] = ()


def missing(
    ticket: Ticket, policy: Policy, events: Sequence[Event], rows: Sequence[Obligation] | None = None
) -> list[Missing]:
    """What an edition asks for and the ticket, after `events`, has not.

    Clauses with a clock of their own are judged by the ticket's obligations, `rows`; without them they are left out.
    """
    applying = policy.in_force(policy.facts(fold(events).values))
    return [
        Missing(clause, what, clause.keys.get("before", ""), tuple(clause.keys.get("outcomes", ())))
        for clause in policy.clauses
        if clause.id in applying and _is_due(clause, events)
        for what in (_lacks(clause, ticket, events) if clause.kind == "require" else _unmet(clause, rows))
    ]


def _is_due(clause: Clause, events: Sequence[Event]) -> bool:
    once = clause.named("once")
    return not once or any(any_matches(once, event) for event in events)


def _unmet(clause: Clause, rows: Sequence[Obligation] | None) -> Iterator[str]:
    """The acts that would meet a clause with a clock, unless the obligation it started last was met by one."""
    if rows is None or "before" not in clause.keys:
        return
    own = sorted((row for row in rows if row.clause.id == clause.id), key=lambda row: (row.started_at, row.event))
    if own and own[-1].met_by is not None:
        return
    if clause.named("attempts"):
        times, gap = clause.keys["attempts"]["times"], clause.keys["attempts"].get("gap", {})
        apart = f", each at least {' '.join(f'{count} {unit}' for unit, count in gap.items())} later" if gap else ""
        yield f"{_acts(clause.named('attempts'))} and {times} more{apart}"
    else:
        yield _acts(clause.named("met_by"))


def _lacks(clause: Clause, ticket: Ticket, events: Sequence[Event]) -> Iterator[str]:
    acts = clause.named("met_by")
    if acts and not any(any_matches(acts, event) for event in events):
        yield _acts(acts)
    about = next((event for event in reversed(events) if any_matches(clause.named("of"), event)), None)
    if about is not None or not clause.named("of"):
        yield from (
            name.replace("|", " or ") for name in clause.keys.get("fields", ()) if not _has(ticket, about, name)
        )


def _acts(named: Sequence[Selector]) -> str:
    return " or ".join(f"`{KIND_OF[each.type].command}{' ' + _option(each) if each.word else ''}`" for each in named)


def _option(named: Selector) -> str:
    switch = any(named.word in field.words and field.form == "switch" for field in KIND_OF[named.type].fields)
    return f"--{named.word}" if switch else named.word


def _has(ticket: Ticket, event: Event | None, names: str) -> bool:
    return any(_value(ticket, event, name) not in (None, "", []) for name in names.split("|"))


def _value(ticket: Ticket, event: Event | None, name: str) -> object:
    table, _, key = name.rpartition(".")
    if table == "complainant":
        return ticket.complainant.get(key)
    if table == "about":
        return ticket.about.get(key)
    return event.fields.get(name) if event is not None and event.type != "received" else ticket.header.get(name)
