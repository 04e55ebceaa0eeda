"""Owns how judged obligations become the report of `overdue`: a finding at the line of the event that started each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from complaint.core.moments import people
from complaint.core.obligations import Obligation
from complaint.render.answers import Frame, Judged
from complaint.render.reports import Finding, Gauge, Report, Rule, unread
from complaint.store.home import SETTINGS
from complaint.store.tickets import Stored, unreadable

LEVELS = {"overdue": "error", "due-soon": "warning"}
OPEN = ("running", "due-soon", "overdue")


def overdue(rows: Sequence[Judged], judged: Sequence[Judged], tickets: int, frame: Frame, folder: str) -> Report:
    """What is overdue or due soon among `rows`, and how many of all `judged` are open.

    `folder` is what leads from the git root to the register.
    """
    found = [_finding(*each, frame, folder) for each in rows]
    return Report(
        "overdue",
        frame.as_of,
        frame.zone,
        list({row.clause.id: _rule(row) for row, _ in rows}.values()),
        [each for each in found if each.level != "none"],
        tickets,
        missed(frame, folder),
        [each for each in found if each.level == "none"],
        [_open_obligations(judged)],
    )


def missed(frame: Frame, folder: str) -> list[Finding]:
    """What could not be judged; what is true of the whole register stands at its settings."""
    places = [(*unreadable(error)[:2], error.plain or error.found) for error in frame.unread]
    return [unread(folder + (path or SETTINGS), line, message) for path, line, message in places]


def _rule(row: Obligation) -> Rule:
    clause, policy = row.clause, row.policy
    acts = ", ".join(str(each) for each in clause.named("met_by")) or "what it asks for"
    mend = (
        f"Record what meets it ({acts}), with the time when it happened; `complaint show ID` says what else is missing."
    )
    return Rule(clause.id, clause.id, clause.title["en"], f"{policy.source}: {clause.cite}", mend)


def _finding(row: Obligation, stored: Stored, frame: Frame, folder: str) -> Finding:
    due = f", due {people(row.due_at, frame.zone, limit=True)}" if row.due_at else ""
    unsure = " (provisional)" if row.provisional else ""
    department = row.facts.get("department")
    has_it = f"; it is with {department}" if department else ""
    message = f"{row.ticket} {row.state}{due}{unsure}: {row.clause.title['en']}{has_it}"
    level, line = LEVELS.get(row.state, "none"), stored.line(row.event)
    return Finding(row.clause.id, level, folder + stored.file.shown, line, 1, row.ticket, message, row.id)


def _open_obligations(judged: Sequence[Judged]) -> Gauge:
    keys = Counter(
        (row.policy.id, str(row.facts.get("department") or ""), row.state) for row, _ in judged if row.state in OPEN
    )
    samples = [
        ({"policy": policy, "department": department, "state": state}, float(number))
        for (policy, department, state), number in sorted(keys.items())
    ]
    return Gauge("complaint_obligations", "Open obligations.", samples)
