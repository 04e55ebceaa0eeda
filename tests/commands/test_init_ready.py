"""`init --ci`: writes the ready files at their places, filled in for this machine; overwrites nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from complaint import __version__, assets

PLACES = {
    "github": [".github/workflows/complaint.yml"],
    "gitlab": [".gitlab-ci.yml"],
    "cron": ["complaint.crontab"],
    "systemd": ["complaint-overdue.service", "complaint-overdue.timer"],
    "pre-commit": [".pre-commit-config.yaml"],
}


@pytest.mark.parametrize("name", PLACES)
def test_each_goes_to_its_place(register, run, name):
    said = run("init", "--ci", name)

    assert (said.code, said.out) == (0, "".join(f"made {place}\n" for place in PLACES[name]))
    assert all((register / place).is_file() for place in PLACES[name])


def test_several_may_be_asked_for_with_a_new_register_elsewhere(run, tmp_path):
    said = run("init", "desk", "--policy", "telecom", "--ci", "cron", "--ci", "github")

    assert said.code == 0
    assert said.out.endswith("made complaint.crontab\nmade .github/workflows/complaint.yml\n")
    assert (tmp_path / "desk/complaints.d/register.toml").is_file()
    assert (tmp_path / "desk/.github/workflows/complaint.yml").is_file()


def test_without_a_register_the_packs_are_listed(run, tmp_path):
    said = run("init", "--ci", "cron")

    assert (said.code, said.out) == (2, "")
    assert "give --policy NAME" in said.err
    assert list(tmp_path.iterdir()) == []


def test_a_register_that_is_there_stays_as_it_is(register, run):
    before = {path: path.read_bytes() for path in register.glob("complaints.d/**/*") if path.is_file()}

    run("init", "--ci", "github")

    assert {path: path.read_bytes() for path in register.glob("complaints.d/**/*") if path.is_file()} == before


def test_a_name_for_which_nothing_is_ready_is_answered_with_those_that_are(register, run):
    said = run("init", "--ci", "jenkins")

    assert said.code == 2
    assert "'github', 'gitlab', 'cron', 'systemd', 'pre-commit'" in said.err


def test_a_second_time_nothing_is_missing(register, run):
    run("init", "--ci", "systemd", "--ci", "gitlab")

    said = run("init", "--ci", "systemd", "--ci", "gitlab")

    assert (said.code, said.out, said.err) == (0, "", "nothing was missing\n")


def test_another_file_is_left_alone_and_what_to_add_is_said(register, run):
    ours = register / ".gitlab-ci.yml"
    ours.write_text("stages: [test]\n", encoding="utf-8")

    said = run("init", "--ci", "gitlab")

    assert (said.code, said.out, ours.read_text(encoding="utf-8")) == (0, "", "stages: [test]\n")
    assert said.err.startswith(".gitlab-ci.yml is there already and was left alone; add by hand:\n")
    assert 'if: $CI_PIPELINE_SOURCE == "schedule"' in said.err


def test_a_file_to_which_it_was_added_needs_nothing_more(register, run):
    run("init", "--ci", "gitlab")
    ours = register / ".gitlab-ci.yml"
    ours.write_text("stages: [test]\n" + ours.read_text(encoding="utf-8"), encoding="utf-8")

    assert run("init", "--ci", "gitlab").err == "nothing was missing\n"


def test_a_link_in_its_place_is_left_alone(register, run, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "file"
    (register / "complaint.crontab").symlink_to(elsewhere)

    said = run("init", "--ci", "cron")

    assert (said.code, said.out) == (0, "")
    assert "complaint.crontab is there already" in said.err
    assert not elsewhere.exists()


def test_a_linked_folder_is_not_followed(register, run, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (register / ".github").symlink_to(elsewhere)

    assert run("init", "--ci", "github").code == 2
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "place", "line"),
    [
        ("github", ".github/workflows/complaint.yml", "      timezone: Europe/Berlin"),
        ("cron", "complaint.crontab", "CRON_TZ=Europe/Berlin"),
        ("systemd", "complaint-overdue.timer", "OnCalendar=*-*-* 09:07:00 Europe/Berlin"),
    ],
)
def test_schedules_are_in_the_zone_of_the_register(run, tmp_path, name, place, line):
    run("init", "--policy", "telecom", "--timezone", "Europe/Berlin")

    run("init", "--ci", name)

    assert line in (tmp_path / place).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("name", "place"), [("github", PLACES["github"][0]), ("gitlab", PLACES["gitlab"][0])])
def test_ci_installs_the_version_that_wrote_the_file(register, run, name, place):
    run("init", "--ci", name)

    lines = [line for line in (register / place).read_text(encoding="utf-8").splitlines() if "pip install" in line]
    assert lines
    assert all(f"pip install complaint=={__version__} # adapt" in line for line in lines)


def test_cron_and_systemd_name_the_register_and_the_command_by_full_path(register, run, script):
    run("init", "--ci", "cron", "--ci", "systemd")

    crontab = (register / "complaint.crontab").read_text(encoding="utf-8")
    service = (register / "complaint-overdue.service").read_text(encoding="utf-8")
    assert f"cd {register} && {script} -q overdue" in crontab
    assert f'ExecStart=:"{script}" --register "{register}" overdue' in service


def test_the_service_runs_as_who_owns_the_register(register, run):
    run("init", "--ci", "systemd")

    service = (register / "complaint-overdue.service").read_text(encoding="utf-8")
    assert f"User={register.stat().st_uid}" in service.splitlines()


@pytest.mark.parametrize("name", ["cron", "systemd"])
def test_a_folder_that_a_schedule_cannot_name_is_told(run, tmp_path, name):
    run("init", "two\nlines", "--policy", "telecom")

    said = run("init", "two\nlines", "--ci", name)

    assert (said.code, said.out) == (2, "")
    assert "since it holds '\\n'" in said.err
    assert "give the folder another name" in said.err
    assert not list(Path(tmp_path, "two\nlines").glob("complaint*.*t*r*"))


def test_files_that_name_no_folder_are_written_whatever_it_is_called(run, tmp_path):
    assert run("init", "two\nlines", "--policy", "telecom", "--ci", "github", "--ci", "pre-commit").code == 0


def test_every_shipped_file_has_a_place():
    shipped = {"github.yml", "gitlab-ci.yml", "crontab", "overdue.service", "overdue.timer", "pre-commit-config.yaml"}

    assert {path.name for path in assets.folder("ci").iterdir()} == shipped
