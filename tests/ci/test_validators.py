"""Other people's validators accept what ships and what `init --ci` writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "templates/ci"
WORKFLOWS = [SHIPPED / "github.yml", *sorted(ROOT.glob(".github/workflows/*.yml"))]


def accepts(*command, env=None):
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_the_schema_of_github_accepts_a_workflow(script, file):
    accepts(script.parent / "check-jsonschema", "--builtin-schema", "vendor.github-workflows", file)


def test_the_schema_of_gitlab_accepts_the_pipeline(script):
    accepts(
        script.parent / "check-jsonschema", "--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci",
        SHIPPED / "gitlab-ci.yml",
    )  # fmt: skip


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_nothing_unsafe_is_found_in_a_workflow(script, tmp_path, file):
    by_tag = tmp_path / "zizmor.yml"  # actions of GitHub itself, kept up to date by their tags
    by_tag.write_text(
        'rules: {unpinned-uses: {config: {policies: {"actions/*": ref-pin, "github/*": ref-pin}}}}\n', encoding="utf-8"
    )

    said = accepts(script.parent / "zizmor", "--offline", "--no-progress", "--config", by_tag, file)

    assert "No findings to report" in said


@pytest.mark.parametrize("file", [SHIPPED / "pre-commit-config.yaml", ROOT / ".pre-commit-config.yaml"])
def test_pre_commit_accepts_a_configuration(script, file):
    accepts(script.parent / "pre-commit", "validate-config", file)


def test_pre_commit_accepts_the_hooks_that_others_can_use(script):
    accepts(script.parent / "pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml")


@pytest.mark.external("systemd-analyze")
def test_systemd_accepts_the_written_units(desk):
    root = desk("systemd")

    said = accepts(
        "systemd-analyze", "verify", "--man=no", root / "complaint-overdue.service", root / "complaint-overdue.timer"
    )

    assert said == ""


@pytest.mark.external("systemd-analyze")
def test_the_service_may_do_little(desk):
    accepts(
        "systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=20",
        desk("systemd") / "complaint-overdue.service",
    )  # fmt: skip


@pytest.mark.external("systemd-analyze")
def test_the_timer_elapses_every_morning_in_the_zone_of_the_register(desk):
    timer = (desk("systemd") / "complaint-overdue.timer").read_text(encoding="utf-8")
    (calendar,) = [line.partition("=")[2] for line in timer.splitlines() if line.startswith("OnCalendar=")]

    said = accepts("systemd-analyze", "calendar", "--base-time=2026-03-10 00:00:00 UTC", "--iterations=2", calendar)

    assert "2026-03-10 01:07:00 UTC" in said
    assert "2026-03-11 01:07:00 UTC" in said
