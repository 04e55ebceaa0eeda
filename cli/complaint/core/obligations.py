"""Owns the deadlines of one ticket: which clauses started a clock, when each is due, and how each of them stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from complaint.core.calendar import Pause
from complaint.core.course import Course, Phase
from complaint.core.effects import Effect, applied
from complaint.core.policy import TIMED, Clause, Policy
from complaint.core.rulebook import Rulebook
from complaint.core.story import Story
from complaint.core.ticket import Ticket, happened


class Obligation(NamedTuple):
    """One deadline of one ticket under one clause, started by one event; times in the register's zone.

    `state` is running, due-soon, overdue, late, met or cancelled (contract, section 5); `due_at` is None where the
    policy leaves the length unset; `notes` say what moved it; `attempts` are those that count; `reasons` say since when
    and why other tickets make this one be judged as if it were classified otherwise.
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
    attempts: tuple[datetime, ...] | None = None
    reasons: tuple[tuple[datetime, str], ...] = ()

    @property
    def on_hold(self) -> bool:
        """Whether its clock stands still now."""
        return self.state in ("running", "due-soon") and any(pause.end is None for pause in self.pauses)

    @property
    def id(self) -> str:
        """Stable: ticket, clause and starting event."""
        return f"{self.ticket}/{self.clause.id}/{self.event}"


class Change(NamedTuple):
    """One obligation before and after a change of policy; None where there is none."""

    ticket: str
    before: Obligation | None
    after: Obligation | None

    @property
    def clause(self) -> str:
        """The id of the clause it is of."""
        found = self.after or self.before
        return found.clause.id if found else ""


def obligations(
    ticket: Ticket,
    book: Rulebook,
    as_of: datetime,
    known_at: datetime | None = None,
    *,
    within: timedelta | None = None,
    effects: Sequence[Effect] = (),
) -> list[Obligation]:
    """Every obligation of a ticket as it stood at `as_of`, from what was recorded by `known_at`; by due moment.

    With `within`, a running one due that soon (wall time) is `due-soon`. `effects` are what other tickets change in the
    judgement of this one.
    """
    events = applied(happened(ticket, as_of, known_at), effects)
    found: list[Obligation] = []
    for policy, begins, ends in book.spans(ticket.policy) if events else ():
        story = Story(ticket, events, policy, book, as_of)
        courses = (course for clause in policy.clauses if clause.kind in TIMED for course in _courses(story, clause))
        why = tuple((each.at, each.told) for each in effects if each.sets and each.holds(story.facts))
        told = {each.cause: ((each.at, each.told),) for each in effects if each.opens}
        rows = (_row(course, within) for course in courses if course.phase is not Phase.WAITING)
        rows = (row._replace(reasons=why, notes=(*row.notes, *told.get(row.event, ()))) for row in rows)
        found += [row for row in rows if begins <= row.started_at < ends]
    return sorted(found, key=lambda row: (row.due_at is None, row.due_at, row.clause.id, row.event))


def _courses(story: Story, clause: Clause) -> Iterator[Course]:
    """The course that each starting event starts, and with `repeats` those that each meeting act starts anew."""
    for start in story.starts(clause):
        course = Course(story, clause, start).told()
        yield course
        while clause.keys.get("repeats") and course.phase is Phase.MET and course.act is not None:
            course = Course(story, clause, course.act).told()
            yield course


def _row(course: Course, within: timedelta | None) -> Obligation:
    story, zone = course.story, course.story.book.zone
    act = story.events[course.act] if course.act is not None and course.phase is Phase.MET else None
    ended = act.at if act else course.since
    known = ended or story.as_of
    due, started, state = course.due(known), story.started_at(course.event), _state(course, within)
    met_at = act.at if act else course.since if course.late else None
    over = (met_at or story.as_of) - due if due and state in ("overdue", "late") else timedelta()
    return Obligation(
        ticket=story.ticket.id,
        policy=story.policy,
        clause=course.clause,
        event=course.event.key,
        started_at=started.astimezone(zone),
        due_at=due.astimezone(zone) if due else None,
        met_at=met_at.astimezone(zone) if met_at else None,
        met_by=act.key if act else None,
        state=state,
        provisional=course.provisional(known),
        overdue_seconds=int(over.total_seconds()),
        facts=story.facts,
        pauses=story.pauses if course.clause.keys.get("pausable", True) else (),
        notes=tuple(course.notes),
        attempts=tuple(course.attempts) if "attempts" in course.clause.roles else None,
    )


def _state(course: Course, within: timedelta | None) -> str:
    now = course.story.as_of
    if course.phase is Phase.MET and course.act is not None:
        return "late" if course.past(course.story.events[course.act].at) else "met"
    if course.phase is not Phase.RUNNING:
        return "late" if course.late else "cancelled"
    if course.past(now):
        return "overdue"
    due = course.due(now)
    return "due-soon" if within is not None and due is not None and due - now <= within else "running"
