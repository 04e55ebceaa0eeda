"""The man pages: one for every command, and groff has nothing to say about them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click import Context

from complaint.app import program

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("man")
    subprocess.run([sys.executable, ROOT / ".ci" / "man.py", folder], check=True, capture_output=True)
    return folder


def test_each_command_has_its_page(pages):
    context = Context(program)
    listed = program.list_commands(context)

    names = {path.name for path in pages.iterdir()}
    assert {"complaint.1", "complaint-policy-diff.1", "complaint-clock-due.1"} <= names
    assert {f"complaint-{name}.1" for name in listed} <= names


@pytest.mark.external("groff")
def test_groff_renders_every_page_without_a_warning(pages):
    for page in sorted(pages.iterdir()):
        done = subprocess.run(
            ["groff", "-man", "-K", "utf8", "-Tutf8", "-ww", "-z", page], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, ""), page.name


@pytest.mark.external("groff")
def test_a_page_says_what_the_help_says(pages):
    shown = subprocess.run(
        ["groff", "-man", "-K", "utf8", "-Tutf8", "-P-cbou", pages / "complaint-overdue.1"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip

    assert "--due-within TIME" in shown
    assert "Say what is overdue" in shown
