"""Owns the way from a file to a checked document: safe reading, parsing, and every mistake with its file and line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import tomli

from complaint.core.errors import Unreadable
from complaint.core.shape import Mistake
from complaint.core.ticket import HEADER, WHOLE_LIMIT
from complaint.core.vocabulary import COMMON, PERSONAL, TABLE
from complaint.store import files

LIMIT = 1024 * 1024
DEEPEST = 4
CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
WHOLE_CONFLICT = re.compile(r"^<{7} .*?^={7}$.*?^>{7} ", re.MULTILINE | re.DOTALL)
RESOLVE = (
    "keep what both sides say (of a ticket the events of both, each under its own heading), and remove the markers"
)
BY_HAND = "mend it by hand, or take it back from git"


def parsed(text: str, shown: str, *, of_ticket: bool = False) -> dict[str, Any]:
    """The document a TOML text writes; `Unreadable` names the line of what breaks it, and quotes it but for tickets."""
    try:
        return tomli.loads(text)
    except (ValueError, RecursionError, MemoryError) as error:
        message = str(error) or type(error).__name__
        at = re.search(r"\(at line ([0-9]+), column ([0-9]+)\)", message)
        last = text.rstrip("\n").count("\n") + 1
        where = f"{shown}:{at[1]}" if at else f"{shown}:{last}" if "end of document" in message else shown
        found = message[: at.start()].strip() if at else message
        mark = CONFLICT.search(text)
        if mark:
            where = f"{shown}:{text.count(chr(10), 0, mark.start()) + 1}"
            raise Unreadable(
                "not TOML: a merge left its conflict markers", RESOLVE, where=where, sort="conflict-markers"
            ) from None
        mend = _mend(text, int(at[1]) if at else 0, of_ticket=of_ticket)
        raise Unreadable(f"not TOML: {_plain(found)}", mend, where=where) from None


def conflict_line(text: str) -> int:
    """The line at which a conflict begins that a merge left in a text which TOML accepts; 0 without one."""
    mark = WHOLE_CONFLICT.search(text)
    return text.count("\n", 0, mark.start()) + 1 if mark else 0


def _plain(found: str) -> str:
    first = found[:1].lower() if found[1:2].islower() else found[:1]
    return (first + found[1:200]).partition("; use sys.")[0]


def _mend(text: str, line: int, *, of_ticket: bool) -> str:
    """How to mend a line; one of a ticket may be anybody's data, so it is told by its key, if that is a known one."""
    rows = text.splitlines()
    if not 0 < line <= len(rows):
        return BY_HAND
    said = rows[line - 1].strip()[:80]
    if not of_ticket:
        return f"the line says: {said}"
    key = said.partition("=")[0].strip(" \"'")
    known = {*HEADER, *PERSONAL, *COMMON, *(field.key for kind in TABLE for field in kind.fields)}
    return f"the line says: {key} = …" if key.rpartition(".")[2] in known else BY_HAND


def read(path: Path, shown: str, *, limit: int = LIMIT, of_ticket: bool = False) -> tuple[str, dict[str, Any]]:
    """The text of a file and the document it writes."""
    text = files.read_text(path, limit=limit, shown=shown)
    return text, parsed(text, shown, of_ticket=of_ticket)


def refuse(text: str, shown: str, mistakes: Sequence[Mistake]) -> None:
    """Raises `Unreadable` for the first of some mistakes, if there are any."""
    if mistakes:
        first = mistakes[0]
        more = f" (and {len(mistakes) - 1} more; `complaint policy check` lists all)" if len(mistakes) > 1 else ""
        raise Unreadable(named(first), first.allowed + more, where=f"{shown}:{line_of(text, first.path)}")


def named(mistake: Mistake) -> str:
    """What a mistake found, with the key it was found at."""
    key = ".".join(str(part) for part in mistake.path if isinstance(part, str))
    return f"{key}: {mistake.found}" if key else mistake.found


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line at which a key of the document stands."""
    from complaint.core import source

    return source.line_of(text, tuple(path))


def check_plain(document: Mapping[str, Any], shown: str) -> None:
    """Refuses a ticket that nests deeper than it has reason to, or holds numbers that not every reader keeps."""
    level: list[Any] = [document]
    for _ in range(DEEPEST):
        items = [item for value in level for item in (value.values() if isinstance(value, dict) else value)]
        odd = next((item for item in items if isinstance(item, (int, float)) and not abs(item) <= WHOLE_LIMIT), None)
        if odd is not None:  # not named: it may be somebody's number
            raise Unreadable("a number is too large, or none", "allowed: numbers within 2 to the 53rd", where=shown)
        level = [item for item in items if isinstance(item, (dict, list))]
    if level:
        mend = "a ticket is flat: a header, [about], [complainant], [event.KEY]"
        raise Unreadable("its tables are nested too deep", mend, where=shown)
