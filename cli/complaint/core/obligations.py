"""Owns the deadlines of one ticket: which clauses started a clock, when each is due, and how each of them stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from complaint.core.calendar import Pause
from complaint.core.lifecycle import State, after
from complaint.core.limits import Limit, limit
from complaint.core.moments import length
from complaint.core.policy import TIMED, Clause, Policy
from complaint.core.rulebook import Rulebook
from complaint.core.selector import any_matches
from complaint.core.ticket import Event, Ticket, happened


class Obligation(NamedTuple):
    """One deadline of one ticket under one clause, started by one event; times in the register's zone.

    `state` is running, due-soon, overdue, late, met or cancelled (contract, section 5); `due_at` is None where the
    policy leaves the length unset; `notes` say what moved it.
    """

    ticket: str
    policy: Policy
    clause: Clause
    event: str
    started_at: datetime
    due_at: datetime | None
    met_at: datetime | None
    met_by: str | None
    state: str
    provisional: bool
    overdue_seconds: int
    facts: dict[str, Any]
    pauses: tuple[Pause, ...] = ()
    notes: tuple[tuple[datetime, str], ...] = ()

    @property
    def id(self) -> str:
        """Stable: ticket, clause and starting event."""
        return f"{self.ticket}/{self.clause.id}/{self.event}"


def obligations(
    ticket: Ticket,
    book: Rulebook,
    as_of: datetime,
    known_at: datetime | None = None,
    *,
    within: timedelta | None = None,
) -> list[Obligation]:
    """Every obligation of a ticket as it stood at `as_of`, from what was recorded by `known_at`; by due moment.

    With `within`, a running one due that soon (wall time) is `due-soon`.
    """
    events = happened(ticket, as_of, known_at)
    if not any(event.type == "received" for event in events):
        return []
    found: list[Obligation] = []
    for policy, begins, ends in book.spans(ticket.policy):
        story = Story(ticket, events, policy, book, as_of)
        found += [row for row in story.rows(within) if begins <= row.started_at < ends]
    return sorted(found, key=lambda row: (row.due_at is None, row.due_at, row.clause.id, row.event))


class Story:
    """One ticket's events in effect under one edition, with what was in force after each of them."""

    def __init__(
        self, ticket: Ticket, events: Sequence[Event], policy: Policy, book: Rulebook, as_of: datetime
    ) -> None:
        self.ticket, self.events, self.policy, self.book, self.as_of = ticket, events, policy, book, as_of
        roles, state = frozenset(policy.approvals("plan")), State()
        self.states: list[State] = []
        for event in events:
            state = after(state, event, roles)
            self.states.append(state)
        self.about = {
            key.removeprefix("about_"): value
            for event in events
            for key, value in event.fields.items()
            if key.startswith("about_")
        }
        self._in_force: dict[int, frozenset[str]] = {}

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The governed values at the end, as clauses see them."""
        return self.policy.facts({**self.states[-1].values, "status": self.states[-1].status})

    @cached_property
    def pauses(self) -> tuple[Pause, ...]:
        """When its clocks stood still: from a hold to the next resume or closing."""
        found: list[Pause] = []
        since: datetime | None = None
        for event in self.events:
            if event.type == "held" and since is None:
                since = event.at
            elif event.type in ("resumed", "closed") and since is not None:
                found.append(Pause(since, event.at))
                since = None
        return tuple(found) if since is None else (*found, Pause(since, None))

    def in_force(self, index: int) -> frozenset[str]:
        """The ids of the clauses that apply after the event at `index`."""
        if index not in self._in_force:
            values = self.states[index].values
            if index and self.states[index - 1].values == values:
                self._in_force[index] = self.in_force(index - 1)
            else:
                self._in_force[index] = self.policy.in_force(self.policy.facts(values))
        return self._in_force[index]

    def started_at(self, event: Event) -> datetime:
        """When the clock of a starting event starts; a corrected time of receipt counts as corrected."""
        moment = self.states[-1].values["received"] if event.type == "received" else event.at
        return moment.astimezone(UTC)

    def rows(self, within: timedelta | None = None) -> Iterator[Obligation]:
        """Every obligation under this edition."""
        for clause in self.policy.clauses:
            if clause.kind in TIMED:
                for index in starts(clause, self.events):
                    yield from self._chain(clause, index, within)

    def _chain(self, clause: Clause, index: int, within: timedelta | None) -> Iterator[Obligation]:
        """The row that an event starts, and with `repeats` the rows that each meeting act starts anew."""
        while True:
            row = Row(self, clause, index)
            row.live_through(len(self.events))
            if row.begun:
                yield row.obligation(within)
            if not clause.keys.get("repeats") or row.met is None:
                return
            index = row.met

    def limit(self, clause: Clause, start: Event, since: datetime, known: datetime) -> Limit:
        """When a clock that counts from `since` is due, with the pauses that were known at `known`."""
        pauses = self.pauses if clause.keys.get("pausable", True) else ()
        return limit(self.book, self.policy, clause, start, self.about, since, pauses, known)


def starts(clause: Clause, events: Sequence[Event]) -> list[int]:
    """The positions of the events that start the clause's clock; of repeated ones only the first of each round."""
    found = [index for index, event in enumerate(events) if any_matches(clause.named("starts"), event)]
    if not found:
        found = [index for index, event in enumerate(events) if any_matches(clause.named("starts_else"), event)]
    rounds = clause.named("restarts_after")
    if not rounds:
        return found
    return [
        index
        for index, before in zip(found, [-1, *found], strict=False)
        if before < 0 or any(any_matches(rounds, event) for event in events[before + 1 : index])
    ]


@dataclass(slots=True, eq=False, repr=False)
class Row:
    """The life of one obligation: it is told event by event, and can be asked at any point of it."""

    story: Story
    clause: Clause
    start: int
    begun: bool = False
    met: int | None = None
    cancelled_at: datetime | None = None
    closed_at: datetime | None = None
    late_at: datetime | None = None
    ended: bool = False
    applies: bool = True
    reclassified: tuple[datetime, datetime | None] | None = None
    moved_to: datetime | None = None
    shift: timedelta = timedelta()
    asks: list[tuple[Event, bool]] = field(default_factory=list)
    granted_by: set[str] = field(default_factory=set)
    attempts: list[datetime] = field(default_factory=list)
    notes: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def event(self) -> Event:
        """The starting event."""
        return self.story.events[self.start]

    @property
    def open(self) -> bool:
        """Whether its clock runs."""
        return self.begun and self.met is None and self.cancelled_at is None and self.late_at is None

    def due(self, known: datetime) -> datetime | None:
        """When it is due, as far as was known at `known`."""
        if self.moved_to is not None:
            return self.moved_to + self.shift
        at = self._limit(self.story.started_at(self.event), known).at
        if at is not None and self.reclassified is not None:
            since, old = self.reclassified
            anew = self._limit(since, known).at or at
            at = max(at, anew if old is None else min(old, anew))
        return None if at is None else at + self.shift

    def _limit(self, since: datetime, known: datetime) -> Limit:
        return self.story.limit(self.clause, self.event, since, known)

    def past(self, at: datetime) -> bool:
        """Whether an act at `at` comes too late."""
        due = self.due(at)
        return due is not None and (at > due if self.clause.keys.get("due_inclusive", True) else at >= due)

    def live_through(self, end: int) -> None:
        """Tell the events after the start, up to but without position `end`."""
        events = self.story.events
        first = self.start
        while first + 1 < end and events[first + 1].at <= self.story.started_at(self.event):
            first += 1  # what was recorded of the same moment describes it from the start
        self.applies = self.begun = self.clause.id in self.story.in_force(first)
        for index in range(self.start + 1, end):
            if index > first:
                self._reclassify(index)
            self._tell(index, events[index])
            if self.ended:
                return

    def _reclassify(self, index: int) -> None:
        event, applies = self.story.events[index], self.clause.id in self.story.in_force(index)
        if applies == self.applies:
            return
        self.applies = applies
        if not applies:
            if self.open and not self.past(event.at):
                self.cancelled_at = event.at
                self.notes.append((event.at, "stopped applying by re-classification"))
        elif not self.begun or self.cancelled_at is not None:
            self.begun, self.cancelled_at, self.closed_at = True, None, None
            self.reclassified = (event.at, self._old_due(index))
            self.notes.append((event.at, "began to apply by re-classification"))

    def _old_due(self, index: int) -> datetime | None:
        """The due moment of the clause that this one replaces by the event at `index`, if there is one."""
        story = self.story
        stopped = story.in_force(index - 1) - story.in_force(index)
        for other in story.policy.clauses:
            if other.id in stopped and _same_act(self.clause, other) and self.start in starts(other, story.events):
                row = Row(story, other, self.start)
                row.live_through(index)
                return row.due(story.events[index].at)
        return None

    def _tell(self, index: int, event: Event) -> None:
        clause = self.clause
        if event.type in ("extension-asked", "approved", "refused") and clause.keys.get("extendable"):
            self._extend(event)
        self._replace(index, event)
        if any_matches(clause.named("taken_back_by"), event):
            self.met = None
        if self._meets(index, event):
            if self.met is None and self.late_at is None and (self.cancelled_at is None or self.closed_at is not None):
                self.met, self.cancelled_at, self.closed_at = index, None, None
        elif any_matches(clause.named("cancelled_by"), event):
            if self.open:
                self.cancelled_at, self.ended = event.at, True
        elif any_matches(clause.named("ended_by"), event):
            self._end(event)
            self.ended = True
        elif event.type == "closed" and self.open:
            self._end(event)
            self.closed_at = event.at
        elif event.type == "reopened" and self.closed_at is not None:
            self._resume(event)

    def _end(self, event: Event) -> None:
        """What runs ends: past due it is late by this act, else it is cancelled."""
        if self.open and self.past(event.at):
            self.late_at = event.at
        elif self.open:
            self.cancelled_at = event.at

    def _resume(self, event: Event) -> None:
        if self.late_at is None and self.closed_at is not None:
            closed = event.at - self.closed_at
            self.shift += closed
            self.notes.append((event.at, f"reopened; moved by the {length(int(closed.total_seconds()))} it was closed"))
        self.late_at = self.cancelled_at = self.closed_at = None

    def _meets(self, index: int, event: Event) -> bool:
        clause, earlier = self.clause, self.story.events[:index]
        if "attempts" in clause.roles and any_matches(clause.named("attempts"), event):
            if event.at - max([self.event.at, *self.attempts]) >= gap(clause):
                self.attempts.append(event.at)
            if len(self.attempts) >= clause.keys["attempts"]["times"]:
                return True
        needed = clause.named("met_after")
        ready = all(any(each.matches(before) for before in earlier) for each in needed)
        return ready and any_matches(clause.named("met_by"), event)

    def _extend(self, event: Event) -> None:
        if event.type == "extension-asked":
            self.asks.append((event, self.open and not self.past(event.at)))
        elif event.fields.get("what") == "extension" and self.asks:
            self.granted_by = (
                self.granted_by | {str(event.fields.get("role", ""))} if event.type == "approved" else set()
            )
            if event.type == "approved" and not set(self.story.policy.approvals("extension")) <= self.granted_by:
                return
            in_time = [ask for ask, counts in self.asks if counts]
            if event.type == "approved" and in_time:
                self._move(event.at, event.fields.get("due", in_time[-1].fields["due"]), "extended")
            elif event.type == "approved":
                self.notes.append((event.at, "the extension was asked for too late to count"))
            self.asks, self.granted_by = [], set()

    def _replace(self, index: int, event: Event) -> None:
        for other in self.story.policy.clauses:
            if self.clause.id in other.keys.get("replaces", ()) and any_matches(other.named("starts"), event):
                until = self.story.limit(other, event, event.at, event.at).at
                if until and other.id in self.story.in_force(index) and self.open and not self.past(event.at):
                    self._move(event.at, until, f"replaced under {other.id}")

    def _move(self, at: datetime, until: datetime, why: str) -> None:
        self.moved_to, self.shift = until, timedelta()
        self.notes.append((at, why))

    def obligation(self, within: timedelta | None) -> Obligation:
        """How it stands at the story's `as_of`."""
        story, zone = self.story, self.story.book.zone
        act = story.events[self.met] if self.met is not None else None
        ended = act.at if act else self.late_at or self.cancelled_at
        due = self.due(ended or story.as_of)
        started = story.started_at(self.event)
        state = self._state(act, within)
        met_at = act.at if act else self.late_at
        over = (met_at or story.as_of) - due if due and state in ("overdue", "late") else timedelta()
        return Obligation(
            story.ticket.id,
            story.policy,
            self.clause,
            self.event.key,
            started.astimezone(zone),
            due.astimezone(zone) if due else None,
            met_at.astimezone(zone) if met_at else None,
            act.key if act else None,
            state,
            self.moved_to is None and self._limit(started, ended or story.as_of).provisional,
            int(over.total_seconds()),
            story.facts,
            story.pauses if self.clause.keys.get("pausable", True) else (),
            tuple(self.notes),
        )

    def _state(self, act: Event | None, within: timedelta | None) -> str:
        if act is not None:
            return "late" if self.past(act.at) else "met"
        if self.late_at is not None:
            return "late"
        if self.cancelled_at is not None:
            return "cancelled"
        now = self.story.as_of
        if self.past(now):
            return "overdue"
        due = self.due(now)
        return "due-soon" if within is not None and due is not None and due - now <= within else "running"


def _same_act(one: Clause, other: Clause) -> bool:
    """Whether two clauses limit the same act: one is the exception to the other, or they start and end alike."""
    alike = all(set(one.named(role)) == set(other.named(role)) for role in ("starts", "met_by"))
    return alike or other.id in one.exception_to or one.id in other.exception_to


def gap(clause: Clause) -> timedelta:
    """The least time between two attempts that count."""
    return timedelta(**clause.keys["attempts"].get("gap", {}))
