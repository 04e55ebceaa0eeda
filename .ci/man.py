"""Owns the man pages: writes one for every command into the folder that is named (make man)."""

from __future__ import annotations

import re
import sys
from inspect import cleandoc
from pathlib import Path

import click
from click_man.core import write_man_pages

from complaint import __version__
from complaint.app import program


def laid_open(command: click.Command, context: click.Context) -> click.Command:
    """The same command with those below it loaded, since click-man looks for no others, its help laid out for man."""
    command.help = re.sub(r"\x08\n(.*?)(?=\n\n|\Z)", r".nf\n\1\n.fi", cleandoc(command.help or ""), flags=re.DOTALL)
    command.short_help = command.help.partition("\n")[0]
    if isinstance(command, click.Group):
        names = command.list_commands(context)
        command.commands = {name: laid_open(command.get_command(context, name), context) for name in names}
    return command


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    laid_open(program, click.Context(program))
    write_man_pages("complaint", program, version=__version__, target_dir=str(folder))
