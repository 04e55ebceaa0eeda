"""Owns whether a register's folder is in order: what git must ignore, what broken-off writes left."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from complaint.core.errors import Unreadable
from complaint.store import documents, files

IGNORED = (".lock", ".*.tmp")


def findings(root: Path) -> Iterator[tuple[str, str, str, str]]:
    """For each thing out of order: the name of the audit's check, the path, what was found, how to mend it."""
    yield from _ignored(root)
    for folder, _, names in os.walk(root / files.REGISTER):
        for name in sorted(filter(files.is_temporary, names)):
            shown = (Path(folder) / name).relative_to(root).as_posix()
            yield (
                "left-over",
                shown,
                "a write was broken off and left this file",
                "delete it; the ticket itself is whole",
            )


def _ignored(root: Path) -> Iterator[tuple[str, str, str, str]]:
    shown = f"{files.REGISTER}/.gitignore"
    try:
        lines = files.read_text(root / shown, limit=documents.LIMIT, shown=shown).split("\n")
    except Unreadable as error:
        yield "ignore-file", shown, error.found, "`complaint init` writes it"
        return
    lacking = [pattern for pattern in IGNORED if pattern not in lines]
    if lacking:
        found = f"it does not ignore {' and '.join(lacking)}"
        yield (
            "ignore-file",
            shown,
            found,
            f"add {'these lines' if len(lacking) > 1 else 'this line'}: {' '.join(lacking)}",
        )
