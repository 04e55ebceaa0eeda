"""Owns `audit`: is the register honest and complete? Every check is run, and everything found is reported."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from complaint import options
from complaint.core.errors import ComplaintError
from complaint.render import reports

if TYPE_CHECKING:
    from complaint.auditing import Audited
    from complaint.core.checks.case import NotChecked
    from complaint.store.tickets import File
    from complaint.workspace import Register


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
    how = "json" if as_json else format_
    if listing or explain:
        _check_page(named, how, listing=listing, explain=explain)
        options.deliver(_page(explain, how), output)
        return 0
    from complaint import checking
    from complaint.core import checks

    checking.allow(how, exit_zero=exit_zero)
    codes = checks.selected(select, where="--select") if select else frozenset(checks.BY_CODE)
    codes -= checks.selected(ignore, where="--ignore")
    shop = options.opened(click.get_current_context(), register_path, named, lenient=True)
    at = options.moment_of(shop, as_of, known_at)
    audited = _audited(shop, at, codes, shop.named_files(named) if named else None, fix=fix)
    if against is not None or history:
        audited.prove(against, history=history)
    return _answered(audited, at, how, output, min_tickets, exit_zero=exit_zero)


def _check_page(named: tuple[str, ...], how: str, *, listing: bool, explain: str | None) -> None:
    """--list and --explain each answer alone, and not in every format."""
    asked, answers = ("--list", ("table", "json", "jsonl", "csv")) if listing else ("--explain", ("table", "json"))
    if named or (listing and explain):
        beside = named[0] if named else "--explain"
        raise ComplaintError(f"{asked} answers alone, and {beside} was given too", "leave one out", where=asked)
    if how not in answers:
        raise ComplaintError(f"{asked} has no answer in {how}", f"allowed: {', '.join(answers)}", where="--format")


def _page(code: str | None, how: str) -> str:
    """The page of a check, or the list of all."""
    from complaint.core import checks
    from complaint.render import catalogue
    from complaint.store.pages import page

    if code is None:
        return catalogue.listed(how)
    found = checks.named(code, where="--explain")
    told = catalogue.described if how == "json" else catalogue.explained
    return told(found, page(found.code))


def _audited(
    shop: Register, at: options.Moment, codes: frozenset[str], only: list[File] | None, *, fix: bool
) -> Audited:
    """What is found, once what may be mended without asking is mended."""
    from complaint.auditing import Audited
    from complaint.mending import mended

    audit = partial(
        Audited, shop, at.as_of, at.known_at, codes=codes, only=only, committed_by=at.as_of if at.given else None
    )
    audited = audit()
    if not fix or not audited.fixable:
        return audited
    for path in mended(shop, audited.fixable, codes):
        options.say(f"mended {path}")
    return audit()


def _answered(
    audited: Audited, at: options.Moment, how: str, output: str | None, min_tickets: int | None, *, exit_zero: bool
) -> int:
    """Delivers the answer, says what could not be judged, and returns the exit code."""
    from complaint import checking
    from complaint.render import answers, audits

    shop, found = audited.shop, audited.found
    reported = how in reports.NAMES
    unsure = [*checking.doubts(shop, audited, at, min_tickets), *map(_not_checked, audited.grave)]
    told = set(audited.told)
    untold = [each for each in unsure if each not in told]
    frame = answers.Frame(at.as_of, shop.settings.zone, how, untold if reported else audited.unread)
    if reported:
        report = audits.report(found, frame, checking.folder(shop), told=len(told))
        options.deliver(reports.rendered(report, how), output)
    else:
        options.deliver(
            audits.audit(found, frame, len(unsure)), output, nothing=not found.problems and not found.not_checked
        )
    if how in ("jsonl", "csv"):  # whose rows have no place for it
        for line in audits.notes(found):
            options.fault(line)
    if how not in ("table", "json"):
        options.say(audits.summary(found, frame, len(unsure)))
    options.told_unread(untold if how == "table" and output in (None, "-") else unsure, plain=reported)
    return checking.exit_code("audit", {each.severity for each in found.problems}, unsure, how, exit_zero=exit_zero)


def _not_checked(each: NotChecked) -> ComplaintError:
    head = f"not checked: {each.check}: "
    return ComplaintError(head + each.reason, plain=head + (each.plain or each.reason))
