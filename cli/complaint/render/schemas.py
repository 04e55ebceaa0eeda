"""Owns the schemas of the answers: for each promised JSON shape its keys, from the tables its rows are made by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from complaint.core.shape import Schema
from complaint.core.suggestions import Suggestion
from complaint.core.tracing import Traced
from complaint.render.answers import LISTED
from complaint.render.audits import PROBLEM
from complaint.render.catalogue import CHECK, PAGE
from complaint.render.charges import ESCALATION, KEYS
from complaint.render.shapes import OBLIGATION
from complaint.render.values import DAY, FLAG, MOMENT, SUM, TEXT, WHOLE, Form, maybe, row, several, word
from complaint.store import schemas


class Answer(NamedTuple):
    """One promised shape: its `schema` key, what gives it, the keys it always has and those it may have.

    Of `one_of`, if there are any, it has one; `policy` answers several questions under one name.
    """

    shape: str
    given_by: str
    keys: Mapping[str, Form]
    more: Mapping[str, Form] = {}
    one_of: Mapping[str, Form] = {}


_OBJECT: Form = {"type": "object"}
_UNREADABLE = several(row({"path": TEXT, "line": WHOLE, "message": TEXT}))
_FRAME: Mapping[str, Form] = {"as_of": MOMENT, "unreadable": _UNREADABLE}
_EVENT: Mapping[str, Form] = {"key": TEXT, "type": TEXT, "at": MOMENT, "by": TEXT}
_VOIDED: Mapping[str, Form] = {"voided_by": TEXT}
_COMMIT = row({"sha": TEXT, "at": MOMENT, "author": TEXT, "subject": TEXT, "path": TEXT})
_HEADER = row({"id": TEXT, "status": TEXT, "received": MOMENT}, {"about": _OBJECT, "complainant": _OBJECT})
_MISSING = row({"clause": TEXT, "what": TEXT, "before": maybe(TEXT), "outcomes": several(TEXT)})
_WAIVED = row({**PROBLEM, **dict.fromkeys(("reason", "role", "by"), TEXT), "until": maybe(TEXT), "event": maybe(TEXT)})
_EDITION = {**dict.fromkeys(("policy", "edition", "title", "path"), TEXT), "effective_from": DAY, "clauses": WHOLE}
_CHANGE = {
    **dict.fromkeys(("ticket", "clause"), TEXT),
    **dict.fromkeys(("due_before", "due_after"), maybe(MOMENT)),
    **dict.fromkeys(("state_before", "state_after"), maybe(TEXT)),
}
_MISTAKE = {"path": TEXT, "line": WHOLE, "severity": word("error", "warning"), "message": TEXT, "help": TEXT}
_EXAMPLE = {
    **dict.fromkeys(("policy", "clause", "example", "wrong", "path"), TEXT),
    "passed": FLAG,
    "line": maybe(WHOLE),
}
_POLICY: Mapping[str, Form] = {
    "policies": several(
        {"anyOf": [row(_EDITION), row({"schema": WHOLE, "policy": _OBJECT, "clause": several(_OBJECT)})]}
    ),
    "problems": several(row(_MISTAKE)),
    "examples": several(row(_EXAMPLE)),
    "clauses": several(row({key: WHOLE if key in ("examples", "failed") else TEXT for key in Traced._fields})),
    "changes": several(row(_CHANGE)),
}

ANSWERS: Mapping[str, Answer] = {
    "overdue": Answer(
        "overdue",
        "overdue --json",
        {**_FRAME, "tickets": WHOLE, "obligations": several(row(OBLIGATION, {"explanation": several(TEXT)}))},
    ),
    "fine": Answer(
        "fine",
        "fine --json",
        {
            **_FRAME,
            "from": DAY,
            "to": DAY,
            "currency": TEXT,
            "tickets": WHOLE,
            "charges": several(row(KEYS)),
            "proposed": several(row(KEYS)),
            "escalations": several(row(ESCALATION)),
            "totals": several(row({"payer": TEXT, "fixed": SUM, "min": SUM, "max": SUM})),
        },
    ),
    "audit": Answer(
        "audit",
        "audit --json",
        {
            **_FRAME,
            "tickets": WHOLE,
            "problems": several(row(PROBLEM)),
            "waived": several(_WAIVED),
            "not_checked": several(row({"check": TEXT, "reason": TEXT})),
            "proof": maybe(
                row({"history": FLAG, "against": TEXT, "revision": TEXT, "commits": WHOLE, "tickets": WHOLE})
            ),
        },
    ),
    "checks": Answer("checks", "audit --list --json", {"checks": several(row(CHECK))}),
    "check": Answer("check", "audit --explain CODE --json", {**CHECK, **PAGE}),
    "list": Answer("list", "list --json", {**_FRAME, "tickets": WHOLE, "rows": several(row(LISTED))}),
    "log": Answer(
        "log",
        "log --json",
        {**_FRAME, "events": several(row({"ticket": TEXT, **_EVENT}, _VOIDED))},
        {"commits": several(_COMMIT)},
    ),
    "show": Answer(
        "ticket",
        "show ID --json",
        {
            "path": TEXT,
            "ticket": _HEADER,
            "events": several(row(_EVENT, _VOIDED)),
            "obligations": several(row(OBLIGATION)),
            "missing": several(_MISSING),
        },
    ),
    "due": Answer(
        "due",
        "clock due --json",
        {
            "due": maybe(MOMENT),
            "day": maybe(DAY),
            "provisional": FLAG,
            "spans": several(row({"from": MOMENT, "to": MOMENT, "counted": FLAG, "why": TEXT})),
        },
    ),
    "elapsed": Answer("elapsed", "clock elapsed --json", {"seconds": WHOLE}),
    "open": Answer("open", "clock open --json", {"open": FLAG, "workday": FLAG, "provisional": FLAG}),
    "rules": Answer(
        "policy",
        "policy list|show|check|test|trace|diff --json",
        {},
        {**_FRAME, **dict.fromkeys(("tickets", "files"), WHOLE), "revision": TEXT, "totals": several(_OBJECT)},
        _POLICY,
    ),
    "created": Answer("created", "create --json", {"id": TEXT, "path": TEXT}),
    "recorded": Answer("recorded", "the other recording commands with --json", {"id": TEXT, "event": TEXT}),
    "suggestions": Answer(
        "suggestions",
        "classify ID --suggest --json",
        {"ticket": TEXT, "suggestions": several(row(dict.fromkeys((*Suggestion._fields, "option"), TEXT)))},
    ),
}


def schema(name: str) -> Schema:
    """The schema of an answer."""
    answer = ANSWERS[name]
    head: Mapping[str, Form] = {"schema": {"const": f"complaint.{answer.shape}/1"}}
    body = {**row({**head, **answer.keys}, {**answer.more, **answer.one_of})}
    if answer.one_of:
        body["anyOf"] = [{"required": [key]} for key in answer.one_of]
    return schemas.headed(f"answer:{answer.shape}", f"complaint.{answer.shape}/1", answer.given_by, body)
