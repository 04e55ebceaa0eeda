"""What the governed values and the status are after some events, whatever the order of recording."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint.core import ids
from complaint.core.lifecycle import changes, fold
from complaint.core.ticket import Event, Ticket, happened
from complaint.core.vocabulary import KIND_OF, STATUSES, TABLE

START = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
RECEIVED = ("received", {"policy": "telecom", "kind": "complaint"})
LEAST = {  # the fields that an event of a type must have
    "dispatched": {"department": "network"},
    "investigated": {"outcome": "founded"},
    "returned": {"reason": "no cause"},
    "extension-asked": {"due": START, "reason": "parts"},
    "approved": {"what": "extension"},
    "refused": {"what": "extension"},
    "contacted": {"contact": "reached"},
    "answered": {"answer": "progress"},
    "called-back": {"satisfaction": "satisfied"},
    "claimed": {"claim": "loss"},
    "compensated": {"amount": "10.00"},
    "promised": {"due": START, "what": "answer"},
    "escalated": {"to": "head office"},
    "step": {"step": "reviewed"},
    "violation": {"clause": "fine-1", "outcome": "proven"},
    "decided": {"event": "20260310T010000000Z-000", "outcome": "proven"},
    "closed": {"outcome": "solved"},
    "reopened": {"reason": "not solved"},
    "corrected": {"reason": "typing error"},
    "voided": {"event": "none", "reason": "wrong ticket"},
    "waived": {"problem": "S001", "until": START, "reason": "agreed"},
}


def event(number, type_, fields=None, hours=None):
    """The event recorded `number`th, an hour after the last, which happened `hours` after the start."""
    recorded = START + timedelta(hours=number)
    at = recorded if hours is None else START + timedelta(hours=hours)
    return Event(ids.event_key(recorded, "000"), type_, at, "li.na", fields or LEAST.get(type_, {}))


def story(*steps):
    """Events recorded an hour apart: a type, or a type with its fields, or these and when it happened."""
    named = [(step,) if isinstance(step, str) else step for step in (RECEIVED, *steps)]
    return [event(number, *step) for number, step in enumerate(named)]


def effective(*steps):
    return happened(Ticket("C-2603-7KQ3MXTJ", {}, events=tuple(story(*steps))))


def status(*steps, roles=()):
    return fold(effective(*steps), roles).status


FINAL = ("answered", {"answer": "final"})
PROGRESS = ("answered", {"answer": "progress"})
PLAN_APPROVED = ("approved", {"what": "plan"})
CALLED = ("called-back", {"satisfaction": "neutral"})


@pytest.mark.parametrize(
    ("steps", "becomes"),
    [
        ((), "received"),
        ((("classified", {"category": "billing"}),), "classified"),
        (("dispatched", ("classified", {"category": "billing"})), "dispatched"),
        (("dispatched",), "dispatched"),
        (("dispatched", "taken"), "investigating"),
        (("investigated",), "investigating"),
        (("dispatched", "replied"), "replied"),
        (("dispatched", "replied", "returned"), "investigating"),
        (("planned",), "planned"),
        (("planned", PLAN_APPROVED), "approved"),
        (("planned", ("refused", {"what": "plan"})), "planned"),
        (("dispatched", "extension-asked"), "dispatched"),
        (("dispatched", "extension-asked", "approved"), "dispatched"),
        (("replied", ("approved", {"what": "answer"})), "replied"),
        (("replied", ("approved", {"what": "classification"})), "replied"),
        (("planned", PLAN_APPROVED, "implemented"), "implementing"),
        (("dispatched", "contacted"), "dispatched"),
        (("dispatched", PROGRESS), "dispatched"),
        (("dispatched", FINAL), "answered"),
        ((FINAL, CALLED), "called-back"),
        (("dispatched", CALLED), "dispatched"),
        ((FINAL, "dispatched", CALLED), "dispatched"),
        ((FINAL, CALLED, FINAL), "answered"),
        (("closed",), "closed"),
        (("dispatched", "closed", "reopened"), "dispatched"),
        ((FINAL, CALLED, "closed", "reopened"), "called-back"),
    ],
)
def test_the_status_is_what_the_table_of_commands_says(steps, becomes):
    assert status(*steps) == becomes


@pytest.mark.parametrize(
    "type_",
    [
        "extension-asked", "refused", "contacted", "held", "resumed", "urged", "repeated", "claimed", "compensated",
        "promised", "apologised", "escalated", "step", "violation", "decided", "corrected", "voided", "noted",
        "waived", "charge-issued", "redacted",
    ],
)  # fmt: skip
def test_an_event_that_names_no_status_leaves_it(type_):
    assert status("dispatched", type_) == "dispatched"


def test_every_status_that_an_event_leads_to_is_a_known_one():
    assert {kind.status for kind in TABLE if kind.status} | {"closed"} == set(STATUSES)


def test_a_callback_while_closed_is_what_reopening_returns_to():
    assert status(FINAL, "closed", CALLED) == "closed"
    assert status(FINAL, "closed", CALLED, "reopened") == "called-back"


def test_a_second_closing_after_a_reopening_closes_again():
    assert status("dispatched", "closed", "reopened", "closed") == "closed"


def test_closing_sets_the_outcome_and_reopening_takes_it_away():
    closing = ("closed", {"outcome": "duplicate", "duplicate_of": "C-2603-00000000"})

    closed, reopened = fold(effective(closing)), fold(effective(closing, "reopened"))

    assert closed.governed()["outcome"] == "duplicate"
    assert closed.governed()["duplicate_of"] == "C-2603-00000000"
    assert reopened.governed() == fold(effective()).governed()


def test_a_plan_is_approved_once_all_roles_have():
    first = ("approved", {"what": "plan", "role": "manager"})
    second = ("approved", {"what": "plan", "role": "lawyer"})

    assert status("planned", first, roles=("manager", "lawyer")) == "planned"
    assert status("planned", first, first, roles=("manager", "lawyer")) == "planned"
    assert status("planned", first, second, roles=("manager", "lawyer")) == "approved"
    assert status("planned", second, first, roles=("manager", "lawyer")) == "approved"


def test_a_new_plan_needs_every_approval_anew():
    first = ("approved", {"what": "plan", "role": "manager"})
    second = ("approved", {"what": "plan", "role": "lawyer"})

    assert status("planned", first, "planned", second, roles=("manager", "lawyer")) == "planned"


def test_a_refusal_takes_back_the_approval_of_its_role():
    first = ("approved", {"what": "plan", "role": "manager"})
    against = ("refused", {"what": "plan", "role": "manager"})
    second = ("approved", {"what": "plan", "role": "lawyer"})

    assert status("planned", first, against, second, roles=("manager", "lawyer")) == "planned"


def test_marks_are_added_and_taken_away_and_stand_sorted():
    steps = (
        ("classified", {"flags": ["repeat", "batch"]}),
        ("classified", {"flags": ["claim"], "no_flags": ["repeat"]}),
    )

    assert fold(effective(*steps)).governed()["flags"] == ["batch", "claim"]


def test_the_last_mark_taken_away_takes_the_key_away():
    steps = (("classified", {"flags": ["repeat"]}), ("classified", {"no_flags": ["repeat"]}))

    assert "flags" not in fold(effective(*steps)).governed()


def test_a_handler_stays_with_a_later_dispatch_that_names_none():
    steps = (("dispatched", {"department": "network", "handler": "wang"}), ("dispatched", {"department": "billing"}))

    governed = fold(effective(*steps)).governed()

    assert (governed["department"], governed["handler"]) == ("billing", "wang")


def test_a_correction_sets_governed_values_and_an_empty_one_takes_them_away():
    steps = (
        ("classified", {"category": "billing", "nature": "delay"}),
        ("corrected", {"reason": "typing", "category": "internet", "nature": ""}),
    )

    governed = fold(effective(*steps)).governed()

    assert governed["category"] == "internet"
    assert "nature" not in governed


def test_a_corrected_receipt_is_when_it_was_received():
    earlier = START - timedelta(hours=5)

    assert fold(effective(("corrected", {"reason": "x", "received": earlier}))).governed()["received"] == earlier


def test_an_investigation_outcome_is_not_the_outcome_of_the_ticket():
    assert "outcome" not in fold(effective("investigated")).governed()


def test_a_voided_event_has_no_effect():
    dispatched = story("dispatched")[1]

    assert status("dispatched", ("voided", {"event": dispatched.key, "reason": "wrong ticket"})) == "received"


def test_a_voided_closing_leaves_the_ticket_open():
    closed = story("dispatched", "closed")[2]

    assert status("dispatched", "closed", ("voided", {"event": closed.key, "reason": "wrong"})) == "dispatched"


def test_a_void_acts_from_its_own_moment():
    events = story("dispatched")
    ticket = Ticket(
        "C-2603-7KQ3MXTJ", {}, events=(*events, event(5, "voided", {"event": events[1].key, "reason": "x"}))
    )

    before = happened(ticket, START + timedelta(hours=4, minutes=59))
    after = happened(ticket, START + timedelta(hours=5))

    assert fold(before).status == "dispatched"
    assert fold(after).status == "received"


def test_what_was_known_leaves_out_what_was_recorded_later():
    ticket = Ticket("C-2603-7KQ3MXTJ", {}, events=(*story(), event(9, "dispatched", hours=1)))
    as_of = START + timedelta(hours=10)

    assert fold(happened(ticket, as_of, START + timedelta(hours=8))).status == "received"
    assert fold(happened(ticket, as_of, START + timedelta(hours=9))).status == "dispatched"


def test_a_late_entry_takes_effect_at_its_own_moment():
    answered_then_dispatched_late = (FINAL, ("dispatched", {"department": "network"}, 0.5))

    assert status(*answered_then_dispatched_late) == "answered"


def test_of_two_events_of_one_moment_the_one_recorded_later_takes_effect_later():
    steps = (("dispatched", {"department": "network"}, 5), ("dispatched", {"department": "billing"}, 5))

    assert fold(effective(*steps)).governed()["department"] == "billing"


def test_a_closing_entered_late_closes_only_from_its_moment_and_later_steps_are_what_reopening_returns_to():
    steps = ("dispatched", FINAL, ("closed", {"outcome": "solved"}, 1.5), ("reopened", {"reason": "x"}, 9))

    assert status(*steps) == "answered"


def test_the_changes_between_two_states_name_new_values_and_none_for_what_goes():
    before = fold(effective("dispatched", ("closed", {"outcome": "solved"})))
    now = fold(effective("dispatched", ("closed", {"outcome": "solved"}), "reopened"))

    assert changes(before, now) == {"status": "dispatched", "outcome": None}


TYPES = st.sampled_from([kind.type for kind in TABLE if kind.type not in ("received", "voided")])


@given(st.lists(st.tuples(TYPES, st.integers(0, 30)), max_size=12), st.randoms(use_true_random=False))
def test_the_order_in_which_events_stand_in_the_file_does_not_matter(drawn, shuffled):
    steps = [(type_, LEAST.get(type_, {}), hours) for type_, hours in drawn]
    events = story(*steps)
    mixed = list(events)
    shuffled.shuffle(mixed)

    ticket, other = (Ticket("C-2603-7KQ3MXTJ", {}, events=tuple(each)) for each in (events, mixed))

    assert fold(happened(ticket)) == fold(happened(other))


@given(st.lists(TYPES, max_size=12))
def test_voiding_the_last_step_restores_what_was_before_it(types):
    before = effective(*types)
    added = effective(
        *types, "dispatched", ("voided", {"event": event(len(types) + 1, "dispatched").key, "reason": "x"})
    )

    assert fold(added).governed() == fold(before).governed()


@given(st.lists(TYPES, max_size=12))
def test_the_status_is_always_a_known_one(types):
    assert status(*types) in STATUSES


def test_every_type_has_the_least_fields_it_needs_here():
    for kind in KIND_OF.values():
        if kind.type not in ("received", "charge-issued"):
            needed = {field.key for field in kind.fields if field.required and field.key != "changed"}
            assert needed <= LEAST.get(kind.type, {}).keys(), kind.type
