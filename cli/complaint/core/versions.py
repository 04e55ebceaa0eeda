"""Owns what one version of a ticket's file recorded: its events, comparable whatever their order, layout or offsets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import NamedTuple

import tomli

Content = tuple[tuple[str, object], ...]  # the fields of an event, sorted; equal if and only if they say the same
Events = Mapping[str, Content]


class Version(NamedTuple):
    """A ticket as one commit has it: the name of its bytes ("" of no ticket), and its events, None if unreadable."""

    name: str
    events: Events | None


GONE = Version("", {})


def events_of(data: bytes) -> Events | None:
    """The events that the bytes of a ticket's file record, by key; None if they cannot be read."""
    try:
        table = tomli.loads(data.decode("utf-8")).get("event", {})
        return {key: content(event) for key, event in table.items()} if isinstance(table, dict) else {}
    except (ValueError, RecursionError, MemoryError):
        return None


def grown(older: Events, tail: bytes) -> Events | None:
    """The events of an older text and its `tail`, where that adds whole new events and nothing else; otherwise None.

    The older text must be one that could be read and ends with a line: then nothing in it is open any more, and a tail
    that begins with a heading puts no line into its tables. (That both are sound but not their sum, as when the older
    text has its events in one line, is not seen here: the events are then those of both, which hides nothing.)
    """
    if not tail.lstrip(b"\r\n").startswith(b"[event."):
        return None
    try:
        document = tomli.loads(tail.decode("utf-8"))
    except (ValueError, RecursionError, MemoryError):
        return None
    added = document.get("event")
    if len(document) > 1 or not isinstance(added, dict) or older.keys() & added.keys():
        return None
    return {**older, **{key: content(event) for key, event in added.items()}}


def together(found: Iterable[Events | None]) -> Events | None:
    """The events of several copies of a ticket."""
    events: dict[str, Content] = {}
    for each in found:
        if each is None:
            return None
        events.update(each)
    return events


def content(event: object) -> Content:
    """An event's fields as one value."""
    fields = event if isinstance(event, dict) else {"": event}
    return tuple(sorted((key, value if type(value) is str else _plain(value)) for key, value in fields.items()))


def differing(one: Content, other: Content) -> list[str]:
    """The fields that two contents of an event do not agree about."""
    mine, its = dict(one), dict(other)
    return [
        key for key in sorted(mine.keys() | its.keys()) if key not in mine or key not in its or mine[key] != its[key]
    ]


def _plain(value: object) -> object:
    """Texts stay; everything else carries its kind, as Python takes 1, 1.0 and true for the same."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ("list", tuple(_plain(item) for item in value))
    if isinstance(value, dict):
        return ("table", content(value))
    if isinstance(value, datetime) and value.tzinfo:
        return ("moment", value)  # equal if the instant is
    if isinstance(value, (date, time)):
        return (type(value).__name__, value.isoformat())
    return (type(value).__name__, repr(value))
