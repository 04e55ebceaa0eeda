"""Owns the recording commands: each is made from its row of the vocabulary; typed values in, one event out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from complaint import options
from complaint.core import money
from complaint.core.errors import ComplaintError
from complaint.core.vocabulary import FREE_TEXT, PERSONAL, WORDS, Field, Kind

if TYPE_CHECKING:
    from datetime import datetime

    from complaint.recording import Draft, Recorded
    from complaint.workspace import Register

ABOUT = re.compile(r"([a-z][a-z0-9_-]*)=(.*)", re.DOTALL | re.ASCII)
METAVAR = {"time": "TIME", "amount": "AMOUNT", "ticket": "ID", "whole": "N", "changes": "KEY=VALUE"}
SEVERAL = ("words", "changes")


def command(kind: Kind) -> click.Command:
    """The command that records events of this kind."""
    own = [click.Argument([field.key], metavar=field.typed) for field in kind.fields if field.positional]
    typed = [option for field in kind.fields if not field.positional for option in _options(field)]
    variants = [click.Option([option], is_flag=True, help=f"Record it as {type_}.") for option, type_ in kind.variants]
    ticket = [] if kind.starts else [click.Argument(["ticket_id"], metavar="ID")]
    suggest = (
        [click.Option(["--suggest"], is_flag=True, help="Only propose values, with reasons.")] if kind.suggests else []
    )
    params = [*ticket, *own, *typed, *variants, *suggest, *_common(kind)]
    return click.Command(kind.command, callback=_callback(kind), params=params, help=kind.help)


def _options(field: Field) -> list[click.Option]:
    if field.form == "switch":
        return [
            click.Option([f"--{word}", _switch(field, word)], is_flag=True, help=said)
            for word, said in zip(field.words, field.helps, strict=True)
        ]
    fixed: Any = click.Choice(field.words) if field.form == "word" and field.words else click.STRING
    return [
        click.Option(
            [field.typed, field.key],
            type=fixed,
            multiple=field.form in SEVERAL,
            metavar=METAVAR.get(field.form),
            help=_help(field),
            default=field.default or None,
            show_default=bool(field.default),
        )
    ]


def _help(field: Field) -> str:
    usual = WORDS.get(field.listed, ()) if field.form in ("word", "words") else ()
    known = f" Words, unless the policy lists others: {', '.join(usual)}." if usual else ""
    return field.help + known + (" [required]" if field.required else "")


def _common(kind: Kind) -> list[click.Option]:
    return [
        click.Option(["--at"], metavar="TIME", help="When it happened (default: now)."),
        click.Option(
            ["--by"], metavar="NAME", help="Who records it (default: COMPLAINT_USER, git's user.name, the login)."
        ),
        click.Option(["--role"], help="In what role." + (" [required]" if "role" in kind.needs else "")),
        click.Option(["--note"], help="A remark."),
        click.Option(["--evidence"], multiple=True, help="What proves it; may be given several times."),
        click.Option(
            ["--about"], multiple=True, metavar="KEY=VALUE", help="A fact of the matter; may be given several times."
        ),
        click.Option(["--force"], is_flag=True, help="Record it although the order of the work refuses it."),
        click.Option(["--json", "as_json"], is_flag=True, help="Answer as JSON."),
        click.Option(["--register", "register_path"], metavar="DIR", help="The folder that holds complaints.d."),
    ]


def _callback(kind: Kind) -> Callable[..., int]:
    def record(**given: Any) -> int:
        typed = _typed(kind, given)
        shop = options.opened(click.get_current_context(), typed.get("register_path"))
        if "suggest" in typed:
            _alone(typed)
            return _suggest(shop, typed["ticket_id"], as_json="as_json" in typed)
        from complaint.recording import Recorder

        draft, recorder = _draft(kind, typed, shop), Recorder(shop)
        recorded = recorder.create(draft) if kind.starts else recorder.record(typed["ticket_id"], draft)
        return _told(shop, recorded, as_json="as_json" in typed)

    return record


def _alone(typed: Mapping[str, Any]) -> None:
    """--suggest records nothing, so a value typed beside it would be lost."""
    more = sorted(typed.keys() - {"suggest", "ticket_id", "as_json", "register_path"})
    if more:
        where = "--" + more[0].replace("_", "-")
        raise ComplaintError("--suggest only proposes; nothing would be recorded", f"drop {where}", where=where)


def _suggest(shop: Register, ticket_id: str, *, as_json: bool) -> int:
    """Proposes what a ticket might be; a person decides, and records it without --suggest."""
    from complaint.judging import suggested
    from complaint.render import answers

    ticket, found, unread = suggested(shop, ticket_id, options.moment_of(shop, None, None).as_of)
    options.deliver(answers.suggested(found, ticket, as_json=as_json))
    return options.told_unread(unread)


def _typed(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was really typed: switches as words, `-` read from standard input, blanks left out."""
    known = {key: value for key, value in given.items() if value not in (None, (), False)}
    read = options.from_stdin(_switched(kind, known))
    named = {"ticket_id", *(field.key for field in kind.fields if field.positional)}
    return {key: value for key, value in read.items() if not isinstance(value, str) or value.strip() or key in named}


def _switch(field: Field, word: str) -> str:
    return f"{field.key}__{word.replace('-', '_')}"


def _switched(kind: Kind, typed: dict[str, Any]) -> dict[str, Any]:
    """The typed values with each set of switches as one word; two of one set contradict each other."""
    for field in kind.fields:
        if field.form != "switch":
            continue
        words = [word for word in field.words if typed.pop(_switch(field, word), False)]
        if len(words) > 1:
            found = f"{' and '.join('--' + word for word in words)} contradict each other"
            raise ComplaintError(found, f"allowed: one of {', '.join('--' + word for word in field.words)}")
        if words:
            typed[field.key] = words[0]
    return typed


def _draft(kind: Kind, typed: Mapping[str, Any], shop: Register) -> Draft:
    from complaint.recording import Draft

    _check_needs(kind, typed)
    type_ = next((type_ for option, type_ in kind.variants if option.strip("-") in typed), kind.type)
    values = {field: _value(field, typed[field.key], shop) for field in kind.fields if field.key in typed}
    fields = {field.key: value for field, value in values.items() if not field.place and _known(type_, field)}
    beside = {field.place: value for field, value in values.items() if field.place}
    if "changed" in fields:
        fields, beside = _corrections(fields, shop)
    fields |= {key: typed[key] for key in ("role", "note") if key in typed}
    fields |= {"evidence": list(typed["evidence"])} if "evidence" in typed else {}
    at = options.moment(shop, typed["at"], "--at") if "at" in typed else None
    author = options.author(shop, typed.get("by"))
    return Draft(type_, fields, author, at, beside, _about(typed.get("about", ())), force="force" in typed)


def _known(type_: str, field: Field) -> bool:
    from complaint.core.vocabulary import field_of

    return field_of(type_, field.key) is not None


def _check_needs(kind: Kind, typed: Mapping[str, Any]) -> None:
    lacking = [_named(field) for field in kind.fields if field.required and field.key not in typed]
    lacking += [f"--{key}" for key in kind.needs if key not in typed]
    if lacking:
        words = [f"{field.typed} {'|'.join(field.words)}" for field in kind.fields if _wants_word(field, typed)]
        mend = f"allowed: {'; '.join(words)}" if words else f"`complaint {kind.command} --help` shows what is allowed"
        raise ComplaintError(f"{kind.command} needs {' and '.join(lacking)}", mend)
    if kind.any_of and not any(key in typed for key in kind.any_of):
        names = {field.key: field.typed for field in kind.fields}
        allowed = ", ".join(names.get(key, f"--{key}") for key in kind.any_of)
        raise ComplaintError(f"{kind.command} says nothing", f"give at least one of {allowed}")


def _wants_word(field: Field, typed: Mapping[str, Any]) -> bool:
    return field.required and field.form == "word" and bool(field.words) and field.key not in typed


def _named(field: Field) -> str:
    return " or ".join(f"--{word}" for word in field.words) if field.form == "switch" else field.typed


def _value(field: Field, typed: Any, shop: Register) -> Any:
    read = READ.get(field.form)
    return read(field, typed, shop) if read else typed


def _time(field: Field, typed: str, shop: Register) -> datetime:
    return options.moment(shop, typed, field.typed, day_end=True)


def _whole(field: Field, typed: str, shop: Register) -> int:  # noqa: ARG001 - as its neighbours in the table
    least, most = (int(word) for word in field.words)
    if not re.fullmatch(r"[0-9]{1,3}", typed, re.ASCII) or not least <= int(typed) <= most:
        raise ComplaintError(f'found "{typed}"', f"allowed: a whole number from {least} to {most}", where=field.typed)
    return int(typed)


def _waivable(typed: str) -> str:
    """The code of a check whose problems somebody may let stand."""
    from complaint.core import checks

    check = checks.named(typed, where="PROBLEM")
    if not check.waivable:
        raise ComplaintError(f"{check.code} {check.name} cannot be waived", "mend what it names", where="PROBLEM")
    return check.code


READ: Mapping[str, Callable[[Field, Any, Register], Any]] = {
    "time": _time,
    "whole": _whole,
    "amount": lambda field, typed, _: money.printed(money.amount(typed, where=field.typed)),
    "words": lambda _, typed, __: sorted(set(typed)),
    "problem": lambda _, typed, __: _waivable(typed),
    "changes": lambda _, typed, __: list(typed),
    "ticket": lambda _, typed, shop: shop.ticket(typed).ticket.id,
    "line": lambda _, typed, __: " ".join(typed.split("\n")),
    "lines": lambda _, typed, __: typed if typed.endswith("\n") else typed + "\n",
}


def _about(typed: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in typed:
        parts = ABOUT.fullmatch(text)
        if not parts:
            allowed = "allowed: KEY=VALUE, the key of small letters, digits, _ and -"
            raise ComplaintError(f'found "{text}"', allowed, where="--about")
        found[parts[1]] = parts[2]
    return found


def _corrections(fields: Mapping[str, Any], shop: Register) -> tuple[dict[str, Any], dict[tuple[str, ...], Any]]:
    """Governed keys become fields of the event, with their values; the others are only named in it."""
    from complaint.core import wording

    event: dict[str, Any] = {"reason": fields["reason"]}
    values: dict[tuple[str, ...], Any] = {}
    for text in fields["changed"]:
        key, equals, value = text.partition("=")
        if not equals:
            raise ComplaintError(f'found "{text}"', "allowed: KEY=VALUE", where="--set")
        place = wording.correctable(key.strip(), PERSONAL)
        if len(place) == 1 and place[0] not in FREE_TEXT:
            event[place[0]] = _governed(place[0], value, shop)
        else:
            values[place] = READ["lines"](None, value, shop) if place == ("content",) else value  # type: ignore[arg-type]
    return event | ({"changed": sorted(".".join(place) for place in values)} if values else {}), values


def _governed(key: str, value: str, shop: Register) -> Any:
    if key in ("received", "kind") and not value:
        raise ComplaintError(f"{key} cannot be empty", f"allowed: --set {key}=VALUE", where="--set")
    if key == "received":
        at: datetime = options.moment(shop, value, "--set received")
        return at
    if key == "flags":
        return sorted({word.strip() for word in value.split(",") if word.strip()})
    if key in ("repeat_of", "duplicate_of") and value:
        return shop.ticket(value).ticket.id
    return value


def _told(shop: Register, recorded: Recorded, *, as_json: bool) -> int:
    """Prints what was stored, then on standard error what a person should know; says 2 if the commit failed."""
    ticket, event = recorded.stored.ticket, recorded.event
    try:
        options.deliver(_answer(recorded, shop, as_json=as_json))
    except OSError:
        options.fault(f"stored all the same: {ticket.id}, event {event.key}; do not record it again")
        raise
    for warning in recorded.warnings:
        options.say(f"note: {warning}")
    for wish in recorded.wishes:
        options.say(f"the policy also asks for: {wish}")
    if recorded.problem:
        for part in recorded.problem.parts():
            options.fault(part)
        return recorded.problem.exit_code
    return 0


def _answer(recorded: Recorded, shop: Register, *, as_json: bool) -> str:
    ticket, event = recorded.stored.ticket, recorded.event
    if as_json:
        from complaint.render import shapes

        return shapes.created(recorded.stored) if event.type == "received" else shapes.recorded(ticket.id, event.key)
    if event.type in PRINTS:
        return PRINTS[event.type](recorded) + "\n"
    from complaint.core import moments

    return f"{ticket.id} {event.type} {moments.people(event.at, shop.settings.zone)} {event.key}\n"


PRINTS: Mapping[str, Callable[[Recorded], str]] = {
    "received": lambda recorded: recorded.stored.ticket.id,
    "violation": lambda recorded: recorded.event.key,
}
