"""Owns how git is started, the only program this package starts, and where its work tree lies.

A repository is somebody else's data: its settings may name programs (monitors, hooks, differs, filters, signers, remote
helpers) and the environment may point elsewhere. So only subcommands that need none of them are used, with each of them
turned off, and what a user typed reaches git as data after `--` or on standard input, never as an option.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from complaint.core.errors import ComplaintError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_IDENTITY = {f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL", "DATE")}
_SET = {
    "GIT_ALLOW_PROTOCOL": "none",  # a partial clone would fetch what it misses, through programs its settings name
    "GIT_GRAFT_FILE": "/dev/null/none",  # parents as the commits name them, not as .git/info/grafts tells them
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",  # history as it is, not as refs/replace tells it
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C.UTF-8",
}
_SETTINGS = (
    "core.commitGraph=false",  # a cache beside the commits could tell them otherwise
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.quotePath=false",
    "i18n.commitEncoding=UTF-8",
    "i18n.logOutputEncoding=UTF-8",
    "safe.bareRepository=explicit",  # a checked-out folder may look like a repository with settings of its own
    "user.useConfigOnly=true",
)
_UNDER_WAY = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply")


class Place(NamedTuple):
    top: Path
    prefix: str
    shallow: bool
    under_way: str


class Answer(NamedTuple):
    code: int
    out: bytes
    err: str


def head_of(place: Place) -> str:
    """The commit HEAD stands for, or an empty string before the first one."""
    answer = run(place.top, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    return answer.out.decode().strip() if not answer.code else ""


def place_of(folder: Path) -> Place:
    asked = ["rev-parse", "--path-format=absolute", "--show-toplevel", "--show-prefix", "--is-shallow-repository"]
    for name in _UNDER_WAY:
        asked += ["--git-path", name]
    lines = os.fsdecode(ask(folder, *asked)).split("\n")
    found = Path(lines[0])
    try:
        honest = len(lines) == 4 + len(_UNDER_WAY) and (found / lines[1]).samefile(folder)
    except OSError:
        honest = False
    if not honest:  # core.worktree may point anywhere
        raise ComplaintError("git's work tree does not hold the register", where=str(folder))
    under_way = next((name for name, path in zip(_UNDER_WAY, lines[3:], strict=False) if Path(path).exists()), "")
    return Place(found, lines[1], lines[2] == "true", under_way)


def text_of(field: str) -> str:
    return field.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def ask(folder: Path, *args: str, given: bytes = b"", index: Path | None = None) -> bytes:
    answer = run(folder, *args, given=given, index=index)
    if answer.code:
        raise refusal(answer.err)
    return answer.out


def refusal(said: str) -> ComplaintError:
    if "dubious ownership" in said:
        mend = "ask its owner, or allow it yourself with git's own setting safe.directory"
        return ComplaintError("the repository belongs to somebody else, so git does not read it", mend)
    if "not a git repository" in said:
        return ComplaintError("not inside a git repository", "git init")
    if "tell me who you are" in said or "no email was given" in said or "no name was given" in said:
        return ComplaintError("git does not know who you are", "git config --global user.name NAME, and user.email")
    lines = [line.removeprefix("fatal: ").removeprefix("error: ") for line in said.splitlines() if line.strip()]
    return ComplaintError(f"git: {lines[0]}" if lines else "git failed and said nothing")


def run(folder: Path, *args: str, given: bytes = b"", index: Path | None = None) -> Answer:
    import subprocess  # noqa: TID251

    with _starting(folder):
        ran = subprocess.run(  # noqa: S603
            _command(*args), cwd=folder, env=_environment(index), input=given, capture_output=True, check=False
        )
    return Answer(ran.returncode, ran.stdout, ran.stderr.decode("utf-8", "replace"))


@contextmanager
def streamed(folder: Path, *args: str, given: Iterable[str]) -> Iterator[IO[bytes]]:
    """What git answers to the lines `given`, as it comes, to be read to its end; raises as `ask` does, at the end.

    Questions and complaints go through files: with a pipe at each end, both sides could wait for the other.
    """
    import subprocess  # noqa: TID251
    from tempfile import TemporaryFile

    with TemporaryFile() as asked, TemporaryFile() as said:
        asked.writelines(os.fsencode(f"{line}\n") for line in given)
        asked.seek(0)
        with _starting(folder):
            process = subprocess.Popen(  # noqa: S603
                _command(*args), cwd=folder, env=_environment(None), stdin=asked, stdout=subprocess.PIPE, stderr=said
            )
        with process:
            yield process.stdout  # type: ignore[misc]
        if process.returncode:
            said.seek(0)
            raise refusal(said.read().decode("utf-8", "replace"))


@contextmanager
def _starting(folder: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        found = "git is not installed" if Path(folder).is_dir() else "no such folder"
        raise ComplaintError(found, where="" if Path(folder).is_dir() else str(folder)) from error
    except OSError as error:
        raise ComplaintError(f"git cannot be started: {os.strerror(error.errno or 0)}") from error


def _command(*args: str) -> list[str]:
    return ["git", "--no-pager", *_with_settings(), *args]


def _with_settings() -> Iterable[str]:
    for setting in _SETTINGS:
        yield from ("-c", setting)


def _environment(index: Path | None) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_") or key in _IDENTITY}
    kept.pop("LANGUAGE", None)
    return kept | _SET | ({"GIT_INDEX_FILE": str(index)} if index else {})
