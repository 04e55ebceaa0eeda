"""`help`: topics, and the help of each command."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from complaint import app, manner
from complaint.core import errors, moments
from complaint.render import topics
from complaint.render.reports import nagios

SOURCES = Path(app.__file__).parent


def test_without_a_topic_every_topic_is_named(run):
    done = run("help")

    assert (done.code, done.err) == (0, "")
    for name in topics.TOPICS:
        assert f"complaint help {name}" in done.out


@pytest.mark.parametrize("topic", topics.TOPICS)
def test_every_topic_has_a_page(run, topic):
    done = run("help", topic)

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(topics.TOPICS[topic][0])
    assert len(done.out.splitlines()) > 5


@pytest.mark.parametrize("words", [["overdue"], ["create"], ["policy", "diff"], ["clock"]])
def test_the_help_of_a_command_is_the_one_it_gives_itself(run, words):
    assert run("help", *words).out == run(*words, "--help").out


@pytest.mark.parametrize(("typed", "near"), [("exit-code", "exit-codes"), ("overdu", "overdue")])
def test_a_misspelt_topic_is_answered_with_the_nearest(run, typed, near):
    done = run("help", typed)

    assert (done.code, done.out) == (2, "")
    assert f"did you mean {near}?" in done.err


def test_what_is_no_sub_command_is_refused(run):
    assert run("help", "overdue", "x").code == 2
    assert run("help", "policy", "x").code == 2


def test_the_exit_codes_are_those_that_errors_carry(run):
    assert errors.ComplaintError.exit_code in errors.EXIT_CODES
    assert errors.Locked.exit_code == 75
    for code in errors.EXIT_CODES:
        assert re.search(rf"^{code} ", run("help", "exit-codes").out, re.MULTILINE)


def test_the_exit_codes_of_a_plugin_are_explained_too(run):
    told = run("help", "exit-codes").out

    for code, state in enumerate(nagios.STATES):
        assert re.search(rf"^ *{code} +{state}: ", told, re.MULTILINE)


def test_formats_are_listed_as_the_commands_take_them(run):
    out = run("help", "formats").out

    assert re.search(r"^fine +table json jsonl csv hledger beancount$", out, re.MULTILINE)
    assert re.search(r"^policy diff +table json jsonl csv$", out, re.MULTILINE)


def test_every_format_of_a_command_is_explained(run):
    listed = re.findall(r"^[a-z ]+?  +(table .*)$", run("help", "formats").out, re.MULTILINE)

    assert {name for names in listed for name in names.split()} <= topics.FORMATS.keys()


@pytest.mark.parametrize("typed", [typed for typed, _ in topics.MOMENTS])
def test_every_moment_that_is_shown_can_be_typed(typed):
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)

    assert moments.moment(typed, ZoneInfo("Asia/Shanghai"), where="--at", day_end=True, now=now).year == 2026


@pytest.mark.parametrize("typed", [typed for typed, _ in topics.LENGTHS])
def test_every_length_that_is_shown_can_be_typed(typed):
    assert moments.duration(typed, where="--due-within").total_seconds() > 0


def test_every_variable_of_ours_that_the_code_names_is_explained():
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py"))
    named = set(re.findall(r"(?<!_)COMPLAINT_[A-Z]+", code))

    assert named == {name for name, _ in topics.ENVIRONMENT if name.startswith("COMPLAINT_")}


def test_every_variable_that_is_explained_is_read():
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES.rglob("*.py") if path.name != "topics.py")

    for name, _ in topics.ENVIRONMENT:
        assert f'"{name}"' in code, name


def test_every_command_takes_the_options_of_all(run):
    for words in (["overdue"], ["note"], ["policy", "test"], ["clock", "due"], []):
        out = run(*words, "--help").out
        assert all(option.opts[-1] in out for option in manner.SHARED), words
