"""Owns the fault sweep: breaks every write-class system call of a command in turn, and lints their order.

A `Case` is a command line and a folder to run it in. `sweep` first runs it whole to count its calls, then once for
each call and fault on a fresh copy: killed before the call, or the call failing. After each it looks (old or new, never
torn), runs the command again, and looks again. A fault that did not fire is a failure of the sweep, not a success.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

CALLS = (
    *("write", "pwrite64", "writev", "fsync", "fdatasync", "ftruncate", "fchmod", "mkdir", "mkdirat"),
    *("link", "linkat", "rename", "renameat", "renameat2", "unlink", "unlinkat"),
)
FAULTS = ("signal=KILL", "error=EIO", "error=ENOSPC")
TIMEOUT = 60

_LINE = re.compile(r"(?P<name>[a-z0-9]+)\((?P<args>.*?)(?:\)\s+= .*)?$")
_ON = re.compile(r"^(?P<number>\d+)<(?P<path>.*?)>")
_TEMP = re.compile(r"\..+\.[0-9a-f]{12}\.tmp")
_STRINGS = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Case:
    """`state` says "old" or "new" of a folder, or fails an assertion when it is neither."""

    argv: tuple[str, ...]
    made: Path
    state: Callable[[Path], str]
    env: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Call:
    """The `nth` call of this name in the whole run, with its arguments as the log shows them."""

    name: str
    nth: int
    args: str

    def number(self) -> int | None:
        found = _ON.match(self.args)
        return int(found["number"]) if found else None

    def path(self) -> str:
        """Of a call on a descriptor: what it was opened as."""
        found = _ON.match(self.args)
        return found["path"].removesuffix("(deleted)") if found else ""

    def names(self) -> list[str]:
        return _STRINGS.findall(self.args)


@dataclass(frozen=True, slots=True)
class Outcome:
    call: Call
    fault: str
    code: int
    out: str
    err: str
    state: str


def calls(case: Case, scratch: Path) -> list[Call]:
    """The write-class calls of an unbroken run that touch the register or standard output, in order."""
    folder = _copy(case, scratch / "whole")
    ran, log = _trace(case, folder, scratch, [])
    assert ran.returncode == 0, ran.stderr
    assert case.state(folder) == "new", "the command records nothing, so there is nothing to break"
    seen: Counter[str] = Counter()
    found = []
    for line in log.splitlines():
        if (match := _LINE.match(line)) and match["name"] in CALLS:
            seen[match["name"]] += 1
            found.append(Call(match["name"], seen[match["name"]], match["args"]))
    return [call for call in found if call.number() == 1 or str(folder) in call.args]


def essential(call: Call) -> bool:
    """The subset that no test run goes without: what puts a ticket on the disk and says so."""
    if call.name in {"write", "pwrite64"}:
        return bool(_TEMP.search(call.path())) or call.number() == 1
    return call.name not in {"ftruncate", "fchmod"}


def sweep(case: Case, scratch: Path, faults: tuple[str, ...], chosen: Callable[[Call], bool]) -> list[Outcome]:
    found = [call for call in calls(case, scratch) if chosen(call)]
    assert found, "no call to break"
    return [_broken(case, call, fault, scratch) for call in found for fault in faults]


def temps(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob(".*") if _TEMP.fullmatch(path.name)]


def disorder(found: list[Call]) -> list[str]:
    """What is wrong with the order of the calls: content synced, then named, then its folder synced, then told."""
    wrong = []
    placed = [at for at, call in enumerate(found) if _placing(call)]
    if not placed:
        wrong.append("nothing was put in place")
    told = next((at for at, call in enumerate(found) if call.number() == 1), len(found))
    for at in placed:
        temp, folder = found[at].names()[0].rpartition("/")[2], _folder_of(found[at])
        written = [
            i for i, call in enumerate(found) if call.name in {"write", "pwrite64"} and call.path().endswith(f"/{temp}")
        ]
        synced = [i for i, call in enumerate(found) if call.name == "fsync" and call.path().endswith(f"/{temp}")]
        if not written or not any(written[-1] < i < at for i in synced):
            wrong.append(f"{temp} was put in place before its content was synced")
        if not any(at < i < told for i, call in enumerate(found) if call.name == "fsync" and call.path() == folder):
            wrong.append(f"{folder} was not synced between putting {temp} in place and telling")
    made = [at for at, call in enumerate(found) if call.name in {"mkdir", "mkdirat"}]
    for at in made:
        above = _folder_of(found[at])
        if not any(at < i < told for i, call in enumerate(found) if call.name == "fsync" and call.path() == above):
            wrong.append(f"{above} was not synced after making a folder in it")
    return wrong


def _placing(call: Call) -> bool:
    return call.name.startswith(("link", "rename")) and bool(_TEMP.fullmatch(call.names()[0].rpartition("/")[2]))


def _folder_of(call: Call) -> str:
    """The folder a name in the call's first argument stands in."""
    return call.path() or call.names()[0].rpartition("/")[0]


def _broken(case: Case, call: Call, fault: str, scratch: Path) -> Outcome:
    folder = _copy(case, scratch / "broken")
    what = f"{call.name}({call.args}) {fault}"
    ran, log = _trace(case, folder, scratch, ["-e", f"inject={call.name}:{fault}:when={call.nth}"])
    fired = "killed by SIGKILL" in log if "KILL" in fault else "(INJECTED)" in log
    assert fired, f"the fault never fired: {what}\n{log}"
    state = case.state(folder)
    if ran.stdout:
        assert state == "new", f"told, and not there: {what}"
    if ran.returncode == 0:
        assert state == "new", f"no error, and not there: {what}"
    again = _run(list(case.argv), folder, case.env)
    # What was stored before the break may be refused as a repetition; what was not must go through now.
    assert again.returncode == 0 or (state == "new" and again.returncode == 2), f"{what}\n{again.stderr}"
    assert case.state(folder) == "new", f"not healed: {what}"
    assert not temps(folder), f"left over: {what}"
    return Outcome(call, fault, ran.returncode, ran.stdout, ran.stderr, state)


def _copy(case: Case, folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(case.made, folder, symlinks=True)
    return folder


def _trace(case: Case, folder: Path, scratch: Path, inject: list[str]) -> tuple[subprocess.CompletedProcess[str], str]:
    log = scratch / "strace.log"
    log.unlink(missing_ok=True)
    # Without -f: the programs it starts (git, to ask for a name) count their calls for themselves.
    command = ["strace", "-y", "-s", "8", "-o", str(log), "-e", "trace=" + ",".join(CALLS), *inject, *case.argv]
    ran = _run(command, folder, case.env)
    return ran, log.read_text(errors="replace")


def _run(command: list[str], folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {**env, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
