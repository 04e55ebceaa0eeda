"""What is sound in a policy and still wants a look: reviews, years without notice, short hours, uncovered cells."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
import tomli

from complaint import assets
from complaint.core.health import CHECKS, findings
from complaint.core.policy import policy
from complaint.core.policy_check import mistakes
from complaint.core.rulebook import Rulebook
from complaint.store import rules

ZONE = ZoneInfo("Asia/Shanghai")
CN = rules.calendar(assets.calendar_text("cn"), "cn.toml")
TODAY = date(2026, 3, 10)
HEAD = """
schema = 1
[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules"
"""


def clause(id_, kind="deadline", **keys):
    usual = {"starts": '"received"', "met_by": '"answered:final"'} if kind == "deadline" else {}
    rows = {"kind": f'"{kind}"', "title": '{ en = "A rule" }', "cite": '"1"'} | usual | keys
    return f'[[clause]]\nid = "{id_}"\n' + "".join(f"{key} = {value}\n" for key, value in rows.items())


def found(*parts, today=TODAY):
    """Each finding as (key, severity, message)."""
    document = tomli.loads(HEAD + "".join(parts))
    assert mistakes(document, ["cn"]) == []
    edition = policy(document)
    return [each[:3] for each in findings(edition, Rulebook(ZONE, {"house": [edition]}, {"cn": CN}), today)]


def test_a_sound_policy_has_none():
    assert found(clause("one", allow="{ hours = 2 }")) == []


def test_every_check_has_its_test_here():
    assert [check.__name__ for check in CHECKS] == [
        "review_due", "years_without_notice", "short_hours", "uncovered_cells",
    ]  # fmt: skip


@pytest.mark.parametrize(("review", "number"), [("2026-03-09", 1), ("2026-03-10", 0), ("2026-03-11", 0)])
def test_a_review_is_due_once_its_day_has_passed(review, number):
    rows = found(f"review_by = {review}\n")

    assert rows == [(("policy", "review_by"), "warning", f"its review was due by {review}")][:number]


@pytest.mark.parametrize(("allow", "year", "number"), [
    ("{ working_days = 2 }", 2026, 0), ("{ working_days = 2 }", 2027, 1), ("{ hours = 2 }", 2027, 0),
    ("{ calendar_days = 2 }", 2027, 0),
])  # fmt: skip
def test_a_year_without_notice_matters_to_working_days_only(allow, year, number):
    rows = found(clause("one", allow=allow), today=date(year, 3, 10))

    assert [(path, severity) for path, severity, _ in rows] == [(("policy", "days"), "warning")][:number]


def hours(table, wanted=12):
    return f"[calendar.desk]\n{table}\n" + clause("open", "calendar", calendar='"desk"', hours_per_day=wanted)


@pytest.mark.parametrize(("table", "message"), [
    ('daily = ["08:00-20:00"]', None),
    ('daily = ["08:00-12:00", "12:00-20:00"]', None),
    ('daily = ["08:00-12:00", "14:00-20:00"]', "open: calendar.desk is open 10 hours a day, the clause asks for 12"),
    ('weekly = { mon = ["08:00-20:00"] }', "open: calendar.desk is closed on days off, the clause asks for every day"),
    ("", None),
])  # fmt: skip
def test_hours_that_are_shorter_than_asked_for_are_an_error(table, message):
    assert found(hours(table)) == ([(("clause", 0, "calendar"), "error", message)] if message else [])


MAJOR = clause("major", when='{ severity = ["major"] }', allow="{ hours = 2 }")
ORDINARY = clause("ordinary", when='{ severity = ["ordinary"] }', allow="{ hours = 8 }")
PHONE = clause("phone", when='{ severity = ["ordinary"], channel = ["phone"] }', allow="{ hours = 8 }")


def cells(*parts):
    return [message for _, severity, message in found(*parts) if severity == "warning"]


def test_every_severity_with_a_limit_is_covered():
    assert cells(MAJOR, ORDINARY) == []


def test_a_severity_that_no_clause_names_is_uncovered():
    lists = '[lists]\nseverity = ["general", "ordinary", "major"]\n'

    assert cells(lists, MAJOR, ORDINARY) == ["complaint: no limit for general (of major, ordinary)"]


def test_a_channel_that_no_clause_names_is_uncovered():
    lists = '[lists]\nchannel = ["phone", "web"]\n'

    assert cells(lists, MAJOR, PHONE) == ["complaint: no limit for ordinary web (of major, phone)"]


def test_a_clause_for_all_covers_every_cell():
    rest = clause("rest", allow="{ hours = 24 }")

    assert cells(rest, MAJOR.replace("[[clause]]\n", '[[clause]]\nexception_to = "rest"\n')) == []


def test_limits_of_another_act_cover_nothing_of_this_one():
    other = clause("other", when='{ severity = ["ordinary"] }', met_by='"dispatched"', allow="{ hours = 1 }")
    third = clause("third", when='{ severity = ["ordinary"], channel = ["web"] }', allow="{ hours = 1 }")

    assert len(cells('[lists]\nchannel = ["phone", "web"]\n', MAJOR, third, other)) == 1


def test_limits_for_other_kinds_of_ticket_cover_no_complaints():
    lists = '[lists]\nchannel = ["phone", "web"]\n'
    inquiry = clause("inquiry", when='{ kind = ["inquiry"], severity = ["ordinary"] }', allow="{ hours = 1 }")
    major, phone = (each.replace("when = { ", 'when = { kind = ["complaint"], ') for each in (MAJOR, PHONE))

    assert cells(lists, inquiry, major, phone) == ["complaint: no limit for ordinary web (of major, phone)"]
