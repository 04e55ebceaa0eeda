"""Owns all that can be wrong in a policy: its keys and values, then what it refers to, then missing precedence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from complaint.core.errors import allowed_words
from complaint.core.policy import ROLES
from complaint.core.policy_shape import LENGTHS, SHAPE
from complaint.core.selector import selector
from complaint.core.shape import Mistake, Path
from complaint.core.vocabulary import STEPS, WORDS


def mistakes(document: Mapping[str, Any], calendars: Sequence[str] | None = None) -> list[Mistake]:
    """Every mistake of a policy document: keys and values first; references only when those are sound."""
    return list(SHAPE.check(document, ())) or list(_references(document, calendars))


def _references(document: Mapping[str, Any], calendars: Sequence[str] | None) -> Iterator[Mistake]:
    days = document["policy"].get("days", "cn")
    if calendars is not None and days not in calendars:
        yield Mistake(("policy", "days"), f'there is no calendar "{days}"', allowed_words(days, tuple(calendars)))
    for name, hours in document.get("calendar", {}).items():
        if {"daily", "weekly"} <= hours.keys():
            yield Mistake(
                ("calendar", name),
                "both daily and weekly hours",
                "allowed: one of daily (every day of the year) and weekly (working days)",
            )
    clauses = document.get("clause", [])
    ids = [clause["id"] for clause in clauses]
    steps = (*STEPS, *document.get("steps", {}))
    for position, clause in enumerate(clauses):
        path: Path = ("clause", position)
        if ids.index(clause["id"]) != position:
            yield Mistake(
                (*path, "id"), f'a second clause is called "{clause["id"]}"', "every clause has an id of its own"
            )
        yield from _clause_references(clause, path, ids, steps, tuple(document.get("calendar", {})))
        yield from _condition_words(clause, path, document)
    yield from _overlaps(clauses)


def _clause_references(
    clause: Mapping[str, Any], path: Path, ids: list[str], steps: tuple[str, ...], hours: tuple[str, ...]
) -> Iterator[Mistake]:
    for key in ("exception_to", "replaces", "configures", "limits", "follows"):
        for other in _listed(clause.get(key)):
            if other not in ids or other == clause["id"]:
                yield Mistake((*path, key), f'there is no other clause "{other}"', allowed_words(other, tuple(ids)))
    for other in _listed(clause.get("counts", {}).get("of")):
        if other not in ids:
            yield Mistake((*path, "counts", "of"), f'there is no clause "{other}"', allowed_words(other, tuple(ids)))
    named_by = {role: clause.get(role) for role in ROLES} | {"attempts": clause.get("attempts", {}).get("of")}
    for role, texts in named_by.items():
        for named in map(selector, _listed(texts)):
            if named.type == "step" and named.word and named.word not in steps:
                yield Mistake((*path, role), f'there is no step "{named.word}"', allowed_words(named.word, steps))
    for place in (("allow", "calendar"), ("calendar",)):
        name = (clause.get("allow", {}) if len(place) == 2 else clause).get("calendar")
        if name is not None and name not in hours:
            yield Mistake((*path, *place), f"there is no [calendar.{name}]", allowed_words(name, hours))
    yield from _incomplete(clause, path)


def _incomplete(clause: Mapping[str, Any], path: Path) -> Iterator[Mistake]:
    """Keys that only together say something."""
    lengths = [key for key in LENGTHS if key in clause.get("allow", {})]
    if "allow" in clause and len(lengths) != 1:
        allowed = f"allowed: exactly one of {', '.join(LENGTHS)}"
        yield Mistake((*path, "allow"), f"it gives {len(lengths)} lengths", allowed)
    if clause["kind"] == "contact-attempts" and not {"attempts", "met_by", "configures"} & clause.keys():
        yield Mistake(path, "nothing meets it", "name attempts, met_by or both")
    if clause["kind"] == "fine" and ("least" in clause) != ("most" in clause):
        yield Mistake(path, "it names half a range", "allowed: amount, or least and most, or neither (only costs)")
    if "least" in clause and "most" in clause and Decimal(clause["least"]) > Decimal(clause["most"]):
        yield Mistake((*path, "least"), f"{clause['least']} is above most, {clause['most']}", "swap least and most")
    counts = clause.get("counts", {})
    if counts.get("charges") == "each-beyond" and counts.get("window", "ever").startswith("rolling-"):
        found = "a rolling window ends with the occurrence that reaches its number, so nothing lies beyond it"
        yield Mistake((*path, "counts", "window"), found, "allowed with each-beyond: ever, year, month, week")
    if "outcomes" in clause and "before" not in clause and clause["kind"] != "fine":
        yield Mistake((*path, "outcomes"), "outcomes without before", 'add before = "closed", or leave outcomes out')


def _condition_words(clause: Mapping[str, Any], path: Path, document: Mapping[str, Any]) -> Iterator[Mistake]:
    when = clause.get("when", [])
    for condition in [when] if isinstance(when, dict) else when:
        for key, wanted in condition.items():
            name = "flag" if key == "flags" else key
            allowed = tuple(document.get("lists", {}).get(name, WORDS.get(name, ())))
            for word in wanted if isinstance(wanted, list) else ():
                if allowed and word not in allowed:
                    yield Mistake((*path, "when", key), f'there is no {name} "{word}"', allowed_words(word, allowed))


def _overlaps(clauses: Sequence[Mapping[str, Any]]) -> Iterator[Mistake]:
    """Two clauses that set a limit for the same act from the same start, for the same tickets, without precedence."""
    timed = [
        (position, clause)
        for position, clause in enumerate(clauses)
        if clause["kind"] == "deadline" and "allow" in clause
    ]
    for index, (position, one) in enumerate(timed):
        for _, other in timed[:index]:
            if _decides_the_same(one, other) and not _precedence(one, other):
                found = f"{one['id']} and {other['id']} decide the same thing for the same tickets, without precedence"
                yield Mistake(
                    ("clause", position),
                    found,
                    f'say which is the exception: exception_to = "{other["id"]}" in {one["id"]}, or the reverse',
                )


def _decides_the_same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if "until" in one["allow"] or "until" in other["allow"]:
        return False
    same = all(
        sorted(_listed(one.get(key))) == sorted(_listed(other.get(key))) for key in ("starts", "met_by", "met_after")
    )
    return same and _may_meet(one.get("when", []), other.get("when", []))


def _listed(value: object) -> list[str]:
    return [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []


def _may_meet(one: Any, other: Any) -> bool:
    """Whether some ticket may fit both conditions: no key demands disjoint words."""
    mine = [one] if isinstance(one, dict) else one or [{}]
    theirs = [other] if isinstance(other, dict) else other or [{}]
    return any(not _disjoint(a, b) for a in mine for b in theirs)


def _disjoint(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    for key in one.keys() & other.keys():
        if isinstance(one[key], bool) or isinstance(other[key], bool):
            if one[key] != other[key]:
                return True
        elif key != "flags" and not set(one[key]) & set(other[key]):
            return True
    return False


def _precedence(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return other["id"] in _listed(one.get("exception_to")) or one["id"] in _listed(other.get("exception_to"))
