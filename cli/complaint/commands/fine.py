"""Owns `fine`: charges and statements of a period, with their arithmetic; freezes them with --issue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

import click

from complaint import options
from complaint.core.errors import ComplaintError
from complaint.core.moments import local, moment
from complaint.core.text import show

if TYPE_CHECKING:
    from complaint.core.fines import Escalation
    from complaint.core.issued import Line
    from complaint.core.precedence import Charge
    from complaint.judging import Fined
    from complaint.workspace import Register


class Period(NamedTuple):
    """The days a statement covers, both included, and the moments that bound them (the second excluded)."""

    first: date
    last: date
    begins: datetime
    ends: datetime

    def holds(self, at: datetime) -> bool:
        """Whether a moment lies in it."""
        return self.begins <= at < self.ends


@click.command("fine", help="Compute charges and statements of a period (default: the month that is asked about).")
@click.option("--month", metavar="YYYY-MM", help="The calendar month.")
@click.option("--from", "from_", metavar="DAY", help="From this day on.")
@click.option("--to", metavar="DAY", help="Up to the end of this day.")
@click.option("--payer", help="Only what this payer owes.")
@click.option("--person", help="Only what this person caused.")
@click.option("--explain", is_flag=True, help="Show the arithmetic of each charge, step by step.")
@click.option("--issue", is_flag=True, help="Freeze the period's charges in the tickets; twice changes nothing.")
@click.option("--by", metavar="NAME", help="Who issues (default: COMPLAINT_USER, git's user.name, the login).")
@options.formats("table", "json", "jsonl", "csv", "hledger", "beancount")
@options.asking
def command(
    month: str | None,
    from_: str | None,
    to: str | None,
    payer: str | None,
    person: str | None,
    explain: bool,
    issue: bool,
    by: str | None,
    format_: str,
    as_json: bool,
    output: str | None,
    as_of: str | None,
    known_at: str | None,
    register_path: str | None,
) -> int:
    """The command."""
    from complaint.judging import Fined
    from complaint.render import charges

    shop = options.opened(click.get_current_context(), register_path)
    if issue and (as_of or known_at):
        where = "--as-of" if as_of else "--known-at"
        raise ComplaintError(f"--issue freezes what is known now, so {where} has no place beside it", f"drop {where}")
    if issue and person:
        raise ComplaintError("a statement is what a payer owes, whoever caused it", "drop --person", where="--person")
    at = options.moment_of(shop, as_of, known_at)
    period = _period(shop, month, from_, to, at.as_of)
    fined = Fined(shop, at.as_of, at.known_at)
    wanted = [each for each in fined.lines if period.holds(each.charge.at) and _is_of(each.charge, payer, person)]
    if issue:
        _issue(shop, fined, wanted, period, payer or "", options.author(shop, by))
        fined = Fined(shop, max(at.as_of, options.moment_of(shop, None, None).as_of), at.known_at)
        wanted = [each for each in fined.lines if period.holds(each.charge.at) and _is_of(each.charge, payer, person)]
    proposed = [each for each in fined.statement.proposed if period.holds(each.at) and _is_of(each, payer, person)]
    handed_on = [each for each in fined.statement.escalations if period.holds(each.at) and _is_of(each, payer, person)]
    days, zone = (period.first, period.last), shop.settings.zone
    sheet = charges.Sheet(wanted, proposed, handed_on, *days, fined.tickets, at.as_of, zone, fined.unread)
    options.deliver(charges.answer(sheet, "json" if as_json else format_, explain=explain), output)
    for remark in _remarks(fined, wanted, period, payer, at.as_of):
        options.say(remark)
    return options.told_unread(fined.unread)


def _remarks(fined: Fined, wanted: Sequence[Line], period: Period, payer: str | None, as_of: datetime) -> Iterator[str]:
    """What a reader of the statement should know besides."""
    if period.begins > as_of:
        yield f"{period.first} to {period.last} lies ahead of {as_of.astimezone(period.begins.tzinfo).date()}"
    for line in wanted:
        if not line.charge.payer:
            each = line.charge
            mend = f"`complaint correct {each.ticket} --set against=PAYER --reason WHY`"
            yield f"{each.ticket}: {each.clause.id} has no payer: {mend}"
    known = {each.payer for each in (*(line.charge for line in fined.lines), *fined.statement.proposed)}
    if payer and payer not in known:
        yield f'no charge of any period names the payer "{show(payer)}"'


def _is_of(each: Charge | Escalation, payer: str | None, person: str | None) -> bool:
    return (not payer or each.payer == payer) and (not person or each.person == person)


def _period(shop: Register, month: str | None, from_: str | None, to: str | None, as_of: datetime) -> Period:
    zone = shop.settings.zone
    if month and (from_ or to):
        raise ComplaintError("--month and --from or --to contradict each other", "give one of them", where="--month")
    if not from_ and not to:
        today = (as_of - timedelta(microseconds=1)).astimezone(zone).date()  # 24:00 belongs to the day it ends
        first = _month(month) if month else today.replace(day=1)
        last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    else:
        if not from_:
            raise ComplaintError("a period needs its first day", "give --from too", where="--from")
        first = _day(from_, zone, "--from")
        last = _day(to, zone, "--to") if to else (as_of - timedelta(microseconds=1)).astimezone(zone).date()
    if last < first:
        raise ComplaintError(
            f"the period ends on {last}, before it begins on {first}", "swap --from and --to", where="--to"
        )
    return Period(first, last, local(first, time(), zone), local(last + timedelta(days=1), time(), zone))


def _day(typed: str, zone: ZoneInfo, where: str) -> date:
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed.strip(), re.ASCII):
        raise ComplaintError(f'"{show(typed)}" is no day', "allowed: a day such as 2026-03-09", where=where)
    return moment(typed, zone, where=where, day_end=False).date()


def _month(typed: str) -> date:
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", typed, re.ASCII):
        raise ComplaintError(f'"{typed}" is no month', "allowed: a month such as 2026-03", where="--month")
    return date(int(typed[:4]), int(typed[5:]), 1)


def _issue(shop: Register, fined: Fined, wanted: Sequence[Line], period: Period, payer: str, author: str) -> None:
    """Records a frozen charge for every line asked about that was not issued before."""
    if fined.unread:
        raise ComplaintError(
            "nothing was issued, since not everything could be judged", f"mend {fined.unread[0].where} first"
        )
    nobody = next((line.charge for line in wanted if line.issued is None and not line.charge.payer), None)
    if nobody:
        found = f"nothing was issued, since {nobody.id} has no payer"
        raise ComplaintError(found, f"`complaint correct {nobody.ticket} --set against=PAYER --reason WHY`")
    from complaint.core import issued
    from complaint.recording import Draft, Recorder

    recorder = Recorder(shop)
    new = [line for line in wanted if line.issued is None]
    for line in new:
        draft = Draft("charge-issued", issued.fields(line, period.first, period.last, payer), author)
        problem = recorder.record(line.charge.ticket, draft).problem
        if problem:
            raise problem
    if period.ends > options.moment_of(shop, None, None).as_of:
        options.say(f"the period ends on {period.last}: what is still to come in it will be a supplement")
    if wanted:
        options.say(f"{len(new)} issued, {len(wanted) - len(new)} issued before")
    else:
        options.say("nothing to issue: a period without a charge leaves no trace, and later finds are no supplement")
    undecided = sum(line.charge.amount is None for line in new)
    if undecided:
        options.say(f"{undecided} issued undecided: a decision inside the range still counts, anything else does not")
