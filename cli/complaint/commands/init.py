"""Owns `init`: makes a register, or adds to one what is missing; overwrites nothing."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import click

from complaint import options
from complaint.core.errors import ComplaintError


@click.command(
    "init", help="Make a register in DIR (default: here), or add what is missing to one; overwrites nothing."
)
@click.argument("folder", metavar="[DIR]", default=".")
@click.option(
    "--policy",
    "policies",
    multiple=True,
    metavar="NAME",
    help="A pack to copy; the first is the default. Without it the packs are listed.",
)
@click.option("--timezone", default="Asia/Shanghai", show_default=True, help="The register's time zone.")
def command(folder: str, policies: tuple[str, ...], timezone: str) -> int:
    """The command."""
    from complaint.workspace import lay_out

    try:
        ZoneInfo(timezone)
    except (OSError, ValueError, LookupError):
        raise ComplaintError(
            f'there is no time zone "{timezone}"', "allowed: a name such as Asia/Shanghai", where="--timezone"
        ) from None
    made = lay_out(Path(folder), policies, timezone)
    for path in made:
        options.deliver(f"made {path}\n")
    options.say("next: complaint create --channel phone --summary TEXT" if made else "nothing was missing")
    return 0
