"""Owns how a policy file may be written: keys, values, references, precedence; names all mistakes at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from complaint.core.errors import allowed_words
from complaint.core.policy import ROLES, WEEKDAYS
from complaint.core.selector import FORM, selector
from complaint.core.shape import (
    CLOCK,
    NAME,
    TITLE,
    WINDOW,
    Amount,
    Day,
    Either,
    Flag,
    Mistake,
    Moment,
    Named,
    Path,
    Rows,
    Shape,
    Table,
    Text,
    Whole,
    Word,
)
from complaint.core.text import shown
from complaint.core.vocabulary import COMMON, KIND_OF, KINDS, LISTS, OUTCOMES, STEPS, WORDS, field_of, selector_words

CLAUSE_KINDS = (
    "deadline",
    "contact-attempts",
    "fine",
    "escalation",
    "classification",
    "require",
    "approval",
    "retention",
    "report",
    "role",
    "confidentiality",
    "evidence",
    "calendar",
    "invariant",
    "checklist",
)
UNITS = ("seconds", "minutes", "hours", "working_days", "calendar_days", "months")


class OneOrMore(NamedTuple):
    """The shape of one selector or a list of them. Steps are checked with the policy's own list, later."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        """Every mistake in the selectors at `path`."""
        texts = value if isinstance(value, list) else [value]
        if not texts:
            yield Mistake(path, "found an empty list", "name at least one event, or leave the key out")
        for position, text in enumerate(texts):
            place = (*path, position) if isinstance(value, list) else path
            yield from self._check_one(text, place)

    def _check_one(self, text: object, place: Path) -> Iterator[Mistake]:
        found = FORM.fullmatch(text) if isinstance(text, str) else None
        if not found:
            yield Mistake(
                place, f"found {shown(text)}", "allowed: an event, as replied, answered:final or dispatched+due"
            )
            return
        type_, word, carries = found.groups()
        if type_ not in KIND_OF:
            yield Mistake(
                place, f"found {shown(text)}: no event is called {type_}", allowed_words(type_, tuple(KIND_OF))
            )
            return
        if word and type_ != "step" and word not in selector_words(type_):
            yield Mistake(place, f"found {shown(text)}", allowed_words(word, selector_words(type_)))
        if carries and field_of(type_, carries) is None:
            names = tuple(field.key for field in KIND_OF[type_].fields)
            yield Mistake(place, f"found {shown(text)}: {type_} has no field {carries}", allowed_words(carries, names))


class _Happening(NamedTuple):
    """An event of an example: its type, its moment, and fields that such an event has."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        """Every mistake of one event."""
        if not isinstance(value, dict):
            yield Mistake(path, f"found {shown(value)}", 'allowed: an event, as { type = "replied", at = … }')
            return
        type_ = value.get("type")
        if not isinstance(type_, str) or type_ not in KIND_OF:
            yield Mistake((*path, "type"), f"found {shown(type_)}", allowed_words(str(type_), tuple(KIND_OF)))
            return
        yield from Moment().check(value.get("at"), (*path, "at"))
        names = (*COMMON, *(field.key for field in KIND_OF[type_].fields if not field.place))
        for key in value:
            if key not in names and not key.startswith("about_"):
                yield Mistake((*path, key), f"{type_} has no field {key}", allowed_words(key, names))


_WORDS = Rows(Text())
_CONDITION = Table(
    {
        "kind": Rows(Word(KINDS)),
        "channel": _WORDS,
        "source": _WORDS,
        "severity": _WORDS,
        "flags": _WORDS,
        "category": _WORDS,
        "nature": _WORDS,
        "department": _WORDS,
        "against": _WORDS,
        "outcome": _WORDS,
        "repeat_of": Flag(),
        "duplicate_of": Flag(),
    }
)
_WHEN = Either((_CONDITION, Rows(_CONDITION)))
_LENGTH = Table({"minutes": Whole(1), "hours": Whole(1)})
_ALLOW = Table(
    {
        **{unit: Whole(0 if unit != "seconds" else 1) for unit in UNITS},
        "until": Text(r"due|about\.[a-z0-9_]+", "due (the field of the starting event) or about.KEY"),
        "by": Text(CLOCK, "a time of day such as 17:00"),
        "calendar": NAME,
        "end": Word(("end_of_day", "close_of_business", "same_time", "same_time_roll", "same_time_clamp")),
        "anchor": Word(("next_is_day1", "roll_then_add")),
        "exact_fit": Word(("close", "next_open")),
        "month_end_rolls": Flag(),
    }
)
_EXPECT = Table(
    {
        "due": Moment(),
        "state": Word(("running", "overdue", "late", "met", "cancelled")),
        "met": Moment(),
        "provisional": Flag(),
        "absent": Flag(),
        "unset": Flag(),
        "missing": Flag(),
        "open": Flag(),
    }
)
_EXAMPLE = Table(
    {
        "name": Text(),
        "at": Moment(),
        "ticket": Table(
            {
                key: Text()
                for key in ("kind", "channel", "source", "severity", "category", "nature", "against", "repeat_of")
            }
            | {"flags": _WORDS}
        ),
        "events": Rows(_Happening()),
        "as_of": Moment(),
        "with": Named(Either((Text(), Whole(), Flag(), _WORDS, _ALLOW)), Text()),
        "expect": Either((_EXPECT, Rows(_EXPECT))),
    },
    needs=("name", "expect"),
)

_COMMON: dict[str, Shape] = {
    "id": NAME,
    "kind": Word(CLAUSE_KINDS),
    "title": TITLE,
    "cite": Text(),
    "summary": TITLE,
    "reading": Text(),
    "when": _WHEN,
    "exception_to": Either((NAME, Rows(NAME))),
    "configures": NAME,
    "example": Rows(_EXAMPLE),
}
_BEFORE: dict[str, Shape] = {"before": Word(("closed",)), "outcomes": Rows(Word(OUTCOMES)), "once": OneOrMore()}
_TIMED: dict[str, Shape] = {
    **_BEFORE,
    "starts": OneOrMore(),
    "starts_else": OneOrMore(),
    "restarts_after": OneOrMore(),
    "met_by": OneOrMore(),
    "met_after": OneOrMore(),
    "taken_back_by": OneOrMore(),
    "cancelled_by": OneOrMore(),
    "ended_by": OneOrMore(),
    "allow": _ALLOW,
    "due_inclusive": Flag(),
    "extendable": Flag(),
    "pausable": Flag(),
    "repeats": Flag(),
    "replaces": Rows(NAME),
}
KEYS: Mapping[str, Table] = {
    "deadline": Table(_COMMON | _TIMED, needs=("id", "kind", "title", "cite", "starts", "met_by")),
    "contact-attempts": Table(
        _COMMON
        | _TIMED
        | {"attempts": Table({"of": OneOrMore(), "times": Whole(1, 99), "gap": _LENGTH}, needs=("of", "times"))},
        needs=("id", "kind", "title", "cite", "starts"),
    ),
    "require": Table(
        _COMMON | _BEFORE | {"of": OneOrMore(), "fields": _WORDS, "met_by": OneOrMore()},
        needs=("id", "kind", "title", "cite"),
    ),
    "fine": Table(
        _COMMON | {"amount": Amount(), "least": Amount(), "most": Amount()}, needs=("id", "kind", "title", "cite")
    ),
    "calendar": Table(
        _COMMON | {"calendar": NAME, "hours_per_day": Whole(1, 24)}, needs=("id", "kind", "title", "cite")
    ),
}
_OTHER = Table(_COMMON | {"text": TITLE}, needs=("id", "kind", "title", "cite"))

_HOURS = Table(
    {
        "daily": Rows(WINDOW),
        "weekly": Table({day: Rows(WINDOW) for day in WEEKDAYS}),
        "title": TITLE,
        "makeup_hours": Word(WEEKDAYS),
    }
)
ORIGIN = Table(
    {"name": Text(), "version": Text(), "sha256": Text(r"[0-9a-f]{64}", "a SHA-256 sum")},
    needs=("name", "version", "sha256"),
)


class _Clause(NamedTuple):
    """A clause's shape, by its kind; one that `configures` another is carried out by the keys of that one."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        """Every mistake of one [[clause]]."""
        kind = value.get("kind") if isinstance(value, dict) else ""
        if isinstance(value, dict) and "kind" in value and kind not in CLAUSE_KINDS:
            yield from Word(CLAUSE_KINDS).check(kind, (*path, "kind"))
            return
        kind = None if isinstance(value, dict) and "configures" in value else kind
        yield from KEYS.get(str(kind), _OTHER).check(value, path)


SHAPE = Table(
    {
        "schema": Whole(1, 1),
        "origin": ORIGIN,
        "policy": Table(
            {
                "id": NAME,
                "edition": NAME,
                "effective_from": Day(),
                "title": TITLE,
                "source": Text(),
                "approved_by": Text(blank=True),
                "review_by": Day(),
                "days": NAME,
                "reading": Text(),
            },
            needs=("id", "edition", "effective_from", "title", "source"),
        ),
        "lists": Table({name: Rows(Text()) for name in LISTS}),
        "steps": Named(TITLE),
        "approvals": Table({what: Rows(Text()) for what in ("extension", "plan", "answer", "classification")}),
        "personal": Rows(Text(), empty=True),
        "calendar": Named(_HOURS),
        "clause": Rows(_Clause(), empty=True),
    },
    needs=("schema", "policy"),
)


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
    for key in ("exception_to", "replaces", "configures"):
        for other in _listed(clause.get(key)):
            if other not in ids or other == clause["id"]:
                yield Mistake((*path, key), f'there is no other clause "{other}"', allowed_words(other, tuple(ids)))
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
    lengths = [key for key in (*UNITS, "until", "by") if key in clause.get("allow", {})]
    if "allow" in clause and len(lengths) != 1:
        allowed = f"allowed: exactly one of {', '.join((*UNITS, 'until', 'by'))}"
        yield Mistake((*path, "allow"), f"it gives {len(lengths)} lengths", allowed)
    if clause["kind"] == "contact-attempts" and not {"attempts", "met_by", "configures"} & clause.keys():
        yield Mistake(path, "nothing meets it", "name attempts, met_by or both")
    if (
        clause["kind"] == "fine"
        and not {"amount", "configures"} & clause.keys()
        and not {"least", "most"} <= clause.keys()
    ):
        yield Mistake(path, "it names no amount", "allowed: amount, or least and most")
    if "outcomes" in clause and "before" not in clause:
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
