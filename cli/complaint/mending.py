"""Owns what `audit --fix` mends: layout, and header values that the events govern; never an event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from complaint.core.checks import HEADER, LAYOUT
from complaint.core.errors import ComplaintError
from complaint.core.lifecycle import fold
from complaint.core.ticket import happened
from complaint.core.vocabulary import GOVERNED
from complaint.store import files, lock, tickets
from complaint.store.editor import edited
from complaint.store.tickets import File, Stored
from complaint.store.tidy import tidied
from complaint.workspace import Register


def mended(shop: Register, found: Sequence[File], codes: frozenset[str]) -> list[str]:
    """Mends these tickets, under the lock, and returns the paths of those that it changed."""
    changed = []
    with lock.held(shop.root) as held:
        for file in found:
            held.note(file.path.parent.name)
            stored = tickets.load(file, shop.settings.size_limit)
            text = _mended(shop, stored, codes)
            if text != stored.text:
                files.replace(file.path, text.encode(), expected=stored.text.encode(), shown=file.shown)
                changed.append(file.shown)
    if changed and shop.settings.commit:
        from complaint import git

        git.commit(shop.root, changed, f"audit --fix: {len(changed)} tickets")
    return changed


def _mended(shop: Register, stored: Stored, codes: frozenset[str]) -> str:
    text = stored.text
    if HEADER in codes:
        wanted = _header(shop, stored)
        changes: Mapping[tuple[str, ...], Any] = {(key,): wanted.get(key) for key in GOVERNED}
        given = {place: value for place, value in changes.items() if value is not None}
        try:
            text = edited(text, set=given, unset=changes.keys() - given.keys(), where=stored.file.shown)
        except ComplaintError:  # an odd layout may be what is in the way
            text = edited(tidied(text), set=given, unset=changes.keys() - given.keys(), where=stored.file.shown)
    return tidied(text) if LAYOUT in codes else text


def _header(shop: Register, stored: Stored) -> dict[str, Any]:
    return fold(happened(stored.ticket), shop.rulebook.plan_roles(stored.ticket)).governed()
