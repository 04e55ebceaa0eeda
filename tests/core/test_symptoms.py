"""A symptom told by several customers: from then on all of them are judged otherwise; no file changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import tomli

from complaint import assets
from complaint.core import ids
from complaint.core.obligations import obligations
from complaint.core.policy import policy
from complaint.core.policy_check import mistakes
from complaint.core.rulebook import Rulebook
from complaint.core.symptoms import effects
from complaint.core.ticket import Event, Ticket
from complaint.store import rules

ZONE = ZoneInfo("Asia/Shanghai")
CN = rules.calendar(assets.calendar_text("cn"), "cn.toml")
HOUSE = """
schema = 1
[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules"

[[clause]]
id = "general"
kind = "deadline"
title = { en = "General: 24 hours" }
cite = "1"
starts = "received"
met_by = "answered:final"
allow = { hours = 24 }

[[clause]]
id = "visit"
kind = "deadline"
title = { en = "Major: a visit in 24 hours" }
cite = "2"
when = { severity = ["major"] }
starts = "received"
met_by = "contacted:reached"
allow = { hours = 24 }

[[clause]]
id = "close"
kind = "deadline"
title = { en = "Major: done in 48 hours" }
cite = "3"
when = { severity = ["major"] }
exception_to = "general"
replaces = ["general"]
starts = "received"
met_by = "answered:final"
allow = { hours = 48 }
"""
SAME = """
[[clause]]
id = "three"
kind = "classification"
title = { en = "The same symptom from three customers" }
cite = "4"
same = ["about.symptom", "nature"]
customers = 3
sets = { severity = "major", flags = ["batch"] }
"""


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def book(text=HOUSE + SAME):
    document = tomli.loads(text)
    assert mistakes(document, ["cn"]) == []
    return Rulebook(ZONE, {"house": [policy(document)]}, {"cn": CN})


def report(number, when, customer, /, symptom="noise", kind="complaint", **complainant):
    """A ticket of a customer (by telephone) about a symptom."""
    key = ids.event_key(at(when).astimezone(UTC) + timedelta(milliseconds=number), f"{number:03d}")
    fields = {"policy": "house", "kind": kind, "about_symptom": symptom}
    people = complainant or {"phone": customer}
    return Ticket(f"C-2603-{number:08d}", {}, {"symptom": symptom}, people,
                  (Event(key, "received", at(when), "li.na", fields),))  # fmt: skip


def told(tickets, rulebook=None, as_of="2026-12-31 00:00"):
    """By the last symbol of the ticket: from when on it is judged otherwise."""
    found = effects(tickets, rulebook or book(), at(as_of))
    return {int(id_[-8:]): f"{each.at:%m-%d %H:%M}" for id_, (each,) in sorted(found.items())}


A, B, A2, C = (
    report(1, "2026-03-02 09:00", "A"), report(2, "2026-03-02 11:00", "B"), report(3, "2026-03-02 12:00", "A"),
    report(4, "2026-03-02 15:00", "C"),
)  # fmt: skip


def test_the_third_customer_makes_all_of_them_major_at_once():
    """readings, example 11: A again is no new customer; at 15:00 all are major"""
    assert told([A, B, A2]) == {}
    assert told([A, B, A2, C]) == dict.fromkeys((1, 2, 3, 4), "03-02 15:00")


def test_it_says_what_it_changes_and_why():
    (effect,) = effects([A, B, C], book(), at("2026-12-31 00:00"))[A.id]

    assert effect.sets == {"severity": "major", "flags": ["batch"]}
    assert effect.reason == "3 customers told noise by 2026-03-02 15:00 (three)"


def test_before_the_third_told_it_nothing_is_known():
    assert told([A, B, C], as_of="2026-03-02 14:59") == {}
    assert told([A, B, C], as_of="2026-03-02 15:00") != {}


def test_whoever_comes_later_is_major_from_the_beginning():
    late = report(5, "2026-03-05 08:00", "D")

    assert told([A, B, C, late])[5] == "03-05 08:00"


def test_the_order_of_the_files_does_not_matter():
    assert told([C, A2, B, A]) == told([A, B, A2, C])


def test_another_symptom_is_another_count():
    assert told([A, B, report(4, "2026-03-02 15:00", "C", symptom="smell")]) == {}


def test_where_no_symptom_is_told_nothing_is_counted():
    assert told([report(n, "2026-03-02 09:00", f"{n}", symptom="") for n in range(4)]) == {}


def test_a_customer_is_known_by_phone_else_email_else_name_and_a_nameless_one_is_somebody_else():
    def customers(*people):
        return bool(told([report(n, "2026-03-02 09:00", "", **each) for n, each in enumerate(people)]))

    assert not customers({"name": "Li"}, {"name": "Li"}, {"name": "Wang"})
    assert not customers({"email": "a@b.cn", "name": "Li"}, {"email": "a@b.cn", "name": "Wang"}, {"name": "Zhao"})
    assert customers({"phone": "1", "name": "Li"}, {"phone": "2", "name": "Li"}, {"phone": "3", "name": "Li"})
    assert customers({"address": "a"}, {"address": "a"}, {"address": "a"})


@pytest.mark.parametrize(("third", "found"), [("2026-03-04 09:00", {1, 2, 3}), ("2026-03-04 09:01", set())])
def test_within_a_time_only_those_within_it_count(third, found):
    timed = book(HOUSE + SAME + "within = { hours = 48 }\n")
    reports = [report(1, "2026-03-02 09:00", "A"), report(2, "2026-03-02 09:00", "B"), report(3, third, "C")]

    assert set(told(reports, timed)) == found


def test_three_that_no_time_holds_together_make_none_of_them_major():
    timed = book(HOUSE + SAME + "within = { hours = 48 }\n")
    reports = [
        report(1, "2026-03-02 09:00", "A"),
        report(2, "2026-03-04 09:00", "B"),
        report(3, "2026-03-06 09:00", "C"),
    ]

    assert told(reports, timed) == {}


def test_a_clause_for_complaints_does_not_count_inquiries():
    for_complaints = book(HOUSE + SAME + 'when = { kind = ["complaint"] }\n')
    inquiry = report(4, "2026-03-02 15:00", "C", kind="inquiry")

    assert told([A, B, inquiry], for_complaints) == {}
    assert told([A, B, C], for_complaints) != {}


def test_without_such_a_clause_nothing_changes():
    assert effects([A, B, C], book(HOUSE), at("2026-12-31 00:00")) == {}


# --- what it does to the deadlines ---


def dues(ticket, several, as_of="2026-03-02 16:00"):
    changed = effects(several, book(), at(as_of)).get(ticket.id, ())
    rows = obligations(ticket, book(), at(as_of), effects=changed)
    return {row.clause.id: f"{row.due_at.astimezone(ZONE):%m-%d %H:%M}" for row in rows if row.state != "cancelled"}


@pytest.mark.parametrize(("ticket", "visit", "close"), [
    (A, "03-03 15:00", "03-04 09:00"), (B, "03-03 15:00", "03-04 11:00"), (C, "03-03 15:00", "03-04 15:00"),
])  # fmt: skip
def test_the_deadlines_of_a_major_one(ticket, visit, close):
    """readings, example 11: a callback 24 hours after it became major, complete 48 hours after its own receipt"""
    found = dues(ticket, [A, B, A2, C])

    assert (found["visit"], found["close"]) == (visit, close)


@pytest.mark.parametrize(("ticket", "alone"), [(A, "03-03 09:00"), (B, "03-03 11:00")])
def test_alone_it_has_its_ordinary_deadline(ticket, alone):
    assert dues(ticket, [A, B, A2]) == {"general": alone}


def test_the_files_stay_as_they_are():
    before = (A.header, A.events)

    effects([A, B, C], book(), at("2026-12-31 00:00"))

    assert (A.header, A.events) == before


@pytest.mark.parametrize("typed", ["138 0000 0001", "138-0000-0001", "+86 13800000001", "008613800000001"])
def test_a_telephone_number_is_the_same_however_it_was_typed(typed):
    reports = [
        report(1, "2026-03-02 09:00", "13800000001"),
        report(2, "2026-03-02 10:00", typed),
        report(3, "2026-03-02 11:00", "13800000002"),
    ]

    assert told(reports) == {}
