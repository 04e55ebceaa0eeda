"""Owns the course of one obligation: a clock that events start, meet, move, park and end, told event by event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from complaint.core.calendar import Pause
from complaint.core.limits import Limit
from complaint.core.moments import length
from complaint.core.policy import Clause
from complaint.core.selector import any_matches
from complaint.core.story import Story
from complaint.core.ticket import Event


class Phase(StrEnum):
    """Where a clock stands."""

    WAITING = "waiting"  # its clause has not applied yet
    RUNNING = "running"
    MET = "met"  # by the act at `act`
    PARKED = "parked"  # by a closing; a reopening resumes it
    LAPSED = "lapsed"  # its clause stopped applying before it was due; it begins anew if the clause applies again
    ENDED = "ended"  # for good


class Course:
    """One clause, one starting event, and what became of them up to the event told last.

    `since` is when a parked, lapsed or ended clock stopped, and `late` whether it was past due then. An `act` that
    meets it counts from RUNNING at once, from WAITING and PARKED as soon as the clock runs.
    """

    def __init__(self, story: Story, clause: Clause, start: int) -> None:
        self.story, self.clause, self.start = story, clause, start
        self.phase, self.applies = Phase.WAITING, False
        self.act: int | None = None
        self.since: datetime | None = None
        self.late = False
        self.notes: list[tuple[datetime, str]] = []
        self._reclassified: tuple[datetime, datetime | None] | None = None
        self._moved_to: datetime | None = None
        self._shift = timedelta()
        self._resumed: list[tuple[datetime, timedelta]] = []
        self._asks: list[tuple[Event, bool]] = []
        self._granted_by: frozenset[str] = frozenset()
        self.attempts: list[datetime] = []

    @property
    def event(self) -> Event:
        """The starting event."""
        return self.story.events[self.start]

    # --- when it is due ---

    def due(self, known: datetime) -> datetime | None:
        """When it is due (UTC), as far as was known at `known`; None where the policy leaves it unset."""
        if self._moved_to is not None:
            return self._moved_to + self._shift
        at = self.limit(known).at
        if at is not None and self._reclassified is not None:
            since, old = self._reclassified
            anew = self._limit(since, known).at or at
            at = max(at, anew if old is None else min(old, anew))
        return None if at is None else at + self._shift

    def limit(self, known: datetime) -> Limit:
        """What its length gives from its start alone."""
        return self._limit(self.story.started_at(self.event), known)

    def _limit(self, since: datetime, known: datetime) -> Limit:
        pauses = self.story.pauses if self.clause.keys.get("pausable", True) else ()
        if self._resumed:
            pauses = tuple(Pause(self._own_time(p.start), self._own_time(p.end) if p.end else None) for p in pauses)
        return self.story.limit(self.clause, self.event, since, self._own_time(known), pauses)

    def _own_time(self, moment: datetime) -> datetime:
        """A moment on the clock's own time, which left out what was closed before it."""
        return moment - max((shift for at, shift in self._resumed if at <= moment), default=timedelta())

    def provisional(self, known: datetime) -> bool:
        """Whether the due moment counted days of a year without an official notice."""
        return self._moved_to is None and self.limit(known).provisional

    def past(self, at: datetime) -> bool:
        """Whether an act at `at` comes too late."""
        due = self.due(at)
        return due is not None and (at > due if self.clause.keys.get("due_inclusive", True) else at >= due)

    # --- what happens to it ---

    def told(self, end: int | None = None) -> Course:
        """Itself, after the events up to but without position `end`."""
        events = self.story.events
        end = len(events) if end is None else end
        first = self.start
        while first + 1 < end and events[first + 1].at <= self.story.started_at(self.event):
            first += 1  # what was recorded of the same moment describes it from the start
        self.applies = self.clause.id in self.story.in_force(first)
        self.phase = Phase.RUNNING if self.applies else Phase.WAITING
        for index in range(self.start + 1, end):
            if index > first:
                self._reclassify(index)
            if self._tell(index, events[index]):
                break
        return self

    def _reclassify(self, index: int) -> None:
        event, applies = self.story.events[index], self.clause.id in self.story.in_force(index)
        if applies == self.applies:
            return
        self.applies = applies
        if not applies and self.phase is Phase.RUNNING and not self.past(event.at):
            self.phase, self.since, self.late = Phase.LAPSED, event.at, False
            self.notes.append((event.at, "stopped applying by re-classification"))
        elif applies and self.phase in (Phase.WAITING, Phase.LAPSED):
            self._reclassified = (event.at, self._old_due(index))
            self.notes.append((event.at, "began to apply by re-classification"))
            self._run()
            self._park_if_closed(index, event)

    def _old_due(self, index: int) -> datetime | None:
        """The due moment of the clause that this one replaces by the event at `index`, if there is one."""
        story = self.story
        stopped = story.in_force(index - 1) - story.in_force(index)
        for other in story.policy.clauses:
            if other.id in stopped and same_act(self.clause, other) and self.start in story.starts(other):
                return Course(story, other, self.start).told(index).due(story.events[index].at)
        return None

    def _tell(self, index: int, event: Event) -> bool:
        """One event; true if nothing after it matters any more."""
        clause = self.clause
        if clause.keys.get("extendable"):
            moves = EXTENSION.get(event.type)
            if moves:
                moves(self, event)
        self._replace(index, event)
        if any_matches(clause.named("taken_back_by"), event):
            self._take_back(index, event)
        if self._meets(index, event):
            self._meet(index)
        elif any_matches(clause.named("cancelled_by"), event):
            if self.phase is Phase.RUNNING:
                self.phase, self.since = Phase.ENDED, event.at
            return self.phase is Phase.ENDED
        elif any_matches(clause.named("ended_by"), event):
            if self.phase is Phase.RUNNING:
                self._stop(Phase.ENDED, event)
            return True
        elif event.type == "closed" and self.phase is Phase.RUNNING:
            self._stop(Phase.PARKED, event)
        elif event.type == "reopened" and self.phase is Phase.PARKED:
            self._resume(event)
        return False

    def _run(self) -> None:
        """The clock runs, unless the act that meets it was done already."""
        self.phase = Phase.RUNNING if self.act is None else Phase.MET
        self.since, self.late = None, False

    def _park_if_closed(self, index: int, event: Event) -> None:
        if self.phase is Phase.RUNNING and self.story.states[index].closed_at:
            self._stop(Phase.PARKED, event)

    def _meet(self, index: int) -> None:
        if self.phase is Phase.RUNNING:
            self.phase, self.act = Phase.MET, index
        elif self.phase in (Phase.WAITING, Phase.PARKED) and self.act is None:
            self.act = index

    def _take_back(self, index: int, event: Event) -> None:
        """The meeting act has no effect any more."""
        self.act = None
        if self.phase is Phase.MET:
            self._run()
            self._park_if_closed(index, event)

    def _stop(self, phase: Phase, event: Event) -> None:
        """What runs ends: past due it is late by this event, else it is cancelled."""
        self.phase, self.since, self.late = phase, event.at, self.past(event.at)

    def _resume(self, event: Event) -> None:
        """Late by the closing: overdue again with the same due moment; else it runs on, moved by the closed time."""
        if not self.late and self.since is not None:
            if not self.applies:
                self.phase = Phase.LAPSED
                return
            closed = event.at - self.since
            self._shift += closed
            self._resumed.append((event.at, self._shift))
            self.notes.append((event.at, f"reopened; moved by the {length(int(closed.total_seconds()))} it was closed"))
        self._run()

    def _meets(self, index: int, event: Event) -> bool:
        clause, earlier = self.clause, self.story.events[:index]
        if any_matches(clause.named("attempts"), event) and self._counts(event):
            self.attempts.append(event.at)
            if len(self.attempts) >= clause.keys["attempts"]["times"]:
                return True
        needed = clause.named("met_after")
        ready = all(any(each.matches(before) for before in earlier) for each in needed)
        return ready and any_matches(clause.named("met_by"), event)

    def _counts(self, attempt: Event) -> bool:
        """Whether an attempt comes long enough after the last that counted, and in time."""
        gap = timedelta(**self.clause.keys["attempts"].get("gap", {}))
        return attempt.at - max([self.event.at, *self.attempts]) >= gap and not self.past(attempt.at)

    # --- what moves it ---

    def _ask(self, event: Event) -> None:
        self._asks.append((event, not self.past(event.at)))

    def _approve(self, event: Event) -> None:
        if event.fields.get("what") != "extension" or not self._asks:
            return
        self._granted_by |= {str(event.fields.get("role", ""))}
        if not set(self.story.policy.approvals("extension")) <= self._granted_by:
            return
        in_time = [ask for ask, counts in self._asks if counts]
        if in_time:
            self._move(event.at, event.fields.get("due", in_time[-1].fields["due"]), "extended")
        else:
            self.notes.append((event.at, "the extension was asked for too late to count"))
        self._settle()

    def _refuse(self, event: Event) -> None:
        if event.fields.get("what") == "extension":
            self._settle()

    def _settle(self) -> None:
        self._asks, self._granted_by = [], frozenset()

    def _replace(self, index: int, event: Event) -> None:
        """A clause that names this one under `replaces` was started in time: its due moment holds for both."""
        story = self.story
        for other in story.policy.clauses:
            if self.clause.id in other.keys.get("replaces", ()) and any_matches(other.named("starts"), event):
                until = story.limit(other, event, event.at, event.at, ()).at
                running = self.phase is Phase.RUNNING and not self.past(event.at)
                if until and running and other.id in story.in_force(index):
                    self._move(event.at, until, f"replaced under {other.id}")

    def _move(self, at: datetime, until: datetime, why: str) -> None:
        self._moved_to, self._shift, self._resumed = until, timedelta(), []
        self.notes.append((at, why))


EXTENSION: dict[str, Callable[[Course, Event], None]] = {
    "extension-asked": Course._ask,  # noqa: SLF001 - the table is the class's own
    "approved": Course._approve,  # noqa: SLF001
    "refused": Course._refuse,  # noqa: SLF001
}


def same_act(one: Clause, other: Clause) -> bool:
    """Whether two clauses limit the same act: one is the exception to the other, or they start and end alike."""
    alike = all(set(one.named(role)) == set(other.named(role)) for role in ("starts", "met_by"))
    return alike or other.id in one.exception_to or one.id in other.exception_to
