"""Owns every call of git, the only program this package starts.

A repository is somebody else's data: its settings may name programs (monitors, hooks, differs, filters, signers, remote
helpers) and the environment may point elsewhere. So only subcommands that need none of them are used, with each of them
turned off, and what a user typed reaches git as data after `--` or on standard input, never as an option.
"""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from complaint.core.errors import ComplaintError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_IDENTITY = {f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL", "DATE")}
_SET = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it misses, through programs its settings name
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",  # history as it is, not as refs/replace tells it
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}
_SETTINGS = (
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
    "safe.bareRepository=explicit",  # a checked-out folder may look like a repository with settings of its own
    "user.useConfigOnly=true",
)
_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")
_TRIES = 20
_PAUSE = 0.05
_FEW = 50
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Commit(NamedTuple):
    """One commit that changed one ticket file; `path` as it was asked for, `moment` with the author's offset."""

    sha: str
    author: str
    moment: datetime
    subject: str
    path: str


class _Place(NamedTuple):
    top: Path
    prefix: str
    shallow: bool
    under_way: str


class _Answer(NamedTuple):
    code: int
    out: bytes
    err: str


def user_name(folder: Path) -> str | None:
    """The person's name as git knows it, here or in general."""
    try:
        name = _ask(folder, "config", "--get", "user.name").decode("utf-8", "replace").strip()
    except ComplaintError:
        return None
    return name or None


def top(folder: Path) -> Path | None:
    """The root of the work tree that holds `folder`, if there is one and git is willing to read it."""
    try:
        return _place(folder).top
    except ComplaintError:
        return None


def commits_of(folder: Path, paths: Sequence[str]) -> list[Commit]:
    """The commits that changed these files (relative to `folder`), newest first, one item a file.

    A merge is listed where its result differs from every parent. Raises ComplaintError where the history cannot be
    read or is not all there.
    """
    place = _place(folder)
    if place.shallow:
        raise ComplaintError("a shallow clone: the history is not all there", "git fetch --unshallow")
    if not paths or not _head(place):
        return []
    wanted = {place.prefix + path: path for path in paths}
    # A long list is slower for git to match than a whole folder is to read.
    limits = list(wanted) if len(wanted) <= _FEW else [os.path.commonpath(wanted) or "."]
    given = "\n".join(["HEAD", "--", *limits, ""]).encode("utf-8", "surrogateescape")
    shas = _ask(place.top, "rev-list", "--full-history", "--stdin", given=given)
    read = ("diff-tree", "--stdin", "-z", "-r", "-c", "--root", "--no-renames", "--no-ext-diff", "--no-textconv")
    found = _ask(place.top, *read, "--name-only", "--format=/%H%x00%an%x00%aI%x00%s", given=shas)
    return list(_commits(found, wanted))


def commit(folder: Path, paths: Sequence[str], message: str) -> str | None:
    """Commits exactly these files (relative to `folder`) and returns the commit, or None if nothing differs from HEAD.

    What other people staged stays staged and stays out of it. No hook, filter or signing program runs; a file that
    the repository's attributes send through a filter is not committed at all, as it may not be meant to be stored so.
    """
    try:
        place = _place(folder)
        names = [place.prefix + path for path in paths]
        _committable(place, names)
        made = _commit(place, names, message)
    except ComplaintError as error:
        found = f"the ticket is stored but not committed: {error.found}"
        raise ComplaintError(found, error.mend, where=error.where) from error
    if made:
        _refresh_index(place, names)
    return made


def _commit(place: _Place, names: Sequence[str], message: str) -> str | None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="complaint-") as scratch:
        index = Path(scratch) / "index"
        for _ in range(_TRIES):
            head = _head(place)
            made = _commit_on(place, head, index, names, message)
            if not made:
                return None
            moved = _run(place.top, "update-ref", "-m", "complaint: record", "HEAD", made, head)
            if not moved.code:
                return made
            if _head(place) == head:
                raise _refusal(moved.err)
    raise ComplaintError("somebody else keeps committing", "commit it yourself")


def _commit_on(place: _Place, head: str, index: Path, names: Sequence[str], message: str) -> str | None:
    """Writes the commit that has `head` (or nothing) before it; no name points to it yet."""
    _ask(place.top, "read-tree", head or "--empty", index=index)
    _add(place, names, index)
    tree = _ask(place.top, "write-tree", index=index).decode().strip()
    if head and tree == _ask(place.top, "rev-parse", "--verify", f"{head}^{{tree}}").decode().strip():
        return None
    parents = ("-p", head) if head else ()
    return _ask(place.top, "commit-tree", *parents, "-F", "-", tree, given=message.encode()).decode().strip()


def _refresh_index(place: _Place, names: Sequence[str]) -> None:
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


def _add(place: _Place, names: Sequence[str], index: Path | None) -> None:
    given = "".join(f"{name}\0" for name in names).encode("utf-8", "surrogateescape")
    _ask(place.top, "update-index", "--add", "-z", "--stdin", given=given, index=index)


def _committable(place: _Place, names: Sequence[str]) -> None:
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
    said = _ask(place.top, "check-attr", "-z", "--stdin", "filter", "working-tree-encoding", given=given)
    fields = said.decode("utf-8", "surrogateescape").split("\0")
    for name, attribute, value in zip(fields[0::3], fields[1::3], fields[2::3], strict=False):
        if value not in {"unspecified", "unset"}:
            raise ComplaintError(
                f"the attribute {attribute}={value} would run a program on it", "commit it yourself", where=name
            )


def _head(place: _Place) -> str:
    """The commit HEAD stands for, or an empty string before the first one."""
    answer = _run(place.top, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return answer.out.decode().strip() if not answer.code else ""


def _place(folder: Path) -> _Place:
    asked = ["rev-parse", "--path-format=absolute", "--show-toplevel", "--show-prefix", "--is-shallow-repository"]
    for name in _UNDER_WAY:
        asked += ["--git-path", name]
    lines = os.fsdecode(_ask(folder, *asked)).split("\n")
    found = Path(lines[0])
    try:
        honest = len(lines) == 4 + len(_UNDER_WAY) and (found / lines[1]).samefile(folder)
    except OSError:
        honest = False
    if not honest:  # core.worktree may point anywhere
        raise ComplaintError("git's work tree does not hold the register", where=str(folder))
    under_way = next((name for name, path in zip(_UNDER_WAY, lines[3:], strict=False) if Path(path).exists()), "")
    return _Place(found, lines[1], lines[2] == "true", under_way)


def _commits(found: bytes, wanted: dict[str, str]) -> Iterator[Commit]:
    """Reads `/sha NUL author NUL moment NUL subject NUL` and the names after it; no name begins with a slash."""
    fields = iter(found.decode("utf-8", "surrogateescape").split("\0"))
    sha = author = moment = subject = ""
    for field in fields:
        if field.startswith("/"):
            sha, author, moment, subject = field[1:], _text(next(fields)), next(fields), _text(next(fields))
        elif (name := field.removeprefix("\n")) in wanted:
            yield Commit(sha, author, _moment(moment), subject, wanted[name])


def _text(field: str) -> str:
    return field.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # a forged date; git itself shows the epoch then
        return _EPOCH
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ask(folder: Path, *args: str, given: bytes = b"", index: Path | None = None) -> bytes:
    answer = _run(folder, *args, given=given, index=index)
    if answer.code:
        raise _refusal(answer.err)
    return answer.out


def _refusal(said: str) -> ComplaintError:
    if "dubious ownership" in said:
        mend = "ask its owner, or allow it yourself with git's own setting safe.directory"
        return ComplaintError("the repository belongs to somebody else, so git does not read it", mend)
    if "not a git repository" in said:
        return ComplaintError("not inside a git repository", "git init")
    if "tell me who you are" in said or "no email was given" in said or "no name was given" in said:
        return ComplaintError("git does not know who you are", "git config --global user.name NAME, and user.email")
    lines = [line.removeprefix("fatal: ").removeprefix("error: ") for line in said.splitlines() if line.strip()]
    return ComplaintError(f"git: {lines[0]}" if lines else "git failed and said nothing")


def _run(folder: Path, *args: str, given: bytes = b"", index: Path | None = None) -> _Answer:
    import subprocess  # noqa: TID251

    command = ["git", "--no-pager", *_with_settings(), *args]
    environment = _environment(index)
    try:
        ran = subprocess.run(command, cwd=folder, env=environment, input=given, capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError as error:
        found = "git is not installed" if Path(folder).is_dir() else "no such folder"
        raise ComplaintError(found, where="" if Path(folder).is_dir() else str(folder)) from error
    except OSError as error:
        raise ComplaintError(f"git cannot be started: {os.strerror(error.errno or 0)}") from error
    return _Answer(ran.returncode, ran.stdout, ran.stderr.decode("utf-8", "replace"))


def _with_settings() -> Iterable[str]:
    for setting in _SETTINGS:
        yield from ("-c", setting)


def _environment(index: Path | None) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in _IDENTITY}
    kept.pop("LANGUAGE", None)
    return kept | _SET | ({"GIT_INDEX_FILE": str(index)} if index else {})


def files_at(folder: Path, revision: str, prefix: str) -> dict[str, bytes]:
    """The files directly under `prefix` (relative to `folder`) as a revision has them, by name; plumbing only."""
    place = _place(folder)
    if revision.startswith("-"):
        raise ComplaintError(f'"{revision}" is no revision', "allowed: a branch, a tag, a commit")
    commit = (
        _ask(place.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        .decode()
        .strip()
    )
    listed = _ask(place.top, "ls-tree", "-z", "--end-of-options", commit, f"{place.prefix}{prefix}/")
    found = {}
    for row in filter(None, listed.split(b"\0")):
        meta, _, name = row.partition(b"\t")
        mode, kind, sha = meta.decode().split()
        if kind == "blob" and mode.startswith("100"):
            found[name.decode("utf-8", "replace").rpartition("/")[2]] = _ask(place.top, "cat-file", "blob", sha)
    return found
