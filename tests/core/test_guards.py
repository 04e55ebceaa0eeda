"""What the order of the work refuses, judged at the moment a step happened, and what is missing before closing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import tomli

from complaint import assets
from complaint.core import guards, ids
from complaint.core.obligations import obligations
from complaint.core.policy import policy
from complaint.core.policy_check import mistakes
from complaint.core.requirements import missing
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import Event, Ticket, happened
from complaint.core.vocabulary import KIND_OF
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
"""
PLAN_ROLES = '[approvals]\nplan = ["manager", "lawyer"]\n'
FINAL_ANSWER = """
[[clause]]
id = "final-answer"
kind = "require"
title = { en = "A final answer" }
cite = "1"
met_by = "answered:final"
before = "closed"
outcomes = ["solved", "unfounded", "out-of-scope", "filed-unproven"]
"""
CALLBACK = """
[[clause]]
id = "callback"
kind = "require"
title = { en = "A callback of every answered ticket" }
cite = "2"
once = "answered:final"
met_by = "called-back"
before = "closed"
"""
ATTEMPTS = """
[[clause]]
id = "attempts"
kind = "contact-attempts"
title = { en = "Three more attempts" }
cite = "3"
starts = "contacted:unreached"
restarts_after = "contacted:reached"
met_by = "contacted:reached"
attempts = { of = "contacted:unreached", times = 3, gap = { hours = 3 } }
allow = { hours = 48 }
before = "closed"
outcomes = ["unreachable"]
"""
FINE = """
[[clause]]
id = "manners"
kind = "fine"
title = { en = "Manners" }
cite = "4"
least = "10.00"
most = "100.00"
"""
CAUSE = """
[[clause]]
id = "cause"
kind = "require"
title = { en = "A reply says the cause" }
cite = "5"
of = "replied"
fields = ["cause"]
"""
RECORD = """
[[clause]]
id = "record"
kind = "require"
title = { en = "Who and what" }
cite = "6"
when = { channel = ["phone"] }
of = "received"
fields = ["content", "complainant.phone|complainant.email"]
"""


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def made(*parts):
    document = tomli.loads(HOUSE + "".join(parts))
    assert mistakes(document, ["cn"]) == []
    edition = policy(document)
    return edition, Rulebook(ZONE, {"house": [edition]}, {"cn": CN})


def event(number, when, type_, **fields):
    key = ids.event_key(at(when).astimezone(UTC) + timedelta(milliseconds=number), f"{number:03d}")
    return Event(key, type_, at(when), "li.na", fields)


def ticket(*steps, header=None, complainant=None):
    """A ticket received on 2026-03-10 at 09:00; each step is an hour later, or says when."""
    events = [event(0, "2026-03-10 09:00", "received", policy="house", kind="complaint", channel="phone")]
    for number, (type_, fields) in enumerate(steps, 1):
        own = dict(fields)
        events.append(event(number, own.pop("when", f"2026-03-10 {9 + number:02d}:00"), type_, **own))
    return Ticket("C-2603-7KQ3MXTJ", header or {}, {}, complainant or {}, tuple(events))


def refusal(one, type_, when="2026-03-10 20:00", parts=(), now="2026-03-10 20:00", **fields):
    """What is said against a step on a ticket, or nothing."""
    edition, book = made(*parts)
    found = guards.refusal(one, event(99, when, type_, **fields), edition, book, at(now))
    return found.found if found else ""


def step(type_, **fields):
    return type_, fields


FINAL = step("answered", answer="final")
CLOSED = step("closed", outcome="solved")
REPLIED = step("replied")
RETURNED = step("returned", reason="no cause")
ASKED = step("extension-asked", due=at("2026-03-12 09:00"), reason="parts")
PLANNED = step("planned")

LEAST = {
    "approved": {"what": "plan"}, "refused": {"what": "plan"}, "closed": {"outcome": "solved"},
    "voided": {"event": "20260310T010000000Z-000"}, "decided": {"event": "20260310T020000001Z-001"},
}  # fmt: skip


# --- time ---


def test_a_step_more_than_five_minutes_in_the_future_is_refused():
    assert refusal(ticket(), "noted", when="2026-03-10 20:05") == ""
    assert refusal(ticket(), "noted", when="2026-03-10 20:05:01") == "2026-03-10T20:05:01+08:00 lies in the future"


def test_a_step_before_the_receipt_is_refused():
    assert refusal(ticket(), "noted", when="2026-03-10 09:00") == ""
    assert (
        refusal(ticket(), "noted", when="2026-03-10 08:59:59")
        == "--at 2026-03-10T08:59:59+08:00 lies before the receipt, 2026-03-10T09:00:00+08:00"
    )


def test_a_step_is_judged_by_the_receipt_as_corrected():
    one = ticket(step("corrected", reason="typing error", received=at("2026-03-10 07:00")))

    assert refusal(one, "noted", when="2026-03-10 08:00") == ""


# --- a closed ticket ---

WHILE_CLOSED = ("reopened", "corrected", "noted", "decided", "violation", "compensated", "repeated")


@pytest.mark.parametrize("type_", WHILE_CLOSED)
def test_a_closed_ticket_still_takes_these(type_):
    violation = step("violation", clause="manners", outcome="proven", payer="branch-b")

    assert refusal(ticket(violation, FINAL, CLOSED), type_, parts=[FINE], **LEAST.get(type_, {})) == ""


def test_a_closed_ticket_still_takes_a_callback_and_a_void():
    one = ticket(FINAL, CLOSED)

    assert refusal(one, "called-back", satisfaction="satisfied") == ""
    assert refusal(one, "voided", event=one.events[1].key) == ""


@pytest.mark.parametrize(
    "type_",
    sorted(set(KIND_OF) - {"received", *WHILE_CLOSED, "called-back", "voided", "waived", "charge-issued", "redacted"}),
)
def test_a_closed_ticket_takes_nothing_else(type_):
    assert refusal(ticket(REPLIED, FINAL, CLOSED), type_, **LEAST.get(type_, {})).startswith(
        "it is closed since 2026-03-10T12:00:00+08:00; "
    )


def test_a_step_that_happened_before_the_closing_is_judged_as_of_then():
    one = ticket(REPLIED, FINAL, CLOSED)

    assert refusal(one, "dispatched", when="2026-03-10 11:59", department="network") == ""
    assert refusal(one, "dispatched", when="2026-03-10 12:00", department="network") != ""


def test_a_reopened_ticket_takes_everything_again():
    assert refusal(ticket(FINAL, CLOSED, step("reopened", reason="x")), "dispatched", department="network") == ""


def test_a_ticket_whose_closing_was_voided_is_open():
    closed = event(2, "2026-03-10 11:00", "closed")
    one = ticket(FINAL, CLOSED, step("voided", event=closed.key, reason="wrong"))

    assert refusal(one, "dispatched", department="network") == ""


# --- order ---


def test_an_open_ticket_cannot_be_reopened():
    assert refusal(ticket(), "reopened", reason="x") == "it is open, there is nothing to reopen"
    assert refusal(ticket(FINAL, CLOSED), "reopened", when="2026-03-10 10:30", reason="x") != ""


@pytest.mark.parametrize(
    ("steps", "refused"),
    [((), True), ((REPLIED,), False), ((REPLIED, RETURNED), True), ((REPLIED, RETURNED, REPLIED), False)],
)
def test_only_a_reply_that_stands_can_be_returned(steps, refused):
    said = refusal(ticket(*steps), "returned", reason="no cause")

    assert said == ("there is no reply to return" if refused else "")


def test_a_return_that_happened_before_the_reply_is_refused():
    assert refusal(ticket(REPLIED), "returned", when="2026-03-10 09:30", reason="x") == "there is no reply to return"


@pytest.mark.parametrize("type_", ["approved", "refused"])
@pytest.mark.parametrize(
    ("what", "steps", "refused"),
    [
        ("extension", (), True),
        ("extension", (ASKED,), False),
        ("extension", (ASKED, step("approved", what="extension")), True),
        ("extension", (ASKED, step("refused", what="extension")), True),
        ("extension", (ASKED, step("refused", what="extension"), ASKED), False),
        ("extension", (PLANNED,), True),
        ("plan", (), True),
        ("plan", (ASKED,), True),
        ("plan", (PLANNED,), False),
        ("answer", (), False),
        ("classification", (), False),
    ],
)
def test_only_what_was_asked_can_be_approved_or_refused(type_, what, steps, refused):
    assert refusal(ticket(*steps), type_, what=what) == (f"no {what} was asked for" if refused else "")


def test_a_plan_is_implemented_without_approval_where_the_policy_asks_for_none():
    assert refusal(ticket(), "implemented") == ""


def test_a_plan_is_implemented_only_after_the_approvals_that_the_policy_asks_for():
    manager, lawyer = (step("approved", what="plan", role=role) for role in ("manager", "lawyer"))

    assert (
        refusal(ticket(PLANNED, manager), "implemented", parts=[PLAN_ROLES])
        == "the plan still needs the approval of lawyer"
    )
    assert refusal(ticket(PLANNED, manager, lawyer), "implemented", parts=[PLAN_ROLES]) == ""
    assert refusal(ticket(PLANNED, manager, lawyer, PLANNED), "implemented", parts=[PLAN_ROLES]) != ""


def test_a_callback_needs_an_answer_of_any_kind_before_it():
    assert refusal(ticket(), "called-back", satisfaction="neutral") == "the customer has had no answer yet"
    assert refusal(ticket(step("answered", answer="progress")), "called-back", satisfaction="neutral") == ""
    assert refusal(ticket(FINAL), "called-back", when="2026-03-10 09:59", satisfaction="neutral") != ""


# --- closing ---


@pytest.mark.parametrize("outcome", ["solved", "unfounded", "out-of-scope", "filed-unproven"])
def test_a_ticket_is_not_closed_so_without_a_final_answer(outcome):
    assert (
        refusal(ticket(), "closed", parts=[FINAL_ANSWER], outcome=outcome)
        == f"it may not be closed as {outcome} yet: missing `answer --final` (final-answer)"
    )
    assert refusal(ticket(FINAL), "closed", parts=[FINAL_ANSWER], outcome=outcome) == ""


@pytest.mark.parametrize("outcome", ["withdrawn", "duplicate", "unreachable"])
def test_these_outcomes_need_no_final_answer(outcome):
    assert refusal(ticket(), "closed", parts=[FINAL_ANSWER], outcome=outcome) == ""


def test_a_closing_that_happened_before_the_answer_is_refused():
    assert refusal(ticket(FINAL), "closed", when="2026-03-10 09:59", parts=[FINAL_ANSWER], outcome="solved") != ""


def test_a_final_answer_that_was_voided_is_missing():
    one = ticket(FINAL, step("voided", event=event(1, "2026-03-10 10:00", "answered").key, reason="x"))

    assert refusal(one, "closed", parts=[FINAL_ANSWER], outcome="solved") != ""


def test_a_callback_is_missing_only_once_there_is_an_answer():
    assert refusal(ticket(), "closed", parts=[CALLBACK], outcome="withdrawn") == ""
    assert refusal(ticket(FINAL), "closed", parts=[CALLBACK], outcome="withdrawn") == (
        "it may not be closed as withdrawn yet: missing `callback` (callback)"
    )
    called = step("called-back", satisfaction="neutral")
    assert refusal(ticket(FINAL, called), "closed", parts=[CALLBACK], outcome="withdrawn") == ""


def tries(*moments, contact="unreached"):
    return [step("contacted", contact=contact, when=f"2026-03-10 {moment}") for moment in moments]


@pytest.mark.parametrize(
    ("moments", "refused"),
    [
        ([], True),
        (["09:30"], True),
        (["09:30", "12:30", "15:30"], True),
        (["09:30", "12:30", "15:30", "18:30"], False),
        (["09:30", "12:29", "15:30", "18:29"], True),
    ],
)
def test_unreachable_means_that_all_attempts_were_made(moments, refused):
    said = refusal(ticket(*tries(*moments)), "closed", parts=[ATTEMPTS], outcome="unreachable")

    assert bool(said) == refused


def test_what_is_missing_of_attempts_names_the_attempts():
    said = refusal(ticket(*tries("09:30")), "closed", parts=[ATTEMPTS], outcome="unreachable")

    assert "`contact --unreached`" in said


def test_other_outcomes_need_no_attempts():
    assert refusal(ticket(*tries("09:30")), "closed", parts=[ATTEMPTS], outcome="withdrawn") == ""


# --- voids and decisions ---


def test_the_receipt_cannot_be_voided():
    one = ticket()

    assert refusal(one, "voided", event=one.events[0].key) == "an event of type received cannot be voided"


def test_a_void_cannot_be_voided():
    one = ticket(FINAL, step("voided", event=event(1, "2026-03-10 10:00", "answered").key, reason="x"))

    assert refusal(one, "voided", event=one.events[2].key) == "an event of type voided cannot be voided"


def test_what_is_voided_cannot_be_voided_again():
    one = ticket(FINAL, step("voided", event=event(1, "2026-03-10 10:00", "answered").key, reason="x"))

    assert refusal(one, "voided", event=one.events[1].key) == f"event {one.events[1].key} is voided already"


def violated(**more):
    return ticket(step("violation", clause="manners", outcome="proven", payer="branch-b", **more))


@pytest.mark.parametrize(("amount", "refused"), [("10.00", False), ("100.00", False), ("9.99", True), ("100.01", True)])
def test_a_decision_stays_inside_the_range_of_the_clause(amount, refused):
    one = violated()

    said = refusal(one, "decided", parts=[FINE], event=one.events[1].key, amount=amount)

    assert said == (f"--amount {amount} is outside the range of manners" if refused else "")


def test_a_fixed_amount_can_only_be_decided_as_it_is():
    fixed = FINE.replace('least = "10.00"\nmost = "100.00"', 'amount = "200.00"')
    one = violated()

    assert refusal(one, "decided", parts=[fixed], event=one.events[1].key, amount="200.00") == ""
    assert refusal(one, "decided", parts=[fixed], event=one.events[1].key, amount="150.00") != ""


def test_only_a_violation_can_be_decided():
    one = ticket(FINAL)

    assert (
        refusal(one, "decided", parts=[FINE], event=one.events[1].key, outcome="proven")
        == f"event {one.events[1].key} is of type answered, not a violation"
    )


# --- what is missing ---


def lacking(one, *parts, as_of="2026-03-10 20:00"):
    edition, book = made(*parts)
    rows = obligations(one, book, at(as_of))
    found = missing(one, edition, happened(one, at(as_of)), rows)
    return [(each.clause.id, each.what, each.before) for each in found]


def test_what_is_missing_names_the_command_that_brings_it():
    assert lacking(ticket(), FINAL_ANSWER, CALLBACK) == [("final-answer", "`answer --final`", "closed")]
    assert lacking(ticket(FINAL), FINAL_ANSWER, CALLBACK) == [("callback", "`callback`", "closed")]


def test_a_field_of_the_last_such_event_is_missing_only_once_there_is_one():
    assert lacking(ticket(), CAUSE) == []
    assert lacking(ticket(REPLIED), CAUSE) == [("cause", "cause", "")]
    assert lacking(ticket(step("replied", cause="unknown")), CAUSE) == []
    assert lacking(ticket(step("replied", cause="unknown"), REPLIED), CAUSE) == [("cause", "cause", "")]


def test_one_of_several_values_is_enough_and_the_others_are_named():
    assert lacking(ticket(), RECORD) == [
        ("record", "content", ""),
        ("record", "complainant.phone or complainant.email", ""),
    ]
    full = ticket(header={"content": "as told"}, complainant={"email": "z@example.org"})
    assert lacking(full, RECORD) == []


def test_a_clause_that_does_not_apply_misses_nothing():
    assert lacking(ticket(), RECORD.replace('"phone"]', '"web"]', 1)) == []


# --- repetition ---


def repeated(seconds, typed_at=None, last=None, **changed):
    """Whether a dispatch is a repetition of the one recorded `seconds` before it."""
    fields = {"department": "network"} | changed
    first = Event(
        ids.event_key(at("2026-03-10 10:00"), "k7f"),
        "dispatched",
        at(last or "2026-03-10 10:00"),
        "li.na",
        {"department": "network"},
    )
    now = at("2026-03-10 10:00") + timedelta(seconds=seconds)
    again = Event(ids.event_key(now, "x4m"), "dispatched", at(typed_at) if typed_at else now, "li.na", fields)
    one = Ticket("C-2603-7KQ3MXTJ", {}, events=(ticket().events[0], first))
    return guards.repeats_last(one, again, at(typed_at) if typed_at else None)


def test_the_same_step_within_a_minute_is_a_repetition():
    assert repeated(0.5)
    assert repeated(60)
    assert not repeated(61)


def test_other_fields_are_no_repetition():
    assert not repeated(5, department="billing")
    assert not repeated(5, handler="wang")


def test_the_same_typed_moment_is_a_repetition_and_another_is_not():
    assert repeated(5, typed_at="2026-03-10 09:30", last="2026-03-10 09:30")
    assert not repeated(5, typed_at="2026-03-10 09:31", last="2026-03-10 09:30")
    assert not repeated(5, typed_at="2026-03-10 09:30")
    assert not repeated(5, last="2026-03-10 09:30")


def test_the_moment_of_recording_typed_twice_is_a_repetition():
    assert repeated(5, typed_at="2026-03-10 10:00", last="2026-03-10 10:00")


def test_a_last_event_of_a_clock_that_ran_ahead_makes_no_repetition():
    assert not repeated(-7200)
