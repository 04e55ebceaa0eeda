"""Owns bytes on the disk: safe reading of what git or a person put there, and durable, never torn writing.

`shown` is how messages name a file (its path relative to the register); errors of the system become one line with
that name. A new file is linked into place and an edited one renamed over the old one, both only after their content is
on the disk; the folder is synced last, so that whoever says "stored" afterwards says the truth.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from complaint.core.errors import ComplaintError, NotFound, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REGISTER = "complaints.d"

_TEMP = re.compile(r"\..+\.[0-9a-f]{12}\.tmp", re.DOTALL)
_SAFE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NO_LINKS_HERE = {errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}


class Missing(NotFound, Unreadable):
    """No such file: not found for who asked by name, unreadable for who saw it in a listing a moment ago."""


class Changed(ComplaintError):
    """The bytes on the disk are not those the command read; nothing was written, reading again is right."""


def read_bytes(path: Path, *, limit: int, shown: str = "") -> bytes:
    """The content of a regular file of at most `limit` bytes; everything else is `Unreadable`, a link included."""
    shown = shown or str(path)
    _plain_parents(path, shown)
    with _regular(path, shown) as file:
        size = os.fstat(file).st_size
        if size <= limit:
            data = _at_most(file, limit + 1, shown)
            size = len(data)
    if size > limit:
        found = f"too large, over {limit / 1024:g} KiB"
        mend = "shorten it, or raise `size_limit_kib` in complaints.d/register.toml"
        raise Unreadable(found, mend, where=shown, sort="too-large")
    return data


def read_text(path: Path, *, limit: int, shown: str = "") -> str:
    """The same as text: strict UTF-8 without a byte order mark."""
    shown = shown or str(path)
    return text_of(read_bytes(path, limit=limit, shown=shown), shown)


def text_of(data: bytes, shown: str) -> str:
    """Strict UTF-8 without a byte order mark."""
    if data.startswith(b"\xef\xbb\xbf"):
        raise Unreadable("starts with a byte order mark", "save it as UTF-8 without one", where=f"{shown}:1")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"byte {error.start + 1} (0x{data[error.start]:02x}) is not UTF-8"
        raise Unreadable(found, "save it as UTF-8", where=f"{shown}:{line}") from None


def plain_folder(path: Path, shown: str) -> None:
    """Refuses anything but a folder itself: git carries symbolic links, and they lead out of the register."""
    _plain(os.fspath(path), shown)


def create(path: Path, data: bytes, *, shown: str = "") -> None:
    """A new file, durable when this returns; FileExistsError if there is one. Makes the folder it stands in.

    On any failure no file is left: nobody was told about it yet.
    """
    shown = shown or str(path)
    with _told(shown):
        _make_folder(path.parent, shown)
        with _open_folder(path, shown) as folder, _temp(folder, path.name, 0o666) as (temp, file):
            _fill(file, data)
            _link(folder, temp, path.name)
            try:
                with suppress(FileNotFoundError):  # renamed, where there are no links
                    os.unlink(temp, dir_fd=folder)
                os.fsync(folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(path.name, dir_fd=folder)
                raise


def replace(path: Path, data: bytes, *, expected: bytes, shown: str = "") -> None:
    """New content for a file that still holds `expected`, else `Changed`; durable when this returns."""
    shown = shown or str(path)
    with _told(shown), _open_folder(path, shown) as folder:
        with _regular(path, shown) as old:
            kept = os.fstat(old)
        with _temp(folder, path.name, 0o600) as (temp, file):
            _keep_access(file, kept)
            _fill(file, data)
            # As late as possible: an editor saves without our lock.
            with _regular(path, shown) as old:
                if _at_most(old, len(expected) + 1, shown) != expected:
                    raise Changed("was changed by somebody else", "nothing was written; try again", where=shown)
            os.replace(temp, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        _confirm(folder, shown)


def write_output(path: Path, data: bytes) -> None:
    """What `-o FILE` asked for, whole or not at all; an old regular file is replaced, anything else is refused."""
    shown = str(path)
    with _told(shown), _folder(path.parent) as folder:
        try:
            old = path.lstat()
        except FileNotFoundError:
            old = None
        if old and not stat.S_ISREG(old.st_mode):
            raise ComplaintError(f"{_kind(old.st_mode)}, not a file", "name a new or a regular file", where=shown)
        with _temp(folder, path.name, 0o600 if old else 0o666) as (temp, file):
            if old:
                _keep_access(file, old)
            _fill(file, data)
            os.replace(temp, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        _confirm(folder, shown)


def is_temporary(name: str) -> bool:
    """Whether a name is one that a broken-off write leaves."""
    return bool(_TEMP.fullmatch(name))


def sweep(folder: Path) -> bool:
    """Removes what broken-off writes left in this folder; only under the lock. False if something had to stay."""
    done = True
    try:
        plain_folder(folder, folder.name)
        with os.scandir(folder) as entries:
            left = [e.name for e in entries if is_temporary(e.name) and e.is_file(follow_symlinks=False)]
    except Missing:
        return True
    except (ComplaintError, OSError):
        return False
    for name in left:
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError:
            done = False
    return done


def _reason(what: str, error: OSError) -> str:
    return f"{what}: {os.strerror(error.errno) if error.errno else error}"


@contextmanager
def _told(shown: str) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise ComplaintError(_reason("cannot be written, nothing was changed", error), where=shown) from error


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFLNK: "is a symbolic link",
        stat.S_IFDIR: "is a folder",
        stat.S_IFIFO: "is a named pipe",
        stat.S_IFSOCK: "is a socket",
    }
    return kinds.get(stat.S_IFMT(mode), "is a device" if not stat.S_ISREG(mode) else "is a file")


def _plain_parents(path: Path, shown: str) -> None:
    """The folders between the register and the file; how the register itself is reached is its owner's business."""
    folder = os.fspath(path).rpartition("/")[0] or "."
    label = shown.rpartition("/")[0] or folder
    above = folder.rpartition("/")[0]
    if above == REGISTER or above.endswith(f"/{REGISTER}"):
        _plain(above, label.rpartition("/")[0] or above)
    _plain(folder, label)


def _plain(folder: str, shown: str) -> None:
    # Strings, not paths: this runs for every ticket that is read.
    try:
        mode = os.lstat(folder).st_mode
    except FileNotFoundError:
        raise Missing("no such folder", where=shown) from None
    except OSError as error:
        raise Unreadable(_reason("cannot be read", error), where=shown) from error
    if not stat.S_ISDIR(mode):
        raise Unreadable(
            f"{_kind(mode)}, where a folder must be", "put a real folder there", where=shown, sort="no-plain-file"
        )


@contextmanager
def _regular(path: Path, shown: str) -> Iterator[int]:
    """A descriptor for reading; never waits for a pipe, never follows a link."""
    try:
        file = os.open(path, os.O_RDONLY | _SAFE)
    except FileNotFoundError:
        raise Missing("no such file", where=shown) from None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            raise _no_file(path.lstat().st_mode, shown) from None
        raise Unreadable(_reason("cannot be read", error), where=shown) from error
    try:
        mode = os.fstat(file).st_mode
        if not stat.S_ISREG(mode):
            raise _no_file(mode, shown)
        yield file
    finally:
        os.close(file)


def _no_file(mode: int, shown: str) -> Unreadable:
    return Unreadable(f"{_kind(mode)}, not a file", "put the file itself there", where=shown, sort="no-plain-file")


def _at_most(file: int, count: int, shown: str) -> bytes:
    parts: list[bytes] = []
    try:
        while count > 0 and (part := os.read(file, count)):
            parts.append(part)
            count -= len(part)
    except OSError as error:
        raise Unreadable(_reason("cannot be read", error), where=shown) from error
    return b"".join(parts)


@contextmanager
def _folder(path: Path) -> Iterator[int]:
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield folder
    finally:
        os.close(folder)


@contextmanager
def _open_folder(path: Path, shown: str) -> Iterator[int]:
    """The folder the file stands in, as a descriptor: it cannot be exchanged for another one half-way."""
    _plain_parents(path, shown)
    with _folder(path.parent) as folder:
        yield folder


def _make_folder(path: Path, shown: str) -> None:
    """Syncs the parent even where the folder is there: the command that made it may have died before it did."""
    if not path.parent.is_dir():
        _make_folder(path.parent, shown)
    if path.parent.name == REGISTER:
        plain_folder(path.parent, shown)
    with _folder(path.parent) as parent:
        with suppress(FileExistsError):
            os.mkdir(path.name, dir_fd=parent)
        os.fsync(parent)


@contextmanager
def _temp(folder: int, name: str, mode: int) -> Iterator[tuple[str, int]]:
    """A temporary file beside the target; gone again whatever stops the command, Ctrl-C included."""
    temp = f".{name}.{os.urandom(6).hex()}.tmp"
    file = os.open(temp, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _SAFE, mode, dir_fd=folder)
    try:
        try:
            yield temp, file
        finally:
            os.close(file)
    except BaseException:
        with suppress(OSError):
            os.unlink(temp, dir_fd=folder)
        raise


def _keep_access(file: int, old: os.stat_result) -> None:
    new = os.fstat(file)
    if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
        with suppress(PermissionError):
            os.fchown(file, old.st_uid, old.st_gid)
    os.fchmod(file, stat.S_IMODE(old.st_mode))


def _fill(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
    # One try: after a failed fsync the next one reports success for pages that are already lost.
    os.fsync(file)


def _link(folder: int, temp: str, name: str) -> None:
    """Gives the file its name unless it is taken; some network and USB file systems know no second name."""
    try:
        os.link(temp, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS_HERE:
            raise
        with suppress(FileNotFoundError):
            os.stat(name, dir_fd=folder, follow_symlinks=False)
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), name) from None
        os.replace(temp, name, src_dir_fd=folder, dst_dir_fd=folder)


def _confirm(folder: int, shown: str) -> None:
    try:
        os.fsync(folder)
    except OSError as error:
        found = _reason("was written, but the disk does not confirm it; look at it before you try again", error)
        raise ComplaintError(found, where=shown) from error
