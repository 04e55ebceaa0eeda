"""Owns help with classifying: what a ticket might be, with the reason for each; it proposes, a person decides."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from complaint.core.effects import Effect
from complaint.core.policy import Policy
from complaint.core.ticket import Ticket, contact

KEYS = ("category", "nature", "severity", "flags")


class Suggestion(NamedTuple):
    """One value for one key, and why."""

    key: str
    value: str
    reason: str

    def option(self) -> str:
        """How `classify` would be told."""
        return f"--{'flag' if self.key == 'flags' else self.key} {self.value}"


def suggestions(
    ticket: Ticket,
    facts: dict[str, Any],
    policy: Policy,
    others: Sequence[tuple[Ticket, dict[str, Any]]],
    effects: Sequence[Effect],
) -> list[Suggestion]:
    """What the policy's keywords, other tickets of the same customer and other customers' reports speak for."""
    found = [*_by_words(ticket, policy), *_by_customer(ticket, facts, others), *_by_counters(effects)]
    known = [each for each in found if not _is_so(facts, each)]
    return list({(each.key, each.value): each for each in reversed(known)}.values())[::-1]


def _is_so(facts: dict[str, Any], each: Suggestion) -> bool:
    value = facts.get(each.key)
    return each.value in value if isinstance(value, (list, tuple)) else value == each.value


def _of(sets: Any, reason: str) -> Iterator[Suggestion]:
    for key, value in sets.items():
        for word in value if isinstance(value, (list, tuple)) else [value]:
            yield Suggestion(key, str(word), reason)


def _by_words(ticket: Ticket, policy: Policy) -> Iterator[Suggestion]:
    text = "\n".join(str(ticket.header.get(key, "")) for key in ("summary", "content", "demand")).lower()
    for clause in policy.clauses:
        words = (*clause.keys.get("words", ()), *clause.keys.get("proposed_by", ()))
        word = next((word for word in words if word.lower() in text), None)
        if word and "sets" in clause.keys:
            yield from _of(clause.keys["sets"], f'it says "{word}" ({clause.id})')


def _by_customer(
    ticket: Ticket, facts: dict[str, Any], others: Sequence[tuple[Ticket, dict[str, Any]]]
) -> Iterator[Suggestion]:
    """A repeat: the same telephone or name, about the same thing."""
    for other, theirs in others:
        shared = next((key for key in ("phone", "name") if _shares(ticket, other, key)), None)
        earlier = other.id != ticket.id and theirs.get("received", facts["received"]) < facts["received"]
        if shared and earlier and _same_subject(ticket, facts, other, theirs):
            yield Suggestion(
                "flags", "repeat", f"the same {shared} complained of it before in {other.id} ({theirs['status']})"
            )


def _shares(one: Ticket, other: Ticket, key: str) -> bool:
    return bool(contact(one, key)) and contact(one, key) == contact(other, key)


def _same_subject(ticket: Ticket, facts: dict[str, Any], other: Ticket, theirs: dict[str, Any]) -> bool:
    """The same category or nature, where both are known; else summaries that share half of their pairs of letters."""
    for key in ("category", "nature"):
        if facts.get(key) and theirs.get(key):
            return bool(facts[key] == theirs[key])
    mine, yours = (_pairs(str(each.header.get("summary", ""))) for each in (ticket, other))
    return bool(mine & yours) and len(mine & yours) * 2 >= min(len(mine), len(yours))


def _pairs(text: str) -> set[str]:
    letters = [each for each in text.lower() if each.isalnum()]
    return {a + b for a, b in pairwise(letters)}


def _by_counters(effects: Sequence[Effect]) -> Iterator[Suggestion]:
    for effect in effects:
        yield from _of(effect.sets, effect.reason)
