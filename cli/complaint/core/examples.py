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
from complaint.core.policy import TIMED, Clause, Policy, policy
from complaint.core.requirements import CHECKS, missing
from complaint.core.retention import kept_until
from complaint.core.rulebook import Rulebook
from complaint.core.statistics import added_up
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
    return "; ".join(_judged(setting, wanted if isinstance(wanted, list) else [wanted]))


def _judged(setting: Setting, wants: Sequence[Want]) -> Iterator[str]:
    """What does not hold: every key that is expected is judged by its family, or nothing says it."""
    own = CALENDAR if setting.clause.kind == "calendar" else ROWS
    known = own.union(*(family.keys for family in FAMILIES))
    families = [Family(own, _calendar, CALENDAR_HINT), *FAMILIES] if own is CALENDAR else FAMILIES
    named = {key for want in wants for key in want}
    if (setting.as_of is None or not setting.tickets) and not named <= CALENDAR:
        yield "it has no events and no moment"
        return
    if own is ROWS and (named & ROWS or not named):
        yield from _rows(setting, [_only(want, ROWS) for want in wants])
    for family in families:
        for want in wants:
            if asked := _only(want, family.keys):
                yield from _differs(family.judge(setting), asked, family.hint)
    yield from (f"nothing says {key}: {_hint(key)}" for key in sorted(named - known))


def _only(want: Want, keys: frozenset[str]) -> Want:
    return {key: value for key, value in want.items() if key in keys}


def _hint(key: str) -> str:
    return CALENDAR_HINT if key in CALENDAR else ROWS_HINT if key in ROWS else "no clause does"


def _differs(got: Want, want: Want, hint: str) -> Iterator[str]:
    for key, value in want.items():
        if key not in got:
            yield f"nothing says {key}: {hint}"
        elif got[key] != value:
            yield f"{key} is {_said(got[key])}, want {_said(value)}"


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, (datetime, date)) else str(value).lower()


# --- obligations, one for each table that is expected ---


def _rows(setting: Setting, wants: Sequence[Want]) -> Iterator[str]:
    """Obligations: one for each table that is expected, in order of their due moment."""
    if setting.clause.kind not in TIMED or not setting.clause.named("starts"):
        named = dict.fromkeys(key for want in wants for key in want) or ["that it is due"]
        yield f"nothing says {', '.join(named)}: {ROWS_HINT}"
        return
    rows = [row for row in _obligations(setting) if row.clause.id == setting.clause.id]
    if wants == [{"absent": True}]:
        wants = ()
    if len(rows) != len(wants):
        yield f"{len(rows)} obligations, want {len(wants) or 'none'}"
        return
    for row, want in zip(rows, wants, strict=True):
        got = {"due": row.due_at, "state": row.state, "met": row.met_at, "provisional": row.provisional}
        yield from _differs({**got, "unset": row.due_at is None, "absent": False}, want, ROWS_HINT)


def _obligations(setting: Setting) -> list[Obligation]:
    as_of = setting.as_of or datetime.max.replace(tzinfo=UTC)
    changed = effects(setting.tickets, setting.book, as_of)
    ticket = setting.tickets[0]
    return obligations(ticket, setting.book, as_of, effects=changed.get(ticket.id, ()))


# --- one judge for each other family of expectations: what it can say of this clause and these tickets ---


def _missing(setting: Setting) -> Want:
    clause, ticket = setting.clause, setting.tickets[0]
    timed = clause.kind in TIMED and clause.named("starts")
    # a clause with `of` alone leaves it to the team what is asked of that act
    asks = "before" in clause.keys if timed else clause.kind != "fine" and clause.keys.keys() & {"of", *CHECKS}
    if not asks:
        return {}
    lacking = missing(ticket, setting.edition, happened(ticket, setting.as_of), _obligations(setting))
    return {"missing": clause.id in {each.clause.id for each in lacking}}


def _classified(setting: Setting) -> Want:
    """What the ticket (of several, the first) counts as."""
    ticket, as_of = setting.tickets[0], setting.as_of or datetime.max.replace(tzinfo=UTC)
    found = effects(setting.tickets, setting.book, as_of).get(ticket.id, ())
    events = [*happened(ticket, as_of), *(effect.event(number) for number, effect in enumerate(found))]
    facts = setting.edition.facts(fold(events).values, about_after(ticket, events))
    unsaid: dict[str, Any] = {"flags": [], **dict.fromkeys(("severity", "category", "nature"))}
    return {**unsaid, **facts, "first": setting.edition.first(facts)}


def _kept(setting: Setting) -> Want:
    if setting.clause.kind != "retention":
        return {}
    zone = setting.book.zone
    until = kept_until(setting.clause, happened(setting.tickets[0], setting.as_of), zone)
    today = setting.as_of.astimezone(zone).date() if setting.as_of else date.max
    return {"keep_until": until, "kept": until is None or today <= until}


def _holds(setting: Setting) -> Want:
    if setting.clause.kind != "invariant":
        return {}
    added = added_up(setting.clause, setting.tickets, setting.edition, setting.as_of)
    return {"holds": not any(each.without for each in added)}


def _fined(setting: Setting) -> Want:
    """What the clause costs (a clause that is no fine: what all of them cost)."""
    found = statement(setting.tickets, setting.book, setting.as_of or datetime.max.replace(tzinfo=UTC))
    clause = setting.clause
    lines = [line for line in found.charges if clause.kind != "fine" or line.clause.id == clause.id]
    fines = [line for line in lines if line.type != "cost"]
    got: dict[str, Any] = {
        "fixed": printed(sum((line.amount for line in fines if line.amount is not None), Decimal())),
        "least": printed(sum((line.least for line in fines), Decimal())),
        "most": printed(sum((line.most for line in fines), Decimal())),
        "costs": printed(sum((line.most for line in lines if line.type == "cost"), Decimal())),
        "lines": len(fines),
    }
    if clause.kind == "fine":
        got["proposed"] = sum(line.clause.id == clause.id for line in found.proposed)
    if clause.kind == "escalation" and "counts" in clause.keys:
        got["escalated"] = any(each.clause.id == clause.id for each in found.escalations)
    return got


def _calendar(setting: Setting) -> Want:
    keys, at = setting.clause.keys, setting.example.get("at")
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
    return got


class Family(NamedTuple):
    """Keys of `expect` that one judge answers, and of which clauses it can (`hint`)."""

    keys: frozenset[str]
    judge: Callable[[Setting], Want]
    hint: str


ROWS = frozenset(("due", "state", "met", "provisional", "unset", "absent"))
ROWS_HINT = "only a clause with a clock does"
CALENDAR = frozenset(("open", "stage", "in_force", "unset"))
CALENDAR_HINT = "only a calendar clause does (open: with an `at`, once its hours are set; stage: with stages)"
FAMILIES = (
    Family(frozenset(("missing",)), _missing, "only a clause that asks for something does (with a clock: `before`)"),
    Family(
        frozenset(("fixed", "least", "most", "lines", "escalated", "proposed", "costs")),
        _fined,
        "of what is proposed only a fine does, of what is escalated only an escalation that counts",
    ),
    Family(frozenset(("keep_until", "kept")), _kept, "only a retention clause does"),
    Family(frozenset(("holds",)), _holds, "only an invariant does"),
    Family(frozenset(("severity", "flags", "category", "nature", "first")), _classified, "no clause does"),
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
