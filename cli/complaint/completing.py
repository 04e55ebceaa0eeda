"""Owns completion: what each option and argument completes from. click asks, the shell shows, no failure is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import click
from click.shell_completion import CompletionItem, shell_complete

from complaint import assets
from complaint.core.vocabulary import CORRECTABLE, FREE_TEXT, GOVERNED, PERSONAL, STEPS, WORDS
from complaint.store import glimpse, home

VARIABLE = "_COMPLAINT_COMPLETE"
SHELLS = ("bash", "zsh", "fish")


class Asked(NamedTuple):
    """A word typed in part, and the command it stands in as far as it is typed."""

    context: click.Context
    typed: str

    @property
    def register(self) -> Path:
        """The register the command would read; `NotFound` without one."""
        top = self.context.find_root()
        return home.root(self.context.params.get("register_path") or top.params.get("register_path"))

    def fitting(self, words: Iterable[str]) -> list[str]:
        """The words that begin as typed, each once."""
        return sorted({word for word in words if word.startswith(self.typed)})


Source = Callable[[Asked], list[str] | str]


def _listed(name: str, header: str = "") -> Source:
    """The words of the policies' lists of this name, else the usual ones, and what tickets say in their header."""

    def words(asked: Asked) -> list[str] | str:
        lists = [glimpse.listed_words(text).get(name, ()) for text in glimpse.policies(asked.register).values()]
        known = {word for words in lists for word in words if glimpse.PLAIN.fullmatch(word)}
        usual = STEPS if name == "step" else () if any(lists) else WORDS.get(name, ())
        return asked.fitting(known.union(usual, glimpse.header_words(asked.register, header) if header else ()))

    return words


def _clauses(kind: str = "") -> Source:
    """The ids of the policies' clauses, of one kind if it is named."""
    return lambda asked: asked.fitting(
        clause for text in glimpse.policies(asked.register).values() for clause in glimpse.clauses(text, kind)
    )


def _events(kind: str = "") -> Source:
    """The event keys of the ticket named before, of one type if it is named; the last symbols of a key will do."""

    def keys(asked: Asked) -> list[str] | str:
        found = glimpse.events(asked.register, asked.context.params["ticket_id"])
        known = [key for key, type_ in found if kind in ("", type_)]
        return [key for key in known if key.startswith(asked.typed) or key[-3:].startswith(asked.typed.lower())]

    return keys


def _policies(asked: Asked) -> list[str]:
    return asked.fitting(glimpse.policies(asked.register))


def _tickets(asked: Asked) -> list[str]:
    return glimpse.ticket_ids(asked.register, asked.typed)


def _tickets_or_files(asked: Asked) -> list[str] | str:
    return "file" if "/" in asked.typed else _tickets(asked)


def _packs(asked: Asked) -> list[str]:
    return asked.fitting(assets.names("policies"))


def _calendars(asked: Asked) -> list[str]:
    return asked.fitting(assets.names("calendars"))


def _roles(asked: Asked) -> list[str]:
    """The roles of the policies' lists, and those that their clauses name."""
    texts = glimpse.policies(asked.register).values()
    known = {role for text in texts for role in (*glimpse.listed_words(text).get("role", ()), *glimpse.roles(text))}
    return asked.fitting(role for role in known if glimpse.PLAIN.fullmatch(role))


def _checks(asked: Asked) -> list[str]:
    from complaint.core import checks

    return asked.fitting([*checks.BY_CODE, *checks.BY_NAME])


def _waivable(asked: Asked) -> list[str]:
    from complaint.core import checks

    return asked.fitting(word for check in checks.CHECKS if check.waivable for word in (check.code, check.name))


def _revisions(asked: Asked) -> list[str]:
    from complaint import git

    return asked.fitting(name for name in git.names(asked.register) if glimpse.REVISION.fullmatch(name))


def _schemas(asked: Asked) -> list[str]:
    from complaint.render.schemas import ANSWERS
    from complaint.store.schemas import KINDS

    return asked.fitting([*KINDS, *ANSWERS])


def _keys(*more: str) -> Source:
    """The keys of a ticket that a KEY=VALUE may begin with."""
    personal = (f"complainant.{key}" for key in PERSONAL)
    words = [f"{key}=" for key in (*more, *FREE_TEXT, *personal)]
    return lambda asked: asked.fitting(words)


def _topics(asked: Asked) -> list[str]:
    from complaint.render.topics import TOPICS

    program = asked.context.find_root().command
    return asked.fitting([*TOPICS, *(program.list_commands(asked.context) if isinstance(program, click.Group) else ())])


# By the name of the parameter, with the command before it where that alone says too little; `dir` and `file` are what
# the shell itself completes.
SOURCES: Mapping[str, Source | str] = {
    "ticket_id": _tickets,
    "repeat_of": _tickets,
    "duplicate_of": _tickets,
    "void event": _events(),
    "decide event": _events("violation"),
    "policy": _policies,
    "policy test names": _policies,
    "clause": _clauses(),
    "violation clause": _clauses("fine"),
    "policy show name": lambda asked: [*_policies(asked), *_clauses()(asked)],
    "department": _listed("department", "department"),
    "category": _listed("category", "category"),
    "nature": _listed("nature", "nature"),
    "handler": _listed("handler", "handler"),
    "against": _listed("payer", "against"),
    "payer": _listed("payer", "against"),
    "person": _listed("person"),
    "conduct": _listed("conduct"),
    "role": _roles,
    "channel": _listed("channel"),
    "source": _listed("source"),
    "severity": _listed("severity"),
    "flags": _listed("flag"),
    "no_flags": _listed("flag"),
    "step": _listed("step"),
    "init policies": _packs,
    "policy trace pack": _packs,
    "help topic": _topics,
    "audit named": _tickets_or_files,
    "audit against": _revisions,
    "clock due name": _calendars,
    "clock elapsed name": _calendars,
    "clock open name": _calendars,
    "correct changed": _keys(*CORRECTABLE),
    "list where": _keys(*GOVERNED),
    "schema name": _schemas,
    "waive problem": _waivable,
    "audit select": _checks,
    "audit ignore": _checks,
    "audit explain": _checks,
    "register_path": "dir",
    "init folder": "dir",
    "output": "file",
}


class Known(click.types.StringParamType):
    """A text that completes from the table."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The candidates for a word that was typed in part."""
        command = ctx.command_path.partition(" ")[2]
        source = SOURCES.get(f"{command} {param.name}") or SOURCES.get(str(param.name))
        found = source(Asked(ctx, incomplete)) if callable(source) else source or []
        if isinstance(found, str):
            return [CompletionItem(incomplete, type=found)]
        return [CompletionItem(word) for word in found]


def attached(command: click.Command) -> click.Command:
    """The same command, with every text that it takes completed."""
    for param in command.params:
        if type(param.type) is click.types.StringParamType:
            param.type = Known()
    for below in getattr(command, "commands", {}).values():
        attached(below)
    return command


def script(shell: str) -> str:
    """What a shell reads so that it asks us."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise LookupError(shell)
    asking = found(click.Command("complaint"), {}, "complaint", VARIABLE)
    return asking.source_template % asking.source_vars()


def answer(program: click.Command, asked: str) -> int:
    """Prints what a shell asks for; whatever fails, fewer candidates are all that is seen of it."""
    with suppress(Exception):
        shell_complete(attached(program), {}, "complaint", VARIABLE, asked)
    return 0
