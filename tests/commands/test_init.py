"""`init`: makes a register, adds what is missing to one, overwrites nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

import pytest
import tomli

from complaint import __version__, assets
from complaint.app import _guarded, program

MADE = {".gitignore", "register.toml", "policies/telecom-2024.toml", "calendars/cn.toml"} | {
    f"schemas/{name}.schema.json" for name in ("ticket", "policy", "calendar", "register")
}
BESIDE = {"tombi.toml", ".taplo.toml"}


class Said(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def complaint(tmp_path, monkeypatch, capsys):
    """Calls the program as typed, in an empty folder called `desk`."""
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    monkeypatch.setenv("COMPLAINT_NOW", "2026-03-10T12:00:00+08:00")
    for name in ("COMPLAINT_REGISTER", "COMPLAINT_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call(*words):
        code = _guarded(lambda: program.main(list(words), prog_name="complaint", standalone_mode=False))
        return Said(code, *capsys.readouterr())

    return call


def tree(root="."):
    base = Path(root) / "complaints.d"
    return {path.relative_to(base).as_posix(): path.read_bytes() for path in base.rglob("*") if path.is_file()}


def test_init_makes_a_register_and_says_what_it_made(complaint):
    said = complaint("init", "--policy", "telecom")

    assert said.code == 0
    assert set(tree()) == MADE
    assert set(said.out.splitlines()) == {f"made complaints.d/{name}" for name in MADE} | {
        f"made {name}" for name in BESIDE
    }
    assert {path.name for path in Path().iterdir()} == {"complaints.d", *BESIDE}


def test_the_settings_name_the_folder_the_zone_and_the_first_pack(complaint):
    complaint("init", "--policy", "broadcast", "--policy", "telecom")

    assert tomli.loads(Path("complaints.d/register.toml").read_text(encoding="utf-8")) == {
        "schema": 1,
        "name": "desk",
        "timezone": "Asia/Shanghai",
        "policy": "broadcast",
        "prefix": "C",
    }


def test_a_new_register_is_sound_and_can_record(complaint):
    complaint("init", "--policy", "telecom", "--policy", "broadcast")

    assert complaint("policy", "check").code == 0
    assert complaint("policy", "test").code == 0
    assert complaint("create", "--summary", "no internet", "--by", "li.na").code == 0
    assert complaint("overdue", "--min-tickets", "1").code == 0


def test_copies_carry_what_shipped(complaint):
    complaint("init", "--policy", "telecom")

    for path, kind, name in (("policies/telecom-2024", "policies", "telecom"), ("calendars/cn", "calendars", "cn")):
        copied = tomli.loads(Path(f"complaints.d/{path}.toml").read_text(encoding="utf-8"))
        shipped = assets.text(kind, name)
        assert copied.pop("origin") == {
            "name": name,
            "version": __version__,
            "sha256": hashlib.sha256(shipped.encode()).hexdigest(),
        }
        assert copied == tomli.loads(shipped)


def test_the_lock_and_temporary_files_are_ignored(complaint):
    complaint("init", "--policy", "telecom")

    assert ".lock" in Path("complaints.d/.gitignore").read_text(encoding="utf-8").splitlines()


def test_another_folder_may_be_named_and_is_made(complaint):
    assert complaint("init", "a/b", "--policy", "telecom").code == 0
    assert set(tree("a/b")) == MADE


def test_a_time_zone_may_be_chosen(complaint):
    complaint("init", "--policy", "telecom", "--timezone", "Europe/Berlin")

    assert tomli.loads(Path("complaints.d/register.toml").read_text(encoding="utf-8"))["timezone"] == "Europe/Berlin"


@pytest.mark.parametrize("zone", ["Asia/Shanghia", "", "/etc/passwd", "../../etc/passwd"])
def test_a_zone_that_is_none_is_refused_before_anything_is_made(complaint, zone):
    said = complaint("init", "--policy", "telecom", "--timezone", zone)

    assert said.code == 2
    assert "--timezone" in said.err
    assert tree() == {}


def test_without_a_policy_the_packs_are_listed(complaint):
    said = complaint("init")

    assert (said.code, said.out) == (2, "")
    assert "telecom (Telecom complaint handling rules)" in said.err
    assert "broadcast (" in said.err
    assert tree() == {}


def test_a_misspelt_pack_is_answered_with_the_nearest(complaint):
    said = complaint("init", "--policy", "telecom", "--policy", "brodcast")

    assert said.code == 2
    assert "did you mean broadcast?" in said.err
    assert tree() == {}


def test_a_second_init_changes_nothing(complaint):
    complaint("init", "--policy", "telecom")
    Path("complaints.d/register.toml").write_text('schema = 1\npolicy = "telecom"\n# ours\n', encoding="utf-8")
    Path("complaints.d/policies/telecom-2024.toml").write_text("# ours\n", encoding="utf-8")
    before = tree()

    said = complaint("init", "--policy", "telecom")

    assert (said.code, said.out) == (0, "")
    assert tree() == before


def test_a_second_init_adds_what_is_missing_and_leaves_the_default(complaint):
    complaint("init", "--policy", "telecom")
    before = tree()
    Path("complaints.d/calendars/cn.toml").unlink()

    said = complaint("init", "--policy", "broadcast")

    assert said.code == 0
    assert set(said.out.splitlines()) == {
        "made complaints.d/policies/broadcast-2024.toml",
        "made complaints.d/calendars/cn.toml",
    }
    assert {name: tree()[name] for name in before} == before


def test_a_link_in_place_of_the_register_is_refused(complaint, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    Path("complaints.d").symlink_to(elsewhere)

    said = complaint("init", "--policy", "telecom")

    assert said.code == 2
    assert list(elsewhere.iterdir()) == []


def test_a_file_in_place_of_the_folder_is_told(run, tmp_path):
    (tmp_path / "taken").write_text("", encoding="utf-8")

    said = run("init", "taken", "--policy", "telecom")

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("complaint: File exists: taken\n")


# --- a register that is there ---


def test_a_register_that_is_there_needs_no_policy_to_be_given_what_it_lacks(complaint):
    complaint("init", "--policy", "telecom", "--policy", "broadcast")
    before = tree()
    for lost in (".gitignore", "calendars/cn.toml", "schemas/ticket.schema.json"):
        Path("complaints.d", lost).unlink()
    Path("tombi.toml").unlink()

    said = complaint("init")

    assert said.code == 0
    assert set(said.out.splitlines()) == {
        "made complaints.d/.gitignore",
        "made complaints.d/calendars/cn.toml",
        "made complaints.d/schemas/ticket.schema.json",
        "made tombi.toml",
    }
    assert tree() == before
    assert complaint("init").err == "nothing was missing\n"


def test_a_calendar_that_nobody_ships_is_left_to_its_owner(complaint):
    complaint("init", "--policy", "general")
    policy = Path("complaints.d/policies/general-2024.toml")
    policy.write_text(
        policy.read_text(encoding="utf-8").replace("[policy]", '[policy]\ndays = "house"', 1), encoding="utf-8"
    )
    Path("complaints.d/calendars/cn.toml").unlink()

    said = complaint("init")

    assert (said.code, said.out) == (0, "")


@pytest.mark.parametrize("words", [["init"], ["init", "--policy", "broadcast"]])
def test_the_register_is_found_upwards(complaint, monkeypatch, tmp_path, words):
    complaint("init", "--policy", "telecom", "--policy", "broadcast")
    Path("complaints.d/.gitignore").unlink()
    Path("below").mkdir()
    monkeypatch.chdir("below")

    said = complaint(*words)

    assert (said.code, said.out) == (0, "made complaints.d/.gitignore\n")
    assert f"in {tmp_path / 'desk'}:\n" in said.err
    assert list(Path().iterdir()) == []


def test_the_register_that_is_named_is_taken(complaint, monkeypatch, tmp_path):
    complaint("init", "--policy", "telecom")
    ignored = Path("complaints.d/.gitignore").absolute()
    monkeypatch.chdir("/")
    for words, variable in ((["--register", "{}", "init"], ""), (["init", "--register", "{}"], ""), (["init"], "{}")):
        ignored.unlink()
        if variable:
            monkeypatch.setenv("COMPLAINT_REGISTER", str(tmp_path / "desk"))

        said = complaint(*(word.format(tmp_path / "desk") for word in words))

        assert (said.code, said.out) == (0, "made complaints.d/.gitignore\n")


def test_a_folder_that_is_named_is_a_register_of_its_own(complaint):
    complaint("init", "--policy", "telecom")

    assert complaint("init", "below").code == 2
    assert complaint("init", "below", "--policy", "telecom").code == 0
    assert set(tree("below")) == MADE


def test_two_places_contradict_each_other(complaint):
    said = complaint("--register", "a", "init", "b", "--policy", "telecom")

    assert (said.code, said.out) == (2, "")
    assert '"b" and --register "a" contradict each other' in said.err


def test_what_editors_need_is_said_once(complaint):
    Path("tombi.toml").write_text("# ours\n", encoding="utf-8")

    assert complaint("init", "--policy", "telecom").err.count("tombi.toml is left as it is") == 1


def test_quiet_says_nothing_of_what_was_made(complaint):
    said = complaint("-q", "init", "--policy", "telecom")

    assert (said.code, said.out, said.err) == (0, "", "")
    assert set(tree()) == MADE
