"""Owns what several commands share: their options, how typed values are read, and where an answer goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from complaint import manner
from complaint.core.errors import ComplaintError
from complaint.core.text import show

if TYPE_CHECKING:  # completion and --help want the options, not what reads a register
    from datetime import datetime, timedelta

    from complaint.workspace import Register

Function = TypeVar("Function", bound=Callable[..., Any])
Option = Callable[[Any], Any]

register: Option = click.option(
    "--register",
    "register_path",
    metavar="DIR",
    help="The folder that holds complaints.d (default: found upwards from here).",
)
exit_zero: Option = click.option("--exit-zero", is_flag=True, help="Exit 0 instead of 1.")
as_json: Option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


def asking(function: Function) -> Function:
    """The options of every question about a register: --as-of, --known-at, --register."""
    for option in (
        click.option("--known-at", metavar="TIME", help="Only from events recorded by then."),
        click.option("--as-of", metavar="TIME", help="What was true then (default: now); a date alone means its end."),
        register,
    ):
        function = option(function)
    return function


def formats(*names: str) -> Callable[[Function], Function]:
    """--format with these names, --json, and -o FILE."""

    def add(function: Function) -> Function:
        for option in (
            click.option("-o", "--output", metavar="FILE", help="Write the answer to FILE, whole or not at all."),
            click.option("--json", "as_json", is_flag=True, help="The same as --format json."),
            click.option(
                "--format",
                "format_",
                type=click.Choice(names),
                default=names[0],
                show_default=True,
                help="How to answer.",
            ),
        ):
            function = option(function)
        return function

    return add


def told_register(context: click.Context, path: str | None) -> str | None:
    """What --register says, after the command or before it."""
    return path or context.find_root().params.get("register_path")


def opened(context: click.Context, path: str | None, named: Sequence[str] = (), *, lenient: bool = False) -> Register:
    """The register that the command, or the program, was told of; else that of the files `named`."""
    from complaint.workspace import find

    shop = find(told_register(context, path), named, lenient=lenient)
    manner.reading(shop)
    return shop


class Moment(NamedTuple):
    """The moment a question asks about, in UTC, and whether somebody named it."""

    as_of: datetime
    known_at: datetime | None
    given: bool


def moment(shop: Register, typed: str, where: str, *, day_end: bool | None = None) -> datetime:
    """A typed moment, in the register's zone; short forms count from now."""
    from complaint import clock
    from complaint.core import moments

    return moments.moment(typed, shop.settings.zone, where=where, day_end=day_end, now=clock.now())


def moment_of(shop: Register, as_of: str | None, known_at: str | None) -> Moment:
    """What --as-of and --known-at say; now, to the second, without them."""
    from datetime import UTC

    from complaint import clock

    at = moment(shop, as_of, "--as-of", day_end=True) if as_of else clock.now().replace(microsecond=0)
    known = moment(shop, known_at, "--known-at", day_end=True).astimezone(UTC) if known_at else None
    return Moment(at.astimezone(UTC), known, bool(as_of))


def within(typed: str | None) -> timedelta | None:
    """What --due-within says."""
    from complaint.core import moments

    return moments.duration(typed, where="--due-within") if typed else None


def author(shop: Register, typed: str | None) -> str:
    """Who records: --by, else COMPLAINT_USER, else git's user.name, else the login."""
    named = typed or os.environ.get("COMPLAINT_USER")
    if named:
        return named
    from complaint import git

    name = git.user_name(shop.root)
    if name:
        return name
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise ComplaintError(
            "nobody is known to record this", "name yourself with --by, or set COMPLAINT_USER", where="--by"
        ) from None


def deliver(text: str, output: str | None = None, *, nothing: bool = False) -> None:
    """An answer to standard output, or to the file that -o names; UTF-8 either way.

    One for people is coloured and paged as they wish; where it says that `nothing` was found, --quiet leaves it out.
    """
    data = _utf8(text)
    if output and output != "-":
        from complaint.workspace import write_output

        write_output(output, data)
    elif not manner.for_people():
        _print(data)
    elif not (nothing and manner.quiet()):
        _show(text)


def _show(text: str) -> None:
    if manner.coloured():
        from complaint.render.colour import painted

        text = painted(text)
    pager = manner.pager(text)
    if pager:
        sys.stdout.flush()
        manner.page(text, pager)
    else:
        _print(_utf8(text))


def _utf8(text: str) -> bytes:
    """What stands for bytes that are no UTF-8, in a file's name, is escaped, in a way that JSON reads."""
    return text.encode("utf-8", "backslashreplace")


def _print(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def say(text: str) -> None:
    """A message to standard error, which --quiet leaves out."""
    if not manner.quiet():
        fault(text)


def fault(text: str) -> None:
    """An error that does not end the command, to standard error."""
    click.echo(show(text, lines=True), err=True)


STDIN_LIMIT = 16 * 1024 * 1024


def from_stdin(values: dict[str, Any]) -> dict[str, Any]:
    """The typed values, with the one that is `-` read from standard input."""
    asked = [key for key, value in values.items() if value == "-" or (isinstance(value, tuple) and "-" in value)]
    if len(asked) > 1:
        found = f"{' and '.join('--' + key for key in asked)} are both -"
        raise ComplaintError(found, "one option of a command may be read from standard input")
    if not asked:
        return values
    key, where = asked[0], f"--{asked[0].replace('_', '-')}"
    data = sys.stdin.buffer.read(STDIN_LIMIT + 1) if sys.stdin else b""
    if len(data) > STDIN_LIMIT:
        raise ComplaintError("standard input is longer than any ticket may be", "shorten it", where=where)
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n")
    except UnicodeDecodeError as error:
        raise ComplaintError(
            f"standard input is not UTF-8 (byte {error.start})", "convert it first", where=where
        ) from None
    value = values[key]
    return {**values, key: tuple(text if item == "-" else item for item in value) if isinstance(value, tuple) else text}


def told_unread(unread: Sequence[ComplaintError], *, plain: bool = False) -> int:
    """Names on standard error what could not be read, the same reason only once; 2 if there is any.

    Where it is to be `plain`, beside a CI report, nothing is quoted.
    """
    safe: Callable[[str], str] = show
    if plain:
        from complaint.render.reports import harmless as safe
    reasons: dict[tuple[str, str], list[str]] = {}
    for error in unread:
        found = (error.plain if plain else "") or error.found
        reasons.setdefault((found, error.mend), []).append(error.where)
    for (found, mend), places in reasons.items():
        more = f" (and {len(places) - 1} more)" if len(places) > 1 else ""
        fault(safe(f"{places[0]}{more}: {found}" if places[0] else found) + (f"\n  {safe(mend)}" if mend else ""))
    return 2 if unread else 0
