"""Owns what the tests of the audit share: the examples of the problems' pages laid out as files, in git where asked."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from complaint.store.pages import Change, Page, base

AS_OF = "2026-03-20T12:00:00+08:00"
COMMITTED = "2026-03-20T09:{:02}:00+08:00"  # the base first, then each commit of an example a minute later


@pytest.fixture
def lay_out(tmp_path: Path, clean: Callable[..., dict[str, str]]) -> Callable[..., Path]:
    """`lay_out(page)`: the folder of the clean register after the page's changes; without a page, the clean one."""

    def laid_out(page: Page | None = None) -> Path:
        for name, text in base().items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        in_git = page is not None and any(change.commit for change in page.change)
        if in_git:
            git("init", "-q")
            committed("Register", 0)
        for number, change in enumerate(page.change if page else (), 1):
            apply(change, tmp_path)
            if change.commit:
                committed(change.commit, number)
        return tmp_path

    def git(*words: str, at: str = "") -> None:
        person = {f"GIT_{who}_{what}": "li.na" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        dates = dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), at)
        subprocess.run(["git", *words], cwd=tmp_path, env=clean() | person | dates, check=True)

    def committed(message: str, minute: int) -> None:
        git("add", "-A")
        git("commit", "-q", "--allow-empty", "-m", message, at=COMMITTED.format(minute))

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
    for target, move in ((change.copy, shutil.copyfile), (change.rename, shutil.move)):
        if target:
            (root / target).parent.mkdir(parents=True, exist_ok=True)
            move(path, root / target)
    if change.remove:
        path.unlink()
    if change.link:
        path.symlink_to(change.link)
