"""Owns what stands in the way: why a step is refused, and what a policy asks for before a ticket may close."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from complaint.core.errors import ComplaintError, Refused
from complaint.core.lifecycle import State, fold
from complaint.core.money import printed
from complaint.core.obligations import obligations
from complaint.core.policy import TIMED, Clause, Policy
from complaint.core.rulebook import Rulebook
from complaint.core.selector import Selector, any_matches
from complaint.core.ticket import Event, Ticket, happened
from complaint.core.vocabulary import KIND_OF

FUTURE = timedelta(minutes=5)
REPETITION = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a clause asks for that is not there; `before` is closed where it must be there before closing."""

    clause: Clause
    what: str
    before: str = ""
    outcomes: tuple[str, ...] = ()


def missing(ticket: Ticket, book: Rulebook, as_of: datetime, known_at: datetime | None = None) -> list[Missing]:
    """What the edition in force asks for and the ticket has not, as of a moment."""
    events = happened(ticket, as_of, known_at)
    if not events:
        return []
    policy = book.in_force(ticket.policy, events[0].at)
    applying = policy.in_force(policy.facts(fold(events, policy.approvals("plan")).values))
    met = _met_rows(ticket, book, as_of, known_at)
    return [
        Missing(clause, what, clause.keys.get("before", ""), tuple(clause.keys.get("outcomes", ())))
        for clause in policy.clauses
        if clause.id in applying and _is_due(clause, events)
        for what in _lacks(clause, ticket, events, met)
    ]


def _is_due(clause: Clause, events: Sequence[Event]) -> bool:
    once = clause.named("once")
    return not once or any(any_matches(once, event) for event in events)


def _met_rows(ticket: Ticket, book: Rulebook, as_of: datetime, known_at: datetime | None) -> dict[str, bool]:
    """By clause, whether the obligation that started last was met by an act."""
    rows = sorted(obligations(ticket, book, as_of, known_at), key=lambda row: (row.started_at, row.event))
    return {row.clause.id: row.met_by is not None for row in rows}


def _lacks(clause: Clause, ticket: Ticket, events: Sequence[Event], met: dict[str, bool]) -> Iterator[str]:
    if clause.kind in TIMED and "before" in clause.keys and not met.get(clause.id):
        yield _acts(clause.named("met_by") or clause.named("attempts"))
    if clause.kind != "require":
        return
    acts = clause.named("met_by")
    if acts and not any(any_matches(acts, event) for event in events):
        yield _acts(acts)
    about = next((event for event in reversed(events) if any_matches(clause.named("of"), event)), None)
    if about is not None or not clause.named("of"):
        yield from (
            f"{name.replace('|', ' or ')}" for name in clause.keys.get("fields", ()) if not _has(ticket, about, name)
        )


def _acts(named: Sequence[Selector]) -> str:
    return " or ".join(f"`{KIND_OF[each.type].command}{' ' + _option(each) if each.word else ''}`" for each in named)


def _option(named: Selector) -> str:
    switch = any(named.word in field.words and field.form == "switch" for field in KIND_OF[named.type].fields)
    return f"--{named.word}" if switch else named.word


def _has(ticket: Ticket, event: Event | None, names: str) -> bool:
    return any(_value(ticket, event, name) not in (None, "", []) for name in names.split("|"))


def _value(ticket: Ticket, event: Event | None, name: str) -> object:
    table, _, key = name.rpartition(".")
    if table == "complainant":
        return ticket.complainant.get(key)
    if table == "about":
        return ticket.about.get(key)
    return event.fields.get(name) if event is not None and event.type != "received" else ticket.header.get(name)


@dataclass(frozen=True, slots=True)
class Step:
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


def refusal(ticket: Ticket, event: Event, policy: Policy, book: Rulebook, now: datetime) -> ComplaintError | None:
    """Why the order of the work refuses `event` now, judged at its `at`; None where it does not."""
    state = fold(happened(ticket, event.at), policy.approvals("plan"))
    step = Step(ticket, event, state, policy, book, now)
    for guard in (_time, _closed, *GUARDS.get(event.type, ())):
        found = guard(step)
        if found:
            return Refused(*found, where=ticket.id)
    return None


Reason = tuple[str, str] | None


def _time(step: Step) -> Reason:
    if step.event.at > step.now + FUTURE:
        return (
            f"--at {step.event.at.isoformat()} lies in the future",
            "a fact is recorded once it has happened; --force records it all the same",
        )
    received = next(event for event in step.ticket.events if event.type == "received")
    if step.event.at < received.at:
        return (
            f"--at {step.event.at.isoformat()} lies before the receipt, {received.at.isoformat()}",
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
        for each in missing(step.ticket, step.book, step.event.at)
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
            "name the event key of a violation; `log` lists them",
        )
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
    last_at = None if last.at == last.recorded.replace(microsecond=0) else last.at
    same = (last.type, _own(last), last_at) == (event.type, _own(event), typed_at)
    return same and event.recorded - last.recorded <= REPETITION


def _own(event: Event) -> dict[str, object]:
    return {key: value for key, value in event.fields.items() if key not in ("forced", "clock")} | {"by": event.by}
