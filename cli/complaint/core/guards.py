"""Owns what stands in the way: why a step is refused, and what a policy asks for before a ticket may close."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from complaint.core.errors import Refused
from complaint.core.lifecycle import State, fold
from complaint.core.money import printed
from complaint.core.obligations import obligations
from complaint.core.policy import Policy
from complaint.core.requirements import missing
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import FUTURE, Event, Ticket, happened, voided
from complaint.core.vocabulary import KIND_OF

REPETITION = timedelta(seconds=60)


class Step(NamedTuple):
    """A step about to be recorded: the ticket before it, the state it meets at its `at`, and its policy."""

    ticket: Ticket
    event: Event
    state: State
    policy: Policy
    book: Rulebook
    now: datetime

    def past(self) -> tuple[Event, ...]:
        """The events in effect at the step's `at`."""
        return happened(self.ticket, self.event.at)


def refusal(ticket: Ticket, event: Event, policy: Policy, book: Rulebook, now: datetime) -> Refused | None:
    """Why the order of the work refuses `event` now, judged at its `at`; None where it does not."""
    state = fold(happened(ticket, event.at), book.plan_roles(ticket))
    step = Step(ticket, event, state, policy, book, now)
    found = _time(step)
    if found:
        return Refused(*found, where=ticket.id, needs_note=False)
    for guard in (_closed, *GUARDS.get(event.type, ())):
        found = guard(step)
        if found:
            return Refused(*found, where=ticket.id)
    return None


def repetition(ticket: Ticket, event: Event) -> Refused:
    """Why a step that says again what was just recorded is refused."""
    found = f"the same `{KIND_OF[event.type].command}` was recorded a moment ago, as {ticket.events[-1].key}"
    return Refused(found, "nothing needs doing; if it did happen twice, add --force", where=ticket.id, needs_note=False)


Reason = tuple[str, str] | None


def in_future(at: datetime) -> tuple[str, str]:
    """Why a fact of the future is refused."""
    return f"{at.isoformat()} lies in the future", "a fact is recorded once it has happened; --force records it"


def _time(step: Step) -> Reason:
    at, event = step.event.at, step.event
    corrected = event.fields.get("received") if event.type == "corrected" else None
    for moment in (at, *([corrected] if isinstance(corrected, datetime) else [])):
        if moment > step.now + FUTURE:
            return in_future(moment)
    received = fold(happened(step.ticket)).values["received"]
    if at < received and corrected is None and not KIND_OF[event.type].precedes:
        return (
            f"--at {at.isoformat()} lies before the receipt, {received.isoformat()}",
            "--force records it all the same",
        )
    return None


def _closed(step: Step) -> Reason:
    kind = KIND_OF[step.event.type]
    if step.state.closed_at and not kind.while_closed:
        return (
            f"it is closed since {step.state.closed_at.isoformat()}; {kind.command} is for open tickets",
            f"reopen it first, or {FORCE}",
        )
    return None


def _reopen(step: Step) -> Reason:
    return None if step.state.closed_at else ("it is open, there is nothing to reopen", FORCE)


def _return(step: Step) -> Reason:
    standing = next((event for event in reversed(step.past()) if event.type in ("replied", "returned")), None)
    return (
        None
        if standing and standing.type == "replied"
        else ("there is no reply to return", f"record the reply first, or {FORCE}")
    )


def _approve(step: Step) -> Reason:
    asked = {"extension": "extension-asked", "plan": "planned"}.get(str(step.event.fields["what"]))
    last = next((event for event in reversed(step.past()) if event.type == asked or _settles(event, step)), None)
    if (
        asked is None
        or (last is not None and last.type == asked)
        or (last is not None and step.policy.approvals(str(step.event.fields["what"])))
    ):
        return None
    what = step.event.fields["what"]
    return f"no {what} was asked for", f"record it first (`{'extend' if what == 'extension' else 'plan'}`), or {FORCE}"


def _settles(event: Event, step: Step) -> bool:
    return (
        event.type in ("approved", "refused") and event.fields.get("what") == step.event.fields["what"] == "extension"
    )


def _implement(step: Step) -> Reason:
    lacking = sorted(set(step.policy.approvals("plan")) - step.state.plan_approvals)
    return (
        (
            f"the plan still needs the approval of {', '.join(lacking)}",
            f"`approve --what plan --role ROLE` first, or {FORCE}",
        )
        if lacking
        else None
    )


def _callback(step: Step) -> Reason:
    answered = any(event.type == "answered" for event in step.past())
    return None if answered else ("the customer has had no answer yet", f"record the answer first, or {FORCE}")


def _close(step: Step) -> Reason:
    outcome = step.event.fields["outcome"]
    lacking = [
        each
        for each in missing(step.ticket, step.policy, step.past(), obligations(step.ticket, step.book, step.event.at))
        if each.before and (not each.outcomes or outcome in each.outcomes)
    ]
    if not lacking:
        return None
    wants = "; ".join(f"{each.what} ({each.clause.id})" for each in lacking)
    return f"it may not be closed as {outcome} yet: missing {wants}", f"record that first, or {FORCE}"


def _void(step: Step) -> Reason:
    target = step.ticket.event(str(step.event.fields["event"]))
    if target.type in ("received", "voided"):
        return f"an event of type {target.type} cannot be voided", "correct the ticket with `correct`, or close it"
    if any(event.type == "voided" and event.fields["event"] == target.key for event in step.ticket.events):
        return f"event {target.key} is voided already", "nothing needs doing"
    return None


def _decide(step: Step) -> Reason:
    target = step.ticket.event(str(step.event.fields["event"]))
    if target.type != "violation":
        return (
            f"event {target.key} is of type {target.type}, not a violation",
            "name the event key of a violation (`log` lists them); what is charged from facts alone is decided once "
            "`violation` has recorded it, with --at as the charge has it",
        )
    if target.key in voided(step.ticket.events):
        return f"event {target.key} was voided", "decide the entry that stands; `log` lists them"
    clause = step.book.in_force(step.ticket.policy, target.at).clause(str(target.fields["clause"]))
    typed = step.event.fields.get("amount")
    if typed is None or clause is None:
        return None
    least, most = (Decimal(clause.keys.get(key, clause.keys.get("amount", "0"))) for key in ("least", "most"))
    if not least <= Decimal(typed) <= most:
        return (
            f"--amount {typed} is outside the range of {clause.id}",
            f"allowed: {printed(least)} to {printed(most)} ({clause.cite})",
        )
    return None


FORCE = "--force --note WHY records it all the same"
UNFORCEABLE = ("voided", "decided")
GUARDS: dict[str, tuple[Callable[[Step], Reason], ...]] = {
    "reopened": (_reopen,),
    "returned": (_return,),
    "approved": (_approve,),
    "refused": (_approve,),
    "implemented": (_implement,),
    "called-back": (_callback,),
    "closed": (_close,),
    "voided": (_void,),
    "decided": (_decide,),
}


def repeats_last(ticket: Ticket, event: Event, typed_at: datetime | None) -> bool:
    """Whether `event` says again what the last recorded event said, within sixty seconds (contract, section 4)."""
    last = max(ticket.events, key=lambda each: each.key)
    at = event.at if typed_at else last.recorded.replace(microsecond=0)
    same = (last.type, _own(last), last.at) == (event.type, _own(event), at)
    return same and abs(event.recorded - last.recorded) <= REPETITION


def _own(event: Event) -> dict[str, object]:
    return {key: value for key, value in event.fields.items() if key not in ("forced", "clock")} | {"by": event.by}
