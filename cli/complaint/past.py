"""Owns the past of tickets as git has it: its steps sorted by ticket, the versions on both sides of each step read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from complaint.core import ids
from complaint.core.proof import Change, Commit, Reach
from complaint.core.versions import GONE, Events, Version, events_of, grown, together
from complaint.git.history import History
from complaint.store import files
from complaint.store.tickets import MONTH

Blobs = tuple[str, ...]  # the files of one ticket: one, none, or copies of it in several folders


class Row(NamedTuple):
    """What a step did to one file of a ticket; an empty blob is no file."""

    ticket: str
    path: str
    before: str
    after: str


class Copies(NamedTuple):
    """The files of one ticket, with the path of one of them."""

    path: str
    blobs: Blobs


NOWHERE = Copies("", ())


class Edge(NamedTuple):
    """What a commit changed against one of its parents, or against nothing."""

    commit: Commit
    parent: str
    rows: Sequence[Row]


class Move(NamedTuple):
    """What a commit changed of one ticket: before, in each parent that had it otherwise, and after."""

    commit: Commit
    ticket: str
    path: str
    before: tuple[Blobs, ...]
    after: Blobs
    whole: bool  # every parent had it otherwise


@lru_cache(maxsize=1 << 16)
def ticket_of(path: str) -> str:
    """The id of the ticket whose file a path (from the register's root) is; empty if it is none's."""
    register, _, rest = path.partition("/")
    month, _, name = rest.partition("/")
    if register != files.REGISTER or not MONTH.fullmatch(month) or not name.lower().endswith(".toml"):
        return ""
    ticket = ids.normal(name[: -len(".toml")])
    return ticket if ids.is_id(ticket) else ""


def by_ticket(blobs: Mapping[str, str]) -> dict[str, Copies]:
    """The tickets among files, given by path and blob."""
    found: dict[str, Copies] = {}
    for path, blob in blobs.items():
        if ticket := ticket_of(path):
            found[ticket] = Copies(path, _sorted([*found.get(ticket, NOWHERE).blobs, blob]))
    return found


def moves(edges: Sequence[Edge], parents: Mapping[str, Sequence[str]], repository: History) -> Iterator[Move]:
    """What each commit changed of each ticket, in the order of `edges`."""
    still = _still(edges, repository)
    for commit, several in groupby(edges, key=attrgetter("commit")):
        found: dict[str, list[tuple[str, Blobs, Blobs]]] = {}
        for edge in several:
            for ticket, rows in _sorted_rows(edge).items():
                same = still.get((commit.sha, edge.parent, ticket), [])
                before, after = (_sorted([*(row[side] for row in rows), *same]) for side in (2, 3))
                if before != after:
                    found.setdefault(ticket, []).append((rows[-1].path, before, after))
        for ticket, each in found.items():
            whole = len(each) == max(1, len(parents[commit.sha]))
            yield Move(commit, ticket, each[0][0], tuple(before for _, before, _ in each), each[0][2], whole)


def _sorted_rows(edge: Edge) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in edge.rows:
        found.setdefault(row.ticket, []).append(row)
    return found


def _sorted(blobs: Iterable[str]) -> Blobs:
    return tuple(sorted({blob for blob in blobs if blob}))


def _still(edges: Sequence[Edge], repository: History) -> dict[tuple[str, str, str], list[str]]:
    """The copies of tickets in other folders that a step did not touch; few tickets ever had a second path."""
    paths: dict[str, set[str]] = {}
    regular: set[tuple[str, str]] = set()
    for row in (row for edge in edges for row in edge.rows):
        paths.setdefault(row.ticket, set()).add(row.path)
        regular.update(((row.path, row.before), (row.path, row.after)))
    asked = [
        (edge.commit.sha, edge.parent, ticket, path)
        for edge in edges
        for ticket, rows in _sorted_rows(edge).items()
        if len(paths[ticket]) > 1
        for path in paths[ticket] - {row.path for row in rows}
    ]
    found: dict[tuple[str, str, str], list[str]] = {}
    answers = repository.blobs_at((sha, path) for sha, _, _, path in asked) if asked else ()
    for (sha, parent, ticket, path), blob in zip(asked, answers, strict=True):
        if (path, blob) in regular:
            found.setdefault((sha, parent, ticket), []).append(blob)
    return found


def changes(found: Sequence[Move], repository: History, limit: int) -> Iterator[Change]:
    """The same with what the files held; a version of more than `limit` bytes is not read.

    Old changes of a ticket that nothing touched since are known by name only.
    """
    touched = {move.ticket for move in found if move.commit.reach is not Reach.OLD}
    shelf = _Shelf([move for move in found if move.ticket in touched], repository, limit)
    for move in found:
        commit, ticket, path, befores, after, whole = move
        if ticket not in touched:
            yield Change(commit, ticket, path, (), Version(name_of(after), None), whole)
        else:
            before = tuple(shelf.version(blobs) for blobs in befores)
            yield Change(commit, ticket, path, before, shelf.version(after, befores[0]), whole)
            shelf.clear(move)
    shelf.finish()


def version(blobs: Blobs, events: Mapping[str, Events | None]) -> Version:
    """The version that some files make, by what each of them records."""
    if not blobs:
        return GONE
    return Version(name_of(blobs), together([events[blob] for blob in blobs]) if blobs[1:] else events[blobs[0]])


def name_of(blobs: Blobs) -> str:
    """What a version made of some files is called."""
    return "+".join(blobs)


class _Shelf:
    """Versions read once, in the order in which they are wanted, and kept as long as they are wanted again."""

    def __init__(self, found: Iterable[Move], repository: History, limit: int) -> None:
        self.repository = repository
        self.left = Counter(blob for move in found for blob in _wanted(move))
        self.coming = repository.blobs(list(self.left), limit)
        self.events: dict[str, Events | None] = {}
        self.sizes: dict[str, int] = {}

    def version(self, blobs: Blobs, older: Blobs = ()) -> Version:
        """A version; the one it follows, if told, spares reading what both begin with."""
        for blob in blobs:
            if blob not in self.events:
                _, data = next(self.coming)
                self.events[blob] = None if data is None else self._grown(older, data) or events_of(data)
                self.sizes[blob] = len(data or b"")
        return version(blobs, self.events)

    def _grown(self, older: Blobs, data: bytes) -> Events | None:
        """Most commits add to the end of a file; then the older file's name is that of the beginning of the new one."""
        for blob in older:
            size, events = self.sizes[blob], self.events[blob]
            if events is not None and data[size - 1 : size] == b"\n" and self.repository.blob_id(data[:size]) == blob:
                return grown(events, data[size:])
        return None

    def clear(self, move: Move) -> None:
        """Forgets what this move was the last to want."""
        for blob in _wanted(move):
            self.left[blob] -= 1
            if not self.left[blob]:
                del self.events[blob], self.sizes[blob]

    def finish(self) -> None:
        """Hears git out, so that its complaints are heard too."""
        for _ in self.coming:
            pass


def _wanted(move: Move) -> Iterator[str]:
    for blobs in (*move.before, move.after):
        yield from blobs
