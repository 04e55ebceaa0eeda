"""Owns the worked examples of a policy: each is a small ticket and what its clause must say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from complaint.core import ids
from complaint.core.calendar import is_open
from complaint.core.obligations import Obligation, obligations
from complaint.core.policy import TIMED, Clause, Policy, policy
from complaint.core.requirements import missing
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import Event, Ticket, happened
from complaint.core.vocabulary import KIND_OF

ID = "C-2601-00000000"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one example of a clause came out: `wrong` is empty where it holds."""

    clause: str
    name: str
    position: tuple[int, int]
    wrong: str


def run(edition: Policy, book: Rulebook) -> list[Outcome]:
    """Every example of an edition, judged by that edition alone."""
    return [
        Outcome(clause.id, example["name"], (index, number), _wrong(edition, clause, example, book))
        for index, clause in enumerate(edition.clauses)
        for number, example in enumerate(clause.keys.get("example", ()))
    ]


def _wrong(edition: Policy, clause: Clause, example: Mapping[str, Any], book: Rulebook) -> str:
    changed = _with(edition, clause, example.get("with", {}))
    alone = replace(book, editions={edition.id: [changed]}, _calendars={})
    own = changed.clause(clause.id) or clause
    if clause.kind == "calendar":
        return _calendar_wrong(changed, own, example, alone)
    if "events" not in example:
        return "it has no events"
    ticket = _ticket(edition.id, example)
    as_of = example.get("as_of", ticket.events[-1].at)
    if clause.kind not in TIMED or "missing" in _wants(example)[0]:
        rows = obligations(ticket, alone, as_of)
        there = own.id in {each.clause.id for each in missing(ticket, changed, happened(ticket, as_of), rows)}
        wanted = bool(_wants(example)[0].get("missing"))
        return "" if there == wanted else f"missing is {str(there).lower()}, want {str(wanted).lower()}"
    rows = [row for row in obligations(ticket, alone, as_of) if row.clause.id == clause.id]
    return _rows_wrong(rows, _wants(example))


def _wants(example: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    wanted = example["expect"]
    return wanted if isinstance(wanted, list) else [wanted]


def _rows_wrong(rows: list[Obligation], wanted: list[Mapping[str, Any]]) -> str:
    if wanted[0].get("absent"):
        return f"{len(rows)} obligations, want none" if rows else ""
    if len(rows) != len(wanted):
        return f"{len(rows)} obligations, want {len(wanted)}"
    return "; ".join(wrong for row, want in zip(rows, wanted, strict=True) for wrong in _row_wrong(row, want))


def _row_wrong(row: Obligation, want: Mapping[str, Any]) -> Iterator[str]:
    got: Mapping[str, Any] = {
        "due": row.due_at,
        "state": row.state,
        "met": row.met_at,
        "provisional": row.provisional,
        "unset": row.due_at is None,
    }
    for key, value in want.items():
        if key in got and got[key] != value:
            yield f"{key} is {_said(got[key])}, want {_said(value)}"


def _said(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value).lower()


def _calendar_wrong(edition: Policy, clause: Clause, example: Mapping[str, Any], book: Rulebook) -> str:
    hours = clause.keys.get("calendar", "")
    unset = not hours or not edition.document.get("calendar", {}).get(hours, {}).keys() & {"daily", "weekly"}
    want = _wants(example)[0]
    if want.get("unset"):
        return "" if unset else "the hours are set, want them unset"
    if unset or "at" not in example:
        return "the hours are unset" if unset else "it has no `at`"
    found = is_open(book.calendar(edition, hours), example["at"])
    return "" if found == want.get("open") else f"open is {_said(found)}, want {_said(want.get('open'))}"


def _with(edition: Policy, clause: Clause, changed: Mapping[str, Any]) -> Policy:
    """The edition as a team would have it that set these keys of the clause (or the hours of its calendar)."""
    if not changed:
        return edition
    hours = {key: value for key, value in changed.items() if key in ("daily", "weekly")}
    keys = {key: value for key, value in changed.items() if key not in hours}
    tables = [{**each.keys, **keys} if each.id == clause.id else each.keys for each in edition.clauses]
    document = {**edition.document, "clause": tables}
    if hours:
        name = clause.keys.get("calendar", "")
        document["calendar"] = {
            **edition.document.get("calendar", {}),
            name: {**edition.document.get("calendar", {}).get(name, {}), **hours},
        }
    return policy(document)


def _ticket(policy_id: str, example: Mapping[str, Any]) -> Ticket:
    given = example["events"]
    own = {"policy": policy_id, "kind": "complaint", **example.get("ticket", {})}
    if given[0]["type"] != "received":
        given = [{"type": "received", "at": given[0]["at"]}, *given]
    given = [{**own, **given[0]}, *given[1:]]
    events = tuple(_event(table, number) for number, table in enumerate(given))
    texts = {key: own[key] for key in ("content", "summary") if key in own}
    return Ticket(ID, texts, events=events)


def _event(table: Mapping[str, Any], number: int) -> Event:
    moment = table["at"].astimezone(UTC) + timedelta(milliseconds=number)
    fields = {key: value for key, value in table.items() if key not in ("type", "at", "by")}
    for field in KIND_OF[table["type"]].fields:
        if field.default and field.key not in fields:
            fields[field.key] = field.default
    return Event(
        ids.event_key(moment, f"{number:03d}"), table["type"], table["at"], str(table.get("by", "example")), fields
    )
