"""Owns what a Nagios plugin says: one line with performance data, and its exit codes 0 to 3."""

from __future__ import annotations

from complaint.core.errors import UNKNOWN
from complaint.core.text import show
from complaint.render.reports import Report

STATES = ("OK", "WARNING", "CRITICAL", "UNKNOWN")


def text(report: Report) -> str:
    """The line; what could not be judged outranks what was found."""
    state = exit_code({each.level for each in report.findings}, unsure=bool(report.missed))
    first = next(iter(report.told), None)
    notes = "".join(f"; {each}" for each in report.noted)
    place = f"; {first.path}:{first.line}: {first.message}" if first else ""
    words = report.words
    data = (
        f"'{words.error}'={report.count('error')};;0;0 '{words.warning}'={report.count('warning')};0;;0 "
        f"tickets={report.tickets};;;0 unread={report.missed};;;0"
    )
    return f"COMPLAINT {report.check.upper()} {STATES[state]}: {_one(report.summary() + place + notes)} | {data}\n"


def unknown(message: str) -> str:
    """The line for what was refused, or went wrong, before anything could be judged."""
    return f"COMPLAINT {STATES[UNKNOWN]}: {_one(show(message))}\n"


def exit_code(levels: set[str], *, unsure: bool) -> int:
    """The plugin's exit code."""
    return UNKNOWN if unsure else 2 if "error" in levels else 1 if "warning" in levels else 0


def _one(text_: str) -> str:
    """A bar would begin the performance data."""
    return text_.replace("|", "\\x7c")
