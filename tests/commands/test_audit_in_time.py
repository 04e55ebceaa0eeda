"""`audit` asks for nothing before its time: callbacks of open tickets, what comes after a closing or after --as-of."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from complaint.render import reports

HOUSE = """\
schema = 1

[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules of 2026"

[[clause]]
id = "h-callback"
kind = "require"
title = { en = "Who was answered is called back" }
cite = "section 1"
once = "answered:final"
met_by = "called-back"

[[clause]]
id = "h-category"
kind = "invariant"
title = { en = "Every inquiry is counted under one category" }
cite = "section 4"
one_each = ["category"]
among = { kind = ["inquiry"] }

[[clause]]
id = "h-agent"
kind = "role"
title = { en = "Letters are taken in by an agent" }
cite = "section 5"
when = { channel = ["letter"] }
of = "received"
role = ["agent"]

[[clause]]
id = "h-three"
kind = "classification"
title = { en = "Three customers make it major" }
cite = "section 2"
same = ["about.symptom"]
customers = 3
sets = { severity = "major" }

[[clause]]
id = "h-report"
kind = "require"
title = { en = "A major complaint is reported" }
cite = "section 3"
when = { severity = ["major"] }
met_by = "escalated"
"""


def at(hour):
    return f"2026-03-10T{hour:02d}:00:00+08:00"


@pytest.fixture
def complaint(in_register):
    """Calls the program as typed, in a register with one small policy."""
    call = in_register(HOUSE)
    Path("complaints.d/.gitignore").write_text(".lock\n.*.tmp\n", encoding="utf-8")
    return call


def audited(complaint, hour, *words):
    """The problems that audit names, but for the clock that these tests set."""
    said = complaint("audit", "--json", "--ignore", "H008", *words, now=at(hour))
    return [(each["code"], each["clause"], each["ticket"]) for each in said.json["problems"]]


def created(complaint, hour, *words):
    return complaint("create", "--summary", "too hot", *words, now=at(hour)).out.strip()


def test_a_missing_step_is_a_warning_while_the_ticket_is_open_and_an_error_once_it_is_closed(complaint):
    ticket = created(complaint, 9)
    complaint("answer", ticket, "--final", now=at(10))
    while_open = complaint("audit", "--json", "--select", "S", now=at(11))

    complaint("close", ticket, "--outcome", "solved", now=at(12))
    closed = complaint("audit", "--json", "--select", "S", now=at(13))
    complaint("callback", ticket, "--satisfied", now=at(14))

    told = [
        (said.code, [(row["code"], row["severity"]) for row in said.json["problems"]]) for said in (while_open, closed)
    ]
    assert told == [(0, [("S010", "warning")]), (1, [("S010", "error")])]
    assert audited(complaint, 15) == []


def test_a_ticket_that_a_statistic_lacks_is_a_warning_while_it_is_open(complaint):
    ticket = created(complaint, 9, "--kind", "inquiry")
    while_open = complaint("audit", "--json", "--select", "T001", now=at(10))

    complaint("close", ticket, "--outcome", "withdrawn", now=at(11))
    closed = complaint("audit", "--json", "--select", "T001", now=at(12))

    told = [(said.code, [row["severity"] for row in said.json["problems"]]) for said in (while_open, closed)]
    assert told == [(0, ["warning"]), (1, ["error"])]


def test_what_a_receipt_lacks_is_not_mended_by_voiding_it(complaint):
    created(complaint, 9, "--channel", "letter")
    (row,) = complaint("audit", "--json", "--select", "S003", now=at(10)).json["problems"]
    assert row["help"].startswith("a receipt cannot be recorded again: let it stand with `waive`")


def test_what_a_closing_makes_due_is_not_waived_before_it(complaint):
    ticket = created(complaint, 9)
    complaint("answer", ticket, "--final", now=at(10))
    words = (
        "waive",
        ticket,
        "S010",
        "--reason",
        "agreed",
        "--role",
        "manager",
        "--by",
        "wang",
        "--until",
        "2027-01-01",
    )
    complaint(*words, now=at(11))
    complaint("close", ticket, "--outcome", "solved", now=at(12))
    before = audited(complaint, 13)
    complaint(*words, now=at(14))

    assert ("S010", "h-callback", ticket) in before
    assert ("S010", "h-callback", ticket) not in audited(complaint, 15)


def test_what_other_customers_told_after_the_closing_asks_for_nothing_until_it_is_reopened(complaint):
    hot = [created(complaint, 9 + n, "--name", f"guest {n}", "--about", "symptom=hot") for n in range(2)]
    complaint("close", hot[0], "--outcome", "withdrawn", now=at(11))

    third = created(complaint, 12, "--name", "guest 3", "--about", "symptom=hot")
    found = audited(complaint, 13)
    complaint("reopen", hot[0], "--reason", "hot again", now=at(14))

    assert sorted(found) == sorted(("S001", "h-report", ticket) for ticket in (hot[1], third))
    assert ("S001", "h-report", hot[0]) in audited(complaint, 15)


def test_before_the_closing_it_asks_for_it_after_the_closing_too(complaint):
    hot = [created(complaint, 9 + n, "--name", f"guest {n}", "--about", "symptom=hot") for n in range(3)]
    complaint("close", hot[0], "--outcome", "withdrawn", now=at(12))

    assert ("S001", "h-report", hot[0]) in audited(complaint, 13)


def committed(message, moment):
    dated = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    name = ("-c", "user.name=Li", "-c", "user.email=li@example.org")
    for words in (("init", "-q"), ("add", "complaints.d"), (*name, "commit", "-qm", message)):
        subprocess.run(["git", *words], check=True, capture_output=True, env={**os.environ, **dated})


def changed():
    path = Path("complaints.d/policies/house-1.toml")
    path.write_text(HOUSE.replace("customers = 3", "customers = 4"), encoding="utf-8")


def test_a_rule_that_was_changed_after_as_of_was_not_changed_then(complaint):
    committed("rules", at(8))
    created(complaint, 9)
    changed()
    committed("other rules", at(11))

    assert audited(complaint, 12, "--as-of", at(10)) == []
    assert [code for code, *_ in audited(complaint, 12, "--as-of", at(11))] == ["Y002"]


def test_without_as_of_a_commit_that_says_it_is_of_the_future_hides_nothing(complaint):
    committed("rules", at(8))
    created(complaint, 9)
    changed()
    committed("other rules", "2030-01-01T00:00:00+08:00")

    assert [code for code, *_ in audited(complaint, 12)] == ["Y002"]


def test_a_rule_that_is_changed_and_not_committed_yet_is_found_as_of_an_earlier_moment_too(complaint):
    committed("rules", at(8))
    created(complaint, 9)
    changed()

    assert [code for code, *_ in audited(complaint, 12, "--as-of", at(10))] == ["Y002"]


# --- a history that cannot be read ---


def no_git(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")


def shallow(monkeypatch):
    head = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True).stdout
    Path(".git/shallow").write_bytes(head)


def given_away(monkeypatch):
    if os.geteuid():
        pytest.skip("only root gives folders away")
    for path in (Path(), Path(".git")):
        os.chown(path, 1234, 1234)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (no_git, "git is not installed"),
        (shallow, "a shallow clone: the history is not all there; git fetch --unshallow"),
        (given_away, "the repository belongs to somebody else"),
    ],
)
def test_where_the_history_cannot_be_read_that_is_said_and_why(complaint, monkeypatch, broken, reason):
    committed("rules", at(8))
    broken(monkeypatch)

    said = complaint("audit", now=at(12))

    assert f"note: not checked: edited-edition: {reason}" in said.out
    assert said.code == 0


def test_without_a_repository_there_is_no_history_to_miss(complaint):
    assert "not checked" not in complaint("audit", now=at(12)).out


@pytest.mark.parametrize("name", reports.NAMES)
def test_a_history_that_cannot_be_read_is_told_in_every_format(complaint, monkeypatch, name):
    committed("rules", at(8))
    no_git(monkeypatch)

    said = complaint("audit", "--format", name, now=at(12))

    assert ('not_checked{check="audit"} 1' if name == "prometheus" else "git is not installed") in said.out
    assert said.code == 0


def test_quiet_leaves_out_no_note(complaint, monkeypatch):
    committed("rules", at(8))
    no_git(monkeypatch)

    assert "git is not installed" in complaint("audit", "-q", now=at(12)).out
    assert "git is not installed" in complaint("audit", "-q", "--format", "csv", now=at(12)).err
