"""`overdue` under a policy that sets no limit: a clean answer, and why it can be no other."""

from __future__ import annotations

import pytest

SAID = "nothing can be overdue under the policy company: it sets no limit (`allow` of its clauses)\n"


@pytest.fixture
def desk(run):
    """A register of a policy with limits and one without, which a ticket is of."""
    assert run("init", "--policy", "telecom", "--policy", "company").code == 0
    assert run("create", "--summary", "x", "--policy", "company").code == 0


@pytest.mark.parametrize("words", [[], ["--json"], ["--format", "github"]])
def test_it_is_said_once(desk, run, words):
    said = run("overdue", *words)

    assert (said.code, said.err.count(SAID)) == (0, 1)


def test_quiet_does_not_say_it(desk, run):
    assert run("-q", "overdue").err == ""


def test_a_policy_that_judges_nothing_is_not_named(run):
    run("init", "--policy", "telecom", "--policy", "company")
    run("create", "--summary", "x", "--policy", "telecom")

    assert "nothing can be overdue" not in run("overdue").err
