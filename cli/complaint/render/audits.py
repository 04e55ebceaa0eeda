"""Owns the audit as text: its problems for people and programs, the list of checks, and the page of each."""

from __future__ import annotations

from collections.abc import Sequence

from complaint.core.checks import CHECKS
from complaint.core.checks.case import ERROR, Check, Problem, Waived
from complaint.core.text import show
from complaint.render import shapes
from complaint.render.answers import Frame, count, judged, table
from complaint.render.shapes import Row
from complaint.store.pages import Page

PROBLEM = ("code", "check", "severity", "path", "line", "column", "ticket", "clause", "message", "help")


def audit(problems: Sequence[Problem], waived: Sequence[Waived], tickets: int, frame: Frame) -> str:
    """complaint.audit/1, or a line and its remedy for each problem."""
    if frame.how != "table":
        allowed = [{**_row(each.problem), **_waiver(each, frame)} for each in waived]
        rows = [_row(each) for each in problems]
        return frame.rows("complaint.audit/1", "problems", rows, PROBLEM, tickets=tickets, waived=allowed)
    told = "".join(_told(each) for each in problems)
    told += "".join(_told_waived(each, frame) for each in waived)
    return told + summary(problems, waived, tickets, frame) + "\n"


def _row(problem: Problem) -> Row:
    return {key: getattr(problem, key) or None for key in PROBLEM}


def _waiver(each: Waived, frame: Frame) -> Row:
    fields = each.waiver.fields
    until = shapes.stamp(fields["until"], frame.zone)
    return {
        **{key: fields.get(key) for key in ("reason", "role")},
        "by": each.waiver.by,
        "until": until,
        "event": each.waiver.key,
    }


def place(problem: Problem) -> str:
    """Where a problem is: path, line and column."""
    return show(f"{problem.path}:{problem.line}:{problem.column}")


def _told(problem: Problem) -> str:
    clause = f" ({problem.clause})" if problem.clause else ""
    head = f"{place(problem)}: {problem.severity} {problem.code} {show(problem.message)}{clause}"
    return f"{head}\n    {show(problem.help)}\n" if problem.help else f"{head}\n"


def _told_waived(each: Waived, frame: Frame) -> str:
    fields, problem = each.waiver.fields, each.problem
    until = fields["until"].astimezone(frame.zone)
    why = f"{fields['reason']} ({each.waiver.by}, {fields['role']}, until {until:%Y-%m-%d %H:%M})"
    return f"{place(problem)}: waived {problem.code} {show(problem.message)}\n    {show(why)}\n"


def summary(problems: Sequence[Problem], waived: Sequence[Waived], tickets: int, frame: Frame) -> str:
    """How many tickets were judged, and how much was found."""
    errors = sum(each.severity == ERROR for each in problems)
    told = f"{judged(tickets, frame)}: {count(errors, 'error')}, {count(len(problems) - errors, 'warning')}"
    return told + (f", {len(waived)} waived" if waived else "")


def listed(*, as_json: bool) -> str:
    """Every check: code, name, severity, what it finds."""
    if as_json:
        rows = [
            {key: getattr(each, key) for key in ("code", "name", "severity", "title", "waivable")} for each in CHECKS
        ]
        return shapes.dumped({"schema": "complaint.checks/1", "checks": rows})
    return table(
        [(each.code, each.name, each.severity, each.title) for each in CHECKS],
        ("code", "name", "severity", "what it finds"),
    )


def explained(check: Check, page: Page) -> str:
    """The page of a check: what, why and by which rule, how to mend it, an example with what is reported."""
    waived = "it may be waived" if check.waivable else "it cannot be waived"
    parts = [
        f"{check.code} {check.name} ({check.severity}; {waived})",
        check.title + ".",
        "",
        f"Why: {page.why}",
        f"Rule: {page.rule}",
        f"Mend: {page.mend}",
        "",
        f"Example: {page.story}",
        *(f"    {line}" for change in page.change for line in change.shown()),
        f"`complaint {' '.join(['audit', *page.options])}` then says:",
        *(f"    {line}" for line in page.reports),
    ]
    return "\n".join(parts) + "\n"
