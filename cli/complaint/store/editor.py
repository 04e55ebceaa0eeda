"""Owns changes to a ticket's text: each touches only its own lines, every other line stays byte for byte."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import tomli

from complaint.core.errors import ComplaintError, Unreadable
from complaint.core.source import Kind, Statement, line_of, statements
from complaint.store.layout import (
    COMPLAINANT_ORDER,
    HEADER_ORDER,
    TABLES,
    Table,
    event_table,
    key_written,
    lines_of,
    written,
)

Path = tuple[str, ...]
Change = tuple[Path, object]  # a value, GONE, or the table of a new event

GONE = object()


def edited(
    text: str,
    *,
    set: Mapping[Path, object] = {},  # noqa: A002 - it reads best at the call; a Mapping is not changed
    unset: Collection[Path] = (),
    append: tuple[str, Table] | None = None,
    where: str = "",
) -> str:
    """`text` with header keys (`("status",)`) and keys of its tables (`("about", "region")`) set and removed, and one
    event appended; every line that holds none of these stays as it is, and a value that is already so is not rewritten.

    What cannot be located for sure is a ComplaintError that names the line in `where`.
    """
    old, known = _parsed(text, where), {*set, *unset}
    for path in known:
        _check(path)
    changes = [(path, GONE) for path in unset if path not in set]
    changes += [(path, set[path]) for path in sorted(set, key=_rank) if not _same(_found(old, path), _plain(set[path]))]
    changes += [(("event", append[0]), append[1])] if append else []
    new = _changed(text, changes)
    if not _proven(new, old, changes):
        odd = (path for path, value in changes if not _proven(_changed(text, [(path, value)]), old, [(path, value)]))
        raise _unsafe(next(odd, changes[0][0]), text, where)
    return new


def event_line(text: str, key: str) -> int:
    """The line of the header of event `key`; without such an event, of the first one, else 1."""
    header = f"\n[event.{key_written(key)}]"
    at = text.find(header)
    if at >= 0 and text.find(header, at + 1) < 0:  # a second one may be told of in a text
        return text.count("\n", 0, at) + 2
    return line_of(text, ("event", key))


def _check(path: Path) -> None:
    header = len(path) == 1 and path[0] not in {*TABLES, "event"}
    if not header and not (len(path) == 2 and path[0] in TABLES):
        raise ComplaintError(
            f"{'.'.join(path)} is no single value of a ticket",
            "allowed: a key of the header, or one key under about or complainant; events are only ever added",
        )


def _rank(path: Path) -> tuple[int, int]:
    """Canonical order, so that keys which are missing together are inserted in it."""
    order = HEADER_ORDER if len(path) == 1 else COMPLAINANT_ORDER if path[0] == "complainant" else ()
    table = TABLES.index(path[0]) + 1 if len(path) == 2 else 0
    return table, order.index(path[-1]) if path[-1] in order else len(order)


def _changed(text: str, changes: Iterable[Change]) -> str:
    for path, value in changes:
        if value is GONE:
            text = _without(text, path)
        elif path[0] == "event" and isinstance(value, Mapping):
            text = _with_event(text, path[1], value)
        else:
            text = _with_value(text, path, value)
    return text


def _with_value(text: str, path: Path, value: object) -> str:
    newline = _newline(text)
    pair = _pair(text, path)
    if pair:
        start, end = pair.value
        return text[:start] + written(value, newline) + text[end:]
    line = lines_of({path[-1]: value}, newline)
    if len(path) == 1:
        return _inserted(text, _header_place(text, path[0]), line)
    end_of_table = _table_end(text, path[0])
    if end_of_table is not None:
        return _inserted(text, end_of_table, line)
    return _with_table(text, path[0], line)


def _without(text: str, path: Path) -> str:
    pair = _pair(text, path)
    return text[: pair.start] + text[pair.end :] if pair else text


def _pair(text: str, path: Path) -> Statement | None:
    return next((each for each in statements(text) if each.kind is Kind.PAIR and each.path == path), None)


def _with_event(text: str, key: str, event: Table) -> str:
    newline = _newline(text)
    ended = text if text.endswith("\n") or not text else text + newline
    blank = "" if _ends_blank(ended) else newline
    return ended + blank + event_table(key, event, newline)


def _header_place(text: str, key: str) -> int:
    """Behind the nearest earlier key of canonical order, else before the first later one, else below top comments."""
    rows = statements(text)
    pairs = {str(each.path[0]): each for each in rows if each.kind is Kind.PAIR and len(each.path) == 1}
    if key not in HEADER_ORDER and pairs:
        return list(pairs.values())[-1].end
    at = HEADER_ORDER.index(key) if key in HEADER_ORDER else len(HEADER_ORDER)
    earlier = [pairs[each].end for each in HEADER_ORDER[:at] if each in pairs]
    later = [pairs[each].start for each in HEADER_ORDER[at:] if each in pairs]
    return earlier[-1] if earlier else later[0] if later else _top(rows)


def _top(rows: list[Statement]) -> int:
    return next((each.start for each in rows if each.kind is not Kind.COMMENT), rows[-1].end if rows else 0)


def _table_end(text: str, table: str) -> int | None:
    """The end of the last pair under the header `[table]`, None without one."""
    end, inside = None, False
    for each in statements(text):
        if each.kind in {Kind.TABLE, Kind.ARRAY}:
            inside = each.kind is Kind.TABLE and each.path == (table,)
        if inside and each.kind in {Kind.TABLE, Kind.PAIR}:
            end = each.end
    return end


def _with_table(text: str, table: str, line: str) -> str:
    """A new table above the first one that follows in canonical order, and above the comments of that one."""
    rows, newline = statements(text), _newline(text)
    followers = {*TABLES[TABLES.index(table) + 1 :], "event"}
    next_table = (
        n for n, each in enumerate(rows) if each.kind in {Kind.TABLE, Kind.ARRAY} and each.path[0] in followers
    )
    row = next(next_table, len(rows))
    while 0 < row < len(rows) and rows[row - 1].kind is Kind.COMMENT:
        row -= 1
    at = rows[row].start if row < len(rows) else len(text)
    above = "" if _ends_blank(text[:at]) else newline
    below = newline if at < len(text) else ""
    return _inserted(text, at, f"{above}[{table}]{newline}{line}{below}")


def _inserted(text: str, at: int, lines: str) -> str:
    unended = at > 0 and text[at - 1] != "\n"
    return text[:at] + (_newline(text) if unended else "") + lines + text[at:]


def _ends_blank(text: str) -> bool:
    """Whether nothing, or a blank line, stands before what comes next."""
    return not text or (text.endswith("\n") and not text[:-1].rpartition("\n")[2].strip(" \t\r"))


def _newline(text: str) -> str:
    return "\r\n" if text.partition("\n")[0].endswith("\r") else "\n"


def _parsed(text: str, where: str) -> dict[str, object]:
    try:
        data = tomli.loads(text)
        statements(text)  # refuses keys of absurd depth, which tomli reads
    except (ValueError, RecursionError) as error:
        line, message = getattr(error, "lineno", 1), getattr(error, "msg", error)
        raise Unreadable(f"not valid TOML: {message}", "mend the line by hand", where=_place(where, line)) from error
    return data


def _proven(new: str, old: Table, changes: Iterable[Change]) -> bool:
    """Whether `new` says what `old` says but for the changes; no other rule guards against odd layouts."""
    wanted = _facts(old)
    for path, value in changes:
        if value is GONE:
            wanted.pop(path, None)
        elif isinstance(value, Mapping):
            wanted[path] = repr({key: _plain(each) for key, each in value.items()})
        else:
            wanted[path] = repr(_plain(value))
    try:
        return _facts(tomli.loads(new)) == wanted
    except (ValueError, RecursionError):
        return False


def _facts(data: Table) -> dict[Path, str]:
    """All values by path, tables opened once; as text, since 1, 1.0 and true are equal and nan is not."""
    facts: dict[Path, str] = {}
    for key, value in data.items():
        if isinstance(value, dict) and (value or key in TABLES):
            facts |= {(key, each): repr(inner) for each, inner in value.items()}
        else:
            facts[key,] = repr(value)
    return facts


def _plain(value: object) -> object:
    """`value` as tomli will read it."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return datetime.fromisoformat(value.isoformat()) if isinstance(value, datetime) else value


def _found(data: Table, path: Path) -> object:
    here: object = data
    for key in path:
        here = here.get(key, GONE) if isinstance(here, Mapping) else GONE
    return here


def _same(one: object, other: object) -> bool:
    """Equal and of one type; the same moment with another offset is the same."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(_same(*pair) for pair in zip(one, other, strict=True))
    return type(one) is type(other) and one == other


def _unsafe(path: Path, text: str, where: str) -> ComplaintError:
    return ComplaintError(
        f"{'.'.join(path)} cannot be edited safely as this ticket is written",
        "mend it by hand: header keys first, one a line; then [about], [complainant] and each [event.KEY] once,"
        " as tables with such a line of their own, never in { } and never as about.key = value",
        where=_place(where, line_of(text, path)),
    )


def _place(where: str, line: int) -> str:
    return f"{where}:{line}" if where else f"line {line}"
