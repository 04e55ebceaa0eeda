"""Owns what a policy asks for and a ticket has not: fields, acts, roles, order, evidence, approvals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from complaint.core.lifecycle import fold
from complaint.core.policy import TIMED, Clause, Policy
from complaint.core.selector import Selector, any_matches
from complaint.core.ticket import Event, Ticket, about_after
from complaint.core.vocabulary import GOVERNED, KIND_OF

if TYPE_CHECKING:
    from complaint.core.obligations import Obligation

# What should not stand in free text: telephone numbers and identity numbers as China writes them, full width or spaced.
_D = "[0-9０-９]"
PERSONAL_SHAPES = re.compile(
    rf"(?<!{_D})(?:(?:(?:[+＋]|00)?86[- ]?)?[1１][3-9３-９]{_D}(?:[- ]?{_D}{{4}}){{2}}"
    rf"|0{_D}{{2,3}}-{_D}{{7,8}}|{_D}{{6}}[- ]?{_D}{{8}}[- ]?{_D}{{3}}[0-9０-９XxＸｘ])(?!{_D})"
)


class Missing(NamedTuple):
    """Something a clause asks for that is not there; `before` is closed where it must be there before closing.

    `key` is the key of the clause that asks for it (of CHECKS, or `starts` of one with a clock of its own), and `event`
    the key of the event that lacks it, where it is one event's.
    """

    clause: Clause
    what: str
    before: str = ""
    outcomes: tuple[str, ...] = ()
    key: str = ""
    event: str = ""

    def is_owed(self, closed_as: object) -> bool:
        """Whether it should be there by now: at once, or by the closing with this outcome (None: it is open)."""
        return not self.before or (closed_as is not None and (not self.outcomes or closed_as in self.outcomes))


class Lack(NamedTuple):
    """What is not there, in words, and the key of the event that lacks it."""

    what: str
    event: str = ""


class Case(NamedTuple):
    """A ticket after some events, under one edition, as the checks see it; `values` are the governed ones."""

    ticket: Ticket
    events: Sequence[Event]
    policy: Policy
    about: Mapping[str, Any]
    values: Mapping[str, Any]

    def first(self, named: Sequence[Selector]) -> Event | None:
        """The first event that the selectors name."""
        return next((event for event in self.events if any_matches(named, event)), None)

    def last(self, named: Sequence[Selector]) -> Event | None:
        """The last event that the selectors name."""
        return next((event for event in reversed(self.events) if any_matches(named, event)), None)


def missing(
    ticket: Ticket, policy: Policy, events: Sequence[Event], rows: Sequence[Obligation] | None = None
) -> list[Missing]:
    """What an edition asks for and the ticket, after `events`, has not.

    Clauses with a clock of their own are judged by the ticket's obligations, `rows`; without them they are left out.
    """
    state = fold(events)
    case = Case(ticket, events, policy, about_after(ticket, events), state.governed())
    applying = policy.in_force(policy.facts(state.values, case.about))
    found = []
    for clause in policy.clauses:
        if clause.id in applying and _is_due(clause, events):
            timed = clause.kind in TIMED and clause.named("starts")
            lacks = _unmet(clause, rows, case) if timed else _lacks(clause, case)
            before, outcomes = clause.keys.get("before", ""), tuple(clause.keys.get("outcomes", ()))
            found += [Missing(clause, lack.what, before, outcomes, key, lack.event) for key, lack in lacks]
    return found


def _is_due(clause: Clause, events: Sequence[Event]) -> bool:
    once = clause.named("once")
    return not once or any(any_matches(once, event) for event in events)


def _unmet(clause: Clause, rows: Sequence[Obligation] | None, case: Case) -> Iterator[tuple[str, Lack]]:
    """The acts that would meet a clause with a clock, unless its last obligation was met by one (a closing is none)."""
    if rows is None or "before" not in clause.keys:
        return
    own = sorted((row for row in rows if row.clause.id == clause.id), key=lambda row: (row.started_at, row.event))
    closings = {event.key for event in case.events if event.type == "closed"}
    if own and own[-1].met_by is not None and own[-1].met_by not in closings:
        return
    if clause.named("attempts"):
        times, gap = clause.keys["attempts"]["times"], clause.keys["attempts"].get("gap", {})
        apart = f", each at least {' '.join(f'{count} {unit}' for unit, count in gap.items())} later" if gap else ""
        yield "starts", Lack(f"{_acts(clause.named('attempts'))} and {times} more{apart}", own[-1].event if own else "")
    else:
        acts = _acts([each for each in clause.named("met_by") if each.type != "closed"])
        yield "starts", Lack(acts, own[-1].event if own else "")


def _lacks(clause: Clause, case: Case) -> Iterator[tuple[str, Lack]]:
    for key, check in CHECKS.items():
        if key in clause.keys:
            yield from ((key, lack) for lack in check(clause, case))


# --- one small check a key ---


def _met_by(clause: Clause, case: Case) -> Iterator[Lack]:
    """The act must have happened; after what `met_after` names, and not after what `not_after` names."""
    acts, since, until = clause.named("met_by"), clause.named("met_after"), clause.named("not_after")
    start = case.last(since)
    limit = case.first(until) if until else None
    if since and (start is None or not _is_whole(start, case)):
        return
    done = [
        event
        for event in case.events
        if any_matches(acts, event) and _to(clause, event) and (start is None or _done(event) >= start.at)
    ]
    if not done:
        yield Lack(_acts(acts) + (f" --to {' or '.join(clause.keys['to'])}" if "to" in clause.keys else ""))
    elif limit is not None and done[0].at > limit.at:
        yield Lack(f"{_acts(acts)} before `{KIND_OF[limit.type].command}`", done[0].key)


def _is_whole(start: Event, case: Case) -> bool:
    """Whether it can be followed: a plan, only once all the roles it needs have approved it."""
    if start.type != "approved" or start.fields["what"] != "plan":
        return True
    till_then = case.events[: case.events.index(start) + 1]
    return fold(till_then).plan_approvals >= set(case.policy.approvals("plan"))


def _done(event: Event) -> datetime:
    """When somebody acted; of misconduct, which happened before, when it was recorded."""
    return event.recorded if KIND_OF[event.type].precedes else event.at


def _to(clause: Clause, event: Event) -> bool:
    return "to" not in clause.keys or event.fields.get("to") in clause.keys["to"]


def _fields(clause: Clause, case: Case) -> Iterator[Lack]:
    """The event named by `of` (or, without one, the ticket) must say these."""
    named = clause.named("of")
    event = case.last(named)
    if event is not None or not named:
        lacking = (name for name in clause.keys["fields"] if not _has(case, event, name))
        yield from (Lack(name.replace("|", " or "), event.key if event else "") for name in lacking)


def _has(case: Case, event: Event | None, names: str) -> bool:
    return any(_value(case, event, name) not in (None, "", []) for name in names.split("|"))


def _value(case: Case, event: Event | None, name: str) -> object:
    table, _, key = name.rpartition(".")
    if table == "complainant":
        return case.ticket.complainant.get(key)
    if table == "about":
        return case.about.get(key)
    if event is not None and event.type != "received":
        return event.fields.get(name)
    return case.values.get(name) if name in GOVERNED else case.ticket.header.get(name)


def _each(clause: Clause, case: Case) -> Iterator[Lack]:
    """Every event named by `each` must be followed by an act of its own that `met_by` names."""
    acts, open_ = clause.named("met_by"), list[str]()
    for event in case.events:
        if any_matches(clause.named("each"), event):
            open_.append(event.key)
        elif open_ and any_matches(acts, event):
            open_.pop(0)
    if open_:
        yield Lack(f"{_acts(acts)} after `{KIND_OF[clause.named('each')[0].type].command}`", open_[0])


def _role(clause: Clause, case: Case) -> Iterator[Lack]:
    """Every event named by `of` must be recorded in one of these roles."""
    for event in case.events:
        if any_matches(clause.named("of"), event) and event.fields.get("role") not in clause.keys["role"]:
            yield Lack(f"`{KIND_OF[event.type].command}` by the role {' or '.join(clause.keys['role'])}", event.key)


def _same_person(clause: Clause, case: Case) -> Iterator[Lack]:
    """Every event named by `of` must be by who is named under [about] (about.KEY), or did the event that is named."""
    source = str(clause.keys["same_person"])
    first = None if source.startswith("about.") else case.first(clause.named("same_person"))
    person = case.about.get(source.removeprefix("about.")) if source.startswith("about.") else first and first.by
    for event in case.events if person else ():
        if any_matches(clause.named("of"), event) and event.by != person:
            yield Lack(f"`{KIND_OF[event.type].command}` by {person}, not by {event.by}", event.key)


def _evidence(clause: Clause, case: Case) -> Iterator[Lack]:
    """Every event named by `of` must carry this many pieces of evidence."""
    least = int(clause.keys["evidence"])
    for event in case.events:
        if any_matches(clause.named("of"), event) and len(event.fields.get("evidence", ())) < least:
            times = f" ({least} times)" if least > 1 else ""
            yield Lack(f"`{KIND_OF[event.type].command}` with --evidence{times}", event.key)


def _approvals(clause: Clause, case: Case) -> Iterator[Lack]:
    """Before an event named by `of`, all the roles must have approved what is named, in the order they stand."""
    what, event = clause.keys["approvals"], case.first(clause.named("of"))
    if event is None:
        return
    approved = (each for each in case.events if each.type == "approved" and each.at <= event.at)
    given = [str(each.fields.get("role", "")) for each in approved if each.fields["what"] == what]
    for role in case.policy.approvals(what):
        if role not in given:
            yield Lack(f"`approve --what {what} --role {role}` before `{KIND_OF[event.type].command}`", event.key)


def _order(clause: Clause, case: Case) -> Iterator[Lack]:
    """The first events of each of these must have happened in this order."""
    happened = [(named, event) for named in clause.named("order") if (event := case.first((named,)))]
    for (before, one), (after, other) in pairwise(happened):
        if other.at < one.at:
            yield Lack(f"{_acts((before,))} before {_acts((after,))}", other.key)


def _forbids(clause: Clause, case: Case) -> Iterator[Lack]:
    """None of these may happen (without what `met_after` names before it)."""
    leave = clause.named("met_after")
    for event in case.events:
        given = any(any_matches(leave, each) and each.at <= event.at for each in case.events)
        if any_matches(clause.named("forbids"), event) and not given:
            allowed = f" without {_acts(leave)} before it" if leave else ""
            yield Lack(f"no {_acts((Selector(event.type),))} of {event.at:%Y-%m-%d}{allowed}", event.key)


def _at_most(clause: Clause, case: Case) -> Iterator[Lack]:
    """The event named by `of` happens no more often than this."""
    done = [event for event in case.events if any_matches(clause.named("of"), event)]
    if len(done) > clause.keys["at_most"]:
        yield Lack(f"{_acts(clause.named('of'))} at most {clause.keys['at_most']} times, not {len(done)}", done[-1].key)


def _clean(clause: Clause, case: Case) -> Iterator[Lack]:
    """These texts hold no telephone or identity number."""
    for key in clause.keys["clean"]:
        texts = [("", str(case.ticket.header.get(key, "")))]
        texts += [(event.key, str(event.fields.get(key, ""))) for event in case.events]
        held = [event for event, text in texts if PERSONAL_SHAPES.search(text)]
        if held:
            yield Lack(f"no telephone or identity number in {key}", held[0])


CHECKS: dict[str, Callable[[Clause, Case], Iterator[Lack]]] = {
    "met_by": lambda clause, case: _each(clause, case) if "each" in clause.keys else _met_by(clause, case),
    "fields": _fields,
    "role": _role,
    "same_person": _same_person,
    "evidence": _evidence,
    "approvals": _approvals,
    "order": _order,
    "forbids": _forbids,
    "at_most": _at_most,
    "clean": _clean,
}


def _acts(named: Sequence[Selector]) -> str:
    return " or ".join(
        f"`{KIND_OF[each.type].command}{' ' + _option(each) if each.word or each.carries else ''}`" for each in named
    )


def _option(named: Selector) -> str:
    if named.carries:
        return "--" + named.carries.replace("_", "-")
    switch = any(named.word in field.words and field.form == "switch" for field in KIND_OF[named.type].fields)
    return f"--{named.word}" if switch else named.word
