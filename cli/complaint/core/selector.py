"""Owns selectors, the words by which a policy names events: `replied`, `answered:final`, `dispatched+due`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from complaint.core.ticket import Event

FORM = re.compile(r"([a-z-]+)(?::([a-z0-9-]+))?(?:\+([a-z_]+))?", re.ASCII)


class Selector(NamedTuple):
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
