"""Owns what a check of the audit is given and what it gives back: one ticket in its register, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from complaint.core.effects import Effect, applied
from complaint.core.fines import Statement, statement
from complaint.core.issued import Line, lines
from complaint.core.lifecycle import State, fold
from complaint.core.obligations import Obligation, obligations
from complaint.core.policy import Clause, Policy
from complaint.core.precedence import Charge
from complaint.core.requirements import Missing, missing
from complaint.core.rulebook import Rulebook
from complaint.core.statistics import Sum, sums
from complaint.core.symptoms import effects
from complaint.core.ticket import Event, Ticket, happened, receipt, voided

ERROR, WARNING = "error", "warning"


class Found(NamedTuple):
    """One thing that a check found: what, how to mend it, at which keys of the ticket's document, under which clause.

    `event` is the key of the event concerned, "" where it is the ticket as a whole; `severity` that of the check unless
    it is said; `plain` says the same without quoting what may be anybody's words, for CI reports.
    """

    message: str
    help: str
    path: tuple[str, ...] = ()
    clause: str = ""
    event: str = ""
    severity: str = ""
    plain: str = ""


class Problem(NamedTuple):
    """One result of the audit, with its place: the keys of complaint.audit/1, and the event concerned.

    One that is `unjudged` tells of what could not be read, so that the answer is not a whole one; `plain` is what CI
    reports say instead of a message that quotes.
    """

    code: str
    check: str
    severity: str
    path: str
    line: int
    column: int
    ticket: str
    clause: str
    message: str
    help: str
    event: str = ""
    plain: str = ""
    unjudged: bool = False


class NotChecked(NamedTuple):
    """A check that could not be carried out, and why; a `grave` one makes the answer no clean one.

    `plain` says why without quoting what may be anybody's words.
    """

    check: str
    reason: str
    grave: bool = True
    plain: str = ""


class Waived(NamedTuple):
    """A problem that somebody lets stand: why, in what role, until when, and the waiver's event."""

    problem: Problem
    waiver: Event


class Compared(NamedTuple):
    """What the proof against git compared: commits and tickets, in all history, or since a revision."""

    history: bool
    against: str
    revision: str
    commits: int
    tickets: int


class Findings(NamedTuple):
    """What an audit of so many tickets found, what is waived, what could not be checked, what git was asked."""

    problems: Sequence[Problem]
    waived: Sequence[Waived]
    not_checked: Sequence[NotChecked]
    tickets: int
    proof: Compared | None = None


class Check(NamedTuple):
    """One check: its stable code, its name, what it finds in a few words, and how.

    `find` is None where it is no check of a single ticket's content: of files, rules, git's history. An `error` is
    something that somebody did or left undone, a `warning` what time alone brings; only errors are findings.
    """

    code: str
    name: str
    title: str
    find: Callable[[Case], Iterable[Found]] | None = None
    severity: str = ERROR
    waivable: bool = True


class Books:
    """What checks of one ticket ask about all others; each is worked out when it is first asked."""

    def __init__(
        self, tickets: Sequence[Ticket], ids: Iterable[str], book: Rulebook, as_of: datetime, known_at: datetime | None
    ) -> None:
        self.tickets, self.ids, self.book = tickets, frozenset(ids), book
        self.as_of, self.known_at = as_of, known_at

    @cached_property
    def judged(self) -> list[Ticket]:
        """The tickets that can be judged: their policy is sound, and they had been received."""
        known = self.book.editions
        return [each for each in self.tickets if each.policy in known and happened(each, self.as_of, self.known_at)]

    @cached_property
    def effects(self) -> Mapping[str, Sequence[Effect]]:
        """By ticket, what other tickets change in its judgement."""
        return effects(self.judged, self.book, self.as_of, self.known_at)

    @cached_property
    def by_id(self) -> Mapping[str, Ticket]:
        """Every ticket that can be read, by id."""
        return {ticket.id: ticket for ticket in self.tickets}

    @cached_property
    def owners(self) -> Mapping[str, list[str]]:
        """By event key, the tickets that have such an event."""
        found: dict[str, list[str]] = {}
        for ticket in self.tickets:
            for event in ticket.events:
                found.setdefault(event.key, []).append(ticket.id)
        return found

    @cached_property
    def statement(self) -> Statement:
        """What all misconduct costs."""
        return statement(self.judged, self.book, self.as_of, self.known_at)

    @cached_property
    def proposed(self) -> Mapping[str, list[Charge]]:
        """By ticket, the fines that are only proposed until somebody records a finding."""
        found: dict[str, list[Charge]] = {}
        for charge in self.statement.proposed:
            found.setdefault(charge.ticket, []).append(charge)
        return found

    @cached_property
    def lines(self) -> Mapping[str, list[Line]]:
        """By ticket, its charges, those that were issued as they were issued."""
        found: dict[str, list[Line]] = {}
        for line in lines(self.statement.charges, self.judged, self.book, self.as_of, self.known_at):
            found.setdefault(line.charge.ticket, []).append(line)
        return found

    @cached_property
    def sums(self) -> list[Sum]:
        """Every statistic that must add up."""
        return sums(self.judged, self.book, self.as_of, self.known_at)


class Case:
    """One ticket as the audit sees it: its file's content, and what holds of it at the moment asked about."""

    def __init__(self, ticket: Ticket, books: Books) -> None:
        self.ticket, self.books = ticket, books
        self.events: tuple[Event, ...] = happened(ticket, books.as_of, books.known_at)

    @cached_property
    def standing(self) -> Sequence[Event]:
        """All its events, whatever the moment asked about, but those that were taken back."""
        gone = voided(self.ticket.events)
        return [event for event in self.ticket.events if event.key not in gone]

    @cached_property
    def policy(self) -> Policy | None:
        """The edition in force when it was received; None where there is none to judge by."""
        sound = self.events and self.ticket.policy in self.books.book.editions
        return self.books.book.in_force(self.ticket.policy, receipt(self.events)) if sound else None

    @cached_property
    def state(self) -> State:
        """What holds of it."""
        return fold(self.events, self.books.book.plan_roles(self.ticket)) if self.events else State()

    @cached_property
    def rows(self) -> Sequence[Obligation]:
        """Its obligations."""
        books = self.books
        if self.policy is None:
            return ()
        changed = books.effects.get(self.ticket.id, ())
        return obligations(self.ticket, books.book, books.as_of, books.known_at, effects=changed)

    @cached_property
    def missing(self) -> Sequence[Missing]:
        """What its policy asks for by now, and it has not."""
        if self.policy is None:
            return ()
        closed_at = self.state.closed_at
        changed = self.books.effects.get(self.ticket.id, ())
        # What other tickets tell after the closing asks for nothing any more, unless somebody reopens it.
        events = applied(self.events, [each for each in changed if closed_at is None or each.at <= closed_at])
        outcome = self.state.values.get("outcome") if closed_at else None
        return [each for each in missing(self.ticket, self.policy, events, self.rows) if each.is_owed(outcome)]

    @property
    def waivers(self) -> list[Event]:
        """The waivers that hold: given in a role, not voided, not ended."""
        given = (event for event in self.events if event.type == "waived" and event.fields.get("role"))
        return [event for event in given if event.fields["until"] > self.books.as_of]

    @cached_property
    def retained(self) -> Sequence[Clause]:
        """The clauses on retention that apply to it."""
        return [clause for clause in self.clauses if clause.kind == "retention"]

    @cached_property
    def clauses(self) -> Sequence[Clause]:
        """The clauses that apply to it."""
        if self.policy is None:
            return ()
        facts = self.rows[0].facts if self.rows else self.policy.facts(self.state.values, self.ticket.about)
        applying = self.policy.in_force(facts)
        return [clause for clause in self.policy.clauses if clause.id in applying]
