"""Owns the trace from every clause of the source texts to the pack, rule and examples that carry it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from complaint.core.examples import Outcome
from complaint.core.policy import Clause, Policy

STATUSES = ("computed", "configured", "checklist", "no rule", "missing")


class Traced(NamedTuple):
    """One clause of the sources: where it stands, what carries it, how many examples it has and how many fail.

    `status` is computed, configured, checklist, no rule (the source is damaged) or missing; `wrong` says what is not
    as its tier asks.
    """

    id: str
    pack: str
    tier: str
    kind: str
    source: str
    status: str
    rule: str
    examples: int
    failed: int
    wrong: str


def trace(listed: Sequence[Mapping[str, Any]], packs: Iterable[Policy], outcomes: Sequence[Outcome]) -> list[Traced]:
    """Every listed clause, traced; a computed one must have examples, all of them passing."""
    clauses = {clause.id: (policy, clause) for policy in packs for clause in policy.clauses}
    runs: dict[str, list[bool]] = {}
    for outcome in outcomes:
        runs.setdefault(outcome.clause, []).append(bool(outcome.wrong))
    return [_traced(row, clauses, runs) for row in listed]


def _traced(
    row: Mapping[str, Any], clauses: Mapping[str, tuple[Policy, Clause]], runs: Mapping[str, Sequence[bool]]
) -> Traced:
    found = clauses.get(row["id"])
    carrier = _carrier(row["id"], clauses)
    ran = [*runs.get(row["id"], ()), *(runs.get(carrier, ()) if carrier != row["id"] else ())]
    status = _status(row, found[1] if found else None)
    rule = "" if found is None else found[1].kind if carrier == row["id"] else f"by {carrier}"
    wrong = _wrong(row, found, status, ran)
    return Traced(
        row["id"], row["pack"], row["tier"], row["kind"], row["source"], status, rule, len(ran), sum(ran), wrong
    )


def _carrier(clause_id: str, clauses: Mapping[str, tuple[Policy, Clause]]) -> str:
    """The clause whose keys carry this one out: itself, or the one it configures."""
    found = clauses.get(clause_id)
    return str(found[1].keys.get("configures", clause_id)) if found else clause_id


def _status(row: Mapping[str, Any], clause: Clause | None) -> str:
    if clause is None:
        return "missing"
    if row.get("damaged"):
        return "no rule"
    return {"A": "computed", "B": "configured", "C": "checklist"}[row["tier"]]


def _wrong(row: Mapping[str, Any], found: tuple[Policy, Clause] | None, status: str, ran: Sequence[bool]) -> str:
    if found is None:
        return "no pack has it"
    if found[0].id != row["pack"]:
        return f"it stands in {found[0].id}"
    if status == "computed" and not ran:
        return "it has no example"
    return f"{sum(ran)} examples fail" if any(ran) else ""


def totals(rows: Sequence[Traced]) -> list[dict[str, Any]]:
    """By pack: how many clauses, how many of each status, how many examples, how many rows are wrong."""
    found = []
    for pack in dict.fromkeys(row.pack for row in rows):
        own = [row for row in rows if row.pack == pack]
        counts = {status: sum(row.status == status for row in own) for status in STATUSES}
        examples = sum(row.examples for row in own if not row.rule.startswith("by "))
        found.append(
            {
                "pack": pack,
                "clauses": len(own),
                **counts,
                "examples": examples,
                "wrong": sum(bool(row.wrong) for row in own),
            }
        )
    return found
