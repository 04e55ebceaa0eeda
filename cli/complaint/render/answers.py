"""Owns the answers to questions about a register: tables for people, promised shapes for programs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from complaint.core.errors import ComplaintError
from complaint.core.limits import spans
from complaint.core.moments import length, people
from complaint.core.obligations import Obligation
from complaint.core.rulebook import Rulebook
from complaint.core.suggestions import Suggestion
from complaint.core.text import show
from complaint.core.ticket import Event, voided
from complaint.core.trace import Span
from complaint.render import reports, shapes
from complaint.render.shapes import Row
from complaint.render.values import MOMENT, TEXT, Form, maybe, several
from complaint.store.tickets import Stored, unreadable

if TYPE_CHECKING:
    from complaint.git import Commit

Judged = tuple[Obligation, Stored]
Personal = Mapping[str, Sequence[str]]


def table(rows: Sequence[Sequence[object]], headers: Sequence[str]) -> str:
    """A table for people; Chinese counts two columns a character."""
    from tabulate import tabulate

    cells = [[show("" if cell is None else cell) for cell in row] for row in rows]
    return str(tabulate(cells, headers=headers, tablefmt="simple", disable_numparse=True)) + "\n"


@dataclass(frozen=True, slots=True)
class Frame:
    """What every answer is told: the moment asked about, the zone, the format, and what could not be read."""

    as_of: datetime
    zone: ZoneInfo
    how: str
    unread: Sequence[ComplaintError] = ()

    def rows(self, schema: str, name: str, rows: Sequence[Row], keys: Collection[str], **more: object) -> str:
        """Rows as JSON with their envelope, as JSON lines, or as CSV."""
        if self.how == "jsonl":
            return shapes.lines(rows)
        if self.how == "csv":
            return shapes.csv(rows, keys)
        missed = [dict(zip(("path", "line", "message"), unreadable(error), strict=True)) for error in self.unread]
        head = {"schema": schema, "as_of": shapes.stamp(self.as_of, self.zone), **more}
        return shapes.dumped({**head, name: list(rows), "unreadable": missed})


LISTED: Mapping[str, Form] = {
    "id": TEXT,
    "status": TEXT,
    "received": MOMENT,
    "policy": maybe(TEXT),
    "kind": maybe(TEXT),
    "severity": maybe(TEXT),
    "flags": maybe(several(TEXT)),
    "category": maybe(TEXT),
    "department": maybe(TEXT),
    "handler": maybe(TEXT),
    "summary": maybe(TEXT),
    "path": TEXT,
}


def tickets(rows: Sequence[Row], frame: Frame) -> str:
    """complaint.list/1, or a table."""
    if frame.how != "table":
        stamped = [{**row, "received": shapes.stamp(row["received"], frame.zone)} for row in rows]
        return frame.rows("complaint.list/1", "rows", stamped, LISTED, tickets=len(rows))
    if not rows:
        return "no tickets\n"
    cells = [
        (
            row["id"],
            row["status"],
            people(row["received"], frame.zone),
            row["severity"],
            " ".join(row["flags"] or ()),
            row["department"],
            _short(row["summary"]),
        )
        for row in rows
    ]
    return (
        table(cells, ("id", "status", "received", "severity", "flags", "department", "summary"))
        + f"{count(len(rows), 'ticket')}\n"
    )


def _short(text: object) -> str:
    plain = str(text or "")
    return plain if len(plain) <= 40 else plain[:39] + "…"


def log(
    rows: Sequence[tuple[Stored, Event]],
    commits: Sequence[Commit] | None,
    personal: Personal,
    frame: Frame,
    *,
    reveal: bool,
) -> str:
    """complaint.log/1, or a table; `personal` names, by policy, the keys under [about] that are masked."""
    zone, gone = frame.zone, voided(event for _, event in rows)
    if frame.how != "table":
        events = [
            {"ticket": each.ticket.id, **shapes.event(event, zone, personal.get(each.ticket.policy, ()), reveal=reveal)}
            | ({"voided_by": gone[event.key]} if event.key in gone else {})
            for each, event in rows
        ]
        more = {} if commits is None else {"commits": [_commit_row(commit, zone) for commit in commits]}
        return frame.rows("complaint.log/1", "events", events, ("ticket", "key", "type", "at", "by"), **more)
    cells = [
        (
            people(event.recorded, zone),
            people(event.at, zone),
            each.ticket.id,
            event.type + (" (voided)" if event.key in gone else ""),
            event.by,
            event.key,
        )
        for each, event in rows
    ]
    text = table(cells, ("recorded", "happened", "ticket", "event", "by", "key"))
    if commits is not None:
        told = [
            (commit.sha[:10], people(commit.moment, zone), commit.author, commit.path, _short(commit.subject))
            for commit in commits
        ]
        text += "\n" + table(told, ("commit", "date", "author", "path", "subject"))
    return text


def _commit_row(commit: Commit, zone: ZoneInfo) -> Row:
    return {
        "sha": commit.sha,
        "at": shapes.stamp(commit.moment, zone),
        "author": commit.author,
        "subject": commit.subject,
        "path": commit.path,
    }


def overdue(rows: Sequence[Judged], tickets_judged: int, frame: Frame, *, book: Rulebook | None) -> str:
    """complaint.overdue/1, or a table; with a `book`, how each due moment comes about."""
    as_of, zone = frame.as_of, frame.zone
    if frame.how != "table":
        found = [shapes.obligation(row, stored, zone) for row, stored in rows]
        if book is not None:
            for each, (row, _) in zip(found, rows, strict=True):
                each["explanation"] = explanation(row, book, as_of, zone)
        return frame.rows("complaint.overdue/1", "obligations", found, shapes.OBLIGATION, tickets=tickets_judged)
    if book is not None:
        text = "".join(_explained(row, book, as_of, zone) + "\n" for row, _ in rows)
    elif rows:
        titles = ("ticket", "state", "due", "over by", "department", "clause", "where it stands")
        text = table([_cells(row, zone, as_of) for row, _ in rows], titles)
    else:
        text = ""
    late = sum(row.state == "overdue" for row, _ in rows)
    return f"{text}{judged(tickets_judged, frame)}: {late} overdue{_soon(rows)}\n"


def judged(tickets_judged: int, frame: Frame) -> str:
    """How many tickets a check has seen, which every check says."""
    return reports.judged(tickets_judged, frame.as_of, frame.zone)


def _over(row: Obligation, as_of: datetime) -> str:
    if row.state == "due-soon" and row.due_at:
        return f"in {length(int((row.due_at - as_of).total_seconds()))}"
    return length(row.overdue_seconds) if row.overdue_seconds else ""


def _cells(row: Obligation, zone: ZoneInfo, as_of: datetime) -> tuple[object, ...]:
    return (
        row.ticket,
        row.state + (" (provisional)" if row.provisional else "") + (" (on hold)" if row.on_hold else ""),
        people(row.due_at, zone, limit=True),
        _over(row, as_of),
        row.facts.get("department"),
        row.clause.id,
        row.clause.cite,
    )


def count(number: int, thing: str) -> str:
    """A number of things, in words."""
    return f"{number} {thing}" + ("" if number == 1 else "s")


def _soon(rows: Sequence[Judged]) -> str:
    soon = sum(row.state == "due-soon" for row, _ in rows)
    return f", {soon} due soon" if soon else ""


def _explained(row: Obligation, book: Rulebook, as_of: datetime, zone: ZoneInfo) -> str:
    unsure = " (provisional)" if row.provisional else ""
    head = f"{row.ticket}  {row.state}{unsure}  {row.clause.id}: {row.clause.title['en']}"
    told = [f"  {line}" for line in explanation(row, book, as_of, zone)]
    return "\n".join([show(head), f"  {show(row.policy.source)}: {show(row.clause.cite)}", *told]) + "\n"


def explanation(row: Obligation, book: Rulebook, as_of: datetime, zone: ZoneInfo) -> list[str]:
    """How a due moment comes about: start, what was counted and skipped, what moved it, due, how it ended."""
    until = row.met_at or as_of
    over = f" by {length(row.overdue_seconds)}" if row.overdue_seconds else ""
    told = [(row.started_at, f"starts, by event {row.event}")]
    told += [_span(span, zone) for span in spans(book, row.policy, row.clause, row.started_at, row.pauses, until)]
    told += [(pause.start, f"{_until(pause.end, zone)}  on hold") for pause in row.pauses if pause.start <= until]
    told += row.notes
    told += row.reasons
    told += [(row.due_at, "due")] if row.due_at else [(until, "no length is set in the policy: nothing is overdue")]
    told += [(until, row.state + over)] if row.met_at or row.state == "overdue" else []
    ordered = sorted(told, key=lambda line: line[0])
    return [
        f"{people(at, zone, limit=text == 'due')}{text if text[:2] == ' -' else '  ' + text}" for at, text in ordered
    ]


def _span(span: Span, zone: ZoneInfo) -> tuple[datetime, str]:
    return span.start, f"{_until(span.end, zone)}  {'counts' if span.counted else 'does not count'}: {show(span.why)}"


def _until(end: datetime | None, zone: ZoneInfo) -> str:
    return f" - {people(end, zone, limit=True) if end else 'still'}"


def suggested(found: Sequence[Suggestion], ticket_id: str, *, as_json: bool) -> str:
    """What a ticket might be classified as, with reasons and the command that would do it."""
    if as_json:
        rows = [{**each._asdict(), "option": each.option()} for each in found]
        return shapes.dumped({"schema": "complaint.suggestions/1", "ticket": ticket_id, "suggestions": rows})
    told = "".join(show(f"{each.option()}  since {each.reason}") + "\n" for each in found)
    line = f"to do so: complaint classify {ticket_id} {' '.join(each.option() for each in found)}\n" if found else ""
    return told + show(line, lines=True) if found else "nothing speaks for another classification\n"
