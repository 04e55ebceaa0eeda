"""Owns the folding of events: what the governed values and the status are after them, and which keys that changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from complaint.core.ticket import Event
from complaint.core.vocabulary import GOVERNED, KIND_OF, Kind


class State(NamedTuple):
    """What holds after some events: governed `values`, the working status (`stage`), and since when it is closed."""

    values: Mapping[str, Any] = {}
    stage: str = "received"
    closed_at: datetime | None = None
    plan_approvals: frozenset[str] = frozenset()

    @property
    def status(self) -> str:
        """`closed` while it is closed, else the working status, to which reopening returns."""
        return "closed" if self.closed_at else self.stage

    def governed(self) -> dict[str, Any]:
        """The header values that the events govern, in header order."""
        known = {**self.values, "status": self.status}
        return {key: known[key] for key in GOVERNED if known.get(key) not in (None, "", [])}


def fold(events: Iterable[Event], plan_roles: Iterable[str] = ()) -> State:
    """The state after `events`, which stand in order of effect; a plan is approved once all `plan_roles` have."""
    state, roles = State(), frozenset(plan_roles)
    for event in events:
        state = after(state, event, roles)
    return state


def after(state: State, event: Event, plan_roles: frozenset[str]) -> State:
    """The state that one more event leads to."""
    kind = KIND_OF[event.type]
    values = _values(state.values, event, kind)
    if event.type == "closed":
        return state._replace(values=values, closed_at=state.closed_at or event.at)
    if event.type == "reopened":
        return state._replace(values=_without_ending(values), closed_at=None)
    approvals = _plan_approvals(state.plan_approvals, event)
    stage = kind.status if _moves(state, event, kind, approvals, plan_roles) else state.stage
    return state._replace(values=values, stage=stage, plan_approvals=approvals)


def _values(values: Mapping[str, Any], event: Event, kind: Kind) -> Mapping[str, Any]:
    new = dict(values)
    if event.type == "received":
        new["received"] = event.at
    if event.type == "corrected":
        given = {key: value for key, value in event.fields.items() if key in GOVERNED}
        return {key: value for key, value in {**new, **given}.items() if value not in ("", [])}
    for known in kind.fields:
        value = event.fields.get(known.key)
        if value is None or not known.governs:
            continue
        if known.effect == "set":
            new[known.governs] = value
        else:
            marks = set(new.get(known.governs, ()))
            new[known.governs] = sorted(marks | set(value) if known.effect == "add" else marks - set(value))
    return new


def _without_ending(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {key: value for key, value in values.items() if key not in ("outcome", "duplicate_of")}


def _plan_approvals(approvals: frozenset[str], event: Event) -> frozenset[str]:
    if event.type == "planned":
        return frozenset()
    if event.fields.get("what") == "plan" and event.type in ("approved", "refused"):
        role = {str(event.fields.get("role", ""))}
        return approvals | role if event.type == "approved" else approvals - role
    return approvals


def _moves(state: State, event: Event, kind: Kind, approvals: frozenset[str], plan_roles: frozenset[str]) -> bool:
    if not kind.status or (kind.only_from and state.stage != kind.only_from):
        return False
    key, word = kind.only_if
    if key and event.fields.get(key) != word:
        return False
    return event.type != "approved" or plan_roles <= approvals


def changes(before: State, now: State) -> dict[str, Any]:
    """The header keys that differ between two states, with their new values; None where the key goes."""
    old, new = before.governed(), now.governed()
    return {key: new.get(key) for key in GOVERNED if old.get(key) != new.get(key)}
