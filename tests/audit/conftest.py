"""Owns what the tests of the audit share: the examples of the pages as files, in git where asked; the audit of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from complaint.app import _guarded, program
from complaint.store.pages import Change, Page, base

AS_OF = "2026-03-20T12:00:00+08:00"
GIT = (["--against"], ["--history"])
COMMITTED = "2026-03-20T09:{:02}:00+08:00"  # the base first, then each commit of an example a minute later
COMMIT = re.compile(r"\b[0-9a-f]{10,12}\b(?= by )")  # what a commit is called depends on every byte before it


class Said(NamedTuple):
    """What `audit` answered: its exit code, and by code the lines of the problems; what else stands on the screen."""

    code: int
    problems: dict[str, list[str]]
    out: str
    err: str


Audit = Callable[..., Said]
LayOut = Callable[..., Path]


@pytest.fixture
def lay_out(tmp_path: Path, clean: Callable[..., dict[str, str]]) -> LayOut:
    """`lay_out(page)`: the folder of the clean register after the page's changes; without a page, the clean one."""

    def laid_out(page: Page | None = None) -> Path:
        for name, text in base().items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        if page is not None and (page.options[:1] in GIT or any(change.commit for change in page.change)):
            git("init", "-q")
            committed("Register", COMMITTED.format(0))
        for number, change in enumerate(page.change if page else (), 1):
            apply(change, tmp_path)
            if change.commit:
                committed(change.commit, change.at or COMMITTED.format(number))
        return tmp_path

    def git(*words: str, at: str = "") -> None:
        person = {f"GIT_{who}_{what}": "li.na" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        dates = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), at) if at else {}
        subprocess.run(["git", *words], cwd=tmp_path, env=clean() | person | dates, check=True)

    def committed(message: str, at: str) -> None:
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", message, at=at)

    return laid_out


def apply(change: Change, root: Path) -> None:
    """Carries out one change of an example."""
    path = root / change.file
    path.parent.mkdir(parents=True, exist_ok=True)
    if change.find:
        text = path.read_text(encoding="utf-8")
        assert change.find in text, f"{change.file} does not hold {change.find!r}"
        path.write_text(text.replace(change.find, change.put), encoding="utf-8")
    if change.append or change.text:
        old = path.read_text(encoding="utf-8") if change.append else ""
        path.write_text(old + change.append + change.text, encoding="utf-8")
    for target, carry in ((change.copy, shutil.copyfile), (change.rename, shutil.move)):
        if target:
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            carry(path, root / target)
    if change.remove:
        path.unlink()
    if change.link:
        path.symlink_to(change.link)


@pytest.fixture
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Audit:
    """Calls `complaint audit` as typed in the test's folder, as of a fixed moment unless the options name another."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("COMPLAINT_REGISTER", "COMPLAINT_NOW", "COMPLAINT_DEBUG", "GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)

    def call(*words: str) -> Said:
        monkeypatch.chdir(tmp_path)
        typed = ["audit", "--as-of", AS_OF, *words]
        code = _guarded(lambda: program.main(typed, prog_name="complaint", standalone_mode=False))
        out, err = capsys.readouterr()
        return Said(code, _by_code(out), out, err)

    return call


def _by_code(out: str) -> dict[str, list[str]]:
    """The lines of each problem, its remedy included, by code; what is waived and the summary are left out."""
    found: dict[str, list[str]] = {}
    code = ""
    for line in COMMIT.sub("COMMIT", out).splitlines():
        if not line.startswith("    "):
            words = line.split(" ")
            code = words[2] if len(words) > 2 and words[1] in ("error", "warning") else ""
        if code:
            found.setdefault(code, []).append(line)
    return found
