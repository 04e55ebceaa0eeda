"""`init --ci`: writes the ready files at their places, filled in for this machine; overwrites nothing."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from complaint import __version__, assets

UNADAPTED = f"git+https://git.example.org/complaint.git@v{__version__}"
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
    assert said.err.startswith("next: add by hand to .gitlab-ci.yml, which was there and was left alone:\n")
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
    assert "add by hand to complaint.crontab" in said.err
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


@pytest.mark.parametrize(
    ("name", "place", "line"),
    [
        ("github", ".github/workflows/complaint.yml", f"  COMPLAINT: {UNADAPTED} # adapt"),
        ("gitlab", ".gitlab-ci.yml", f"    - python -m pip install {UNADAPTED} # adapt"),
    ],
)
def test_one_line_says_what_ci_installs_and_names_nobody_who_could_be_somebody_else(register, run, name, place, line):
    run("init", "--ci", name)

    lines = (register / place).read_text(encoding="utf-8").splitlines()
    assert [each for each in lines if "git.example.org" in each or "pip install c" in each] == [
        f"{line}: what pip installs, from where you get it"
    ]


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


def test_what_is_read_at_the_root_of_a_repository_is_said_where_there_is_none(run):
    said = run("init", "desk", "--policy", "telecom", "--ci", "github", "--ci", "cron")

    assert said.code == 0
    assert "next: `git init` here, or move .github/workflows/complaint.yml to the root of a repository" in said.err
    assert "next: the first lines of complaint.crontab say how it comes to run" in said.err


@pytest.fixture
def below(run, tmp_path, clean):
    """A register in the folder `d` of a repository."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, env=clean(), check=True)
    assert run("init", "d", "--policy", "telecom").code == 0
    return tmp_path / "d"


@pytest.mark.parametrize("name", ["github", "gitlab", "pre-commit"])
def test_what_git_hosts_and_hooks_read_goes_to_the_root_of_the_repository(run, below, name):
    said = run("init", "--ci", name, cwd=below)

    (place,) = PLACES[name]
    assert (said.code, said.out) == (0, f"made ../{place}\n")
    text = (below.parent / place).read_text(encoding="utf-8")
    commands = re.findall(r"^ +(?:run:|entry:|-) (complaint .*)", text, re.MULTILINE)
    assert len(commands) >= 2
    for command in commands:
        assert command.startswith("complaint --register d ")
    assert run("init", "--ci", name, cwd=below).err == "nothing was missing\n"


def test_its_commands_run_there(run, below):
    run("init", "d", "--ci", "github")
    text = (below.parent / ".github/workflows/complaint.yml").read_text(encoding="utf-8")
    (overdue,) = re.findall(r"run: (complaint .* --format github)$", text.partition("  overdue:")[2], re.MULTILINE)

    said = run(*shlex.split(overdue)[1:])

    assert (said.code, "fewer than --min-tickets 1" in said.err) == (2, True), said.err


def test_what_a_machine_runs_stays_at_the_register(run, below):
    assert run("init", "d", "--ci", "cron").out == "made complaint.crontab\n"
    assert (below / "complaint.crontab").is_file()


def test_a_folder_that_a_workflow_cannot_name_is_told(run, below):
    run("init", "two words", "--policy", "telecom")

    said = run("init", "two words", "--ci", "github")

    assert (said.code, said.out) == (2, "")
    assert "a workflow cannot name 'two words' without doubt" in said.err


def test_hooks_of_ones_own_are_kept_and_only_the_item_to_add_is_said(register, run):
    ours = register / ".pre-commit-config.yaml"
    ours.write_text("repos: []\n", encoding="utf-8")

    said = run("init", "--ci", "pre-commit")

    before, item = said.err.split("\n\n", 1)
    assert before == "next: add by hand to .pre-commit-config.yaml under repos:, which was there and was left alone:"
    assert item.startswith("  - repo: local\n")
    ours.write_text(f"# ours\nrepos:\n{item.rstrip()}\n", encoding="utf-8")
    assert run("init", "--ci", "pre-commit").err == "nothing was missing\n"


def test_a_program_that_is_not_installed_as_a_command_cannot_be_scheduled(register, clean):
    program = "import sys; sys.argv[0] = 'nowhere'; import complaint.app; complaint.app.main()"

    said = subprocess.run(
        [sys.executable, "-c", program, "init", "--ci", "cron"],
        cwd=register, env=clean(), capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == 'complaint: --ci: "nowhere" is no installed command\ncall `complaint` by its path\n'


def test_every_shipped_file_has_a_place():
    shipped = {"github.yml", "gitlab-ci.yml", "crontab", "overdue.service", "overdue.timer", "pre-commit-config.yaml"}

    assert {path.name for path in assets.folder("ci").iterdir()} == shipped
