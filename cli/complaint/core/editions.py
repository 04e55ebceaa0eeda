"""Owns what two versions of one edition judge differently; titles, citations and examples judge nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

TOLD = ("title", "cite", "summary", "reading", "example", "text")  # of a clause: for people only
HEAD = ("id", "edition", "effective_from", "days", "extends")
PARTS = ("lists", "approvals", "personal", "calendar")

Path = tuple[str | int, ...]


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """What the new document judges otherwise than the old one: its place in the new one, and its name."""
    return [*_of_head(old, new), *_of_clauses(old, new)]


def _of_head(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    for key in HEAD:
        if old.get("policy", {}).get(key) != new.get("policy", {}).get(key):
            yield ("policy", key), f"policy.{key}"
    for part in PARTS:
        if old.get(part) != new.get(part):
            yield (part,), part


def _of_clauses(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    before, after = _clauses(old), _clauses(new)
    places = {clause.get("id"): number for number, clause in enumerate(new.get("clause", ()))}
    for name in [*after, *(name for name in before if name not in after)]:
        if before.get(name) != after.get(name):
            how = "" if name in before and name in after else " (new)" if name in after else " (removed)"
            yield (("clause", places[name]) if name in places else ("policy",)), f"{name}{how}"


def _clauses(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        clause["id"]: {key: value for key, value in clause.items() if key not in TOLD} for clause in document["clause"]
    }
