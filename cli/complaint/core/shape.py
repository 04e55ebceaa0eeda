"""Owns how a hand-written TOML document is checked: its keys and values; all mistakes at once, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from complaint.core.errors import allowed_words
from complaint.core.money import AMOUNT

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake at `path` (keys and list positions from the top): what was found, what is allowed."""

    path: Path
    found: str
    allowed: str


class Shape(Protocol):
    """Says what may stand at a place of a document."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        """Every mistake of `value`, which stands at `path`."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A string that is not blank and, if `pattern` is given, matches all of it; `like` describes the pattern."""

    pattern: str = ""
    like: str = "a text"
    blank: bool = False

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        fits = isinstance(value, str) and (self.blank or value.strip() != "")
        if not fits or (self.pattern and not re.fullmatch(self.pattern, str(value), re.ASCII)):
            yield Mistake(path, f"found {shown(value)}", f"allowed: {self.like}")


NAME = Text(r"[a-z0-9][a-z0-9._-]*", "a name of small letters, digits and hyphens")


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 1_000_000

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, int) or isinstance(value, bool) or not self.least <= value <= self.most:
            yield Mistake(path, f"found {shown(value)}", f"allowed: a whole number from {self.least} to {self.most}")


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, bool):
            yield Mistake(path, f"found {shown(value)}", "allowed: true or false")


@dataclass(frozen=True, slots=True)
class Day:
    """A TOML local date."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, date) or isinstance(value, datetime):
            yield Mistake(path, f"found {shown(value)}", "allowed: a date such as 2026-03-10, without quotes")


@dataclass(frozen=True, slots=True)
class Moment:
    """A TOML date-time with an offset."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, datetime) or value.tzinfo is None:
            allowed = "allowed: a moment with an offset such as 2026-03-10T09:00:00+08:00, without quotes"
            yield Mistake(path, f"found {shown(value)}", allowed)


@dataclass(frozen=True, slots=True)
class Amount:
    """Money: a decimal string with at most two places."""

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if not isinstance(value, str) or not AMOUNT.fullmatch(value):
            yield Mistake(path, f"found {shown(value)}", 'allowed: an amount such as "200.00", in quotes')


@dataclass(frozen=True, slots=True)
class Word:
    """One of the words."""

    words: tuple[str, ...]

    def check(self, value: object, path: Path) -> Iterator[Mistake]:
        if value not in self.words:
            yield Mistake(path, f"found {shown(value)}", allowed_words(str(value), self.words))


@dataclass(frozen=True, slots=True)
class Rows:
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


@dataclass(frozen=True, slots=True)
class Table:
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


@dataclass(frozen=True, slots=True)
class Named:
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


@dataclass(frozen=True, slots=True)
class Either:
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


TITLE = Table({"en": Text(), "zh": Text()}, needs=("en",))
CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00"
WINDOW = Text(rf"({CLOCK})-({CLOCK})", 'opening hours such as "08:00-12:00"')


def shown(value: object) -> str:
    """A value as an error names it, short."""
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."
