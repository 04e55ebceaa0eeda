"""Owns how what other tickets say enters the judgement of one: as if it had happened there, and never in its file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from complaint.core.selector import Selector
from complaint.core.ticket import Event, in_effect_order


class Effect(NamedTuple):
    """From `at` on a ticket is judged as if these values were set, or as if what `opens` names had happened then.

    The file stays until somebody classifies; `cause` is the key of the violation that opens something.
    """

    at: datetime
    sets: Mapping[str, Any]
    reason: str
    opens: tuple[Selector, ...] = ()
    cause: str = ""

    @property
    def told(self) -> str:
        """What the ticket is judged as, and why, in words."""
        if self.opens:
            return f"judged as after {', '.join(each.word or each.type for each in self.opens)}: {self.reason}"
        sets = ((key, value if isinstance(value, str) else " ".join(value)) for key, value in self.sets.items())
        return f"judged {', '.join(f'{key} {value}' for key, value in sets)}: {self.reason}"

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether the ticket is judged so: a later classification by a person outweighs it."""
        return all(facts.get(key) == value for key, value in self.sets.items())

    def event(self, number: int) -> Event:
        """The effect as an event, for the judgement alone; it sorts after what was recorded of the same moment."""
        for named in self.opens:
            return Event(self.cause, named.type, self.at, "", {named.type: named.word} if named.word else {})
        return Event(f"~{number}", "classified", self.at, "", dict(self.sets))


def applied(events: tuple[Event, ...], changed: Sequence[Effect]) -> tuple[Event, ...]:
    """The events of a ticket with what other tickets change, for its judgement alone."""
    if not events or not changed:
        return events
    return in_effect_order([*events, *(effect.event(number) for number, effect in enumerate(changed))])
