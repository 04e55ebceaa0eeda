"""Owns GitLab's code quality report."""

from __future__ import annotations

from complaint.render import shapes
from complaint.render.reports import Finding, Report, fingerprints

SEVERITY = {"error": "major", "warning": "minor", "note": "info"}


def text(report: Report) -> str:
    """A JSON list; GitLab does not show `check_name`, so the description begins with it."""
    return shapes.dumped([_issue(*each) for each in fingerprints([*report.told, *report.notes])])


def _issue(one: Finding, mark: str, number: int) -> dict[str, object]:
    return {
        "description": f"{one.rule}: {one.message}",
        "check_name": one.rule,
        "fingerprint": mark if number == 1 else f"{mark}-{number}",
        "severity": "critical" if one.unjudged else SEVERITY[one.level],
        "location": {"path": one.path, "lines": {"begin": one.line}},
    }
