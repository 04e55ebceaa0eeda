"""Owns reading a whole history: which commits there are, what each changed under one folder, what the files held.

Only plumbing reads, everything streams, and nothing that a commit says about itself (dates, names, messages) orders it.
"""

from __future__ import annotations

import os
from functools import cached_property
from hashlib import sha1, sha256
from typing import IO, TYPE_CHECKING, NamedTuple

from complaint.core.errors import ComplaintError
from complaint.git.reading import commit_of
from complaint.git.running import ask, head_of, place_of, run, streamed, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

Graph = dict[str, list[str]]

_PENDING = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "REBASE_HEAD")
_RAW = ("-z", "-r", "--root", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv")
_FORMAT = "/%H%x00%P%x00%an%x00%cn%x00%at%x00%ct%x00%B"
_CHUNK = 1 << 16


class Step(NamedTuple):
    """What one commit changed against one of its parents (empty: against nothing); dates in seconds since 1970.

    `files` holds path (relative to the folder asked for), blob before and blob after; an empty blob is no regular file.
    """

    commit: str
    parent: str
    author: str
    committer: str
    authored: int
    committed: int
    message: str
    files: list[tuple[str, str, str]]


class Unborn(ComplaintError):
    """A repository in which nothing was ever committed."""


class History:
    """The history of the folder `under` of `folder`; refuses where it cannot be read, or is not all there."""

    def __init__(self, folder: Path, under: str) -> None:
        self.place = place_of(folder)
        self.path = self.place.prefix + under
        if self.place.shallow:
            raise ComplaintError("a shallow clone: the history is not all there", "git fetch --unshallow")
        if run(self.place.top, "config", "--type=bool", "--get", "core.sparseCheckout").out.strip() == b"true":
            raise ComplaintError("a sparse checkout: not every file is there", "git sparse-checkout disable")
        self.head = head_of(self.place)
        if not self.head and ask(self.place.top, "rev-list", "--all", "--max-count=1").strip():
            raise ComplaintError(
                "this branch has no commit yet, and others have", "commit on a branch that has a history"
            )
        if not self.head:
            raise Unborn("there is no commit yet", "git commit")

    def commit_of(self, revision: str) -> str:
        """The commit that a name stands for."""
        return commit_of(self.place, revision)

    def last_before(self, end: float) -> str:
        """The latest commit of HEAD's first-parent line that was committed by `end` (seconds since 1970), if any."""
        line = ask(self.place.top, "rev-list", "--first-parent", "--timestamp", self.head).decode().splitlines()
        return next((sha for when, sha in map(str.split, line) if _seconds(when) <= end), "")

    def graph(self, *commits: str, hidden: bool = False) -> Graph:
        """Every commit that can be reached from some, each with its parents, parents first.

        With `hidden` also from every ref, and from where a ref once was.
        """
        wanted = ("--all", "--reflog") if hidden else ()
        more = (*commits, *self.tips()) if hidden else commits
        asked = ("rev-list", "--topo-order", "--reverse", "--parents", *wanted, "--stdin")
        with streamed(self.place.top, *asked, given=more) as said:
            return {sha: parents for sha, *parents in (line.decode().split() for line in said)}

    def tips(self) -> list[str]:
        """What refs stand for now, and what a stash or something under way keeps for later."""
        asked = ("rev-list", "--no-walk=unsorted", "--ignore-missing", "--all", *_PENDING)
        stashed = run(self.place.top, "rev-list", "--walk-reflogs", "refs/stash", "--").out
        return (ask(self.place.top, *asked) + stashed).decode().split()

    @cached_property
    def moves(self) -> set[tuple[str, int]]:
        """Where HEAD of this work tree went, and when: a commit that it went to when it was committed was made here."""
        asked = ("log", "--walk-reflogs", "--no-show-signature", "--no-patch", "--date=unix", "--format=%H %gd", "HEAD")
        lines = (line.decode("utf-8", "replace") for line in run(self.place.top, *asked, "--").out.splitlines())
        return {
            (sha, _seconds(at.rpartition("{")[2].rstrip("}"))) for sha, _, at in (row.partition(" ") for row in lines)
        }

    def made(self) -> dict[str, int]:
        """When each commit of HEAD's history was made at the earliest (since 1970): not before what it follows."""
        asked = ("rev-list", "--topo-order", "--reverse", "--timestamp", "--parents", self.head)
        found: dict[str, int] = {}
        for when, sha, *parents in (line.split() for line in ask(self.place.top, *asked).decode().splitlines()):
            found[sha] = max([_seconds(when), *(found.get(parent, 0) for parent in parents)])
        return found

    def steps(self, graph: Mapping[str, Sequence[str]]) -> Iterator[Step]:
        """What each commit changed against each of its parents, in the order of `graph`; nothing is no step."""
        edges = (f"{sha} {parent}".rstrip() for sha, parents in graph.items() for parent in parents or ("",))
        asked = ("diff-tree", "--stdin", *_RAW, f"--format={_FORMAT}", "--", self.path)
        with streamed(self.place.top, *asked, given=edges) as said:
            yield from self._steps(_fields(said))

    def _steps(self, fields: Iterator[bytes]) -> Iterator[Step]:
        step = None
        for field in fields:
            if field.startswith(b"/"):
                if step:
                    yield step
                parent, author, committer, authored, committed, message = (_plain(next(fields)) for _ in range(6))
                told = (author, committer, _seconds(authored), _seconds(committed), message)
                step = Step(field[1:].decode(), parent, *told, [])
            elif step and (row := field.removeprefix(b"\n")):
                old_mode, mode, old, new, _ = row[1:].decode().split()
                path = os.fsdecode(next(fields)).removeprefix(self.place.prefix)
                step.files.append((path, _blob(old_mode, old), _blob(mode, new)))
        if step:
            yield step

    def files(self, commit: str) -> dict[str, str]:
        """The regular files under the folder as a commit has them: path (relative to the folder) and blob."""
        listed = ask(self.place.top, "ls-tree", "-z", "-r", "--full-tree", commit, "--", self.path)
        rows = (row.partition(b"\t") for row in listed.split(b"\0") if row)
        found = {os.fsdecode(name).removeprefix(self.place.prefix): meta.decode().split() for meta, _, name in rows}
        return {path: blob for path, (mode, _, sha) in found.items() if (blob := _blob(mode, sha))}

    def names(self, commit: str) -> Iterator[str]:
        """Every path of a commit, from the root of the repository."""
        listed = ask(self.place.top, "ls-tree", "-z", "-r", "--name-only", "--full-tree", commit)
        return (os.fsdecode(name) for name in listed.split(b"\0") if name)

    def blobs_at(self, places: Iterable[tuple[str, str]]) -> Iterator[str]:
        """The object at each path (relative to the folder) of a commit, empty if there is none."""
        asked = (f"{commit}:{self.place.prefix}{path}" for commit, path in places)
        with streamed(self.place.top, "cat-file", "--batch-check", "--buffer", given=asked) as said:
            for line in said:
                yield "" if line.endswith(b" missing\n") else line.decode().split()[0]

    def blobs(self, wanted: Sequence[str], limit: int) -> Iterator[tuple[str, bytes | None]]:
        """The contents of blobs, in the order wanted; None for one of more than `limit` bytes, which is not read."""
        sizes = self._sizes(wanted)
        small = [blob for blob in wanted if sizes[blob] <= limit]
        with streamed(self.place.top, "cat-file", "--batch", "--buffer", given=small) as said:
            for blob in wanted:
                yield blob, self._content(said) if sizes[blob] <= limit else None

    def _sizes(self, wanted: Iterable[str]) -> dict[str, int]:
        with streamed(self.place.top, "cat-file", "--batch-check", "--buffer", given=wanted) as said:
            found = [line.decode().split() for line in said]
        missing = sum(len(row) != 3 for row in found)
        if missing:
            raise ComplaintError(f"{missing} versions of files are not in this clone", "git fetch --refetch")
        return {sha: int(size) for sha, _, size in found}

    @staticmethod
    def _content(said: IO[bytes]) -> bytes:
        header = said.readline().split()
        if len(header) != 3:
            raise ComplaintError("git: a version of a file cannot be read", "git fsck")
        return said.read(int(header[2]) + 1)[:-1]

    def blob_id(self, content: bytes) -> str:
        """The name git gives to a content in this repository."""
        make = sha256 if len(self.head) == 64 else sha1
        return make(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _blob(mode: str, sha: str) -> str:
    """Links and submodules in place of a file are no file."""
    return sha if mode.startswith("100") else ""


def _plain(field: bytes) -> str:
    return text_of(field.decode("utf-8", "surrogateescape"))


def _seconds(text: str) -> int:
    """Seconds since 1970 as a commit tells them; forged ones that are no such number are 0."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else 0


def _fields(stream: IO[bytes]) -> Iterator[bytes]:
    """What stands before each NUL."""
    parts: list[bytes] = []
    while chunk := stream.read(_CHUNK):
        first, *others = chunk.split(b"\0")
        parts.append(first)
        if others:
            yield b"".join(parts)
            yield from others[:-1]
            parts = [others[-1]]
