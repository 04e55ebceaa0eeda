"""The deadlines of one ticket: contract, section 6, rule by rule, on policies that a reader has in sight."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import tomli

from complaint import assets
from complaint.core import ids, obligations
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
edition = "{edition}"
effective_from = {since}
title = {{ en = "House rules" }}
source = "House rules"
"""


def at(text):
    """`2026-03-10 09:00` in China."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def clause(id_, **keys):
    """A deadline; keys are written as in TOML."""
    rows = {"kind": '"deadline"', "title": '{ en = "A rule" }', "cite": '"1"', "starts": '"received"'} | keys
    return f'[[clause]]\nid = "{id_}"\n' + "".join(f"{key} = {value}\n" for key, value in rows.items())


def edition(*parts, since="2000-01-01"):
    """One edition of the policy `house`, of which nobody may say that it is written wrong."""
    document = tomli.loads(HEAD.format(edition=since, since=since) + "\n".join(parts))
    assert mistakes(document, ["cn"]) == []
    return policy(document)


def book(*parts):
    """The rules of one edition that is in force since ever, or those of the editions given."""
    editions = parts if not isinstance(parts[0], str) else (edition(*parts),)
    return Rulebook(ZONE, {"house": list(editions)}, {"cn": CN})


def ticket(*events):
    """A ticket of events (when it happened, type, fields), recorded then or at `recorded`; the first one receives."""
    made = []
    for number, (when, type_, fields) in enumerate(events):
        own = dict(fields)
        moment = at(own.pop("recorded", when)).astimezone(UTC) + timedelta(milliseconds=number)
        base = {"policy": "house", "kind": "complaint"} if type_ == "received" else {}
        made.append(Event(ids.event_key(moment, f"{number:03d}"), type_, at(when), "li.na", base | own))
    return Ticket("C-2603-7KQ3MXTJ", {}, events=tuple(made))


def did(when, type_, /, **fields):
    """An event; values that look like moments are moments."""
    moments = {key: at(value) for key, value in fields.items() if key in ("due", "received")}
    return when, type_, fields | moments


def key_of(number, when):
    return ids.event_key(at(when).astimezone(UTC) + timedelta(milliseconds=number), f"{number:03d}")


def rows(rulebook, events, as_of, known_at=None, within=None):
    """Every obligation as (clause, due, state, met, seconds over), moments as people read them."""
    found = obligations.obligations(
        ticket(*events), rulebook, at(as_of), at(known_at) if known_at else None, within=within
    )
    return [(row.clause.id, told(row.due_at), row.state, told(row.met_at), row.overdue_seconds) for row in found]


def told(moment):
    return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(":00") if moment else None


RECEIVED = did("2026-03-10 10:00", "received")
DISPATCH = did("2026-03-10 11:00", "dispatched", department="network")
TWO_HOURS = book(clause("two", met_by='"dispatched"', allow="{ hours = 2 }"))


# --- rule 1 and rule 5: when an act is in time ---


def test_a_limit_in_hours_runs_from_the_instant_of_its_start():
    assert rows(TWO_HOURS, [RECEIVED], "2026-03-10 10:00") == [("two", "2026-03-10 12:00", "running", None, 0)]


@pytest.mark.parametrize(
    ("when", "state", "over"),
    [("2026-03-10 11:59:59", "met", 0), ("2026-03-10 12:00", "met", 0), ("2026-03-10 12:00:01", "late", 1)],
)
def test_an_act_at_the_due_instant_is_in_time(when, state, over):
    events = [RECEIVED, did(when, "dispatched", department="network")]

    assert rows(TWO_HOURS, events, "2026-03-11 10:00") == [("two", "2026-03-10 12:00", state, told(at(when)), over)]


@pytest.mark.parametrize(
    ("as_of", "state", "over"),
    [
        ("2026-03-10 12:00", "running", 0),
        ("2026-03-10 12:00:01", "overdue", 1),
        ("2026-03-11 12:00", "overdue", 86_400),
    ],
)
def test_it_is_overdue_after_the_due_instant_by_wall_time(as_of, state, over):
    assert rows(TWO_HOURS, [RECEIVED], as_of) == [("two", "2026-03-10 12:00", state, None, over)]


BEFORE_FIVE = book(clause("five", met_by='"dispatched"', allow='{ by = "17:00" }', due_inclusive="false"))


@pytest.mark.parametrize(
    ("received", "acted", "due", "state"),
    [
        ("2026-03-10 09:30", "2026-03-10 16:59", "2026-03-10 17:00", "met"),
        ("2026-03-10 09:30", "2026-03-10 17:00", "2026-03-10 17:00", "late"),
        ("2026-03-10 17:20", "2026-03-11 16:59", "2026-03-11 17:00", "met"),
        ("2026-03-14 11:00", "2026-03-14 16:00", "2026-03-14 17:00", "met"),
    ],
)
def test_before_five_is_not_at_five(received, acted, due, state):
    events = [did(received, "received"), did(acted, "dispatched", department="network")]

    assert rows(BEFORE_FIVE, events, "2026-03-20 10:00") == [("five", due, state, acted, 0)]


def test_before_five_is_overdue_from_five_on():
    events = [did("2026-03-10 09:30", "received")]

    assert rows(BEFORE_FIVE, events, "2026-03-10 16:59:59")[0][2] == "running"
    assert rows(BEFORE_FIVE, events, "2026-03-10 17:00") == [("five", "2026-03-10 17:00", "overdue", None, 0)]


def test_what_is_due_soon_is_said_only_where_it_is_asked_for():
    assert rows(TWO_HOURS, [RECEIVED], "2026-03-10 11:00", within=timedelta(hours=1))[0][2] == "due-soon"
    assert rows(TWO_HOURS, [RECEIVED], "2026-03-10 10:59:59", within=timedelta(hours=1))[0][2] == "running"
    assert rows(TWO_HOURS, [RECEIVED], "2026-03-10 11:00")[0][2] == "running"


def test_a_length_that_is_not_set_is_never_overdue():
    unset = book(clause("soon", met_by='"dispatched"'))

    assert rows(unset, [RECEIVED], "2027-03-10 10:00") == [("soon", None, "running", None, 0)]
    assert rows(unset, [RECEIVED, DISPATCH], "2027-03-10 10:00") == [("soon", None, "met", "2026-03-10 11:00", 0)]


def test_a_count_that_touches_a_year_without_notice_is_provisional():
    two_days = book(clause("two", met_by='"answered:final"', allow="{ working_days = 2 }"))

    (row,) = obligations.obligations(ticket(did("2026-12-31 10:00", "received")), two_days, at("2026-12-31 10:00"))
    (firm,) = obligations.obligations(ticket(did("2026-12-28 10:00", "received")), two_days, at("2026-12-31 10:00"))

    assert (told(row.due_at), row.provisional) == ("2027-01-06 00:00", True)
    assert (told(firm.due_at), firm.provisional) == ("2026-12-31 00:00", False)


# --- rule 6: pauses ---

QUIET = '[calendar.answer]\ndaily = ["08:00-12:00", "14:30-20:00"]\n'
HOLD, RESUME = did("2026-03-10 10:30", "held"), did("2026-03-10 11:30", "resumed")


def test_a_pause_moves_the_due_instant_by_what_it_took_away():
    assert rows(TWO_HOURS, [RECEIVED, HOLD, RESUME], "2026-03-10 12:30") == [
        ("two", "2026-03-10 13:00", "running", None, 0)
    ]


def test_a_pause_takes_away_only_counted_time():
    quiet = book(QUIET, clause("two", met_by='"dispatched"', allow='{ hours = 2, calendar = "answer" }'))
    noon = [did("2026-03-10 11:00", "received"), did("2026-03-10 11:30", "held"), did("2026-03-10 14:00", "resumed")]

    assert rows(quiet, noon, "2026-03-10 14:00") == [("two", "2026-03-10 16:00", "running", None, 0)]


def test_while_it_is_on_hold_it_does_not_become_overdue():
    assert rows(TWO_HOURS, [RECEIVED, HOLD], "2026-03-12 10:30")[0][2] == "running"


def test_a_hold_after_the_due_instant_changes_nothing():
    late = [RECEIVED, did("2026-03-10 12:30", "held"), did("2026-03-10 14:00", "resumed")]

    assert rows(TWO_HOURS, late, "2026-03-10 15:00") == [("two", "2026-03-10 12:00", "overdue", None, 10_800)]


def test_a_clause_that_is_not_pausable_runs_on():
    hard = book(clause("two", met_by='"dispatched"', allow="{ hours = 2 }", pausable="false"))

    assert rows(hard, [RECEIVED, HOLD, RESUME], "2026-03-10 12:30") == [
        ("two", "2026-03-10 12:00", "overdue", None, 1800)
    ]


def test_a_second_hold_before_the_resume_is_part_of_the_first():
    events = [RECEIVED, HOLD, did("2026-03-10 11:00", "held"), RESUME]

    assert rows(TWO_HOURS, events, "2026-03-10 12:30") == [("two", "2026-03-10 13:00", "running", None, 0)]


# --- rule 6: a returned reply ---

NODE = clause(
    "node",
    starts='"dispatched+due"',
    ended_by='"dispatched+due"',
    met_by='"replied"',
    taken_back_by='"returned"',
    allow='{ until = "due" }',
    extendable="true",
)
QUIET_ANSWER = clause(
    "answer",
    starts='"replied"',
    restarts_after='["dispatched", "returned"]',
    cancelled_by='"returned"',
    met_by='"answered:final"',
    allow='{ hours = 2, calendar = "answer" }',
)
ORDER = did("2026-03-10 09:00", "dispatched", department="network", due="2026-03-11 09:00")
START = did("2026-03-10 08:30", "received")


def test_a_returned_reply_never_resets_the_limit():
    events = [
        START,
        ORDER,
        did("2026-03-10 17:00", "replied"),
        did("2026-03-10 18:00", "returned", reason="no cause"),
        did("2026-03-11 10:00", "replied"),
    ]

    assert rows(book(QUIET, NODE, QUIET_ANSWER), events, "2026-03-11 10:30") == [
        ("answer", "2026-03-10 19:00", "cancelled", None, 0),
        ("node", "2026-03-11 09:00", "late", "2026-03-11 10:00", 3600),
        ("answer", "2026-03-11 12:00", "running", None, 0),
    ]


def test_a_reply_met_it_until_it_was_returned():
    events = [
        START, ORDER, did("2026-03-10 17:00", "replied"), did("2026-03-11 18:00", "returned", reason="no cause"),
    ]  # fmt: skip

    assert rows(book(NODE), events, "2026-03-11 17:00")[0][2:4] == ("met", "2026-03-10 17:00")
    assert rows(book(NODE), events, "2026-03-11 18:00") == [("node", "2026-03-11 09:00", "overdue", None, 32_400)]


def test_the_first_reply_that_stands_counts():
    events = [START, ORDER, did("2026-03-10 17:00", "replied"), did("2026-03-12 17:00", "replied")]

    assert rows(book(NODE), events, "2026-03-13 09:00") == [("node", "2026-03-11 09:00", "met", "2026-03-10 17:00", 0)]


# --- a second order with a time of its own ends the first, as a closing would ---

SECOND = did("2026-03-10 12:00", "dispatched", department="billing", due="2026-03-12 12:00")


def test_a_second_order_ends_the_first_that_is_not_due_yet():
    assert rows(book(NODE), [START, ORDER, SECOND], "2026-03-11 12:00") == [
        ("node", "2026-03-11 09:00", "cancelled", None, 0),
        ("node", "2026-03-12 12:00", "running", None, 0),
    ]


def test_a_second_order_ends_the_first_late_if_it_was_due():
    again = did("2026-03-11 10:00", "dispatched", department="billing", due="2026-03-12 12:00")

    assert rows(book(NODE), [START, ORDER, again], "2026-03-11 12:00")[0] == (
        "node", "2026-03-11 09:00", "late", "2026-03-11 10:00", 3600,
    )  # fmt: skip


def test_an_ended_order_is_not_resumed_by_reopening():
    events = [
        START, ORDER, SECOND, did("2026-03-10 13:00", "closed", outcome="withdrawn"),
        did("2026-03-10 14:00", "reopened", reason="x"),
    ]  # fmt: skip

    assert rows(book(NODE), events, "2026-03-11 10:00") == [
        ("node", "2026-03-11 09:00", "cancelled", None, 0),
        ("node", "2026-03-12 13:00", "running", None, 0),
    ]


def test_an_order_without_a_time_ends_nothing():
    plain = did("2026-03-10 12:00", "dispatched", department="billing")

    assert rows(book(NODE), [START, ORDER, plain], "2026-03-10 12:30") == [
        ("node", "2026-03-11 09:00", "running", None, 0)
    ]


def test_a_voided_order_starts_nothing_and_ends_nothing():
    events = [START, ORDER, SECOND, did("2026-03-10 12:30", "voided", event=key_of(2, "2026-03-10 12:00"), reason="x")]

    assert rows(book(NODE), events, "2026-03-10 13:00") == [("node", "2026-03-11 09:00", "running", None, 0)]


# --- rule 6: extensions ---


def asked(when, due="2026-03-12 09:00"):
    return did(when, "extension-asked", due=due, reason="parts")


def granted(when, **fields):
    return did(when, "approved", what="extension", **fields)


@pytest.mark.parametrize(
    ("events", "due", "state"),
    [
        ([asked("2026-03-11 08:00"), granted("2026-03-11 08:30")], "2026-03-12 09:00", "running"),
        ([asked("2026-03-11 08:00"), granted("2026-03-11 09:30")], "2026-03-12 09:00", "running"),
        ([asked("2026-03-11 09:00"), granted("2026-03-11 09:30")], "2026-03-12 09:00", "running"),
        ([asked("2026-03-11 09:00:01"), granted("2026-03-11 09:30")], "2026-03-11 09:00", "overdue"),
        ([asked("2026-03-11 08:00")], "2026-03-11 09:00", "overdue"),
        (
            [asked("2026-03-11 08:00"), did("2026-03-11 08:30", "refused", what="extension")],
            "2026-03-11 09:00",
            "overdue",
        ),
        (
            [asked("2026-03-11 08:00"), granted("2026-03-11 08:30", due="2026-03-11 20:00")],
            "2026-03-11 20:00",
            "running",
        ),
        (
            [
                asked("2026-03-11 08:00"),
                did("2026-03-11 08:10", "refused", what="extension"),
                asked("2026-03-11 08:20", "2026-03-11 21:00"),
                granted("2026-03-11 08:30"),
            ],
            "2026-03-11 21:00",
            "running",
        ),
        ([asked("2026-03-11 08:00"), did("2026-03-11 08:30", "approved", what="plan")], "2026-03-11 09:00", "overdue"),
        ([granted("2026-03-11 08:30", due="2026-03-12 09:00")], "2026-03-11 09:00", "overdue"),
    ],
)
def test_an_extension_counts_if_it_was_asked_for_in_time_and_approved(events, due, state):
    found = rows(book(NODE), [START, ORDER, *events], "2026-03-11 12:00")

    assert [row[:3] for row in found] == [("node", due, state)]


def test_an_extension_may_be_extended_while_it_runs():
    chain = [
        asked("2026-03-11 08:00"),
        granted("2026-03-11 08:30"),
        asked("2026-03-12 09:00", "2026-03-13 09:00"),
        granted("2026-03-12 10:00"),
    ]

    assert [row[:3] for row in rows(book(NODE), [START, ORDER, *chain], "2026-03-12 12:00")] == [
        ("node", "2026-03-13 09:00", "running")
    ]


def test_an_extension_that_was_voided_does_not_count():
    events = [
        START, ORDER, asked("2026-03-11 08:00"), granted("2026-03-11 08:30"),
        did("2026-03-11 11:00", "voided", event=key_of(3, "2026-03-11 08:30"), reason="wrong ticket"),
    ]  # fmt: skip

    assert [row[:3] for row in rows(book(NODE), events, "2026-03-11 10:59")] == [
        ("node", "2026-03-12 09:00", "running")
    ]
    assert [row[:3] for row in rows(book(NODE), events, "2026-03-11 12:00")] == [
        ("node", "2026-03-11 09:00", "overdue")
    ]


def test_an_extension_moves_only_what_is_extendable():
    hard = book(NODE.replace("extendable = true\n", ""))

    found = rows(hard, [START, ORDER, asked("2026-03-11 08:00"), granted("2026-03-11 08:30")], "2026-03-11 12:00")

    assert [row[:3] for row in found] == [("node", "2026-03-11 09:00", "overdue")]


def test_an_extension_that_several_must_approve_counts_once_all_have():
    several = book('[approvals]\nextension = ["leader", "manager"]\n', NODE)
    one = [START, ORDER, asked("2026-03-11 08:00"), granted("2026-03-11 08:30", role="leader")]
    both = [*one, granted("2026-03-11 10:00", role="manager")]

    assert rows(several, one, "2026-03-11 12:00")[0][1:3] == ("2026-03-11 09:00", "overdue")
    assert rows(several, both, "2026-03-11 12:00")[0][1:3] == ("2026-03-12 09:00", "running")


def test_a_reply_within_the_extension_is_in_time():
    events = [
        START, ORDER, asked("2026-03-11 08:00"), granted("2026-03-11 09:30"), did("2026-03-12 09:00", "replied"),
    ]  # fmt: skip

    assert rows(book(NODE), events, "2026-03-13 09:00") == [("node", "2026-03-12 09:00", "met", "2026-03-12 09:00", 0)]


def test_an_approval_after_a_late_reply_makes_it_in_time():
    events = [
        START, ORDER, asked("2026-03-11 08:00"), did("2026-03-11 10:00", "replied"), granted("2026-03-11 11:00"),
    ]  # fmt: skip

    assert rows(book(NODE), events, "2026-03-11 10:30")[0][1:3] == ("2026-03-11 09:00", "late")
    assert rows(book(NODE), events, "2026-03-11 11:00")[0][1:3] == ("2026-03-12 09:00", "met")


# --- rule 7: closing and reopening ---


def closed(when, outcome="withdrawn"):
    return did(when, "closed", outcome=outcome)


def reopened(when):
    return did(when, "reopened", reason="not solved")


@pytest.mark.parametrize("when", ["2026-03-10 11:00", "2026-03-10 12:00"])
def test_closing_cancels_what_is_not_past_due(when):
    assert rows(TWO_HOURS, [RECEIVED, closed(when)], "2026-03-12 10:00") == [
        ("two", "2026-03-10 12:00", "cancelled", None, 0)
    ]


def test_closing_makes_late_what_is_past_due():
    assert rows(TWO_HOURS, [RECEIVED, closed("2026-03-10 12:01")], "2026-03-12 10:00") == [
        ("two", "2026-03-10 12:00", "late", "2026-03-10 12:01", 60)
    ]


def test_reopening_makes_it_overdue_again_with_the_same_due_instant():
    events = [RECEIVED, closed("2026-03-10 12:01"), reopened("2026-03-10 20:00")]

    assert rows(TWO_HOURS, events, "2026-03-10 20:00") == [("two", "2026-03-10 12:00", "overdue", None, 28_800)]


def test_reopening_lets_a_cancelled_one_run_on_moved_by_the_closed_time():
    events = [RECEIVED, closed("2026-03-10 11:00"), reopened("2026-03-11 09:00")]

    assert rows(TWO_HOURS, events, "2026-03-11 10:00") == [("two", "2026-03-11 10:00", "running", None, 0)]
    assert rows(TWO_HOURS, events, "2026-03-11 10:00:01")[0][2] == "overdue"


def test_two_closings_move_it_twice():
    events = [
        RECEIVED, closed("2026-03-10 10:30"), reopened("2026-03-10 11:30"), closed("2026-03-10 12:00"),
        reopened("2026-03-10 15:00"),
    ]  # fmt: skip

    assert rows(TWO_HOURS, events, "2026-03-10 15:30") == [("two", "2026-03-10 16:00", "running", None, 0)]


def test_what_an_act_met_or_made_late_stays_through_closing_and_reopening():
    in_time, too_late = DISPATCH, did("2026-03-10 13:00", "dispatched", department="network")
    ending = [closed("2026-03-10 14:00"), reopened("2026-03-10 15:00")]

    for act, state in ((in_time, "met"), (too_late, "late")):
        (row,) = rows(TWO_HOURS, [RECEIVED, act, *ending], "2026-03-12 10:00")
        assert row[1:4] == ("2026-03-10 12:00", state, told(at(act[0])))


def test_an_act_after_reopening_meets_what_runs_on():
    events = [
        RECEIVED, closed("2026-03-10 11:00"), reopened("2026-03-11 09:00"),
        did("2026-03-11 09:59", "dispatched", department="network"),
    ]  # fmt: skip

    assert rows(TWO_HOURS, events, "2026-03-12 10:00") == [("two", "2026-03-11 10:00", "met", "2026-03-11 09:59", 0)]


def test_a_pause_after_reopening_counts_too():
    events = [
        RECEIVED, closed("2026-03-10 11:00"), reopened("2026-03-11 09:00"), did("2026-03-11 09:30", "held"),
        did("2026-03-11 09:45", "resumed"),
    ]  # fmt: skip

    assert rows(TWO_HOURS, events, "2026-03-11 10:00") == [("two", "2026-03-11 10:15", "running", None, 0)]


def test_a_pause_before_closing_and_the_closed_time_are_both_left_out():
    events = [
        RECEIVED, HOLD, did("2026-03-10 10:45", "resumed"), closed("2026-03-10 11:00"), reopened("2026-03-11 09:00"),
    ]  # fmt: skip

    assert rows(TWO_HOURS, events, "2026-03-11 10:00") == [("two", "2026-03-11 10:15", "running", None, 0)]


def test_a_day_limit_that_was_closed_is_moved_by_the_closed_time():
    day = book(clause("day", met_by='"answered:final"', allow="{ working_days = 1 }"))
    events = [RECEIVED, closed("2026-03-10 11:00"), reopened("2026-03-10 14:00")]

    assert rows(day, events, "2026-03-10 14:00") == [("day", "2026-03-12 03:00", "running", None, 0)]


CLOSE_IN_TWO = book(clause("close", met_by='["closed", "answered:final"]', allow="{ hours = 2 }"))


@pytest.mark.parametrize(("when", "state"), [("2026-03-10 12:00", "met"), ("2026-03-10 12:30", "late")])
def test_a_clause_that_closing_meets_is_met_or_late_and_reopening_does_not_resume_it(when, state):
    for events in ([RECEIVED, closed(when)], [RECEIVED, closed(when), reopened("2026-03-10 15:00")]):
        (row,) = rows(CLOSE_IN_TWO, events, "2026-03-12 10:00")
        assert row[1:4] == ("2026-03-10 12:00", state, when)


def test_a_voided_closing_ended_nothing():
    events = [RECEIVED, closed("2026-03-10 11:00")]
    events.append(did("2026-03-10 13:00", "voided", event=key_of(1, "2026-03-10 11:00"), reason="wrong ticket"))

    assert rows(TWO_HOURS, events, "2026-03-10 12:30")[0][2] == "cancelled"
    assert rows(TWO_HOURS, events, "2026-03-10 13:00") == [("two", "2026-03-10 12:00", "overdue", None, 3600)]


# --- rule 7: re-classification ---

NORMAL = clause("normal", met_by='"dispatched"', allow="{ hours = 2 }")
URGENT = clause(
    "urgent",
    when='[{ severity = ["major"] }, { flags = ["repeat"] }]',
    exception_to='"normal"',
    met_by='"dispatched"',
    allow="{ minutes = 30 }",
)
DISPATCHING = book(NORMAL, URGENT)


def marked(when, **fields):
    return did(when, "classified", **(fields or {"flags": ["repeat"]}))


@pytest.mark.parametrize(
    ("when", "due"),
    [
        ("2026-03-10 10:05", "2026-03-10 10:35"),
        ("2026-03-10 10:50", "2026-03-10 11:20"),
        ("2026-03-10 11:45", "2026-03-10 12:00"),
        ("2026-03-10 12:10", "2026-03-10 12:00"),
    ],
)
def test_an_urgent_limit_that_begins_later_counts_from_then_but_not_beyond_the_old_one(when, due):
    found = [row for row in rows(DISPATCHING, [RECEIVED, marked(when)], when) if row[0] == "urgent"]

    assert [row[1] for row in found] == [due]


def test_what_was_urgent_from_the_start_is_due_from_the_start():
    events = [did("2026-03-10 10:00", "received", flags=["repeat"])]

    assert rows(DISPATCHING, events, "2026-03-10 10:00") == [("urgent", "2026-03-10 10:30", "running", None, 0)]


def test_what_is_classified_at_the_moment_of_receipt_is_so_from_the_start():
    assert rows(DISPATCHING, [RECEIVED, marked("2026-03-10 10:00")], "2026-03-10 10:00") == [
        ("urgent", "2026-03-10 10:30", "running", None, 0)
    ]


def test_started_at_stays_through_re_classification():
    found = obligations.obligations(ticket(RECEIVED, marked("2026-03-10 10:50")), DISPATCHING, at("2026-03-10 11:00"))

    assert {row.clause.id: told(row.started_at) for row in found} == {
        "urgent": "2026-03-10 10:00",
        "normal": "2026-03-10 10:00",
    }


def test_a_clause_that_stops_applying_is_cancelled_if_not_yet_due():
    found = rows(DISPATCHING, [RECEIVED, marked("2026-03-10 10:50")], "2026-03-10 11:00")

    assert found == [
        ("urgent", "2026-03-10 11:20", "running", None, 0),
        ("normal", "2026-03-10 12:00", "cancelled", None, 0),
    ]


def test_a_clause_that_stops_applying_once_overdue_stays():
    found = rows(DISPATCHING, [RECEIVED, marked("2026-03-10 12:10")], "2026-03-10 12:30")

    assert sorted(found) == [
        ("normal", "2026-03-10 12:00", "overdue", None, 1800),
        ("urgent", "2026-03-10 12:00", "overdue", None, 1800),
    ]


def test_a_clause_that_stopped_applying_is_not_met_by_a_later_act():
    events = [RECEIVED, marked("2026-03-10 10:50"), DISPATCH]

    assert rows(DISPATCHING, events, "2026-03-10 13:00") == [
        ("urgent", "2026-03-10 11:20", "met", "2026-03-10 11:00", 0),
        ("normal", "2026-03-10 12:00", "cancelled", None, 0),
    ]


def test_a_clause_that_never_applied_has_no_row():
    assert [row[0] for row in rows(DISPATCHING, [RECEIVED], "2026-03-10 13:00")] == ["normal"]


def test_a_deadline_that_replaces_none_counts_from_the_re_classification():
    alone = book(clause("urgent", when='{ flags = ["repeat"] }', met_by='"dispatched"', allow="{ minutes = 30 }"))

    assert rows(alone, [RECEIVED, marked("2026-03-10 11:45")], "2026-03-10 12:00") == [
        ("urgent", "2026-03-10 12:15", "running", None, 0)
    ]


def test_back_to_ordinary_the_ordinary_limit_applies_again():
    events = [RECEIVED, marked("2026-03-10 10:10"), marked("2026-03-10 10:20", no_flags=["repeat"])]

    assert rows(DISPATCHING, events, "2026-03-10 10:20") == [
        ("urgent", "2026-03-10 10:40", "cancelled", None, 0),
        ("normal", "2026-03-10 12:00", "running", None, 0),
    ]


GENERAL = clause("general", met_by='["answered:final", "closed"]', allow="{ hours = 24 }")
MAJOR = clause(
    "major", when='{ severity = ["major"] }', exception_to='"general"', met_by='["answered:final", "closed"]',
    allow="{ hours = 48 }",
)  # fmt: skip
VISIT = clause(
    "visit", when='{ severity = ["major"] }', met_by='["contacted:reached", "called-back"]', allow="{ hours = 24 }"
)


@pytest.mark.parametrize(
    ("received", "visit", "complete"),
    [
        ("2026-03-02 09:00", "2026-03-03 15:00", "2026-03-04 09:00"),
        ("2026-03-02 11:00", "2026-03-03 15:00", "2026-03-04 11:00"),
        ("2026-03-02 15:00", "2026-03-03 15:00", "2026-03-04 15:00"),
    ],
)
def test_after_sales_complaints_that_become_major_at_three(received, visit, complete):
    events = [did(received, "received"), marked("2026-03-02 15:00", severity="major")]

    found = {row[0]: row[1] for row in rows(book(GENERAL, MAJOR, VISIT), events, "2026-03-02 15:00")}

    assert (found["visit"], found["major"]) == (visit, complete)


def test_hours_of_major_complaints_run_over_the_spring_festival():
    events = [did("2026-02-14 18:00", "received", severity="major")]

    assert [row[:2] for row in rows(book(GENERAL, MAJOR, VISIT), events, "2026-02-14 18:00")] == [
        ("visit", "2026-02-15 18:00"),
        ("major", "2026-02-16 18:00"),
    ]


def test_a_major_complaint_that_turns_general_again_gets_no_less_than_the_general_time():
    events = [
        did("2026-03-02 09:00", "received"), marked("2026-03-02 15:00", severity="major"),
        marked("2026-03-02 20:00", severity="ordinary"),
    ]  # fmt: skip

    found = {row[0]: row[1:3] for row in rows(book(GENERAL, MAJOR, VISIT), events, "2026-03-02 20:00")}

    assert found == {
        "general": ("2026-03-03 20:00", "running"),
        "major": ("2026-03-04 09:00", "cancelled"),
        "visit": ("2026-03-03 15:00", "cancelled"),
    }


def corrected(when, **fields):
    return did(when, "corrected", reason="typing error", **fields)


def test_a_corrected_severity_re_classifies_too():
    events = [RECEIVED, corrected("2026-03-10 10:05", severity="major")]

    assert [row[:3] for row in rows(DISPATCHING, events, "2026-03-10 10:10")] == [
        ("urgent", "2026-03-10 10:35", "running"),
        ("normal", "2026-03-10 12:00", "cancelled"),
    ]


def test_a_corrected_receipt_moves_the_start():
    events = [RECEIVED, corrected("2026-03-10 10:30", received="2026-03-10 09:30")]

    assert rows(TWO_HOURS, events, "2026-03-10 11:00") == [("two", "2026-03-10 11:30", "running", None, 0)]


def test_a_correction_while_it_is_closed_starts_nothing_that_could_be_overdue():
    events = [RECEIVED, closed("2026-03-10 10:10"), corrected("2026-03-10 10:20", severity="major")]

    assert "overdue" not in [row[2] for row in rows(DISPATCHING, events, "2026-03-12 10:00")]


def test_reopening_does_not_resume_what_a_correction_while_closed_took_away():
    events = [
        RECEIVED, closed("2026-03-10 10:10"), corrected("2026-03-10 10:20", severity="major"),
        reopened("2026-03-10 11:00"),
    ]  # fmt: skip

    found = {row[0]: row[2] for row in rows(DISPATCHING, events, "2026-03-10 11:01")}

    assert found["normal"] == "cancelled"
    assert found["urgent"] == "running"


# --- rule 8: editions ---

EDITIONS = book(
    edition(NORMAL, since="2026-02-01"), edition(NORMAL.replace("hours = 2", "hours = 4"), since="2026-06-01")
)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-02-01 00:00", "2026-02-01 02:00"),
        ("2026-05-31 23:59", "2026-06-01 01:59"),
        ("2026-06-01 00:00", "2026-06-01 04:00"),
    ],
)
def test_a_deadline_is_judged_by_the_edition_in_force_when_its_clock_started(received, due):
    assert [row[1] for row in rows(EDITIONS, [did(received, "received")], "2026-12-01 10:00")] == [due]


def test_before_the_first_edition_nothing_is_due():
    assert rows(EDITIONS, [did("2026-01-31 23:59:59", "received")], "2026-12-01 10:00") == []


def test_a_later_clock_of_the_same_ticket_is_judged_by_the_later_edition():
    node = clause("reply", starts='"dispatched"', met_by='"replied"', allow="{ hours = 1 }")
    editions = book(
        edition(NORMAL, node, since="2026-02-01"),
        edition(NORMAL, node.replace("hours = 1", "hours = 8"), since="2026-06-01"),
    )
    events = [did("2026-05-31 23:00", "received"), did("2026-06-01 00:30", "dispatched", department="network")]

    found = obligations.obligations(ticket(*events), editions, at("2026-06-01 01:00"))

    assert [(row.clause.id, row.policy.edition, told(row.due_at)) for row in found] == [
        ("normal", "2026-02-01", "2026-06-01 01:00"),
        ("reply", "2026-06-01", "2026-06-01 08:30"),
    ]


# --- what had happened, and what was known ---


def test_a_void_acts_from_its_own_moment():
    events = [RECEIVED, DISPATCH, did("2026-03-10 13:00", "voided", event=key_of(1, "2026-03-10 11:00"), reason="x")]

    assert rows(TWO_HOURS, events, "2026-03-10 12:59")[0][2:4] == ("met", "2026-03-10 11:00")
    assert rows(TWO_HOURS, events, "2026-03-10 13:00") == [("two", "2026-03-10 12:00", "overdue", None, 3600)]


def test_what_had_not_happened_by_then_is_not_seen():
    assert rows(TWO_HOURS, [RECEIVED, DISPATCH], "2026-03-10 10:59")[0][2] == "running"
    assert rows(TWO_HOURS, [RECEIVED, DISPATCH], "2026-03-10 09:59") == []


def test_what_was_not_known_by_then_is_not_seen():
    late_entry = did("2026-03-10 11:00", "dispatched", department="network", recorded="2026-03-10 14:00")

    assert rows(TWO_HOURS, [RECEIVED, late_entry], "2026-03-10 13:00", "2026-03-10 13:30")[0][2] == "overdue"
    assert rows(TWO_HOURS, [RECEIVED, late_entry], "2026-03-10 13:00", "2026-03-10 14:01")[0][2] == "met"
    assert rows(TWO_HOURS, [RECEIVED, late_entry], "2026-03-10 13:00")[0][2] == "met"


def test_an_act_entered_late_counts_when_it_happened():
    late_entry = did("2026-03-10 12:00", "dispatched", department="network", recorded="2026-03-20 14:00")

    assert rows(TWO_HOURS, [RECEIVED, late_entry], "2026-03-21 10:00") == [
        ("two", "2026-03-10 12:00", "met", "2026-03-10 12:00", 0)
    ]


# --- contact attempts ---

THREE_MORE = book(
    clause(
        "contact",
        kind='"contact-attempts"',
        starts='"contacted:unreached"',
        restarts_after='"contacted:reached"',
        met_by='"contacted:reached"',
        attempts='{ of = "contacted:unreached", times = 3, gap = { hours = 3 } }',
        allow="{ hours = 48 }",
    )
)


def tried(*moments):
    return [
        did("2026-03-01 09:00", "received"),
        *(did(f"2026-{moment}", "contacted", contact="unreached") for moment in moments),
    ]


@pytest.mark.parametrize(
    ("further", "state", "met"),
    [
        (["03-02 11:00", "03-02 14:40", "03-02 17:00", "03-02 17:40", "03-03 09:00"], "met", "2026-03-03 09:00"),
        (["03-02 12:00", "03-02 15:00", "03-04 09:00"], "met", "2026-03-04 09:00"),
        (["03-02 12:00", "03-02 15:00", "03-04 09:01"], "overdue", None),
        (["03-02 11:59", "03-02 14:59", "03-02 17:58"], "overdue", None),
        (["03-02 15:00", "03-02 16:00", "03-02 17:00", "03-02 18:00"], "overdue", None),
        ([], "overdue", None),
    ],
)
def test_three_more_attempts_that_count_within_two_days(further, state, met):
    found = rows(THREE_MORE, tried("03-02 09:00", *further), "2026-03-05 09:00")

    assert [row[1:4] for row in found] == [("2026-03-04 09:00", state, met)]


def test_reaching_the_customer_meets_it_and_a_later_failure_starts_anew():
    events = [
        *tried("03-02 09:00"), did("2026-03-02 09:40", "contacted", contact="reached"), *tried("03-03 10:00")[1:],
    ]  # fmt: skip

    assert [row[1:4] for row in rows(THREE_MORE, events, "2026-03-03 11:00")] == [
        ("2026-03-04 09:00", "met", "2026-03-02 09:40"),
        ("2026-03-05 10:00", "running", None),
    ]


# --- repeating and replacing ---

KEEP_IN_TOUCH = book(
    clause(
        "touch",
        kind='"contact-attempts"',
        starts='"promised:eta"',
        met_by='"contacted:reached"',
        ended_by='"answered:final"',
        repeats="true",
        allow="{ working_days = 2 }",
    )
)
PROMISED = did("2026-03-10 10:00", "promised", what="eta", due="2026-04-01 00:00")


def test_each_contact_starts_the_time_anew():
    events = [RECEIVED, PROMISED, did("2026-03-11 10:00", "contacted", contact="reached")]

    assert [row[1:4] for row in rows(KEEP_IN_TOUCH, events, "2026-03-16 10:00")] == [
        ("2026-03-13 00:00", "met", "2026-03-11 10:00"),
        ("2026-03-14 00:00", "overdue", None),
    ]


def test_the_final_answer_ends_the_repeating():
    events = [
        RECEIVED, PROMISED, did("2026-03-11 10:00", "contacted", contact="reached"),
        did("2026-03-12 10:00", "answered", answer="final"), did("2026-03-13 10:00", "contacted", contact="reached"),
    ]  # fmt: skip

    assert [row[1:4] for row in rows(KEEP_IN_TOUCH, events, "2026-04-16 10:00")] == [
        ("2026-03-13 00:00", "met", "2026-03-11 10:00"),
        ("2026-03-14 00:00", "cancelled", None),
    ]


TWO_DAYS = clause("two-days", met_by='"answered:final"', allow="{ working_days = 2 }")
ETA = clause(
    "eta", when='{ flags = ["complex"] }', starts='"promised:eta"', met_by='"answered:final"', allow='{ until = "due" }'
)
REPLACING = book(TWO_DAYS, ETA + 'replaces = ["two-days"]\n')


def complex_ticket(told_at):
    return [
        did("2026-09-30 15:00", "received", flags=["complex"]),
        did(told_at, "promised", what="eta", due="2026-10-17 00:00"),
    ]


def test_a_told_time_is_a_second_limit_beside_the_first():
    assert [row[:3] for row in rows(book(TWO_DAYS, ETA), complex_ticket("2026-10-09 10:00"), "2026-10-12 10:00")] == [
        ("two-days", "2026-10-10 00:00", "overdue"),
        ("eta", "2026-10-17 00:00", "running"),
    ]


def test_a_told_time_that_replaces_the_limit_moves_it_if_it_was_told_in_time():
    assert [row[:3] for row in rows(REPLACING, complex_ticket("2026-10-09 10:00"), "2026-10-12 10:00")] == [
        ("eta", "2026-10-17 00:00", "running"),
        ("two-days", "2026-10-17 00:00", "running"),
    ]


def test_a_told_time_that_comes_too_late_replaces_nothing():
    assert [row[:3] for row in rows(REPLACING, complex_ticket("2026-10-10 10:00"), "2026-10-12 10:00")] == [
        ("two-days", "2026-10-10 00:00", "overdue"),
        ("eta", "2026-10-17 00:00", "running"),
    ]


# --- starting and meeting ---


def test_every_event_that_starts_a_clock_gives_a_row_of_its_own():
    promise = book(clause("promise", starts='"promised:answer"', met_by='"answered"', allow='{ until = "due" }'))
    events = [
        RECEIVED,
        did("2026-03-10 10:10", "promised", what="answer", due="2026-03-10 12:00"),
        did("2026-03-10 10:20", "promised", what="answer", due="2026-03-10 18:00"),
        did("2026-03-10 15:00", "answered", answer="progress"),
    ]

    assert [row[1:4] for row in rows(promise, events, "2026-03-11 10:00")] == [
        ("2026-03-10 12:00", "late", "2026-03-10 15:00"),
        ("2026-03-10 18:00", "met", "2026-03-10 15:00"),
    ]


def test_an_act_before_the_start_meets_nothing():
    reply = book(clause("reply", starts='"dispatched"', met_by='"answered"', allow="{ hours = 1 }"))
    events = [RECEIVED, did("2026-03-10 10:30", "answered", answer="final"), DISPATCH]

    assert rows(reply, events, "2026-03-10 13:00") == [("reply", "2026-03-10 12:00", "overdue", None, 3600)]


def test_a_start_that_is_lacking_is_replaced_by_the_other_start():
    reply = book(
        clause("reply", starts='"taken"', starts_else='"received"', met_by='"answered"', allow="{ hours = 2 }")
    )
    taken = did("2026-03-10 11:20", "taken")

    assert rows(reply, [RECEIVED], "2026-03-10 10:30")[0][1] == "2026-03-10 12:00"
    assert [row[1] for row in rows(reply, [RECEIVED, taken], "2026-03-10 11:30")] == ["2026-03-10 13:20"]


def test_an_act_that_counts_only_after_another_meets_nothing_before_it():
    submit = book(clause("submit", met_by='"step:submitted"', met_after='"step:reviewed"', allow="{ hours = 2 }"))
    submitted, reviewed = (
        did("2026-03-10 11:00", "step", step="submitted"),
        did("2026-03-10 10:30", "step", step="reviewed"),
    )

    assert rows(submit, [RECEIVED, submitted], "2026-03-10 13:00")[0][2] == "overdue"
    assert rows(submit, [RECEIVED, reviewed, submitted], "2026-03-10 13:00")[0][2] == "met"


def test_the_id_of_an_obligation_names_ticket_clause_and_starting_event():
    (row,) = obligations.obligations(ticket(RECEIVED), TWO_HOURS, at("2026-03-10 10:00"))

    assert row.id == "C-2603-7KQ3MXTJ/two/20260310T020000000Z-000"


def test_a_ticket_of_very_many_events_is_judged():
    reply = book(clause("reply", starts='"taken"', met_by='"replied"', allow="{ hours = 1 }"))
    notes = [did(f"2026-03-10 10:{number // 60:02d}:{number % 60:02d}", "noted") for number in range(1500)]

    assert rows(reply, [RECEIVED, *notes, did("2026-03-10 11:00", "taken")], "2026-03-10 11:30")[0][1:3] == (
        "2026-03-10 12:00",
        "running",
    )


def test_what_was_lost_between_contacts_is_still_seen_after_the_final_answer():
    events = [
        RECEIVED, PROMISED, did("2026-03-16 10:00", "contacted", contact="reached"),
        did("2026-03-17 10:00", "contacted", contact="reached"), did("2026-03-17 11:00", "answered", answer="final"),
    ]  # fmt: skip

    assert [row[1:4] for row in rows(KEEP_IN_TOUCH, events, "2026-04-16 10:00")] == [
        ("2026-03-13 00:00", "late", "2026-03-16 10:00"),
        ("2026-03-19 00:00", "met", "2026-03-17 10:00"),
        ("2026-03-20 00:00", "cancelled", None),
    ]
