"""Owns `schema`: the JSON Schema of a file or of an answer."""

from __future__ import annotations

import click

from complaint import options
from complaint.core.errors import NotFound, allowed_words


@click.command(
    "schema", help="Print the JSON Schema (draft 7) of a file of the register or of an answer; without NAME, list them."
)
@click.argument("name", metavar="[NAME]", default="")
def command(name: str) -> int:
    """An answer may also be named as its `schema` key does: complaint.overdue/1."""
    from complaint.render import schemas as answers
    from complaint.store import schemas

    if not name:
        files = [(each, f"{kind.title}: {kind.lies}") for each, kind in schemas.KINDS.items()]
        given = [(each, f"complaint.{answer.shape}/1: {answer.given_by}") for each, answer in answers.ANSWERS.items()]
        options.deliver("".join(f"{each:12} {what}\n" for each, what in [*files, *given]))
        return 0
    by_shape = {f"complaint.{answer.shape}/1": each for each, answer in answers.ANSWERS.items()}
    wanted = by_shape.get(name, name)
    if wanted not in schemas.KINDS and wanted not in answers.ANSWERS:
        allowed = (*schemas.KINDS, *answers.ANSWERS)
        raise NotFound(f'there is no schema "{name}"', allowed_words(name, allowed))
    told = schemas.schema(wanted) if wanted in schemas.KINDS else answers.schema(wanted)
    options.deliver(schemas.written(told))
    return 0
