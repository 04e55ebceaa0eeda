"""Issued statements: charges frozen as they were issued, whatever policy, facts and decisions say afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import tomli

from complaint import assets
from complaint.core import ids, issued
from complaint.core.fines import statement
from complaint.core.policy import policy
from complaint.core.policy_check import mistakes
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import Event, Ticket
from complaint.store import rules

ZONE = ZoneInfo("Asia/Shanghai")
CN = rules.calendar(assets.calendar_text("cn"), "cn.toml")
HEAD = """
schema = 1
[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules"
"""
MANNERS = """
[[clause]]
id = "manners"
kind = "fine"
title = { en = "Manners" }
cite = "1"
amount = "100.00"
"""
ATTITUDE = """
[[clause]]
id = "attitude"
kind = "fine"
title = { en = "Attitude" }
cite = "2"
least = "10.00"
most = "100.00"
"""
LIMIT = """
[[clause]]
id = "five"
kind = "deadline"
title = { en = "By five" }
cite = "3"
starts = "received"
met_by = "replied"
allow = { hours = 2 }
[[clause]]
id = "late"
kind = "fine"
title = { en = "Late" }
cite = "4"
limits = ["five"]
amount = "50.00"
"""
MARCH = (date(2026, 3, 1), date(2026, 3, 31))


def at(text):
    """`2026-03-10 09:00` in China; a date alone is its ten o'clock."""
    return datetime.fromisoformat(text if ":" in text else f"{text} 10:00").replace(tzinfo=ZONE)


def book(*clauses):
    document = tomli.loads(HEAD + "".join(clauses))
    assert mistakes(document, ["cn"]) == []
    return Rulebook(ZONE, {"house": [policy(document)]}, {"cn": CN})


def key_of(number, when):
    return ids.event_key(at(when).astimezone(UTC) + timedelta(milliseconds=number), f"{number:03d}")


def ticket(*events):
    first = ("2026-01-01", "received", {"policy": "house", "kind": "complaint", "against": "branch-b"})
    made = [Event(key_of(n, when), type_, at(when), "li.na", fields) for n, (when, type_, fields) in enumerate([first, *events])]  # fmt: skip # noqa: E501
    return Ticket("C-2601-00000000", {}, events=tuple(made))


def did(when, clause="manners", outcome="proven", **fields):
    return when, "violation", {"clause": clause, "outcome": outcome, "payer": "branch-b"} | fields


def lines(one, rules, as_of="2027-01-01"):
    return issued.lines(statement([one], rules, at(as_of)).charges, [one], rules, at(as_of))


def after(one, *events):
    """A ticket with more events, recorded when they happened."""
    number = len(one.events)
    more = [Event(key_of(n, when), type_, at(when), "li.na", fields) for n, (when, type_, fields) in enumerate(events, number)]  # fmt: skip # noqa: E501
    return one._replace(events=(*one.events, *more))


def issue(one, rules, when="2026-04-01", period=MARCH):
    """What `fine --issue` does: a frozen charge for every line of the period that was not issued before."""
    wanted = [line for line in lines(one, rules, when) if line.issued is None]
    own = [each for each in wanted if period[0] <= each.charge.at.date() <= period[1]]
    return after(one, *((when, "charge-issued", issued.fields(each, *period)) for each in own))


def told(found):
    """Lines as (clause, amount or least-most, issued or not, supplement or not)."""
    return [
        (line.charge.clause.id, str(line.charge.amount) if line.charge.amount is not None
         else f"{line.charge.least}-{line.charge.most}", line.issued is not None, line.supplement)
        for line in found
    ]  # fmt: skip


# --- issuing ---


def test_an_issued_charge_keeps_what_it_was():
    (line,) = lines(ticket(did("2026-03-10", person="113")), book(MANNERS))

    assert issued.fields(line, *MARCH) == {
        "charge": f"C-2601-00000000/manners/{key_of(1, '2026-03-10')}", "clause": "manners", "payer": "branch-b",
        "person": "113", "form": "fine", "charged_at": at("2026-03-10"), "least": "100.00", "most": "100.00",
        "occurrence": 1, "period": "2026-03-01..2026-03-31",
    }  # fmt: skip


def test_before_it_is_issued_nothing_is_frozen():
    one = issue(ticket(did("2026-03-10")), book(MANNERS))

    assert told(lines(one, book(MANNERS), "2026-03-31")) == [("manners", "100.00", False, False)]
    assert told(lines(one, book(MANNERS))) == [("manners", "100.00", True, False)]


def test_the_steps_say_when_and_as_what_it_was_issued():
    one = issue(ticket(did("2026-03-10"), did("2026-03-11", "attitude")), book(MANNERS, ATTITUDE))

    assert [line.charge.steps[-1] for line in lines(one, book(MANNERS, ATTITUDE))] == [
        "issued on 2026-04-01: 100.00", "issued on 2026-04-01: 10.00 to 100.00",
    ]  # fmt: skip


def test_issuing_twice_records_nothing_more():
    rules = book(MANNERS, ATTITUDE)
    once = issue(ticket(did("2026-03-10", cost="5.00"), did("2026-03-11", "attitude")), rules)

    assert len(once.events) == 3 + 3
    assert issue(once, rules, "2026-04-02") == once


def test_only_the_period_is_issued():
    one = issue(ticket(did("2026-03-31 23:59"), did("2026-04-01 00:00")), book(MANNERS), "2026-04-02")

    assert told(lines(one, book(MANNERS))) == [("manners", "100.00", True, False), ("manners", "100.00", False, False)]


# --- afterwards ---


@pytest.mark.parametrize("changed", [
    MANNERS.replace("100.00", "150.00"),
    MANNERS.replace('amount = "100.00"', 'least = "10.00"\nmost = "500.00"'),
    MANNERS + "evidence = true\n",
    MANNERS + 'outcomes = ["unproven"]\n',
])  # fmt: skip
def test_a_later_change_of_policy_changes_nothing_that_was_issued(changed):
    one = issue(ticket(did("2026-03-10")), book(MANNERS))

    assert told(lines(one, book(changed))) == [("manners", "100.00", True, False)]


def test_an_issued_charge_stays_though_its_clause_is_gone():
    one = issue(ticket(did("2026-03-10")), book(MANNERS, ATTITUDE))

    assert len(lines(one, book(ATTITUDE))) == 1


def test_a_charge_that_would_not_be_computed_any_more_stays_as_it_was_issued():
    one = issue(ticket(did("2026-03-10", person="113")), book(MANNERS))
    refuted = after(one, ("2026-04-10", "decided", {"event": key_of(1, "2026-03-10"), "outcome": "refuted"}))

    (line,) = lines(refuted, book(MANNERS))

    assert told([line]) == [("manners", "100.00", True, False)]
    assert (line.charge.payer, line.charge.person, line.charge.at) == ("branch-b", "113", at("2026-03-10"))
    assert line.charge.steps == ("issued on 2026-04-01: 100.00", "it would not be charged any more")


def test_a_voided_violation_that_was_issued_stays():
    one = issue(ticket(did("2026-03-10", cost="5.00")), book(MANNERS))
    voided = after(one, ("2026-04-10", "voided", {"event": key_of(1, "2026-03-10"), "reason": "x"}))

    found = lines(voided, book(MANNERS))

    assert sorted((line.charge.type, str(line.charge.amount)) for line in found) == [
        ("cost", "5.00"),
        ("fine", "100.00"),
    ]
    assert {line.charge.id for line in found} == {line.charge.id for line in lines(one, book(MANNERS))}


def test_an_issued_range_may_still_be_decided_inside_it():
    rules = book(ATTITUDE)
    one = issue(ticket(did("2026-03-11", "attitude")), rules)
    decided = after(one, ("2026-04-10", "decided", {"event": key_of(1, "2026-03-11"), "amount": "60.00"}))

    assert told(lines(one, rules)) == [("attitude", "10.00-100.00", True, False)]
    assert told(lines(decided, rules)) == [("attitude", "60.00", True, False)]
    assert issue(decided, rules, "2026-04-11") == decided


def test_a_decision_beyond_the_issued_range_which_a_later_policy_allows_does_not_alter_it():
    wider = ATTITUDE.replace('"100.00"', '"500.00"')
    one = issue(ticket(did("2026-03-11", "attitude")), book(ATTITUDE))
    decided = after(one, ("2026-04-10", "decided", {"event": key_of(1, "2026-03-11"), "amount": "300.00"}))

    assert told(lines(decided, book(wider))) == [("attitude", "10.00-100.00", True, False)]


def test_an_issued_decision_is_not_decided_again():
    rules = book(ATTITUDE)
    first = ("2026-03-20", "decided", {"event": key_of(1, "2026-03-11"), "amount": "60.00"})
    one = issue(ticket(did("2026-03-11", "attitude"), first), rules)
    again = after(one, ("2026-04-10", "decided", {"event": key_of(1, "2026-03-11"), "amount": "90.00"}))

    assert told(lines(again, rules)) == [("attitude", "60.00", True, False)]


def test_an_issued_charge_keeps_its_payer():
    rules = book(LIMIT)
    one = issue(ticket(), rules, period=(date(2026, 1, 1), date(2026, 1, 31)))
    corrected = after(one, ("2026-04-10", "corrected", {"against": "branch-c", "reason": "x"}))

    assert [line.charge.payer for line in lines(one, rules)] == ["branch-b"]
    assert [line.charge.payer for line in lines(corrected, rules)] == ["branch-b"]


# --- supplements ---


def test_what_is_found_later_for_an_issued_period_is_a_supplement():
    rules = book(MANNERS)
    one = after(issue(ticket(did("2026-03-10")), rules), did("2026-03-20"), did("2026-04-20"))

    found = lines(one, rules)

    assert told(found) == [
        ("manners", "100.00", True, False), ("manners", "100.00", False, True), ("manners", "100.00", False, False),
    ]  # fmt: skip


@pytest.mark.parametrize(("when", "supplement"), [
    ("2026-02-28 23:59:59", False), ("2026-03-01 00:00", True),
    ("2026-03-31 23:59:59", True), ("2026-04-01 00:00", False),
])  # fmt: skip
def test_both_days_of_the_period_belong_to_it(when, supplement):
    rules = book(MANNERS)
    one = after(issue(ticket(did("2026-03-10")), rules), did(when))

    assert [line.supplement for line in lines(one, rules) if not line.issued] == [supplement]


def test_a_supplement_is_issued_by_issuing_once_more():
    rules = book(MANNERS)
    once = after(issue(ticket(did("2026-03-10")), rules), did("2026-03-20"))

    twice = issue(once, rules, "2026-04-05")

    assert len(twice.events) == len(once.events) + 1
    assert told(lines(twice, rules)) == [
        ("manners", "100.00", True, False), ("manners", "100.00", True, True),
    ]  # fmt: skip
    assert issue(twice, rules, "2026-04-06") == twice


def test_a_voided_issue_is_taken_back():
    rules = book(MANNERS)
    one = issue(ticket(did("2026-03-10")), rules)
    back = after(one, ("2026-04-02", "voided", {"event": one.events[-1].key, "reason": "wrong month"}))

    assert told(lines(back, rules)) == [("manners", "100.00", False, False)]


HQ = """
[[clause]]
id = "hq"
kind = "fine"
title = { en = "Passed on by head office" }
cite = "5"
amount = "200.00"
[[clause]]
id = "extra"
kind = "fine"
title = { en = "More by severity" }
cite = "6"
least = "100.00"
most = "1000.00"
follows = "hq"
"""


def test_a_range_that_followed_is_decided_after_the_issue_in_the_violation_recorded_for_it():
    rules = book(HQ)
    one = issue(ticket(did("2026-03-10", "hq")), rules)
    named = after(one, did("2026-04-05", "extra"))
    decided = after(named, ("2026-04-06", "decided", {"event": named.events[-1].key, "amount": "300.00"}))

    assert told(lines(one, rules)) == [("extra", "100.00-1000.00", True, False), ("hq", "200.00", True, False)]
    assert told(lines(decided, rules)) == [("extra", "300.00", True, False), ("hq", "200.00", True, False)]


def test_another_violation_does_not_take_the_place_of_a_voided_one_that_was_issued():
    rules = book(ATTITUDE)
    one = issue(ticket(did("2026-03-10", "attitude")), rules)
    voided = after(one, ("2026-04-02", "voided", {"event": key_of(1, "2026-03-10"), "reason": "x"}))
    other = after(voided, did("2026-04-05", "attitude"))

    assert told(lines(other, rules)) == [
        ("attitude", "10.00-100.00", True, False), ("attitude", "10.00-100.00", False, False),
    ]  # fmt: skip
