"""Owns the one lock of a register: who records holds it, who only asks needs none.

The lock is an flock on `complaints.d/.lock`, which the kernel lets go of when its holder dies. The file itself is
never removed and its existence means nothing. Its content names the folder that is being written, so that the next
holder finds what a killed one left there.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from complaint.core.errors import ComplaintError, Locked
from complaint.store import files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHOWN = f"{files.REGISTER}/.lock"

_POLL = 0.02
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


class Lock:
    """The held lock of one register."""

    __slots__ = ("_file",)

    def __init__(self, file: int) -> None:
        self._file = file

    def note(self, month: str) -> None:
        """Writes down which month folder is about to change; before the first temporary file in it."""
        if not _MONTH.fullmatch(month):
            raise ValueError(month)
        with _told():
            _write(self._file, month)

    def noted(self) -> str:
        """The month folder the last holder did not finish with, or an empty string."""
        with _told():
            text = os.pread(self._file, 64, 0).decode("ascii", "replace").strip()
        return text if _MONTH.fullmatch(text) else ""


@contextmanager
def held(root: Path, timeout: float = 10.0) -> Iterator[Lock]:
    """Holds the lock of the register in `root`; `Locked` after `timeout` seconds of waiting for somebody else."""
    files.plain_folder(root / files.REGISTER, files.REGISTER)
    path = root / files.REGISTER / ".lock"
    file = _acquire(path, time.monotonic() + timeout)
    try:
        lock = Lock(file)
        left = _swept(lock, root)
        yield lock
        with suppress(OSError):  # what was recorded is safe; a note too many costs the next holder one look
            _write(file, left)
    finally:
        os.close(file)


def _swept(lock: Lock, root: Path) -> str:
    """Cleans up after a holder that died; the folder's name again if something there would not go."""
    month = lock.noted()
    left = month if month and not files.sweep(root / files.REGISTER / month) else ""
    with suppress(OSError):
        _write(lock._file, left)  # noqa: SLF001
    return left


def _write(file: int, month: str) -> None:
    line = f"{month}\n".encode() if month else b""
    if line:
        os.pwrite(file, line, 0)
    if os.fstat(file).st_size != len(line):
        os.ftruncate(file, len(line))


def _acquire(path: Path, until: float) -> int:
    while True:
        file = _open(path)
        try:
            _wait(file, until)
            if _still_there(file, path):
                return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)
        if time.monotonic() >= until:
            raise _busy()


def _open(path: Path) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    try:
        with _told():
            file = os.open(path, flags, 0o666)
    except ComplaintError as error:
        if isinstance(error.__cause__, OSError) and error.__cause__.errno in {errno.ELOOP, errno.EISDIR, errno.ENXIO}:
            raise _not_a_file() from None
        raise
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise _not_a_file()
    return file


def _wait(file: int, until: float) -> None:
    while True:
        try:
            with _told():
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise _busy() from None
            time.sleep(_POLL)
        else:
            return


def _still_there(file: int, path: Path) -> bool:
    """Somebody may have cleaned ignored files away while we waited: then others lock a new file, and so must we."""
    try:
        now = path.lstat()
    except OSError:
        return False
    return os.path.samestat(now, os.fstat(file))


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BlockingIOError:
        raise
    except OSError as error:
        found = f"the register cannot be locked, nothing was changed: {os.strerror(error.errno or 0)}"
        raise ComplaintError(found, where=SHOWN) from error


def _busy() -> Locked:
    return Locked("another command holds the register", "nothing was changed; try again", where=SHOWN)


def _not_a_file() -> ComplaintError:
    return ComplaintError("is not a regular file", "remove it; the next command makes a new one", where=SHOWN)
