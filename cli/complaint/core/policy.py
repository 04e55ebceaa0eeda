"""Owns what a policy says: editions, lists, clauses and which of them apply; made from a checked document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

from complaint.core.selector import Selector, selectors
from complaint.core.vocabulary import STEPS, WORDS, upgraded_by

TIMED = ("deadline", "contact-attempts", "report")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROLES = (
    "starts", "starts_else", "restarts_after", "met_by", "met_after", "taken_back_by", "cancelled_by", "ended_by",
    "once", "of", "not_after", "each", "order", "forbids", "again", "at", "opens", "discarded_by",
)  # fmt: skip


class Clause(NamedTuple):
    """One rule: stable `id`, `kind`, titles by language, its citation, and the keys of its kind as written."""

    id: str
    kind: str
    title: Mapping[str, str]
    cite: str
    keys: Mapping[str, Any]
    conditions: tuple[Mapping[str, Any], ...] = ()
    exception_to: tuple[str, ...] = ()
    roles: Mapping[str, tuple[Selector, ...]] = {}

    def named(self, role: str) -> tuple[Selector, ...]:
        """The events named under `starts`, `met_by` and the like."""
        return self.roles.get(role, ())

    def holds_for(self, facts: Mapping[str, Any]) -> bool:
        """Whether the clause's own conditions fit the governed values `facts`."""
        return not self.conditions or any(fits(condition, facts) for condition in self.conditions)


def fits(condition: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether every value that a condition names is one of those it allows (a flag: whether there is one)."""
    for key, wanted in condition.items():
        value = facts.get(key)
        if isinstance(wanted, bool):
            if bool(value) != wanted:
                return False
        elif isinstance(value, (list, tuple, set, frozenset)):
            if not set(value) & set(wanted):
                return False
        elif value not in wanted:
            return False
    return True


class Policy(NamedTuple):
    """One edition: a set of rules that is in force from a day on."""

    id: str
    edition: str
    effective_from: date
    title: Mapping[str, str]
    source: str
    document: Mapping[str, Any]
    clauses: tuple[Clause, ...] = ()

    @property
    def days(self) -> str:
        """The calendar of days off that its working days follow."""
        return str(self.document["policy"].get("days", "cn"))

    @property
    def extends(self) -> tuple[str, ...]:
        """The policies whose clauses hold here too, unless a clause of the same id stands in this one."""
        return tuple(self.document["policy"].get("extends", ()))

    def extended(self, base: Policy) -> Policy:
        """This edition with the clauses, steps and hours of a base that it has not itself."""
        own = {clause.id for clause in self.clauses}
        added = tuple(clause for clause in base.clauses if clause.id not in own)
        merged = {key: {**base.document.get(key, {}), **self.document.get(key, {})} for key in ("steps", "calendar")}
        return self._replace(clauses=(*self.clauses, *added), document={**self.document, **merged})

    @property
    def steps(self) -> tuple[str, ...]:
        """The named steps: those shipped and those of the policy."""
        return (*STEPS, *(name for name in self.document.get("steps", {}) if name not in STEPS))

    @property
    def personal(self) -> tuple[str, ...]:
        """The keys under [about] that are personal data."""
        return tuple(self.document.get("personal", ()))

    @property
    def limits(self) -> bool:
        """Whether any clause says how long something may take; nothing is ever overdue without one."""
        return any(clause.kind in TIMED and clause.keys.get("allow") for clause in self.clauses)

    def words(self, name: str) -> tuple[str, ...]:
        """The words of a list; empty where any value is accepted."""
        if name == "step":
            return self.steps
        return tuple(self.document.get("lists", {}).get(name, WORDS.get(name, ())))

    def approvals(self, what: str) -> tuple[str, ...]:
        """The roles that must approve an extension, a plan, an answer, a classification."""
        return tuple(self.document.get("approvals", {}).get(what, ()))

    def threshold(self, name: str) -> timedelta | None:
        """A length of time that the audit measures recorded moments by; None where the team has set none."""
        written = self.document.get("audit", {}).get(name)
        return timedelta(**written) if written else None

    def clause(self, clause_id: str) -> Clause | None:
        """The clause with that id."""
        return next((clause for clause in self.clauses if clause.id == clause_id), None)

    def facts(self, values: Mapping[str, Any], about: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The governed values as clauses see them, with what stands under [about] as about.KEY.

        The first severity is the default, a source implies `upgraded`, and classification clauses that `set` values
        from what is known add their marks, and whatever else nobody has set.
        """
        facts = {**{f"about.{key}": value for key, value in (about or {}).items()}, **values}
        given = dict(values)
        holding = [clause for clause in self.classifying if clause.holds_for(facts)]
        beaten = {other for clause in holding for other in clause.exception_to}
        for clause in self.classifying:
            if clause.id not in beaten and clause.holds_for(facts):
                marks = sorted({*facts.get("flags", ()), *clause.keys["sets"].get("flags", ())})
                others = {key: value for key, value in clause.keys["sets"].items() if not given.get(key)}
                facts |= {**others, "flags": marks} if marks else others
        severities = self.words("severity")
        facts["severity"] = facts.get("severity") or (severities[0] if severities else "")
        if upgraded_by(facts.get("source")):
            facts["flags"] = sorted({*facts.get("flags", ()), "upgraded"})
        return facts

    @property
    def classifying(self) -> tuple[Clause, ...]:
        """The clauses that set values of a ticket from what is known of it alone."""
        return tuple(
            clause for clause in self.clauses if "sets" in clause.keys and not {"same", "words"} & clause.keys.keys()
        )

    def first(self, facts: Mapping[str, Any]) -> bool:
        """Whether a ticket comes before others in every list."""
        return any(clause.keys.get("first") and clause.holds_for(facts) for clause in self.clauses)

    def in_force(self, facts: Mapping[str, Any]) -> frozenset[str]:
        """The ids of the clauses that apply to `facts`, exceptions taken out."""
        holding = {clause.id for clause in self.clauses if clause.holds_for(facts)}
        beaten = {other for clause in self.clauses if clause.id in holding for other in clause.exception_to}
        return frozenset(holding - beaten)


def policy(document: Mapping[str, Any]) -> Policy:
    """The edition that a checked document writes."""
    head = document["policy"]
    clauses = tuple(_clause(table) for table in document.get("clause", ()))
    return Policy(head["id"], head["edition"], head["effective_from"], head["title"], head["source"], document, clauses)


def _clause(table: Mapping[str, Any]) -> Clause:
    when, beats = table.get("when", ()), table.get("exception_to", ())
    roles = {role: selectors(table[role]) for role in ROLES if role in table}
    if "attempts" in table:
        roles["attempts"] = selectors(table["attempts"]["of"])
    if "same_person" in table and not table["same_person"].startswith("about."):
        roles["same_person"] = selectors(table["same_person"])
    return Clause(
        table["id"], table["kind"], table["title"], table["cite"], table,
        conditions=(when,) if isinstance(when, dict) else tuple(when),
        exception_to=(beats,) if isinstance(beats, str) else tuple(beats),
        roles=roles,
    )  # fmt: skip
