"""Owns which commands exist, the global options, and the one error boundary with its exit codes."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from complaint import __version__, manner
from complaint.core.errors import FAILED, INTERNAL, INTERRUPTED, UNKNOWN, ComplaintError, nearest
from complaint.core.text import show

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

QUESTIONS = {
    "list": "List tickets.",
    "show": "Show one ticket: header, history, obligations, what is missing before it may close.",
    "log": "List events in order of recording.",
    "overdue": "Say what is overdue, and what soon will be.",
    "audit": "Check that the register is honest and complete; say what is not, and how to mend it.",
    "fine": "Compute who owes which fine, with the arithmetic; freeze a period's statement.",
    "clock": "Count working time alone: due moments, elapsed time, opening hours.",
    "policy": "List, show, check and test the rules.",
    "schema": "Print the JSON Schema of a file or of an answer.",
    "init": "Make a register, or add what is missing to one.",
    "completion": "Print what makes a shell complete commands, ids and words.",
    "help": "Explain exit codes, formats, times, settings; or show the help of a command.",
}


class Commands(click.Group):
    """The commands, each imported only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every command's name, in the order of the help."""
        from complaint.core.vocabulary import COMMANDS

        return [*COMMANDS, *QUESTIONS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command called `cmd_name`, with the options that every command takes; what it takes completes."""
        found = self._made(cmd_name)
        if found is None:
            return None
        if ctx.resilient_parsing:
            from complaint.completing import attached

            found = attached(found)
        return manner.shared(found)

    @staticmethod
    def _made(name: str) -> click.Command | None:
        if name in QUESTIONS:
            return import_module(f"complaint.commands.{name}").command  # type: ignore[no-any-return]
        from complaint.core.vocabulary import COMMANDS

        if name in COMMANDS:
            return import_module("complaint.commands.record").command(COMMANDS[name])  # type: ignore[no-any-return]
        return None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands with their help, made without importing any, and the global options."""
        from click.shell_completion import CompletionItem

        named = [CompletionItem(name, help=help_) for name, help_ in self._told() if name.startswith(incomplete)]
        return named + click.Command.shell_complete(self, ctx, incomplete)

    @staticmethod
    def _told() -> list[tuple[str, str]]:
        from complaint.core.vocabulary import COMMANDS

        return [*((name, kind.help) for name, kind in COMMANDS.items()), *QUESTIONS.items()]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that the arguments name; a misspelt one is answered with the nearest."""
        found = self.get_command(ctx, args[0])
        if found is None and not ctx.resilient_parsing:
            near = nearest(args[0], self.list_commands(ctx))
            raise click.UsageError(f'there is no command "{args[0]}"{f"; did you mean {near}?" if near else ""}', ctx)
        return args[0], found, args[1:]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The help's two lists, made without importing any command."""
        from complaint.core.vocabulary import COMMANDS

        with formatter.section("Recording"):
            formatter.write_dl([(name, kind.help) for name, kind in COMMANDS.items()])
        with formatter.section("Questions and rules"):
            formatter.write_dl(list(QUESTIONS.items()))


@click.command(
    cls=Commands,
    params=[*manner.SHARED],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--register",
    "register_path",
    metavar="DIR",
    help="The folder that holds complaints.d (default: found upwards from here).",
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def program(register_path: str | None) -> None:
    """Keep customer complaints as plain files in git, and get answers one can stand behind.

    \b
    Start:   complaint init --policy telecom
             complaint create --channel phone --summary "no internet for three days"
             complaint overdue
    Exit codes: 0 done, nothing found; 1 findings; 2 could not do or judge it; 3 internal error;
    75 locked by another command; 130 interrupted. `complaint help` explains more.
    """


def main() -> None:
    """The console script: runs one command and exits with a public exit code."""
    gc.disable()  # a short run that keeps what it reads: collecting doubles the cost of parsing many tickets
    asked = os.environ.get("_COMPLAINT_COMPLETE")
    if asked:
        from complaint.completing import answer

        sys.exit(answer(program, asked))
    run = partial(program.main, prog_name="complaint", standalone_mode=False)
    sys.exit(_guarded(run, monitored=_monitored(sys.argv[1:])))


def _monitored(words: Sequence[str]) -> bool:
    """Whether a Nagios plugin is asked for, which answers in its own way even where the words make no sense."""
    return "--format=nagios" in words or ("--format", "nagios") in pairwise(words)


def _guarded(run: Callable[[], Any], *, monitored: bool = False) -> int:
    """What `run` returns, or the exit code of what it raises: for a plugin always UNKNOWN, said on standard output."""
    try:
        _open_streams()
        code = run()
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except SystemExit:  # click's answer to a reader of standard output that went away
        _drop_stdout()
        return UNKNOWN if monitored else FAILED
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a crash must not look like a finding
        if isinstance(error, OSError):
            _drop_stdout()
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            click.echo(error.format_message(), err=True)
            return FAILED
        found, mend, code = _told(error)
        click.echo("\n".join([f"complaint: {show(found)}", *([show(mend)] if mend else [])]), err=True)
        if code == INTERNAL and os.environ.get("COMPLAINT_DEBUG"):
            import traceback

            traceback.print_exc()
        if monitored:
            from complaint.render.reports import nagios

            click.echo(nagios.unknown(found), nl=False)
            return UNKNOWN
        return code
    return code if isinstance(code, int) else 0


def _open_streams() -> None:
    """Text that a console cannot show is escaped; a stream that is closed is an error, or nowhere."""
    closed = sys.stdout is None
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 - it stays open
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if closed:
        raise ComplaintError("standard output is closed", "send it somewhere, to /dev/null if need be")


def _told(error: BaseException) -> tuple[str, str, int]:
    """What was found, how to mend it, and the exit code that says so."""
    match error:
        case ComplaintError():
            return *error.parts(), error.exit_code
        case KeyboardInterrupt() | click.Abort():
            return "interrupted", "", INTERRUPTED
        case click.ClickException():
            context = getattr(error, "ctx", None)
            return (
                " ".join(line.strip() for line in error.format_message().splitlines()),
                f"`{context.command_path} --help` shows what is allowed" if context else "",
                FAILED,
            )
        case OSError():
            place = f": {error.filename}" if error.filename else " on standard output" if error.errno else ""
            reason = f"{error.strerror or type(error).__name__}{place}"
            return reason, "if something was being recorded, `complaint log` says whether it is stored", FAILED
    return f"internal error: {type(error).__name__}: {error} (COMPLAINT_DEBUG=1 shows where)", "", INTERNAL


def _drop_stdout() -> None:
    """What could not be written must not be tried again when Python flushes at its end."""
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a descriptor is all that is wanted
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    except (OSError, ValueError):
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - it stays open
