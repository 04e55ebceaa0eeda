"""This project uses what it ships: its own workflow, its own hook, and the register they judge."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from complaint.store.ready import EXAMPLE, FILES, text

ROOT = Path(__file__).parents[2]
MOMENTS = {
    "audit": "2026-11-20T12:00:00+08:00",  # the moment the example register is about
    "overdue": "2026-11-10T12:00:00+08:00",  # a moment when nothing in it was late, so that the job can be green
}
INSTALLED = "."  # the checkout
WRITTEN = f"""\
      - name: Audit the history
        if: github.event_name == 'push'
        run: complaint audit --as-of {MOMENTS["audit"]} --history --format github
"""
OWN = f"""\
      # Without --history: the example was made from a story, and made anew, so its commits prove nothing of it.
      - name: Audit the files, without the history
        if: github.event_name == 'push'
        run: complaint audit --as-of {MOMENTS["audit"]} --format github
"""
TICKETS = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("complaints.d/20*/*.toml")]


def test_the_workflow_is_the_written_one_for_a_checkout_and_a_moment_but_for_the_history():
    """No example can be recorded at the hours it tells of: the proof says so of each event, and it says rightly."""
    (file,) = FILES["github"]
    written = text(file, EXAMPLE._replace(version=INSTALLED))
    at_moments = re.sub(r"complaint (audit|overdue) ", lambda found: f"{found[0]}--as-of {MOMENTS[found[1]]} ", written)
    assert WRITTEN in at_moments

    own = (ROOT / file.place).read_text(encoding="utf-8")

    assert own == at_moments.replace(WRITTEN, OWN)


def test_the_jobs_of_the_workflow_are_green(run):
    """What it runs but for what compares with a branch, which a checkout need not have."""
    commands = re.findall(
        r"run: (complaint .*)", (ROOT / ".github/workflows/complaint.yml").read_text(encoding="utf-8")
    )
    alone = [command for command in commands if "--against" not in command and " -o " not in command]
    assert len(alone) == 2
    for command in alone:
        said = run(*shlex.split(command)[1:], cwd=ROOT)
        assert said.code == 0, said.out + said.err


def test_the_hook_is_the_written_one():
    (file,) = FILES["pre-commit"]

    assert (ROOT / file.place).read_text(encoding="utf-8") == text(file, EXAMPLE)


def test_a_workflow_runs_what_everybody_can_run():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))

    assert workflow["jobs"]["test"]["steps"][-1] == {"name": "Test", "run": ".ci/run"}


@pytest.fixture
def pattern():
    """Which files the hook for others judges; the written configuration says the same."""
    offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    written = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    for hook, own in zip(offered, written, strict=False):
        same = own.keys() - {"language"}
        assert {key: hook[key] for key in same} == {key: own[key] for key in same}
    return re.compile(offered[0]["files"])


@pytest.mark.parametrize("path", [*TICKETS[:2], "desk/complaints.d/2026-11/C-2611-7KQ3MXTJ.toml"])
def test_the_hook_judges_tickets(pattern, path):
    assert pattern.search(path)


@pytest.mark.parametrize(
    "path",
    ["complaints.d/register.toml", "complaints.d/policies/telecom-2024.toml", "notes/2026-11/x.toml", "pyproject.toml"],
)
def test_the_hook_leaves_other_files_alone(pattern, path):
    assert not pattern.search(path)
