"""This project uses what it ships: its own workflow, its own hook, and the register they judge."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from complaint.store.ready import EXAMPLE, FILES, text

ROOT = Path(__file__).parents[2]
AS_OF = "2026-11-20T12:00:00+08:00"  # the moment the example register is about
TICKETS = [path.relative_to(ROOT).as_posix() for path in ROOT.glob("complaints.d/20*/*.toml")]


def test_the_workflow_is_the_written_one_for_a_checkout_and_a_moment():
    """Late tickets are what the example register is for, so they fail nothing; it was rebuilt, unlike others."""
    (file,) = FILES["github"]
    written = text(file, EXAMPLE._replace(version="."))
    at_its_moment = re.sub(r"complaint (audit|overdue) ", rf"complaint \1 --as-of {AS_OF} ", written)

    own = (ROOT / file.place).read_text(encoding="utf-8")

    assert own == at_its_moment.replace("1 --format github", "1 --exit-zero --format github").replace(" --history", "")


def test_the_hook_is_the_written_one():
    (file,) = FILES["pre-commit"]

    assert (ROOT / file.place).read_text(encoding="utf-8") == text(file, EXAMPLE)


def test_a_workflow_runs_what_everybody_can_run():
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))

    assert workflow["jobs"]["test"]["steps"][-1] == {"name": "Test", "run": ".ci/run"}


@pytest.fixture
def pattern():
    """Which files the hook for others judges; the written configuration says the same."""
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))[0]
    written = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"][0]
    assert (hook["id"], hook["files"], hook["entry"]) == (written["id"], written["files"], written["entry"])
    return re.compile(hook["files"])


@pytest.mark.parametrize("path", [*TICKETS[:2], "desk/complaints.d/2026-11/C-2611-7KQ3MXTJ.toml"])
def test_the_hook_judges_tickets(pattern, path):
    assert pattern.search(path)


@pytest.mark.parametrize(
    "path",
    ["complaints.d/register.toml", "complaints.d/policies/telecom-2024.toml", "notes/2026-11/x.toml", "pyproject.toml"],
)
def test_the_hook_leaves_other_files_alone(pattern, path):
    assert not pattern.search(path)
