"""Owns how a hand-written TOML document is checked, all mistakes at once, each with its place; and told to editors."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from complaint.core.errors import allowed_words
from complaint.core.money import AMOUNT
from complaint.core.text import shown

Path = tuple[str | int, ...]
Schema = dict[str, Any]


class Mistake(NamedTuple):
    """One mistake at `path` (keys and list positions from the top): what was found, what is allowed."""

    path: Path
    found: str
    allowed: str


class Shape(Protocol):
    """Says what may stand at a place of a document."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        """Every mistake of `value`, which stands at `path`."""
        ...

    def schema(self) -> Schema:
        """The same as JSON Schema (draft 7), to which dates and moments of TOML are strings of such a format."""
        ...


def whole(pattern: str) -> str:
    """A pattern for JSON Schema that must match all of a text."""
    return f"^(?:{pattern})$"


class Text(NamedTuple):
    """A string that is not blank and, if `pattern` is given, matches all of it; `like` describes the pattern."""

    pattern: str = ""
    like: str = "a text"
    blank: bool = False

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        fits = isinstance(value, str) and (self.blank or value.strip() != "")
        if not fits or (self.pattern and not re.fullmatch(self.pattern, str(value), re.ASCII)):
            yield Mistake(path, f"found {shown(value)}", f"allowed: {self.like}")

    def schema(self) -> Schema:
        """A string with the pattern."""
        pattern = whole(self.pattern) if self.pattern else "" if self.blank else r"\S"
        return {"type": "string", **({"pattern": pattern} if pattern else {})}


def by_word(key: str, tables: Mapping[str, Schema], but: Schema | None = None) -> Schema:
    """An object described by the table that the word under `key` names, unless the condition of `but` holds.

    Not `anyOf`, for which an editor tries every table on every part of the object and names the mistakes of all.
    """
    besides = {"not": but["if"]} if but else {}
    choices = [
        {"if": {"properties": {key: {"const": word}}, "required": [key], **besides}, "then": table}
        for word, table in tables.items()
    ]
    return {
        "type": "object",
        "properties": {key: {"enum": list(tables)}},
        "required": [key],
        "allOf": [but, *choices] if but else choices,
        "additionalProperties": True,
    }


NAME = Text(r"[a-z0-9][a-z0-9._-]*", "a name of small letters, digits and hyphens")


class Whole(NamedTuple):
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 1_000_000

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            yield Mistake(path, f"found {shown(value)}", f"allowed: a whole number from {self.least} to {self.most}")

    def schema(self) -> Schema:
        """An integer between the two."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Flag(NamedTuple):
    """true or false."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, bool):
            yield Mistake(path, f"found {shown(value)}", "allowed: true or false")

    def schema(self) -> Schema:
        """A boolean."""
        return {"type": "boolean"}


class Day(NamedTuple):
    """A TOML local date."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, date) or isinstance(value, datetime):
            yield Mistake(path, f"found {shown(value)}", "allowed: a date such as 2026-03-10, without quotes")

    def schema(self) -> Schema:
        """A string in the format of a date."""
        return {"type": "string", "format": "date"}


class Moment(NamedTuple):
    """A TOML date-time with an offset."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, datetime) or value.tzinfo is None:
            allowed = "allowed: a moment with an offset such as 2026-03-10T09:00:00+08:00, without quotes"
            yield Mistake(path, f"found {shown(value)}", allowed)

    def schema(self) -> Schema:
        """A string in the format of a date-time, which has an offset."""
        return {"type": "string", "format": "date-time"}


class Amount(NamedTuple):
    """Money: a decimal string with at most two places."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, str) or not AMOUNT.fullmatch(value):
            yield Mistake(path, f"found {shown(value)}", 'allowed: an amount such as "200.00", in quotes')

    def schema(self) -> Schema:
        """A string with the pattern of an amount."""
        return {"type": "string", "pattern": whole(AMOUNT.pattern)}


class Word(NamedTuple):
    """One of the words."""

    words: tuple[str, ...]

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if value not in self.words:
            yield Mistake(path, f"found {shown(value)}", allowed_words(str(value), self.words))

    def schema(self) -> Schema:
        """The words."""
        return {"enum": list(self.words)}


class Rows(NamedTuple):
    """A list of `item`s; an empty one is a mistake unless `empty`, since an empty condition would match everything."""

    item: Shape
    empty: bool = False

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, list):
            yield Mistake(path, f"found {shown(value)}", "allowed: a list, in [ ]")
            return
        if not value and not self.empty:
            yield Mistake(path, "found an empty list", "name at least one, or leave the key out")
        for position, item in enumerate(value):
            yield from self.item.check(item, (*path, position))

    def schema(self) -> Schema:
        """A list."""
        return {"type": "array", "items": self.item.schema(), **({} if self.empty else {"minItems": 1})}


class Table(NamedTuple):
    """A table with these keys and no others."""

    keys: Mapping[str, Shape]
    needs: tuple[str, ...] = ()

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, dict):
            yield Mistake(path, f"found {shown(value)}", "allowed: a table")
            return
        for key, item in value.items():
            if key in self.keys:
                yield from self.keys[key].check(item, (*path, key))
            else:
                yield Mistake((*path, key), f"unknown key {shown(key)}", allowed_words(key, tuple(self.keys)))
        for key in self.needs:
            if key not in value:
                yield Mistake(path, f"the key {key} is missing", f"it is required beside: {', '.join(self.needs)}")

    def schema(self) -> Schema:
        """An object with these keys and no others."""
        known = {key: item.schema() for key, item in self.keys.items()}
        needed = {"required": list(self.needs)} if self.needs else {}
        return {"type": "object", "properties": known, **needed, "additionalProperties": False}


class Named(NamedTuple):
    """A table whose keys are names of the team's own, each with an `item`."""

    item: Shape
    name: Text = NAME

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, dict):
            yield Mistake(path, f"found {shown(value)}", "allowed: a table")
            return
        for key, item in value.items():
            yield from self.name.check(key, (*path, key))
            yield from self.item.check(item, (*path, key))

    def schema(self) -> Schema:
        """An object whose keys match the pattern of the names."""
        names = {self.name.schema()["pattern"]: self.item.schema()}
        return {"type": "object", "patternProperties": names, "additionalProperties": False}


class Either(NamedTuple):
    """Any one of the shapes; the mistakes named are those of the shape that comes closest."""

    shapes: tuple[Shape, ...]

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        found = [list(shape.check(value, path)) for shape in self.shapes]
        if all(found):
            deepest = max(found, key=lambda mistakes: len(mistakes[0].path))
            if len(deepest[0].path) > len(path):
                yield from deepest
            else:
                allowed = " or ".join(each[0].allowed.removeprefix("allowed: ") for each in found)
                yield Mistake(path, found[0][0].found, f"allowed: {allowed}")

    def schema(self) -> Schema:
        """Any one of them."""
        return {"anyOf": [shape.schema() for shape in self.shapes]}


TITLE = Table({"en": Text(), "zh": Text()}, needs=("en",))
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00"
_WINDOW = rf"({CLOCK})-({CLOCK})"


class Window(NamedTuple):
    """Opening hours of a day, which end after they begin."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        start, _, end = str(value).partition("-")
        fits = isinstance(value, str) and re.fullmatch(_WINDOW, value, re.ASCII)
        if not fits or end <= start:
            allowed = 'allowed: hours such as "08:00-12:00"; over midnight they are two, up to 24:00 and from 00:00'
            yield Mistake(path, f"found {shown(value)}", allowed)

    def schema(self) -> Schema:
        """Two times of day; that the second is the later one is beyond a pattern."""
        return {"type": "string", "pattern": whole(_WINDOW)}


WINDOW = Window()
