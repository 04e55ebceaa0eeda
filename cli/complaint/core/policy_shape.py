"""Owns the shape of a policy file: which keys may stand where, and what values they may have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from complaint.core.errors import allowed_words
from complaint.core.policy import WEEKDAYS
from complaint.core.selector import FORM
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
from complaint.core.vocabulary import (
    APPROVABLE,
    COMMON,
    KIND_OF,
    KINDS,
    LISTS,
    OUTCOMES,
    field_of,
    selector_words,
)

CONDITIONS = (
    "kind", "channel", "source", "severity", "flags", "category", "nature", "department", "against", "outcome",
    "repeat_of", "duplicate_of",
)  # fmt: skip
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
LENGTHS = (*UNITS, "until", "by", "end_of")


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


class _Changed(NamedTuple):
    """Keys of a clause as a team may set them; checked with the clause they belong to."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        """Only that it is a table."""
        if not isinstance(value, dict) or not value:
            yield Mistake(path, f"found {shown(value)}", "allowed: keys of the clause, as { allow = { hours = 4 } }")


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


class _Condition(NamedTuple):
    """Values that governed keys, or keys under [about], must have; a flag asks whether there is one at all."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        """Every mistake of one condition."""
        if not isinstance(value, dict) or not value:
            yield Mistake(path, f"found {shown(value)}", 'allowed: conditions, as { channel = ["phone"] }')
            return
        for key, wanted in value.items():
            if key not in CONDITIONS and not re.fullmatch(r"about\.[a-z0-9_-]+", key, re.ASCII):
                yield Mistake((*path, key), f"unknown key {shown(key)}", allowed_words(key, (*CONDITIONS, "about.KEY")))
            elif not isinstance(wanted, bool):
                yield from Rows(Word(KINDS) if key == "kind" else Text()).check(wanted, (*path, key))


_CONDITION = _Condition()
_WHEN = Either((_CONDITION, Rows(_CONDITION)))
_LENGTH = Table({"minutes": Whole(1), "hours": Whole(1)})
_SPAN = Table({"minutes": Whole(1), "hours": Whole(1), "days": Whole(1)})
_ALLOW = Table(
    {
        **{unit: Whole(0 if unit != "seconds" else 1) for unit in UNITS},
        "until": Text(r"due|about\.[a-z0-9_]+", "due (the field of the starting event) or about.KEY"),
        "end_of": Word(("week", "month", "quarter", "year")),
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
        **dict.fromkeys(("absent", "unset", "missing", "open", "provisional", "first", "kept", "holds"), Flag()),
        **dict.fromkeys(("in_force", "escalated"), Flag()),
        **dict.fromkeys(("fixed", "least", "most", "costs"), Amount()),
        **dict.fromkeys(("lines", "proposed"), Whole()),
        **dict.fromkeys(("severity", "category", "nature", "stage"), Text()),
        **dict.fromkeys(("due", "met"), Moment()),
        "flags": Rows(Text(), empty=True),
        "state": Word(("running", "overdue", "late", "met", "cancelled")),
        "keep_until": Day(),
    }
)
_TICKET: dict[str, Shape] = dict.fromkeys(
    (
        "kind",
        "channel",
        "source",
        "severity",
        "category",
        "nature",
        "against",
        "repeat_of",
        "summary",
        "content",
        "demand",
    ),
    Text(),
)
_SEVERAL = Table(
    _TICKET | {"flags": _WORDS, "customer": Text(), "about": Named(Text(), Text()), "events": Rows(_Happening())}
)
_EXAMPLE = Table(
    {
        "name": Text(),
        "at": Moment(),
        "ticket": Table(_TICKET | {"flags": _WORDS, "complainant": Named(Text(), Text())}),
        "events": Rows(_Happening()),
        "about": Named(Text(), Text()),
        "tickets": Rows(_SEVERAL),
        "as_of": Moment(),
        "with": _Changed(),
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
_ACTS: dict[str, Shape] = {
    "of": OneOrMore(),
    "fields": _WORDS,
    "met_by": OneOrMore(),
    "met_after": OneOrMore(),
    "not_after": OneOrMore(),
    "each": OneOrMore(),
    "to": _WORDS,
    "role": _WORDS,
    "same_person": Text(),
    "evidence": Whole(1, 9),
    "approvals": Word(APPROVABLE),
    "order": OneOrMore(),
    "forbids": OneOrMore(),
    "at_most": Whole(0, 99),
    "clean": Rows(Word(("summary", "content", "demand", "note", "reason"))),
}
_COUNTS = Table(
    {
        "of": Either((NAME, Rows(NAME))),
        "outcomes": Rows(Word(("proven", "unproven", "refuted"))),
        "per": Rows(Word(("payer", "person", "conduct"))),
        "window": Word(("ever", "year", "month", "week", "rolling-month", "rolling-week")),
        "reach": Whole(1, 1000),
        "charges": Word(("once", "each-beyond", "filed")),
    },
    needs=("reach",),
)
_COUNTERS = Either((_COUNTS, Rows(_COUNTS)))
_FINE: dict[str, Shape] = {
    "amount": Amount(),
    "least": Amount(),
    "most": Amount(),
    "outcomes": Rows(Word(("proven", "unproven"))),
    "evidence": Flag(),
    "counts": _COUNTERS,
    "limits": Rows(NAME),
    "again": OneOrMore(),
    "machine": Word(("full", "assisted")),
    "follows": NAME,
    "stack": Flag(),
}
_TIMED: dict[str, Shape] = {
    **_BEFORE,
    "starts": OneOrMore(),
    "starts_between": WINDOW,
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
_VALUE = Text(r"category|nature|channel|source|about\.[a-z0-9_-]+", "category, nature, channel, source or about.KEY")
_ATTEMPTS = Table({"of": OneOrMore(), "times": Whole(1, 99), "gap": _LENGTH}, needs=("of", "times"))
_NEEDS = ("id", "kind", "title", "cite")
_CHECKED = Table(_COMMON | _BEFORE | _ACTS, needs=_NEEDS)
KEYS: Mapping[str, Table] = {
    "deadline": Table(_COMMON | _TIMED, needs=(*_NEEDS, "starts", "met_by")),
    "contact-attempts": Table(
        _COMMON | _TIMED | {"attempts": _ATTEMPTS},
        needs=(*_NEEDS, "starts"),
    ),
    "report": Table(_COMMON | _TIMED | _ACTS, needs=_NEEDS),
    "fine": Table(_COMMON | _FINE, needs=_NEEDS),
    "escalation": Table(_COMMON | _BEFORE | _ACTS | {"counts": _COUNTERS, "opens": OneOrMore()}, needs=_NEEDS),
    "classification": Table(
        _COMMON
        | {
            "sets": Table({"severity": Text(), "flags": _WORDS, "category": Text(), "nature": Text()}),
            "same": Rows(_VALUE),
            "customers": Whole(2, 1000),
            "within": _LENGTH,
            "words": Rows(Text()),
            "proposed_by": Rows(Text()),
            "first": Flag(),
        },
        needs=_NEEDS,
    ),
    "retention": Table(
        _COMMON
        | _ACTS
        | {"starts": OneOrMore(), "discarded_by": OneOrMore(), "keep": Table({"days": Whole(1), "months": Whole(1)})},
        needs=_NEEDS,
    ),
    "invariant": Table(_COMMON | {"one_each": Rows(_VALUE), "among": _WHEN}, needs=(*_NEEDS, "one_each")),
    "calendar": Table(
        _COMMON | {"calendar": NAME, "hours_per_day": Whole(1, 24), "stages": Rows(Text()), "from_day": Day()},
        needs=_NEEDS,
    ),
    **dict.fromkeys(("require", "role", "evidence", "approval", "confidentiality"), _CHECKED),
}
_OTHER = Table(_COMMON | {"text": TITLE, "at": OneOrMore()}, needs=_NEEDS)

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
        shape = _OTHER if isinstance(value, dict) and "configures" in value else KEYS.get(str(kind), _OTHER)
        yield from shape.check(value, path)
        examples = value.get("example", ()) if isinstance(value, dict) else ()
        for number, example in enumerate(examples if isinstance(examples, list) else ()):
            changed = example.get("with", {}) if isinstance(example, dict) else {}
            for key in changed if isinstance(changed, dict) else ():
                place = (*path, "example", number, "with")
                if key in ("daily", "weekly"):
                    yield from _HOURS.check({key: changed[key]}, place)
                else:
                    yield from _one(shape, key, changed[key], place)


def _one(shape: Table, key: str, value: object, path: Path) -> Iterator[Mistake]:
    """Every mistake of one key of a table."""
    if key in shape.keys:
        yield from shape.keys[key].check(value, (*path, key))
    else:
        yield Mistake((*path, key), f"unknown key {shown(key)}", allowed_words(key, tuple(shape.keys)))


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
                "extends": Rows(NAME),
                "reading": Text(),
            },
            needs=("id", "edition", "effective_from", "title", "source"),
        ),
        "lists": Table({name: Rows(Text()) for name in LISTS}),
        "steps": Named(TITLE),
        "approvals": Table({what: Rows(Text()) for what in ("extension", "plan", "answer", "classification")}),
        "personal": Rows(Text(), empty=True),
        "audit": Table({"entered_within": _SPAN, "ahead_at_most": _SPAN}),
        "calendar": Named(_HOURS),
        "clause": Rows(_Clause(), empty=True),
    },
    needs=("schema", "policy"),
)
