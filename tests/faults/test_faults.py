"""Kill, full disk and failing disk at every step of recording: old or new, never torn, and the next try heals it.

`COMPLAINT_FULL_SWEEP=1` breaks every call of the real commands in every way; without it the calls that matter most.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import record
from sweep import FAULTS, Call, Case, calls, disorder, essential, sweep, temps

from complaint.core.errors import ComplaintError
from complaint.store import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FULL = os.environ.get("COMPLAINT_FULL_SWEEP") == "1"
RECORD = (sys.executable, str(Path(record.__file__)))
SOURCE = str(Path(files.__file__).parents[2])
NOW = "2026-11-22T09:30:00+08:00"
USUAL = {("create", "signal=KILL"), ("dispatch", "signal=KILL"), ("void", "error=EIO")}
LATER = "2026-11-22T10:30:00+08:00"


def chosen(call: Call) -> bool:
    return FULL or essential(call)


@pytest.fixture
def environment(clean: Callable[..., dict[str, str]]) -> dict[str, str]:
    return clean() | {"PYTHONPATH": SOURCE}


def small_register(folder: Path) -> Path:
    """A folder that `record.py` takes for a register, without its month."""
    (folder / "complaints.d").mkdir(parents=True)
    return folder


def small_ticket(folder: Path) -> Path:
    month = small_register(folder) / "complaints.d" / "2026-11"
    month.mkdir()
    (month / "C").write_bytes(record.HEAD + record.END)
    return folder


def small_state(folder: Path) -> str:
    ticket = folder / "complaints.d" / "2026-11" / "C"
    if not ticket.exists():
        return "old"
    data = ticket.read_bytes()
    assert data.startswith(record.HEAD), "torn"
    assert data.endswith(record.END), "torn"
    events = data.removeprefix(record.HEAD).removesuffix(record.END)
    assert events == record.EVENT * (len(events) // len(record.EVENT)), "torn"
    return "new" if events else "old"


def small_case(verb: str, folder: Path, environment: dict[str, str]) -> Case:
    made = (small_register if verb == "create" else small_ticket)(folder / "made")
    return Case((*RECORD, verb, "C"), made, small_state, environment)


@pytest.mark.external("strace")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("verb", ["create", "append"])
def test_a_broken_write_leaves_old_or_new_and_the_next_try_heals_it(
    tmp_path: Path, environment: dict[str, str], verb: str, fault: str
) -> None:
    found = sweep(small_case(verb, tmp_path, environment), tmp_path, (fault,), lambda _: True)
    broken = {outcome.call.name for outcome in found}
    assert {"write", "fsync", "linkat" if verb == "create" else "renameat"} <= broken
    assert {outcome.state for outcome in found} == {"old", "new"}  # both sides of the moment it counts


@pytest.mark.external("strace")
@pytest.mark.parametrize("verb", ["create", "append"])
def test_content_is_synced_then_named_then_its_folder_synced_then_told(
    tmp_path: Path, environment: dict[str, str], verb: str
) -> None:
    found = calls(small_case(verb, tmp_path, environment), tmp_path)
    assert disorder(found) == []
    # The lint itself notices each step that is left out or comes too late.
    for at, call in enumerate(found):
        if call.name == "fsync":
            assert disorder(found[:at] + found[at + 1 :])
            assert disorder([*found[:at], *found[at + 1 :], call])
    assert disorder([call for call in found if call.name not in {"linkat", "renameat"}]) == ["nothing was put in place"]


def test_a_failed_sync_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def fails(file: int) -> None:
        tried.append(file)
        raise OSError(5, "")

    small_ticket(tmp_path)
    ticket = tmp_path / "complaints.d" / "2026-11" / "C"
    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(ComplaintError):
        files.replace(ticket, b"new", expected=ticket.read_bytes())
    assert len(tried) == 1
    assert small_state(tmp_path) == "old"


# A real full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(disk)]
    mounted = subprocess.run(mount, capture_output=True, text=True, timeout=10, check=False)
    if mounted.returncode:
        pytest.skip(f"no disk of 16 KB without the right to mount one: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", disk], timeout=10, check=True)


@pytest.mark.external("mount", "umount")
@pytest.mark.parametrize("verb", ["create", "append"])
def test_a_full_disk_changes_nothing_and_says_so(small_disk: Path, environment: dict[str, str], verb: str) -> None:
    (small_register if verb == "create" else small_ticket)(small_disk / "register")
    command = [*RECORD, verb, "C"]
    folder = small_disk / "register"
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == "C: cannot be written, nothing was changed: No space left on device\n"
    assert small_state(folder) == "old"
    assert temps(folder) == []


# The real commands


def whole(folder: Path, events: int) -> str:
    """Every ticket can be read by the command itself; new if one has as many events as it should have."""
    import tomli

    found = (folder / "complaints.d").glob("[0-9]*/*.toml")
    histories = [tomli.loads(path.read_text())["event"] for path in found]
    return "new" if any(len(history) >= events for history in histories) else "old"


@pytest.mark.external("strace", "git")
@pytest.mark.parametrize("verb", ["create", "dispatch", "void"])
@pytest.mark.parametrize("fault", FAULTS)
def test_the_real_commands_survive_the_same(
    tmp_path: Path, script: Path, clean: Callable[..., dict[str, str]], verb: str, fault: str
) -> None:
    if not FULL and (verb, fault) not in USUAL:
        pytest.skip("COMPLAINT_FULL_SWEEP=1 runs it")
    made = tmp_path / "made"
    made.mkdir()

    def call(*args: str, now: str = NOW) -> str:
        ran = subprocess.run([script, *args], cwd=made, env=clean(now), capture_output=True, timeout=60, check=False)
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.decode().strip()

    call("init", ".", "--policy", "telecom")
    argv: tuple[str, ...] = (str(script), "create", "--summary", "宽带三天无法上网")
    events = 1
    if verb != "create":
        ticket = call(*argv[1:])
        argv, events = (str(script), "dispatch", ticket, "--to", "network"), 2
    if verb == "void":
        call(*argv[1:], now="2026-11-22T09:50:00+08:00")
        (path,) = made.glob(f"complaints.d/*/{ticket}.toml")
        event = path.read_text().rpartition("[event.")[2].partition("]")[0]
        argv, events = (str(script), "void", ticket, event, "--reason", "the wrong department"), 3
    case = Case(argv, made, lambda folder: whole(folder, events), clean(LATER))
    found = sweep(case, tmp_path, (fault,), chosen)
    assert disorder(calls(case, tmp_path)) == []
    assert {outcome.state for outcome in found} == {"old", "new"}
