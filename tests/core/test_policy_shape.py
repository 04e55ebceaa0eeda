"""How a policy file may be written: every kind of mistake is named with its line and what is allowed."""

from __future__ import annotations

import pytest

from complaint.core import examples
from complaint.store import rules, shipped

HEAD = """\
schema = 1

[policy]
id = "house"
edition = "2026"
effective_from = 2026-01-01
title = { en = "House rules" }
source = "House rules of 2026"
"""
CLAUSE = """
[[clause]]
id = "house-answer-2h"
kind = "deadline"
title = { en = "Answer in two hours" }
cite = "1"
starts = "received"
met_by = "answered:final"
allow = { hours = 2 }
"""


def mistakes(text):
    """Every mistake of a policy, as (line, key and what was found, what is allowed)."""
    file = rules.policy_file(text, "complaints.d/policies/house-2026.toml", ["cn"])
    assert file.unreadable is None
    return [(line, ".".join(str(part) for part in each.path), each.found, each.allowed) for line, each in file.mistakes]


def line(text, wanted):
    """The number of the only line of `text` that begins so."""
    found = [number for number, row in enumerate(text.splitlines(), 1) if row.strip().startswith(wanted)]
    assert len(found) == 1, found
    return found[0]


def clause(id_="house-other", **keys):
    """One more clause, its keys written as in TOML; None leaves one out."""
    rows = {
        "id": f'"{id_}"', "kind": '"deadline"', "title": '{ en = "Other" }', "cite": '"2"', "starts": '"received"',
        "met_by": '"called-back"', "allow": "{ hours = 3 }",
    } | keys  # fmt: skip
    return "\n[[clause]]\n" + "".join(f"{key} = {value}\n" for key, value in rows.items() if value is not None)


def test_a_sound_policy_has_no_mistake():
    assert mistakes(HEAD + CLAUSE) == []


def test_a_policy_without_clauses_is_sound():
    assert mistakes(HEAD) == []


def test_an_unknown_key_is_named_with_its_line_and_the_nearest():
    text = HEAD + CLAUSE.replace("met_by", "met_bye")

    (found,) = [each for each in mistakes(text) if "unknown" in each[2]]

    assert found[:3] == (line(text, "met_bye"), "clause.0.met_bye", 'unknown key "met_bye"')
    assert found[3].startswith("did you mean met_by? allowed: ")


def test_a_key_that_is_missing_is_named_at_its_clause():
    text = HEAD + CLAUSE.replace('cite = "1"\n', "")

    assert mistakes(text) == [
        (
            line(text, "[[clause]]"),
            "clause.0",
            "the key cite is missing",
            "it is required beside: id, kind, title, cite, starts, met_by",
        )
    ]


@pytest.mark.parametrize(
    ("was", "written", "key"),
    [
        ("schema = 1", "schema = 2", "schema"),
        ('id = "house"', 'id = "House Rules"', "policy.id"),
        ("effective_from = 2026-01-01", 'effective_from = "2026-01-01"', "policy.effective_from"),
        ("effective_from = 2026-01-01", "effective_from = 2026-01-01T00:00:00+08:00", "policy.effective_from"),
        ('title = { en = "House rules" }', 'title = { zh = "规则" }', "policy.title"),
        ('source = "House rules of 2026"', 'source = " "', "policy.source"),
        ('starts = "received"', "starts = 3", "clause.0.starts"),
        ('starts = "received"', "starts = []", "clause.0.starts"),
        ('starts = "received"', 'starts = "recieved"', "clause.0.starts"),
        ('met_by = "answered:final"', 'met_by = "answered:finally"', "clause.0.met_by"),
        ('met_by = "answered:final"', 'met_by = "answered+due"', "clause.0.met_by"),
        ('met_by = "answered:final"', 'met_by = "answered final"', "clause.0.met_by"),
        ("allow = { hours = 2 }", 'allow = { hours = "2" }', "clause.0.allow.hours"),
        ("allow = { hours = 2 }", "allow = { hours = 2.5 }", "clause.0.allow.hours"),
        ("allow = { hours = 2 }", "allow = { hours = -1 }", "clause.0.allow.hours"),
        ("allow = { hours = 2 }", "allow = { hours = true }", "clause.0.allow.hours"),
        ("allow = { hours = 2 }", 'allow = { by = "25:00" }', "clause.0.allow.by"),
        ("allow = { hours = 2 }", 'allow = { until = "tomorrow" }', "clause.0.allow.until"),
        ("allow = { hours = 2 }", 'allow = { working_days = 2, end = "noon" }', "clause.0.allow.end"),
        ("allow = { hours = 2 }", 'allow = { hours = 2 }\nextendable = "yes"', "clause.0.extendable"),
        ("allow = { hours = 2 }", 'allow = { hours = 2 }\nbefore = "answered"', "clause.0.before"),
        ("allow = { hours = 2 }", 'allow = { hours = 2 }\nwhen = { kind = ["complant"] }', "clause.0.when.kind.0"),
        ("allow = { hours = 2 }", 'allow = { hours = 2 }\nwhen = { kind = "complaint" }', "clause.0.when.kind"),
        ("allow = { hours = 2 }", "allow = { hours = 2 }\nwhen = { flags = [] }", "clause.0.when.flags"),
        ("allow = { hours = 2 }", 'allow = { hours = 2 }\nwhen = { repeat_of = "yes" }', "clause.0.when.repeat_of"),
    ],
)
def test_a_wrong_value_is_named_at_its_line(was, written, key):
    text = (HEAD + CLAUSE).replace(was, written, 1)

    (found,) = mistakes(text)

    assert found[:2] == (line(text, written.splitlines()[-1]), key)
    assert found[3]


def test_a_misspelt_word_is_answered_with_the_nearest():
    ((_, _, found, allowed),) = mistakes((HEAD + CLAUSE).replace('"received"', '"recieved"'))

    assert found == 'found "recieved": no event is called recieved'
    assert allowed.startswith("did you mean received? allowed: received, classified, dispatched, ")


def test_a_misspelt_kind_is_named_first():
    text = (HEAD + CLAUSE).replace('kind = "deadline"', 'kind = "dead-line"')

    first = mistakes(text)[0]

    assert first[:3] == (line(text, "kind"), "clause.0.kind", 'found "dead-line"')
    assert first[3].startswith("did you mean deadline? allowed: deadline, contact-attempts, fine, ")


def test_an_unknown_key_at_the_top_in_a_list_and_in_hours_is_an_error():
    text = HEAD + '\n[list]\nchannel = ["phone"]\n\n[calendar.day]\ndayly = ["08:00-12:00"]\n'

    assert [each[1:3] for each in mistakes(text)] == [
        ("list", 'unknown key "list"'),
        ("calendar.day.dayly", 'unknown key "dayly"'),
    ]


def test_hours_that_are_no_window_are_refused():
    text = HEAD + '\n[calendar.day]\ndaily = ["8-12"]\n'

    assert [each[:2] for each in mistakes(text)] == [(line(text, "daily"), "calendar.day.daily.0")]


@pytest.mark.parametrize("window", ["12:00-08:00", "08:00-08:00"])
def test_hours_that_end_before_they_begin_are_refused(window):
    text = HEAD + f'\n[calendar.day]\ndaily = ["{window}"]\n'

    assert [each[:2] for each in mistakes(text)] == [(line(text, "daily"), "calendar.day.daily.0")]


def test_hours_are_either_daily_or_weekly():
    text = HEAD + '\n[calendar.day]\ndaily = ["08:00-12:00"]\nweekly = { mon = ["08:00-12:00"] }\n'

    assert [each[:3] for each in mistakes(text)] == [
        (line(text, "[calendar.day]"), "calendar.day", "both daily and weekly hours")
    ]


def test_a_second_clause_of_the_same_id_is_named():
    text = HEAD + CLAUSE + clause("house-answer-2h")

    (found,) = mistakes(text)

    second = text.splitlines().index('id = "house-answer-2h"', line(text, 'met_by = "answered:final"')) + 1
    assert found[:3] == (second, "clause.1.id", 'a second clause is called "house-answer-2h"')


@pytest.mark.parametrize(
    ("key", "others"),
    [("exception_to", {}), ("configures", {"starts": None, "met_by": None, "allow": None})],
)
def test_a_reference_to_no_clause_is_named_with_the_nearest(key, others):
    text = HEAD + CLAUSE + clause(**{key: '"house-answer-2hours"'}, **others)

    (found,) = mistakes(text)

    assert found[:3] == (line(text, key), f"clause.1.{key}", 'there is no other clause "house-answer-2hours"')
    assert found[3].startswith("did you mean house-answer-2h? ")


def test_a_clause_cannot_be_its_own_exception():
    text = HEAD + clause("house-other", exception_to='"house-other"')

    assert [each[:2] for each in mistakes(text)] == [(line(text, "exception_to"), "clause.0.exception_to")]


def test_what_a_clause_replaces_must_be_there():
    text = HEAD + clause(replaces='["house-answer-2h"]')

    assert [each[:2] for each in mistakes(text)] == [(line(text, "replaces"), "clause.0.replaces")]


def test_an_unknown_step_is_named_with_the_nearest():
    text = HEAD + clause(met_by='"step:reviewd"')

    (found,) = mistakes(text)

    assert found[:3] == (line(text, "met_by"), "clause.0.met_by", 'there is no step "reviewd"')
    assert found[3].startswith("did you mean reviewed? ")


def test_a_step_of_the_policy_itself_is_known():
    assert mistakes(HEAD + '\n[steps]\nweighed = { en = "Weighed" }\n' + clause(met_by='"step:weighed"')) == []


def test_a_step_named_under_attempts_is_checked_too():
    text = HEAD + clause(kind='"contact-attempts"', met_by=None, attempts='{ of = "step:reviewd", times = 3 }')

    assert [each[2] for each in mistakes(text)] == ['there is no step "reviewd"']


def test_hours_that_are_not_defined_are_named():
    text = HEAD + '\n[calendar.day]\ndaily = ["08:00-12:00"]\n' + clause(allow='{ hours = 3, calendar = "days" }')

    assert mistakes(text) == [
        (
            line(text, "allow"),
            "clause.0.allow.calendar",
            "there is no [calendar.days]",
            "did you mean day? allowed: day",
        )
    ]


def test_days_off_that_the_register_does_not_have_are_named():
    text = HEAD + 'days = "de"\n'

    assert mistakes(text) == [(line(text, "days"), "policy.days", 'there is no calendar "de"', "allowed: cn")]


def test_two_lengths_are_one_too_many():
    text = HEAD + clause(allow="{ hours = 3, working_days = 1 }")

    (found,) = mistakes(text)

    assert found[:3] == (line(text, "allow"), "clause.0.allow", "it gives 2 lengths")


def test_hours_without_a_length_say_nothing():
    text = HEAD + '\n[calendar.day]\ndaily = ["08:00-12:00"]\n' + clause(allow='{ calendar = "day" }')

    assert [each[2] for each in mistakes(text)] == ["it gives 0 lengths"]


def test_contact_attempts_that_nothing_meets_are_named():
    assert [each[2] for each in mistakes(HEAD + clause(kind='"contact-attempts"', met_by=None))] == ["nothing meets it"]


def test_a_fine_with_half_a_range_is_named():
    text = HEAD + clause(kind='"fine"', starts=None, met_by=None, allow=None, least='"10.00"')

    assert [each[2] for each in mistakes(text)] == ["it names half a range"]


@pytest.mark.parametrize("amount", ["10", '"10.001"', '"-1.00"', '"1_000"', '"１0"', '"1e3"'])
def test_money_is_a_decimal_string(amount):
    text = HEAD + clause(kind='"fine"', starts=None, met_by=None, allow=None, amount=amount)

    assert [each[:2] for each in mistakes(text)] == [(line(text, "amount"), "clause.0.amount")]


def test_outcomes_without_before_are_named():
    text = HEAD + clause(outcomes='["solved"]')

    assert [each[:3] for each in mistakes(text)] == [
        (line(text, "outcomes"), "clause.0.outcomes", "outcomes without before")
    ]


def test_an_outcome_that_no_closing_has_is_named():
    text = HEAD + clause(before='"closed"', outcomes='["resolved"]')

    assert [each[0] for each in mistakes(text)] == [line(text, "outcomes")]


def test_a_condition_on_a_word_outside_the_lists_is_named():
    text = HEAD + '\n[lists]\nseverity = ["general", "major"]\n' + clause(when='{ severity = ["ordinary"] }')

    assert mistakes(text) == [
        (line(text, "when"), "clause.0.when.severity", 'there is no severity "ordinary"', "allowed: general, major")
    ]


def test_a_condition_on_a_source_that_is_not_shipped_is_named():
    assert [each[2] for each in mistakes(HEAD + clause(when='{ source = ["mit"] }'))] == ['there is no source "mit"']


def test_a_list_of_an_unknown_name_is_an_error():
    text = HEAD + '\n[lists]\nchannels = ["phone"]\n'

    assert [each[:3] for each in mistakes(text)] == [
        (line(text, "channels"), "lists.channels", 'unknown key "channels"')
    ]


# --- precedence ---


def test_two_clauses_that_decide_the_same_without_precedence_are_both_named():
    text = HEAD + CLAUSE + clause("house-answer-3h", met_by='"answered:final"')

    (found,) = mistakes(text)

    assert found[1:3] == (
        "clause.1",
        "house-answer-3h and house-answer-2h decide the same thing for the same tickets, without precedence",
    )
    assert "exception_to" in found[3]


def test_declared_precedence_is_enough():
    assert mistakes(HEAD + CLAUSE + clause("x", met_by='"answered:final"', exception_to='"house-answer-2h"')) == []


def test_it_is_enough_in_either_direction():
    text = HEAD + CLAUSE + 'exception_to = ["x"]\n' + clause("x", met_by='"answered:final"')

    assert mistakes(text) == []


def test_conditions_that_no_ticket_meets_both_need_no_precedence():
    text = (
        HEAD
        + CLAUSE
        + 'when = { severity = ["ordinary"] }\n'
        + clause("x", met_by='"answered:final"', when='{ severity = ["major"] }')
    )

    assert mistakes(text) == []


def test_conditions_on_different_marks_may_meet_on_one_ticket():
    text = (
        HEAD
        + CLAUSE
        + 'when = { flags = ["batch"] }\n'
        + clause("x", met_by='"answered:final"', when='{ flags = ["repeat"] }')
    )

    assert len(mistakes(text)) == 1


def test_conditions_on_different_keys_may_meet_on_one_ticket():
    text = (
        HEAD
        + CLAUSE
        + 'when = { channel = ["phone"] }\n'
        + clause("x", met_by='"answered:final"', when='[{ severity = ["major"] }, { kind = ["inquiry"] }]')
    )

    assert len(mistakes(text)) == 1


def test_a_time_that_is_told_in_the_event_overlaps_nothing():
    text = HEAD + clause("a", allow='{ until = "due" }', starts='"promised"') + clause("b", starts='"promised"')

    assert mistakes(text) == []


def test_all_mistakes_are_named_at_once_in_the_order_of_the_file():
    text = HEAD.replace('edition = "2026"\n', 'edition = "2026"\nediton = "2026"\n') + CLAUSE.replace("hours", "ours")

    assert [each[0] for each in mistakes(text)] == [line(text, "editon"), line(text, "allow")]


def test_what_is_not_toml_is_told_with_its_line():
    text = HEAD + "\n[[clause]\n"

    file = rules.policy_file(text, "house-2026.toml", ["cn"])

    assert file.id == "house"
    assert file.edition is None
    assert file.unreadable.where == f"house-2026.toml:{line(text, '[[clause]')}"


# --- the packs that ship ---

COMPUTED = (
    "bcn-inquiry-1wd",
    "bcn-complaint-2wd",
    "bcn-complex-contact",
    "tel-upgrade-365x8",
    "tel-upgrade-365x8-depts",
    "tel-upgrade-review-submit",
    "tel-reply-reject",
    "tel-upg-reply-submit",
    "tel-first-reply-24h",
    "tel-visit-2h",
    "tel-letter-2h",
    "tel-email-2h",
    "tel-dispatch-normal-2h",
    "tel-dispatch-urgent-30m",
    "tel-node-limit",
    "tel-reply-2h-quiet",
    "tel-promised-reply",
    "tel-contact-3-in-48h",
)


@pytest.fixture(scope="module")
def packs():
    return shipped.rules_of_packs()


def test_the_shipped_packs_are_sound(packs):
    assert [(file.mistakes, file.unreadable) for file in packs.files] == [((), None)] * len(packs.files)


def test_every_example_of_the_shipped_packs_holds(packs):
    outcomes = [outcome for file in packs.files for outcome in examples.run(file.edition, packs.book)]

    assert [(each.clause, each.name, each.wrong) for each in outcomes if each.wrong] == []
    assert len(outcomes) >= 100


@pytest.mark.parametrize("clause_id", COMPUTED)
def test_every_computed_clause_ships_with_an_example(packs, clause_id):
    (found,) = [each for file in packs.files for each in file.edition.clauses if each.id == clause_id]

    assert found.cite
    carried_out_by = found.keys.get("configures")
    assert found.keys.get("example") or carried_out_by in COMPUTED


def test_an_example_that_does_not_hold_says_what_was_wanted():
    text = (
        HEAD
        + CLAUSE
        + (
            '[[clause.example]]\nname = "wrong"\n'
            'events = [{ type = "received", at = 2026-03-10T09:00:00+08:00 }]\n'
            "expect = { due = 2026-03-10T12:00:00+08:00 }\n"
        )
    )
    file = rules.policy_file(text, "house-2026.toml", ["cn"])
    book = shipped.rules_of_packs().book

    (outcome,) = examples.run(file.edition, book)

    assert outcome.wrong == "due is 2026-03-10T11:00:00+08:00, want 2026-03-10T12:00:00+08:00"
