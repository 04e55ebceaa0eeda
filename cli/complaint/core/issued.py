"""Owns issued statements: charges frozen as events, which a later policy cannot alter, and supplements to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from complaint.core.money import printed
from complaint.core.policy import Clause
from complaint.core.precedence import Charge
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import Event, Ticket, happened


class Line(NamedTuple):
    """A charge of a statement; `issued` when it was frozen, `supplement` if its period was issued without it.

    `differs` says what the facts of today would make of an issued charge, where that is something else.
    """

    charge: Charge
    issued: datetime | None = None
    supplement: bool = False
    differs: str = ""


def fields(line: Line, first: date, last: date, only: str = "") -> dict[str, Any]:
    """What a `charge-issued` event keeps of a charge and of the statement: its period, the `only` payer it was for."""
    charge = line.charge
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
        "only": only,
        "supplement": "yes" if line.supplement else "",
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
    periods = {(str(event.fields["period"]), str(event.fields.get("only", ""))) for event, _ in frozen.values()}
    known = {charge.id for charge in charges}
    instead = {
        (ticket.id, str(event.fields["clause"])): key
        for key, (event, ticket) in frozen.items()
        if key not in known and event.fields["least"] != event.fields["most"] and not _recorded(event, ticket)
    }
    found = []
    for charge in charges:
        # a range that followed from facts is decided in a violation recorded for it: that is the same charge
        key = charge.id if charge.id in frozen else instead.get((charge.ticket, charge.clause.id), "")
        if key in frozen:
            event, ticket = frozen.pop(key)
            found.append(_frozen_line(_thawed(event, ticket, book), charge, event, book))
        else:
            day = charge.at.astimezone(book.zone).date()
            late = any(_within(day, period) and only in ("", charge.payer) for period, only in periods)
            found.append(Line(charge, None, late))
    found += [_frozen_line(_thawed(event, ticket, book), None, event, book) for event, ticket in frozen.values()]
    return sorted(
        found, key=lambda line: (line.charge.at, line.charge.ticket, line.charge.event, line.charge.clause.id)
    )


def _frozen(tickets: Sequence[Ticket], as_of: datetime, known_at: datetime | None) -> dict[str, tuple[Event, Ticket]]:
    events = ((event, ticket) for ticket in tickets for event in happened(ticket, as_of, known_at))
    return {str(event.fields["charge"]): (event, ticket) for event, ticket in events if event.type == "charge-issued"}


def _cause(event: Event) -> str:
    """The key of the event that an issued charge is for, as its id names it: ticket, clause, event."""
    return [*str(event.fields["charge"]).split("/"), "", ""][2]


def _recorded(event: Event, ticket: Ticket) -> bool:
    """Whether what was issued was a violation recorded under its clause, and did not follow from facts."""
    key = _cause(event)
    named = {each.fields.get("clause") for each in ticket.events if each.key == key and each.type == "violation"}
    return event.fields["clause"] in named


def _frozen_line(kept: Charge, today: Charge | None, event: Event, book: Rulebook) -> Line:
    """An issued charge: as it was issued, and a range decided since; what else differs by now is only said."""
    step = f"issued on {event.at.astimezone(book.zone).date()}: {_sum(kept)}"
    if today is None:
        differs = "it would not be charged any more"
        return Line(kept._replace(steps=(step, differs)), event.at, bool(event.fields.get("supplement")), differs)
    if kept.amount is None and today.amount is not None and kept.least <= today.amount <= kept.most:
        kept = kept._replace(least=today.amount, most=today.amount, amount=today.amount)
    told = [f"{_sum(today)} by now"] if (today.least, today.most) != (kept.least, kept.most) else []
    told += [f"against {today.payer or 'nobody named'} by now"] if today.payer != kept.payer else []
    steps = (*today.steps, step, *told)
    return Line(kept._replace(steps=steps), event.at, bool(event.fields.get("supplement")), ", ".join(told))


def _sum(charge: Charge) -> str:
    least, most = printed(charge.least), printed(charge.most)
    return least if least == most else f"{least} to {most}"


def _within(day: date, period: str) -> bool:
    first, _, last = period.partition("..")
    return first <= str(day) <= last


def _thawed(event: Event, ticket: Ticket, book: Rulebook) -> Charge:
    """A charge as it was issued, whatever has become of its policy and its clause."""
    facts: Mapping[str, Any] = event.fields
    named, editions = str(facts["clause"]), book.editions[ticket.policy]
    rules = [(edition, clause) for edition in editions if (clause := edition.clause(named)) is not None]
    gone = Clause(named, "fine", {"en": named, "zh": named}, "a clause that its policy has no more", {})
    edition, clause = rules[-1] if rules else (editions[-1], gone)
    least, most = Decimal(facts["least"]), Decimal(facts["most"])
    return Charge(
        ticket=ticket.id,
        event=_cause(event),
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
        steps=(),
    )
