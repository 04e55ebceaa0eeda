"""Owns `overdue`: what is overdue, what soon will be, and with --all every obligation; a check that fails closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from complaint import options
from complaint.core.errors import ComplaintError
from complaint.render import reports

if TYPE_CHECKING:
    from complaint.core.obligations import Obligation
    from complaint.judging import Judged
    from complaint.store.tickets import Stored
    from complaint.workspace import Register


@click.command("overdue", help="Say what is overdue. Exit code 1 if something is, 2 if not everything could be judged.")
@click.option("--due-within", metavar="TIME", help="Add what is due within 30m, 4h, 1d of wall time.")
@click.option("--all", "everything", is_flag=True, help="Every obligation with its state.")
@click.option("--policy", help="Only under this policy.")
@click.option("--department", help="Only of this department.")
@click.option("--clause", help="Only under this clause.")
@click.option(
    "--min-tickets",
    type=click.IntRange(min=0),
    help="Fail with 2 if fewer tickets were judged: a monitor that saw nothing is not green.",
)
@click.option("--explain", is_flag=True, help="Show for each row how its due moment comes about.")
@options.exit_zero
@options.formats("table", "json", "jsonl", "csv", *reports.NAMES)
@options.asking
def command(
    due_within: str | None,
    everything: bool,
    policy: str | None,
    department: str | None,
    clause: str | None,
    min_tickets: int | None,
    explain: bool,
    exit_zero: bool,
    format_: str,
    as_json: bool,
    output: str | None,
    as_of: str | None,
    known_at: str | None,
    register_path: str | None,
) -> int:
    """The command."""
    from complaint import checking
    from complaint.judging import Judged
    from complaint.render import answers, findings

    how = "json" if as_json else format_
    checking.allow(how, exit_zero=exit_zero)
    shop = options.opened(click.get_current_context(), register_path)
    at, within = options.moment_of(shop, as_of, known_at), options.within(due_within)
    _check_names(shop, policy, clause)
    judged = Judged(shop, at.as_of, at.known_at, within)
    shop.check_department(department, {str(row.facts.get("department", "")) for row, _ in judged.rows})
    asked = _asked(judged, policy, clause, department)
    rows = [(row, stored) for row, stored in asked if everything or row.state in findings.LEVELS]
    unsure = checking.doubts(shop, judged, at, min_tickets)
    frame = answers.Frame(at.as_of, shop.settings.zone, how, unsure if how in reports.NAMES else judged.unread)
    if how in reports.NAMES:
        report = findings.overdue(rows, asked, judged.tickets, frame, checking.folder(shop))
        options.deliver(reports.rendered(report, how), output)
    else:
        told = answers.overdue(rows, judged.tickets, frame, book=shop.rulebook if explain else None)
        options.deliver(told, output, nothing=not rows)
    if how not in ("table", "json"):
        options.say(answers.judged(judged.tickets, frame))
    for name in judged.limitless:
        options.say(f"nothing can be overdue under the policy {name}: it sets no limit (`allow` of its clauses)")
    options.told_unread(unsure, plain=how in reports.NAMES)
    levels = {findings.LEVELS.get(row.state, "none") for row, _ in rows}
    return checking.exit_code("overdue", levels, unsure, how, exit_zero=exit_zero)


def _asked(
    judged: Judged, policy: str | None, clause: str | None, department: str | None
) -> list[tuple[Obligation, Stored]]:
    """The obligations that the filters let through, the first due first."""
    asked = [
        (row, stored)
        for row, stored in judged.rows
        if (not policy or row.policy.id == policy)
        and (not clause or row.clause.id == clause)
        and (not department or row.facts.get("department") == department)
    ]
    return sorted(
        asked,
        key=lambda pair: (pair[0].due_at is None, pair[0].due_at, pair[0].ticket, pair[0].clause.id, pair[0].event),
    )


def _check_names(shop: Register, policy: str | None, clause: str | None) -> None:
    """A filter that matches nothing because it is misspelt must not look like a clean answer."""

    editions = shop.rulebook.editions
    shop.check_policy(policy)
    known = sorted({each.id for several in editions.values() for edition in several for each in edition.clauses})
    if clause and clause not in known:
        from complaint.core.errors import nearest

        near = nearest(clause, known)
        raise ComplaintError(
            f'no policy has a clause "{clause}"',
            f"did you mean {near}?" if near else "`complaint policy show` lists them",
            where="--clause",
        )
