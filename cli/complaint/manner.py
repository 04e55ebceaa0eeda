"""Owns how the program speaks: -q, -v, --color and --no-pager, typed before the command or after it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from complaint.core.text import show

if TYPE_CHECKING:
    from complaint.workspace import Register

OWN = "complaint."


def _keep(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Keeps what was typed where every command sees it; the one typed last holds, and each -v counts."""
    key = f"{OWN}{option.name}"
    if option.name == "verbose" and value and not context.resilient_parsing:
        if key not in context.meta:
            _promise(context.find_root())
        value += context.meta.get(key, 0)
    if value:
        context.meta[key] = value


def _option(*names: str, **more: Any) -> click.Option:
    return click.Option(names, expose_value=False, callback=_keep, **more)


SHARED: tuple[click.Parameter, ...] = (
    _option("-q", "--quiet", is_flag=True, help="Say nothing but errors; a check that finds nothing prints nothing."),
    _option("-v", "--verbose", count=True, help="Say what was read; -vv names each ticket."),
    _option("--color", type=click.Choice(("auto", "always", "never")), help="Colours (default: auto, on a terminal)."),
    _option("--no-pager", is_flag=True, help="Never show a long answer through a pager."),
)


def shared(command: click.Command) -> click.Command:
    """The same command, and those below it, with the options that every command takes."""
    command.params += [option for option in SHARED if option not in command.params]
    for below in getattr(command, "commands", {}).values():
        shared(below)
    return command


def _kept(name: str) -> Any:
    context = click.get_current_context(silent=True)
    return context.meta.get(OWN + name) if context else None


def quiet() -> bool:
    """Whether only errors are said, and a check that finds nothing prints nothing."""
    return bool(_kept("quiet"))


def for_people() -> bool:
    """Whether the answer is a table or a page; what programs read is never coloured, paged or left out."""
    context = click.get_current_context(silent=True)
    asked = context.params if context else {"as_json": True}
    return not asked.get("as_json") and asked.get("format_") in (None, "table")


def coloured() -> bool:
    """Whether standard output takes colours: the option, else NO_COLOR, else FORCE_COLOR, else a terminal does."""
    typed = _kept("color") or "auto"
    if typed != "auto":
        return bool(typed == "always")
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "0") not in ("", "0") for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def pager(text: str) -> str:
    """The pager that should show an answer: the user's, if it is longer than the terminal, or none."""
    if _kept("no_pager") or not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        return ""
    import shutil

    columns, rows = shutil.get_terminal_size()
    if sum(1 + len(line) // columns for line in text.splitlines()) < rows:
        return ""
    named = os.environ.get("COMPLAINT_PAGER", os.environ.get("PAGER", "less" if shutil.which("less") else ""))
    return "" if named == "cat" else named


def page(text: str, pager: str) -> None:
    """Shows a text through the user's pager, a line for the shell as git's is; what it leaves unread is no error.

    If it fails, what it has not read is printed as it is.
    """
    import shlex

    os.environ["PAGER"] = shlex.join(["sh", "-c", 'sh -c "$0" || cat', pager])
    os.environ.setdefault("LESS", "FRX")
    click.echo_via_pager(text.rstrip("\n"), color=coloured())


# --- what was read ---


def reading(register: Register) -> None:
    """Notes which register a command reads, for -v."""
    context = click.get_current_context(silent=True)
    if context:
        context.meta[OWN + "register"] = register


def _promise(root: click.Context) -> None:
    """Tells at the end, also after an error, what was read."""
    from complaint import clock

    began = clock.ticks()
    root.call_on_close(lambda: _tell(root.meta.get(OWN + "register"), root.meta[OWN + "verbose"], began, clock))


def _tell(register: Register | None, times: int, began: float, clock: Any) -> None:
    now = clock.now().astimezone(register.settings.zone if register else None)
    said = [f"clock: {now.isoformat(timespec='seconds')}{', set by COMPLAINT_NOW' if clock.is_set() else ''}"]
    for line in (*(_read(register, times) if register else ()), *said, f"time: {clock.ticks() - began:.2f} s"):
        click.echo(show(line), err=True)


def _read(register: Register, times: int) -> Iterator[str]:
    yield f"register: {register.root.resolve()}"
    editions = dict.fromkeys(
        f"{one.id} {one.edition}" for book in register.books for several in book.editions.values() for one in several
    )
    yield f"policies: {', '.join(editions) or 'none read'}"
    yield f"tickets read: {len(register.seen)}"
    yield from register.seen if times > 1 else ()
