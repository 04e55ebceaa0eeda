"""Owns the recording commands: each is made from its row of the vocabulary; typed values in, one event out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import click

from complaint import options
from complaint.core import moments, money, wording
from complaint.core.errors import ComplaintError
from complaint.core.vocabulary import KIND_OF, PERSONAL, Field, Kind
from complaint.workspace import Draft, Recorded, Register

ABOUT = re.compile(r"([a-z][a-z0-9_-]*)=(.*)", re.DOTALL | re.ASCII)
REFUSE = {"approved": "refused"}
TEXTS = {
    "summary": "The complaint in one line.",
    "content": "The complaint as told; - reads it from standard input.",
    "demand": "What the customer wants.",
}
PEOPLE = {
    "name": "The customer's name.",
    "phone": "Telephone.",
    "email": "E-mail address.",
    "address": "Postal address.",
}


def command(kind: Kind) -> click.Command:
    """The command that records events of this kind."""
    params = [
        *_arguments(kind),
        *(option for field in kind.fields if not field.positional for option in _options(field)),
    ]
    if kind.type == "received":
        params += [
            click.Option([f"--{key}"], required=key == "summary", help=text) for key, text in (TEXTS | PEOPLE).items()
        ]
    if kind.type in REFUSE:
        params.append(click.Option(["--refuse"], is_flag=True, help="Refuse instead of approving."))
    return click.Command(kind.command, callback=_callback(kind), params=[*params, *_common()], help=kind.help)


def _arguments(kind: Kind) -> list[click.Parameter]:
    own = [
        click.Argument([field.key], metavar=field.option or field.key.upper())
        for field in kind.fields
        if field.positional
    ]
    return [*([] if kind.type == "received" else [click.Argument(["ticket_id"], metavar="ID")]), *own]


def _options(field: Field) -> list[click.Option]:
    if field.form == "switch":
        return [
            click.Option([f"--{word}", _switch(field, word)], is_flag=True, help=field.help) for word in field.words
        ]
    kind: Any = click.Choice(field.words) if field.form == "word" and field.words else click.STRING
    metavar = {"time": "TIME", "amount": "AMOUNT", "ticket": "ID", "whole": "1-5"}.get(field.form)
    if field.key == "changed":
        metavar = "KEY=VALUE"
    return [
        click.Option(
            [field.typed, field.key],
            type=kind,
            multiple=field.form == "words",
            required=field.required,
            metavar=metavar,
            help=field.help,
            default=field.default or None,
            show_default=bool(field.default),
        )
    ]


def _switch(field: Field, word: str) -> str:
    return f"{field.key}__{word.replace('-', '_')}"


def _switched(kind: Kind, typed: dict[str, Any]) -> dict[str, Any]:
    """The typed values with each set of switches as one word; two of one set contradict each other."""
    for field in kind.fields:
        words = (
            [word for word in field.words if typed.pop(_switch(field, word), False)] if field.form == "switch" else []
        )
        if len(words) > 1:
            found = f"{' and '.join('--' + word for word in words)} contradict each other"
            raise ComplaintError(found, f"allowed: one of {', '.join('--' + word for word in field.words)}")
        if words:
            typed[field.key] = words[0]
    return typed


def _common() -> list[click.Option]:
    return [
        click.Option(["--at"], metavar="TIME", help="When it happened (default: now)."),
        click.Option(
            ["--by"], metavar="NAME", help="Who records it (default: COMPLAINT_USER, git's user.name, the login)."
        ),
        click.Option(["--role"], help="In what role."),
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
    def record(**typed: Any) -> int:
        given = {key: value for key, value in typed.items() if value not in (None, "", (), False)}
        typed = options.from_stdin(_switched(kind, given))
        shop = options.opened(click.get_current_context(), typed.get("register_path"))
        draft = _draft(kind, typed, shop)
        recorded = shop.create(draft) if kind.type == "received" else shop.record(typed["ticket_id"], draft)
        return _told(shop, recorded, as_json="as_json" in typed)

    return record


def _draft(kind: Kind, typed: Mapping[str, Any], shop: Register) -> Draft:
    lacking = [
        each.typed if each.form != "switch" else " or ".join(f"--{word}" for word in each.words)
        for each in kind.fields
        if each.required and each.key not in typed
    ]
    if kind.type == "received" and "summary" not in typed:
        lacking.append("--summary")
    if kind.type == "noted" and "note" not in typed:
        lacking.append("--note")
    if lacking:
        raise ComplaintError(
            f"{kind.command} needs {' and '.join(lacking)}", f"`complaint {kind.command} --help` shows what is allowed"
        )
    if kind.any_of and not any(key in typed for key in kind.any_of):
        raise ComplaintError(
            f"{kind.command} changes nothing",
            f"give at least one of {', '.join('--' + key.replace('_', '-') for key in kind.any_of)}",
        )
    type_ = REFUSE[kind.type] if typed.get("refuse") else kind.type
    known = {field.key for field in KIND_OF[type_].fields}
    fields = {
        field.key: _value(field, typed[field.key], shop)
        for field in kind.fields
        if field.key in typed and field.key in known
    }
    if "role" in typed:
        fields["role"] = typed["role"]
    values: dict[tuple[str, ...], Any] = {}
    if kind.type == "received":
        values = {(key,): _text(key, typed[key]) for key in TEXTS if key in typed}
        values |= {("complainant", key): typed[key] for key in PEOPLE if key in typed}
    if type_ == "corrected":
        fields, values = _corrections(fields, shop)
    fields |= {"note": typed["note"]} if "note" in typed else {}
    fields |= {"evidence": list(typed["evidence"])} if "evidence" in typed else {}
    at = moments.moment(typed["at"], shop.settings.zone, where="--at") if "at" in typed else None
    return Draft(
        type_,
        fields,
        options.author(shop, typed.get("by")),
        at,
        values,
        _about(typed.get("about", ())),
        force="force" in typed,
    )


def _text(key: str, typed: str) -> str:
    """Free text as it stands in the file: the content as lines, the summary in one, the demand as it was typed."""
    if key == "summary":
        return " ".join(typed.split("\n"))
    return typed + "\n" if key == "content" and not typed.endswith("\n") else typed


def _value(field: Field, typed: Any, shop: Register) -> Any:
    if field.form == "time":
        return moments.moment(typed, shop.settings.zone, where=field.typed, day_end=True)
    if field.form == "amount":
        return money.printed(money.amount(typed, where=field.typed))
    if field.form == "words":
        return sorted(set(typed)) if field.key != "changed" else list(typed)
    if field.form == "whole":
        least, most = (int(word) for word in field.words)
        if not re.fullmatch(r"[0-9]{1,3}", typed, re.ASCII) or not least <= int(typed) <= most:
            raise ComplaintError(
                f'found "{typed}"', f"allowed: a whole number from {least} to {most}", where=field.typed
            )
        return int(typed)
    if field.form == "ticket":
        return shop.ticket(typed).ticket.id
    return typed


def _about(typed: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in typed:
        parts = ABOUT.fullmatch(text)
        if not parts:
            raise ComplaintError(
                f'found "{text}"', "allowed: KEY=VALUE, the key of small letters, digits, _ and -", where="--about"
            )
        found[parts[1]] = parts[2]
    return found


def _corrections(fields: Mapping[str, Any], shop: Register) -> tuple[dict[str, Any], dict[tuple[str, ...], Any]]:
    """Governed keys become fields of the event, with their values; the others are only named in it."""
    event: dict[str, Any] = {"reason": fields["reason"]}
    values: dict[tuple[str, ...], Any] = {}
    named: list[str] = []
    for text in fields["changed"]:
        key, equals, value = text.partition("=")
        if not equals:
            raise ComplaintError(f'found "{text}"', "allowed: KEY=VALUE", where="--set")
        place = wording.correctable(key.strip(), PERSONAL)
        if len(place) == 1 and place[0] not in TEXTS:
            event[place[0]] = _governed(place[0], value, shop)
        else:
            values[place] = _text(place[0], value) if len(place) == 1 else value
            named.append(".".join(place))
    return event | ({"changed": sorted(named)} if named else {}), values


def _governed(key: str, value: str, shop: Register) -> Any:
    if key == "received":
        at: datetime = moments.moment(value, shop.settings.zone, where="--set received")
        return at
    if key == "flags":
        return sorted({word.strip() for word in value.split(",") if word.strip()})
    if key in ("repeat_of", "duplicate_of") and value:
        return shop.ticket(value).ticket.id
    return value


def _told(shop: Register, recorded: Recorded, *, as_json: bool) -> int:
    """Prints what was stored, then on standard error what a person should know; says 2 if the commit failed."""
    ticket, event = recorded.stored.ticket, recorded.event
    created = event.type == "received"
    if as_json:
        from complaint.render import shapes

        options.deliver(shapes.created(recorded.stored) if created else shapes.recorded(ticket.id, event.key))
    elif created:
        options.deliver(f"{ticket.id}\n")
    elif event.type == "violation":
        options.deliver(f"{event.key}\n")
    else:
        options.deliver(f"{ticket.id} {event.type} {moments.people(event.at, shop.settings.zone)} {event.key}\n")
    for warning in recorded.warnings:
        options.say(f"note: {warning}")
    for wish in recorded.wishes:
        options.say(f"the policy also asks for: {wish}")
    if recorded.problem:
        for part in recorded.problem.parts():
            options.say(part)
        return recorded.problem.exit_code
    return 0
