"""Owns whether a register's folder is in order: what git must ignore, what broken-off writes left."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from complaint.core.errors import Unreadable
from complaint.store import documents, files

IGNORED = (".lock", ".*.tmp")
_ID = r"[A-Z]-[0-9]{4}-[0-9A-Z]{8}\.toml"
COPY = re.compile(rf"\.{_ID}|\.?{_ID}(~|\.(orig|bak|old|rej))", re.IGNORECASE)  # what editors and merges leave


def findings(root: Path) -> Iterator[tuple[str, str, str, str]]:
    """For each thing out of order: the name of the audit's check, the path, what was found, how to mend it."""
    yield from _ignored(root)
    for folder, _, names in os.walk(root / files.REGISTER):
        for name in sorted(names):
            shown = (Path(folder) / name).relative_to(root).as_posix()
            if files.is_temporary(name):
                mend = "delete it; the ticket itself is whole"
                yield "left-over", shown, "a write was broken off and left this file", mend
            elif COPY.fullmatch(name):
                mend = "delete it, or move it out of the register: git would carry it, and what it says of people"
                yield "stray", shown, "it is a copy of a ticket that nobody reads", mend


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
