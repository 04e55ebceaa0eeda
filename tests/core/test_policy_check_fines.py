"""What `policy check` says of fines that name each other, the wrong kind of clause, or decide the same thing."""

from __future__ import annotations

import pytest
import tomli

from complaint.core.policy_check import mistakes

HEAD = """
schema = 1
[policy]
id = "house"
edition = "2026"
effective_from = 2026-01-01
title = { en = "House rules" }
source = "House rules"
"""


def clause(id_, kind, text):
    return f'[[clause]]\nid = "{id_}"\nkind = "{kind}"\ntitle = {{ en = "{id_}" }}\ncite = "1"\n{text}\n'


def fine(id_, text='amount = "10.00"'):
    return clause(id_, "fine", text)


def found(*parts):
    """Every mistake as (where, what was found, what is allowed)."""
    document = tomli.loads(HEAD + "".join(parts))
    return [(".".join(str(part) for part in each.path), each.found, each.allowed) for each in mistakes(document)]


REPLY = clause("reply-2h", "deadline", 'starts = "received"\nmet_by = "replied"\nallow = { hours = 2 }')
VISIT = clause("visit-1d", "deadline", 'starts = "received"\nmet_by = "contacted"\nallow = { calendar_days = 1 }')
LATE = 'amount = "10.00"\nlimits = ["reply-2h"]\nagain = "repeated"\n'
THIRD = 'amount = "10.00"\ncounts = { of = "rude", window = "month", reach = 3 }\n'
RUDE = fine("rude")


# --- exceptions in a circle ---


def test_two_fines_that_each_take_the_place_of_the_other_are_named_once():
    one = fine("one", 'amount = "10.00"\nexception_to = "two"')
    two = fine("two", 'amount = "20.00"\nexception_to = ["one"]')

    assert found(one, two) == [
        (
            "clause.0.exception_to",
            "each takes the place of the next, in a circle: one, two, one",
            "leave one direction out",
        )
    ]


def test_a_circle_of_three_names_all_three_and_not_the_clause_that_only_leads_to_it():
    outside = fine("outside", 'amount = "10.00"\nexception_to = "one"')
    one = fine("one", 'amount = "10.00"\nexception_to = "two"')
    two = fine("two", 'amount = "10.00"\nexception_to = "three"')
    three = fine("three", 'amount = "10.00"\nexception_to = "one"')

    assert [each[:2] for each in found(outside, one, two, three)] == [
        ("clause.1.exception_to", "each takes the place of the next, in a circle: one, two, three, one")
    ]


def test_two_circles_are_two_mistakes():
    names = {"a": "b", "b": "a", "c": "d", "d": "c"}

    parts = [fine(one, f'amount = "10.00"\nexception_to = "{other}"') for one, other in names.items()]

    assert [each[0] for each in found(*parts)] == ["clause.0.exception_to", "clause.2.exception_to"]


def test_deadlines_in_a_circle_are_a_mistake_too():
    one = REPLY + 'exception_to = "visit-1d"\n'
    other = VISIT + 'exception_to = "reply-2h"\n'

    assert [each[0] for each in found(one, other)] == ["clause.0.exception_to"]


def test_a_clause_that_two_ways_of_exceptions_lead_to_is_no_circle():
    top = fine("top", 'amount = "10.00"\nexception_to = ["left", "right"]')
    left = fine("left", 'amount = "10.00"\nexception_to = "bottom"')
    right = fine("right", 'amount = "10.00"\nexception_to = "bottom"')

    assert found(top, left, right, fine("bottom")) == []


# --- two fines that decide the same thing ---


def test_two_fines_for_the_same_missed_limit_are_both_named():
    ((where, what, allowed),) = found(REPLY, fine("late", LATE), fine("later", LATE))

    assert where == "clause.2"
    assert what == "later and late decide the same thing for the same tickets, without precedence"
    assert allowed == 'say which is the exception: exception_to = "late" in later, or the reverse'


def test_the_order_in_which_limits_and_events_stand_makes_no_difference():
    one = 'amount = "10.00"\nlimits = ["reply-2h", "visit-1d"]\nagain = ["repeated", "urged"]'
    other = 'amount = "10.00"\nlimits = ["visit-1d", "reply-2h"]\nagain = ["urged", "repeated"]'

    assert [each[0] for each in found(REPLY, VISIT, fine("one", one), fine("other", other))] == ["clause.3"]


def test_two_counters_of_the_same_are_both_named_whatever_their_conditions_are():
    one = fine("third", THIRD + 'when = { channel = ["phone"] }')
    other = fine("third-again", THIRD + 'when = { channel = ["web"] }')

    ((where, what, _),) = found(RUDE, one, other)

    assert where == "clause.2"
    assert what == "third-again and third decide the same thing for the same tickets, without precedence"


def test_what_a_counter_leaves_out_is_what_it_means_without():
    short = 'amount = "10.00"\ncounts = { of = "rude", reach = 3 }'
    long = (
        'amount = "10.00"\ncounts = { of = ["rude"], outcomes = ["proven"], per = ["payer"], window = "ever", '
        'reach = 3, charges = "once" }'
    )

    assert [each[0] for each in found(RUDE, fine("short", short), fine("long", long))] == ["clause.2"]


@pytest.mark.parametrize(
    "other",
    [
        LATE.replace('"reply-2h"', '"reply-2h", "visit-1d"'),
        LATE.replace('"repeated"', '"urged"'),
        LATE.replace('again = "repeated"\n', ""),
        LATE + 'exception_to = "late"',
        LATE + "stack = true",
        LATE + 'follows = "late"',
        LATE + 'when = { channel = ["web"] }',
    ],
)
def test_fines_for_missed_limits_may_differ_in_what_they_decide_or_say_how_they_stand_to_each_other(other):
    late = fine("late", LATE + 'when = { channel = ["phone"] }')

    assert found(REPLY, VISIT, late, fine("other", other)) == []


@pytest.mark.parametrize(
    "other",
    [
        THIRD.replace('"month"', '"year"'),
        THIRD.replace("reach = 3", "reach = 4"),
        THIRD.replace("reach = 3", 'reach = 3, charges = "each-beyond"'),
        THIRD.replace("reach = 3", 'reach = 3, per = ["person"]'),
        THIRD.replace("reach = 3", 'reach = 3, outcomes = ["unproven"]'),
        THIRD.replace('"rude"', '"slow"'),
        THIRD + 'exception_to = "third"',
        THIRD + "stack = true",
        THIRD + 'follows = "rude"',
    ],
)
def test_counters_may_differ_in_what_they_count_or_say_how_they_stand_to_each_other(other):
    assert found(RUDE, fine("slow"), fine("third", THIRD), fine("other", other)) == []


def test_one_of_several_counters_that_is_the_same_is_enough():
    several = 'amount = "10.00"\ncounts = [{ of = "rude", reach = 9 }, { of = "rude", window = "month", reach = 3 }]'

    assert [each[0] for each in found(RUDE, fine("third", THIRD), fine("several", several))] == ["clause.2"]


# --- references to the wrong kind ---


def test_a_limit_that_is_no_clause_with_a_clock_is_named_with_those_that_are():
    late = fine("late", 'amount = "10.00"\nlimits = ["rude"]')

    assert found(REPLY, RUDE, late) == [
        ("clause.2.limits", "rude is of the kind fine and has no clock that could be missed", "allowed: reply-2h")
    ]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("report", 'starts = "received"\nmet_by = "escalated"\nallow = { hours = 1 }'),
        ("contact-attempts", 'starts = "received"\nattempts = { of = "contacted", times = 3 }'),
    ],
)
def test_a_limit_may_be_a_report_or_attempts_to_reach_somebody(kind, text):
    assert found(clause("limit", kind, text), fine("late", 'amount = "10.00"\nlimits = ["limit"]')) == []


@pytest.mark.parametrize(("kind", "cost"), [("fine", 'amount = "10.00"\n'), ("escalation", "")])
def test_only_occurrences_of_fines_can_be_counted(kind, cost):
    third = clause("third", kind, cost + 'counts = { of = ["reply-2h", "rude"], reach = 3 }')

    ((where, what, allowed),) = found(REPLY, RUDE, third)

    assert where == "clause.2.counts.of"
    assert what == "reply-2h is of the kind deadline; violations are recorded under fine clauses only"
    assert "rude" in allowed


def test_a_fine_that_counts_without_an_amount_would_cost_nothing():
    third = fine("third", 'counts = { of = "rude", reach = 3 }')

    assert found(RUDE, third) == [("clause.1.counts", "it counts and would cost 0", "add amount, or least and most")]


def test_a_fine_that_counts_may_have_a_range_and_an_escalation_needs_no_amount():
    ranged = fine("ranged", 'least = "10.00"\nmost = "20.00"\ncounts = { of = "rude", reach = 3 }')
    handed_on = clause("handed-on", "escalation", 'counts = { of = "rude", reach = 3 }\nto = ["manager"]')

    assert found(RUDE, ranged, handed_on) == []


def test_a_fine_without_counts_may_bring_only_costs():
    assert found(fine("goodwill", "evidence = true")) == []


def test_a_renewed_complaint_without_a_limit_is_named():
    ((where, what, allowed),) = found(fine("late", 'amount = "10.00"\nagain = "repeated"'))

    assert (where, allowed) == ("clause.0.again", "add limits, or leave again out")
    assert what.startswith("again without limits")
