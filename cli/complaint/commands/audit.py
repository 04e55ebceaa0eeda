"""Owns `audit`: is the register honest and complete? Every check is run, and everything found is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from complaint import options
from complaint.core.errors import ComplaintError
from complaint.render import reports

if TYPE_CHECKING:
    from complaint.core.checks.case import NotChecked


@click.command(
    "audit",
    help="Check that the register is honest and complete. Exit code 1 for errors, 2 if not all could be checked.",
)
@click.argument("named", metavar="[ID|FILE]...", nargs=-1)
@click.option(
    "--select", multiple=True, metavar="CODE", help="Only these checks: codes, names, first letters of codes."
)
@click.option("--ignore", multiple=True, metavar="CODE", help="Leave these checks out.")
@click.option("--list", "listing", is_flag=True, help="List the checks.")
@click.option("--explain", metavar="CODE", help="What a check finds, why, how to mend it, and an example.")
@click.option("--fix", is_flag=True, help="Mend layout, and header values that the events govern; never events.")
@click.option("--against", metavar="REV", help="Prove that nothing recorded was changed since a branch, a tag, a day.")
@click.option("--history", is_flag=True, help="Prove it for everything that was ever committed.")
@click.option("--min-tickets", type=click.IntRange(min=0), help="Fail with 2 if fewer tickets were judged.")
@options.exit_zero
@options.formats("table", "json", "jsonl", "csv", *reports.NAMES)
@options.asking
def command(
    named: tuple[str, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    listing: bool,
    explain: str | None,
    fix: bool,
    against: str | None,
    history: bool,
    min_tickets: int | None,
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
    from complaint.auditing import Audited
    from complaint.core import checks
    from complaint.mending import mended
    from complaint.render import answers, audits, catalogue
    from complaint.store.pages import page

    if listing or explain:
        found = checks.named(explain, where="--explain") if explain else None
        options.deliver(
            catalogue.explained(found, page(found.code)) if found else catalogue.listed(as_json=as_json), output
        )
        return 0
    codes = checks.selected(select, where="--select") if select else frozenset(checks.BY_CODE)
    codes -= checks.selected(ignore, where="--ignore")
    shop = options.opened(click.get_current_context(), register_path)
    at = options.moment_of(shop, as_of, known_at)
    only, then = shop.named_files(named) if named else None, at.as_of if at.given else None
    audited = Audited(shop, at.as_of, at.known_at, codes=codes, only=only, committed_by=then)
    if fix and audited.fixable:
        for path in mended(shop, audited.fixable, codes):
            options.say(f"mended {path}")
        audited = Audited(shop, at.as_of, at.known_at, codes=codes, only=only, committed_by=then)
    if against is not None or history:
        audited.prove(against, history=history)
    how = "json" if as_json else format_
    unsure = [*checking.doubts(shop, audited, at, min_tickets), *map(_not_checked, audited.grave)]
    frame = answers.Frame(at.as_of, shop.settings.zone, how, unsure if how in reports.NAMES else audited.unread)
    if how in reports.NAMES:
        report = audits.report(audited.found, frame, checking.folder(shop))
        options.deliver(reports.rendered(report, how), output)
    else:
        options.deliver(audits.audit(audited.found, frame), output, nothing=not audited.problems)
    if how not in ("table", "json"):
        options.say(audits.summary(audited.found, frame))
    options.told_unread(unsure)
    levels = {each.severity for each in audited.problems}
    return checking.exit_code("audit", levels, unsure, how, exit_zero=exit_zero)


def _not_checked(each: NotChecked) -> ComplaintError:
    return ComplaintError(f"not checked: {each.check}: {each.reason}")
