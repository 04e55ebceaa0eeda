"""Owns the worked examples of a policy: each is a small ticket (or several) and what its clause must say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from complaint.core import ids
from complaint.core.calendar import is_open
from complaint.core.fines import statement
from complaint.core.lifecycle import fold
from complaint.core.money import printed
from complaint.core.obligations import Obligation, obligations
from complaint.core.policy import Clause, Policy, policy
from complaint.core.requirements import missing
from complaint.core.retention import kept_until
from complaint.core.rulebook import Rulebook
from complaint.core.statistics import without
from complaint.core.symptoms import effects
from complaint.core.ticket import Event, Ticket, about_after, happened
from complaint.core.vocabulary import FREE_TEXT, GOVERNED, KIND_OF

Want = Mapping[str, Any]


class Outcome(NamedTuple):
    """How one example of a clause came out: `wrong` is empty where it holds."""

    clause: str
    name: str
    position: tuple[int, int]
    wrong: str


class Setting(NamedTuple):
    """An example as it is judged: the edition and clause as a team may have changed them, the tickets, the moment."""

    edition: Policy
    clause: Clause
    book: Rulebook
    tickets: tuple[Ticket, ...]
    as_of: datetime | None
    example: Want


def run(edition: Policy, book: Rulebook) -> list[Outcome]:
    """Every example of an edition, judged by that edition alone."""
    return [
        Outcome(clause.id, example["name"], (index, number), _wrong(edition, clause, example, book))
        for index, clause in enumerate(edition.clauses)
        for number, example in enumerate(clause.keys.get("example", ()))
    ]


def _wrong(edition: Policy, clause: Clause, example: Want, book: Rulebook) -> str:
    changed = _with(edition, clause, example.get("with", {}))
    alone = replace(book, editions={edition.id: [changed]}, _calendars={})
    tickets = tuple(_tickets(edition.id, example))
    latest = max((event.at for ticket in tickets for event in ticket.events), default=None)
    own = changed.clause(clause.id) or clause
    setting = Setting(changed, own, alone, tickets, example.get("as_of", example.get("at", latest)), example)
    wanted = example["expect"]
    wants = wanted if isinstance(wanted, list) else [wanted]
    usual = _calendar if clause.kind == "calendar" else _rows
    judge = next((judge for keys, judge in JUDGES if keys & wants[0].keys()), usual)
    if setting.as_of is None and judge is not _calendar:
        return "it has no events and no moment"
    return "; ".join(judge(setting, wants))


# --- one judge for each family of expectations ---


def _differs(got: Want, want: Want) -> Iterator[str]:
    for key, value in want.items():
        if key in got and got[key] != value:
            yield f"{key} is {_said(got[key])}, want {_said(value)}"


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value).lower()


def _rows(setting: Setting, wants: Sequence[Want]) -> Iterator[str]:
    """Obligations: one for each table that is expected, in order of their due moment."""
    rows = [row for row in _obligations(setting) if row.clause.id == setting.clause.id]
    if wants[0].get("absent"):
        wants = ()
    if len(rows) != len(wants):
        yield f"{len(rows)} obligations, want {len(wants) or 'none'}"
        return
    for row, want in zip(rows, wants, strict=True):
        got = {"due": row.due_at, "state": row.state, "met": row.met_at, "provisional": row.provisional}
        yield from _differs({**got, "unset": row.due_at is None}, want)


def _obligations(setting: Setting) -> list[Obligation]:
    as_of = setting.as_of or datetime.max.replace(tzinfo=UTC)
    changed = effects(setting.tickets, setting.book, as_of)
    ticket = setting.tickets[0]
    return obligations(ticket, setting.book, as_of, effects=changed.get(ticket.id, ()))


def _missing(setting: Setting, wants: Sequence[Want]) -> Iterator[str]:
    ticket = setting.tickets[0]
    lacking = missing(ticket, setting.edition, happened(ticket, setting.as_of), _obligations(setting))
    yield from _differs({"missing": setting.clause.id in {each.clause.id for each in lacking}}, wants[0])


def _classified(setting: Setting, wants: Sequence[Want]) -> Iterator[str]:
    """What the ticket (of several, the first) counts as."""
    ticket, as_of = setting.tickets[0], setting.as_of or datetime.max.replace(tzinfo=UTC)
    found = effects(setting.tickets, setting.book, as_of).get(ticket.id, ())
    events = [*happened(ticket, as_of), *(effect.event(number) for number, effect in enumerate(found))]
    facts = setting.edition.facts(fold(events).values, about_after(ticket, events))
    yield from _differs({"flags": [], **facts, "first": setting.edition.first(facts)}, wants[0])


def _kept(setting: Setting, wants: Sequence[Want]) -> Iterator[str]:
    ticket, zone = setting.tickets[0], setting.book.zone
    until = kept_until(setting.clause, happened(ticket, setting.as_of), zone)
    today = setting.as_of.astimezone(zone).date() if setting.as_of else date.max
    yield from _differs({"keep_until": until, "kept": until is None or today <= until}, wants[0])


def _holds(setting: Setting, wants: Sequence[Want]) -> Iterator[str]:

    yield from _differs(
        {"holds": not without(setting.clause, setting.tickets, setting.edition, setting.as_of)}, wants[0]
    )


def _fined(setting: Setting, wants: Sequence[Want]) -> Iterator[str]:
    """What the clause costs (a clause that is no fine: what all of them cost)."""
    found = statement(setting.tickets, setting.book, setting.as_of or datetime.max.replace(tzinfo=UTC))
    every = setting.clause.kind not in ("fine", "escalation")
    lines = [line for line in found.charges if every or line.clause.id == setting.clause.id]
    fines = [line for line in lines if line.type != "cost"]
    got = {
        "fixed": printed(sum((line.amount for line in fines if line.amount is not None), Decimal())),
        "least": printed(sum((line.least for line in fines), Decimal())),
        "most": printed(sum((line.most for line in fines), Decimal())),
        "costs": printed(sum((line.most for line in lines if line.type == "cost"), Decimal())),
        "lines": len(fines),
        "proposed": sum(line.clause.id == setting.clause.id for line in found.proposed),
        "escalated": any(each.clause.id == setting.clause.id for each in found.escalations),
    }
    yield from _differs(got, wants[0])


def _calendar(setting: Setting, wants: Sequence[Want]) -> Iterator[str]:
    keys, want, at = setting.clause.keys, wants[0], setting.example.get("at")
    hours = keys.get("calendar", "")
    unset = not setting.edition.document.get("calendar", {}).get(hours, {}).keys() & {"daily", "weekly"}
    got: dict[str, Any] = {"unset": unset}
    if at is not None:
        local = at.astimezone(setting.book.zone)
        got["in_force"] = local.date() >= keys.get("from_day", setting.edition.effective_from)
        if "stages" in keys:
            got["stage"] = keys["stages"][(local.month - 1) // 3]
        if not unset:
            got["open"] = is_open(setting.book.calendar(setting.edition, hours), at)
    if not want.keys() <= got.keys():
        yield f"nothing says {', '.join(sorted(want.keys() - got.keys()))}: the hours are unset, or it has no `at`"
    yield from _differs(got, want)


JUDGES: tuple[tuple[frozenset[str], Callable[[Setting, Sequence[Want]], Iterator[str]]], ...] = (
    (frozenset(("missing",)), _missing),
    (frozenset(("open", "stage", "in_force")), _calendar),
    (frozenset(("fixed", "least", "most", "lines", "escalated", "proposed", "costs")), _fined),
    (frozenset(("keep_until", "kept")), _kept),
    (frozenset(("holds",)), _holds),
    (frozenset(("severity", "flags", "category", "nature", "first")), _classified),
)


# --- the small tickets ---


def _with(edition: Policy, clause: Clause, changed: Want) -> Policy:
    """The edition as a team would have it that set these keys of the clause (or the hours of its calendar)."""
    if not changed:
        return edition
    hours = {key: value for key, value in changed.items() if key in ("daily", "weekly")}
    keys = {key: value for key, value in changed.items() if key not in hours}
    tables = [{**each.keys, **keys} if each.id == clause.id else each.keys for each in edition.clauses]
    document = {**edition.document, "clause": tables}
    if hours:
        name, known = clause.keys.get("calendar", ""), edition.document.get("calendar", {})
        document["calendar"] = {**known, name: {**known.get(name, {}), **hours}}
    return policy(document)


def _tickets(policy_id: str, example: Want) -> Iterator[Ticket]:
    """The tickets of an example: one from `ticket` and `events`, or several from `tickets`."""
    several = example.get("tickets") or [
        {**example.get("ticket", {}), "events": example.get("events", ()), "about": example.get("about", {})}
    ]
    for number, table in enumerate(several):
        if table["events"]:
            yield _ticket(policy_id, table, number)


def _ticket(policy_id: str, table: Want, number: int) -> Ticket:
    own = {key: value for key, value in table.items() if key in (*GOVERNED, "flags")}
    given = list(table["events"])
    if given[0]["type"] != "received":
        given.insert(0, {"type": "received", "at": given[0]["at"]})
    given[0] = {"policy": policy_id, "kind": "complaint", **own, **given[0]}
    events = tuple(_event(each, number * 30 + position) for position, each in enumerate(given))
    told = {key[6:]: value for each in events for key, value in each.fields.items() if key.startswith("about_")}
    header = {**fold(events).governed(), **{key: table[key] for key in FREE_TEXT if key in table}}
    complainant = {**({"name": table["customer"]} if "customer" in table else {}), **table.get("complainant", {})}
    return Ticket(f"C-2601-{number:08d}", header, {**table.get("about", {}), **told}, complainant, events)


def _event(table: Want, number: int) -> Event:
    moment = table["at"].astimezone(UTC) + timedelta(milliseconds=number)
    fields = {key: value for key, value in table.items() if key not in ("type", "at", "by")}
    for field in KIND_OF[table["type"]].fields:
        if field.default and field.key not in fields:
            fields[field.key] = field.default
    symbols = f"{number:03d}"
    return Event(ids.event_key(moment, symbols), table["type"], table["at"], str(table.get("by", "example")), fields)
