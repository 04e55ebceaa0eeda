"""Owns the tidying of a ticket a hand has laid out otherwise: order, spacing and values as the commands write them.

Comments stay with the line they stand above or behind, unknown keys and tables stay, events keep their lines and order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import tomli

from complaint.core.errors import ComplaintError
from complaint.core.source import Kind, Statement, statements
from complaint.core.ticket import Ticket
from complaint.store.layout import COMPLAINANT_ORDER, HEADER_ORDER, key_written, ticket_text, written

ORDERS: Mapping[str, Sequence[str]] = {"": HEADER_ORDER, "complainant": COMPLAINANT_ORDER}
TABLES = ("", "about", "complainant")  # and then tables of a team's own, and the events


class Section(NamedTuple):
    """The lines of the header, or of one table: what stands above its heading, the heading, and its blocks.

    A block is a pair with the comments above it, or the last comments of the table.
    """

    table: str
    heading: str
    blocks: list[tuple[str, str]]


def tidied(text: str) -> str:
    """`text` in canonical layout; as it is where that could not be done without changing what it says."""
    plain = text.replace("\r\n", "\n")
    try:
        document = tomli.loads(plain)
        sections = _sections(plain, document)
    except (ValueError, RecursionError):
        return text
    parts = ["".join([each.heading, *_ordered(each)]) for each in sorted(sections, key=_rank)]
    new = "\n".join(part for part in parts if part)
    return new if _says_the_same(new, document) else text


def untidy_line(text: str, ticket: Ticket) -> int:
    """The first line that is not laid out as the commands write it; 0 where all are."""
    try:
        if text == ticket_text(ticket):  # most are, and this is ten times faster than locating every line
            return 0
    except ComplaintError:
        pass
    tidy = tidied(text)
    rows = zip(text.split("\n"), tidy.split("\n"), strict=False)
    return 0 if tidy == text else next((number for number, (mine, its) in enumerate(rows, 1) if mine != its), 1)


def _sections(text: str, document: Mapping[str, object]) -> list[Section]:
    found, above = [Section("", "", [])], ""
    rows = statements(text)
    for each, following in pairwise([*rows, None]):
        if each is None or each.kind is Kind.BLANK:
            continue
        line = text[each.start : each.end]
        line = line if line.endswith("\n") else line + "\n"
        if each.kind is Kind.COMMENT:
            above += line.lstrip(" \t")
            if following is None or (following.kind is Kind.BLANK and not _leads(rows, each)):
                found[-1].blocks.append(("", above))
                above = ""
        elif each.kind is Kind.PAIR:
            key, plain = _pair(text, each, line, document)
            found[-1].blocks.append((key, above + plain))
            above = ""
        else:
            found.append(Section(str(each.path[0]), above + line, []))
            above = ""
    return found


def _leads(rows: Sequence[Statement], comment: Statement) -> bool:
    """Whether a comment before a blank line still belongs to a pair below it in the same table."""
    after = next((row for row in rows if row.start >= comment.end and row.kind not in (Kind.BLANK, Kind.COMMENT)), None)
    return after is not None and after.kind is Kind.PAIR


def _pair(text: str, each: Statement, line: str, document: Mapping[str, object]) -> tuple[str, str]:
    """The key of a pair, and its lines: canonical ones, unless it is an event's or holds what cannot be rewritten."""
    key = str(each.path[-1])
    if each.path[0] == "event" or len(each.path) > 2:
        return key, line
    start, end = each.value
    value = document[str(each.path[0])] if len(each.path) == 1 else _inner(document, each)
    rest = text[end : each.end].rstrip()
    try:
        plain = written(value)
    except ComplaintError:
        plain = text[start:end]
    if "#" in text[start:end] and "\n" in text[start:end] and not isinstance(value, str):
        plain = text[start:end]  # comments between the values of a list
    return key, f"{key_written(key)} = {plain}{'  ' + rest.strip() if rest.strip() else ''}\n"


def _inner(document: Mapping[str, object], each: Statement) -> object:
    table = document[str(each.path[0])]
    return table[str(each.path[1])] if isinstance(table, Mapping) else None


def _ordered(section: Section) -> list[str]:
    order = {key: place for place, key in enumerate(ORDERS.get(section.table, ()))}
    last = len(order)
    blocks = sorted(section.blocks, key=lambda block: order.get(block[0], last)) if order else section.blocks
    return [lines for _, lines in blocks]


def _rank(section: Section) -> int:
    if section.table in TABLES:
        return TABLES.index(section.table)
    return len(TABLES) + (section.table == "event")


def _says_the_same(new: str, document: Mapping[str, object]) -> bool:
    try:
        again = tomli.loads(new)
    except (ValueError, RecursionError):
        return False
    return repr(_sorted(again)) == repr(_sorted(document)) and _events(again) == _events(document)


def _events(document: Mapping[str, object]) -> list[str]:
    events = document.get("event")
    return list(events) if isinstance(events, dict) else []


def _sorted(value: object) -> object:
    """`value` without the order of its keys; as text later, since 1, 1.0 and true are equal."""
    return {key: _sorted(value[key]) for key in sorted(value)} if isinstance(value, dict) else value
