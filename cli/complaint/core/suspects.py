"""Owns what a ledger of versions comes to: each thing that should not be, in words, with the commit that did it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from complaint.core import ids
from complaint.core.moments import length, people
from complaint.core.proof import UNCOMMITTED, Change, Commit, Ledger, Reach, Trail
from complaint.core.requirements import PERSONAL_SHAPES
from complaint.core.text import show
from complaint.core.versions import GONE, Content, differing

_FEW = 5
_HASH = re.compile(r"[0-9a-f]{40,64}")  # its digits may look like a telephone number


HELP = {  # how to mend what a code names
    "G001": "events are never changed: put it back as it was, take it back with `void`, record what is right",
    "G002": "events are never removed: put it back from git, and take it back with `void`",
    "G003": "tickets are never removed: put the file back from git, and close the ticket",
    "G004": "its key claims a moment after it was committed: a clock was wrong, or the key or the commit is forged",
    "G005": "void it and record it anew; if it is honest (stashed, or brought late by another clone), `waive` it",
    "G006": "ask who kept it so long; if it is honest, let it stand with `waive`",
    "P002": "reword the commit as long as nobody has it; later every clone keeps the number",
}

UNDONE = "put it back from there; if it was undone before anybody else had it, only this clone still knows of it"
_WHERE = {
    Reach.HEAD: "",
    Reach.LIVE: ", which HEAD does not descend from",
    Reach.REFLOG: ", which no branch holds any more",
    Reach.OLD: "",
}


class Suspect(NamedTuple):
    """One thing that should not be; of a whole ticket if `key` is empty; `date` is when it was committed.

    Where nothing is committed yet, or no commit can be named, `sha` and `author` are empty and `date` is None. What was
    put back since is `mended`.
    """

    code: str
    path: str
    ticket: str
    key: str
    message: str
    help: str
    sha: str
    author: str
    date: datetime | None
    mended: bool = False


Within = Callable[[str], timedelta | None]  # by ticket, how long after it was recorded an event may be committed


def suspects(ledger: Ledger, zone: ZoneInfo, within: Within = lambda _: None) -> Iterator[Suspect]:
    """Everything that should not be, ticket by ticket."""
    for ticket in sorted(ledger.trails):
        trails = ledger.trails[ticket]
        for key in sorted(trails):
            yield from _breaks(ticket, key, trails[key], zone)
            if trails[key].kept:
                yield from _otherwise(ticket, key, trails[key], zone)
                yield from _dated(ledger, ticket, key, zone)
                yield from _late(ticket, key, trails[key], zone, within(ticket))
        yield from _lost(ticket, trails, zone)


def missing(ledger: Ledger, change: Change, where: str) -> Iterator[Suspect]:
    """What a revision has (`before`) and the judged version lacks or tells otherwise, though no commit since did it."""
    trails = ledger.trails.get(change.ticket, {})
    if change.after == GONE:
        if "" not in trails:
            yield _suspect("G003", change.ticket, "", change.path, f"the ticket is gone; it stands in {where}")
        return
    before = [event for version in change.before for event in (version.events or {}).items()]
    for key, content in before if change.after.events is not None else ():
        now = (change.after.events or {}).get(key)
        if now != content and not (key in trails and trails[key].breaks):
            what = "is gone; it stands in" if now is None else f"{_told(differing(content, now))} from"
            found = f"event {_key(key)} {what} {where}"
            yield _suspect("G002" if now is None else "G001", change.ticket, key, change.path, found)


def personal(commit: Commit, path: str, zone: ZoneInfo) -> Suspect:
    """A commit whose message holds a telephone or identity number."""
    found = f"the message of {named(commit, zone)} holds a telephone or identity number"
    return _suspect("P002", "", "", path, found, commit)


def holds_personal(message: str) -> bool:
    """Whether a commit message holds a telephone or identity number."""
    return bool(PERSONAL_SHAPES.search(_HASH.sub("", message)))


_DID = {"G001": "event {} was changed{}", "G002": "event {} was removed", "G003": "the ticket was deleted"}


def _breaks(ticket: str, key: str, trail: Trail, zone: ZoneInfo) -> Iterator[Suspect]:
    back = f"; put back by {named(trail.back, zone)}" if trail.back else ""
    for code, commit, fields in trail.breaks:
        found = _DID[code].format(_key(key), f" ({_list(fields)})" if fields else "")
        told = _suspect(code, ticket, key, trail.path, f"{found} by {named(commit, zone)}{back}", commit)
        yield told._replace(mended=bool(back))


def _otherwise(ticket: str, key: str, trail: Trail, zone: ZoneInfo) -> Iterator[Suspect]:
    """The same event with another content on a line that HEAD does not descend from."""
    original, mine = next(iter(trail.kept.items()))
    for content, other in trail.others.items():
        if content not in trail.kept:
            found = f"event {_key(key)} {_told(differing(original, content))} in {named(mine, zone)}"
            later = max(mine, other, key=lambda commit: commit.committed)
            yield _suspect("G001", ticket, key, trail.path, f"{found} and in {named(other, zone)}", later)


def _lost(ticket: str, trails: Mapping[str, Trail], zone: ZoneInfo) -> Iterator[Suspect]:
    """What only commits hold that an amendment, a squash or a reset took the place of."""
    events = {key: trail for key, trail in trails.items() if key}
    holders = {key: last for key, trail in events.items() if not trail.kept and (last := _last(trail.others))}
    if holders and len(holders) == len(events):
        first = min(holders)
        found = f"the ticket is gone; it stands in {named(holders[first], zone)}"
        yield _suspect("G003", ticket, "", trails[first].path, found, holders[first])._replace(help=UNDONE)
        return
    for key, holder in holders.items():
        found = f"event {_key(key)} is gone; it stands in {named(holder, zone)}"
        yield _suspect("G002", ticket, key, trails[key].path, found, holder)._replace(help=UNDONE)


def _last(others: Mapping[Content, Commit]) -> Commit | None:
    """The latest of these commits, if no branch holds any of them."""
    held = any(commit.reach is Reach.LIVE for commit in others.values())
    return None if held else max(others.values(), key=lambda commit: commit.committed, default=None)


def _dated(ledger: Ledger, ticket: str, key: str, zone: ZoneInfo) -> Iterator[Suspect]:
    trail = ledger.trails[ticket][key]
    if trail.early and trail.early.reach is not Reach.OLD:
        found = f"event {_key(key)} is recorded later than it was committed, by {named(trail.early, zone)}"
        yield _suspect("G004", ticket, key, trail.path, found, trail.early)
    without = ledger.without(ticket, key)
    if without and trail.first:
        found = f"event {_key(key)} came with {named(trail.first.commit, zone)}"
        found += f", but a version of {people(without, zone)}, later than its key, did not have it"
        yield _suspect("G005", ticket, key, trail.path, found, trail.first.commit)


def _late(ticket: str, key: str, trail: Trail, zone: ZoneInfo, within: timedelta | None) -> Iterator[Suspect]:
    """Git cannot tell when an event was recorded that it saw much later."""
    if within is None or not trail.first or not trail.first.commit.sha or trail.first.commit.reach is Reach.OLD:
        return
    by = trail.first.commit.committed - ids.recorded(key)  # the other date is whatever its author says
    if by > within:
        told = f"event {_key(key)} was committed {length(int(by.total_seconds()))} after its key says it was recorded"
        yield _suspect(
            "G006", ticket, key, trail.path, f"{told}, by {named(trail.first.commit, zone)}", trail.first.commit
        )


def _suspect(code: str, ticket: str, key: str, path: str, message: str, commit: Commit = UNCOMMITTED) -> Suspect:
    date = commit.committed if commit.sha else None
    return Suspect(code, path, ticket, key, message, HELP[code], commit.sha, commit.who, date)


def named(commit: Commit, zone: ZoneInfo) -> str:
    """A commit in words."""
    if not commit.sha:
        return "a change that is not committed yet"
    return f"commit {commit.sha[:12]} by {commit.who} of {people(commit.committed, zone)}{_WHERE[commit.reach]}"


def _key(key: str) -> str:
    return show(key)[:60]


def _told(fields: list[str]) -> str:
    return f"differs ({_list(fields)})"


def _list(fields: Iterator[str] | list[str] | tuple[str, ...]) -> str:
    names = [show(name)[:40] for name in fields]
    return ", ".join(names[:_FEW]) + (f" and {len(names) - _FEW} more" if len(names) > _FEW else "")
