"""Owns what is asked of git for one answer: a name, a root, the commits of some files, the files of a revision."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from complaint.core.errors import ComplaintError
from complaint.git.running import Place, ask, head_of, place_of, run, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_FEW = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Commit(NamedTuple):
    """One commit that changed one ticket file; `path` as it was asked for, `moment` with the author's offset."""

    sha: str
    author: str
    moment: datetime
    subject: str
    path: str


def user_name(folder: Path) -> str | None:
    """The person's name as git knows it, here or in general."""
    try:
        name = ask(folder, "config", "--get", "user.name").decode("utf-8", "replace").strip()
    except ComplaintError:
        return None
    return name or None


def root(folder: Path) -> Path | None:
    """The nearest folder from `folder` upwards that holds `.git`, whether git is there and reads it or not."""
    here = folder.resolve()
    return next((each for each in (here, *here.parents) if (each / ".git").exists()), None)


def names(folder: Path) -> list[str]:
    """The branches and tags of the repository that holds `folder`, those of its remotes too."""
    kinds = ("refs/heads", "refs/tags", "refs/remotes")
    listed = ask(place_of(folder).top, "for-each-ref", "--format=%(refname:short)", *kinds)
    return listed.decode("utf-8", "replace").split()


def commits_of(folder: Path, paths: Sequence[str]) -> list[Commit]:
    """The commits that changed these files (relative to `folder`), newest first, one item a file.

    A merge is listed where its result differs from every parent. Raises ComplaintError where the history cannot be
    read or is not all there.
    """
    place = place_of(folder)
    if place.shallow:
        raise ComplaintError("a shallow clone: the history is not all there", "git fetch --unshallow")
    if not paths or not head_of(place):
        return []
    wanted = {place.prefix + path: path for path in paths}
    # A long list is slower for git to match than a whole folder is to read.
    limits = list(wanted) if len(wanted) <= _FEW else [os.path.commonpath(wanted) or "."]
    given = "\n".join(["HEAD", "--", *limits, ""]).encode("utf-8", "surrogateescape")
    shas = ask(place.top, "rev-list", "--full-history", "--stdin", given=given)
    read = ("diff-tree", "--stdin", "-z", "-r", "-c", "--root", "--no-renames", "--no-ext-diff", "--no-textconv")
    found = ask(place.top, *read, "--name-only", "--format=/%H%x00%an%x00%aI%x00%s", given=shas)
    return list(_commits(found, wanted))


def files_at(folder: Path, revision: str, prefix: str) -> dict[str, bytes]:
    """The files directly under `prefix` (relative to `folder`) as a revision has them, by name; plumbing only."""
    place = place_of(folder)
    commit = commit_of(place, revision)
    listed = ask(place.top, "ls-tree", "-z", "--end-of-options", commit, f"{place.prefix}{prefix}/")
    found = {}
    for row in filter(None, listed.split(b"\0")):
        meta, _, name = row.partition(b"\t")
        mode, kind, sha = meta.decode().split()
        if kind == "blob" and mode.startswith("100"):
            found[name.decode("utf-8", "replace").rpartition("/")[2]] = ask(place.top, "cat-file", "blob", sha)
    return found


def commit_of(place: Place, revision: str) -> str:
    """The commit that a branch, a tag or anything else git knows by a name stands for."""
    if not revision.startswith("-") and "\0" not in revision:
        found = run(place.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if not found.code and found.out.strip().isalnum():  # not ^NAME, which leaves something out
            return found.out.decode().strip()
    raise ComplaintError(f'"{revision}" is no revision', "allowed: a branch, a tag, a commit")


def _commits(found: bytes, wanted: dict[str, str]) -> Iterator[Commit]:
    """Reads `/sha NUL author NUL moment NUL subject NUL` and the names after it; no name begins with a slash."""
    fields = iter(found.decode("utf-8", "surrogateescape").split("\0"))
    sha = author = moment = subject = ""
    for field in fields:
        if field.startswith("/"):
            sha, author, moment, subject = field[1:], text_of(next(fields)), next(fields), text_of(next(fields))
        elif (name := field.removeprefix("\n")) in wanted:
            yield Commit(sha, author, _moment(moment), subject, wanted[name])


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # a forged date; git itself shows the epoch then
        return _EPOCH
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
