"""Owns `init`: makes a register, or adds to one what is missing; overwrites nothing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from complaint import options
from complaint.core.errors import ComplaintError
from complaint.store.ready import FILES, Placed


@click.command(
    "init", help="Make a register in DIR (default: here), or add what is missing to one; overwrites nothing."
)
@click.argument("folder", metavar="[DIR]", required=False)
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="NAME",
    help="A pack to copy; the first is the default. Without it the packs are listed.",
)
@click.option("--timezone", default="Asia/Shanghai", show_default=True, help="The register's time zone.")
@click.option(
    "--ci",
    "ready",
    multiple=True,
    type=click.Choice(list(FILES)),
    help="Write the ready files of this; a register that is there needs no --policy.",
)
@options.register
def command(
    folder: str | None,
    policies: tuple[str, ...],
    timezone: str,
    ready: tuple[str, ...],
    register_path: str | None,
) -> int:
    """The command."""
    from complaint.workspace import is_register, is_tracked, lay_out, ready_files, unassociated

    try:
        ZoneInfo(timezone)
    except (OSError, ValueError, LookupError):
        raise ComplaintError(
            f'there is no time zone "{timezone}"', "allowed: a name such as Asia/Shanghai", where="--timezone"
        ) from None
    root, steps = _root(folder, options.told_register(click.get_current_context(), register_path)), []
    there = is_register(root)
    if policies or not (ready and there):
        made = lay_out(root, policies, timezone)
        _say_made(made)
        for name, text in unassociated(root):
            options.say(f"{name} is left as it is; for editors to know the register's files, add to it:\n{text}")
        steps += ["complaint create --channel phone --summary TEXT"] if made and not there else []
    if ready:
        places = ready_files(root, ready, _command())
        _say_made(each.path for each in places if not each.by_hand)
        steps += [_step(each, in_repository=is_tracked(root)) for each in places]
    options.say("\n".join(f"next: {step}" for step in steps) or "nothing was missing")
    return 0


def _root(folder: str | None, typed: str | None) -> Path:
    """The register's folder, as every command finds it but for DIR; a new one is made here."""
    from complaint.workspace import place

    if folder is None:
        found = place(typed)
        if found != Path():
            options.say(f"in {found}:")
        return found
    if typed and Path(typed).resolve() != Path(folder).resolve():
        raise ComplaintError(f'"{folder}" and --register "{typed}" contradict each other', "name one of them")
    return Path(folder)


def _say_made(paths: Iterable[str]) -> None:
    """What was made is the answer, which --quiet leaves out."""
    options.deliver("".join(f"made {path}\n" for path in paths), nothing=True)


def _step(ready: Placed, *, in_repository: bool) -> str:
    """What is left to do for a ready file; the hidden ones are for git's hosts and hooks."""
    if ready.by_hand:
        under = f" under {ready.under}" if ready.under else ""
        return f"add by hand to {ready.path}{under}, which was there and was left alone:\n\n{ready.by_hand}"
    if ready.path.startswith(".") and not in_repository:
        return f"`git init` here, or move {ready.path} to the root of a repository and give its commands --register DIR"
    return f"the first lines of {ready.path} say how it comes to run"


def _command() -> str:
    """Where the running command is installed, as cron and systemd must name it."""
    found = shutil.which(sys.argv[0])
    if not found:
        raise ComplaintError(f'"{sys.argv[0]}" is no installed command', "call `complaint` by its path", where="--ci")
    return str(Path(found).absolute())
