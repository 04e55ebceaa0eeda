"""Owns one ticket as a page for people: plain lines, personal data masked, nothing a terminal could obey."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from complaint.core.moments import length, people
from complaint.core.obligations import Obligation
from complaint.core.requirements import Missing
from complaint.core.text import masked, show
from complaint.core.ticket import Event, voided
from complaint.render.shapes import Sheet, fields_of, people_of

LIMITS = ("due", "until")  # fields that say by when, and end a day at 24:00


def ticket(sheet: Sheet) -> str:
    """The page of a ticket."""
    one, zone, governed = sheet.stored.ticket, sheet.zone, sheet.governed
    about = {key: masked(key, value) if _hides(sheet, key) else value for key, value in one.about.items()}
    known = {key: value for key, value in governed.items() if key != "status"}
    known |= {key: one.header[key] for key in ("demand", "import_key") if key in one.header}
    known |= about | people_of(one, reveal=sheet.reveal)
    lines = [
        f"{one.id}  {governed['status']}  {show(one.header.get('summary', ''))}",
        f"file: {sheet.stored.file.shown}",
        "",
    ]
    lines += [f"{show(key) + ':':14}{_value(value, zone)}" for key, value in known.items()]
    if one.header.get("content"):
        lines += ["", *("  " + show(line) for line in str(one.header["content"]).splitlines())]
    lines += ["", "History", *(f"  {line}" for event in sheet.events for line in _event(event, sheet))]
    lines += ["", "Obligations", *(f"  {line}" for line in _obligations(sheet.obligations, zone))]
    lines += ["", "Missing", *(f"  {line}" for line in _missing(sheet.missing))]
    return "\n".join(lines) + "\n"


def _hides(sheet: Sheet, key: str) -> bool:
    return not sheet.reveal and key in sheet.personal


def _value(value: object, zone: ZoneInfo, *, limit: bool = False) -> str:
    if isinstance(value, datetime):
        return people(value, zone, limit=limit)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return show(" ".join(map(str, value)) if isinstance(value, (list, tuple)) else value)


def _event(event: Event, sheet: Sheet) -> Iterator[str]:
    zone = sheet.zone
    late = (event.recorded - event.at).total_seconds()
    entered = f"  (entered {length(int(late))} later)" if late >= 300 else ""
    gone = voided(sheet.events).get(event.key)
    taken_back = f"  VOIDED by {gone}" if gone else ""
    yield f"{people(event.at, zone):19}  {event.type:15}  {show(event.by)}{entered}  {event.key}{taken_back}"
    fields = fields_of(event, sheet.personal, reveal=sheet.reveal)
    told = [
        f"{show(key)} = {_value(value, zone, limit=key in LIMITS)}" for key, value in fields.items() if key != "policy"
    ]
    yield from (f"{'':21}{line}" for line in told)


def _obligations(rows: Sequence[Obligation], zone: ZoneInfo) -> Iterator[str]:
    if not rows:
        yield "none"
    for row in rows:
        due = "no limit set" if row.due_at is None else f"due {people(row.due_at, zone, limit=True)}"
        over = f" by {length(row.overdue_seconds)}" if row.overdue_seconds else ""
        unsure = (", provisional" if row.provisional else "") + (", on hold" if row.on_hold else "")
        yield f"{row.state + over + unsure:24}  {due:20}  {row.clause.id}: {row.clause.title['en']} ({row.clause.cite})"


def _missing(lacking: Sequence[Missing]) -> Iterator[str]:
    if not lacking:
        yield "nothing"
    for each in lacking:
        when = "before closing" if each.before else "asked for"
        outcomes = f" as {', '.join(each.outcomes)}" if each.outcomes else ""
        yield f"{when}{outcomes}: {each.what} ({each.clause.id})"
