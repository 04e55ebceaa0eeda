"""Owns what follows from other tickets: what several customers told, or a counter of misconduct, changes judgements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from complaint.core.lifecycle import fold
from complaint.core.policy import Clause
from complaint.core.rulebook import Rulebook
from complaint.core.selector import Selector
from complaint.core.ticket import Event, Ticket, about_after, contact, happened, in_effect_order, receipt
from complaint.core.violations import reached, violations, windows


class Effect(NamedTuple):
    """From `at` on a ticket is judged as if these values were set, or as if what `opens` names had happened then.

    The file stays until somebody classifies; `event` is the key of the violation that opens something.
    """

    at: datetime
    sets: Mapping[str, Any]
    reason: str
    opens: tuple[Selector, ...] = ()
    cause: str = ""

    @property
    def told(self) -> str:
        """What the ticket is judged as, and why, in words."""
        if self.opens:
            return f"judged as after {', '.join(each.word or each.type for each in self.opens)}: {self.reason}"
        sets = ((key, value if isinstance(value, str) else " ".join(value)) for key, value in self.sets.items())
        return f"judged {', '.join(f'{key} {value}' for key, value in sets)}: {self.reason}"

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the ticket is judged so: a later classification by a person outweighs it."""
        return all(facts.get(key) == value for key, value in self.sets.items())

    def event(self, number: int) -> Event:
        """The effect as an event, for the judgement alone; it sorts after what was recorded of the same moment."""
        for named in self.opens:
            return Event(self.cause, named.type, self.at, "", {named.type: named.word} if named.word else {})
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
    events = happened(ticket, as_of, known_at)
    opening = any(event.type == "violation" for event in events) and _anywhere(book, "opens")
    return opening or any(True for _ in _symptoms(ticket, events, book))


def effects(
    tickets: Sequence[Ticket], book: Rulebook, as_of: datetime, known_at: datetime | None = None
) -> dict[str, list[Effect]]:
    """By ticket id, what the reports of other customers and the counters of misconduct change in its judgement."""
    found: dict[str, list[Effect]] = {}
    for ticket_id, effect in _opened(tickets, book, as_of, known_at) if _anywhere(book, "opens") else ():
        found.setdefault(ticket_id, []).append(effect)
    if not _anywhere(book, "same"):
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


def _anywhere(book: Rulebook, key: str) -> bool:
    """Whether any clause of the register has such a key: most registers have none, and judge each ticket alone."""
    return any(key in clause.keys for several in book.editions.values() for each in several for clause in each.clauses)


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
            reached = sorted(firsts.values())[needed - 1]
            for other in near:
                found.setdefault(other.ticket, (max(other.at, reached), reached))
        if within is None:
            break
    for ticket, (at, reached) in found.items():
        why = f"{needed} customers told {symptom} by {reached:%Y-%m-%d %H:%M} ({clause.id})"
        yield ticket, Effect(at, clause.keys.get("sets", {}), why)
