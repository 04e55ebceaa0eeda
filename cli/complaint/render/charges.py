"""Owns charges and statements as text: a table, promised shapes, and journals for hledger and beancount."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple
from zoneinfo import ZoneInfo

from complaint.core.errors import ComplaintError
from complaint.core.fines import Escalation
from complaint.core.issued import Line
from complaint.core.moments import people
from complaint.core.money import printed
from complaint.core.precedence import Charge
from complaint.core.text import show
from complaint.render import answers, shapes
from complaint.render.shapes import Row
from complaint.render.values import FLAG, MOMENT, SUM, TEXT, WHOLE, Form, maybe, several

CURRENCY = "CNY"
NOBODY = "(no payer)"
KEYS: Mapping[str, Form] = {
    "id": TEXT,
    "ticket": TEXT,
    "event": TEXT,
    "clause": TEXT,
    "cite": TEXT,
    "payer": TEXT,
    "person": maybe(TEXT),
    "at": MOMENT,
    "amount": maybe(SUM),
    "min": SUM,
    "max": SUM,
    "decided": FLAG,
    "occurrence": WHOLE,
    "steps": several(TEXT),
    "type": TEXT,
    "policy": TEXT,
    "title": TEXT,
    "issued": maybe(MOMENT),
    "supplement": FLAG,
    "differs": maybe(TEXT),
}
ESCALATION: Mapping[str, Form] = {
    "clause": TEXT,
    "payer": TEXT,
    "person": maybe(TEXT),
    "to": TEXT,
    "at": MOMENT,
    "reason": TEXT,
    "ticket": TEXT,
    "event": TEXT,
    "cite": TEXT,
}


class Sheet(NamedTuple):
    """A statement of a period as of a moment."""

    lines: Sequence[Line]
    proposed: Sequence[Charge]
    escalations: Sequence[Escalation]
    first: date
    last: date
    tickets: int
    as_of: datetime
    zone: ZoneInfo
    unread: Sequence[ComplaintError]


def answer(sheet: Sheet, how: str, *, explain: bool) -> str:
    """The statement in one of its formats."""
    if how in JOURNALS:
        return JOURNALS[how](sheet)
    if how == "table":
        return _page(sheet, explain=explain)
    rows = [_row(line, sheet.zone) for line in sheet.lines]
    frame = answers.Frame(sheet.as_of, sheet.zone, how, sheet.unread)
    if how in ("jsonl", "csv"):
        return frame.rows("complaint.fine/1", "charges", rows, tuple(key for key in KEYS if key != "steps"))
    more = {
        "from": str(sheet.first),
        "to": str(sheet.last),
        "currency": CURRENCY,
        "tickets": sheet.tickets,
        "charges": rows,
    }
    proposed = [_row(Line(each), sheet.zone) for each in sheet.proposed]
    handed_on = [_handed_on(each, sheet.zone) for each in sheet.escalations]
    return frame.rows("complaint.fine/1", "totals", totals(sheet), (), **more, proposed=proposed, escalations=handed_on)


def _row(line: Line, zone: ZoneInfo) -> Row:
    each = line.charge
    return {
        "id": each.id,
        "ticket": each.ticket,
        "event": each.event,
        "clause": each.clause.id,
        "cite": each.clause.cite,
        "payer": each.payer,
        "person": each.person or None,
        "at": shapes.stamp(each.at, zone),
        "amount": printed(each.amount) if each.amount is not None else None,
        "min": printed(each.least),
        "max": printed(each.most),
        "decided": each.amount is not None,
        "occurrence": each.occurrence,
        "steps": list(each.steps),
        "type": each.type,
        "policy": each.policy.id,
        "title": each.clause.title["en"],
        "issued": shapes.stamp(line.issued, zone),
        "supplement": line.supplement,
        "differs": line.differs or None,
    }


def _handed_on(each: Escalation, zone: ZoneInfo) -> Row:
    return {
        "clause": each.clause.id,
        "payer": each.payer,
        "person": each.person or None,
        "to": each.to,
        "at": shapes.stamp(each.at, zone),
        "reason": each.reason,
        "ticket": each.ticket,
        "event": each.event,
        "cite": each.clause.cite,
    }


def totals(sheet: Sheet) -> list[Row]:
    """By payer: what is fixed, and the least and the most that it may come to; costs borne besides are left out."""
    sums: dict[str, list[Decimal]] = {}
    for line in sheet.lines:
        if line.charge.type != "cost":
            each = sums.setdefault(line.charge.payer, [Decimal(), Decimal(), Decimal()])
            for position, value in enumerate((line.charge.amount or Decimal(), line.charge.least, line.charge.most)):
                each[position] += value
    names = ("fixed", "min", "max")
    rows = ((payer, zip(names, map(printed, values), strict=True)) for payer, values in sorted(sums.items()))
    return [{"payer": payer, **dict(values)} for payer, values in rows]


def _page(sheet: Sheet, *, explain: bool) -> str:
    text = f"{sheet.first} to {sheet.last}, as of {people(sheet.as_of, sheet.zone, limit=True)}\n\n"
    if explain:
        text += "".join(_explained(line, sheet.zone) for line in sheet.lines)
    elif sheet.lines:
        cells = [_cells(line, sheet.zone) for line in sheet.lines]
        text += answers.table(cells, ("at", "payer", "person", CURRENCY, "type", "clause", "ticket")) + "\n"
    more = [f"issued, though {each.differs}: {each.charge.id}" for each in sheet.lines if each.differs]
    text += "".join(show(each) + "\n" for each in more)
    for each in sheet.proposed:
        text += (
            show(f"proposed: {each.payer} {_amount(each)} under {each.clause.id} ({each.ticket}): {each.steps[0]}")
            + "\n"
        )
    for handed in sheet.escalations:
        text += show(f"to {handed.to}: {handed.payer} under {handed.clause.id}: {handed.reason}") + "\n"
    if more or sheet.proposed or sheet.escalations:
        text += "\n"
    rows = [(row["payer"] or NOBODY, row["fixed"], row["min"], row["max"]) for row in totals(sheet)]
    text += answers.table(rows, ("payer", "fixed", "min", "max")) if rows else "no charges\n"
    return text + f"{answers.count(sheet.tickets, 'ticket')} judged\n"


def _cells(line: Line, zone: ZoneInfo) -> tuple[object, ...]:
    each = line.charge
    return (
        people(each.at, zone),
        each.payer or NOBODY,
        each.person,
        _amount(each),
        _type(line),
        each.clause.id,
        each.ticket,
    )


def _amount(each: Charge) -> str:
    return printed(each.amount) if each.amount is not None else f"{printed(each.least)}-{printed(each.most)} undecided"


def _type(line: Line) -> str:
    return line.charge.type + (" supplement" if line.supplement else "") + (" issued" if line.issued else "")


def _explained(line: Line, zone: ZoneInfo) -> str:
    each = line.charge
    amount = f"{_amount(each)} {CURRENCY}"
    head = f"{people(each.at, zone)}  {each.payer or NOBODY}  {amount}  {each.clause.id}: {each.clause.title['en']}"
    steps = (f"{each.policy.source}: {each.clause.cite}", *each.steps, f"ticket {each.ticket}, event {each.event}")
    return "\n".join([show(head), *(f"  {show(step)}" for step in steps)]) + "\n\n"


# --- journals ---


def _decided(sheet: Sheet) -> Iterator[tuple[Charge, Decimal]]:
    for line in sheet.lines:
        if line.charge.amount:
            yield line.charge, line.charge.amount


def _undecided(sheet: Sheet) -> str:
    """What a reader of the journal must know beside its entries: what is open, and what was not judged."""
    lines = (line.charge for line in sheet.lines if line.charge.amount is None)
    told = [
        f"undecided: {show(each.payer or NOBODY)} {_amount(each)} under {each.clause.id}, {each.id}" for each in lines
    ]
    told += [f"not judged: {show(each.where)}: {show(each.found)}" for each in sheet.unread]
    return "".join(f"; {line}\n" for line in told)


def _accounts(sheet: Sheet, part: Callable[[str], str]) -> dict[str, str]:
    """Each payer's part of an account; where two payers come to the same one, all but a literal one bear a mark."""
    payers = {each.payer for each, _ in _decided(sheet)}
    alike = Counter(map(part, payers))
    return {
        payer: part(payer) if alike[part(payer)] == 1 or part(payer) == payer else f"{part(payer)}-{_mark(payer)}"
        for payer in payers
    }


def _mark(name: str) -> str:
    return sha256(name.encode()).hexdigest()[:8]


def _hledger(sheet: Sheet) -> str:
    text = f"; fines {sheet.first} to {sheet.last}\n{_undecided(sheet)}\n"
    accounts = _accounts(sheet, _plain)
    for each, amount in _decided(sheet):
        payer, income = accounts[each.payer], "costs" if each.type == "cost" else "fines"
        text += f"{each.at.astimezone(sheet.zone).date()} * ({each.id}) {payer} | {each.clause.id}\n"
        text += f"    assets:receivable:{payer}    {printed(amount)} {CURRENCY}\n"
        text += f"    income:{income}:{each.policy.id}    -{printed(amount)} {CURRENCY}\n\n"
    return text


def _plain(name: str) -> str:
    """A payer as one part of an hledger account: no colon, no two spaces, nothing that begins a comment."""
    return re.sub(r"\s+", " ", re.sub(r"[:;|()\[\]\x00-\x1f]", "-", show(name))).strip() or "unnamed"


def _beancount(sheet: Sheet) -> str:
    text = f"; fines {sheet.first} to {sheet.last}\n{_undecided(sheet)}\n"
    payers = {payer: f"Assets:Receivable:{part}" for payer, part in _accounts(sheet, _part).items()}
    opened = {*payers.values(), *(_income(each) for each, _ in _decided(sheet))}
    text += "".join(f"{sheet.first} open {account} {CURRENCY}\n" for account in sorted(opened)) + "\n"
    for each, amount in _decided(sheet):
        text += f'{each.at.astimezone(sheet.zone).date()} * "{_quoted(each.payer)}" "{each.clause.id}"\n'
        text += f'  charge: "{each.id}"\n  {payers[each.payer]}  {printed(amount)} {CURRENCY}\n'
        text += f"  {_income(each)}  -{printed(amount)} {CURRENCY}\n\n"
    return text


def _quoted(text: str) -> str:
    return show(text).replace("\\", "\\\\").replace('"', '\\"')


def _income(each: Charge) -> str:
    return f"Income:{'Costs' if each.type == 'cost' else 'Fines'}:{_part(each.policy.id)}"


def _part(name: str) -> str:
    """A name as one part of a beancount account: letters of any script, digits, hyphens; others by code."""
    plain = "".join(each if each.isalnum() else f"-{ord(each):x}-" for each in name.replace("-", "--"))
    short = re.sub(r"-2d--2d-", "-", plain).strip("-") or "Unnamed"
    return (short[0].upper() if short[0].isascii() else short[0]) + short[1:]


JOURNALS: Mapping[str, Callable[[Sheet], str]] = {"hledger": _hledger, "beancount": _beancount}
