"""Owns what a ticket is: a header, its text and people, and the recorded events; read from a parsed file, checked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from complaint.core import ids
from complaint.core.errors import ComplaintError, NotFound, allowed_words, nearest
from complaint.core.money import AMOUNT
from complaint.core.text import shown
from complaint.core.vocabulary import CARRIED, FREE_TEXT, GOVERNED, GOVERNING, KIND_OF, PERSONAL, Field, field_of

HEADER = ("schema", "id", *GOVERNED, *FREE_TEXT, "import_key", "key", "sealed")
FIRST_YEAR, LAST_YEAR = 2000, 2100
WHOLE_LIMIT = 2**53  # the largest integer that every reader of JSON keeps
HIDDEN = "***"  # stands in an event for a personal value, of which the history keeps the name only
FUTURE = timedelta(minutes=5)  # how far ahead of the clock a fact may lie, since clocks differ


class Event(NamedTuple):
    """One recorded fact: when it happened (`at`), who recorded it, and its own fields."""

    key: str
    type: str
    at: datetime
    by: str
    fields: Mapping[str, Any]

    @property
    def recorded(self) -> datetime:
        """The moment of recording, UTC."""
        return ids.recorded(self.key)

    def words(self) -> set[str]:
        """The words that a selector's qualifier may match."""
        return {
            value
            for key, value in self.fields.items()
            if isinstance(value, str) and (known := field_of(self.type, key)) and known.form in ("word", "switch")
        }


class Ticket(NamedTuple):
    """One ticket as its file says; `events` in order of recording, `remarks` name what a person should put right.

    `order` holds the keys of the events as they stand in the file.
    """

    id: str
    header: Mapping[str, Any]
    about: Mapping[str, Any] = {}
    complainant: Mapping[str, Any] = {}
    events: tuple[Event, ...] = ()
    remarks: tuple[tuple[tuple[str, ...], str], ...] = ()
    order: tuple[str, ...] = ()

    @property
    def policy(self) -> str:
        """The policy it is judged by, as its events say."""
        received = next((event for event in self.events if event.type == "received"), None)
        return str(received.fields.get("policy", "")) if received else str(self.header.get("policy", ""))

    def event(self, typed: str) -> Event:
        """The event with the key that `typed` is or, uniquely, begins or ends."""
        found = [event for event in self.events if typed and (event.key.startswith(typed) or event.key.endswith(typed))]
        exact = [event for event in found if event.key == typed]
        if len(exact or found) == 1:
            return (exact or found)[0]
        keys = ", ".join(event.key for event in (found or self.events)[-8:])
        what = "several events that begin or end with" if found else "no event"
        raise NotFound(f'{self.id} has {what} "{typed}"', f"the latest: {keys}; `complaint log {self.id}` lists all")


class Misplaced(ComplaintError):
    """A ticket's document is not what a ticket must be; `path` says at which key."""

    def __init__(self, path: tuple[str, ...], found: str, mend: str) -> None:
        self.path = path
        super().__init__(found, mend)


def seen(ticket: Ticket, as_of: datetime | None = None, known_at: datetime | None = None) -> tuple[Event, ...]:
    """The events that had happened by `as_of` and were recorded by `known_at`, voided ones too; in order of effect."""
    return in_effect_order(
        event
        for event in ticket.events
        if (as_of is None or event.at <= as_of) and (known_at is None or event.recorded <= known_at)
    )


def voided(events: Iterable[Event]) -> dict[str, str]:
    """The keys of the events that were taken back, each with the key of the event that did it."""
    return {event.fields["event"]: event.key for event in events if event.type == "voided"}


def happened(ticket: Ticket, as_of: datetime | None = None, known_at: datetime | None = None) -> tuple[Event, ...]:
    """The events that count: those seen, without the voided ones; none before the receipt, when there was no ticket."""
    events = seen(ticket, as_of, known_at)
    gone = voided(events)
    left = tuple(event for event in events if event.key not in gone) if gone else events
    return left if any(event.type == "received" for event in left) else ()


def receipt(events: Iterable[Event]) -> datetime:
    """When the ticket began; misconduct that it is about may have happened before."""
    return next(event.at for event in events if event.type == "received")


def contact(ticket: Ticket, key: str) -> str:
    """A value by which a customer is known again, however it was typed: a telephone number is its digits."""
    text = str(ticket.complainant.get(key, "")).strip()
    if key == "phone":
        return re.sub(r"^(00|\+)86", "", re.sub(r"[^0-9+]", "", text)) or text
    return text.casefold()


def about_after(ticket: Ticket, events: Iterable[Event]) -> dict[str, Any]:
    """What stands under [about] after `events`: what events told by then, and what only a hand wrote."""
    told = {key for event in ticket.events for key in event.fields if key.startswith("about_")}
    known = {key: value for key, value in ticket.about.items() if f"about_{key}" not in told}
    for event in events:
        for key, value in event.fields.items():
            if key.startswith("about_"):
                name = key.removeprefix("about_")
                known[name] = ticket.about.get(name) if value == HIDDEN else value
    return known


def in_effect_order(events: Iterable[Event]) -> tuple[Event, ...]:
    """Events in the order in which they take effect: by (`at`, key)."""
    return tuple(sorted(events, key=attrgetter("at", "key")))


def read(document: Mapping[str, Any], expected_id: str) -> Ticket:
    """The ticket that a parsed file holds; raises `Misplaced` where it cannot be judged by."""
    header = {key: value for key, value in document.items() if not isinstance(value, dict)}
    if header.get("schema") != 1 or header["schema"] is True:
        raise Misplaced(("schema",), f"schema is {shown(header.get('schema', 'missing'))}", "allowed: schema = 1")
    if header.get("id") != expected_id:
        found = shown(header.get("id", "missing"))
        raise Misplaced(
            ("id",),
            f"id is {found}, the file name says {expected_id}",
            "the file name is the id: mend the line or rename the file",
        )
    tables = {name: _table(document, name) for name in ("about", "complainant", "event")}
    remarks: list[tuple[tuple[str, ...], str]] = []
    events = [_event(key, table, remarks) for key, table in tables["event"].items()]
    events.sort(key=attrgetter("key"))
    receipts = [event.key for event in events if event.type == "received"]
    if not receipts:
        raise Misplaced(
            ("event",), "there is no event of type received", "every ticket begins with one; restore it from git"
        )
    if len(receipts) > 1:
        mend = "a ticket is received once: take out the one that git does not have; another complaint is another ticket"
        found = f"there is a second event of type received: {' and '.join(receipts)}"
        raise Misplaced(("event", receipts[1]), found, mend)
    remarks += [*_void_remarks(events), *_no_texts(document, FREE_TEXT), *_no_texts(document, PERSONAL, "complainant")]
    return Ticket(
        expected_id,
        header,
        tables["about"],
        tables["complainant"],
        tuple(events),
        tuple(remarks),
        tuple(tables["event"]),
    )


def _void_remarks(events: Sequence[Event]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Voids that name nothing; one that takes back the receipt, or another void, makes the ticket unreadable."""
    types = {event.key: event.type for event in events}
    for event in events:
        if event.type == "voided":
            target, place = event.fields["event"], ("event", event.key, "event")
            if target not in types:
                yield place, f"it voids an event {target} that is not in this ticket"
            elif types[target] in ("received", "voided"):
                mend = "nobody may void that: take this event out again, from git"
                raise Misplaced(place, f"it voids an event of type {types[target]}", mend)


def _no_texts(document: Mapping[str, Any], keys: Iterable[str], *table: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """Values of these keys, of the header or of a table, that should be texts; they may be personal and stay unsaid."""
    values = document.get(table[0], {}) if table else document
    for key in keys:
        if key in values and not isinstance(values[key], str):
            yield (*table, key), f"{key} is no text; put it in quotes"


def _table(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = document.get(name, {})
    for key, value in table.items() if isinstance(table, dict) and name != "event" else ():
        if isinstance(value, dict) or (
            isinstance(value, list) and any(isinstance(each, (list, dict)) for each in value)
        ):
            raise Misplaced(
                (name, key), f"{key} under [{name}] is no single value", "allowed: a value, or a list of them"
            )
    if not isinstance(table, dict):  # its value is not named: it may be personal
        raise Misplaced((name,), f"{name} is no table", f"allowed: a table [{name}]")
    return table


def _event(key: str, table: object, remarks: list[tuple[tuple[str, ...], str]]) -> Event:
    place = ("event", key)
    if not ids.EVENT_KEY.fullmatch(key) or not _is_moment_key(key):
        raise Misplaced(
            place,
            f'"{key}" is no event key',
            "allowed: the moment of recording and three symbols, as 20261122T013205123Z-k7f",
        )
    if not isinstance(table, dict):
        raise Misplaced(place, f"event {key} is {shown(table)}", f"allowed: a table [event.{key}]")
    type_, at = table.get("type"), table.get("at")
    if not isinstance(type_, str) or type_ not in KIND_OF:
        raise Misplaced(
            (*place, "type"),
            f"type is {shown(type_ if type_ is not None else 'missing')}",
            allowed_words(str(type_), tuple(KIND_OF)),
        )
    check_moment((*place, "at"), at)
    for name, value in table.items():
        _check_field(place, str(type_), name, value, remarks)
    for field_ in KIND_OF[str(type_)].fields:
        if field_.required and field_.form != "changes" and not field_.place and field_.key not in table:
            raise Misplaced(
                place, f"event {key} ({type_}) has no {field_.key}", f"a {type_} event needs it: {field_.help}"
            )
    own = {name: value for name, value in table.items() if name not in ("type", "at", "by")}
    return Event(key, str(type_), at, str(table.get("by", "")), own)  # type: ignore[arg-type]


def _is_moment_key(key: str) -> bool:
    try:
        ids.recorded(key)
    except ValueError:
        return False
    return True


def check_moment(path: tuple[str, ...], value: object) -> None:
    """Refuses what is no moment with an offset between 2000 and 2100."""
    if not isinstance(value, datetime) or value.tzinfo is None:
        bare = ", without an offset" if isinstance(value, datetime) else ""
        found = shown(value) + bare if value is not None else "missing"
        raise Misplaced(
            path, f"{path[-1]} is {found}", "allowed: a moment with an offset such as 2026-11-22T09:30:00+08:00"
        )
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Misplaced(path, f"{path[-1]} is in the year {value.year}", f"allowed: {FIRST_YEAR} to {LAST_YEAR}")


def _check_field(
    place: tuple[str, ...], type_: str, name: str, value: object, remarks: list[tuple[tuple[str, ...], str]]
) -> None:
    known = field_of(type_, name) or CARRIED.get(name)
    if type_ == "corrected" and known is None and value not in ("", []):
        known = GOVERNING.get(name)
    if isinstance(value, dict):
        raise Misplaced(
            (*place, name),
            f"{name} is a table inside an event",
            "an event is flat: strings, numbers, booleans, moments, lists of them",
        )
    if known is not None:
        _check_form((*place, name), known, value)
        if known.form == "word" and known.words and value not in known.words:
            remarks.append(((*place, name), f"{name} is {shown(value)}; {allowed_words(str(value), known.words)}"))
    elif (
        name not in ("type", "at")
        and not name.startswith("about_")
        and not (type_ == "corrected" and name in GOVERNING)
    ):
        home = (
            "in the header, above the first table"
            if name in HEADER
            else "under [complainant] or [about], above the first event"
        )
        near = nearest(name, [*CARRIED, *(field.key for field in KIND_OF[type_].fields)])
        mend = f"did you mean {near}? restore the line from git" if near else f"move the line to its place {home}"
        if name in GOVERNED and not near:
            mend = f"take the line out; `correct --set {name}=…`, if it is meant"
        remarks.append(((*place, name), f"the key {name} does not belong inside event {place[1]}; {mend}"))


def _check_form(path: tuple[str, ...], known: Field, value: object) -> None:
    form = known.form
    if form == "time":
        check_moment(path, value)
    elif form in ("words", "changes"):
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Misplaced(path, f"{path[-1]} is {shown(value)}", 'allowed: a list of words, as ["repeat"]')
    elif form == "flag":
        if not isinstance(value, bool):
            raise Misplaced(path, f"{path[-1]} is {shown(value)}", "allowed: true or false")
    elif form == "whole":
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > WHOLE_LIMIT:
            raise Misplaced(path, f"{path[-1]} is {shown(value)}", "allowed: a whole number")
    elif not isinstance(value, str):
        raise Misplaced(path, f"{path[-1]} is {shown(value)}", "allowed: a text, in quotes")
    elif form == "amount" and not AMOUNT.fullmatch(value):
        raise Misplaced(path, f"{path[-1]} is {shown(value)}", 'allowed: an amount such as "200.00", in quotes')
    elif form == "switch" and value not in known.words:
        raise Misplaced(path, f"{path[-1]} is {shown(value)}", allowed_words(value, known.words))


def utc(moment: datetime) -> datetime:
    """`moment` in UTC, for comparing and sorting."""
    return moment.astimezone(UTC)
