"""Owns which editions were changed after tickets were judged by them, as git's history tells.

An edition is known by its policy and its name, whatever its file is called. When a commit was made is told by the order
of history: none is older than what it came after, whatever date it bears.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from complaint.core.editions import changes
from complaint.core.errors import ComplaintError
from complaint.core.ticket import Ticket, happened, receipt
from complaint.git.history import History, Unborn
from complaint.store import documents, files
from complaint.workspace import Register

FOLDER = f"{files.REGISTER}/policies"
GONE: dict[str, Any] = {}
NEVER = datetime.max.replace(tzinfo=UTC)

Key = tuple[str, str]  # policy and edition
Editions = Mapping[Key, tuple[str, dict[str, Any]]]  # by key, the path of the file and its document


class Version(NamedTuple):
    """An edition from a commit on (GONE: its file is gone); `who` names the commit, made at `at` at the earliest."""

    document: dict[str, Any]
    at: datetime
    who: str


class Edited(NamedTuple):
    """An edition whose rules are not what they were when the first ticket was recorded under it."""

    path: str
    line: int
    found: str


def edited(shop: Register, tickets: Sequence[Ticket], by: datetime | None = None) -> Iterator[Edited]:
    """Every such edition, of what was committed by then (None: as it stands now); ComplaintError if git cannot tell."""
    history = _history(shop)
    now = {
        (file.id, file.edition.edition): (file.shown, dict(file.document or {}), file.text)
        for file in shop.rules().files
        if file.edition
    }
    starts = _starts(history, {key: document for key, (_, document, _) in now.items()})
    for key, versions in history.items():
        since = _first_use(shop, tickets, key, starts)
        path, document, text = now.get(key, (FOLDER, GONE, ""))
        then = [version for version in versions if by is None or version.at <= by]
        if since and then:
            yield from _edited(path, text, since, _with(then, document) if then == versions else then)
    for key, (path, document, text) in now.items():
        since = _first_use(shop, tickets, key, starts)
        first = history[key][0].at if key in history else NEVER
        older = [versions[0].at for other, versions in history.items() if other[0] == key[0] and other != key]
        late = timedelta(**document.get("audit", {}).get("committed_within", {}))
        if since and since + late < first and any(at < first for at in older) and (by is None or first <= by):
            found = f"tickets recorded since {since:%Y-%m-%d} are judged by it, and it was not there before"
            yield Edited(
                path,
                documents.line_of(text, ("policy", "effective_from")),
                f"{found}: {document['policy']['effective_from']}",
            )


def _with(versions: Sequence[Version], document: dict[str, Any]) -> list[Version]:
    same = versions[-1].document == document
    return [*versions, *([] if same else [Version(document, NEVER, "not committed yet")])]


def _history(shop: Register) -> dict[Key, list[Version]]:
    """The versions of every edition that was ever committed, in the order of history."""
    try:
        repository = History(shop.root, FOLDER)
    except Unborn:  # what was never committed was never changed since
        return {}
    graph = repository.graph(repository.head)
    steps = {step.commit: step for step in repository.steps(graph)}
    made, known, found = repository.made(), _Documents(repository), dict[Key, list[Version]]()
    for sha, step in steps.items():
        at = datetime.fromtimestamp(made.get(sha, step.committed), UTC)
        there = known.at(sha)
        who = f"{sha[:10]} by {step.author} on {datetime.fromtimestamp(step.committed, shop.settings.zone):%Y-%m-%d}"
        for key in {**there, **found}:
            document = there[key][1] if key in there else GONE
            versions = found.setdefault(key, [])
            if not versions or versions[-1].document != document:
                versions.append(Version(document, at, who))
    return found


class _Documents:
    """The editions that commits hold; each version of a file is read once."""

    def __init__(self, repository: History) -> None:
        self.repository = repository
        self.read: dict[str, dict[str, Any] | None] = {}

    def at(self, commit: str) -> Editions:
        """The editions of a commit that can be read as such."""
        blobs = {path: blob for path, blob in self.repository.files(commit).items() if path.endswith(".toml")}
        new = [blob for blob in dict.fromkeys(blobs.values()) if blob not in self.read]
        for blob, data in self.repository.blobs(new, documents.LIMIT) if new else ():
            self.read[blob] = document_of(data)
        found = ((path, self.read[blob]) for path, blob in blobs.items())
        return {
            (str(document["policy"].get("id")), str(document["policy"].get("edition"))): (path, document)
            for path, document in found
            if document is not None
        }


def document_of(data: bytes | None) -> dict[str, Any] | None:
    """The edition that a file of the past wrote; None where it cannot be read as one."""
    try:
        document = documents.parsed(files.text_of(data or b"", FOLDER), FOLDER)
        changes(document, document)  # only to see that it has the shape of an edition
    except (ComplaintError, AttributeError, KeyError, TypeError):
        return None
    return document if isinstance(document.get("policy"), dict) else None


def _starts(history: Mapping[Key, Sequence[Version]], now: Mapping[Key, dict[str, Any]]) -> dict[Key, date]:
    """By edition, the earliest day from which any version of it was in force."""
    starts: dict[Key, date] = {}
    told = [(key, version.document) for key, versions in history.items() for version in versions]
    for key, document in [*told, *now.items()]:
        since = document.get("policy", {}).get("effective_from")
        if isinstance(since, date):
            starts[key] = min(starts.get(key, since), since)
    return starts


def _first_use(shop: Register, tickets: Sequence[Ticket], key: Key, starts: Mapping[Key, date]) -> datetime | None:
    """When the first ticket was recorded that an edition judges; None while there is none."""
    if key not in starts:
        return None
    zone = shop.settings.zone
    begins = datetime.combine(starts[key], time(), zone)
    later = [day for (policy, _), day in starts.items() if policy == key[0] and day > starts[key]]
    ends = datetime.combine(min(later), time(), zone) if later else NEVER
    bases = {
        name: {base for each in several for base in each.extends} for name, several in shop.rulebook.editions.items()
    }
    moments = [
        ticket.events[0].recorded
        for ticket in tickets
        if key[0] in (ticket.policy, *bases.get(ticket.policy, ()))
        and begins <= receipt(happened(ticket) or ticket.events) < ends
    ]
    return min(moments, default=None)


def _judges_otherwise(old: Version, new: Version) -> bool:
    return GONE in (old.document, new.document) or bool(changes(old.document, new.document))


def _edited(path: str, text: str, since: datetime, versions: Sequence[Version]) -> Iterator[Edited]:
    before = [number for number, each in enumerate(versions) if each.at < since.replace(microsecond=0)]
    first = before[-1] if before else 0
    then, now = versions[first].document, versions[-1].document
    if then == GONE:
        return
    by = "; ".join(new.who for old, new in pairwise(versions[first:]) if _judges_otherwise(old, new))
    if now == GONE:
        yield Edited(
            path, 1, f"{then['policy']['id']} {then['policy']['edition']} is gone, and tickets were judged by it; {by}"
        )
        return
    differs = changes(then, now)
    if differs:
        named = ", ".join(name for _, name in differs[:5])
        named += f" and {len(differs) - 5} more" if len(differs) > 5 else ""
        found = f"changed after the first ticket was judged by it ({since:%Y-%m-%d}): {named}; {by}"
        yield Edited(path, documents.line_of(text, differs[0][0]), found)
