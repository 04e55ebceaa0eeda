"""Owns the canonical layout: how a value, an event and a new ticket are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from complaint.core.errors import ComplaintError
from complaint.core.ticket import WHOLE_LIMIT, Ticket

Table = Mapping[str, object]

HEADER_ORDER = (
    *("schema", "id", "status", "policy", "kind", "received", "channel", "source", "severity", "flags", "category"),
    *("nature", "department", "handler", "against", "outcome", "repeat_of", "duplicate_of", "import_key"),
    *("summary", "demand", "content"),
)
COMPLAINANT_ORDER = ("name", "phone", "email", "address")
TABLES = ("about", "complainant")

VISIBLE = "\u3000\u00a0\u00ad\u200c\u200d"  # what people type between words and letters, though not "printable"
ESCAPES = {"\\": "\\\\", '"': '\\"', "\t": "\\t", "\n": "\\n", "\r": "\\r"}


def written(value: object, newline: str = "\n") -> str:
    """`value` as TOML: one line, except a text of several lines. It reads back as the same value.

    Known are texts, booleans, whole numbers, moments with an offset and whole seconds, dates, and lists of these.
    """
    if isinstance(value, str) and "\n" in value:
        return _lines(value, newline)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_single(item) for item in value)}]"
    return _single(value)


def _single(value: object) -> str:
    match value:
        case str():
            return f'"{_escaped(value)}"'
        case bool():
            return "true" if value else "false"
        case int() if abs(value) <= WHOLE_LIMIT:
            return str(int(value))
        case datetime() if value.tzinfo is not None and not value.microsecond:
            return value.isoformat()
        case date() if not isinstance(value, datetime):
            return value.isoformat()
    raise ComplaintError(
        f"a value of the kind {type(value).__name__}, or of this size, cannot stand in a ticket",
        "allowed: a text, true or false, a whole number, a moment with an offset, a date, or a list of these",
    )


def _lines(text: str, newline: str) -> str:
    """Several lines. The last space of a line is escaped, or editors and hooks that trim lines would change it."""
    last = '\\"' if text.endswith('"') else ""
    rows = text.removesuffix('"').split("\n") if last else text.split("\n")
    body = newline.join(_row(row) for row in rows)
    return f'"""{newline}{body}{last}"""'


def _row(row: str) -> str:
    kept = row[:-1] if row[-1:].isspace() else row
    safe = _escaped(kept, quote='"').replace('"""', '""\\"')
    return safe + "".join(ESCAPES.get(space, _code(space)) for space in row[len(kept) :])


def _escaped(text: str, quote: str = '\\"') -> str:
    """`text` so that nothing hidden stands in it; lone surrogates are no text."""
    if text.isascii() and text.isprintable():
        return text.replace("\\", "\\\\").replace('"', quote)
    return "".join(
        quote if each == '"' else ESCAPES.get(each) or (each if each.isprintable() or each in VISIBLE else _code(each))
        for each in text
    )


def _code(character: str) -> str:
    number = ord(character)
    if 0xD800 <= number <= 0xDFFF:
        raise ComplaintError(
            f"the text holds half a character (\\u{number:04x})", "it was read in a wrong encoding; give it as UTF-8"
        )
    return f"\\u{number:04X}" if number <= 0xFFFF else f"\\U{number:08X}"


def key_written(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else f'"{_escaped(name)}"'


def lines_of(table: Table, newline: str) -> str:
    return "".join(f"{key_written(key)} = {written(value, newline)}{newline}" for key, value in table.items())


def new_ticket(header: Table, about: Table, complainant: Table, event_key: str, event: Table) -> str:
    """The canonical text of a ticket with one event; an empty table is left out."""
    return "\n".join([*_tables(header, about, complainant), event_table(event_key, event, "\n")])


def ticket_text(ticket: Ticket) -> str:
    """The canonical text of a ticket in whose file stands nothing but what the commands write."""
    events = {event.key: event for event in ticket.events}
    rows = [(key, events[key]) for key in ticket.order]
    told = [event_table(key, {"type": one.type, "at": one.at, "by": one.by, **one.fields}, "\n") for key, one in rows]
    return "\n".join([*_tables(ticket.header, ticket.about, ticket.complainant), *told])


def _tables(header: Table, about: Table, complainant: Table) -> list[str]:
    parts = [lines_of(_in_order(header, HEADER_ORDER), "\n")]
    if about:
        parts.append("[about]\n" + lines_of(about, "\n"))
    if complainant:
        parts.append("[complainant]\n" + lines_of(_in_order(complainant, COMPLAINANT_ORDER), "\n"))
    return parts


def event_table(key: str, event: Table, newline: str) -> str:
    return f"[event.{key_written(key)}]{newline}{lines_of(event, newline)}"


def _in_order(table: Table, order: tuple[str, ...]) -> Table:
    known = [key for key in order if key in table]
    return {key: table[key] for key in [*known, *(key for key in table if key not in order)]}
