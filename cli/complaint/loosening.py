"""Owns what policies, calendars and settings say otherwise than a git revision, and where they ask less."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from complaint.core.editions import changes, loosened
from complaint.core.errors import Unreadable
from complaint.editions import FOLDER, Edited, document_of
from complaint.store import documents, files
from complaint.store.home import SETTINGS
from complaint.workspace import Register

CALENDARS = f"{files.REGISTER}/calendars"


def differing(shop: Register, revision: str) -> Iterator[Edited]:
    """Every rule that is not what the revision says: clauses of the latest editions, then calendars, settings."""
    yield from _policies(shop, revision)
    for folder, name in ((CALENDARS, ""), (files.REGISTER, SETTINGS.rpartition("/")[2])):
        for file, data in shop.files_at(revision, folder).items():
            shown = f"{folder}/{file}"
            if name in ("", file) and _now(shop, shown) != data:
                yield Edited(shown, 1, "it says otherwise, or is gone: what is due may be another day")


def _now(shop: Register, shown: str) -> bytes | None:
    try:
        return files.read_bytes(shop.root / shown, limit=documents.LIMIT, shown=shown)
    except Unreadable:
        return None


def _policies(shop: Register, revision: str) -> Iterator[Edited]:
    then: dict[str, dict[str, Any]] = {}
    for name, data in shop.files_at(revision, FOLDER).items():
        document = document_of(data) if name.endswith(".toml") else None
        if document is not None and _since(document) >= _since(then.get(_name(document), {})):
            then[_name(document)] = document
    latest = {
        file.id: file
        for file in sorted(shop.rules().files, key=lambda file: _since(dict(file.document or {})))
        if file.edition
    }
    for policy_id, document in then.items():
        if policy_id not in latest:
            yield Edited(FOLDER, 1, f"policy {policy_id} is gone")
            continue
        file = latest[policy_id]
        now = dict(file.document or {})
        less = loosened(document, now)
        told = [*less]
        told += [(place, f"{name} differs") for place, name in changes(document, now) if place not in dict(less)]
        if document.get("audit") != now.get("audit"):
            told.append((("audit",), "the thresholds of the audit differ"))
        yield from (Edited(file.shown, documents.line_of(file.text, place), what) for place, what in told)


def _since(document: dict[str, Any]) -> date:
    since = document.get("policy", {}).get("effective_from")
    return since if isinstance(since, date) else date.min


def _name(document: dict[str, Any]) -> str:
    return str(document["policy"].get("id", ""))
