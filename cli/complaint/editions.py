"""Owns which editions were changed after tickets were judged by them, as git's history tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from complaint.core.editions import changes
from complaint.core.editions import loosened as less
from complaint.core.errors import ComplaintError
from complaint.core.ticket import Ticket, happened, receipt
from complaint.git import Commit
from complaint.store import documents, files
from complaint.store.rules import PolicyFile
from complaint.workspace import Register

FOLDER = f"{files.REGISTER}/policies"


class Version(NamedTuple):
    """An edition's file as a commit has it; None for the commit: as it is now."""

    document: dict[str, Any]
    commit: Commit | None


class Edited(NamedTuple):
    """An edition whose rules are not what they were when the first ticket was recorded under it."""

    path: str
    line: int
    found: str


def edited(shop: Register, tickets: Sequence[Ticket], by: datetime | None = None) -> Iterator[Edited]:
    """Every such edition, of what was committed by then (None: as it stands now); ComplaintError if git cannot tell."""
    used = [(file, since) for file in shop.rules().files if (since := _first_use(shop, file, tickets))]
    commits = shop.commits([file.shown for file, _ in used])
    for file, since in used:
        own = [commit for commit in commits if commit.path == file.shown]
        then = [commit for commit in own if by is None or commit.moment <= by]
        versions = [version for commit in then for version in _version(shop, file, commit)]
        now = [Version(dict(file.document or {}), None)] if then == own else []
        if versions and file.document:
            yield from _edited(file, since, [*versions, *now])


def loosened(shop: Register, revision: str) -> Iterator[Edited]:
    """Every policy whose latest edition asks less than the latest one of a git revision, clause by clause."""
    then: dict[str, dict[str, Any]] = {}
    for name, data in shop.files_at(revision, FOLDER).items():
        document = _document(data, f"{FOLDER}/{name}") if name.endswith(".toml") else None
        if document is not None and _since(document) >= _since(then.get(_name(document), {})):
            then[_name(document)] = document
    now = {file.id: file for file in shop.rules().files if file.edition}
    for file in shop.rules().files:
        if file.edition and file.edition.effective_from >= _since(dict(now[file.id].document or {})):
            now[file.id] = file
    for policy_id, document in then.items():
        if policy_id not in now:
            yield Edited(FOLDER, 1, f"policy {policy_id} is gone")
            continue
        file = now[policy_id]
        for place, what in less(document, file.document or {}):
            yield Edited(file.shown, documents.line_of(file.text, place), what)


def _since(document: dict[str, Any]) -> date:
    since = document.get("policy", {}).get("effective_from")
    return since if isinstance(since, date) else date.min


def _name(document: dict[str, Any]) -> str:
    return str(document["policy"].get("id", ""))


def _document(data: bytes, shown: str) -> dict[str, Any] | None:
    """The edition that a file of the past wrote; None where it cannot be read as one."""
    try:
        document = documents.parsed(files.text_of(data, shown), shown)
        changes(document, document)  # only to see that it has the shape of an edition
    except (ComplaintError, AttributeError, KeyError, TypeError):
        return None
    return document if isinstance(document.get("policy"), dict) else None


def _first_use(shop: Register, file: PolicyFile, tickets: Sequence[Ticket]) -> datetime | None:
    """When the first ticket was recorded that is judged by an edition; None while there is none."""
    if file.edition is None:
        return None
    spans = [span for span in shop.rulebook.spans(file.id) if span[0].edition == file.edition.edition]
    moments = [
        ticket.events[0].recorded
        for ticket in tickets
        for _, begins, ends in spans
        if ticket.policy == file.id and begins <= receipt(happened(ticket) or ticket.events) < ends
    ]
    return min(moments, default=None)


def _version(shop: Register, file: PolicyFile, commit: Commit) -> Iterator[Version]:
    """The file as a commit has it, if it can be read there."""
    data = shop.files_at(commit.sha, FOLDER).get(file.shown.rpartition("/")[2])
    document = _document(data, file.shown) if data is not None else None
    if document is not None:
        yield Version(document, commit)


def _edited(file: PolicyFile, since: datetime, versions: Sequence[Version]) -> Iterator[Edited]:
    before = [
        number
        for number, each in enumerate(versions)
        if each.commit and each.commit.moment < since.replace(microsecond=0)
    ]
    first = before[-1] if before else 0
    differs = changes(versions[first].document, versions[-1].document)
    if not differs:
        return
    by = [new for old, new in pairwise(versions[first:]) if changes(old.document, new.document)]
    named = ", ".join(name for _, name in differs[:5]) + (f" and {len(differs) - 5} more" if len(differs) > 5 else "")
    found = f"changed after the first ticket was judged by it ({since:%Y-%m-%d}): {named}; {'; '.join(map(_who, by))}"
    yield Edited(file.shown, documents.line_of(file.text, differs[0][0]), found)


def _who(version: Version) -> str:
    commit = version.commit
    return f"{commit.sha[:10]} by {commit.author} on {commit.moment:%Y-%m-%d}" if commit else "not committed yet"
