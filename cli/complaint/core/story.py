"""Owns one ticket's events as an edition sees them: what applied after each, when clocks started and stood still."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from complaint.core.calendar import Pause
from complaint.core.lifecycle import State, after
from complaint.core.limits import Limit, limit
from complaint.core.policy import Clause, Policy
from complaint.core.rulebook import Rulebook
from complaint.core.selector import any_matches
from complaint.core.ticket import Event, Ticket, about_after


class Story:
    """The events of one ticket in order of effect, and the state after each of them, under one edition."""

    def __init__(
        self, ticket: Ticket, events: Sequence[Event], policy: Policy, book: Rulebook, as_of: datetime
    ) -> None:
        self.ticket, self.events, self.policy, self.book, self.as_of = ticket, events, policy, book, as_of
        roles, state = frozenset(book.plan_roles(ticket)), State()
        self.states: list[State] = []
        for event in events:
            state = after(state, event, roles)
            self.states.append(state)
        self.about = about_after(ticket, events)
        self._in_force: dict[int, frozenset[str]] = {}

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The governed values at the end, as clauses see them."""
        return self.policy.facts({**self.states[-1].values, "status": self.states[-1].status}, self.about)

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
        while index and self.states[index - 1].values == self.states[index].values:
            index -= 1
        if index not in self._in_force:
            self._in_force[index] = self.policy.in_force(self.policy.facts(self.states[index].values, self.about))
        return self._in_force[index]

    def started_at(self, event: Event) -> datetime:
        """When the clock of a starting event starts, UTC; a corrected time of receipt counts as corrected."""
        moment: datetime = self.states[-1].values["received"] if event.type == "received" else event.at
        return moment.astimezone(UTC)

    def limit(self, clause: Clause, start: Event, since: datetime, known: datetime, pauses: Sequence[Pause]) -> Limit:
        """When a clock that counts from `since` is due, with the pauses that were known at `known`."""
        return limit(self.book, self.policy, clause, start, self.about, since, pauses, known)

    def starts(self, clause: Clause) -> list[int]:
        """The positions of the events that start the clause's clock; of repeated ones only the first of each round."""
        found = self._named(clause, "starts") or self._named(clause, "starts_else")
        if "starts_between" in clause.keys:
            found = [index for index in found if self._between(clause.keys["starts_between"], self.events[index])]
        rounds = clause.named("restarts_after")
        if not rounds:
            return found
        return [
            index
            for index, before in zip(found, [-1, *found], strict=False)
            if before < 0 or any(any_matches(rounds, event) for event in self.events[before + 1 : index])
        ]

    def _between(self, hours: str, event: Event) -> bool:
        """Whether an event happened within these hours of the local day: from the first moment, before the last."""
        start, _, end = hours.partition("-")
        return start <= f"{self.started_at(event).astimezone(self.book.zone):%H:%M:%S}" < end

    def _named(self, clause: Clause, role: str) -> list[int]:
        named = clause.named(role)
        return [index for index, event in enumerate(self.events) if any_matches(named, event)] if named else []
