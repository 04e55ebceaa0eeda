"""Y002 and Y007: a rule that tickets were judged by cannot be changed, moved, renamed or taken away without a word."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

HOUSE = """\
schema = 1

[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules of 2026"

[[clause]]
id = "h-answer"
kind = "deadline"
title = { en = "Answered in two hours" }
cite = "section 1"
starts = "received"
met_by = ["answered:final"]
allow = { hours = 2 }
"""
FILE = Path("complaints.d/policies/house-1.toml")
BEFORE, NINE, LATER, NOW = (f"2026-03-{day}T09:00:00+08:00" for day in ("01", "10", "11", "12"))


def commit(at):
    person = ("-c", "user.name=li", "-c", "user.email=li@example.org")
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    for words in (("add", "-A"), (*person, "commit", "-q", "--allow-empty", "-m", "work")):
        subprocess.run(("git", *words), check=True, env=os.environ | dates)


@pytest.fixture
def complaint(in_register):
    """A register whose rules were committed before its first ticket, which was committed at nine."""
    call = in_register(HOUSE)
    subprocess.run(("git", "init", "-q"), check=True)
    commit(BEFORE)
    call("create", "--summary", "no internet", now=NINE)
    commit(NINE)
    return call


def found(complaint, code="Y002", *words):
    said = complaint("audit", "--json", "--select", code, *words, now=NOW)
    return [each["message"] for each in said.json["problems"]]


def rewrite(old, new, path=FILE):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(("old", "new", "named"), [
    ("hours = 2 }", "hours = 200 }", "h-answer"),
    ("effective_from = 2000-01-01", "effective_from = 2026-03-11", "policy.effective_from"),
])  # fmt: skip
@pytest.mark.parametrize("dated", [LATER, BEFORE])
def test_a_changed_rule_is_named_whatever_date_its_commit_bears(complaint, old, new, named, dated):
    rewrite(old, new)
    commit(dated)

    (message,) = found(complaint)

    assert named in message


def test_a_rule_that_is_changed_in_a_renamed_file_is_named(complaint):
    rewrite("hours = 2 }", "hours = 200 }")
    FILE.rename(FILE.with_name("house-2026.toml"))
    commit(LATER)

    assert len(found(complaint)) == 1


def test_a_renamed_file_alone_is_no_change(complaint):
    FILE.rename(FILE.with_name("house-2026.toml"))
    commit(LATER)

    assert found(complaint) == []


def test_an_edition_that_is_gone_is_named(complaint):
    other = FILE.with_name("other-1.toml")
    shutil.copy(FILE, other)
    rewrite('id = "house"', 'id = "other"', other)
    FILE.unlink()
    commit(LATER)

    assert any("house 1 is gone, and tickets were judged by it" in each for each in found(complaint))


def test_a_new_edition_that_judges_old_tickets_anew_is_named(complaint):
    new = FILE.with_name("house-2.toml")
    shutil.copy(FILE, new)
    rewrite('edition = "1"', 'edition = "2"', new)
    rewrite("2000-01-01", "2000-01-02", new)
    commit(LATER)

    (message,) = found(complaint)

    assert "it was not there before" in message


def test_a_new_edition_that_is_committed_a_little_late_is_no_problem(complaint):
    rewrite("[[clause]]", "[audit]\ncommitted_within = { days = 7 }\n\n[[clause]]")
    commit(BEFORE)
    new = FILE.with_name("house-2.toml")
    shutil.copy(FILE, new)
    rewrite('edition = "1"', 'edition = "2"', new)
    rewrite("2000-01-01", "2026-03-10", new)
    commit(LATER)

    assert [each for each in found(complaint) if "not there before" in each] == []


def test_a_base_that_tickets_are_judged_by_through_another_policy_is_followed(complaint):
    own = FILE.with_name("own-1.toml")
    own.write_text(HOUSE.partition("[[clause]]")[0].replace('id = "house"', 'id = "own"\nextends = ["house"]'), "utf-8")
    ticket = next(Path("complaints.d/2026-03").glob("*.toml"))
    rewrite('policy = "house"', 'policy = "own"', ticket)
    commit(LATER)
    rewrite("hours = 2 }", "hours = 200 }")

    assert any("h-answer" in each for each in found(complaint))


def test_a_new_edition_that_is_in_force_from_a_later_day_is_no_problem(complaint):
    new = FILE.with_name("house-2.toml")
    shutil.copy(FILE, new)
    rewrite('edition = "1"', 'edition = "2"', new)
    rewrite("2000-01-01", "2026-04-01", new)
    rewrite("hours = 2 }", "hours = 200 }", new)
    commit(LATER)

    assert found(complaint) == []


def test_titles_and_examples_judge_nothing(complaint):
    rewrite("Answered in two hours", "The answer in two hours")
    commit(LATER)

    assert found(complaint) == []


@pytest.mark.parametrize(("old", "new", "told"), [
    ("hours = 2 }", "hours = 3 }", "h-answer: its limit was 120 minutes, it is 180"),
    ("hours = 2 }", "working_days = 9 }", "h-answer differs"),
    ('met_by = ["answered:final"]', 'met_by = ["answered:final", "noted"]', "h-answer differs"),
    ('starts = "received"', 'starts = "replied"', "h-answer differs"),
    ("[[clause]]", "[audit]\nentered_within = { days = 900 }\n\n[[clause]]", "the thresholds of the audit differ"),
])  # fmt: skip
def test_against_a_revision_every_rule_that_is_another_is_told(complaint, old, new, told):
    rewrite(old, new)

    assert found(complaint, "Y007", "--against", "HEAD") == [told]


@pytest.mark.parametrize("path", ["complaints.d/calendars/cn.toml", "complaints.d/register.toml"])
def test_against_a_revision_calendars_and_settings_are_compared_too(complaint, path):
    Path(path).write_text(Path(path).read_text(encoding="utf-8") + "# another\n", encoding="utf-8")

    (message,) = found(complaint, "Y007", "--against", "HEAD")

    assert "it says otherwise" in message


def test_against_a_revision_that_says_the_same_nothing_is_told(complaint):
    assert found(complaint, "Y007", "--against", "HEAD~1") == []
