"""Owns the checks of fines: undecided, out of range, without payer or evidence, not as they were issued."""

from __future__ import annotations

from collections.abc import Iterator

from complaint.core.checks.case import WARNING, Case, Check, Found
from complaint.core.fines import bounds
from complaint.core.money import printed
from complaint.core.violations import violations


def undecided(case: Case) -> Iterator[Found]:
    """A closed ticket leaves no fine open inside its range."""
    for line in case.books.lines.get(case.ticket.id, ()) if case.state.closed_at else ():
        charge = line.charge
        if charge.amount is None:
            span = f"{printed(charge.least)} to {printed(charge.most)}"
            found = f"{charge.clause.id}: nobody has decided how much inside {span}"
            mend = f"complaint decide {case.ticket.id} {charge.event} --amount AMOUNT ({charge.clause.cite})"
            yield Found(found, mend, ("event", charge.event), charge.clause.id, charge.event)


def outside_range(case: Case) -> Iterator[Found]:
    """A decided amount lies inside the range of its clause, else it does not count."""
    books = case.books
    for each in violations(case.ticket, books.book, books.as_of, books.known_at) if case.policy else ():
        clause = each.policy.clause(each.clause)
        if clause is None or each.amount is None:
            continue
        least, most = bounds(clause)
        if not least <= each.amount <= most:
            found = (
                f"{printed(each.amount)} was decided, outside of {printed(least)} to {printed(most)}: it does not count"
            )
            decision = next(
                (e.key for e in reversed(case.events) if e.fields.get("event") == each.event and "amount" in e.fields),
                each.event,
            )
            yield Found(found, f"decide again ({clause.cite})", ("event", decision, "amount"), clause.id, decision)


def no_payer(case: Case) -> Iterator[Found]:
    """Every charge is somebody's."""
    for line in case.books.lines.get(case.ticket.id, ()):
        charge = line.charge
        if not charge.payer:
            found = f"{charge.clause.id}: nobody is named who pays it, and it holds up issuing"
            mend = f"complaint correct {case.ticket.id} --set against=NAME, or record the violation with --payer"
            yield Found(found, mend, ("event", charge.event), charge.clause.id, charge.event)


def no_evidence(case: Case) -> Iterator[Found]:
    """A proven violation whose clause counts only with evidence has some; without, it costs nothing."""
    books = case.books
    for each in violations(case.ticket, books.book, books.as_of, books.known_at) if case.policy else ():
        clause = each.policy.clause(each.clause)
        if clause and each.outcome == "proven" and not each.proves():
            found = f"{clause.id} counts only with evidence, and this proven violation has none"
            mend = f"void it, and record it with --evidence ({clause.cite})"
            yield Found(found, mend, ("event", each.event), clause.id, each.event)


def unrecorded(case: Case) -> Iterator[Found]:
    """A closed ticket leaves no proposed fine without somebody's finding."""
    named = {str(event.fields["clause"]) for event in case.events if event.type == "violation"}
    for charge in case.books.proposed.get(case.ticket.id, ()) if case.state.closed_at else ():
        if charge.clause.id not in named:
            found = f"{charge.clause.id} is proposed from the facts, and nobody has recorded a finding"
            mend = f"complaint violation {case.ticket.id} --clause {charge.clause.id} --outcome proven|refuted"
            yield Found(found, mend, ("event", charge.event), charge.clause.id, charge.event)


def issued_differs(case: Case) -> Iterator[Found]:
    """What was issued stays; what the facts of today would make of it is only said."""
    for line in case.books.lines.get(case.ticket.id, ()):
        if line.issued and line.differs:
            found = f"issued under {line.charge.clause.id}: {line.differs}"
            mend = "settle it with the payer; the statement stays"
            yield Found(found, mend, ("event", line.charge.event), line.charge.clause.id, line.charge.event)


CHECKS = (
    Check("M001", "undecided-fine", "A ticket was closed with a fine that nobody decided", undecided),
    Check("M002", "outside-range", "A decided amount lies outside its range", outside_range),
    Check("M003", "no-payer", "A charge names nobody who pays it", no_payer),
    Check("M004", "no-evidence", "A proven violation lacks the evidence that makes it count", no_evidence),
    Check("M005", "unrecorded-fine", "A ticket was closed with a proposed fine and no finding", unrecorded),
    Check("M006", "issued-differs", "What was issued differs from what the facts say now", issued_differs, WARNING),
)
