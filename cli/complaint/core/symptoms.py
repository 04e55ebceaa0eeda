"""Owns what follows from other tickets: a symptom told by several customers changes how all of them are judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from complaint.core.lifecycle import fold
from complaint.core.policy import Clause
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import Event, Ticket, about_after, happened, in_effect_order, receipt


class Effect(NamedTuple):
    """From `at` on a ticket is judged as if these values were set; the file stays until somebody classifies."""

    at: datetime
    sets: Mapping[str, Any]
    reason: str

    @property
    def told(self) -> str:
        """What the ticket is judged as, and why, in words."""
        sets = ((key, value if isinstance(value, str) else " ".join(value)) for key, value in self.sets.items())
        return f"judged {', '.join(f'{key} {value}' for key, value in sets)}: {self.reason}"

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the ticket is judged so: a later classification by a person outweighs it."""
        return all(facts.get(key) == value for key, value in self.sets.items())

    def event(self, number: int) -> Event:
        """The effect as an event, for the judgement alone; it sorts after what was recorded of the same moment."""
        return Event(f"~{number}", "classified", self.at, "", dict(self.sets))


class _Report(NamedTuple):
    """One customer's report of a symptom."""

    at: datetime
    customer: str
    ticket: str


def applied(events: tuple[Event, ...], changed: Sequence[Effect]) -> tuple[Event, ...]:
    """The events of a ticket with what other tickets change, for its judgement alone."""
    if not events or not changed:
        return events
    return in_effect_order([*events, *(effect.event(number) for number, effect in enumerate(changed))])


def watched(ticket: Ticket, book: Rulebook, as_of: datetime, known_at: datetime | None = None) -> bool:
    """Whether the ticket tells a symptom that a clause counts, so that other tickets may change its judgement."""
    return any(True for _ in _symptoms(ticket, happened(ticket, as_of, known_at), book))


def effects(
    tickets: Sequence[Ticket], book: Rulebook, as_of: datetime, known_at: datetime | None = None
) -> dict[str, list[Effect]]:
    """By ticket id, what the reports of other customers change in its judgement."""
    found: dict[str, list[Effect]] = {}
    if not any(
        "same" in clause.keys for several in book.editions.values() for each in several for clause in each.clauses
    ):
        return found
    reports: dict[tuple[str, Any], list[_Report]] = {}
    for ticket in tickets:
        events = happened(ticket, as_of, known_at)
        for clause, symptom in _symptoms(ticket, events, book):
            at = fold(events).values["received"]
            reports.setdefault((clause.id, symptom), []).append(_Report(at, _customer(ticket), ticket.id))
    clauses = {clause.id: clause for several in book.editions.values() for each in several for clause in each.clauses}
    for (clause_id, symptom), several in reports.items():
        for ticket_id, effect in _reached(clauses[clause_id], symptom, sorted(several)):
            found.setdefault(ticket_id, []).append(effect)
    return found


def _symptoms(ticket: Ticket, events: Sequence[Event], book: Rulebook) -> Iterator[tuple[Clause, str]]:
    """The clauses that watch for a symptom, with the one this ticket tells: the first of the named values there is."""
    if not events or ticket.policy not in book.editions:
        return
    values, about = fold(events).values, about_after(ticket, events)
    edition = book.in_force(ticket.policy, receipt(events))
    for clause in edition.clauses:
        if "same" in clause.keys and clause.holds_for(edition.facts(values, about)):
            facts = {**values, **{f"about.{key}": value for key, value in about.items()}}
            known = (facts.get(key) for key in clause.keys["same"])
            symptom = next((str(value) for value in known if value), "")
            if symptom:
                yield clause, symptom


def _customer(ticket: Ticket) -> str:
    """Who complains: by telephone, else e-mail, else name; a nameless one counts as somebody of its own."""
    return next(
        (str(ticket.complainant[key]) for key in ("phone", "email", "name") if ticket.complainant.get(key)), ticket.id
    )


def _reached(clause: Clause, symptom: str, reports: Sequence[_Report]) -> Iterator[tuple[str, Effect]]:
    """Each ticket that the clause takes hold of, once enough different customers told the symptom in its time."""
    needed, within = clause.keys["customers"], clause.keys.get("within")
    found: dict[str, tuple[datetime, datetime]] = {}
    for first in reports:
        near = [other for other in reports if within is None or first.at <= other.at <= first.at + timedelta(**within)]
        firsts: dict[str, datetime] = {}
        for other in near:
            firsts.setdefault(other.customer, other.at)
        if len(firsts) >= needed:
            reached = sorted(firsts.values())[needed - 1]
            for other in near:
                found.setdefault(other.ticket, (max(other.at, reached), reached))
        if within is None:
            break
    for ticket, (at, reached) in found.items():
        why = f"{needed} customers told {symptom} by {reached:%Y-%m-%d %H:%M} ({clause.id})"
        yield ticket, Effect(at, clause.keys.get("sets", {}), why)
