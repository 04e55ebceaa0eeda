"""Bytes on the disk: what is refused when reading, what survives when writing."""

from __future__ import annotations

import errno
import os
import signal
import socket
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from complaint.core.errors import ComplaintError, NotFound, Unreadable
from complaint.store import files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SHOWN = "complaints.d/2026-11/C.toml"


@pytest.fixture(autouse=True)
def not_for_ever() -> Iterator[None]:
    """A plain open of a named pipe never returns."""
    signal.alarm(30)
    yield
    signal.alarm(0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    month = tmp_path / "complaints.d" / "2026-11"
    month.mkdir(parents=True)
    return month


@contextmanager
def umask(mask: int) -> Iterator[None]:
    old = os.umask(mask)
    try:
        yield
    finally:
        os.umask(old)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


# Reading


def test_a_regular_file_is_read_as_it_is(folder: Path) -> None:
    (folder / "C.toml").write_bytes('id = "宽带"\n'.encode())
    assert files.read_text(folder / "C.toml", limit=100, shown=SHOWN) == 'id = "宽带"\n'


def link(path: Path) -> None:
    elsewhere = path.parent.parent.parent / "elsewhere"
    elsewhere.write_text("secret")
    path.symlink_to(elsewhere)


def listen(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as end:
        # The name of a socket may be a hundred bytes long, a test's folder is longer.
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            end.bind(path.name)
        finally:
            os.chdir(here)


@pytest.mark.parametrize(
    ("put", "found"),
    [
        (link, "is a symbolic link"),
        (os.mkfifo, "is a named pipe"),
        (Path.mkdir, "is a folder"),
        (listen, "is a socket"),
    ],
)
def test_what_is_not_a_file_is_refused_and_named(folder: Path, put: Callable[[Path], None], found: str) -> None:
    put(folder / "C.toml")
    with pytest.raises(Unreadable) as refused:
        files.read_bytes(folder / "C.toml", limit=100, shown=SHOWN)
    assert (refused.value.where, refused.value.found) == (SHOWN, f"{found}, not a file")


def test_a_device_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"^null: is a device, not a file"):
        files.read_bytes(Path("/dev/null"), limit=100, shown="null")


def test_a_missing_file_is_both_not_found_and_unreadable(folder: Path) -> None:
    with pytest.raises(NotFound) as refused:
        files.read_bytes(folder / "C.toml", limit=100, shown=SHOWN)
    assert isinstance(refused.value, Unreadable)


def test_a_file_as_large_as_the_limit_is_read_and_one_byte_more_is_refused(folder: Path) -> None:
    (folder / "C.toml").write_bytes(b"x" * 1024)
    assert len(files.read_bytes(folder / "C.toml", limit=1024, shown=SHOWN)) == 1024
    (folder / "C.toml").write_bytes(b"x" * 1025)
    with pytest.raises(Unreadable, match="too large, over 1 KiB"):
        files.read_bytes(folder / "C.toml", limit=1024, shown=SHOWN)


def test_the_limit_holds_for_a_file_that_lies_about_its_size() -> None:
    with pytest.raises(Unreadable, match="too large"):
        files.read_bytes(Path(f"/proc/{os.getpid()}/maps"), limit=100, shown="maps")  # said to be empty


def test_bytes_that_are_not_utf_8_are_refused_with_their_line(folder: Path) -> None:
    (folder / "C.toml").write_bytes(b"one\n" + "张".encode("gb18030"))
    with pytest.raises(Unreadable) as refused:
        files.read_text(folder / "C.toml", limit=100, shown=SHOWN)
    assert str(refused.value) == f"{SHOWN}:2: byte 5 (0xd5) is not UTF-8\nsave it as UTF-8"


def test_a_byte_order_mark_is_refused(folder: Path) -> None:
    (folder / "C.toml").write_bytes(b"\xef\xbb\xbfid = 1\n")
    with pytest.raises(Unreadable, match="byte order mark"):
        files.read_text(folder / "C.toml", limit=100, shown=SHOWN)


@pytest.mark.parametrize("which", ["complaints.d", "complaints.d/2026-11"])
def test_a_link_in_place_of_a_folder_of_the_register_is_refused(tmp_path: Path, folder: Path, which: str) -> None:
    ticket = folder / "C.toml"
    ticket.write_text("old")
    (tmp_path / which).rename(tmp_path / "elsewhere")
    (tmp_path / which).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unreadable, match=f"^{which}: is a symbolic link"):
        files.read_bytes(ticket, limit=100, shown=SHOWN)
    with pytest.raises(Unreadable, match="is a symbolic link"):
        files.replace(ticket, b"new", expected=b"old", shown=SHOWN)
    with pytest.raises(Unreadable, match="is a symbolic link"):
        files.create(folder / "D.toml", b"new", shown=SHOWN)
    assert [path.name for path in folder.iterdir()] == ["C.toml"]
    assert ticket.read_text() == "old"


# Writing


def test_a_new_file_is_whole_readable_for_others_and_alone_in_its_folder(folder: Path) -> None:
    with umask(0o022):
        files.create(folder / "C.toml", b"new", shown=SHOWN)
    assert (folder / "C.toml").read_bytes() == b"new"
    assert mode(folder / "C.toml") == 0o644
    assert [path.name for path in folder.iterdir()] == ["C.toml"]


def test_a_new_file_brings_its_folder(tmp_path: Path) -> None:
    files.create(tmp_path / "complaints.d" / "2026-12" / "C.toml", b"new")
    assert (tmp_path / "complaints.d" / "2026-12" / "C.toml").read_bytes() == b"new"


def test_a_new_file_never_overwrites(folder: Path) -> None:
    (folder / "C.toml").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        files.create(folder / "C.toml", b"new", shown=SHOWN)
    assert (folder / "C.toml").read_bytes() == b"old"
    assert [path.name for path in folder.iterdir()] == ["C.toml"]


def test_a_replaced_file_keeps_its_permissions_whatever_the_umask_is(folder: Path) -> None:
    ticket = folder / "C.toml"
    ticket.write_bytes(b"old")
    ticket.chmod(0o664)
    with umask(0o077):
        files.replace(ticket, b"new", expected=b"old", shown=SHOWN)
    assert (ticket.read_bytes(), mode(ticket)) == (b"new", 0o664)
    assert [path.name for path in folder.iterdir()] == ["C.toml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_root_replaces_still_belongs_to_its_owner(folder: Path) -> None:
    ticket = folder / "C.toml"
    ticket.write_bytes(b"old")
    os.chown(ticket, 1234, 2345)
    files.replace(ticket, b"new", expected=b"old", shown=SHOWN)
    assert (ticket.stat().st_uid, ticket.stat().st_gid) == (1234, 2345)


@pytest.mark.parametrize("on_disk", [b"", b"ol", b"old and a line typed by hand\n", b"OLD"])
def test_what_somebody_else_wrote_meanwhile_is_never_overwritten(folder: Path, on_disk: bytes) -> None:
    ticket = folder / "C.toml"
    ticket.write_bytes(on_disk)
    with pytest.raises(files.Changed):
        files.replace(ticket, b"new", expected=b"old", shown=SHOWN)
    assert ticket.read_bytes() == on_disk
    assert [path.name for path in folder.iterdir()] == ["C.toml"]


def test_a_link_is_never_replaced_nor_written_through(tmp_path: Path, folder: Path) -> None:
    link(folder / "C.toml")
    with pytest.raises(Unreadable, match="is a symbolic link"):
        files.replace(folder / "C.toml", b"new", expected=b"secret", shown=SHOWN)
    assert (folder / "C.toml").is_symlink()
    assert (tmp_path / "elsewhere").read_text() == "secret"


@pytest.mark.parametrize("write", ["create", "replace"])
@pytest.mark.parametrize("call", ["write", "fsync"])
def test_ctrl_c_leaves_no_temporary_file_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str, write: str
) -> None:
    real = os.fsync

    def interrupted(file: int, *_: object) -> None:
        if call == "fsync" and stat.S_ISDIR(os.fstat(file).st_mode):
            return real(file)
        raise KeyboardInterrupt

    (folder / "C.toml").write_bytes(b"old")
    monkeypatch.setattr(os, call, interrupted)
    with pytest.raises(KeyboardInterrupt):
        if write == "create":
            files.create(folder / "D.toml", b"new", shown=SHOWN)
        else:
            files.replace(folder / "C.toml", b"new", expected=b"old", shown=SHOWN)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"C.toml": b"old"}


def test_a_failed_sync_of_the_folder_takes_the_new_file_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = os.fsync, []

    def third_fails(file: int) -> None:
        calls.append(file)
        if len(calls) == 3:
            raise OSError(errno.EIO, "")
        real(file)

    monkeypatch.setattr(os, "fsync", third_fails)
    with pytest.raises(ComplaintError) as refused:
        files.create(folder / "C.toml", b"new", shown=SHOWN)
    assert str(refused.value) == f"{SHOWN}: cannot be written, nothing was changed: Input/output error"
    assert len(calls) == 3
    assert list(folder.iterdir()) == []


def test_a_failed_sync_after_replacing_says_that_the_file_was_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = os.fsync, []

    def second_fails(file: int) -> None:
        calls.append(file)
        if len(calls) == 2:
            raise OSError(errno.EIO, "")
        real(file)

    (folder / "C.toml").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", second_fails)
    with pytest.raises(ComplaintError, match=r"was written, but the disk does not confirm it.*Input/output error"):
        files.replace(folder / "C.toml", b"new", expected=b"old", shown=SHOWN)
    assert len(calls) == 2


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_an_error_of_the_system_is_one_line_with_the_file_and_the_reason(
    folder: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def fails(*_: object) -> None:
        raise OSError(code, "")

    monkeypatch.setattr(os, "write", fails)
    with pytest.raises(ComplaintError) as refused:
        files.create(folder / "C.toml", b"new", shown=SHOWN)
    assert str(refused.value) == f"{SHOWN}: cannot be written, nothing was changed: {os.strerror(code)}"
    assert refused.value.exit_code == 2


def test_a_write_that_comes_in_pieces_is_finished(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, rest: real(file, rest[:3]))
    files.create(folder / "C.toml", b"0123456789", shown=SHOWN)
    assert (folder / "C.toml").read_bytes() == b"0123456789"


def test_a_file_system_without_hard_links_takes_new_files_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "")

    monkeypatch.setattr(os, "link", unknown)
    files.create(folder / "C.toml", b"new", shown=SHOWN)
    with pytest.raises(FileExistsError):
        files.create(folder / "C.toml", b"newer", shown=SHOWN)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {"C.toml": b"new"}


# Output files


def test_an_output_file_is_replaced_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    report = tmp_path / "report.csv"
    report.write_text("yesterday")
    report.chmod(0o640)
    files.write_output(report, b"today")
    assert (report.read_bytes(), mode(report)) == (b"today", 0o640)
    assert list(tmp_path.iterdir()) == [report]


def test_an_output_file_that_is_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for target in ("link", "."):
        with pytest.raises(ComplaintError, match="not a file"):
            files.write_output(tmp_path / target, b"today")
    assert [path.name for path in tmp_path.iterdir()] == ["link"]


def test_an_output_file_in_no_folder_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(ComplaintError, match=r"report.csv: .*No such file or directory"):
        files.write_output(tmp_path / "no" / "report.csv", b"today")


# Left over


def test_only_our_own_temporary_files_are_swept(folder: Path) -> None:
    ours = folder / ".C.toml.0123456789ab.tmp"
    others = ["C.toml", ".C.toml.swp", "C.toml.0123456789ab.tmp", ".C.toml.0123456789ab.tmp~", ".C.toml.0123.tmp"]
    for path in (ours, *(folder / name for name in others)):
        path.touch()
    (folder / ".link.0123456789ab.tmp").symlink_to(folder / "C.toml")
    (folder / ".folder.0123456789ab.tmp").mkdir()
    assert files.sweep(folder)
    left = {*others, ".link.0123456789ab.tmp", ".folder.0123456789ab.tmp"}
    assert {path.name for path in folder.iterdir()} == left


def test_nothing_is_swept_behind_a_link(tmp_path: Path, folder: Path) -> None:
    (folder / ".C.toml.0123456789ab.tmp").touch()
    (tmp_path / "link").symlink_to(folder)
    assert not files.sweep(tmp_path / "link")
    assert [path.name for path in folder.iterdir()] == [".C.toml.0123456789ab.tmp"]
