"""Owns the promised shapes: JSON, JSON lines and CSV whose keys are only ever added to within a version."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from complaint.core.obligations import Obligation
from complaint.core.requirements import Missing
from complaint.core.text import COMMAND_MARK, masked, show
from complaint.core.ticket import Event, Ticket, voided
from complaint.core.vocabulary import GOVERNED, PERSONAL
from complaint.render.values import FLAG, MOMENT, TEXT, WHOLE, Form, maybe, word
from complaint.store.tickets import Stored

Row = dict[str, Any]
FORMULA = tuple("=+-@\t\r\n\0|'＝＋－＠")


def dumped(value: Mapping[str, Any] | Sequence[Any]) -> str:
    """One JSON value, readable: UTF-8, without escapes."""
    return _json(value, indent=2)


def lines(rows: Iterable[Row]) -> str:
    """JSON lines."""
    return "".join(_json(row) for row in rows)


def _json(value: object, indent: int | None = None) -> str:
    """The only escape besides JSON's own is of what a CI runner that reads the output would take for a command."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent, default=_plain, allow_nan=False)
    return COMMAND_MARK.sub(r"\\u0023", text) + "\n"


def csv(rows: Sequence[Row], keys: Collection[str]) -> str:
    """A table of scalar values; a text that a spreadsheet would take for a formula is quoted with an apostrophe."""
    import csv as writer
    import io

    out = io.StringIO()
    table = writer.writer(out, lineterminator="\r\n")
    table.writerow(keys)
    table.writerows([_cell(row.get(key)) for key in keys] for row in rows)
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, (list, tuple)):
        value = " ".join(str(item) for item in value)
    if value is None or isinstance(value, (bool, int)):
        return "" if value is None else str(value).lower() if isinstance(value, bool) else value
    text = show(_plain(value), lines=True)
    return "'" + text if text.lstrip().startswith(FORMULA) or text.startswith(FORMULA) else text


def _plain(value: object) -> object:
    return (
        value.isoformat()
        if isinstance(value, (datetime, date))
        else str(value)
        if not isinstance(value, str)
        else value
    )


def created(stored: Stored) -> str:
    """complaint.created/1"""
    return dumped({"schema": "complaint.created/1", "id": stored.ticket.id, "path": stored.file.shown})


def recorded(ticket_id: str, event_key: str) -> str:
    """complaint.recorded/1"""
    return dumped({"schema": "complaint.recorded/1", "id": ticket_id, "event": event_key})


def stamp(at: datetime | None, zone: ZoneInfo) -> str | None:
    """A moment for programs: ISO 8601 in the register's zone, to the second."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


OBLIGATION: Mapping[str, Form] = {
    "id": TEXT,
    "ticket": TEXT,
    "path": TEXT,
    "line": WHOLE,
    "clause": TEXT,
    "policy": TEXT,
    "edition": TEXT,
    "title": TEXT,
    "cite": TEXT,
    "event": TEXT,
    "started_at": MOMENT,
    "due_at": maybe(MOMENT),
    "met_at": maybe(MOMENT),
    "state": word("running", "due-soon", "overdue", "late", "met", "cancelled"),
    "overdue_seconds": WHOLE,
    "provisional": FLAG,
    "department": maybe(TEXT),
    "handler": maybe(TEXT),
    "severity": maybe(TEXT),
    "severity_reason": maybe(TEXT),
}


def obligation(row: Obligation, stored: Stored, zone: ZoneInfo) -> Row:
    """One row of complaint.overdue/1."""
    facts = row.facts
    values = (
        row.id,
        row.ticket,
        stored.file.shown,
        stored.line(row.event),
        row.clause.id,
        row.policy.id,
        row.policy.edition,
        row.clause.title["en"],
        row.clause.cite,
        row.event,
        stamp(row.started_at, zone),
        stamp(row.due_at, zone),
        stamp(row.met_at, zone),
        row.state,
        row.overdue_seconds,
        row.provisional,
        facts.get("department"),
        facts.get("handler"),
        facts.get("severity"),
        "; ".join(why for _, why in row.reasons) or None,
    )
    return dict(zip(OBLIGATION, values, strict=True))


def fields_of(one: Event, personal: Iterable[str], *, reveal: bool) -> Row:
    """An event's own fields, personal ones masked."""
    return {key: _shown(key, value, personal, reveal=reveal) for key, value in one.fields.items()}


def event(one: Event, zone: ZoneInfo, personal: Iterable[str], *, reveal: bool) -> Row:
    """One event with its key, as in complaint.ticket/1 and complaint.log/1."""
    fields = fields_of(one, personal, reveal=reveal)
    fields = {key: stamp(value, zone) if isinstance(value, datetime) else value for key, value in fields.items()}
    return {"key": one.key, "type": one.type, "at": stamp(one.at, zone), "by": one.by, **fields}


def _shown(key: str, value: object, personal: Iterable[str], *, reveal: bool) -> object:
    """A field of an event; personal ones are masked, also where a hand put one that belongs under [complainant]."""
    hides = key in PERSONAL or (key.startswith("about_") and key.removeprefix("about_") in personal)
    return masked(key, value) if hides and not reveal else value


def header(
    ticket: Ticket, governed: Mapping[str, Any], personal: Sequence[str], zone: ZoneInfo, *, reveal: bool
) -> Row:
    """The ticket itself: header values as the events give them, free text, tables; personal data masked."""
    row: Row = {"id": ticket.id, **governed}
    row |= {
        key: value
        for key, value in ticket.header.items()
        if key not in row and key not in ("schema", "id", "key", "sealed", *GOVERNED)
    }
    row = {key: stamp(value, zone) if isinstance(value, datetime) else value for key, value in row.items()}
    if ticket.about:
        row["about"] = {
            key: value if reveal or key not in personal else masked(key, value) for key, value in ticket.about.items()
        }
    if ticket.complainant:
        row["complainant"] = people_of(ticket, reveal=reveal)
    return row


def people_of(ticket: Ticket, *, reveal: bool) -> Row:
    """What stands under [complainant], masked unless it is to be revealed."""
    return {key: value if reveal else masked(key, value) for key, value in ticket.complainant.items()}


class Sheet(NamedTuple):
    """All that is to be shown of one ticket, as of a moment."""

    stored: Stored
    governed: Mapping[str, Any]
    events: Sequence[Event]
    obligations: Sequence[Obligation]
    missing: Sequence[Missing]
    personal: Sequence[str]
    zone: ZoneInfo
    reveal: bool


def ticket(sheet: Sheet) -> str:
    """complaint.ticket/1"""
    zone, personal, reveal, gone = sheet.zone, sheet.personal, sheet.reveal, voided(sheet.events)
    return dumped(
        {
            "schema": "complaint.ticket/1",
            "path": sheet.stored.file.shown,
            "ticket": header(sheet.stored.ticket, sheet.governed, personal, zone, reveal=reveal),
            "events": [
                event(one, zone, personal, reveal=reveal) | ({"voided_by": gone[one.key]} if one.key in gone else {})
                for one in sheet.events
            ],
            "obligations": [obligation(row, sheet.stored, zone) for row in sheet.obligations],
            "missing": [
                {
                    "clause": each.clause.id,
                    "what": each.what,
                    "before": each.before or None,
                    "outcomes": list(each.outcomes),
                }
                for each in sheet.missing
            ],
        }
    )
