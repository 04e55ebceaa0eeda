"""Owns which words an event may carry: each typed value against the policy's lists, and what `correct` may set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from complaint.core.errors import ComplaintError, allowed_words
from complaint.core.moments import moment
from complaint.core.policy import Policy
from complaint.core.ticket import HIDDEN
from complaint.core.vocabulary import CORRECTABLE, FREE_TEXT, KINDS, OUTCOMES, Field, field_of

LISTED = {
    "channel": "channel",
    "source": "source",
    "severity": "severity",
    "flags": "flag",
    "category": "category",
    "nature": "nature",
    "department": "department",
    "handler": "handler",
    "against": "payer",
}


def check(policy: Policy | None, type_: str, fields: Mapping[str, Any]) -> None:
    """Refuses a value that is outside the lists of the policy; without a policy only the fixed words are checked."""
    both = set(fields.get("flags", ())) & set(fields.get("no_flags", ())) if field_of(type_, "no_flags") else ()
    if both:
        found = f"{' '.join(sorted(both))} cannot be set and taken away at once"
        raise ComplaintError(found, "give one of --flag and --no-flag", where="--no-flag")
    for key, value in fields.items():
        known = field_of(type_, key)
        if known is not None:
            _check_field(policy, known, value)
        elif type_ == "corrected":
            _check_corrected(policy, key, value)
    if policy is not None and "role" in fields:
        _check_word(str(fields["role"]), policy.words("role"), "--role")
    if policy is not None and type_ == "violation":
        _check_clause(policy, str(fields["clause"]))
    if policy is not None and type_ == "waived" and "clause" in fields:
        _check_word(str(fields["clause"]), tuple(clause.id for clause in policy.clauses), "--clause")


def about(policy: Policy | None, typed: Mapping[str, str], zone: ZoneInfo) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `--about` puts into the event and under [about]: due moments read as moments, personal values only named."""
    personal = policy.personal if policy else ()
    moment_keys = {str(clause.keys.get("allow", {}).get("until", "")) for clause in policy.clauses} if policy else set()
    values: dict[str, Any] = {
        key: moment(text, zone, where=f"--about {key}", day_end=True) if f"about.{key}" in moment_keys else text
        for key, text in typed.items()
    }
    return {f"about_{key}": HIDDEN if key in personal else value for key, value in values.items()}, values


def _check_field(policy: Policy | None, known: Field, value: object) -> None:
    allowed = known.words if not known.listed else policy.words(known.listed) if policy else ()
    if known.form in ("word", "words"):
        for word in value if isinstance(value, list) else [value]:
            _check_word(str(word), allowed, known.typed)


def _check_corrected(policy: Policy | None, key: str, value: object) -> None:
    fixed = {"kind": KINDS, "outcome": OUTCOMES}
    allowed = fixed.get(key, ()) or (policy.words(LISTED[key]) if policy and key in LISTED else ())
    for word in value if isinstance(value, list) else [value]:
        if word != "":
            _check_word(str(word), allowed, f"--set {key}")


def _check_word(word: str, allowed: tuple[str, ...], option: str) -> None:
    if allowed and word not in allowed:
        raise ComplaintError(f'found "{word}"', allowed_words(word, allowed), where=option)


def _check_clause(policy: Policy, clause_id: str) -> None:
    fines = tuple(clause.id for clause in policy.clauses if clause.kind == "fine")
    if clause_id not in fines:
        allowed = allowed_words(clause_id, fines) if fines else "this policy has no fine clauses at all"
        raise ComplaintError(
            f'{policy.id} {policy.edition} has no fine clause "{clause_id}"', allowed, where="--clause"
        )


def correctable(key: str, complainant_keys: tuple[str, ...]) -> tuple[str, ...]:
    """The place in the file that `correct --set KEY=…` means: one key of the header, or two of a table."""
    if key in CORRECTABLE or key in FREE_TEXT:
        return (key,)
    table, _, name = key.rpartition(".")
    if table in ("about", "complainant") and name:
        return (table, name)
    if not table and key in complainant_keys:
        return ("complainant", key)
    allowed = (*CORRECTABLE, *FREE_TEXT, *complainant_keys, "about.KEY", "complainant.KEY")
    raise ComplaintError(f'"{key}" cannot be corrected', allowed_words(key, allowed), where="--set")
