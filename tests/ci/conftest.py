"""Owns what the tests of ready files share: registers that are late or clean, and the written files read as data."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def commit(folder: Path, env: Mapping[str, str]) -> None:
    """Commits everything in `folder`."""
    author = ["-c", "user.name=li.na", "-c", "user.email=li.na@example.org"]
    subprocess.run(["git", "add", "-A"], cwd=folder, env=env, check=True)
    subprocess.run(["git", *author, "commit", "-qm", "x", "--allow-empty"], cwd=folder, env=env, check=True)


def document(path: Path) -> Any:
    """A YAML file; `on` stays a word."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)  # noqa: S506 - makes nothing but texts


def ran(command: list[str], folder: Path, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Runs as schedulers do: nothing inherited, no terminal, no input."""
    return subprocess.run(
        command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120,
        start_new_session=True, check=False,
    )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, home: Path, run: Any, clean: Callable[..., dict[str, str]]) -> Callable[..., Path]:
    """`desk(*names, late=…)`: a fresh register with these ready files and one ticket, of now or of yesterday."""

    def made(*names: str, late: bool = False, folder: str = "desk") -> Path:
        root = tmp_path / folder
        root.mkdir()
        subprocess.run(["git", "init", "-qb", "main"], cwd=root, env=clean(), check=True)
        done = run("init", "--policy", "telecom", *(f"--ci={name}" for name in names), cwd=root)
        assert done.code == 0, done.err
        when = ["--at", "yesterday 09:00"] if late else []
        assert run("create", "--summary", "no internet", "--channel", "phone", *when, cwd=root).code == 0
        return root

    return made


@pytest.fixture
def runner(clean: Callable[..., dict[str, str]], script: Path) -> dict[str, str]:
    """What a CI runner's shell has: the command on the PATH, no register named, a home folder of its own."""
    kept = {key: value for key, value in clean().items() if key in ("HOME", "PATH", "LC_ALL")}
    return kept | {"CI": "true", "PATH": f"{script.parent}{os.pathsep}{kept['PATH']}"}
