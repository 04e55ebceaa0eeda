"""Owns where each key of a TOML text stands: its statements, their lines and the exact span of every value.

tomli parses; this only locates, in text that tomli has accepted. Lines count from 1, offsets count characters. A
path holds keys and, for arrays, positions: `("clause", 3, "allow")`. Anything it cannot follow is a ValueError.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

import tomli

if TYPE_CHECKING:
    from collections.abc import Iterator

Path = tuple[str | int, ...]

DEEPEST = 64  # parts of one path: a hostile file must not cost the square of its size

# No possessive quantifiers, which Python 3.11.2 gets wrong: the loops are unrolled, so that nothing is tried twice.
_STRING = (
    r'"""[^"\\]*(?:(?:\\.|"{1,2}(?!"))[^"\\]*)*"{3,5}'
    r"|'''[^']*(?:'{1,2}(?!')[^']*)*'{3,5}"
    r'|"(?!"")[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"'
    r"|'(?!'')[^'\n]*'"
)
_VALUE = re.compile(rf"{_STRING}|[^\[\]{{}}\"'#,\r\n][^,\]}}#\r\n]*", re.DOTALL)
_TOKEN = re.compile(rf"[^\[\]{{}}\"'#]+|#[^\n]*|[\[\]{{}}]|{_STRING}", re.DOTALL)
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"|'[^'\n]*'""")
_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"[ \t\r\n]*(?:#[^\n]*[ \t\r\n]*)*")
_REST = re.compile(r"[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")


class Kind(StrEnum):
    """What a statement is."""

    BLANK = "blank"
    COMMENT = "comment"
    TABLE = "table"
    ARRAY = "array"
    PAIR = "pair"


@dataclass(frozen=True, slots=True)
class Statement:
    """Whole lines of a text, from `start` up to `end`, the line break included; a text is the sum of its statements.

    `path` is full, from the top of the document (of a blank or comment line: that of the table it stands in), and
    `value` the span of a pair's value, without the spaces and the comment around it (of other kinds: an empty span).
    """

    kind: Kind
    path: Path
    first: int
    last: int
    start: int
    end: int
    value: tuple[int, int]


def statements(text: str) -> list[Statement]:
    """All statements of `text` in order; takes time linear in its length."""
    return list(_scanned(text))


def line_of(text: str, path: Path) -> int:
    """The line of the longest beginning of `path` that stands in `text`: of its header, key or list item; else 1."""
    try:
        return _line_of(text, path)
    except ValueError:  # it serves error messages, and must not replace them
        return 1


def _line_of(text: str, path: Path) -> int:
    best, line = (0, False), 1
    for each in _scanned(text):
        if each.kind in {Kind.BLANK, Kind.COMMENT}:
            continue
        shared = _shared(each.path, path)
        rank, at = (shared, shared == len(each.path)), each.start
        if each.kind is Kind.PAIR and shared == len(each.path) < len(path):
            deeper, place = _deeper(text, each.value[0], path[shared:])
            rank, at = (shared + deeper, True), place if deeper else at
        if rank > best:
            best, line = rank, each.first + text.count("\n", each.start, at)
    return line if best[0] else 1


@lru_cache(maxsize=4)
def _scanned(text: str) -> tuple[Statement, ...]:
    """Kept for the last few texts: every mistake of one file asks for its line."""
    return tuple(_scan(text))


def _scan(text: str) -> Iterator[Statement]:
    table: Path = ()
    rows: dict[Path, int] = {}
    at, line = 0, 1
    while at < len(text):
        head = _space(text, at)
        kind, path, value, end = _statement(text, head, table, rows, line)
        if kind in {Kind.TABLE, Kind.ARRAY}:
            table = path
        breaks = text.count("\n", at, end)
        last = line + breaks - (1 if text[end - 1] == "\n" else 0)
        yield Statement(kind, path, line, last, at, end, value)
        at, line = end, line + breaks


def _statement(
    text: str, head: int, table: Path, rows: dict[Path, int], line: int
) -> tuple[Kind, Path, tuple[int, int], int]:
    """Kind, path, value span and end of the statement whose first visible character is at `head`."""
    rest = _REST.match(text, head)
    if rest:
        kind = Kind.COMMENT if text.startswith("#", head) else Kind.BLANK
        return kind, table, (head, head), rest.end()
    if text.startswith("[", head):
        brackets = 2 if text.startswith("[[", head) else 1
        keys, after = _keys(text, _space(text, head + brackets), line)
        if not text.startswith("]" * brackets, after):
            raise _lost(line)
        path = _row(keys, rows) if brackets == 2 else _resolved(keys, rows)
        kind, value, after = Kind.ARRAY if brackets == 2 else Kind.TABLE, (head, head), after + brackets
    else:
        kind, (keys, after) = Kind.PAIR, _keys(text, head, line)
        value = _assigned(text, after, line)
        path, after = (*table, *keys), value[1]
    rest = _REST.match(text, after)
    if not rest or len(path) > DEEPEST:
        raise _lost(line)
    return kind, path, value, rest.end()


def _keys(text: str, at: int, line: int) -> tuple[tuple[str, ...], int]:
    """The parts of the dotted key at `at`, and the offset behind it and the spaces after it."""
    parts: list[str] = []
    while len(parts) < DEEPEST:
        part = _KEY.match(text, at)
        if not part:
            break
        parts.append(_name(part.group()))
        at = _space(text, part.end())
        if not text.startswith(".", at):
            return tuple(parts), at
        at = _space(text, at + 1)
    raise _lost(line)


def _name(part: str) -> str:
    if part[0] not in "\"'":
        return part
    return str(tomli.loads(f"name = {part}")["name"]) if "\\" in part and part[0] == '"' else part[1:-1]


def _resolved(keys: tuple[str, ...], rows: dict[Path, int]) -> Path:
    """The keys of a header with the current position of every array of tables on the way."""
    path: Path = ()
    for key in keys:
        path = (*path, key)
        if path in rows:
            path = (*path, rows[path])
    return path


def _row(keys: tuple[str, ...], rows: dict[Path, int]) -> Path:
    array = (*_resolved(keys[:-1], rows), keys[-1])
    rows[array] = rows.get(array, -1) + 1
    return (*array, rows[array])


def _assigned(text: str, at: int, line: int) -> tuple[int, int]:
    """The span of the value behind the `=` at `at`."""
    if not text.startswith("=", at):
        raise _lost(line)
    start = _space(text, at + 1)
    return start, _value_end(text, start, line)


def _value_end(text: str, start: int, line: int) -> int:
    if not text.startswith(("[", "{"), start):
        found = _VALUE.match(text, start)
        if not found:
            raise _lost(line)
        return start + len(found.group().rstrip(" \t"))
    depth, at = 0, start
    while found := _TOKEN.match(text, at):
        at = found.end()
        token = found.group()
        depth += 1 if token in {"[", "{"} else -1 if token in {"]", "}"} else 0
        if depth == 0:
            return at
    raise _lost(line)


def _deeper(text: str, at: int, path: Path) -> tuple[int, int]:
    """How many parts of `path` the array or inline table at `at` knows, and the offset of the deepest of them."""
    known, place = 0, at
    while known < len(path):
        found = [(_shared(keys, path[known:]), len(keys), key, value) for keys, key, value in _items(text, at)]
        shared, length, key, value = max(found, key=lambda each: each[0], default=(0, 0, 0, 0))
        if not shared:
            break
        known, place, at = known + shared, key, value
        if shared < length:
            break
    return known, place


def _items(text: str, at: int) -> Iterator[tuple[Path, int, int]]:
    """Of each item of the array or inline table at `at`: its keys or position, where it and where its value begins."""
    table, row = text.startswith("{", at), 0
    if not table and not text.startswith("[", at):
        return
    at = _gap(text, at + 1)
    while at < len(text) and text[at] not in "]}":
        keys: Path = (row,)
        value = at
        if table:
            keys, after = _keys(text, at, 0)
            value, end = _assigned(text, after, 0)
        else:
            end = _value_end(text, at, 0)
        yield keys, at, value
        at = _gap(text, end)
        if not text.startswith(",", at):
            return
        at, row = _gap(text, at + 1), row + 1


def _shared(one: Path, other: Path) -> int:
    """How many first parts the two paths have in common."""
    count = 0
    for mine, its in zip(one, other, strict=False):
        if mine != its:
            break
        count += 1
    return count


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _gap(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _lost(line: int) -> ValueError:
    return ValueError(f"line {line}: not a statement of TOML")
