"""What speaks for classifying a ticket: words of the policy, earlier tickets of the customer, reports of others."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import tomli

from complaint.core.effects import Effect
from complaint.core.policy import policy
from complaint.core.policy_check import mistakes
from complaint.core.suggestions import suggestions
from complaint.core.ticket import Ticket

ZONE = ZoneInfo("Asia/Shanghai")
HOUSE = """
schema = 1
[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules"

[[clause]]
id = "claims"
kind = "classification"
title = { en = "Claims" }
cite = "1"
words = ["compensation", "赔偿"]
sets = { flags = ["claim"], severity = "major" }

[[clause]]
id = "press"
kind = "classification"
title = { en = "Press" }
cite = "2"
words = ["newspaper"]
sets = { flags = ["dispute-prone"], category = "press" }

[[clause]]
id = "manners"
kind = "fine"
title = { en = "Manners" }
cite = "3"
amount = "10.00"
"""
NOW, EARLIER, LATER = (datetime(2026, 3, day, 10, tzinfo=ZONE) for day in (10, 1, 20))


def rules():
    document = tomli.loads(HOUSE)
    assert mistakes(document, ["cn"]) == []
    return policy(document)


def ticket(number=1, summary="no internet", name="", phone="", **texts):
    people = {key: value for key, value in (("name", name), ("phone", phone)) if value}
    return Ticket(f"C-2603-{number:08d}", {"summary": summary, **texts}, {}, people)


def told(one, *others, effects=(), **facts):
    """What is proposed, as options: the other tickets are (ticket, facts)."""
    mine = {"received": NOW, "status": "received"} | facts
    found = suggestions(one, mine, rules(), [(one, mine), *others], effects)
    return [each.option() for each in found]


def reasons(one, *others, effects=()):
    mine = {"received": NOW, "status": "received"}
    return [each.reason for each in suggestions(one, mine, rules(), list(others), effects)]


# --- words ---


@pytest.mark.parametrize("texts", [
    {"summary": "I want Compensation"}, {"content": "…\n要求赔偿\n"}, {"demand": "COMPENSATION!"},
])  # fmt: skip
def test_a_word_in_any_of_the_texts_proposes_what_its_clause_sets(texts):
    assert told(ticket(**texts)) == ["--flag claim", "--severity major"]


def test_the_reason_names_the_word_and_the_clause():
    assert reasons(ticket(summary="赔偿")) == ['it says "赔偿" (claims)'] * 2


def test_without_a_word_nothing_is_proposed():
    assert told(ticket(summary="no internet")) == []


def test_what_is_so_already_is_not_proposed():
    assert told(ticket(summary="赔偿"), severity="major", flags=["claim"]) == []
    assert told(ticket(summary="赔偿"), severity="ordinary", flags=["batch"]) == ["--flag claim", "--severity major"]


def test_several_clauses_may_speak():
    assert told(ticket(summary="compensation, or the newspaper")) == [
        "--flag claim", "--severity major", "--flag dispute-prone", "--category press",
    ]  # fmt: skip


# --- repeats ---


def before(number=2, received=EARLIER, facts=(), **own):
    return ticket(number, **own), {"received": received, "status": "closed", **dict(facts)}


@pytest.mark.parametrize(("mine", "theirs", "found"), [
    ({"phone": "138"}, {"phone": "138"}, True),
    ({"name": "Li"}, {"name": "Li"}, True),
    ({"phone": "138", "name": "Li"}, {"phone": "139", "name": "Li"}, True),
    ({"phone": "138"}, {"phone": "139"}, False),
    ({}, {}, False),
    ({"name": "Li"}, {"name": "Wang"}, False),
])  # fmt: skip
def test_the_same_telephone_or_name_about_the_same_is_a_repeat(mine, theirs, found):
    assert told(ticket(**mine), before(**theirs)) == (["--flag repeat"] if found else [])


@pytest.mark.parametrize(("received", "found"), [(EARLIER, True), (NOW, False), (LATER, False)])
def test_only_what_came_before_is_repeated(received, found):
    assert told(ticket(phone="138"), before(received=received, phone="138")) == (["--flag repeat"] if found else [])


@pytest.mark.parametrize(("mine", "theirs", "found"), [
    ({"category": "internet"}, {"category": "internet"}, True),
    ({"category": "internet"}, {"category": "tariff"}, False),
    ({"nature": "delay"}, {"nature": "delay"}, True),
    ({"nature": "delay"}, {"nature": "manners"}, False),
])  # fmt: skip
def test_where_both_are_classified_the_class_decides_what_is_the_same(mine, theirs, found):
    one, (other, facts) = ticket(phone="138", summary="a b c"), before(phone="138", summary="x y z", facts=theirs)

    assert told(one, (other, facts), **mine) == (["--flag repeat"] if found else [])


@pytest.mark.parametrize(("summary", "found"), [
    ("宽带三天无法上网", True), ("宽带又无法上网", True), ("话费多收了五十元", False), ("", False), ("网", False),
])  # fmt: skip
def test_where_they_are_not_the_words_decide(summary, found):
    one = ticket(phone="138", summary=summary)

    assert told(one, before(phone="138", summary="宽带三天无法上网")) == (["--flag repeat"] if found else [])


def test_the_reason_names_the_other_ticket_and_no_personal_data():
    (reason,) = reasons(ticket(phone="13800000001"), before(phone="13800000001"))

    assert reason == "the same phone complained of it before in C-2603-00000002 (closed)"


def test_several_earlier_ones_are_one_proposal():
    others = [before(number, phone="138") for number in (2, 3, 4)]

    assert told(ticket(phone="138"), *others) == ["--flag repeat"]


def test_a_repeat_that_is_marked_is_not_proposed():
    assert told(ticket(phone="138"), before(phone="138"), flags=["repeat"]) == []


# --- counters ---


def test_what_other_customers_told_is_proposed_with_its_reason():
    effect = Effect(NOW, {"severity": "major", "flags": ["batch"]}, "3 customers told noise (three)")

    assert told(ticket(), effects=[effect]) == ["--severity major", "--flag batch"]
    assert reasons(ticket(), effects=[effect]) == ["3 customers told noise (three)"] * 2


def test_two_reasons_for_the_same_are_one_proposal():
    effect = Effect(NOW, {"severity": "major"}, "3 customers told noise (three)")

    assert told(ticket(summary="赔偿"), effects=[effect]).count("--severity major") == 1
