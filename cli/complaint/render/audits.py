"""Owns the audit as text: its problems for people and programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from complaint.core.checks import BY_CODE
from complaint.core.checks.case import ERROR, Check, Compared, Findings, Problem, Waived
from complaint.core.moments import people
from complaint.core.text import show
from complaint.render import shapes
from complaint.render.answers import Frame, count, judged
from complaint.render.findings import missed
from complaint.render.reports import Finding, Gauge, Report, Rule, counted, note
from complaint.render.shapes import Row
from complaint.render.values import TEXT, WHOLE, Form, maybe, word
from complaint.store.home import SETTINGS

PROBLEM: Mapping[str, Form] = {
    "code": TEXT,
    "check": TEXT,
    "severity": word("error", "warning"),
    "path": TEXT,
    "line": maybe(WHOLE),
    "column": maybe(WHOLE),
    "ticket": maybe(TEXT),
    "clause": maybe(TEXT),
    "message": TEXT,
    "help": maybe(TEXT),
}


def audit(found: Findings, frame: Frame, missed: int) -> str:
    """complaint.audit/1, or a line and its remedy for each problem; so many things could not be judged."""
    if frame.how != "table":
        more = {
            "waived": [{**_row(each.problem), **_waiver(each, frame)} for each in found.waived],
            "not_checked": [{"check": each.check, "reason": each.reason} for each in found.not_checked],
            "proof": found.proof and found.proof._asdict(),
        }
        rows = [_row(each) for each in found.problems]
        return frame.rows("complaint.audit/1", "problems", rows, tuple(PROBLEM), tickets=found.tickets, **more)
    told = [*map(_told, found.problems), *(_told_waived(each, frame) for each in found.waived)]
    told += [f"{line}\n" for line in notes(found)]
    return "".join([*told, summary(found, frame, missed), "\n"])


def notes(found: Findings) -> list[str]:
    """What was not checked, a line each."""
    return [f"note: not checked: {show(f'{each.check}: {each.reason}')}" for each in found.not_checked]


def report(found: Findings, frame: Frame, folder: str, told: int = 0) -> Report:
    """The report of an audit; what is waived has passed. `folder` is what leads from the git root to the register.

    Of so much that could not be read the problems tell; the rest is in the frame.
    """
    codes = sorted({each.code for each in found.problems})
    kinds = Counter((each.check, each.severity) for each in found.problems)
    samples = [
        ({"check": check, "severity": severity}, float(kinds[check, severity])) for check, severity in sorted(kinds)
    ]
    return Report(
        "audit",
        frame.as_of,
        frame.zone,
        [_rule(BY_CODE[code]) for code in codes],
        [_finding(each, folder) for each in found.problems],
        found.tickets,
        missed(frame, folder),
        [_finding(each.problem, folder)._replace(level="none") for each in found.waived],
        [
            Gauge("complaint_problems", "Problems that the audit found.", samples),
            Gauge("complaint_waived", "Problems that a waiver lets stand.", [({}, float(len(found.waived)))]),
        ],
        [note(folder + SETTINGS, f"{each.check}: {each.reason}") for each in found.not_checked if not each.grave],
        told,
        _proof(found.proof),
    )


def _rule(check: Check) -> Rule:
    from complaint.store.pages import page

    told = page(check.code)
    return Rule(check.code, check.name, check.title, f"{told.why} {told.rule}", told.mend, check.severity)


def _finding(each: Problem, folder: str) -> Finding:
    said = each.plain or each.message
    message = f"{said}{f' ({each.clause})' if each.clause else ''}"
    identity = "/".join([each.code, each.ticket or each.path, each.clause, each.event, said])
    place = (folder + each.path, each.line, each.column, each.ticket)
    return Finding(each.code, each.severity, *place, message, identity, each.unjudged)


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
    head = f"{place(problem)}: {problem.severity} {_named(problem)}"
    return f"{head}\n    {show(problem.help)}\n" if problem.help else f"{head}\n"


def _named(problem: Problem) -> str:
    """Code, message and clause."""
    return f"{problem.code} {show(problem.message)}" + (f" ({problem.clause})" if problem.clause else "")


def _told_waived(each: Waived, frame: Frame) -> str:
    fields, problem = each.waiver.fields, each.problem
    until = people(fields["until"], frame.zone, limit=True)
    why = f"{fields['reason']} ({each.waiver.by}, {fields['role']}, until {until})"
    return f"{place(problem)}: waived {_named(problem)}\n    {show(why)}\n"


def summary(found: Findings, frame: Frame, missed: int) -> str:
    """How many tickets were judged, how much was found, waived, could not be judged; what git was asked."""
    errors = sum(each.severity == ERROR for each in found.problems)
    levels = [errors, len(found.problems) - errors, len(found.waived), missed]
    return f"{judged(found.tickets, frame)}: {counted('audit', *levels)}{_proof(found.proof)}"


def _proof(done: Compared | None) -> str:
    if done is None:
        return ""
    against = f", against {show(done.against)} ({done.revision[:12]})" if done.revision else ""
    return f"; compared with git: {count(done.tickets, 'ticket')} in {count(done.commits, 'commit')}{against}"
