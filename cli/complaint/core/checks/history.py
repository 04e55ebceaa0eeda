"""Owns the checks of a ticket's header and history: does it say what the events say, are their times possible."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from complaint.core.checks.case import WARNING, Case, Check, Found
from complaint.core.ids import EVENT_KEY
from complaint.core.lifecycle import fold
from complaint.core.moments import length, people
from complaint.core.text import shown
from complaint.core.ticket import FUTURE, Event, happened
from complaint.core.vocabulary import GOVERNED, KIND_OF, field_of

REPLAY = "an event may be missing: ask `audit --history` first; then `audit --fix` writes what the events say"


def header_differs(case: Case) -> Iterator[Found]:
    """Replaying all events must give exactly the governed header values."""
    wanted = fold(happened(case.ticket), case.books.book.plan_roles(case.ticket)).governed()
    for key in GOVERNED:
        said, told = case.ticket.header.get(key), wanted.get(key)
        if said != told:
            found = f"{key}: the header says {_named(said)}, the events say {_named(told)}"
            plain = f"{key}: the header differs from what the events say"
            yield Found(found, REPLAY, (key,), plain=plain)


def _named(value: object) -> str:
    return "nothing" if value is None else shown(value)


def unknown_key(case: Case) -> Iterator[Found]:
    """An event holds only its own fields; a line that somebody typed below it belongs elsewhere."""
    for path, remark in case.ticket.remarks:
        if path[0] == "event" and not _has(case.ticket.event(path[1]).type, path[-1]):
            what, _, mend = remark.partition("; ")
            plain = f"a key does not belong to {case.ticket.event(path[1]).type}"
            yield Found(what, mend, path, event=path[1], plain=plain)


def _has(type_: str, key: str) -> bool:
    return field_of(type_, key) is not None or (type_ == "corrected" and key in GOVERNED)


def key_order(case: Case) -> Iterator[Found]:
    """In the file the keys of events rise: one that falls behind shows a clock that ran ahead, or a hand."""
    keys = [key for key in case.ticket.order if EVENT_KEY.fullmatch(key)]
    for before, key in pairwise(keys):
        if key < before:
            found = f"event {key} stands behind {before}, which says that it was recorded later"
            mend = "a clock ran ahead when the first was recorded, or somebody inserted the second; find out which"
            yield Found(found, mend, ("event", key), event=key)


def ahead(case: Case) -> Iterator[Found]:
    """A fact is recorded once it has happened; clocks may differ by a little."""
    most = case.policy.threshold("ahead_at_most") if case.policy else None
    for event in case.standing:
        if event.at - event.recorded > (FUTURE if most is None else most):
            by = length(int((event.at - event.recorded).total_seconds()))
            found = f"{event.type}: it happened {by} after it was recorded"
            yield Found(
                found, "void it, and record it with the time at which it did happen", _at(event), event=event.key
            )


def entered_late(case: Case) -> Iterator[Found]:
    """What is recorded long after it happened is told from memory, or made to fit."""
    most = case.policy.threshold("entered_within") if case.policy else None
    for event in case.events if most is not None else ():
        late = event.recorded - event.at
        if late > (most or timedelta()) and not _looks_back(event):
            found = f"{event.type}: entered {length(int(late.total_seconds()))} after it happened"
            yield Found(found, "whoever may decide so waives it, with the reason", _at(event), event=event.key)


def _looks_back(event: Event) -> bool:
    """Misconduct precedes the complaint about it; a correction from the start acts from the time of receipt."""
    return KIND_OF[event.type].precedes or event.type == "corrected"


def before_receipt(case: Case) -> Iterator[Found]:
    """Nothing happens to a ticket before it was received."""
    if not case.events:
        return
    received = case.state.values["received"]
    for event in case.events:
        if event.at < received and event.type != "received" and not _looks_back(event):
            zone = case.books.book.zone
            found = f"{event.type} of {people(event.at, zone)} lies before the receipt of {people(received, zone)}"
            yield Found(found, "void it and record it with the right time", _at(event), event=event.key)


def forced(case: Case) -> Iterator[Found]:
    """Somebody recorded what the order of the work refuses; the note says why."""
    for event in case.events:
        if event.fields.get("forced"):
            why = "with a reason in its note" if event.fields.get("note") else "without a note"
            found = f"{event.type} was recorded with --force, {why}"
            mend = "whoever may decide so waives it; else void it and do what was missing"
            yield Found(found, mend, ("event", event.key, "forced"), event=event.key)


def clock_set(case: Case) -> Iterator[Found]:
    """The moment of recording is not the machine's: COMPLAINT_NOW set it, as replays and tests do."""
    for event in case.ticket.events:
        if event.fields.get("clock") == "set":
            found = f"{event.type} was recorded under a clock that was set by hand"
            mend = "nothing, if this is a replay or a test"
            yield Found(found, mend, ("event", event.key, "clock"), event=event.key)


def nobody(case: Case) -> Iterator[Found]:
    """Every fact is somebody's word."""
    for event in case.ticket.events:
        if not event.by.strip():
            found = f"event {event.key} ({event.type}) does not say who recorded it"
            yield Found(found, "restore the line `by` from git", ("event", event.key), event=event.key)


def odd_value(case: Case) -> Iterator[Found]:
    """What people read as text is text; a number or a list there is a slip of the hand."""
    for path, remark in case.ticket.remarks:
        if path[0] != "event":
            what, _, mend = remark.partition("; ")
            yield Found(what, mend, path)


def _at(event: Event) -> tuple[str, ...]:
    return ("event", event.key, "at")


CHECKS = (
    Check("H001", "header-differs", "A header value differs from what the events say", header_differs),
    Check("H002", "unknown-key", "A key stands inside an event that does not belong there", unknown_key),
    Check("H003", "key-order", "The keys of events do not rise in the file", key_order),
    Check("H004", "ahead", "An event happened after it was recorded", ahead),
    Check("H005", "entered-late", "An event was entered long after it happened", entered_late),
    Check("H006", "before-receipt", "An event happened before the ticket was received", before_receipt),
    Check("H007", "forced", "A step was recorded against the order of the work", forced),
    Check("H008", "clock-set", "An event was recorded under a clock set by hand", clock_set, WARNING),
    Check("H009", "nobody", "An event does not say who recorded it", nobody),
    Check("H010", "odd-value", "A text of the header, or of the complainant, is no text", odd_value),
)
