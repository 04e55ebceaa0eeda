"""Owns all that can be wrong in a policy: its keys and values, then what it refers to, then missing precedence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from complaint.core.errors import allowed_words
from complaint.core.policy import ROLES, TIMED
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
    kinds = {clause["id"]: str(clause["kind"]) for clause in clauses}
    steps = (*STEPS, *document.get("steps", {}))
    for position, clause in enumerate(clauses):
        path: Path = ("clause", position)
        if ids.index(clause["id"]) != position:
            yield Mistake(
                (*path, "id"), f'a second clause is called "{clause["id"]}"', "every clause has an id of its own"
            )
        yield from _clause_references(clause, path, kinds, steps, tuple(document.get("calendar", {})))
        yield from _condition_words(clause, path, document)
    yield from _cycles(clauses)
    yield from _overlaps(clauses)


def _clause_references(
    clause: Mapping[str, Any], path: Path, kinds: Mapping[str, str], steps: tuple[str, ...], hours: tuple[str, ...]
) -> Iterator[Mistake]:
    yield from _named_clauses(clause, path, kinds)
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


def _named_clauses(clause: Mapping[str, Any], path: Path, kinds: Mapping[str, str]) -> Iterator[Mistake]:
    """Clauses that are named but not there, or that are of a kind which cannot be meant."""
    for key in ("exception_to", "replaces", "configures", "limits", "follows"):
        for other in _listed(clause.get(key)):
            if other not in kinds or other == clause["id"]:
                yield Mistake((*path, key), f'there is no other clause "{other}"', allowed_words(other, tuple(kinds)))
            elif key == "limits" and kinds[other] not in TIMED:
                timed = tuple(id_ for id_, kind in kinds.items() if kind in TIMED)
                found = f"{other} is of the kind {kinds[other]} and has no clock that could be missed"
                yield Mistake((*path, key), found, allowed_words(other, timed))
    for place, counter in _counters(clause):
        for other in _listed(counter.get("of")):
            if other not in kinds:
                found = f'there is no clause "{other}"'
                yield Mistake((*path, *place, "of"), found, allowed_words(other, tuple(kinds)))
            elif kinds[other] != "fine":
                fines = tuple(id_ for id_, kind in kinds.items() if kind == "fine")
                found = f"{other} is of the kind {kinds[other]}; violations are recorded under fine clauses only"
                yield Mistake((*path, *place, "of"), found, allowed_words(other, fines))


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
    if clause["kind"] == "fine" and "counts" in clause and not {"amount", "least", "most"} & clause.keys():
        yield Mistake((*path, "counts"), "it counts and would cost 0", "add amount, or least and most")
    if "again" in clause and "limits" not in clause:
        found = "again without limits: no limit is missed before the customer complains again"
        yield Mistake((*path, "again"), found, "add limits, or leave again out")
    for place, counter in _counters(clause):
        if counter.get("charges") == "each-beyond" and counter.get("window", "ever").startswith("rolling-"):
            found = "a rolling window ends with the occurrence that reaches its number, so nothing lies beyond it"
            yield Mistake((*path, *place, "window"), found, "allowed with each-beyond: ever, year, month, week")
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


def _cycles(clauses: Sequence[Mapping[str, Any]]) -> Iterator[Mistake]:
    """Clauses of which each takes the place of the next and the last of the first: none of them would be left."""
    beats = {clause["id"]: _listed(clause.get("exception_to")) for clause in clauses}
    told: set[frozenset[str]] = set()
    for position, clause in enumerate(clauses):
        cycle = _way_back(clause["id"], beats)
        if len(cycle) > 1 and frozenset(cycle) not in told:
            told.add(frozenset(cycle))
            yield Mistake(
                ("clause", position, "exception_to"),
                f"each takes the place of the next, in a circle: {', '.join((*cycle, cycle[0]))}",
                "leave one direction out",
            )


def _way_back(start: str, beats: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The shortest way from a clause over those it takes the place of back to itself; empty if there is none."""
    seen = {start}
    ways: list[tuple[str, ...]] = [(start,)]
    for way in ways:  # grows while it is read
        for other in beats.get(way[-1], ()):
            if other == start:
                return way
            if other not in seen:
                seen.add(other)
                ways.append((*way, other))
    return ()


def _overlaps(clauses: Sequence[Mapping[str, Any]]) -> Iterator[Mistake]:
    """Two clauses that decide the same thing for the same tickets, without precedence."""
    deciding = [(position, clause, _decisions(clause)) for position, clause in enumerate(clauses)]
    deciding = [each for each in deciding if each[2]]
    for index, (position, one, mine) in enumerate(deciding):
        for _, other, theirs in deciding[:index]:
            if any(_meets(each, one, other) for each in mine & theirs) and not _precedence(one, other):
                found = f"{one['id']} and {other['id']} decide the same thing for the same tickets, without precedence"
                yield Mistake(
                    ("clause", position),
                    found,
                    f'say which is the exception: exception_to = "{other["id"]}" in {one["id"]}, or the reverse',
                )


Decision = tuple[object, ...]


def _decisions(clause: Mapping[str, Any]) -> set[Decision]:
    """What a clause decides: a limit for an act from a start; what missed limits cost; what so many occurrences cost.

    A time that the event tells decides nothing beforehand; a fine that `follows` or may `stack` is meant to be added.
    """
    if clause["kind"] == "deadline" and "allow" in clause and "until" not in clause["allow"]:
        return {("deadline", *(_set(clause.get(key)) for key in ("starts", "met_by", "met_after")))}
    if clause["kind"] != "fine" or "follows" in clause or clause.get("stack"):
        return set()
    missed = {("limits", _set(clause["limits"]), _set(clause.get("again")))} if "limits" in clause else set()
    return missed | {
        (
            "counts",
            _set(counter.get("of", clause["id"])),
            _set(counter.get("outcomes", ["proven"])),
            _set(counter.get("per", ["payer"])),
            counter.get("window", "ever"),
            counter["reach"],
            counter.get("charges", "once"),
        )
        for _, counter in _counters(clause)
    }


def _meets(decision: Decision, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both may decide it for one ticket. Counters count whatever the conditions are."""
    return decision[0] == "counts" or _may_meet(one.get("when", []), other.get("when", []))


def _counters(clause: Mapping[str, Any]) -> list[tuple[Path, Mapping[str, Any]]]:
    """The counters of a clause, one or several, each with its place in the clause."""
    written = clause.get("counts", [])
    if isinstance(written, list):
        return [(("counts", number), counter) for number, counter in enumerate(written)]
    return [(("counts",), written)]


def _set(value: object) -> frozenset[str]:
    return frozenset(_listed(value))


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
