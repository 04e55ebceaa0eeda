"""The shell lines of the GitHub and GitLab files, run in fresh clones with what those runners give."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from junitparser import JUnitXml

from complaint import __version__
from complaint.store.ready import SOURCE

GITHUB, GITLAB = ".github/workflows/complaint.yml", ".gitlab-ci.yml"
AUTHOR = ["-c", "user.name=li.na", "-c", "user.email=li.na@example.org"]


def git(folder, *words, env):
    return subprocess.run(["git", *AUTHOR, *words], cwd=folder, env=env, check=True, capture_output=True, text=True)


def committed(root, env):
    git(root, "add", "-A", env=env)
    git(root, "commit", "-qm", "x", env=env)


def document(path):
    """A YAML file in which `on` stays a word."""
    return yaml.load(Path(path).read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - it makes only texts


def goes_on(step, event, *, failed):
    """What the `if:` of a step says; only what the file uses is known here."""
    condition = step.get("if", "")
    if condition == "always()":
        return True
    return not failed and condition in ("", f"github.event_name == '{event}'")


def on_github(name, event, folder, env):
    """Runs the steps of a job as GitHub's runner does; the exit code of each that ran, by its name; uploads succeed."""
    codes, outputs = {}, {}
    for step in document(folder / GITHUB)["jobs"][name]["steps"]:
        if "name" not in step or not goes_on(step, event, failed=any(codes.values())):
            continue
        codes[step["name"]] = 0
        if "pip install" not in step.get("run", "pip install"):
            (folder.parent / "step.sh").write_text(step["run"], encoding="utf-8")
            github = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": event, "GITHUB_BASE_REF": ""}
            github |= {"GITHUB_BASE_REF": "main"} if event == "pull_request" else {}
            done = subprocess.run(
                ["bash", "-e", folder.parent / "step.sh"], cwd=folder, env=env | github, stdin=subprocess.DEVNULL,
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            codes[step["name"]], outputs[step["name"]] = done.returncode, done.stdout + done.stderr
    return codes, outputs


def on_gitlab(name, folder, env):
    """Runs the script of a job as GitLab's runner does: line by line until one fails; the exit code of the last."""
    lines = "\n".join(document(folder / GITLAB)[name]["script"])
    done = subprocess.run(
        ["bash", "-c", f"set -eo pipefail\n{lines}"], cwd=folder, env=env | {"GITLAB_CI": "true"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def checked_out(desk, runner, tmp_path):
    """`checked_out(name, late=…)`: a runner's shallow clone of a register with this ready file."""

    def made(name, *, late=False):
        root = desk(name, late=late)
        committed(root, runner)
        clone = ["clone", "-q", "--depth", "1", f"file://{root}", tmp_path / "work"]
        git(tmp_path, *clone, env=runner)
        return tmp_path / "work"

    return made


# --- GitHub: overdue ---


def test_the_scheduled_job_is_green_when_nothing_is_overdue(checked_out, runner):
    work = checked_out("github")

    codes, _ = on_github("overdue", "schedule", work, runner)

    assert codes == {"Install": 0, "Report": 0, "Upload the report": 0, "What is overdue": 0}
    assert json.loads((work / "overdue.sarif").read_text(encoding="utf-8"))["runs"][0]["results"] == []


def test_the_scheduled_job_uploads_and_then_fails_when_something_is_overdue(checked_out, runner):
    work = checked_out("github", late=True)

    codes, said = on_github("overdue", "schedule", work, runner)

    assert codes == {"Install": 0, "Report": 0, "Upload the report": 0, "What is overdue": 1}
    assert "::error file=complaints.d/" in said["What is overdue"]
    results = json.loads((work / "overdue.sarif").read_text(encoding="utf-8"))["runs"][0]["results"]
    assert {result["ruleId"] for result in results} == {"tel-dispatch-normal-2h", "tel-first-reply-24h"}


def test_the_scheduled_job_uploads_nothing_when_not_everything_could_be_judged(checked_out, runner):
    work = checked_out("github")
    (ticket,) = work.glob("complaints.d/20*/*.toml")
    ticket.write_text("torn", encoding="utf-8")

    codes, said = on_github("overdue", "schedule", work, runner)

    assert codes == {"Install": 0, "Report": 2, "What is overdue": 2}
    assert "::error file=complaints.d/" in said["What is overdue"]


def test_the_scheduled_job_is_red_when_there_is_no_ticket(checked_out, runner):
    work = checked_out("github")
    (ticket,) = work.glob("complaints.d/20*/*.toml")
    ticket.unlink()

    codes, _ = on_github("overdue", "schedule", work, runner)

    assert codes == {"Install": 0, "Report": 2, "What is overdue": 2}


# --- GitLab: overdue ---


@pytest.mark.parametrize(("late", "code"), [(False, 0), (True, 1)])
def test_the_scheduled_pipeline_leaves_both_reports_and_its_last_line_decides(checked_out, runner, late, code):
    work = checked_out("gitlab", late=late)

    found, said = on_gitlab("complaint-overdue", work, runner)

    assert found == code, said
    assert bool(json.loads((work / "complaint.json").read_text(encoding="utf-8"))) is late
    assert bool(JUnitXml.fromfile(work / "complaint.xml").failures) is late


def test_the_scheduled_pipeline_is_red_when_there_is_no_ticket(checked_out, runner):
    work = checked_out("gitlab")
    (ticket,) = work.glob("complaints.d/20*/*.toml")
    ticket.unlink()

    assert on_gitlab("complaint-overdue", work, runner)[0] == 2


def test_both_reports_are_kept_whatever_the_job_says(desk):
    job = document(desk("gitlab") / GITLAB)[".complaint"]

    reports = {"codequality": "complaint.json", "junit": "complaint.xml"}
    assert job["artifacts"] == {"when": "always", "reports": reports}


# --- audit ---


@pytest.fixture
def proposed(desk, runner, run, tmp_path):
    """`proposed(name, change)`: a full clone whose last commit records an event and changes a ticket."""

    def made(name, change):
        root = desk(name)
        committed(root, runner)
        git(tmp_path, "clone", "-q", f"file://{root}", tmp_path / "work", env=runner)
        work = tmp_path / "work"
        git(work, "checkout", "-q", "--detach", env=runner)
        (ticket,) = work.glob("complaints.d/20*/*.toml")
        assert run("note", ticket.stem, "--note", "called again", cwd=work).code == 0
        change(ticket)
        committed(work, runner)
        return work

    return made


def unchanged(ticket):
    """Nothing but the recorded event."""


def rewritten(ticket):
    """A past event says something else."""
    text = ticket.read_text(encoding="utf-8")
    assert text.count('channel = "phone"') == 2
    ticket.write_text(text.replace('channel = "phone"', 'channel = "web"'), encoding="utf-8")


@pytest.mark.parametrize("event", ["push", "pull_request"])
@pytest.mark.parametrize(("change", "code"), [(unchanged, 0), (rewritten, 1)])
def test_github_audits_a_push_and_a_pull_request(proposed, runner, event, change, code):
    work = proposed("github", change)
    step = {"push": "Audit the history", "pull_request": "Audit against the base"}[event]

    codes, said = on_github("audit", event, work, runner)

    assert codes == {"Install": 0, step: code}, said


@pytest.mark.parametrize(
    ("job", "variables"),
    [("complaint-audit", {}), ("complaint-audit-merge-request", {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "HEAD~1"})],
)
@pytest.mark.parametrize(("change", "code"), [(unchanged, 0), (rewritten, 1)])
def test_gitlab_audits_the_default_branch_and_a_merge_request(proposed, runner, job, variables, change, code):
    work = proposed("gitlab", change)
    real = {key: git(work, "rev-parse", value, env=runner).stdout.strip() for key, value in variables.items()}

    found, said = on_gitlab(job, work, runner | real)

    assert found == code, said
    assert bool(json.loads((work / "complaint.json").read_text(encoding="utf-8"))) is bool(code)
    assert bool(JUnitXml.fromfile(work / "complaint.xml").failures) is bool(code)


# --- installing ---


def test_what_ci_installs_is_this_command(desk, script, clean, tmp_path):
    """In an environment of its own, adapted to a wheel; what it depends on is lent."""
    (line,) = document(desk("gitlab") / GITLAB)[".complaint"]["before_script"]
    line = line.replace(SOURCE.format(__version__), "complaint")
    root = Path(__file__).parents[2]
    wheels, fresh = tmp_path / "wheels", tmp_path / "fresh"
    python = script.parent / "python"
    subprocess.run([python, "-m", "build", "-wno", wheels, root], check=True, capture_output=True)
    subprocess.run([python, "-m", "venv", fresh], check=True)
    env = clean() | {"PATH": f"{fresh}/bin:/usr/bin:/bin", "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}

    subprocess.run(["bash", "-ec", line], env=env | {"PIP_NO_DEPS": "1"}, check=True, capture_output=True)

    lent = next(path for path in script.parents[1].glob("lib/python*/site-packages"))
    said = subprocess.run(
        ["complaint", "--version"], env=env | {"PYTHONPATH": str(lent)}, check=True, capture_output=True, text=True
    )
    assert said.stdout == f"complaint {__version__}\n"
    assert (fresh / "bin/complaint").is_file()
