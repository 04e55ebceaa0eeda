"""`audit --fix` mends layout and header values, and never touches an event, a comment or anything else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from complaint.core.checks import CHECKS
from complaint.store.pages import TICKET, page

MENDED = ("F010", "H001")
KEPT = [check.code for check in CHECKS if check.code not in MENDED]
COMMENT = "# the customer is a neighbour of mine\n"


def contents(folder: Path):
    """Every file and link of the register, byte for byte; what git and the lock keep is not part of it."""
    found = {}
    for path in sorted((folder / "complaints.d").rglob("*")):
        if path.name != ".lock":
            name = str(path.relative_to(folder))
            found[name] = path.readlink() if path.is_symlink() else path.read_bytes() if path.is_file() else "folder"
    return found


def events(text):
    """Every event's lines, in the order of the file."""
    return re.findall(r"^\[event\.[^\n]*\n(?:[^\[][^\n]*\n)*", text, re.MULTILINE)


@pytest.mark.parametrize("code", MENDED)
def test_what_can_be_mended_is_gone_after_it(code, lay_out, audit):
    file = lay_out(page(code)) / TICKET
    file.write_text(COMMENT + file.read_text(encoding="utf-8"), encoding="utf-8")
    before = file.read_text(encoding="utf-8")
    assert code in audit().problems
    said = audit("--fix")
    after = file.read_text(encoding="utf-8")
    assert (said.code, said.problems, said.err) == (0, {}, f"mended {TICKET}\n")
    assert events(after) == events(before)
    assert COMMENT in after
    assert audit("--fix").err == "", "nothing is left to mend"


@pytest.mark.parametrize("code", KEPT)
def test_everything_else_stays_byte_for_byte(code, lay_out, audit):
    example = page(code)
    folder = lay_out(example)
    before = contents(folder)
    audit("--fix", *example.options)
    assert contents(folder) == before


def test_only_what_was_selected_is_mended(lay_out, audit):
    file = lay_out(page("F010")) / TICKET
    text = file.read_text(encoding="utf-8").replace('status = "closed"', 'status = "answered"')
    file.write_text(text, encoding="utf-8")
    said = audit("--fix", "--select", "H001")
    after = file.read_text(encoding="utf-8")
    assert 'policy   = "house"\nstatus = "closed"\n' in after, said.err
    assert set(audit().problems) == {"F010"}
