"""Owns the proof against git of a whole register: reads its history and its files, and says what cannot be proven."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from complaint import clock
from complaint.core.errors import ComplaintError, Unreadable
from complaint.core.moments import moment
from complaint.core.proof import UNCOMMITTED, Change, Commit, Ledger, Reach
from complaint.core.suspects import Suspect, Within, holds_personal, missing, named, personal, suspects
from complaint.core.text import show
from complaint.core.ticket import FUTURE
from complaint.core.versions import Events, events_of
from complaint.git.history import Graph, History, Step, Unborn
from complaint.past import NOWHERE, Copies, Edge, Row, by_ticket, changes, moves, ticket_of, version
from complaint.store import files
from complaint.store import tickets as ticket_files
from complaint.workspace import Register

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PLACE = re.compile(r"(?:(.*)/)?complaints\.d/20[0-9]{2}-[0-9]{2}/[^/]+\.toml")
BREAKS = ("G001", "G002", "G003")
_LONGEST = 60  # symbols of a name that a message repeats


class Proof(NamedTuple):
    """What git proves of a register: how many commits and tickets were compared, what is wrong, what proves nothing.

    `not_checked` says why there is no proof; nothing else counts then. `notes` are gaps in a proof that there is;
    `revision` is the commit compared with, if one was named.
    """

    problems: tuple[Suspect, ...] = ()
    not_checked: str = ""
    commits: int = 0
    tickets: int = 0
    notes: tuple[str, ...] = ()
    revision: str = ""


def proved(
    shop: Register, *, against: str | None = None, history: bool = False, within: Within = lambda _: None
) -> Proof:
    """Compares a register as it is with a revision of it (a name, or a day), with all its history, or with both."""
    try:
        repository = History(shop.root, files.REGISTER)
    except ComplaintError as reason:
        if isinstance(reason, Unborn) and against == "HEAD" and not history:
            return Proof(notes=("nothing is committed yet, so nothing can have been changed since",))
        return Proof(not_checked=str(reason).replace("\n", "; "))
    revision = _revision(shop, repository, against) if against is not None else ""
    try:
        proofs = [_Proving(shop, repository).proof(within)] if history else []
        proofs += [_Proving(shop, repository, revision, str(against)).proof(within)] if revision else []
        proof = _merged(proofs)._replace(revision=revision)
        return proof if history else _repaired(shop, repository, proof)
    except ComplaintError as reason:
        return Proof(not_checked=str(reason).replace("\n", "; "))


def _repaired(shop: Register, repository: History, proof: Proof) -> Proof:
    """What was broken before the revision and is put back now is no new break; only the whole history tells."""
    if not any(each.code in BREAKS for each in proof.problems):
        return proof
    past = _Proving(shop, repository).proof(lambda _: None).problems
    back = {(each.ticket, each.key): each for each in past if each.mended}
    told = (back.get((each.ticket, each.key), each) if each.code in BREAKS else each for each in proof.problems)
    return proof._replace(problems=tuple(dict.fromkeys(told)))


def _revision(shop: Register, repository: History, typed: str) -> str:
    """The commit that `typed` names; a day is the last commit of HEAD's own line by the end of it."""
    try:
        return repository.commit_of(typed)
    except ComplaintError as error:
        try:
            end = moment(typed, shop.settings.zone, where="--against", day_end=True)
        except ComplaintError:
            allowed = "allowed: a branch, a tag, a commit, or a day such as 2026-03-01"
            raise ComplaintError(error.found, allowed, where="--against") from None
    if moment(typed, shop.settings.zone, where="--against", day_end=False) > clock.now():
        raise ComplaintError(f"{typed} lies in the future", "name a day that is past", where="--against")
    found = repository.last_before(end.timestamp())
    if not found:
        raise ComplaintError(f"there is no commit by the end of {typed}", "name a later day", where="--against")
    return found


def _merged(proofs: list[Proof]) -> Proof:
    problems = {
        (each.code, each.ticket, each.key, each.sha): each for proof in reversed(proofs) for each in proof.problems
    }
    ordered = sorted(problems.values(), key=lambda each: (each.path, each.key, each.code, each.message))
    reason = next((proof.not_checked for proof in proofs if proof.not_checked), "")
    notes = tuple(dict.fromkeys(note for proof in proofs for note in proof.notes))
    counts = (max((proof.commits for proof in proofs), default=0), max((proof.tickets for proof in proofs), default=0))
    return Proof(tuple(ordered), reason, *counts, notes)


class _Proving:
    """One comparison: with the whole history, or with one commit (`revision`, typed so) and what came since."""

    def __init__(self, shop: Register, repository: History, revision: str = "", typed: str = "") -> None:
        self.shop, self.repository, self.revision, self.typed = shop, repository, revision, typed
        self.zone, self.limit = shop.settings.zone, shop.settings.size_limit
        self.graph = repository.graph(*filter(None, (repository.head, revision)), hidden=not revision)
        self.reach = self._reached()
        self.made = repository.made()
        self.commits: dict[str, Commit] = {}
        self.spoken: list[Suspect] = []
        self.ledger = Ledger()

    def proof(self, within: Within) -> Proof:
        """What it comes to."""
        found = list(moves(self._edges(), self.graph, self.repository))
        if not found and self.revision:
            return Proof(notes=(f"no ticket is committed, neither in {show(self.typed)} nor since",))
        if not found:
            return Proof(not_checked="no ticket is committed: git proves nothing of files that it does not track")
        for change in changes(found, self.repository, self.limit):
            self.ledger.follow(change)
        head = self.repository.files(self.repository.head)
        desk = _Desk(self.shop, self.repository, set(head.values()))
        for change in desk.compared(by_ticket(head)):
            self.ledger.follow(change)
        if not self.ledger.trails and self.ledger.unread:
            return Proof(not_checked="no committed version of a ticket can be read")
        problems = [*suspects(self.ledger, self.zone, within), *self.spoken]
        old = by_ticket(self.repository.files(self.revision)) if self.revision else {}
        moved = self._elsewhere() if self.revision and not old else ""
        if moved:
            return Proof(
                not_checked=f"{show(self.typed)} holds its tickets in another folder, {moved}: nothing is compared"
            )
        for change in desk.compared(old) if self.revision else ():
            problems += missing(self.ledger, change, self._where())
        notes = (*self._notes(len(desk.files.keys() - by_ticket(head).keys())), *self._empty(old))
        return Proof(tuple(problems), "", len(self.commits), len({move.ticket for move in found}), notes)

    def _elsewhere(self) -> str:
        """Another folder in which the revision has tickets, if the register's own has none there."""
        found = (PLACE.fullmatch(name) for name in self.repository.names(self.revision))
        return next((show(place[1] or "the root of the repository") for place in found if place), "")

    def _where(self) -> str:
        follows = self.revision in _before(self.graph, [self.repository.head])
        more = "" if follows else ", which HEAD does not descend from: merge it, or history was rewritten"
        return show(self.typed) + more

    def _reached(self) -> dict[str, Reach]:
        """Of every commit, from where it is reached; what is not among them only a reflog still knows."""
        mine = dict.fromkeys(_before(self.graph, [self.repository.head]), Reach.HEAD)
        if self.revision:
            return mine | dict.fromkeys(_before(self.graph, [self.revision]), Reach.OLD)
        return dict.fromkeys(_before(self.graph, self.repository.tips()), Reach.LIVE) | mine

    def _edges(self) -> list[Edge]:
        """What each commit changed of tickets; its message is looked at here, and not kept."""
        edges = []
        for step in self.repository.steps(self.graph):
            commit = self.commits.get(step.commit)
            if not commit:
                commit = self.commits[step.commit] = self._commit(step)
                if commit.reach is Reach.HEAD and holds_personal(step.message):
                    self.spoken.append(personal(commit, step.files[0][0], self.zone))
            rows = [Row(ticket, *file) for file in step.files if (ticket := ticket_of(file[0]))]
            if rows:
                edges.append(Edge(commit, step.parent, rows))
        return edges

    def _commit(self, step: Step) -> Commit:
        rewritten = not self.revision and len(self.reach) < len(self.graph)
        here = rewritten and (step.commit, step.committed) in self.repository.moves
        author, committer = (show(name)[:_LONGEST] for name in (step.author, step.committer))
        who = author if author == committer else f"{author} (committed by {committer})"
        made = max(step.committed, self.made.get(step.commit, 0))
        forged = made - step.committed > FUTURE.total_seconds()  # it says that it is older than what it came after
        authored, made = (made + 1, made + 1) if forged else (step.authored, made)
        dates = (_EPOCH + timedelta(seconds=authored), _EPOCH + timedelta(seconds=made))
        reach = self.reach.get(step.commit, Reach.REFLOG)
        return Commit(step.commit, who, *dates, reach, len(self.graph[step.commit]) > 1, here)

    def _notes(self, new: int) -> Iterator[str]:
        unread = self.ledger.unread
        if unread:
            path, commit = unread[0]
            first = f"the first: {path} in {named(commit, self.zone)}"
            yield f"versions of tickets that cannot be read, and prove nothing: {len(unread)}, {first}"
        if new:
            yield f"tickets that are not committed yet, of which git proves nothing: {new}"

    def _empty(self, old: Mapping[str, Copies]) -> Iterator[str]:
        if self.revision and not old:
            yield f"{show(self.typed)} holds no ticket"


class _Desk:
    """The files of the register as they lie there now, beside those of commits."""

    def __init__(self, shop: Register, repository: History, known: set[str]) -> None:
        self.repository, self.limit = repository, shop.settings.size_limit
        self.edited: dict[str, Events | None] = {}
        blobs: dict[str, str] = {}
        for file in ticket_files.listed(shop.root):
            if isinstance(file, ticket_files.File) and ticket_of(file.shown):
                blob = self._blob(file, known)
                if blob:
                    blobs[file.shown] = blob
        self.files = by_ticket(blobs)

    def _blob(self, file: ticket_files.File, known: set[str]) -> str:
        """The name of what a file holds; empty if there is no file, or something else than a file."""
        try:
            data = files.read_bytes(file.path, limit=self.limit, shown=file.shown)
        except Unreadable:
            if not file.path.is_file() or file.path.is_symlink():
                return ""
            self.edited[file.shown] = None
            return file.shown
        blob = self.repository.blob_id(data)
        if blob not in known:
            self.edited[blob] = events_of(data)
        return blob

    def compared(self, there: Mapping[str, Copies]) -> Iterator[Change]:
        """What was done to each ticket of a commit and is not committed yet."""
        pairs: list[tuple[str, Copies, Copies]] = []
        for ticket in sorted(there.keys() | self.files.keys()):
            before, after = there.get(ticket, NOWHERE), self.files.get(ticket, NOWHERE)
            if before.blobs != after.blobs:
                pairs.append((ticket, before, after))
        wanted = [blob for _, before, after in pairs for blob in (*before.blobs, *after.blobs)]
        unknown = [blob for blob in dict.fromkeys(wanted) if blob not in self.edited]
        read = self.repository.blobs(unknown, self.limit)
        events = self.edited | {blob: None if data is None else events_of(data) for blob, data in read}
        for ticket, before, after in pairs:
            path = before.path or after.path
            yield Change(UNCOMMITTED, ticket, path, (version(before.blobs, events),), version(after.blobs, events))


def _before(graph: Graph, tips: Iterable[str]) -> set[str]:
    """Some commits and all that they descend from."""
    found: set[str] = set()
    left = [tip for tip in tips if tip in graph]
    while left:
        sha = left.pop()
        if sha not in found:
            found.add(sha)
            left += graph[sha]
    return found
