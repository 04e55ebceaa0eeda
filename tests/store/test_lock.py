"""The lock: who holds it, who waits, and what a killed holder leaves to the next."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from complaint.core.errors import ComplaintError, Locked
from complaint.store import lock

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = Path(lock.__file__).parents[2]
COUNT = """
import sys
from pathlib import Path
from complaint.store import lock
ticket = Path("complaints.d/ticket")
for _ in range(int(sys.argv[1])):
    with lock.held(Path.cwd(), timeout=60):
        text = ticket.read_text()
        ticket.write_text(text + "event\\n")
"""
HOLD = """
import sys
from pathlib import Path
from complaint.store import lock
with lock.held(Path.cwd()) as held:
    held.note("2026-11")
    Path("complaints.d/2026-11/.C.toml.0123456789ab.tmp").write_text("half")
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "complaints.d" / "2026-11").mkdir(parents=True)
    return tmp_path


def start(root: Path, script: str, *args: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", script, *args]
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    return subprocess.Popen(command, cwd=root, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def holder(root: Path) -> subprocess.Popen[bytes]:
    process = start(root, HOLD)
    assert process.stdout
    assert process.stdout.readline() == b"held\n"
    return process


def end(process: subprocess.Popen[bytes], number: int | None = None) -> int:
    if number:
        process.send_signal(number)
    process.communicate(timeout=60)
    return process.returncode


def test_of_sixteen_processes_at_once_none_loses_what_another_wrote(root: Path) -> None:
    (root / "complaints.d" / "ticket").write_text("")
    started = [start(root, COUNT, "20") for _ in range(16)]
    assert [end(process) for process in started] == [0] * 16
    assert (root / "complaints.d" / "ticket").read_text() == "event\n" * 320


def test_a_lock_that_somebody_holds_is_waited_for_and_then_reported(root: Path) -> None:
    process = holder(root)
    try:
        before = time.monotonic()
        with pytest.raises(Locked) as refused, lock.held(root, timeout=0.3):
            pass
        assert 0.3 <= time.monotonic() - before < 5
    finally:
        end(process)
    assert str(refused.value).startswith("complaints.d/.lock: another command holds the register\n")
    assert refused.value.exit_code == 75


def test_a_waiter_gets_the_lock_when_it_is_released(root: Path) -> None:
    process = holder(root)
    waiting = start(root, COUNT, "1")
    (root / "complaints.d" / "ticket").write_text("")
    assert end(process) == 0
    assert end(waiting) == 0
    assert (root / "complaints.d" / "ticket").read_text() == "event\n"


def test_what_a_killed_holder_left_is_swept_by_the_next_one(root: Path) -> None:
    month = root / "complaints.d" / "2026-11"
    (month / "C.toml").write_text("whole")
    assert end(holder(root), signal.SIGKILL) == -signal.SIGKILL
    assert (root / "complaints.d" / ".lock").read_text() == "2026-11\n"
    assert (month / ".C.toml.0123456789ab.tmp").exists()
    with lock.held(root, timeout=0):
        assert [path.name for path in month.iterdir()] == ["C.toml"]
        assert (root / "complaints.d" / ".lock").read_text() == ""


def test_the_note_is_gone_after_a_clean_release_and_the_file_is_not(root: Path) -> None:
    with lock.held(root) as held:
        held.note("2026-11")
        assert (root / "complaints.d" / ".lock").read_text() == "2026-11\n"
    assert (root / "complaints.d" / ".lock").read_text() == ""


def test_the_note_stays_when_the_work_failed(root: Path) -> None:
    with pytest.raises(KeyboardInterrupt), lock.held(root) as held:
        held.note("2026-11")
        raise KeyboardInterrupt
    assert (root / "complaints.d" / ".lock").read_text() == "2026-11\n"


@pytest.mark.parametrize("text", ["../../2026-11", "2026-11/..", "２０２６-11", "2026-11\n2026-12", "x" * 5000])
def test_a_note_that_is_no_month_is_forgotten_and_followed_nowhere(root: Path, text: str) -> None:
    temps = [
        folder / ".C.toml.0123456789ab.tmp"
        for folder in (root, root / "complaints.d", root / "complaints.d" / "2026-11")
    ]
    for temp in temps:
        temp.touch()
    (root / "complaints.d" / ".lock").write_text(text)
    with lock.held(root):
        pass
    assert all(temp.exists() for temp in temps)
    assert (root / "complaints.d" / ".lock").read_text() == ""


def test_only_a_month_can_be_noted(root: Path) -> None:
    with lock.held(root) as held, pytest.raises(ValueError, match=r"\.\./2026-11"):
        held.note("../2026-11")


def test_nothing_is_swept_behind_a_month_that_is_a_link(root: Path) -> None:
    elsewhere = root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / ".C.toml.0123456789ab.tmp").touch()
    (root / "complaints.d" / "2026-12").symlink_to(elsewhere)
    (root / "complaints.d" / ".lock").write_text("2026-12\n")
    with lock.held(root):
        pass
    assert (elsewhere / ".C.toml.0123456789ab.tmp").exists()


def link(path: Path) -> None:
    path.symlink_to(path.parent.parent / "elsewhere")


@pytest.mark.parametrize("put", [link, os.mkfifo, Path.mkdir])
def test_a_lock_that_is_not_a_file_is_refused(root: Path, put: Callable[[Path], None]) -> None:
    put(root / "complaints.d" / ".lock")
    with pytest.raises(ComplaintError, match=r"^complaints.d/.lock: is not a regular file"), lock.held(root):
        pass
    assert not (root / "elsewhere").exists()


def test_a_register_folder_that_is_a_link_is_refused(root: Path) -> None:
    (root / "complaints.d").rename(root / "elsewhere")
    (root / "complaints.d").symlink_to(root / "elsewhere")
    with pytest.raises(ComplaintError, match=r"^complaints.d: is a symbolic link"), lock.held(root):
        pass
    assert not (root / "elsewhere" / ".lock").exists()


def test_a_lock_file_that_was_cleaned_away_while_waiting_is_not_the_lock_any_more(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, real = root / "complaints.d" / ".lock", fcntl.flock
    path.touch()

    def cleaned_away(file: int, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", real)
        path.unlink()
        real(file, how)

    monkeypatch.setattr(fcntl, "flock", cleaned_away)
    with lock.held(root), pytest.raises(Locked), lock.held(root, timeout=0):
        pass


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EIO])
def test_a_file_system_that_cannot_lock_is_named(root: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def fails(*_: object) -> None:
        raise OSError(code, "")

    monkeypatch.setattr(fcntl, "flock", fails)
    with pytest.raises(ComplaintError) as refused, lock.held(root):
        pass
    assert refused.value.found.endswith(os.strerror(code))
    assert refused.value.exit_code == 2
