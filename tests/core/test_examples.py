"""Worked examples: every key of `expect` is judged, and what nothing says is told."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
import tomli

from complaint import assets
from complaint.core import examples
from complaint.core.policy import policy
from complaint.core.policy_check import mistakes
from complaint.core.rulebook import Rulebook
from complaint.store import rules

HEAD = """
schema = 1
[policy]
id = "house"
edition = "2026"
effective_from = 2026-01-01
title = { en = "House rules" }
source = "House rules"

[lists]
severity = ["general", "major"]

[calendar.day]
daily = ["08:00-12:00"]
"""
FINE = 'id = "rude"\nkind = "fine"\namount = "10.00"'
DEADLINE = 'id = "reply-2h"\nkind = "deadline"\nstarts = "received"\nmet_by = "replied"\nallow = { hours = 2 }'
RETENTION = 'id = "keep"\nkind = "retention"\nstarts = "closed"\nkeep = { months = 12 }'
REQUIRE = 'id = "say-what"\nkind = "require"\nfields = ["content"]'
INVARIANT = 'id = "one"\nkind = "invariant"\none_each = ["channel"]'
CALENDAR = 'id = "hours"\nkind = "calendar"\ncalendar = "day"'
MAJOR = 'id = "loud"\nkind = "classification"\nwhen = { channel = ["phone"] }\nsets = { severity = "major" }'
RECEIVED = 'events = [{ type = "received", at = 2026-03-10T09:00:00+08:00, channel = "phone" }]'
RUDE = (
    'events = [{ type = "violation", at = 2026-03-10T09:00:00+08:00, clause = "rude", outcome = "proven", '
    'payer = "branch-b" }]'
)


def wrong(clause, happened, expect):
    """What does not hold of one example of one clause."""
    text = f'{HEAD}\n[[clause]]\n{clause}\ntitle = {{ en = "x" }}\ncite = "1"\n'
    text += f'[[clause.example]]\nname = "x"\n{happened}\nexpect = {expect}\n'
    document = tomli.loads(text)
    assert mistakes(document) == []
    edition, days = policy(document), rules.calendar(assets.calendar_text("cn"), "cn.toml")
    book = Rulebook(ZoneInfo("Asia/Shanghai"), {"house": [edition]}, {"cn": days})
    (outcome,) = examples.run(edition, book)
    return outcome.wrong


@pytest.mark.parametrize(
    ("clause", "happened", "expect"),
    [
        (FINE, RUDE, '{ fixed = "10.00", lines = 1, proposed = 0, severity = "general", flags = [] }'),
        (DEADLINE, RECEIVED, '{ due = 2026-03-10T11:00:00+08:00, state = "running", severity = "general" }'),
        (DEADLINE, RECEIVED, "{ due = 2026-03-10T11:00:00+08:00, absent = false, lines = 0 }"),
        (RETENTION, RECEIVED, '{ kept = true, first = false, costs = "0.00" }'),
        (REQUIRE, RECEIVED, '{ missing = true, severity = "general" }'),
        (INVARIANT, RECEIVED, "{ holds = true, flags = [] }"),
        (CALENDAR, "at = 2026-03-10T09:00:00+08:00", "{ open = true, in_force = true, unset = false }"),
        (MAJOR, RECEIVED, '{ severity = "major", lines = 0 }'),
    ],
)
def test_several_families_of_keys_are_judged_together(clause, happened, expect):
    assert wrong(clause, happened, expect) == ""


@pytest.mark.parametrize(
    ("clause", "happened", "expect", "told"),
    [
        (FINE, RUDE, '{ lines = 1, severity = "major" }', "severity is general, want major"),
        (FINE, RUDE, '{ severity = "general", lines = 2 }', "lines is 1, want 2"),
        (DEADLINE, RECEIVED, '{ state = "running", lines = 1 }', "lines is 0, want 1"),
        (DEADLINE, RECEIVED, '{ lines = 0, state = "met" }', "state is running, want met"),
        (REQUIRE, RECEIVED, '{ missing = true, flags = ["batch"] }', "flags is [], want ['batch']"),
        (MAJOR, RECEIVED, '{ severity = "major", category = "quality" }', "category is none, want quality"),
        (DEADLINE, RECEIVED, '[{ state = "running", lines = 0 }, { lines = 1 }]', "lines is 0, want 1"),
    ],
)
def test_a_key_that_stands_beside_those_of_another_family_is_judged_truly(clause, happened, expect, told):
    assert told in wrong(clause, happened, expect).split("; ")


@pytest.mark.parametrize(
    ("clause", "happened", "expect", "told"),
    [
        (FINE, RUDE, "{ lines = 1, due = 2026-03-10T11:00:00+08:00 }", "nothing says due: only a clause with a clock"),
        (FINE, RUDE, '{ lines = 1, state = "met" }', "nothing says state: only a clause with a clock"),
        (FINE, RUDE, "{ absent = true }", "nothing says absent: only a clause with a clock"),
        (FINE, RUDE, "{ lines = 1, kept = true }", "nothing says kept: only a retention clause"),
        (FINE, RUDE, "{ lines = 1, missing = false }", "nothing says missing: only a clause that asks for something"),
        (FINE, RUDE, "{ lines = 1, holds = true }", "nothing says holds: only an invariant"),
        (FINE, RUDE, "{ lines = 1, escalated = false }", "nothing says escalated: "),
        (FINE, RUDE, "{ lines = 1, open = true }", "nothing says open: only a calendar clause"),
        (FINE, RUDE, "{}", "nothing says that it is due: only a clause with a clock"),
        (DEADLINE, RECEIVED, '{ state = "running", missing = false }', "nothing says missing: "),
        (DEADLINE, RECEIVED, '{ state = "running", proposed = 0 }', "nothing says proposed: "),
        (DEADLINE, RECEIVED, '{ state = "running", stage = "one" }', "nothing says stage: only a calendar clause"),
        (CALENDAR, "at = 2026-03-10T09:00:00+08:00", '{ stage = "one" }', "nothing says stage: only a calendar clause"),
        (CALENDAR, RECEIVED, "{ unset = false, met = 2026-03-10T09:00:00+08:00 }", "nothing says met: "),
    ],
)
def test_a_key_that_nothing_answers_is_a_failure(clause, happened, expect, told):
    assert wrong(clause, happened, expect).startswith(told)


def test_absent_beside_a_due_moment_contradicts_itself():
    said = wrong(DEADLINE, RECEIVED, "{ absent = true, due = 2026-03-10T11:00:00+08:00 }")

    assert said == "absent is false, want true"


def test_absent_alone_wants_no_obligation():
    assert wrong(DEADLINE, RECEIVED, "{ absent = true }") == "1 obligations, want none"


def test_an_example_in_which_nothing_happens_is_told():
    assert wrong(REQUIRE, "at = 2026-03-10T09:00:00+08:00", "{ missing = true }") == "it has no events and no moment"


def test_every_key_that_an_example_may_expect_belongs_to_a_family():
    from complaint.core.policy_shape import _EXPECT

    known = examples.ROWS.union(examples.CALENDAR, *(family.keys for family in examples.FAMILIES))

    assert known == set(_EXPECT.keys)
