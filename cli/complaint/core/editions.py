"""Owns what two versions of one edition judge differently; titles, citations and examples judge nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
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


def loosened(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[Path, str]]:
    """What the new document asks less of than the old one: its place in the new one, and what in words."""
    before, after = _clauses(old), _clauses(new)
    places = {clause.get("id"): number for number, clause in enumerate(new.get("clause", ()))}
    gone: list[tuple[Path, str]] = [(("policy",), f"{name} is gone") for name in before if name not in after]
    return gone + [
        (("clause", places[name]), f"{name}: {what}")
        for name, clause in before.items()
        if name in after
        for what in _less(clause, after[name])
    ]


def _less(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    old, new = before.get("allow", {}), after.get("allow", {})
    if old and not new:
        yield "its limit is gone"
    for family, units in FAMILIES.items():
        spans = [sum(each.get(unit, 0) * worth for unit, worth in units.items()) for each in (old, new)]
        if all(spans) and spans[1] > spans[0]:
            yield f"its limit was {spans[0]:g} {family}, it is {spans[1]:g}"
    for key in ("amount", "least", "most"):
        if key in before and Decimal(after.get(key, "0")) < Decimal(before[key]):
            yield f"{key} was {before[key]}, it is {after.get(key, 'unset')}"
    for key in ASKED:
        if key in before and key not in after:
            yield f"{key} is gone"


FAMILIES: Mapping[str, Mapping[str, float]] = {
    "minutes": {"seconds": 1 / 60, "minutes": 1, "hours": 60},
    "working days": {"working_days": 1},
    "calendar days": {"calendar_days": 1},
    "months": {"months": 1},
}
ASKED = ("before", "evidence", "approvals", "role", "same_person", "fields", "forbids", "at_most", "keep", "counts")
