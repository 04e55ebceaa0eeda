"""`policy`: the rules of a register, or those that ship, listed, shown, checked and tried out."""

from __future__ import annotations

from pathlib import Path

import pytest

HOUSE = """\
schema = 1

[policy]
id = "house"
edition = "1"
effective_from = 2026-01-01
title = { en = "House rules", zh = "规则" }
source = "House rules of 2026"
review_by = 2026-06-30

[calendar.day]
daily = ["08:00-12:00", "14:00-18:00"]

[[clause]]
id = "dispatch-2h"
kind = "deadline"
title = { en = "Dispatched in two hours" }
cite = "section 1"
starts = "received"
met_by = "dispatched"
allow = { hours = 2, calendar = "day" }

[[clause.example]]
name = "over noon"
events = [{ type = "received", at = 2026-03-10T11:00:00+08:00 }]
expect = { due = 2026-03-10T15:00:00+08:00, state = "running" }

[[clause]]
id = "answer-1wd"
kind = "deadline"
title = { en = "Answered in a working day" }
cite = "section 2"
starts = "received"
met_by = "answered:final"
allow = { working_days = 1 }

[[clause]]
id = "open-eight-hours"
kind = "calendar"
title = { en = "Open eight hours a day" }
cite = "section 3"
calendar = "day"
hours_per_day = 8
"""
PATH = Path("complaints.d/policies/house-1.toml")


@pytest.fixture
def complaint(in_register):
    """Calls the program as typed, on 2026-03-10, in a register with one small policy."""
    return in_register(HOUSE)


def rewritten(was, becomes):
    text = PATH.read_text(encoding="utf-8")
    assert was in text
    PATH.write_text(text.replace(was, becomes, 1), encoding="utf-8")


# --- list and show ---


def test_list_names_each_edition(complaint):
    assert complaint("policy", "list", "--json").json == {
        "schema": "complaint.policy/1",
        "policies": [
            {
                "policy": "house",
                "edition": "1",
                "effective_from": "2026-01-01",
                "clauses": 3,
                "title": "House rules",
                "path": "complaints.d/policies/house-1.toml",
            }
        ],
    }


def test_list_names_what_ships_where_it_is_asked_for(complaint):
    rows = complaint("policy", "list", "--shipped", "--json").json["policies"]

    assert {"telecom", "broadcast"} <= {row["policy"] for row in rows}


def test_outside_a_register_the_shipped_packs_are_meant(complaint, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))

    rows = complaint("policy", "list", "--json").json["policies"]

    assert "telecom" in {row["policy"] for row in rows}


def test_a_register_that_was_named_and_is_not_there_is_no_reason_to_show_others(complaint):
    said = complaint("policy", "list", "--register", "nowhere")

    assert (said.code, said.out) == (2, "")


def test_show_of_a_policy_lists_its_clauses_with_what_they_allow(complaint):
    said = complaint("policy", "show", "house")

    assert said.code == 0
    assert said.out.startswith("house 1: House rules / 规则\nfile: complaints.d/policies/house-1.toml\n")
    for part in ("dispatch-2h", "hours = 2 in day", "working_days = 1", "section 2"):
        assert part in said.out


def test_show_of_a_clause_gives_its_keys_and_examples(complaint):
    said = complaint("policy", "show", "dispatch-2h")

    assert said.out == (
        "dispatch-2h  deadline  (house 1)\nDispatched in two hours\nHouse rules of 2026: section 1\n"
        "  starts: received\n  met_by: dispatched\n  allow: hours = 2, calendar = day\n  example: over noon\n"
    )


def test_show_answers_programs_with_the_document(complaint):
    answer = complaint("policy", "show", "dispatch-2h", "--json").json

    assert answer["schema"] == "complaint.policy/1"
    (document,) = answer["policies"]
    assert document["policy"]["effective_from"] == "2026-01-01"
    assert [clause["id"] for clause in document["clause"]] == ["dispatch-2h"]


def test_show_of_an_unknown_name_offers_the_nearest(complaint):
    said = complaint("policy", "show", "hous")

    assert said.code == 2
    assert 'there is no policy or clause "hous"' in said.err
    assert "did you mean house?" in said.err


def test_show_of_a_misspelt_clause_offers_the_nearest_clause(complaint):
    assert "did you mean dispatch-2h?" in complaint("policy", "show", "dispatch-2").err


# --- check ---


def test_check_of_sound_rules_exits_0_and_says_how_many(complaint):
    said = complaint("policy", "check")

    assert (said.code, said.err) == (0, "")
    assert said.out == "1 policy file checked: 0 errors, 0 warnings\n"


def test_check_names_file_line_mistake_and_remedy(complaint):
    rewritten("met_by", "met_bye")

    said = complaint("policy", "check")

    assert said.code == 1
    assert 'complaints.d/policies/house-1.toml:20: error: clause.met_bye: unknown key "met_bye"\n' in said.out
    assert "\n  did you mean met_by? allowed: " in said.out


def test_check_answers_programs(complaint):
    rewritten('"answered:final"', '"answered:finaly"')

    said = complaint("policy", "check", "--json")

    assert said.code == 1
    (problem,) = said.json["problems"]
    assert list(said.json) == ["schema", "files", "problems"]
    assert list(problem) == ["path", "line", "severity", "message", "help"]
    assert (problem["path"], problem["line"], problem["severity"]) == (PATH.as_posix(), 34, "error")


def test_check_goes_on_after_a_file_that_is_not_toml(complaint):
    Path("complaints.d/policies/broken-1.toml").write_text("schema = \n", encoding="utf-8")
    rewritten("met_by", "met_bye")

    said = complaint("policy", "check")

    assert said.code in (1, 2)
    assert "complaints.d/policies/broken-1.toml:1: error: not TOML" in said.out
    assert "complaints.d/policies/house-1.toml:20: error: " in said.out


def test_check_warns_of_a_review_that_is_due_and_exits_0(complaint):
    said = complaint("policy", "check", now="2026-07-01T00:00:00+08:00")

    assert said.code == 0
    assert "complaints.d/policies/house-1.toml:9: warning: its review was due by 2026-06-30" in said.out


def test_check_warns_of_a_year_without_notice(complaint):
    rewritten("review_by = 2026-06-30\n", "")

    said = complaint("policy", "check", now="2027-01-01T00:00:00+08:00")

    assert said.code == 0
    assert "calendar cn has no notice for 2027: counts that touch it are provisional" in said.out


def test_check_finds_hours_that_are_shorter_than_a_clause_asks(complaint):
    rewritten("14:00-18:00", "14:00-17:00")

    said = complaint("policy", "check")

    assert said.code == 1
    assert "open-eight-hours: calendar.day is open 7 hours a day, the clause asks for 8" in said.out


def test_check_finds_two_editions_of_one_day(complaint):
    Path("complaints.d/policies/house-2.toml").write_text(
        HOUSE.replace('edition = "1"', 'edition = "2"'), encoding="utf-8"
    )

    said = complaint("policy", "check")

    assert said.code == 1
    assert "two editions of house are in force from 2026-01-01" in said.out


def test_two_files_of_one_edition_are_a_mistake(complaint):
    Path("complaints.d/policies/house-2.toml").write_text(HOUSE.replace("2026-01-01", "2026-02-01"), encoding="utf-8")

    assert complaint("policy", "check").code == 1


def test_check_names_the_mistakes_of_a_calendar(complaint):
    Path("complaints.d/calendars/cn.toml").write_text("schema = 1\nyaer = 1\n", encoding="utf-8")

    said = complaint("policy", "check")

    assert said.code == 1
    assert "complaints.d/calendars/cn.toml:2: error: " in said.out


def test_check_of_what_ships_finds_nothing(complaint):
    assert complaint("policy", "check", "--shipped").code == 0


# --- test ---


def test_test_runs_the_examples(complaint):
    said = complaint("policy", "test")

    assert (said.code, said.out) == (0, "1 passed, 0 failed\n")


def test_an_example_that_fails_is_named_with_its_line_and_what_came_out(complaint):
    rewritten("due = 2026-03-10T15:00:00+08:00", "due = 2026-03-10T13:00:00+08:00")

    said = complaint("policy", "test")

    assert said.code == 1
    assert said.out == (
        "complaints.d/policies/house-1.toml:23: dispatch-2h: over noon: "
        "due is 2026-03-10T15:00:00+08:00, want 2026-03-10T13:00:00+08:00\n0 passed, 1 failed\n"
    )


def test_test_of_a_policy_with_a_mistake_cannot_judge(complaint):
    rewritten("met_by", "met_bye")

    said = complaint("policy", "test")

    assert said.code == 2
    assert "complaints.d/policies/house-1.toml:14: clause: the key met_by is missing" in said.err


def test_test_of_an_unknown_policy_is_no_success(complaint):
    said = complaint("policy", "test", "hous")

    assert said.code == 2
    assert "did you mean house?" in said.err


def test_test_answers_programs(complaint):
    assert complaint("policy", "test", "--json").json["examples"] == [
        {
            "policy": "house", "clause": "dispatch-2h", "example": "over noon", "passed": True, "wrong": "",
            "path": PATH.as_posix(), "line": None,
        }
    ]  # fmt: skip


def test_an_example_that_expects_nothing_of_an_empty_list_is_a_mistake_not_a_crash(complaint):
    rewritten('expect = { due = 2026-03-10T15:00:00+08:00, state = "running" }', "expect = []")

    assert complaint("policy", "test").code == 2


def test_an_example_whose_event_lacks_what_it_needs_is_told_and_no_crash(complaint):
    rewritten('{ type = "received", at = 2026-03-10T11:00:00+08:00 }', '{ type = "received" }')

    assert complaint("policy", "test").code in (1, 2)


def test_an_example_with_an_unknown_event_is_told_and_no_crash(complaint):
    rewritten('type = "received", at', 'type = "recieved", at')

    assert complaint("policy", "test").code in (1, 2)


def test_an_example_without_events_is_told_and_no_crash(complaint):
    rewritten('events = [{ type = "received", at = 2026-03-10T11:00:00+08:00 }]\n', "")

    assert complaint("policy", "test").code in (1, 2)
