"""Owns what the tests of commands share: the program called as typed, outside a register or in one with one policy."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from complaint import assets
from complaint.app import _guarded, program

NOON = "2026-03-10T12:00:00+08:00"


class Said(NamedTuple):
    """What a command answered: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its answer to programs."""
        return json.loads(self.out)


Call = Callable[..., Said]


@pytest.fixture
def anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the program as typed, in an empty folder; `now` is what its clock says, "" for the machine's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLAINT_USER", "li.na")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("COMPLAINT_REGISTER", "COMPLAINT_DEBUG", "GIT_DIR", "GIT_WORK_TREE"):
        monkeypatch.delenv(name, raising=False)

    def call(*words: str, now: str = NOON) -> Said:
        if now:
            monkeypatch.setenv("COMPLAINT_NOW", now)
        else:
            monkeypatch.delenv("COMPLAINT_NOW", raising=False)
        code = _guarded(lambda: program.main(list(words), prog_name="complaint", standalone_mode=False))
        return Said(code, *capsys.readouterr())

    return call


@pytest.fixture
def in_register(anywhere: Call) -> Callable[[str], Call]:
    """Makes a register of one policy, `house-1.toml`, and gives what calls the program in it."""

    def made(policy: str) -> Call:
        base = Path("complaints.d")
        for folder in ("policies", "calendars"):
            (base / folder).mkdir(parents=True)
        (base / "policies" / "house-1.toml").write_text(policy, encoding="utf-8")
        (base / "calendars" / "cn.toml").write_text(assets.calendar_text("cn"), encoding="utf-8")
        (base / "register.toml").write_text('schema = 1\npolicy = "house"\n', encoding="utf-8")
        return anywhere

    return made
