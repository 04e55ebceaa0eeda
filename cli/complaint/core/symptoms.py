"""Owns what follows from other tickets: what several customers told, or a counter of misconduct, changes judgements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from complaint.core.effects import Effect
from complaint.core.lifecycle import fold
from complaint.core.policy import Clause
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import Event, Ticket, about_after, contact, happened, receipt
from complaint.core.violations import reached, violations, windows


class _Report(NamedTuple):
    """One customer's report of a symptom."""

    at: datetime
    customer: str
    ticket: str


def watched(ticket: Ticket, book: Rulebook, as_of: datetime, known_at: datetime | None = None) -> bool:
    """Whether the ticket tells a symptom that a clause counts, so that other tickets may change its judgement."""
    events = happened(ticket, as_of, known_at)
    opening = any(event.type == "violation" for event in events) and book.uses("opens")
    return opening or any(True for _ in _symptoms(ticket, events, book))


def effects(
    tickets: Sequence[Ticket], book: Rulebook, as_of: datetime, known_at: datetime | None = None
) -> dict[str, list[Effect]]:
    """By ticket id, what the reports of other customers and the counters of misconduct change in its judgement."""
    found: dict[str, list[Effect]] = {}
    for ticket_id, effect in _opened(tickets, book, as_of, known_at) if book.uses("opens") else ():
        found.setdefault(ticket_id, []).append(effect)
    if not book.uses("same"):
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


def _opened(
    tickets: Sequence[Ticket], book: Rulebook, as_of: datetime, known_at: datetime | None
) -> Iterator[tuple[str, Effect]]:
    """What a counter opens, once it reaches its number, in every ticket that was filed unproven till then or since."""
    recorded = [each for ticket in tickets for each in violations(ticket, book, as_of, known_at)]
    recorded.sort(key=lambda each: (each.at, each.event))
    for edition, clause, how, window in windows(recorded, "escalation"):
        if clause.named("opens") and len(window) >= how.reach and window[how.reach - 1].policy == edition:
            last = window[how.reach - 1]
            for each in window:
                if each.outcome == "unproven":
                    at, why = max(each.at, last.at), f"{reached(how, window)} ({clause.id})"
                    yield each.ticket, Effect(at, {}, why, clause.named("opens"), each.event)


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
    return next((known for key in ("phone", "email", "name") if (known := contact(ticket, key))), ticket.id)


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
            enough = sorted(firsts.values())[needed - 1]
            for other in near:
                found.setdefault(other.ticket, (max(other.at, enough), enough))
        if within is None:
            break
    for ticket, (at, enough) in found.items():
        why = f"{needed} customers told {symptom} by {enough:%Y-%m-%d %H:%M} ({clause.id})"
        yield ticket, Effect(at, clause.keys.get("sets", {}), why)
