"""Owns the shapes of what names events: selectors, conditions, the events of examples; made from the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from complaint.core.errors import allowed_words
from complaint.core.selector import FORM
from complaint.core.shape import Flag, Mistake, Moment, Path, Rows, Schema, Text, Word, whole
from complaint.core.text import shown
from complaint.core.vocabulary import COMMON, KIND_OF, KINDS, STEPS, TABLE, Kind, field_of, selector_words

CONDITIONS = (
    "kind", "channel", "source", "severity", "flags", "category", "nature", "department", "against", "outcome",
    "repeat_of", "duplicate_of",
)  # fmt: skip
_ABOUT = r"about\.[a-z0-9_-]+"


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

    def schema(self) -> Schema:
        """One of `definitions`."""
        return {"$ref": "#/definitions/events"}


class Happening(NamedTuple):
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

    def schema(self) -> Schema:
        """One of `definitions`."""
        return {"$ref": "#/definitions/event"}


class Condition(NamedTuple):
    """Values that governed keys, or keys under [about], must have; a flag asks whether there is one at all."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        """Every mistake of one condition."""
        if not isinstance(value, dict) or not value:
            yield Mistake(path, f"found {shown(value)}", 'allowed: conditions, as { channel = ["phone"] }')
            return
        for key, wanted in value.items():
            if key not in CONDITIONS and not re.fullmatch(_ABOUT, key, re.ASCII):
                yield Mistake((*path, key), f"unknown key {shown(key)}", allowed_words(key, (*CONDITIONS, "about.KEY")))
            elif not isinstance(wanted, bool):
                yield from _values(key).check(wanted, (*path, key))

    def schema(self) -> Schema:
        """One of `definitions`."""
        return {"$ref": "#/definitions/condition"}


def _values(key: str) -> Rows:
    return Rows(Word(KINDS) if key == "kind" else Text())


CONDITION = Condition()


def _selector() -> Schema:
    """Every selector that is no pattern, so that editors can offer it; and the pattern of all."""
    plain = [each for kind in TABLE for each in (kind.type, *(f"{kind.type}:{word}" for word in _words(kind)))]
    return {"anyOf": [{"enum": plain}, {"type": "string", "pattern": whole("|".join(map(_pattern, TABLE)))}]}


def _pattern(kind: Kind) -> str:
    words = "[a-z0-9-]+" if kind.type == "step" else "|".join(selector_words(kind.type))
    fields = "|".join(field.key for field in kind.fields if not field.place)
    return kind.type + (f"(:({words}))?" if words else "") + (rf"(\+({fields}))?" if fields else "")


def _words(kind: Kind) -> tuple[str, ...]:
    return STEPS if kind.type == "step" else selector_words(kind.type)


def _event() -> Schema:
    """An event of an example. A field asks for one of the types that have it; `at` alone has a form."""
    types: dict[str, list[str]] = {}
    for kind in TABLE:
        for field in kind.fields:
            if not field.place:
                types.setdefault(field.key, []).append(kind.type)
    plain: Schema = {key: {} for key in (*COMMON, *types)}
    return {
        "type": "object",
        "properties": plain | {"type": Word(tuple(KIND_OF)).schema(), "at": Moment().schema()},
        "patternProperties": {"^about_": {}},
        "required": ["type", "at"],
        "dependencies": {key: {"properties": {"type": {"enum": having}}} for key, having in types.items()},
        "additionalProperties": False,
    }


def _condition() -> Schema:
    known = {key: {"anyOf": [Flag().schema(), _values(key).schema()]} for key in CONDITIONS}
    about = {whole(_ABOUT): {"anyOf": [Flag().schema(), _values("").schema()]}}
    return {
        "type": "object",
        "properties": known,
        "patternProperties": about,
        "minProperties": 1,
        "additionalProperties": False,
    }


def definitions() -> Schema:
    """The schemas that those of policies refer to, by name."""
    selector = {"$ref": "#/definitions/selector"}
    return {
        "selector": _selector(),
        "events": {"anyOf": [selector, {"type": "array", "items": selector, "minItems": 1}]},
        "event": _event(),
        "condition": _condition(),
    }
