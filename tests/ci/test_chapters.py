"""README's chapters on CI and cron, followed word by word in a fresh repository."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def rooted(tmp_path, runner):
    """Programs that only root may run to effect: here they write down what they are asked."""
    for name in ("crontab", "sudo"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> "{tmp_path}/asked"\n', encoding="utf-8")
        program.chmod(0o755)
    me = {f"GIT_{who}_{what}": "li.na" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return runner | me | {"PATH": f"{tmp_path}/bin{os.pathsep}{runner['PATH']}"}


def followed(name, folder, env):
    """Types each line of a block; what is printed is what README shows."""
    (text,) = re.findall(rf"<!-- follow: {name} -->\n```console\n(.*?)```", README, re.DOTALL)
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        done = subprocess.run(["bash", "-c", command], cwd=folder, env=env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, shown), f"{command}\n{done.stderr}"


def test_the_workflow_is_committed(desk, rooted):
    root = desk()

    followed("github", root, rooted)

    listed = subprocess.run(
        ["git", "ls-files"], cwd=root, env=rooted, capture_output=True, text=True, check=True
    ).stdout
    assert ".github/workflows/complaint.yml" in listed.splitlines()


def test_pre_commit_judges_the_next_commit(desk, rooted):
    root = desk()
    followed("pre-commit", root, rooted)
    subprocess.run(["git", "add", "-A"], cwd=root, env=rooted, check=True)

    said = subprocess.run(
        ["git", "commit", "-m", "x"], cwd=root, env=rooted, capture_output=True, text=True, check=True
    ).stderr

    assert re.search(r"complaint audit \(staged tickets\)\.+Passed", said)


def test_cron_is_given_a_file_that_is_there(desk, rooted, tmp_path):
    root = desk()

    followed("cron", root, rooted)

    assert (tmp_path / "asked").read_text(encoding="utf-8") == "crontab complaint.crontab\n"
    assert (root / "complaint.crontab").is_file()


def test_systemd_is_given_units_that_are_there(desk, rooted, tmp_path):
    root = desk()

    followed("systemd", root, rooted)

    copied, enabled = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert copied == "sudo cp complaint-overdue.service complaint-overdue.timer /etc/systemd/system/"
    assert enabled == "sudo systemctl enable --now complaint-overdue.timer"
    assert all((root / name).is_file() for name in copied.split()[2:4])


def test_the_configuration_that_names_the_repository_is_one_and_names_its_hooks(tmp_path):
    (shown,) = re.findall(r"```yaml\n(repos:.*?)```", README, re.DOTALL)
    (tmp_path / "config.yaml").write_text(shown, encoding="utf-8")
    ours = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

    program = Path(sys.executable).with_name("pre-commit")
    said = subprocess.run([program, "validate-config", tmp_path / "config.yaml"], capture_output=True, check=False)

    assert said.returncode == 0, said.stderr
    assert [hook["id"] for hook in yaml.safe_load(shown)["repos"][0]["hooks"]] == [hook["id"] for hook in ours]
