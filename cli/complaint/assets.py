"""Owns where the shipped templates are: inside the installed package, or the checkout's own `templates/`."""

from __future__ import annotations

import os
from pathlib import Path

from complaint.core.errors import NotFound, allowed_words

PACKAGED = Path(__file__).parent / "templates"
CHECKOUT = Path(__file__).parents[2] / "templates"


def folder(kind: str) -> Path:
    """The folder of the shipped `policies`, `calendars`, `forms` or `ci`."""
    return (PACKAGED if PACKAGED.is_dir() else CHECKOUT) / kind


def names(kind: str) -> list[str]:
    """The names of the shipped TOML files of a kind."""
    return sorted(name.removesuffix(".toml") for name in os.listdir(folder(kind)) if name.endswith(".toml"))


def text(kind: str, name: str) -> str:
    """The shipped TOML file `name` of a kind."""
    if name not in names(kind):
        raise NotFound(f'nothing called "{name}" ships under {kind}', allowed_words(name, names(kind)))
    return whole(kind, f"{name}.toml")


def whole(kind: str, file: str) -> str:
    """The shipped file of a kind, by its whole name."""
    return (folder(kind) / file).read_text(encoding="utf-8")


def calendar_text(name: str) -> str:
    """A shipped calendar of days off."""
    return text("calendars", name)
