"""Owns how a ticket is told to editors: JSON Schema of its header, its tables and each type of event."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from complaint.core import ids
from complaint.core.shape import Amount, Flag, Moment, Schema, Text, Whole, Word, by_word, whole
from complaint.core.ticket import FIRST_YEAR, LAST_YEAR, WHOLE_LIMIT
from complaint.core.vocabulary import (
    CARRIED,
    FREE_TEXT,
    GOVERNING,
    PERSONAL,
    TABLE,
    WORDS,
    Field,
    Kind,
)

_TEXT = Text(blank=True).schema()
_YEARS = f"^({'|'.join(f'{century}[0-9]{{2}}' for century in range(FIRST_YEAR // 100, LAST_YEAR // 100))}|{LAST_YEAR})-"
_TIME = Moment().schema() | {"pattern": _YEARS}


def _word(field: Field) -> Schema:
    """One of the fixed words; those of a list, which policies extend and narrow, are only offered."""
    if field.words:
        return Word(field.words).schema()
    return {"anyOf": [Word(WORDS[field.listed]).schema(), _TEXT]} if field.listed in WORDS else _TEXT


def _several(field: Field) -> Schema:
    return {"type": "array", "items": _word(field)}


FORMS: Mapping[str, Callable[[Field], Schema]] = {
    **dict.fromkeys(("text", "line", "lines", "ticket", "event", "problem"), lambda _: _TEXT),
    **dict.fromkeys(("word", "switch"), _word),
    **dict.fromkeys(("words", "changes"), _several),
    "flag": lambda _: Flag().schema(),
    "time": lambda _: _TIME,
    "amount": lambda _: Amount().schema(),
    "whole": lambda _: Whole(-WHOLE_LIMIT, WHOLE_LIMIT).schema(),
}


def _value(field: Field) -> Schema:
    told = {"description": field.help} if field.help else {}
    return FORMS[field.form](field) | told


def _event(kind: Kind) -> Schema:
    own = [field for field in kind.fields if not field.place]
    known = {field.key: _value(field) for field in (*CARRIED.values(), *own)}
    if kind.type == "corrected":
        gone: Schema = {"enum": ["", []]}
        known = {key: {"anyOf": [_value(field), gone]} for key, field in GOVERNING.items()} | known
    needed = [field.key for field in own if field.required and field.form != "changes"]
    return {
        "type": "object",
        "title": kind.type,
        "description": kind.help,
        "properties": {"type": {"const": kind.type}, "at": _TIME | {"description": "When it happened."}} | known,
        "patternProperties": {"^about_": {}},
        "required": ["type", "at", *needed],
        "additionalProperties": False,
    }


def schema() -> Schema:
    """The schema of a ticket. Keys and tables of the team's own are welcome in it, but not inside events."""
    header = {key: _value(field) for key, field in GOVERNING.items()} | dict.fromkeys(FREE_TEXT, _TEXT)
    people = dict.fromkeys(PERSONAL, _TEXT)
    events = {whole(ids.EVENT_KEY.pattern): by_word("type", {kind.type: _event(kind) for kind in TABLE})}
    tables: Schema = {
        "about": {"type": "object", "additionalProperties": True},
        "complainant": {"type": "object", "properties": people, "additionalProperties": True},
        "event": {"type": "object", "patternProperties": events, "minProperties": 1, "additionalProperties": False},
    }
    return {
        "type": "object",
        "properties": {
            "schema": {"const": 1},
            "id": {"type": "string", "pattern": whole(ids.ID.pattern)},
            **header,
            **tables,
        },
        "required": ["schema", "id", "status", "received", "event"],
        "additionalProperties": True,
    }
