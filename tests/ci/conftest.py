"""Owns what the tests of ready files share: registers that are late or clean, and the written files read as data."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


COMPLETE = [
    "--summary", "no internet", "--content", "red light", "--channel", "phone",
    "--name", "张三", "--phone", "13800000001", "--category", "internet-broadband", "--nature", "fault",
]  # fmt: skip


@pytest.fixture
def told(run: Any) -> Callable[..., str]:
    """`told(root, *more)`: records a complaint that lacks nothing; its id."""

    def recorded(root: Path, *more: str) -> str:
        done = run("create", *COMPLETE, *more, cwd=root)
        assert done.code == 0, done.err
        return str(done.out.strip())

    return recorded


@pytest.fixture
def desk(
    tmp_path: Path, run: Any, told: Callable[..., str], clean: Callable[..., dict[str, str]]
) -> Callable[..., Path]:
    """`desk(*names, late=…)`: a fresh register with these ready files and one ticket, of now or of yesterday."""

    def made(*names: str, late: bool = False, folder: str = "desk") -> Path:
        root = tmp_path / folder
        root.mkdir()
        subprocess.run(["git", "init", "-qb", "main"], cwd=root, env=clean(), check=True)
        done = run("init", "--policy", "telecom", *(f"--ci={name}" for name in names), cwd=root)
        assert done.code == 0, done.err
        told(root, *(["--at", "yesterday 09:00"] if late else []))
        return root

    return made


@pytest.fixture
def runner(clean: Callable[..., dict[str, str]], script: Path) -> dict[str, str]:
    """What a CI runner's shell has: the command on the PATH, no register named, a home folder of its own."""
    kept = {key: value for key, value in clean().items() if key in ("HOME", "PATH", "LC_ALL")}
    return kept | {"CI": "true", "PATH": f"{script.parent}{os.pathsep}{kept['PATH']}"}
