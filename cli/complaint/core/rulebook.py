"""Owns the rules a register judges by: which edition is in force when, and the working time its clauses count in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from operator import attrgetter
from zoneinfo import ZoneInfo

from complaint.core.calendar import Calendar, DayTable, Windows
from complaint.core.errors import NotFound, allowed_words
from complaint.core.policy import WEEKDAYS, Policy
from complaint.core.ticket import Ticket

ALWAYS = datetime(9999, 1, 1, tzinfo=UTC)
SINCE = attrgetter("effective_from")


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The policies of a register by id, each with its editions in order; its days off; its time zone.

    `broken` holds, by policy id, why a policy cannot be judged by.
    """

    zone: ZoneInfo
    editions: Mapping[str, Sequence[Policy]]
    days: Mapping[str, DayTable]
    broken: Mapping[str, str] = field(default_factory=dict)
    _calendars: dict[tuple[str, str, str], Calendar] = field(default_factory=dict)

    def spans(self, policy_id: str) -> list[tuple[Policy, datetime, datetime]]:
        """Each edition with the moments between which it is in force: from its day on, until the next one's."""
        editions = self.editions.get(policy_id, ())
        begins = [datetime.combine(edition.effective_from, time(), self.zone) for edition in editions]
        return list(zip(editions, begins, [*begins, ALWAYS][1:], strict=True))

    def in_force(self, policy_id: str, at: datetime) -> Policy:
        """The edition in force at a moment; before the first edition, the first (its lists and clause ids)."""
        editions = self.editions.get(policy_id)
        if not editions:
            raise NotFound(f'there is no policy "{policy_id}"', allowed_words(policy_id, tuple(sorted(self.editions))))
        day = at.astimezone(self.zone).date()
        return max((edition for edition in editions if edition.effective_from <= day), key=SINCE, default=editions[0])

    def plan_roles(self, ticket: Ticket) -> tuple[str, ...]:
        """The roles that must approve a plan: those of the edition in force when the ticket was received."""
        received = next(event for event in ticket.events if event.type == "received")
        known = self.editions.get(ticket.policy)
        return self.in_force(ticket.policy, received.at).approvals("plan") if known else ()

    def uses(self, *keys: str) -> bool:
        """Whether any clause has one of these keys."""
        clauses = (clause for editions in self.editions.values() for edition in editions for clause in edition.clauses)
        return any(not clause.keys.keys().isdisjoint(keys) for clause in clauses)

    def calendar(self, policy: Policy, hours: str = "") -> Calendar:
        """The working time of a policy: its days off, with the opening hours `[calendar.HOURS]` if one is named."""
        key = (policy.id, policy.edition, hours)
        if key not in self._calendars:
            self._calendars[key] = _calendar(policy, hours, self.days[policy.days], self.zone)
        return self._calendars[key]


def _calendar(policy: Policy, hours: str, days: DayTable, zone: ZoneInfo) -> Calendar:
    table = policy.document.get("calendar", {}).get(hours, {}) if hours else {}
    if "daily" in table:
        return Calendar.of(zone, days, (windows(table["daily"]),) * 7, every_day=True)
    weekly = table.get("weekly", {})
    calendar = Calendar.of(zone, days, tuple(windows(weekly.get(day, ())) for day in WEEKDAYS))
    makeup = table.get("makeup_hours")
    return replace(calendar, makeup_hours=windows(weekly.get(makeup, ()))) if makeup else calendar


def windows(texts: Sequence[str]) -> Windows:
    """Opening hours such as 08:00-12:00 as seconds after midnight."""
    return tuple((_seconds(start), _seconds(end)) for start, _, end in (text.partition("-") for text in texts))


def _seconds(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60
