"""Owns committing: exactly the files that were touched, whatever else is staged."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from complaint.core.errors import ComplaintError
from complaint.git.running import Place, ask, head_of, place_of, refusal, run

if TYPE_CHECKING:
    from collections.abc import Sequence

_TRIES = 20
_PAUSE = 0.05


def commit(folder: Path, paths: Sequence[str], message: str) -> str | None:
    """Commits exactly these files (relative to `folder`) and returns the commit, or None if nothing differs from HEAD.

    What other people staged stays staged and stays out of it. No hook, filter or signing program runs; a file that
    the repository's attributes send through a filter is not committed at all, as it may not be meant to be stored so.
    """
    try:
        place = place_of(folder)
        names = [place.prefix + path for path in paths]
        _committable(place, names)
        made = _commit(place, names, message)
    except ComplaintError as error:
        found = f"the ticket is stored but not committed: {error.found}"
        raise ComplaintError(found, error.mend, where=error.where) from error
    if made:
        _refresh_index(place, names)
    return made


def _commit(place: Place, names: Sequence[str], message: str) -> str | None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="complaint-") as scratch:
        index = Path(scratch) / "index"
        for _ in range(_TRIES):
            head = head_of(place)
            made = _commit_on(place, head, index, names, message)
            if not made:
                return None
            moved = run(place.top, "update-ref", "-m", "complaint: record", "HEAD", made, head)
            if not moved.code:
                return made
            if head_of(place) == head:
                raise refusal(moved.err)
    raise ComplaintError("somebody else keeps committing", "commit it yourself")


def _commit_on(place: Place, head: str, index: Path, names: Sequence[str], message: str) -> str | None:
    """Writes the commit that has `head` (or nothing) before it; no name points to it yet."""
    ask(place.top, "read-tree", head or "--empty", index=index)
    _add(place, names, index)
    tree = ask(place.top, "write-tree", index=index).decode().strip()
    if head and tree == ask(place.top, "rev-parse", "--verify", f"{head}^{{tree}}").decode().strip():
        return None
    parents = ("-p", head) if head else ()
    return ask(place.top, "commit-tree", *parents, "-F", "-", tree, given=message.encode()).decode().strip()


def _refresh_index(place: Place, names: Sequence[str]) -> None:
    from time import sleep

    for tried in range(_TRIES):
        try:
            return _add(place, names, None)
        except ComplaintError as error:
            if tried == _TRIES - 1:
                found = f"stored and committed, but git's index could not follow: {error.found}"
                raise ComplaintError(found, f"git add {names[0]}") from error
            sleep(_PAUSE)  # somebody else holds the index for a moment
    return None


def _add(place: Place, names: Sequence[str], index: Path | None) -> None:
    given = "".join(f"{name}\0" for name in names).encode("utf-8", "surrogateescape")
    ask(place.top, "update-index", "--add", "-z", "--stdin", given=given, index=index)


def _committable(place: Place, names: Sequence[str]) -> None:
    if place.under_way:
        raise ComplaintError(f"git is in the middle of something ({place.under_way})", "finish that, then commit it")
    for name in names:
        try:
            regular = stat.S_ISREG((place.top / name).lstat().st_mode)
        except OSError as error:
            raise ComplaintError(os.strerror(error.errno or 0), where=name) from error
        if not regular:
            raise ComplaintError("is not a regular file", where=name)
    given = "".join(f"{name}\0" for name in names).encode("utf-8", "surrogateescape")
    said = ask(place.top, "check-attr", "-z", "--stdin", "filter", "working-tree-encoding", given=given)
    fields = said.decode("utf-8", "surrogateescape").split("\0")
    for name, attribute, value in zip(fields[0::3], fields[1::3], fields[2::3], strict=False):
        if value not in {"unspecified", "unset"}:
            raise ComplaintError(
                f"the attribute {attribute}={value} would run a program on it", "commit it yourself", where=name
            )
