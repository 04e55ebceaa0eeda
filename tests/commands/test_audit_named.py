"""`audit FILE`: the register is that of the files, wherever the command is called."""

from __future__ import annotations

import pytest


@pytest.fixture
def desk(run, tmp_path):
    """`desk(name)`: a register in a folder of this name, and the path of its one ticket, both from here."""

    def made(name):
        assert run("init", name, "--policy", "general").code == 0
        ticket = run("--register", name, "create", "--channel", "phone", "--summary", "x", "--content", "x").out.strip()
        (path,) = (tmp_path / name).glob(f"complaints.d/20*/{ticket}.toml")
        return path.relative_to(tmp_path).as_posix()

    return made


def test_a_file_of_a_register_further_down_is_audited_there(run, desk):
    said = run("audit", desk("d"), "--select", "H001")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("1 ticket judged")


def test_a_file_in_the_folder_where_one_is_is_audited(run, desk, tmp_path):
    path = tmp_path / desk("d")

    assert run("audit", path.name, "--select", "H001", cwd=path.parent).code == 0


def test_files_of_two_registers_are_refused(run, desk):
    one, other = desk("d"), desk("e")

    said = run("audit", one, other)

    assert (said.code, said.out) == (2, "")
    assert said.err == f'complaint: "{one}" and "{other}" lie in two registers\nname files of one register at a time\n'


def test_a_file_of_another_register_than_the_one_that_is_named_is_refused(run, desk):
    said = run("audit", "--register", "e", desk("d"), desk("e"))

    assert said.code == 2
    assert "it is no ticket of this register" in said.err


@pytest.mark.parametrize("path", ["d/complaints.d/2026-03/C-2603-7KQ3MXTJ.toml", "d/C-2603.toml", "gone.toml", "d/x"])
def test_a_file_that_is_not_there_is_told(run, desk, tmp_path, path):
    desk("d")

    said = run("audit", "--register", "d", path)

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"complaint: {path}: no such file\n")
