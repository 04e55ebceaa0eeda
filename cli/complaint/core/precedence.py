"""Owns precedence among charges: one event is charged under one clause, the declared exception."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from complaint.core.policy import Clause, Policy


class Charge(NamedTuple):
    """One computed line: `least` and `most` are equal where the amount is fixed or decided, else `amount` is None.

    `type` is fine, surcharge, threshold or cost; `at` the moment that dates it (register's zone); `steps` the sum.
    """

    ticket: str
    event: str
    policy: Policy
    clause: Clause
    type: str
    payer: str
    person: str
    at: datetime
    least: Decimal
    most: Decimal
    amount: Decimal | None
    occurrence: int
    steps: tuple[str, ...]
    derived: bool = False
    days: frozenset[date] = frozenset()  # of the occurrences, where they are not that of `at`
    renewal: str = ""  # the event in which the customer complained again, where the clause asks for that

    @property
    def id(self) -> str:
        """Stable: ticket, clause, event, and the type where an event costs more than one line under a clause."""
        return f"{self.ticket}/{self.clause.id}/{self.event}" + ("/cost" if self.type == "cost" else "")


def without_stacking(charges: Sequence[Charge]) -> list[Charge]:
    """One event is charged under one clause: of two that concern the same event the declared exception wins."""
    kept = []
    for several in _by_ticket(charges).values():
        for line in several:
            if any(_beats(other, line, several) for other in several):
                continue
            beaten = dict.fromkeys(other.clause.id for other in several if _beats(line, other, several))
            told = (f"takes the place of {', '.join(beaten)} for the same event",) if beaten else ()
            kept.append(line._replace(steps=(*line.steps, *told)))
    return kept


def not_charged(proposed: Sequence[Charge], charges: Sequence[Charge]) -> list[Charge]:
    """Of lines that are only proposed or added, those that no charge takes the place of."""
    own = _by_ticket([*proposed, *charges])
    winners = _by_ticket(charges)
    return [
        line
        for line in proposed
        if not any(_beats(other, line, own[line.ticket]) for other in winners.get(line.ticket, ()))
    ]


def _by_ticket(charges: Sequence[Charge]) -> dict[str, list[Charge]]:
    found: dict[str, list[Charge]] = {}
    for line in charges:
        found.setdefault(line.ticket, []).append(line)
    return found


def _beats(one: Charge, other: Charge, charges: Sequence[Charge]) -> bool:
    """Whether `one` is charged instead of `other`: its clause is the exception, and both concern the same event."""
    if "cost" in (one.type, other.type) or (one.ticket, one.payer) != (other.ticket, other.payer):
        return False
    if other.clause.id not in one.clause.exception_to or other.clause.keys.get("stack"):
        return False
    if one.derived != other.derived and not (one.renewal and other.renewal):
        fact, recorded = (one, other) if one.derived else (other, one)
        return fact.at == max((each.at for each in _same_rule(fact, charges) if each.at <= recorded.at), default=None)
    if one.renewal and other.renewal:
        return one.renewal == other.renewal
    if one.derived and other.derived:
        return one.event == other.event
    alike = one.person == other.person or not (one.person and other.person)  # an entry may leave the person out
    return alike and bool((one.days or {one.at.date()}) & (other.days or {other.at.date()}))


def _same_rule(fact: Charge, charges: Sequence[Charge]) -> Iterator[Charge]:
    """The derived charges of one ticket under one clause: a recorded violation concerns the latest before it."""
    return (each for each in charges if each.derived and (each.ticket, each.clause.id) == (fact.ticket, fact.clause.id))
