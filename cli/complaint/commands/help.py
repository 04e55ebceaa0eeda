"""Owns `help`: topics that no single command explains, and the help of each command."""

from __future__ import annotations

from collections.abc import Iterator

import click

from complaint import options
from complaint.core.errors import NotFound, allowed_words
from complaint.render import topics


@click.command("help", help="Explain exit codes, formats, times, settings; or show the help of a command.")
@click.argument("topic", metavar="[TOPIC|COMMAND]...", nargs=-1)
def command(topic: tuple[str, ...]) -> int:
    """The command."""
    program = click.get_current_context().find_root()
    if not topic:
        options.deliver(topics.contents())
    elif topic == ("formats",):
        options.deliver(topics.formats(_formats(program)))
    elif len(topic) == 1 and topic[0] in topics.TOPICS:
        options.deliver(topics.text(topic[0]))
    else:
        options.deliver(_help(program, topic) + "\n")
    return 0


def _help(context: click.Context, words: tuple[str, ...]) -> str:
    for word in words:
        group = context.command
        names = group.list_commands(context) if isinstance(group, click.Group) else []
        found = group.get_command(context, word) if isinstance(group, click.Group) else None
        if found is None:
            known = (*topics.TOPICS, *names) if context.parent is None else tuple(names)
            raise NotFound(f'there is no topic or command "{word}"', allowed_words(word, known))
        context = click.Context(found, context, word, max_content_width=context.max_content_width)
    return context.get_help()


def _formats(context: click.Context) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each command with the formats that it answers in, those of its sub-commands beside it."""
    group = context.command
    if isinstance(group, click.Group):
        for name in group.list_commands(context):
            found = group.get_command(context, name)
            if found:
                yield from _formats(click.Context(found, context, name))
    named = next((param for param in group.params if param.name == "format_"), None)
    if named and isinstance(named.type, click.Choice):
        yield context.command_path.partition(" ")[2], tuple(named.type.choices)
