"""What misconduct costs: charges, proposals and what is handed on, on a small policy like the one for express."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import tomli

from complaint import assets
from complaint.core import ids
from complaint.core.fines import statement
from complaint.core.obligations import obligations
from complaint.core.policy import policy
from complaint.core.policy_check import mistakes
from complaint.core.rulebook import Rulebook
from complaint.core.symptoms import effects
from complaint.core.ticket import Event, Ticket
from complaint.store import rules

ZONE = ZoneInfo("Asia/Shanghai")
CN = rules.calendar(assets.calendar_text("cn"), "cn.toml")
HEAD = """
schema = 1
[policy]
id = "house"
edition = "{since}"
effective_from = {since}
title = {{ en = "House rules" }}
source = "House rules"
"""
ALL = "2027-01-01"


def at(text):
    """`2026-03-10 09:00` in China; a date alone is its ten o'clock."""
    return datetime.fromisoformat(text if ":" in text else f"{text} 10:00").replace(tzinfo=ZONE)


def clause(id_, kind="fine", **keys):
    """A clause; keys are written as in TOML."""
    rows = {"kind": f'"{kind}"', "title": f'{{ en = "{id_}" }}', "cite": f'"article {id_}"'} | keys
    return f'[[clause]]\nid = "{id_}"\n' + "".join(f"{key} = {value}\n" for key, value in rows.items())


def edition(*parts, since="2000-01-01"):
    document = tomli.loads(HEAD.format(since=since) + "".join(parts))
    assert mistakes(document, ["cn"]) == []
    return policy(document)


def book(*parts):
    editions = parts if not isinstance(parts[0], str) else (edition(*parts),)
    return Rulebook(ZONE, {"house": list(editions)}, {"cn": CN})


def key_of(number, when):
    return ids.event_key(at(when).astimezone(UTC) + timedelta(milliseconds=number), f"{number:03d}")


def did(when, clause_id, outcome="proven", **fields):
    """A violation by branch-b, unless it says otherwise."""
    return when, "violation", {"clause": clause_id, "outcome": outcome, "payer": "branch-b"} | fields


def ticket(*events, id_="C-2601-00000000", against="branch-b", received="2026-01-01"):
    """A ticket against branch-b with these events: (when, type, fields)."""
    first = (received, "received", {"policy": "house", "kind": "complaint", "against": against})
    made = [
        Event(key_of(number, when), type_, at(when), "li.na", fields)
        for number, (when, type_, fields) in enumerate([first, *events])
    ]
    return Ticket(id_, {}, events=tuple(made))


def told(found):
    """Charges as (day, clause, amount or least-most)."""
    return [(f"{each.at:%m-%d}", each.clause.id, sum_of(each)) for each in found]


def sum_of(each):
    return f"{each.least}-{each.most}" if each.amount is None else str(each.amount)


def charges(rulebook, *tickets, as_of=ALL):
    return told(statement(tickets, rulebook, at(as_of)).charges)


def proposed(rulebook, *tickets, as_of=ALL):
    return told(statement(tickets, rulebook, at(as_of)).proposed)


def steps(rulebook, *tickets):
    return [each.steps for each in statement(tickets, rulebook, at(ALL)).charges]


# --- per occurrence ---

MANNERS = clause("manners", amount='"100.00"')
ATTITUDE = clause("attitude", least='"10.00"', most='"100.00"')


def test_every_occurrence_costs_and_is_numbered_by_payer():
    one = ticket(did("2026-03-02", "manners"), did("2026-03-04", "manners", payer="branch-c"))
    other = ticket(did("2026-03-03", "manners", person="113"), id_="C-2601-00000001")

    found = statement([one, other], book(MANNERS), at(ALL)).charges

    assert [(each.payer, each.person, each.occurrence, each.type) for each in found] == [
        ("branch-b", "", 1, "fine"), ("branch-b", "113", 2, "fine"), ("branch-c", "", 1, "fine"),
    ]  # fmt: skip
    assert {(each.amount, each.least, each.most) for each in found} == {(Decimal(100),) * 3}


def test_the_steps_name_the_occurrence_the_clause_and_its_place():
    assert steps(book(MANNERS), ticket(did("2026-03-02", "manners"))) == [
        ("occurrence 1 of manners by branch-b (article manners)", "100.00")
    ]


@pytest.mark.parametrize(("outcome", "found"), [("proven", 1), ("unproven", 0), ("refuted", 0)])
def test_only_what_is_proven_costs(outcome, found):
    assert len(charges(book(MANNERS), ticket(did("2026-03-02", "manners", outcome)))) == found


def test_a_clause_may_charge_what_is_unproven_and_only_that():
    unprovable = book(clause("unprovable", amount='"10.00"', outcomes='["unproven"]'))

    for outcome, found in (("proven", []), ("unproven", [("03-02", "unprovable", "10.00")]), ("refuted", [])):
        assert charges(unprovable, ticket(did("2026-03-02", "unprovable", outcome))) == found


def test_a_clause_that_needs_evidence_charges_and_numbers_only_what_has_some():
    """readings, example 7: a complaint without surname, job number or landline costs nothing and is not counted"""
    rulebook = book(clause("number", amount='"200.00"', evidence="true"))
    one = ticket(did("2026-03-02", "number"), did("2026-03-03", "number", evidence=["job number 113"]))

    (charge,) = statement([one], rulebook, at(ALL)).charges

    assert (told([charge]), charge.occurrence) == ([("03-03", "number", "200.00")], 1)


@pytest.mark.parametrize(("when", "found"), [("2009-12-31 23:59:59", []), ("2010-01-01 00:00", ["100.00"])])
def test_before_the_first_edition_nothing_is_charged(when, found):
    rulebook = book(edition(MANNERS, since="2010-01-01"))

    assert [row[2] for row in charges(rulebook, ticket(did(when, "manners"), received="2009-01-01"))] == found


def test_a_fine_is_the_one_of_the_edition_in_force_when_it_happened():
    rulebook = book(edition(MANNERS), edition(MANNERS.replace("100.00", "150.00"), since="2026-04-01"))
    one = ticket(did("2026-03-31 23:59:59", "manners"), did("2026-04-01 00:00", "manners"))

    assert charges(rulebook, one) == [("03-31", "manners", "100.00"), ("04-01", "manners", "150.00")]


def test_a_voided_violation_costs_nothing():
    one = ticket(
        did("2026-03-02", "manners"), ("2026-03-05", "voided", {"event": key_of(1, "2026-03-02"), "reason": "x"})
    )

    assert charges(book(MANNERS), one, as_of="2026-03-04") == [("03-02", "manners", "100.00")]
    assert charges(book(MANNERS), one) == []


# --- ranges: the program never picks a number inside one ---


def decided(when, number, of, **fields):
    return when, "decided", {"event": key_of(number, of)} | fields


def test_a_range_stays_open_until_somebody_decides():
    one = ticket(did("2026-03-02", "attitude"), decided("2026-03-20", 1, "2026-03-02", amount="60.00"))

    assert charges(book(ATTITUDE), one, as_of="2026-03-19") == [("03-02", "attitude", "10.00-100.00")]
    assert charges(book(ATTITUDE), one, as_of="2026-03-20") == [("03-02", "attitude", "60.00")]


def test_a_decided_range_is_decided_from_end_to_end_and_says_so():
    one = ticket(did("2026-03-02", "attitude"), decided("2026-03-20", 1, "2026-03-02", amount="60.00"))

    (charge,) = statement([one], book(ATTITUDE), at(ALL)).charges

    assert (charge.least, charge.most, charge.amount) == (Decimal("60.00"),) * 3
    assert charge.steps[-1] == "decided 60.00 of 10.00 to 100.00"


def test_an_undecided_range_says_so():
    assert steps(book(ATTITUDE), ticket(did("2026-03-02", "attitude"))) == [
        ("occurrence 1 of attitude by branch-b (article attitude)", "undecided: 10.00 to 100.00")
    ]


@pytest.mark.parametrize("end", ["10.00", "100.00"])
def test_both_ends_of_a_range_may_be_decided(end):
    one = ticket(did("2026-03-02", "attitude"), decided("2026-03-20", 1, "2026-03-02", amount=end))

    assert charges(book(ATTITUDE), one) == [("03-02", "attitude", end)]


@pytest.mark.parametrize("amount", ["5.00", "1200.00"])
def test_an_amount_outside_the_range_is_never_charged(amount):
    one = ticket(did("2026-03-02", "attitude"), decided("2026-03-20", 1, "2026-03-02", amount=amount))

    assert charges(book(ATTITUDE), one) == [("03-02", "attitude", "10.00-100.00")]


def test_what_is_decided_proven_later_belongs_to_the_day_it_happened():
    one = ticket(did("2026-03-31", "manners", "unproven"), decided("2026-04-20", 1, "2026-03-31", outcome="proven"))

    assert charges(book(MANNERS), one, as_of="2026-04-19") == []
    assert charges(book(MANNERS), one) == [("03-31", "manners", "100.00")]


MARCH = (
    clause("manners", amount='"100.00"'),
    ATTITUDE,
    clause("unprovable", amount='"10.00"', outcomes='["unproven"]'),
    clause("unreached", least='"100.00"', most='"1000.00"'),
)


def test_the_statement_of_a_month():
    """readings, example 15: fixed 110, undecided 110-1100, total 220-1210; decided 60 and 300: 470"""
    facts = (
        did("2026-03-02", "attitude"), did("2026-03-03", "unprovable", "unproven"), did("2026-03-04", "manners"),
        did("2026-03-05 10:16", "unreached"),
    )  # fmt: skip
    settled = (
        decided("2026-03-20", 1, "2026-03-02", amount="60.00"),
        decided("2026-03-21", 4, "2026-03-05 10:16", amount="300.00"),
    )

    def sums(*events):
        found = statement([ticket(*events)], book(*MARCH), at(ALL)).charges
        fixed = sum(each.amount for each in found if each.amount is not None)
        return [str(each) for each in (fixed, sum(each.least for each in found), sum(each.most for each in found))]

    assert sums(*facts) == ["110.00", "220.00", "1210.00"]
    assert sums(*facts, *settled) == ["470.00", "470.00", "470.00"]


# --- counters: a surcharge for each one beyond ---

NUMBER = clause("number", amount='"200.00"', evidence="true")
SURCHARGE = clause("surcharge", amount='"200.00"', counts='{ of = "number", reach = 3, charges = "each-beyond" }')


def test_the_fourth_and_the_fifth_cost_more():
    """readings, example 7: 200, 200, 200, 400, 400"""
    days = ("2026-03-02", "2026-03-04", "2026-03-06", "2026-03-09", "2026-03-12")
    rulebook = book(NUMBER, SURCHARGE)
    found = statement([ticket(*(did(day, "number", evidence=["x"]) for day in days))], rulebook, at(ALL)).charges

    assert told(found) == [
        ("03-02", "number", "200.00"), ("03-04", "number", "200.00"), ("03-06", "number", "200.00"),
        ("03-09", "number", "200.00"), ("03-09", "surcharge", "200.00"), ("03-12", "number", "200.00"),
        ("03-12", "surcharge", "200.00"),
    ]  # fmt: skip
    assert sum(each.amount for each in found) == Decimal(1400)
    assert [(each.type, each.occurrence) for each in found[3:5]] == [("fine", 4), ("surcharge", 4)]
    assert len({each.id for each in found}) == 7
    assert found[4].steps[0] == "occurrence 4 of number by payer branch-b, beyond 3 (article surcharge)"


def test_one_without_evidence_does_not_bring_the_surcharge_nearer():
    days = ("2026-03-02", "2026-03-04", "2026-03-06")
    one = ticket(did("2026-03-01", "number"), *(did(day, "number", evidence=["x"]) for day in days))

    assert "surcharge" not in [row[1] for row in charges(book(NUMBER, SURCHARGE), one)]


def test_the_fourth_of_several_branches_is_nobodys_fourth():
    events = [did(f"2026-03-0{day}", "number", payer=f"branch-{day % 2}", evidence=["x"]) for day in range(1, 7)]

    assert "surcharge" not in [row[1] for row in charges(book(NUMBER, SURCHARGE), ticket(*events))]


def test_a_decision_of_the_fine_does_not_change_the_surcharge():
    beyond = '{ of = "attitude", reach = 1, charges = "each-beyond" }'
    rulebook = book(ATTITUDE, clause("more", amount='"200.00"', counts=beyond))
    one = ticket(did("2026-03-02", "attitude"), did("2026-03-03", "attitude"),
                 decided("2026-03-20", 2, "2026-03-03", amount="60.00"))  # fmt: skip

    assert charges(rulebook, one) == [
        ("03-02", "attitude", "10.00-100.00"), ("03-03", "attitude", "60.00"), ("03-03", "more", "200.00"),
    ]  # fmt: skip


# --- counters: once, when a number is reached ---

LOSS = clause("loss", amount='"0.00"')
VALUABLE = clause("three", amount='"5000.00"', counts='{ of = "loss", window = "month", reach = 3 }')
OVER = clause("over", "escalation", to='["area"]', counts='{ of = "loss", window = "month", reach = 4 }')
UNSCANNED = clause("unscanned", amount='"3000.00"', counts='{ window = "month", reach = 3 }')


def losses(*days, of="loss", **fields):
    return ticket(*(did(f"2026-{day}", of, **fields) for day in days))


def thresholds(one, id_="three"):
    return [row for row in charges(book(LOSS, VALUABLE, OVER, UNSCANNED), one) if row[1] == id_]


@pytest.mark.parametrize(("days", "found"), [
    (("03-05", "03-18"), []),
    (("03-05", "03-18", "03-30"), ["03-30"]),
    (("03-05", "03-18", "03-30", "03-31"), ["03-30"]),
    (("03-20", "03-28", "04-10"), []),
])  # fmt: skip
def test_three_losses_of_a_month_cost_once_on_the_day_of_the_third(days, found):
    """readings, example 5"""
    assert thresholds(losses(*days)) == [(day, "three", "5000.00") for day in found]


@pytest.mark.parametrize(("days", "found"), [
    (("03-05", "03-18", "03-30"), []),
    (("03-05", "03-18", "03-30", "03-31"), ["03-31"]),
    (("03-05", "03-18", "03-30", "03-31", "03-31"), ["03-31"]),
    (("03-05", "03-18", "03-30", "04-01"), []),
])  # fmt: skip
def test_more_than_three_are_handed_on_once(days, found):
    (escalated,) = [statement([losses(*days)], book(LOSS, VALUABLE, OVER), at(ALL)).escalations]

    assert [(f"{each.at:%m-%d}", each.clause.id, each.payer, each.to) for each in escalated] == [
        (day, "over", "branch-b", "area") for day in found
    ]


def test_two_counters_are_two_counters():
    """readings, example 5: two scanned and one unscanned: neither fine"""
    mixed = ticket(did("2026-03-05", "loss"), did("2026-03-18", "loss"), did("2026-03-30", "unscanned"))

    assert thresholds(mixed) == thresholds(mixed, "unscanned") == []


def test_a_clause_that_counts_itself_costs_nothing_until_its_number_then_its_costs_too():
    """readings, example 5: with only the outgoing scan nothing until the third, then all three losses and 3000"""
    rulebook = book(UNSCANNED)
    one = losses("03-05", "03-18", "03-30", of="unscanned", cost="100.00")

    assert charges(rulebook, one, as_of="2026-03-29") == []
    found = statement([one], rulebook, at(ALL)).charges
    assert sorted((f"{each.at:%m-%d}", each.type, str(each.amount)) for each in found) == [
        ("03-30", "cost", "100.00"), ("03-30", "cost", "100.00"), ("03-30", "cost", "100.00"),
        ("03-30", "threshold", "3000.00"),
    ]  # fmt: skip
    assert len({each.id for each in found}) == 4


def test_the_steps_of_a_threshold_name_the_days_that_made_it():
    found = statement([losses("03-05", "03-18", "03-30")], book(LOSS, VALUABLE), at(ALL)).charges

    assert [each.steps for each in found if each.clause.id == "three"] == [
        ("3 of loss by payer branch-b in one month: 2026-03-05, 2026-03-18, 2026-03-30 (article three)", "5000.00")
    ]


@pytest.mark.parametrize(("window", "days", "found"), [
    ("week", ("03-06", "03-08", "03-10"), []),
    ("rolling-week", ("03-06", "03-08", "03-10"), ["03-10"]),
    ("week", ("03-09", "03-11", "03-15"), ["03-15"]),
    ("week", ("03-09", "03-11", "03-15", "03-15"), ["03-15"]),
])  # fmt: skip
def test_three_frauds_of_one_courier_in_a_week(window, days, found):
    """readings, example 8"""
    counts = f'{{ per = ["payer", "person"], window = "{window}", reach = 3 }}'
    rulebook = book(clause("fraud", amount='"200.00"', counts=counts))

    assert charges(rulebook, losses(*days, of="fraud", person="113")) == [(day, "fraud", "200.00") for day in found]


# --- counters: unproven, but the third counts as proven ---

FILED = (
    clause("phone", amount='"100.00"'),
    clause(
        "filed",
        amount='"100.00"',
        counts='{ of = "phone", outcomes = ["proven", "unproven"], per = ["payer", "person", "conduct"], reach = 3, '
        'charges = "filed" }',
    ),
)


def phone(when, outcome, person="113", conduct="manners"):
    return did(when, "phone", outcome, person=person, conduct=conduct)


JANUARY, FEBRUARY, MAY, JUNE = (f"2026-{day}" for day in ("01-08", "02-19", "05-06", "06-01"))


def test_the_third_unproven_case_proves_all_three_on_its_day():
    """readings, example 6: 3 x 100 dated 2026-05-06, and 100 at once for a fourth"""
    one = ticket(
        phone(JANUARY, "unproven"), phone(FEBRUARY, "unproven"), phone("2026-03-03", "refuted"),
        phone(MAY, "unproven"), phone(JUNE, "unproven"),
    )  # fmt: skip

    assert charges(book(*FILED), one, as_of="2026-05-05") == []
    assert charges(book(*FILED), one, as_of="2026-05-07") == [("05-06", "filed", "100.00")] * 3
    assert charges(book(*FILED), one) == [("05-06", "filed", "100.00")] * 3 + [("06-01", "filed", "100.00")]


def test_what_was_proven_before_is_not_charged_twice():
    """readings, example 6: 100 on 02-19, then 200 on 05-06"""
    one = ticket(phone(JANUARY, "unproven"), phone(FEBRUARY, "proven"), phone(MAY, "unproven"))

    assert charges(book(*FILED), one) == [
        ("02-19", "phone", "100.00"), ("05-06", "filed", "100.00"), ("05-06", "filed", "100.00"),
    ]  # fmt: skip


@pytest.mark.parametrize("other", [{"person": "114"}, {"conduct": "attitude"}])
def test_another_person_or_conduct_begins_at_one(other):
    one = ticket(phone(JANUARY, "unproven"), phone(FEBRUARY, "unproven"), phone(MAY, "unproven", **other))

    assert charges(book(*FILED), one) == []


def test_a_filed_case_says_when_it_was_filed_and_why_it_counts_now():
    one = ticket(phone(JANUARY, "unproven"), phone(FEBRUARY, "unproven"), phone(MAY, "unproven"))

    first = steps(book(*FILED), one)[0]

    assert first[0] == "filed unproven on 2026-01-08, now counts as proven"
    assert "2026-01-08, 2026-02-19, 2026-05-06" in first[1]
    assert first[-1] == "100.00"


def test_a_filed_case_that_is_decided_proven_moves_to_its_own_clause_and_day():
    one = ticket(
        phone(JANUARY, "unproven"), phone(FEBRUARY, "unproven"), phone(MAY, "unproven"),
        decided(JUNE, 1, JANUARY, outcome="proven"),
    )  # fmt: skip

    assert charges(book(*FILED), one) == [
        ("01-08", "phone", "100.00"), ("05-06", "filed", "100.00"), ("05-06", "filed", "100.00"),
    ]  # fmt: skip


# --- costs and escalations ---


def test_costs_borne_besides_are_lines_of_their_own():
    """readings, example 9: compensation 60, and the fine of 200"""
    rulebook = book(clause("late", amount='"200.00"'))

    found = statement([ticket(did("2026-04-20", "late", cost="60.00"))], rulebook, at(ALL)).charges

    assert sorted((each.type, str(each.amount)) for each in found) == [("cost", "60.00"), ("fine", "200.00")]
    assert len({each.id for each in found}) == 2


@pytest.mark.parametrize("outcome", ["unproven", "refuted"])
def test_what_is_not_proven_bears_no_costs(outcome):
    assert charges(book(MANNERS), ticket(did("2026-04-20", "manners", outcome, cost="60.00"))) == []


def test_the_cost_may_be_decided_later():
    one = ticket(did("2026-04-20", "manners"), decided("2026-04-25", 1, "2026-04-20", cost="75.50"))

    assert [row[2] for row in charges(book(MANNERS), one)] == ["100.00", "75.50"]


FALSE = (
    clause("false", amount='"1000.00"'),
    clause("thrice", "escalation", to='["management"]', counts='{ of = "false", window = "month", reach = 3 }'),
)


def test_three_of_a_month_are_handed_on():
    """readings, example 9: 3 x 1000 and escalation on 04-29 (the third included); 05-02 hands nothing on"""
    one = ticket(*(did(f"2026-{day}", "false") for day in ("04-02", "04-15", "04-29", "05-02")))

    found = statement([one], book(*FALSE), at(ALL))

    assert [sum_of(each) for each in found.charges] == ["1000.00"] * 4
    assert [(f"{each.at:%m-%d}", each.to) for each in found.escalations] == [("04-29", "management")]
    assert found.escalations[0].reason.endswith("2026-04-02, 2026-04-15, 2026-04-29")
    assert statement([one], book(*FALSE), at("2026-04-28")).escalations == ()


# --- two limbs: a limit missed, and the customer complaining again ---

FIVE = clause("five", "deadline", starts='"dispatched"', met_by='["replied", "answered"]', allow='{ by = "17:00" }',
              due_inclusive="false")  # fmt: skip
FULL = clause("late", limits='["five"]', again='"repeated"', machine='"full"', amount='"100.00"')
ASSISTED = FULL.replace('"full"', '"assisted"')
ORDER = ("2026-03-10 09:30", "dispatched", {"department": "network"})


def reply(when):
    return when, "replied", {}


def again(when):
    return when, "repeated", {"reason": "nobody called"}


@pytest.mark.parametrize(("events", "found"), [
    ((reply("2026-03-10 16:59"), again("2026-03-11")), []),
    ((reply("2026-03-10 17:00"), again("2026-03-11")), [("03-11", "late", "100.00")]),
    ((reply("2026-03-10 18:00"),), []),
    ((), []),
    ((again("2026-03-11"),), [("03-11", "late", "100.00")]),
    ((again("2026-03-10 16:00"), reply("2026-03-10 18:00")), []),
])  # fmt: skip
def test_late_alone_is_overdue_and_costs_nothing(events, found):
    """readings, example 13"""
    assert charges(book(FIVE, FULL), ticket(ORDER, *events)) == found


def test_the_payer_is_whom_the_ticket_is_against():
    (found,) = statement([ticket(ORDER, again("2026-03-11"), against="branch-c")], book(FIVE, FULL), at(ALL)).charges

    assert (found.payer, found.person) == ("branch-c", "")
    assert (
        found.steps[0]
        == "five was missed (due 2026-03-10 17:00) and the customer complained again on 2026-03-11 (article late)"
    )


def test_before_the_customer_complains_again_there_is_no_charge():
    one = ticket(ORDER, again("2026-03-11"))

    assert charges(book(FIVE, FULL), one, as_of="2026-03-10 20:00") == []


def test_a_complaint_at_the_instant_it_became_overdue_counts():
    assert charges(book(FIVE, FULL), ticket(ORDER, again("2026-03-10 17:00"))) == [("03-10", "late", "100.00")]


def test_an_assisted_one_is_proposed_until_it_is_recorded_as_proven():
    late = (ORDER, again("2026-03-11"))
    rulebook = book(FIVE, ASSISTED)

    assert (charges(rulebook, ticket(*late)), proposed(rulebook, ticket(*late))) == (
        [], [("03-11", "late", "100.00")],
    )  # fmt: skip
    recorded = ticket(*late, did("2026-03-15", "late"))
    assert (charges(rulebook, recorded), proposed(rulebook, recorded)) == ([("03-15", "late", "100.00")], [])


def test_an_unproven_violation_leaves_the_proposal():
    one = ticket(ORDER, again("2026-03-11"), did("2026-03-15", "late", "unproven"))

    assert proposed(book(FIVE, ASSISTED), one) == [("03-11", "late", "100.00")]


def test_an_unproven_violation_does_not_take_a_charge_from_the_facts_away():
    one = ticket(ORDER, again("2026-03-11"), did("2026-03-15", "late", "unproven"))

    assert charges(book(FIVE, FULL), one) == [("03-11", "late", "100.00")]


def test_a_recorded_violation_and_the_facts_are_charged_once():
    one = ticket(ORDER, again("2026-03-11"), did("2026-03-11 12:00", "late"))

    assert charges(book(FIVE, FULL), one) == [("03-11", "late", "100.00")]


def test_several_events_may_count_as_complaining_again():
    rulebook = book(FIVE, FULL.replace('again = "repeated"', 'again = ["repeated", "urged"]'))

    assert charges(rulebook, ticket(ORDER, ("2026-03-11", "urged", {}))) == [("03-11", "late", "100.00")]


def test_where_no_second_complaint_is_needed_the_missed_limit_alone_costs():
    rulebook = book(FIVE, FULL.replace('again = "repeated"\n', ""))

    assert charges(rulebook, ticket(ORDER), as_of="2026-03-10 16:59") == []
    assert charges(rulebook, ticket(ORDER), as_of="2026-03-10 17:00") == [("03-10", "late", "100.00")]


def test_nothing_follows_from_facts_before_the_first_edition():
    rulebook = book(edition(FIVE, FULL, since="2026-04-01"))

    assert charges(rulebook, ticket(ORDER, again("2026-03-11"))) == []


CLAIM = (
    clause("settle", "deadline", starts='"claimed"', met_by='"step:claim-settled"', allow="{ working_days = 10 }"),
    clause("pay", "deadline", starts='"claimed"', met_by='"compensated"', allow="{ months = 1 }"),
    clause("claim-late", limits='["settle", "pay"]', again='"repeated"', machine='"full"', amount='"200.00"'),
)


@pytest.mark.parametrize(("events", "found"), [
    ((("2026-10-13", "step", {"step": "claim-settled"}), again("2026-10-14")), [("10-14", "claim-late", "200.00")]),
    ((("2026-10-13", "step", {"step": "claim-settled"}), again("2026-10-14"),
      ("2026-10-23", "compensated", {"amount": "60.00"})), [("10-14", "claim-late", "200.00")]),
    ((("2026-10-13", "step", {"step": "claim-settled"}),), []),
    ((("2026-10-12 23:59", "step", {"step": "claim-settled"}), again("2026-10-14")), []),
])  # fmt: skip
def test_a_claim_settled_late_and_complained_of_again(events, found):
    """readings, example 4: claimed 2026-09-21, due Mon 10-12"""
    one = ticket(("2026-09-21", "claimed", {"claim": "loss"}), *events)

    assert charges(book(*CLAIM), one) == found


# --- clauses that only add to others ---

HQ = clause("hq", amount='"200.00"', exception_to='["late"]')
EXTRA = clause("extra", least='"100.00"', most='"1000.00"', follows='"hq"')


def test_a_clause_that_adds_follows_without_a_violation_of_its_own():
    found = statement([ticket(did("2026-03-12", "hq", person="113"))], book(FIVE, FULL, HQ, EXTRA), at(ALL)).charges

    assert told(found) == [("03-12", "extra", "100.00-1000.00"), ("03-12", "hq", "200.00")]
    assert {each.payer for each in found} == {"branch-b"}
    assert found[0].steps == ("follows hq of 2026-03-12 (article extra)", "undecided: 100.00 to 1000.00")


def test_a_violation_of_its_own_decides_what_is_added():
    one = ticket(
        did("2026-03-12", "hq"), did("2026-03-12", "extra"), decided("2026-03-20", 2, "2026-03-12", amount="300.00")
    )

    assert charges(book(FIVE, FULL, HQ, EXTRA), one) == [("03-12", "hq", "200.00"), ("03-12", "extra", "300.00")]


def test_nothing_follows_what_is_not_charged():
    assert charges(book(FIVE, FULL, HQ, EXTRA), ticket(did("2026-03-12", "hq", "unproven"))) == []


# --- one event is charged under one clause ---


def test_the_declared_exception_wins_and_says_so():
    rulebook = book(clause("manners", amount='"100.00"', exception_to='["attitude"]'), ATTITUDE)
    one = ticket(
        did("2026-03-10", "attitude", person="113"), did("2026-03-10 11:00", "manners", person="113"),
    )  # fmt: skip

    assert charges(rulebook, one) == [("03-10", "manners", "100.00")]
    assert steps(rulebook, one)[0][-1] == "takes the place of attitude for the same event"


@pytest.mark.parametrize("other", [
    {"person": "114"}, {"payer": "branch-c"}, {"when": "2026-03-11"},
])  # fmt: skip
def test_two_events_are_charged_twice(other):
    rulebook = book(clause("manners", amount='"100.00"', exception_to='["attitude"]'), ATTITUDE)
    when, fields = other.get("when", "2026-03-10"), {"person": "113"} | {k: v for k, v in other.items() if k != "when"}
    one = ticket(did("2026-03-10", "attitude", person="113"), did(when, "manners", **fields))

    assert len(charges(rulebook, one)) == 2


def test_nothing_is_added_to_what_gave_way():
    winner = clause("winner", amount='"300.00"', exception_to='["hq"]')
    one = ticket(did("2026-03-12", "hq"), did("2026-03-12 11:00", "winner"))

    assert charges(book(FIVE, FULL, HQ, EXTRA, winner), one) == [("03-12", "winner", "300.00")]


def test_of_three_in_a_row_only_the_first_is_charged():
    first = clause("first", amount='"300.00"', exception_to='["second"]')
    second = clause("second", amount='"200.00"', exception_to='["third"]')
    rulebook = book(first, second, clause("third", amount='"100.00"'))
    one = ticket(*(did("2026-03-12", id_) for id_ in ("third", "second", "first")))

    assert charges(rulebook, one) == [("03-12", "first", "300.00")]


def test_without_a_declared_exception_both_are_charged():
    one = ticket(did("2026-03-10", "attitude", person="113"), did("2026-03-10 11:00", "manners", person="113"))

    assert len(charges(book(MANNERS, ATTITUDE), one)) == 2


def test_a_clause_that_may_stack_is_charged_besides():
    rulebook = book(clause("manners", amount='"100.00"', exception_to='["attitude"]'), ATTITUDE + "stack = true\n")
    one = ticket(did("2026-03-10", "attitude", person="113"), did("2026-03-10 11:00", "manners", person="113"))

    assert len(charges(rulebook, one)) == 2


def test_costs_are_borne_besides_whatever_wins():
    rulebook = book(clause("manners", amount='"100.00"', exception_to='["attitude"]'), ATTITUDE)
    one = ticket(did("2026-03-10", "attitude", cost="30.00"), did("2026-03-10 11:00", "manners"))

    assert [row[1:] for row in charges(rulebook, one)] == [("attitude", "30.00"), ("manners", "100.00")]


def test_what_headquarters_charge_is_not_charged_again_from_the_facts():
    """readings, example 13: forwarded by HQ and charged there: 200 and an undecided 100-1000, not also 100"""
    one = ticket(ORDER, again("2026-03-11"), did("2026-03-12", "hq"))

    assert charges(book(FIVE, FULL, HQ, EXTRA), one) == [
        ("03-12", "extra", "100.00-1000.00"),
        ("03-12", "hq", "200.00"),
    ]


def test_what_headquarters_charge_is_not_proposed_again():
    one = ticket(ORDER, again("2026-03-11"), did("2026-03-12", "hq"))

    assert proposed(book(FIVE, ASSISTED, HQ, EXTRA), one) == []


def test_what_happened_after_headquarters_charged_is_another_event():
    one = ticket(did("2026-03-09", "hq"), ORDER, again("2026-03-11"))

    assert [row[1] for row in charges(book(FIVE, FULL, HQ), one)] == ["hq", "late"]


def test_of_two_that_follow_from_the_same_fact_the_exception_wins():
    rulebook = book(FIVE, FULL, clause("dearer", limits='["five"]', again='"repeated"', machine='"full"',
                                       amount='"200.00"', exception_to='["late"]'))  # fmt: skip

    assert charges(rulebook, ticket(ORDER, again("2026-03-11"))) == [("03-11", "dearer", "200.00")]


# --- ids, and what the as-of moment does ---


def test_every_line_has_an_id_of_its_own():
    days = ("2026-03-02", "2026-03-04", "2026-03-06", "2026-03-09")
    one = ticket(*(did(day, "number", evidence=["x"], cost="5.00") for day in days), ORDER, again("2026-04-11"))

    found = statement([one], book(NUMBER, SURCHARGE, FIVE, FULL), at(ALL)).charges

    assert len({each.id for each in found}) == len(found) == 10


def test_two_limits_of_one_event_that_were_missed_are_two_lines_or_one():
    rulebook = book(*(part.replace('again = "repeated"\n', "") for part in CLAIM))

    found = statement([ticket(("2026-09-21", "claimed", {"claim": "loss"}))], rulebook, at(ALL)).charges

    assert len({each.id for each in found}) == len(found)


def test_before_a_violation_happened_it_is_not_charged():
    assert charges(book(MANNERS), ticket(did("2026-03-10", "manners")), as_of="2026-03-10 09:59") == []


# --- which recorded violation is which charge from facts ---


def test_one_recorded_violation_names_one_renewed_complaint_and_leaves_the_others():
    one = ticket(ORDER, again("2026-03-11"), did("2026-03-12", "late"), again("2026-03-20"))

    assert charges(book(FIVE, FULL), one) == [("03-12", "late", "100.00"), ("03-20", "late", "100.00")]
    assert charges(book(FIVE, ASSISTED), one) == [("03-12", "late", "100.00")]
    assert proposed(book(FIVE, ASSISTED), one) == [("03-20", "late", "100.00")]


def test_an_addition_of_its_own_names_one_charge_and_leaves_what_follows_the_other():
    one = ticket(
        did("2026-03-12", "hq"), did("2026-03-16", "hq"), did("2026-03-16 11:00", "extra"),
        decided("2026-03-20", 3, "2026-03-16 11:00", amount="500.00"),
    )  # fmt: skip

    assert charges(book(FIVE, FULL, HQ, EXTRA), one) == [
        ("03-12", "extra", "100.00-1000.00"), ("03-12", "hq", "200.00"),
        ("03-16", "hq", "200.00"), ("03-16", "extra", "500.00"),
    ]  # fmt: skip


@pytest.mark.parametrize(("days", "found"), [
    (("2026-03-12", "2026-03-13"), [("03-12", "dearer", "200.00")]),
    (("2026-03-12", "2026-03-21"), [("03-12", "dearer", "200.00"), ("03-21", "late", "100.00")]),
])  # fmt: skip
def test_two_recorded_violations_of_one_renewed_complaint_are_one_event_whatever_their_days(days, found):
    dearer = clause("dearer", limits='["five"]', again='"repeated"', machine='"assisted"', amount='"200.00"',
                    exception_to='["late"]')  # fmt: skip
    one = ticket(ORDER, again("2026-03-11"), did(days[0], "dearer"), again("2026-03-20"), did(days[1], "late"))

    assert charges(book(FIVE, ASSISTED, dearer), one) == found


def test_an_entry_that_leaves_the_person_out_is_the_same_event():
    rulebook = book(clause("manners", amount='"100.00"', exception_to='["attitude"]'), ATTITUDE)
    one = ticket(did("2026-03-10", "attitude", person="113"), did("2026-03-10 10:05", "manners"))

    assert charges(rulebook, one) == [("03-10", "manners", "100.00")]


def test_a_filed_case_is_the_event_of_the_day_on_which_it_was_filed():
    filed = clause("third", amount='"100.00"', exception_to='["small"]',
                   counts='{ of = "manners", outcomes = ["unproven"], reach = 3, charges = "filed" }')  # fmt: skip
    small = clause("small", amount='"10.00"', outcomes='["unproven"]')
    cases = (did(day, "manners", "unproven") for day in ("2026-01-08", "2026-02-19", "2026-05-06"))
    one = ticket(*cases, did("2026-01-08 10:05", "small", "unproven"))

    assert charges(book(MANNERS, small, filed), one) == [("05-06", "third", "100.00")] * 3


# --- several counters, and what a counter opens ---

TWO = clause(
    "handed-on",
    "escalation",
    to='["management"]',
    counts="""[
  { of = "manners", window = "month", reach = 3 },
  { of = "attitude", window = "month", reach = 3 },
]""",
)


@pytest.mark.parametrize(("names", "times"), [
    (("manners", "manners", "manners"), 1), (("attitude", "attitude", "attitude"), 1),
    (("manners", "manners", "attitude"), 0), (("manners", "attitude") * 3, 2),
])  # fmt: skip
def test_several_counters_of_a_clause_count_apart(names, times):
    one = ticket(*(did(f"2026-03-{day:02d}", name) for day, name in enumerate(names, 2)))

    assert len(statement([one], book(MANNERS, ATTITUDE, TWO), at(ALL)).escalations) == times


WAITING = clause("waiting", limits='["apology"]', again='"repeated"', machine='"full"', amount='"50.00"')
APOLOGY = clause("apology", "deadline", starts='"step:apology-ordered"', met_by='"apologised"', allow="{ hours = 24 }")
THIRD = clause("third", "escalation", opens='"step:apology-ordered"', to='["all"]',
               counts='{ of = "waiting", outcomes = ["proven", "unproven"], reach = 3 }')  # fmt: skip


def filed(number, day, *more):
    return ticket(did(day, "waiting", "unproven"), *more, id_=f"C-2601-0000000{number}")


def test_the_third_case_opens_the_clock_in_every_ticket_that_was_filed():
    """readings, section 6, third row; sto-13-third-proven"""
    rules = book(APOLOGY, WAITING, THIRD)
    cases = [filed(1, "2026-01-08"), filed(2, "2026-02-19"), filed(3, "2026-05-06")]

    changed = effects(cases, rules, at(ALL))
    rows = [row for one in cases for row in obligations(one, rules, at(ALL), effects=changed[one.id])]

    assert [(f"{row.started_at:%m-%d %H:%M}", f"{row.due_at:%m-%d %H:%M}", row.state) for row in rows] == [
        ("05-06 10:00", "05-07 10:00", "overdue")
    ] * 3
    assert effects(cases[:2], rules, at(ALL)) == {}
    assert "3 of waiting by payer branch-b" in rows[0].notes[0][1]


def test_a_missed_clock_that_was_opened_so_costs_once_the_customer_complains_again():
    rules = book(APOLOGY, WAITING, THIRD)
    cases = [filed(1, "2026-01-08", again("2026-05-08")), filed(2, "2026-02-19"), filed(3, "2026-05-06")]

    assert charges(rules, *cases) == [("05-08", "waiting", "50.00")]
    in_time = filed(1, "2026-01-08", ("2026-05-07 09:00", "apologised", {}), again("2026-05-08"))
    assert charges(rules, in_time, *cases[1:]) == []
