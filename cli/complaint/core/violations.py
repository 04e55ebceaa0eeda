"""Owns occurrences of misconduct: recorded violations with what was decided of them, and how they are counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from complaint.core.lifecycle import fold
from complaint.core.policy import Clause, Policy
from complaint.core.rulebook import Rulebook
from complaint.core.selector import any_matches
from complaint.core.ticket import Event, Ticket, happened


class Violation(NamedTuple):
    """One recorded occurrence, as decided by the moment asked about; `at` (register's zone) is when it happened."""

    ticket: str
    event: str
    clause: str
    policy: Policy
    outcome: str
    payer: str
    person: str
    conduct: str
    at: datetime
    evidence: tuple[str, ...] = ()
    amount: Decimal | None = None
    cost: Decimal | None = None
    renewal: str = ""  # the event in which the customer complained again, where its clause asks for that

    def proves(self) -> bool:
        """Whether its clause's condition of evidence is met: any evidence, where it asks for some."""
        clause = self.policy.clause(self.clause)
        return any(each.strip() for each in self.evidence) or not (clause and clause.keys.get("evidence"))


def violations(ticket: Ticket, book: Rulebook, as_of: datetime, known_at: datetime | None = None) -> list[Violation]:
    """The violations of a ticket that happened by `as_of` under an edition in force, in order of `at`."""
    found = []
    events = happened(ticket, as_of, known_at)
    decided: dict[str, dict[str, Any]] = {}
    for event in events:
        if event.type == "decided":
            decided.setdefault(event.fields["event"], {}).update(event.fields)
    spans = book.spans(ticket.policy)
    for event in events:
        if event.type != "violation":
            continue
        edition = next((edition for edition, begins, ends in spans if begins <= event.at < ends), None)
        if edition is None:
            continue
        facts = {
            **event.fields,
            **{key: value for key, value in decided.get(event.key, {}).items() if key in DECIDABLE},
        }
        found.append(
            Violation(
                ticket=ticket.id,
                event=event.key,
                clause=event.fields["clause"],
                policy=edition,
                outcome=facts["outcome"],
                payer=str(event.fields.get("payer") or fold(events).values.get("against", "")),
                person=str(event.fields.get("person", "")),
                conduct=str(event.fields.get("conduct", "")),
                at=event.at.astimezone(book.zone),
                evidence=tuple(event.fields.get("evidence", ())),
                amount=_money(facts.get("amount")),
                cost=_money(facts.get("cost")),
                renewal=_renewal(edition.clause(event.fields["clause"]), event, events),
            )
        )
    return found


def _renewal(clause: Clause | None, violation: Event, events: Sequence[Event]) -> str:
    again = clause.named("again") if clause else ()
    return next((e.key for e in reversed(events) if e.at <= violation.at and any_matches(again, e)), "")


DECIDABLE = ("outcome", "amount", "cost")


def _money(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


class Count(NamedTuple):
    """How a clause counts: occurrences `of` these clauses with these outcomes, `per` whom, in which `window`.

    `reach` is the occurrence at which it takes effect, `charges` how: once, each-beyond or filed.
    """

    of: tuple[str, ...]
    outcomes: tuple[str, ...]
    per: tuple[str, ...]
    window: str
    reach: int
    charges: str


def counters(clause: Clause) -> list[Count]:
    """What a clause's `counts` writes: one counter, or several that count apart."""
    written = clause.keys.get("counts", [])
    return [_count(clause, keys) for keys in ([written] if isinstance(written, Mapping) else written)]


def _count(clause: Clause, keys: Mapping[str, Any]) -> Count:
    of = keys.get("of", clause.id)
    return Count(
        (of,) if isinstance(of, str) else tuple(of),
        tuple(keys.get("outcomes", ("proven",))),
        tuple(keys.get("per", ("payer",))),
        keys.get("window", "ever"),
        keys["reach"],
        keys.get("charges", "once"),
    )


def windows(recorded: Sequence[Violation], kind: str) -> Iterator[tuple[Policy, Clause, Count, list[Violation]]]:
    """What the counting clauses of a kind have counted, of every edition under which something happened."""
    editions = {(each.policy.id, each.policy.edition): each.policy for each in recorded}
    for edition in editions.values():
        own = [each for each in recorded if each.policy.id == edition.id]
        for clause in edition.clauses:
            if clause.kind == kind:
                for how in counters(clause):
                    yield from ((edition, clause, how, window) for window in counted(how, own))


def whom(how: Count, each: Violation) -> str:
    """Against whom a counter counts, in words."""
    return ", ".join(f"{name} {getattr(each, name)}" for name in how.per)


def reached(how: Count, window: Sequence[Violation]) -> str:
    """That a counter reached its number, in words."""
    days = ", ".join(str(each.at.date()) for each in window[: how.reach])
    within = "" if how.window == "ever" else f" in one {how.window}"
    return f"{how.reach} of {', '.join(how.of)} by {whom(how, window[0])}{within}: {days}"


def counted(how: Count, occurrences: Iterable[Violation]) -> list[list[Violation]]:
    """The occurrences that count, grouped by whom they count against and by window, each group in order of `at`."""
    relevant = [
        each for each in occurrences if each.clause in how.of and each.outcome in how.outcomes and each.proves()
    ]

    def whose(each: Violation) -> tuple[str, ...]:
        return tuple(getattr(each, name) for name in how.per)

    # a counter against nobody in particular would add up strangers
    relevant = [each for each in relevant if all(whose(each))]
    groups = (list(group) for _, group in groupby(sorted(relevant, key=lambda e: (whose(e), e.at, e.event)), key=whose))
    return [window for group in groups for window in _windows(how, group)]


def _windows(how: Count, group: Sequence[Violation]) -> list[list[Violation]]:
    if how.window.startswith("rolling-"):
        return _rolling(how, group)
    name = CALENDAR[how.window]
    return [list(window) for _, window in groupby(group, key=lambda each: name(each.at.date()))]


CALENDAR: Mapping[str, Any] = {
    "ever": lambda _: "",
    "year": lambda day: day.year,
    "month": lambda day: (day.year, day.month),
    "week": lambda day: tuple(day.isocalendar())[:2],
}


def _rolling(how: Count, group: Sequence[Violation]) -> list[list[Violation]]:
    """Windows that reach their number within a month or a week of their first; no occurrence is used twice."""
    found, open_ = [], list[Violation]()
    for each in group:
        open_ = [earlier for earlier in open_ if each.at.date() <= _last_day(how.window, earlier.at.date())]
        open_.append(each)
        if len(open_) == how.reach:
            found.append(open_)
            open_ = []
    return [*found, open_] if open_ else found


def _last_day(window: str, first: date) -> date:
    if window == "rolling-week":
        return first + timedelta(days=6)
    from dateutil.relativedelta import relativedelta

    return first + relativedelta(months=1)
