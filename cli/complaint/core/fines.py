"""Owns what misconduct costs: charges with their arithmetic, proposals, and what is handed on, from recorded facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from complaint.core.effects import Effect, applied
from complaint.core.lifecycle import fold
from complaint.core.moments import people
from complaint.core.money import printed
from complaint.core.obligations import Obligation, obligations
from complaint.core.policy import Clause, Policy
from complaint.core.precedence import Charge, not_charged, without_stacking
from complaint.core.rulebook import Rulebook
from complaint.core.selector import any_matches
from complaint.core.symptoms import effects
from complaint.core.ticket import Event, Ticket, about_after, happened
from complaint.core.violations import Count, Violation, reached, violations, whom, windows


class Escalation(NamedTuple):
    """Something handed on because a counter reached its number, or because a clause says so."""

    policy: Policy
    clause: Clause
    payer: str
    person: str
    to: str
    at: datetime
    ticket: str
    event: str
    reason: str


class Statement(NamedTuple):
    """All charges, what is only proposed until a violation is recorded, and what is handed on."""

    charges: tuple[Charge, ...]
    proposed: tuple[Charge, ...]
    escalations: tuple[Escalation, ...]


def statement(
    tickets: Sequence[Ticket], book: Rulebook, as_of: datetime, known_at: datetime | None = None
) -> Statement:
    """Every charge of these tickets as of a moment; counters run over all of them, whatever period is asked about."""
    recorded = [each for ticket in tickets for each in violations(ticket, book, as_of, known_at)]
    recorded.sort(key=lambda each: (each.at, each.event))
    charges = [*_charged(recorded), *_counted(recorded)]
    proven = [each for each in recorded if each.outcome == "proven"]
    changed = effects(tickets, book, as_of, known_at)
    derived = [
        each for ticket in tickets for each in _from_facts(ticket, book, as_of, known_at, changed.get(ticket.id, ()))
    ]
    facts = _unnamed(derived, proven)
    kept = without_stacking([*charges, *(each for each in facts if _machine(each.clause) == "full")])
    kept += not_charged(_unnamed([line for each in kept for line in _following(each)], proven), kept)
    proposed = not_charged([each for each in facts if _machine(each.clause) != "full"], kept)
    return Statement(
        tuple(sorted(kept, key=_order)), tuple(sorted(proposed, key=_order)), tuple(_escalations(recorded))
    )


def _order(line: Charge) -> tuple[datetime, str, str, str]:
    return (line.at, line.ticket, line.event, line.clause.id)


def _unnamed(lines: Sequence[Charge], proven: Sequence[Violation]) -> list[Charge]:
    """The lines from facts without those for which somebody recorded the violation: each names one, the last before."""
    left: dict[tuple[str, str], list[Charge]] = {}
    for line in sorted(lines, key=_order):
        left.setdefault((line.ticket, line.clause.id), []).append(line)
    for each in proven:
        same = left.get((each.ticket, each.clause))
        if same:
            before = sum(line.at <= each.at for line in same)
            del same[max(before - 1, 0)]
    return [line for same in left.values() for line in same]


def _machine(clause: Clause) -> str:
    return str(clause.keys.get("machine", "full"))


# --- violations that cost something by themselves ---


def _charged(recorded: Sequence[Violation]) -> Iterator[Charge]:
    """A fine for every occurrence under a clause that charges each; the costs borne besides, for every proven one."""
    numbers: dict[tuple[str, str], int] = {}
    for each in recorded:
        clause = each.policy.clause(each.clause)
        if clause is None or clause.kind != "fine" or "counts" in clause.keys:
            continue
        if each.outcome not in clause.keys.get("outcomes", ("proven",)) or not each.proves():
            continue
        place = (each.clause, each.payer)
        numbers[place] = numbers.get(place, 0) + 1
        if {"amount", "least"} & clause.keys.keys():
            why = f"occurrence {numbers[place]} of {clause.id} by {each.payer or 'nobody named'} ({clause.cite})"
            yield _line(each, clause, "fine", numbers[place], (why,))
        yield from _costs(each, clause, numbers[place], each.at)


def _line(each: Violation, clause: Clause, type_: str, number: int, why: tuple[str, ...]) -> Charge:
    least, most = bounds(clause)
    decided = each.amount if type_ == "cost" or each.clause == clause.id else None  # of its own clause's range
    fits = decided is not None and (type_ == "cost" or least <= decided <= most)
    if decided is not None and not fits:
        why = (*why, f"the decided {printed(decided)} lies outside of {printed(least)} to {printed(most)}: not counted")
    amount = decided if fits else least if least == most else None
    if amount is not None:
        ranged = f"decided {printed(amount)} of {printed(least)} to {printed(most)}"
        steps, least, most = (*why, ranged if least != most else printed(amount)), amount, amount
    else:
        steps = (*why, f"undecided: {printed(least)} to {printed(most)}")
    return Charge(
        each.ticket,
        each.event,
        each.policy,
        clause,
        type_,
        each.payer,
        each.person,
        each.at,
        least,
        most,
        amount,
        number,
        steps,
        renewal=each.renewal,
    )


def bounds(clause: Clause) -> tuple[Decimal, Decimal]:
    """The least and the most that a clause costs."""
    fixed = clause.keys.get("amount", "0")
    return Decimal(clause.keys.get("least", fixed)), Decimal(clause.keys.get("most", fixed))


def _costs(each: Violation, clause: Clause, number: int, at: datetime) -> Iterator[Charge]:
    if each.cost is not None:
        why = (f"costs borne besides the fine, as recorded ({clause.cite})",)
        line = _line(each._replace(amount=each.cost), clause, "cost", number, why)
        yield line._replace(at=at, steps=(*why, printed(each.cost)))


# --- violations that cost something because of how many they are ---


def _counted(recorded: Sequence[Violation]) -> Iterator[Charge]:
    """What counters add: a sum once a number is reached, something beyond it, filed cases that become proven."""
    for edition, clause, how, window in windows(recorded, "fine"):
        lines = CHARGING[how.charges](clause, how, window)
        yield from (line for trigger, line in lines if trigger.policy == edition)


Triggered = Iterator[tuple[Violation, Charge]]  # the occurrence that triggers a line, whose edition judges; the line


def _once(clause: Clause, how: Count, window: Sequence[Violation]) -> Triggered:
    if len(window) >= how.reach:
        last = window[how.reach - 1]
        line = _line(last, clause, "threshold", how.reach, (f"{reached(how, window)} ({clause.cite})",))
        days = frozenset(each.at.date() for each in window[: how.reach] if each.ticket == last.ticket)
        yield last, line._replace(days=days)
        for number, each in enumerate(window, 1):
            if clause.id in how.of:
                yield from ((last, cost) for cost in _costs(each, clause, number, max(each.at, last.at)))


def _beyond(clause: Clause, how: Count, window: Sequence[Violation]) -> Triggered:
    for number, each in enumerate(window, 1):
        if number > how.reach:
            why = f"occurrence {number} of {', '.join(how.of)} by {whom(how, each)}, beyond {how.reach} ({clause.cite})"
            yield each, _line(each, clause, "surcharge", number, (why,))


def _filed(clause: Clause, how: Count, window: Sequence[Violation]) -> Triggered:
    """Once the number is reached, every filed case counts as proven, on that day; later ones at once."""
    if len(window) < how.reach:
        return
    last = window[how.reach - 1]
    for number, each in enumerate(window, 1):
        if each.outcome == "unproven":
            filed = f"filed unproven on {each.at.date()}, now counts as proven"
            line = _line(each, clause, "fine", number, (filed, f"{reached(how, window)} ({clause.cite})"))
            line = line._replace(at=max(each.at, last.at), days=frozenset({each.at.date()}))
            yield max(each, last, key=lambda one: one.at), line


CHARGING: Mapping[str, Callable[[Clause, Count, Sequence[Violation]], Triggered]] = {
    "once": _once,
    "each-beyond": _beyond,
    "filed": _filed,
}


def _escalations(recorded: Sequence[Violation]) -> Iterator[Escalation]:
    for edition, clause, how, window in windows(recorded, "escalation"):
        if len(window) >= how.reach and window[how.reach - 1].policy == edition:
            last, to = window[how.reach - 1], ", ".join(clause.keys.get("to", ()))
            why = reached(how, window)
            yield Escalation(edition, clause, last.payer, last.person, to, last.at, last.ticket, last.event, why)


# --- fines that follow from facts: a limit missed and the customer complaining again ---


def _from_facts(
    ticket: Ticket, book: Rulebook, as_of: datetime, known_at: datetime | None, changed: Sequence[Effect]
) -> Iterator[Charge]:
    events = applied(happened(ticket, as_of, known_at), changed)
    spans = [
        (edition, clause, begins, ends)
        for edition, begins, ends in (book.spans(ticket.policy) if events else ())
        for clause in edition.clauses
        if clause.kind == "fine" and "limits" in clause.keys and _may_breach(edition, clause, events)
    ]
    if not spans:
        return
    values, rows = fold(events).values, obligations(ticket, book, as_of, known_at, effects=changed)
    payer, about = str(values.get("against", "")), about_after(ticket, events)
    for edition, clause, begins, ends in spans:
        breaches = _breaches(clause, events, rows) if clause.holds_for(edition.facts(values, about)) else ()
        for number, (event, missed) in enumerate(breaches, 1):
            line = _derived(ticket, edition, clause, event, missed, number, payer, book)
            if begins <= line.at < ends:
                yield line


def _may_breach(edition: Policy, clause: Clause, events: Sequence[Event]) -> bool:
    """Whether what the clause needs has happened at all: most tickets are passed over without judging their limits."""
    needed = [clause.named("again")] if "again" in clause.keys else []
    limits = (edition.clause(limit) for limit in clause.keys["limits"])
    needed.append(
        tuple(each for limit in limits if limit for role in ("starts", "starts_else") for each in limit.named(role))
    )
    return all(any(any_matches(named, event) for event in events) for named in needed)


def _breaches(
    clause: Clause, events: Sequence[Event], rows: Sequence[Obligation]
) -> Iterator[tuple[Event, Obligation]]:
    """Each renewed complaint after a limit was missed; or, where none is needed, each limit missed."""
    own = [row for row in rows if row.clause.id in clause.keys["limits"]]
    again = clause.keys.get("again")
    if again:
        named = clause.named("again")
        for event in events:
            missed = next((row for row in own if any_matches(named, event) and _missed(row, event.at)), None)
            if missed:
                yield event, missed
    else:
        late = {row.event: row for row in reversed(own) if row.state in ("overdue", "late")}
        yield from ((event, late.pop(event.key)) for event in events if event.key in late)


def _missed(row: Obligation, at: datetime) -> bool:
    """Whether the limit had passed by `at` without the act that meets it in time."""
    if row.due_at is None or row.state not in ("overdue", "late"):
        return False
    return row.due_at < at or (row.due_at == at and not row.clause.keys.get("due_inclusive", True))


def _derived(
    ticket: Ticket,
    edition: Policy,
    clause: Clause,
    event: Event,
    missed: Obligation,
    number: int,
    payer: str,
    book: Rulebook,
) -> Charge:
    renewed = bool(clause.keys.get("again"))
    at = (event.at if renewed or missed.due_at is None else missed.due_at).astimezone(book.zone)
    case = Violation(
        ticket.id, event.key, clause.id, edition, "proven", payer, "", "", at, renewal=event.key if renewed else ""
    )
    again = f" and the customer complained again on {at.date()}" if renewed else ""
    due = people(missed.due_at.astimezone(book.zone), book.zone, limit=True) if missed.due_at else ""
    why = f"{missed.clause.id} was missed (due {due}){again} ({clause.cite})"
    return _line(case, clause, "fine", number, (why,))._replace(derived=True)


# --- clauses that add to others ---


def _following(line: Charge) -> Iterator[Charge]:
    """What clauses that only add to a charged one add to it."""
    for clause in line.policy.clauses:
        if clause.keys.get("follows") == line.clause.id and line.type == "fine":
            least, most = bounds(clause)
            fixed = least if least == most else None
            why = f"follows {line.clause.id} of {line.at.date()} ({clause.cite})"
            steps = (why, f"undecided: {printed(least)} to {printed(most)}" if fixed is None else printed(least))
            yield line._replace(clause=clause, least=least, most=most, amount=fixed, steps=steps)
