"""Owns what any test may ask for: programs from outside, counted where they are missing, and the real command."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

LEFT_OUT = "missing programs: "
SCRIPT = Path(sys.executable).parent / "complaint"


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    wanted = [program for marker in item.iter_markers("external") for program in marker.args]
    missing = [program for program in dict.fromkeys(wanted) if shutil.which(program) is None]
    if not missing:
        return
    reason = LEFT_OUT + " ".join(missing)
    if os.environ.get("COMPLAINT_EXTERNAL") == "required":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Reads the reports, not a counter: with several workers only the reports reach this process."""
    terminalreporter.write_line(summary_line(terminalreporter.stats.get("skipped", [])))


def summary_line(skipped: Iterable[pytest.TestReport]) -> str:
    reasons = [str(report.longrepr[2]) for report in skipped if isinstance(report.longrepr, (tuple, list))]
    lists = [reason.partition(LEFT_OUT)[2].split() for reason in reasons if LEFT_OUT in reason]
    counts = Counter(program for programs in lists for program in programs)
    each = ", ".join(f"{program}: {count}" for program, count in sorted(counts.items()))
    return f"left out for missing programs: {len(lists)}" + (f" ({each})" if each else "")


@dataclass(frozen=True, slots=True)
class Ran:
    """What one call of the command did."""

    code: int
    out: str
    err: str


class Run(Protocol):
    """Calls the installed `complaint` in a folder (default: the test's own) with nothing inherited that it reads."""

    def __call__(
        self,
        *args: str,
        cwd: Path | None = None,
        now: str | None = None,
        given: str = "",
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Ran: ...


def clean_environment(home: Path, now: str | None = None) -> dict[str, str]:
    """The tester's environment: no settings of this program or of git but the ones named here."""
    dropped = ("COMPLAINT_", "GIT_", "LC_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    kept |= {"HOME": str(home), "LC_ALL": "C.UTF-8", "COMPLAINT_USER": "tester"}
    return kept | ({"COMPLAINT_NOW": now} if now else {})


@pytest.fixture
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home folder, so that nobody's own git settings matter."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def clean(home: Path) -> Callable[..., dict[str, str]]:
    """`clean(now=None)`: the environment that `run` uses, for whoever starts a program otherwise."""
    return partial(clean_environment, home)


@pytest.fixture
def script() -> Path:
    """The installed console script; the test is left out as long as there is none."""
    if not SCRIPT.exists():
        pytest.skip("the command `complaint` is not installed beside this interpreter")
    return SCRIPT


@pytest.fixture
def run(tmp_path: Path, home: Path) -> Run:
    def call(
        *args: str,
        cwd: Path | None = None,
        now: str | None = None,
        given: str = "",
        env: Mapping[str, str] | None = None,
        timeout: float = 60,
    ) -> Ran:
        ran = subprocess.run(
            [SCRIPT, *args],
            cwd=cwd or tmp_path,
            env=clean_environment(home, now) | dict(env or {}),
            input=given.encode(),
            capture_output=True,
            timeout=timeout,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())

    return call


@pytest.fixture
def register(tmp_path: Path, home: Path, run: Run) -> Path:
    """A fresh register in a fresh git repository."""
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, env=clean_environment(home), check=True)
    made = run("init", ".", "--policy", "telecom", "--policy", "broadcast", now="2026-01-01T00:00:00+08:00")
    assert made.code == 0, made.err
    return tmp_path
