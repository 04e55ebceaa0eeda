"""Owns the Test Anything Protocol, version 13: a test that says how many tickets were judged, then one a finding."""

from __future__ import annotations

import json
from collections.abc import Iterator

from complaint.render.reports import Finding, Report


def text(report: Report) -> str:
    """The plan comes first, so that a cut-off report is seen to be one."""
    cases = [*report.told, *report.passed]
    rows = ["TAP version 13", f"1..{1 + len(cases) + len(report.notes)}", f"ok 1 - {_plain(report.summary())}"]
    for number, each in enumerate(cases, 2):
        rows += _case(report, number, each)
    for number, each in enumerate(report.notes, 2 + len(cases)):
        rows.append(f"ok {number} - {each.rule} # SKIP {_plain(each.message)}")
    return "\n".join(rows) + "\n"


def _case(report: Report, number: int, one: Finding) -> Iterator[str]:
    passes = not one.unjudged and not report.fails(one)
    yield f"{'ok' if passes else 'not ok'} {number} - {_plain(f'{one.ticket or one.path} {one.rule}')}"
    told = {"message": one.message, "severity": one.level, "file": one.path, "line": one.line}
    yield "  ---"
    for key, value in told.items():
        yield f"  {key}: {json.dumps(value, ensure_ascii=False)}"
    yield "  ..."


def _plain(description: str) -> str:
    """A `#` would begin a directive such as SKIP, in some readers even an escaped one."""
    return description.replace("#", "\\x23")
