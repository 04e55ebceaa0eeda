"""Owns issued statements: charges frozen as events, which a later policy cannot alter, and supplements to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from complaint.core.fines import Charge
from complaint.core.money import printed
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import Event, Ticket, happened


class Line(NamedTuple):
    """A charge of a statement; `issued` when it was frozen, `supplement` if its period was issued without it."""

    charge: Charge
    issued: datetime | None = None
    supplement: bool = False


def fields(charge: Charge, first: date, last: date) -> dict[str, Any]:
    """What a `charge-issued` event keeps of a charge and of the period it was issued for."""
    kept: dict[str, Any] = {
        "charge": charge.id,
        "clause": charge.clause.id,
        "payer": charge.payer,
        "person": charge.person,
        "form": charge.type,
        "charged_at": charge.at.replace(microsecond=0),
        "least": printed(charge.least),
        "most": printed(charge.most),
        "occurrence": charge.occurrence,
        "period": f"{first}..{last}",
    }
    return {key: value for key, value in kept.items() if value not in ("", None)}


def lines(
    charges: Sequence[Charge],
    tickets: Sequence[Ticket],
    book: Rulebook,
    as_of: datetime,
    known_at: datetime | None = None,
) -> list[Line]:
    """The charges, those that were issued as they were issued, and what belongs to an issued period marked so."""
    frozen = _frozen(tickets, as_of, known_at)
    periods = {str(event.fields["period"]) for event, _ in frozen.values()}
    found = [_line(charge, frozen.get(charge.id), periods, book) for charge in charges]
    known = {charge.id for charge in charges}
    gone = (_thawed(event, ticket, book) for key, (event, ticket) in frozen.items() if key not in known)
    found += [Line(charge, event.at) for charge, event in gone if charge is not None]
    return sorted(
        found, key=lambda line: (line.charge.at, line.charge.ticket, line.charge.event, line.charge.clause.id)
    )


def _frozen(tickets: Sequence[Ticket], as_of: datetime, known_at: datetime | None) -> dict[str, tuple[Event, Ticket]]:
    events = ((event, ticket) for ticket in tickets for event in happened(ticket, as_of, known_at))
    return {str(event.fields["charge"]): (event, ticket) for event, ticket in events if event.type == "charge-issued"}


def _line(charge: Charge, frozen: tuple[Event, Ticket] | None, periods: set[str], book: Rulebook) -> Line:
    if frozen is None:
        return Line(charge, None, any(_within(charge.at.astimezone(book.zone).date(), period) for period in periods))
    event = frozen[0]
    least, most = Decimal(event.fields["least"]), Decimal(event.fields["most"])
    decided = charge.amount if charge.amount is not None and least <= charge.amount <= most else None
    amount = least if least == most else decided
    low, high = (amount, amount) if amount is not None else (least, most)
    step = f"issued on {event.at.astimezone(book.zone).date()}: {printed(low)}" + (
        "" if low == high else f" to {printed(high)}"
    )
    kept = charge._replace(
        least=low,
        most=high,
        amount=amount,
        at=event.fields["charged_at"].astimezone(book.zone),
        steps=(*charge.steps, step),
    )
    return Line(kept, event.at)


def _within(day: date, period: str) -> bool:
    first, _, last = period.partition("..")
    return first <= str(day) <= last


def _thawed(event: Event, ticket: Ticket, book: Rulebook) -> tuple[Charge | None, Event]:
    """An issued charge that would not be computed any more; it stands as it was issued."""
    facts: Mapping[str, Any] = event.fields
    clauses = [
        (edition, clause)
        for edition in book.editions.get(ticket.policy, ())
        if (clause := edition.clause(str(facts["clause"]))) is not None
    ]
    if not clauses:
        return None, event
    edition, clause = clauses[-1]
    least, most = Decimal(facts["least"]), Decimal(facts["most"])
    step = f"issued on {event.at.astimezone(book.zone).date()}; it would not be charged any more"
    charge = Charge(
        ticket=ticket.id,
        event=str(facts["charge"]).split("/")[2],
        policy=edition,
        clause=clause,
        type=str(facts.get("form", "fine")),
        payer=str(facts.get("payer", "")),
        person=str(facts.get("person", "")),
        at=facts["charged_at"].astimezone(book.zone),
        least=least,
        most=most,
        amount=least if least == most else None,
        occurrence=int(facts.get("occurrence", 1)),
        steps=(step,),
    )
    return charge, event
