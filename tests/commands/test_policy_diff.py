"""`policy diff`: what a change of policy, not committed yet, would change for the open tickets."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.external("git")
HOUSE = """\
schema = 1

[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules"

[[clause]]
id = "two"
kind = "deadline"
title = { en = "Two hours" }
cite = "1"
starts = "received"
met_by = "dispatched"
allow = { hours = 2 }

[[clause]]
id = "day"
kind = "deadline"
title = { en = "A day" }
cite = "2"
starts = "received"
met_by = "answered:final"
allow = { hours = 24 }
"""
POLICY = Path("complaints.d/policies/house-1.toml")
NOW = "2026-03-10T12:30:00+08:00"


def git(*words):
    named = ["-c", "user.name=tester", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *named, *words], check=True, capture_output=True)


@pytest.fixture
def complaint(in_register):
    """Calls the program as typed, in a register whose policy is committed."""
    call = in_register(HOUSE)
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "rules")
    return lambda *words, now=NOW: call(*words, now=now)


@pytest.fixture
def ticket(complaint):
    """The id of an open ticket, received at ten."""
    return complaint("create", "--summary", "no internet", "--at", "2026-03-10 10:00").out.strip()


def rewritten(was="hours = 2 }", becomes="hours = 4 }"):
    text = POLICY.read_text(encoding="utf-8")
    assert was in text
    POLICY.write_text(text.replace(was, becomes, 1), encoding="utf-8")


def test_where_nothing_was_changed_nothing_changes(complaint, ticket):
    said = complaint("policy", "diff", "HEAD", "--json")

    assert (said.code, said.json["changes"], said.json["tickets"]) == (0, [], 1)
    assert "0 changes" in complaint("policy", "diff").out


def test_a_longer_limit_shows_due_and_state_before_and_after(complaint, ticket):
    rewritten()

    said = complaint("policy", "diff", "--json")

    assert said.code == 1
    assert (said.json["schema"], said.json["revision"]) == ("complaint.policy/1", "HEAD")
    assert said.json["changes"] == [
        {
            "ticket": ticket, "clause": "two",
            "due_before": "2026-03-10T12:00:00+08:00", "state_before": "overdue",
            "due_after": "2026-03-10T14:00:00+08:00", "state_after": "running",
        }
    ]  # fmt: skip


def test_the_table_names_both(complaint, ticket):
    rewritten()

    said = complaint("policy", "diff")

    assert said.code == 1
    assert "2026-03-10 12:00 overdue" in said.out
    assert "2026-03-10 14:00 running" in said.out
    assert "1 open ticket compared with HEAD: 1 change" in said.out


def test_closed_tickets_are_left_out(complaint, ticket):
    assert complaint("close", ticket, "--outcome", "withdrawn", "--at", "2026-03-10 12:10").code == 0
    rewritten()

    said = complaint("policy", "diff", "--json")

    assert (said.code, said.json["changes"], said.json["tickets"]) == (0, [], 0)
    assert complaint("policy", "diff", "--as-of", "2026-03-10 12:05").code == 1


def test_a_change_of_words_changes_nothing(complaint, ticket):
    rewritten('title = { en = "Two hours" }', 'title = { en = "In two hours" }')

    assert complaint("policy", "diff").code == 0


def test_a_new_clause_and_one_that_is_gone(complaint, ticket):
    rewritten('id = "two"', 'id = "dispatch"')

    changes = complaint("policy", "diff", "--json").json["changes"]

    assert {(row["clause"], row["state_before"], row["state_after"]) for row in changes} == {
        ("dispatch", None, "overdue"), ("two", "overdue", None),
    }  # fmt: skip


def test_it_compares_with_any_revision(complaint, ticket):
    rewritten()
    git("commit", "-q", "-a", "-m", "four hours")

    assert complaint("policy", "diff", "HEAD").code == 0
    assert complaint("policy", "diff", "HEAD~1").code == 1


def test_a_policy_that_the_revision_did_not_have(complaint, ticket):
    path = Path("complaints.d/policies/other-1.toml")
    path.write_text(HOUSE.replace('id = "house"', 'id = "other"'), encoding="utf-8")
    assert complaint("create", "--summary", "x", "--policy", "other", "--at", "2026-03-10 10:00").code == 0

    said = complaint("policy", "diff", "--json")

    assert {(row["due_before"], row["state_after"]) for row in said.json["changes"]} == {
        (None, "overdue"), (None, "running"),
    }  # fmt: skip


@pytest.mark.parametrize("revision", ["nowhere", "--help-me", "HEAD~99", "HEAD:x"])
def test_a_revision_that_is_none_is_refused(complaint, ticket, revision):
    said = complaint("policy", "diff", "--json", "--", revision)

    assert (said.code, said.out) == (2, "")
    assert "Traceback" not in said.err


def test_a_policy_that_is_broken_now_outranks_what_changed(complaint, ticket):
    rewritten("hours = 24 }", "hours = x }")

    said = complaint("policy", "diff")

    assert said.code == 2
    assert "complaints.d/policies/house-1.toml" in said.err


def test_a_policy_that_was_broken_then_is_said(complaint, ticket):
    rewritten("hours = 2 }", "hour = 2 }")
    git("commit", "-q", "-a", "-m", "broken")
    rewritten("hour = 2 }", "hours = 2 }")

    said = complaint("policy", "diff", "--json")

    assert said.code == 2
    assert len(said.json["unreadable"]) >= 1


def test_outside_a_repository_there_is_nothing_to_compare_with(complaint, ticket):
    Path(".git").rename("git-was-here")

    assert complaint("policy", "diff").code == 2


def test_csv_has_a_row_a_change(complaint, ticket):
    rewritten()

    lines = complaint("policy", "diff", "--format", "csv").out.lstrip("\ufeff").splitlines()

    assert lines[0] == "ticket,clause,due_before,state_before,due_after,state_after"
    assert lines[1].startswith(f"{ticket},two,2026-03-10T12:00:00+08:00,overdue,")
