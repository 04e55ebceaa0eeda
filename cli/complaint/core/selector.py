"""Owns selectors, the words by which a policy names events: `replied`, `answered:final`, `dispatched+due`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from complaint.core.errors import allowed_words
from complaint.core.shape import Mistake, Path, shown
from complaint.core.ticket import Event
from complaint.core.vocabulary import KIND_OF, field_of, selector_words

FORM = re.compile(r"([a-z-]+)(?::([a-z0-9-]+))?(?:\+([a-z_]+))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Selector:
    """Events of a `type`, only those with a `word` in a field of words, only those that carry the field `carries`."""

    type: str
    word: str = ""
    carries: str = ""

    def matches(self, event: Event) -> bool:
        """Whether `event` is one of those named."""
        if event.type != self.type or (self.carries and self.carries not in event.fields):
            return False
        return not self.word or self.word in event.words()

    def __str__(self) -> str:
        return self.type + (f":{self.word}" if self.word else "") + (f"+{self.carries}" if self.carries else "")


def selector(text: str) -> Selector:
    """The selector that `text` writes; it was checked before."""
    found = FORM.fullmatch(text)
    if not found:
        raise ValueError(text)
    return Selector(found[1], found[2] or "", found[3] or "")


def selectors(value: str | list[str] | None) -> tuple[Selector, ...]:
    """One selector or a list of them."""
    texts = [value] if isinstance(value, str) else value or []
    return tuple(selector(text) for text in texts)


def any_matches(named: Iterable[Selector], event: Event) -> bool:
    """Whether any of the selectors names `event`."""
    return any(each.matches(event) for each in named)


@dataclass(frozen=True, slots=True)
class OneOrMore:
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
