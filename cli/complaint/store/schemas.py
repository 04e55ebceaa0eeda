"""Owns the schemas of a register's files, and the files by which editors find them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from complaint.core import days, event_shape, policy_shape, ticket_schema
from complaint.core.errors import Unreadable
from complaint.core.shape import Schema
from complaint.store import documents, files, home, rules

DRAFT = "http://json-schema.org/draft-07/schema#"
TOMBI, TAPLO = "tombi.toml", ".taplo.toml"
SHORT = 120  # characters of a part that is not worth a name of its own


class Kind(NamedTuple):
    """A kind of file: what it is, where such files lie, and what makes its schema."""

    title: str
    lies: str
    shape: Callable[[], Schema]


KINDS: Mapping[str, Kind] = {
    "ticket": Kind("A ticket", f"{files.REGISTER}/20*/*.toml", ticket_schema.schema),
    "policy": Kind(
        "An edition of a policy",
        f"{files.REGISTER}/policies/*.toml",
        lambda: policy_shape.SHAPE.schema() | {"definitions": event_shape.definitions()},
    ),
    "calendar": Kind("A calendar of days off", f"{files.REGISTER}/calendars/*.toml", days.SHAPE.schema),
    "register": Kind("The settings of a register", home.SETTINGS, rules.SHAPE.schema),
}


def schema(name: str) -> Schema:
    """The schema of a kind of file."""
    kind = KINDS[name]
    return headed(name, kind.title, f"{kind.title} of `complaint`: {kind.lies}", shared(kind.shape()))


def editor_files() -> dict[str, str]:
    """What editors read, by path from the register's root: the schemas, and which of them is for which file."""
    return {path(name): written(schema(name)) for name in KINDS} | associations()


def associations() -> dict[str, str]:
    """The files by which editors find the schema of a file, by name."""
    tombi, taplo = 'toml-version = "v1.0.0"\n', ""
    for name, kind in KINDS.items():
        place = f'path = "{path(name)}"'
        tombi += f'\n[[schemas]]\n{place}\ninclude = ["{kind.lies}"]\n'
        taplo += f'[[rule]]\ninclude = ["{kind.lies}"]\n\n[rule.schema]\n{place}\n\n'
    return {TOMBI: tombi, TAPLO: taplo.rstrip("\n") + "\n"}


def unassociated(root: Path) -> Iterator[tuple[str, str]]:
    """The editors' files that do not name the schemas, which somebody else made, each with what they lack."""
    for name, wanted in associations().items():
        try:
            text = files.read_text(root.resolve() / name, limit=documents.LIMIT, shown=name)
        except Unreadable:
            text = ""
        if path("ticket") not in text:
            yield name, wanted


def path(name: str) -> str:
    """Where the schema of a kind of file lies, from the register's root."""
    return f"{files.REGISTER}/schemas/{name}.schema.json"


def headed(name: str, title: str, description: str, body: Schema) -> Schema:
    """A schema with its head."""
    head = {"$schema": DRAFT, "$id": f"urn:complaint:{name}:1", "title": title, "description": description}
    return head | body


def written(told: Schema) -> str:
    """A schema as text."""
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def shared(told: Schema) -> Schema:
    """The same schema with every longer part that stands under several keys written once, under `definitions`."""
    counted = Counter(_text(part) for _, part in _parts(told))
    named: dict[str, str] = {}
    definitions: Schema = {}
    own = told.get("definitions", {})

    def short(key: str, part: Any) -> Any:
        text = _text(part)
        if len(text) <= SHORT or counted[text] == 1:
            return inside(part)
        if text not in named:
            named[text] = f"{key}-{len(named)}" if key in {*definitions, *own} else key
            definitions[named[text]] = {}
            definitions[named[text]] = inside(part)
        return {"$ref": f"#/definitions/{named[text]}"}

    def inside(part: Any) -> Any:
        if isinstance(part, list):
            return [inside(item) for item in part]
        if not isinstance(part, dict):
            return part
        return {
            key: {name: short(name, item) for name, item in value.items()} if key == "properties" else inside(value)
            for key, value in part.items()
        }

    body: Schema = inside(told)
    every = body.get("definitions", {}) | definitions
    return body | ({"definitions": every} if every else {})


def _parts(told: Any) -> Iterator[tuple[str, Schema]]:
    """What stands under a key of an object, at any depth."""
    for value in told if isinstance(told, list) else told.values() if isinstance(told, dict) else ():
        yield from _parts(value)
    if isinstance(told, dict):
        yield from told.get("properties", {}).items()


def _text(part: Any) -> str:
    return json.dumps(part, sort_keys=True)
