"""Owns `list`: tickets as they stood at a moment, narrowed by what their events say."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import click

from complaint import options
from complaint.core.errors import ComplaintError, Unreadable, allowed_words
from complaint.core.vocabulary import FREE_TEXT, GOVERNED, PERSONAL, STATUSES

if TYPE_CHECKING:
    from complaint.core.ticket import Ticket
    from complaint.store.tickets import Stored
    from complaint.workspace import Register


@click.command("list", help="List tickets as they stood at a moment.")
@click.option(
    "--status",
    multiple=True,
    type=click.Choice(("open", *STATUSES)),
    help="Only in this status (open: not closed); may be given several times.",
)
@click.option("--department", help="Only of this department.")
@click.option("--category", help="Only of this category.")
@click.option("--policy", help="Only under this policy.")
@click.option("--since", metavar="TIME", help="Only received at or after; a date alone means its start.")
@click.option("--until", metavar="TIME", help="Only received before or at; a date alone means its end.")
@click.option(
    "--where",
    multiple=True,
    metavar="KEY=VALUE",
    help="Only where a header value, about.KEY or complainant.KEY is so; may be given several times.",
)
@options.formats("table", "json", "jsonl", "csv")
@options.asking
def command(
    status: tuple[str, ...],
    where: tuple[str, ...],
    since: str | None,
    until: str | None,
    format_: str,
    as_json: bool,
    output: str | None,
    as_of: str | None,
    known_at: str | None,
    register_path: str | None,
    **exact: str | None,
) -> int:
    """The command."""
    from complaint.core.ticket import happened
    from complaint.render import answers

    shop = options.opened(click.get_current_context(), register_path)
    at, zone = options.moment_of(shop, as_of, known_at), shop.settings.zone
    wanted = [
        *(condition(text) for text in where),
        *((key, value) for key, value in exact.items() if value is not None),
    ]
    first = options.moment(shop, since, "--since", day_end=False) if since else None
    last = _until(shop, until) if until else None
    shop.check_policy(exact["policy"])
    rows, unread, departments = [], [], set[str]()
    for stored in shop.tickets():
        if isinstance(stored, Unreadable):
            unread.append(stored)
            continue
        facts = shop.facts(stored.ticket, happened(stored.ticket, at.as_of, at.known_at))
        departments.add(str(facts.get("department", "")))
        fits = facts and _in_status(facts["status"], status) and _between(facts["received"], first, last)
        if fits and _fits(stored.ticket, facts, wanted):
            rows.append({key: {**facts, **_of(stored)}.get(key) for key in answers.LISTED})
    shop.check_department(exact["department"], departments)
    rows.sort(key=lambda row: (row["received"], row["id"]))
    frame = answers.Frame(at.as_of, zone, "json" if as_json else format_, unread)
    options.deliver(answers.tickets(rows, frame), output)
    return options.told_unread(unread)


def _of(stored: Stored) -> dict[str, Any]:
    return {"id": stored.ticket.id, "summary": stored.ticket.header.get("summary"), "path": stored.file.shown}


def _until(shop: Register, typed: str) -> datetime:
    """The last moment of --until: of a day, its last second, since 24:00 begins the next one."""
    last = options.moment(shop, typed, "--until", day_end=True)
    return last - timedelta(seconds=1) if last.time() == time() and ":" not in typed else last


def _in_status(status: str, wanted: tuple[str, ...]) -> bool:
    return not wanted or status in wanted or ("open" in wanted and status != "closed")


def condition(text: str) -> tuple[str, str]:
    """What one --where says."""
    key, equals, value = text.partition("=")
    key = f"complainant.{key}" if key in PERSONAL else key
    allowed = (*GOVERNED, *FREE_TEXT, "import_key", "about.KEY", "complainant.KEY")
    if not equals:
        raise ComplaintError(f'found "{text}"', "allowed: KEY=VALUE", where="--where")
    if key not in allowed and not key.startswith(("about.", "complainant.")):
        raise ComplaintError(f'no ticket has a key "{key}"', allowed_words(key, allowed), where="--where")
    return key, value


def _between(received: datetime, first: datetime | None, last: datetime | None) -> bool:
    return (first is None or received >= first) and (last is None or received <= last)


def _fits(ticket: Ticket, governed: dict[str, Any], wanted: list[tuple[str, str]]) -> bool:
    return all(_is(_value(ticket, governed, key), value) for key, value in wanted)


def _value(ticket: Ticket, governed: dict[str, Any], key: str) -> object:
    table, _, name = key.partition(".")
    if name:
        return (ticket.about if table == "about" else ticket.complainant).get(name)
    return governed.get(key) if key in GOVERNED else ticket.header.get(key)


def _is(found: object, value: str) -> bool:
    if isinstance(found, (list, tuple)):
        return value in found
    if isinstance(found, str) and re.fullmatch(r"[-+ 0-9]{8,}", value, re.ASCII):
        return re.sub(r"[^0-9]", "", found).endswith(re.sub(r"[^0-9]", "", value))
    return (found.isoformat() if isinstance(found, datetime) else "" if found is None else str(found)) == value
