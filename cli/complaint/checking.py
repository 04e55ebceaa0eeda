"""Owns how a check ends: what makes its answer less than whole, the CI formats, and the exit code."""

from __future__ import annotations

from collections.abc import Sequence

from complaint import options
from complaint.core.errors import ComplaintError
from complaint.judging import Seen
from complaint.render import reports
from complaint.render.reports import nagios
from complaint.workspace import Register, clock_runs_behind


def allow(how: str, *, exit_zero: bool) -> None:
    """Refuses a monitor that could never warn."""
    if exit_zero and how == "nagios":
        raise ComplaintError("it would silence the plugin", "leave it out with --format nagios", where="--exit-zero")


def doubts(shop: Register, seen: Seen, at: options.Moment, least: int | None) -> list[ComplaintError]:
    """Everything that could not be judged: what is unreadable, a clock that runs behind, fewer tickets than `least`."""
    found: list[ComplaintError] = list(seen.unread)
    late_clock = "" if at.given else clock_runs_behind(seen.newest, shop.settings.zone)
    if late_clock:
        found.append(ComplaintError(late_clock))
    if least is not None and seen.tickets < least:
        few = f"judged {seen.tickets} tickets, fewer than --min-tickets {least}: is this the right register?"
        found.append(ComplaintError(few))
    return found


def folder(shop: Register) -> str:
    """What leads from the git root to the register: "", or it ends in a slash; "" outside git."""
    from complaint import git

    top = git.root(shop.root)
    inside = shop.root.resolve().relative_to(top).as_posix() if top else "."
    return "" if inside == "." else f"{inside}/"


def exit_code(
    check: str, levels: set[str], unsure: Sequence[ComplaintError], how: str, *, exit_zero: bool = False
) -> int:
    """The exit code of a check that found these levels; what could not be judged outranks what was found."""
    if exit_zero:
        levels = set()
    if how == "nagios":
        return nagios.exit_code(levels, unsure=bool(unsure))
    if unsure:
        return 2
    return int(not levels.isdisjoint(reports.CHECKS[check].fails))
