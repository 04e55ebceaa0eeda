"""Owns the shape of a policy file: which keys may stand where, and what values they may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from complaint.core.event_shape import CONDITION, Happening, OneOrMore
from complaint.core.policy import WEEKDAYS
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
    Schema,
    Shape,
    Table,
    Text,
    Whole,
    Word,
    by_word,
)
from complaint.core.text import shown
from complaint.core.vocabulary import APPROVABLE, LISTS, OUTCOMES

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


class _Changed(NamedTuple):
    """Keys as a team may set them for an example: those of the clause it belongs to."""

    keys: Mapping[str, Shape] = {}

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        """Every mistake of the keys; one of an example within an example is only a table."""
        if not isinstance(value, dict) or not value:
            yield Mistake(path, f"found {shown(value)}", "allowed: keys of the clause, as { allow = { hours = 4 } }")
        elif self.keys:
            yield from Table(self.keys).check(value, path)

    def schema(self) -> Schema:
        """An object with at least one of the keys."""
        return (Table(self.keys).schema() if self.keys else {"type": "object"}) | {"minProperties": 1}


_WORDS = Rows(Text())
_WHEN = Either((CONDITION, Rows(CONDITION)))
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
    _TICKET | {"flags": _WORDS, "customer": Text(), "about": Named(Text(), Text()), "events": Rows(Happening())}
)
_EXAMPLE = Table(
    {
        "name": Text(),
        "at": Moment(),
        "ticket": Table(_TICKET | {"flags": _WORDS, "complainant": Named(Text(), Text())}),
        "events": Rows(Happening()),
        "about": Named(Text(), Text()),
        "tickets": Rows(_SEVERAL),
        "as_of": Moment(),
        "with": _Changed(),
        "expect": Either((_EXPECT, Rows(_EXPECT))),
    },
    needs=("name", "expect"),
)

_HOURS = Table(
    {
        "daily": Rows(WINDOW),
        "weekly": Table({day: Rows(WINDOW) for day in WEEKDAYS}),
        "title": TITLE,
        "makeup_hours": Word(WEEKDAYS),
    }
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


def _clause(keys: Mapping[str, Shape], *needs: str) -> Table:
    """A clause with these keys, which its examples may set otherwise."""
    own = {**_COMMON, **keys}
    changed = _Changed({**own, **{key: _HOURS.keys[key] for key in ("daily", "weekly")}})
    example = Table({**_EXAMPLE.keys, "with": changed}, needs=_EXAMPLE.needs)
    return Table({**own, "example": Rows(example)}, needs=(*_NEEDS, *needs))


_CHECKED = _clause(_BEFORE | _ACTS)
KEYS: Mapping[str, Table] = {
    "deadline": _clause(_TIMED, "starts", "met_by"),
    "contact-attempts": _clause(_TIMED | {"attempts": _ATTEMPTS}, "starts"),
    "report": _clause(_TIMED | _ACTS),
    "fine": _clause(_FINE),
    "escalation": _clause(_BEFORE | _ACTS | {"counts": _COUNTERS, "opens": OneOrMore()}),
    "classification": _clause(
        {
            "sets": Table({"severity": Text(), "flags": _WORDS, "category": Text(), "nature": Text()}),
            "same": Rows(_VALUE),
            "customers": Whole(2, 1000),
            "within": _LENGTH,
            "words": Rows(Text()),
            "proposed_by": Rows(Text()),
            "first": Flag(),
        }
    ),
    "retention": _clause(
        _ACTS
        | {"starts": OneOrMore(), "discarded_by": OneOrMore(), "keep": Table({"days": Whole(1), "months": Whole(1)})}
    ),
    "invariant": _clause({"one_each": Rows(_VALUE), "among": _WHEN}, "one_each"),
    "calendar": _clause({"calendar": NAME, "hours_per_day": Whole(1, 24), "stages": Rows(Text()), "from_day": Day()}),
    **dict.fromkeys(("require", "role", "evidence", "approval", "confidentiality"), _CHECKED),
}
_OTHER = _clause({"text": TITLE, "at": OneOrMore()})

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

    def schema(self) -> Schema:
        """That of its kind, or with `configures` that of any."""
        tables = {kind: KEYS.get(kind, _OTHER).schema() for kind in CLAUSE_KINDS}
        configuring = {"if": {"required": ["configures"]}, "then": _OTHER.schema()}
        return by_word("kind", tables, but=configuring)


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
        "audit": Table({"entered_within": _SPAN, "committed_within": _SPAN, "ahead_at_most": _SPAN}),
        "calendar": Named(_HOURS),
        "clause": Rows(_Clause(), empty=True),
    },
    needs=("schema", "policy"),
)
