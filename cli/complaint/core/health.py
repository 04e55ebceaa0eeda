"""Owns what is sound in a policy but wants a look: reviews that are due, years without notice, hours that are short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from typing import NamedTuple

from complaint.core.policy import Clause, Policy
from complaint.core.rulebook import Rulebook
from complaint.core.selector import Selector
from complaint.core.shape import Path


class Finding(NamedTuple):
    """One finding at a key of the policy: how grave (error or warning), what, and how to mend it."""

    path: Path
    severity: str
    message: str
    help: str


def findings(edition: Policy, book: Rulebook, today: date) -> list[Finding]:
    """What every check of CHECKS finds in an edition."""
    return [finding for check in CHECKS for finding in check(edition, book, today)]


def review_due(edition: Policy, book: Rulebook, today: date) -> Iterator[Finding]:  # noqa: ARG001 - as every check
    """The day by which somebody meant to read it again has passed."""
    review = edition.document["policy"].get("review_by")
    if review and review < today:
        mend = "read it against its source, then move review_by on"
        yield Finding(("policy", "review_by"), "warning", f"its review was due by {review}", mend)


def years_without_notice(edition: Policy, book: Rulebook, today: date) -> Iterator[Finding]:
    """It counts working days, and this year's official notice is not in its calendar."""
    uses_days = any("working_days" in clause.keys.get("allow", {}) for clause in edition.clauses)
    if uses_days and today.year not in book.days[edition.days].firm_years:
        found = f"calendar {edition.days} has no notice for {today.year}: counts that touch it are provisional"
        mend = f"add [year.{today.year}] with its notice to calendars/{edition.days}.toml once it is out"
        yield Finding(("policy", "days"), "warning", found, mend)


def short_hours(edition: Policy, book: Rulebook, today: date) -> Iterator[Finding]:  # noqa: ARG001 - as every check
    """The hours that a calendar clause names are shorter than it asks, or closed on days off."""
    for index, clause in enumerate(edition.clauses):
        name, wanted = clause.keys.get("calendar", ""), clause.keys.get("hours_per_day")
        table = edition.document.get("calendar", {}).get(name, {})
        if clause.kind != "calendar" or not wanted or not table.keys() & {"daily", "weekly"}:
            continue
        hours = sum(end - start for start, end in book.calendar(edition, name).week[0]) / 3600
        place = ("clause", index, "calendar")
        if "weekly" in table:
            found = f"{clause.id}: calendar.{name} is closed on days off, the clause asks for every day"
            yield Finding(place, "error", found, "give it daily hours")
        elif hours < wanted:
            found = f"{clause.id}: calendar.{name} is open {hours:g} hours a day, the clause asks for {wanted}"
            yield Finding(place, "error", found, "lengthen the hours")


def uncovered_cells(edition: Policy, book: Rulebook, today: date) -> Iterator[Finding]:  # noqa: ARG001 - as every check
    """An act that has limits by severity or channel has none for some severity on some channel."""
    limits: dict[tuple[str, frozenset[str]], list[int]] = {}
    for index, clause in enumerate(edition.clauses):
        if clause.kind == "deadline" and "allow" in clause.keys and clause.named("starts") == (RECEIVED,):
            limits.setdefault((str(clause.named("met_by")), _kinds(clause)), []).append(index)
    for (_, kinds), several in limits.items():
        clauses = [edition.clauses[index] for index in several]
        conditions = [condition for clause in clauses for condition in clause.conditions]
        by = [key for key in ("severity", "channel") if any(key in each for each in conditions)]
        words = product(*(edition.words(key) for key in by)) if by and len(several) > 1 else ()
        cells = [dict(zip(by, each, strict=True)) for each in words]
        for kind in sorted(kinds):
            empty = [cell for cell in cells if not any(each.holds_for({"kind": kind, **cell}) for each in clauses)]
            if empty:
                named = "; ".join(" ".join(cell.values()) for cell in empty[:6])
                found = f"{kind}: no limit for {named} (of {', '.join(clause.id for clause in clauses)})"
                yield Finding(("clause", several[0], "when"), "warning", found, "add a clause for them, or widen one")


def _kinds(clause: Clause) -> frozenset[str]:
    """The kinds of ticket a clause is for; complaints, if it says nothing."""
    return frozenset(kind for each in clause.conditions for kind in each.get("kind", ())) or frozenset(("complaint",))


RECEIVED = Selector("received")
CHECKS: tuple[Callable[[Policy, Rulebook, date], Iterator[Finding]], ...] = (
    review_due,
    years_without_notice,
    short_hours,
    uncovered_cells,
)
