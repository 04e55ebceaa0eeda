"""Owns what all versions of all tickets say of each event: who brought, changed or removed it, commit by commit.

Changes come with each commit after its parents. What came first is told by that order, not by dates, which anybody can
set; and what a commit changed stays told when a later one puts it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from typing import NamedTuple

from complaint.core import ids
from complaint.core.ticket import FUTURE
from complaint.core.versions import GONE, Content, Version, differing

NEVER = datetime.max.replace(tzinfo=UTC)


class Reach(Enum):
    """From where a commit is reached."""

    HEAD = "from HEAD"
    LIVE = "from another branch, a tag, a stash"
    REFLOG = "from nowhere; only a reflog still knows it"
    OLD = "from the revision against which the rest is judged"


class Commit(NamedTuple):
    """One commit: whose it is, when it says so, and whether it was made in this work tree (`here`)."""

    sha: str
    who: str
    authored: datetime
    committed: datetime
    reach: Reach = Reach.HEAD
    merge: bool = False
    here: bool = False

    @property
    def followed(self) -> bool:
        """Whether what is judged now descends from it."""
        return self.reach in (Reach.HEAD, Reach.OLD)

    @property
    def made(self) -> datetime:
        """The earliest moment its content may be from: a rebase renews one date and keeps the other."""
        return min(self.authored, self.committed)


UNCOMMITTED = Commit("", "", NEVER, NEVER)
BEFORE = Commit("", "", NEVER, NEVER, Reach.OLD)  # stands for commits that need not be read


class Change(NamedTuple):
    """What a commit made of a ticket: before, in each parent that has it otherwise (`whole`: in all), and after."""

    commit: Commit
    ticket: str
    path: str
    before: tuple[Version, ...]
    after: Version
    whole: bool = True


class Carrier(NamedTuple):
    """A commit that carries an event that none of its parents did, and the names of their versions."""

    commit: Commit
    followed: tuple[str, ...]


class Break(NamedTuple):
    """What a commit did to an event, or to a whole ticket; `fields` are those it changed."""

    code: str
    commit: Commit
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Trail:
    """One event (or, with the key "", a ticket) through all versions."""

    path: str
    kept: dict[Content, Commit] = field(default_factory=dict)  # as HEAD's line has it; the first is the original
    others: dict[Content, Commit] = field(default_factory=dict)  # as other lines have it
    first: Carrier | None = None  # the earliest
    early: Commit | None = None  # one that carried it before it was recorded
    breaks: list[Break] = field(default_factory=list)
    back: Commit | None = None  # what put it back after the last break

    def broken(self, found: Break) -> None:
        """Counts a break; not one before what is judged, nor a merge that takes over what a commit before it did."""
        if found.commit.reach is Reach.HEAD and not (found.commit.merge and self.breaks and not self.back):
            self.breaks.append(found)
        self.back = None

    def mended(self, commit: Commit) -> None:
        """Remembers the first commit that put back what was broken."""
        if self.breaks and not self.back:
            self.back = commit


class Ledger:
    """The trails of all tickets."""

    def __init__(self) -> None:
        self.trails: dict[str, dict[str, Trail]] = {}
        self.since: dict[tuple[str, str], datetime] = {}  # ticket and version, the earliest it may be from
        self.behind: dict[tuple[str, str], tuple[Version, ...]] = {}  # what stood before a version that shows nothing
        self.bridged: set[tuple[str, str]] = set()  # of these, those with which a later version was compared
        self.dropped: dict[str, list[Change]] = {}  # changes made here that were rewritten later
        self.unread: list[tuple[str, Commit]] = []  # path and commit of versions that cannot be read

    def follow(self, change: Change) -> None:
        """Takes the next change."""
        commit, after, place = change.commit, change.after, (change.ticket, change.after.name)
        self.since[place] = min(self.since.get(place, NEVER), commit.made)
        if commit.reach is Reach.OLD and after.events is None:
            return
        returned = GONE in change.before and (change.ticket, GONE.name) in self.behind
        change = change._replace(before=tuple(self._shown(change.ticket, change.before)))
        if after.events is None or after == GONE:
            if commit.followed:
                self._hole(change)
            return
        if commit.followed:
            if returned:
                self._trail(change, "").mended(commit)
            self._removals(change)
        elif commit.reach is Reach.REFLOG and commit.here:
            self.dropped.setdefault(change.ticket, []).append(change)
        self._sightings(change)

    def _shown(self, ticket: str, versions: Iterable[Version]) -> Iterator[Version]:
        """The versions; instead of one that shows nothing (gone, unreadable), the last ones before it that did."""
        for version in versions:
            if version.events is None or version == GONE:
                self.bridged.add((ticket, version.name))
                yield from self.behind.get((ticket, version.name), ())
            else:
                yield version

    def _hole(self, change: Change) -> None:
        """A version that shows nothing: what stood before it is compared with what comes after it."""
        place = (change.ticket, change.after.name)
        held = () if place in self.bridged else self.behind.get(place, ())
        self.bridged.discard(place)
        self.behind[place] = held + tuple(version for version in change.before if version not in held)
        if change.after.events is None:
            self.unread.append((change.path, change.commit))
        elif change.before:
            self._trail(change, "").broken(Break("G003", change.commit))

    def _removals(self, change: Change) -> None:
        events = change.after.events or {}
        for version in change.before:
            for key in (version.events or {}).keys() - events.keys():
                self._trail(change, key).broken(Break("G002", change.commit))

    def _sightings(self, change: Change) -> None:
        befores = [version.events or {} for version in change.before]
        for key, content in (change.after.events or {}).items():
            held = [other for events in befores if (other := events.get(key)) is not None]
            if len(held) < len(befores) or not held or any(content != other for other in held):
                self._sighted(change, key, content, held)
                if change.whole and not held:
                    self._carried(change, key)

    def _sighted(self, change: Change, key: str, content: Content, held: Sequence[Content]) -> None:
        trail, commit = self._trail(change, key), change.commit
        if not commit.followed:
            known = trail.others.setdefault(content, commit)
            if known.reach is Reach.REFLOG and commit.reach is Reach.LIVE:
                trail.others[content] = commit
            return
        for other in () if trail.kept else held:
            trail.kept[other] = BEFORE
        original = next(iter(trail.kept), content)
        if content == original:
            trail.mended(commit)
        elif not (commit.merge and content in trail.kept):
            trail.broken(Break("G001", commit, tuple(differing(original, content))))
        trail.kept.setdefault(content, commit)

    def _carried(self, change: Change, key: str) -> None:
        trail, commit, moment = self._trail(change, key), change.commit, recorded(key)
        if not trail.first or commit.committed < trail.first.commit.committed:
            trail.first = Carrier(commit, tuple(version.name for version in change.before))
        if not trail.early and moment and moment - commit.committed > FUTURE:
            trail.early = commit

    def _trail(self, change: Change, key: str) -> Trail:
        trails = self.trails.setdefault(change.ticket, {})
        if key not in trails:
            trails[key] = Trail(change.path)
        return trails[key]

    def without(self, ticket: str, key: str) -> datetime | None:
        """When a version was committed that lacks an event, after its key and before the commit that first carried it.

        What was rebased was authored before the version that it follows now: then there is none. A commit made here
        also follows what it took the place of, here.
        """
        first, moment = self.trails[ticket][key].first, recorded(key)
        if not first or not moment or first.commit.reach is Reach.OLD:
            return None
        followed = (self.since[ticket, name] for name in first.followed)
        found = [since for since in followed if moment + FUTURE < since < first.commit.authored]
        for other in self.dropped.get(ticket, ()) if first.commit.here else ():
            since = self.since[ticket, other.after.name]
            if key not in (other.after.events or {}) and moment + FUTURE < since <= first.commit.committed:
                found.append(since)
        return max(found, default=None)


def recorded(key: str) -> datetime | None:
    """The moment that a key carries, if it is one."""
    try:
        return ids.recorded(key) if ids.EVENT_KEY.fullmatch(key) else None
    except ValueError:
        return None
