"""Owns the audit's table of checks: every code with its name, what it finds, how grave that is, and how it is found."""

from __future__ import annotations

from collections.abc import Sequence

from complaint.core.checks import history, money, records, steps
from complaint.core.checks.case import WARNING, Check
from complaint.core.errors import ComplaintError, allowed_words

# Checks of files, rules and git's history, which the code that reads those carries out.
FILES = (
    Check("F001", "unreadable", "A file cannot be read as a ticket", waivable=False),
    Check("F002", "conflict-markers", "A merge left its conflict markers in a ticket", waivable=False),
    Check("F003", "file-name", "A file's name is no ticket id, or its check symbol does not fit", waivable=False),
    Check("F004", "wrong-folder", "A ticket lies in another month's folder", waivable=False),
    Check("F005", "no-plain-file", "A link, a pipe, a device or a folder stands in place of a file", waivable=False),
    Check("F006", "too-large", "A file is larger than the register allows", waivable=False),
    Check("F007", "stray", "Something lies where tickets in it are not seen", waivable=False),
    Check("F008", "duplicate-id", "Two files are the same ticket", waivable=False),
    Check("F009", "duplicate-event", "Two tickets have an event with the same key", waivable=False),
    Check("F010", "layout", "A ticket is not laid out as the commands write it", severity=WARNING, waivable=False),
)
RULES = (
    Check("Y001", "broken-rules", "A policy or a calendar cannot be judged by", waivable=False),
    Check("Y002", "edited-edition", "An edition was changed after tickets were judged by it", waivable=False),
    Check("Y003", "policy-health", "A policy is sound but wants a look", severity=WARNING, waivable=False),
    Check("Y004", "ignore-file", "The register does not ignore its lock and temporary files", waivable=False),
    Check("Y006", "left-over", "A broken-off write left a temporary file", severity=WARNING, waivable=False),
    Check(
        "Y007",
        "loosened",
        "A rule is not what the revision compared with says, or asks less",
        severity=WARNING,
        waivable=False,
    ),
    Check("W002", "waiver-idle", "A waiver lets nothing stand", severity=WARNING, waivable=False),
)
PROOF = (
    Check("G001", "event-changed", "A recorded event was changed", waivable=False),
    Check("G002", "event-removed", "A recorded event was removed", waivable=False),
    Check("G003", "ticket-deleted", "A ticket was deleted", waivable=False),
    Check(
        "G004", "recorded-after-commit", "An event says it was recorded after the commit that holds it", waivable=False
    ),
    Check("G005", "backdated", "An event was inserted under a key older than a version without it"),
    Check("G006", "committed-late", "An event was committed long after it says it was recorded"),
    Check("P002", "personal-in-commit", "A commit message holds a telephone or identity number", waivable=False),
)
CHECKS: Sequence[Check] = tuple(
    sorted(
        (*FILES, *history.CHECKS, *steps.CHECKS, *records.CHECKS, *money.CHECKS, *RULES, *PROOF),
        key=lambda check: ("FHSRTMLPYWG".index(check.code[0]), check.code),
    )
)
LAYOUT, HEADER = "F010", "H001"  # what may be mended without asking
BY_CODE = {check.code: check for check in CHECKS}
BY_NAME = {check.name: check for check in CHECKS}


def named(typed: str, *, where: str) -> Check:
    """The check that is called so, by its code or its name."""
    found = BY_CODE.get(typed.upper()) or BY_NAME.get(typed.lower())
    if found is None:
        allowed = tuple(f"{check.code} {check.name}" for check in CHECKS)
        raise ComplaintError(f'there is no check "{typed}"', _near(typed) or allowed_words("", allowed), where=where)
    return found


def _near(typed: str) -> str:
    from complaint.core.errors import nearest

    near = nearest(typed, [*BY_NAME, *BY_CODE])
    return f"did you mean {near}? `complaint audit --list` shows them all" if near else ""


def selected(typed: Sequence[str], *, where: str) -> frozenset[str]:
    """The codes that words name: codes, names, or the first letters of codes (H, S0); several after commas."""
    found: set[str] = set()
    for word in (part.strip() for text in typed for part in text.split(",")):
        begun = {check.code for check in CHECKS if word and check.code.startswith(word.upper())}
        found |= begun or {named(word, where=where).code}
    return frozenset(found)
