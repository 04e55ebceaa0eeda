"""Owns `completion`: the script with which a shell completes our commands, ids and words."""

from __future__ import annotations

import click

from complaint import options
from complaint.completing import SHELLS, script


@click.command(
    "completion", help="Print what makes a shell complete commands, ids and words; README says where to put it."
)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> int:
    """The command."""
    options.deliver(script(shell))
    return 0
