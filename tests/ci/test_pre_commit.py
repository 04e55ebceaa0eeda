"""The hook judges the staged tickets and only those: the written configuration, and the hooks that others can use."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
AUTHOR = ["-c", "user.name=li.na", "-c", "user.email=li.na@example.org"]


def done(*command, folder, env):
    ran = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


def committed(folder, env, *more):
    done("git", "add", "-A", folder=folder, env=env)
    return done("git", *AUTHOR, "commit", "-m", "x", *more, folder=folder, env=env)


def ticket(root):
    (path,) = root.glob("complaints.d/20*/*.toml")
    return path


def spoilt(path):
    """The header says what no event said."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('channel = "phone"', 'channel = "web"', 1), encoding="utf-8")


@pytest.fixture
def hooked(desk, runner, script):
    """A register whose repository has the written configuration installed and everything committed but one ticket."""
    root = desk("pre-commit")
    assert done(script.parent / "pre-commit", "install", folder=root, env=runner)[0] == 0
    return root


def test_a_sound_ticket_is_committed(hooked, runner):
    code, said = committed(hooked, runner)

    assert code == 0, said
    assert "complaint audit (staged tickets)" in said
    assert "Passed" in said


def test_a_ticket_whose_header_differs_from_its_events_is_not_committed(hooked, runner):
    spoilt(ticket(hooked))

    code, said = committed(hooked, runner)

    assert code == 1
    assert f"{ticket(hooked).relative_to(hooked)}:" in said


def test_a_ticket_that_is_not_staged_stops_nobody(hooked, runner, run):
    committed(hooked, runner)
    spoilt(ticket(hooked))
    (hooked / "notes.txt").write_text("x", encoding="utf-8")
    done("git", "add", "notes.txt", folder=hooked, env=runner)

    code, said = done("git", *AUTHOR, "commit", "-m", "x", folder=hooked, env=runner)

    assert code == 0, said
    assert "no files to check" in said


def proof(said):
    """What the proof says, of what both hooks say."""
    return said.partition("complaint audit (what is committed stays)")[2]


def test_the_first_commit_of_a_repository_proves_nothing_and_passes(hooked, runner):
    code, said = committed(hooked, runner)

    assert code == 0, said
    assert "Passed" in proof(said)


def test_the_first_ticket_of_a_repository_proves_nothing_and_passes(hooked, runner):
    path = ticket(hooked)
    text = path.read_bytes()
    path.unlink()
    assert committed(hooked, runner)[0] == 0
    path.write_bytes(text)

    code, said = committed(hooked, runner)

    assert code == 0, said
    assert "Passed" in proof(said)


def rewritten(path):
    """An event and the header that it gives say something else."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('channel = "phone"', 'channel = "web"'), encoding="utf-8")


def moved(path):
    """It lies beside the register, where no file is a ticket."""
    path.rename(path.parents[2] / path.name)


@pytest.mark.parametrize(
    ("change", "code"), [(rewritten, "G001 event"), (Path.unlink, "G003"), (moved, "G003")],
    ids=["rewritten", "deleted", "moved"],
)  # fmt: skip
def test_what_is_committed_stays(hooked, runner, change, code):
    assert committed(hooked, runner, "--no-verify")[0] == 0
    change(ticket(hooked))

    failed, said = committed(hooked, runner)

    assert failed == 1
    assert code in proof(said)


# --- the hooks of this project, in another repository ---


@pytest.fixture
def offered(tmp_path, runner):
    """A repository with what the hooks are built from."""
    root = tmp_path / "complaint"
    root.mkdir()
    for name in ("pyproject.toml", "README.md", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, root)
    for name in ("cli", "templates"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    done("git", "init", "-q", folder=root, env=runner)
    assert committed(root, runner)[0] == 0
    return root


@pytest.fixture
def offline(runner, script, tmp_path):
    """No index and no `complaint` but the hook's own: pip builds it with what is installed here, which is also lent."""
    path = os.pathsep.join(each for each in runner["PATH"].split(os.pathsep) if each != str(script.parent))
    pip = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    lent = {"PYTHONPATH": sysconfig.get_path("purelib"), "PRE_COMMIT_HOME": str(tmp_path / "cache")}
    return runner | pip | lent | {"PATH": path}


def test_another_repository_can_use_the_hooks(desk, told, offered, offline, script):
    root = desk()
    committed(root, offline)
    bad, good = told(root), told(root)
    spoilt(next(root.glob(f"complaints.d/20*/{bad}.toml")))
    done("git", "add", "-A", folder=root, env=offline)

    words = ["try-repo", offered, "--hook-stage", "manual", "--verbose"]
    code, said = done(script.parent / "pre-commit", *words, folder=root, env=offline)

    assert code == 1, said
    staged, _, whole = said.partition("complaint audit (whole register)")
    assert "2 tickets judged" in staged
    assert "3 tickets judged" in whole
    assert f"{bad}.toml:" in staged
    assert good not in staged
