"""Recorded misconduct and how it is counted: against whom, in which window, with which outcome and evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from complaint.core import ids
from complaint.core.fines import statement
from complaint.core.policy import policy
from complaint.core.policy_check import mistakes
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import Event, Ticket
from complaint.core.violations import counted, counters, violations

ZONE = ZoneInfo("Asia/Shanghai")
HEAD = """
schema = 1
[policy]
id = "house"
edition = "{since}"
effective_from = {since}
title = {{ en = "House rules" }}
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
PROVED = MANNERS.replace('"manners"', '"proved"') + "evidence = true\n"


def at(text):
    """`2026-03-10 09:00` in China; a date alone is its ten o'clock."""
    return datetime.fromisoformat(text if ":" in text else f"{text} 10:00").replace(tzinfo=ZONE)


def counter(counts):
    """A clause that costs 500 once its number is reached."""
    return f"""
[[clause]]
id = "threshold"
kind = "fine"
title = {{ en = "Too many" }}
cite = "2"
amount = "500.00"
counts = {{ {counts} }}
"""


def edition(*parts, since="2000-01-01"):
    document = tomli.loads(HEAD.format(since=since) + "".join(parts))
    assert mistakes(document, ["cn"]) == []
    return policy(document)


def book(*editions):
    return Rulebook(ZONE, {"house": list(editions)}, {})


def did(when, outcome="proven", clause="manners", **fields):
    """A violation by branch-b and person 113 for their manners, unless it says otherwise."""
    usual = {"payer": "branch-b", "person": "113", "conduct": "manners"}
    return when, "violation", {"clause": clause, "outcome": outcome} | usual | fields


def key_of(number, when):
    return ids.event_key(at(when).astimezone(UTC) + timedelta(milliseconds=number), f"{number:03d}")


def ticket(*events, id_="C-2001-00000000"):
    """A ticket that was received long before its events: (when, type, fields)."""
    made = [Event(ids.event_key(at("2000-01-01"), "000"), "received", at("2000-01-01"), "li.na", {"policy": "house"})]
    for number, (when, type_, fields) in enumerate(events, 1):
        made.append(Event(key_of(number, when), type_, at(when), "li.na", fields))
    return Ticket(id_, {}, events=tuple(made))


def groups(counts, *events):
    """The days of each group of occurrences that a counter makes."""
    rules = edition(MANNERS, PROVED, counter(counts))
    found = violations(ticket(*events), book(rules), at("2030-01-01"))
    windows = counted(counters(rules.clause("threshold"))[0], found)
    return sorted([f"{each.at:%Y-%m-%d}" for each in window] for window in windows)


def reached(counts, *days):
    """On which days the counter reached its number."""
    rules = edition(MANNERS, counter(counts))
    found = statement([ticket(*map(did, days))], book(rules), at("2030-01-01"))
    return [f"{charge.at:%Y-%m-%d}" for charge in found.charges if charge.clause.id == "threshold"]


# --- what a violation is ---


def test_a_violation_says_who_what_and_when_in_the_zone_of_the_register():
    utc = Event("20260310T020000000Z-abc", "violation", datetime(2026, 3, 10, 2, tzinfo=UTC), "li.na",
                {"clause": "manners", "outcome": "proven", "payer": "branch-b", "evidence": ["113"]})  # fmt: skip
    one = ticket()

    (found,) = violations(one._replace(events=(*one.events, utc)), book(edition(MANNERS)), at("2030-01-01"))

    assert (found.clause, found.payer, found.person, found.evidence) == ("manners", "branch-b", "", ("113",))
    assert found.at.isoformat() == "2026-03-10T10:00:00+08:00"


def test_what_had_not_happened_yet_is_not_there():
    one = ticket(did("2026-03-10"), did("2026-03-12"))

    assert len(violations(one, book(edition(MANNERS)), at("2026-03-10 09:59:59"))) == 0
    assert len(violations(one, book(edition(MANNERS)), at("2026-03-10 10:00"))) == 1
    assert len(violations(one, book(edition(MANNERS)), at("2026-03-12 10:00"))) == 2


def test_what_was_not_recorded_yet_is_not_known():
    late = Event(key_of(1, "2026-04-01"), "violation", at("2026-03-10"), "li.na", did("2026-03-10")[2])
    one = ticket()._replace(events=(*ticket().events, late))

    assert violations(one, book(edition(MANNERS)), at("2026-05-01"), at("2026-03-31")) == []
    assert len(violations(one, book(edition(MANNERS)), at("2026-05-01"), at("2026-04-02"))) == 1


def test_a_voided_violation_is_gone_from_the_moment_it_was_voided():
    one = ticket(did("2026-03-10"), ("2026-03-12", "voided", {"event": key_of(1, "2026-03-10"), "reason": "x"}))

    assert len(violations(one, book(edition(MANNERS)), at("2026-03-11"))) == 1
    assert violations(one, book(edition(MANNERS)), at("2026-03-13")) == []


# --- editions: by the day of the violation, and none before the first ---


@pytest.mark.parametrize(("when", "editions"), [
    ("2009-12-31 23:59:59", []),
    ("2010-01-01 00:00", ["2010-01-01"]),
    ("2025-12-31 23:59:59", ["2010-01-01"]),
    ("2026-01-01 00:00", ["2026-01-01"]),
])  # fmt: skip
def test_the_edition_is_the_one_in_force_when_it_happened(when, editions):
    rules = book(edition(MANNERS, since="2010-01-01"), edition(MANNERS, since="2026-01-01"))

    found = violations(ticket(did(when)), rules, at("2030-01-01"))

    assert [each.policy.edition for each in found] == editions


# --- decided: by the latest (at, key) ---


def decided(when, event, **fields):
    return when, "decided", {"event": event} | fields


def test_the_latest_decision_holds_and_only_from_its_own_moment():
    first = key_of(1, "2026-03-10")
    one = ticket(did("2026-03-10", "unproven"), decided("2026-03-20", first, outcome="proven"),
                 decided("2026-03-25", first, outcome="refuted"))  # fmt: skip

    def outcome(as_of):
        return violations(one, book(edition(MANNERS)), at(as_of))[0].outcome

    assert [outcome(f"2026-03-{day}") for day in (19, 20, 24, 25, 31)] == [
        "unproven", "proven", "proven", "refuted", "refuted",
    ]  # fmt: skip


def test_a_decision_that_was_recorded_later_but_happened_earlier_does_not_hold():
    first = key_of(1, "2026-03-10")
    one = ticket(did("2026-03-10", "unproven"), decided("2026-03-25", first, outcome="proven"))
    older = Event(key_of(9, "2026-04-01"), "decided", at("2026-03-20"), "li.na", {"event": first, "outcome": "refuted"})

    (found,) = violations(one._replace(events=(*one.events, older)), book(edition(MANNERS)), at("2030-01-01"))

    assert found.outcome == "proven"


def test_of_two_decisions_of_one_moment_the_later_key_holds():
    first = key_of(1, "2026-03-10")
    one = ticket(did("2026-03-10", "unproven"), decided("2026-03-20", first, outcome="refuted"),
                 decided("2026-03-20", first, outcome="proven"))  # fmt: skip

    for events in (one.events, one.events[::-1]):
        (found,) = violations(one._replace(events=events), book(edition(MANNERS)), at("2030-01-01"))
        assert found.outcome == "proven"


def test_a_decision_of_the_amount_leaves_the_outcome_and_the_cost_alone():
    first = key_of(1, "2026-03-10")
    one = ticket(did("2026-03-10", cost="30.00"), decided("2026-03-20", first, amount="60.00"))

    (found,) = violations(one, book(edition(MANNERS)), at("2030-01-01"))

    assert (found.outcome, found.amount, found.cost) == ("proven", Decimal("60.00"), Decimal("30.00"))


def test_deciding_moves_no_date_and_changes_nobody():
    first = key_of(1, "2026-03-10")
    one = ticket(did("2026-03-10", "unproven"), decided("2026-04-20", first, outcome="proven", note="seen"))

    (found,) = violations(one, book(edition(MANNERS)), at("2030-01-01"))

    assert (found.at, found.event, found.payer, found.clause) == (at("2026-03-10"), first, "branch-b", "manners")


def test_a_voided_decision_does_not_count():
    first, second = key_of(1, "2026-03-10"), key_of(2, "2026-03-20")
    one = ticket(did("2026-03-10", "unproven"), decided("2026-03-20", first, outcome="proven"),
                 ("2026-03-21", "voided", {"event": second, "reason": "x"}))  # fmt: skip

    assert violations(one, book(edition(MANNERS)), at("2030-01-01"))[0].outcome == "unproven"


# --- what counts ---


@pytest.mark.parametrize(("outcomes", "days"), [
    ("", ["2026-03-01"]),
    (', outcomes = ["proven", "unproven"]', ["2026-03-01", "2026-03-02"]),
    (', outcomes = ["unproven"]', ["2026-03-02"]),
])  # fmt: skip
def test_only_the_outcomes_that_the_counter_names_count(outcomes, days):
    events = [did("2026-03-01"), did("2026-03-02", "unproven"), did("2026-03-03", "refuted")]

    assert groups(f'of = "manners", reach = 3{outcomes}', *events) == [days]


def test_without_the_evidence_its_own_clause_asks_for_it_is_not_counted():
    events = [
        did("2026-03-01", clause="proved"), did("2026-03-02", clause="proved", evidence=["number 113"]),
        did("2026-03-03"),
    ]  # fmt: skip

    assert groups('of = ["manners", "proved"], reach = 3', *events) == [["2026-03-02", "2026-03-03"]]


@pytest.mark.parametrize("evidence", [[""], ["  "]])
def test_blank_evidence_is_none(evidence):
    assert groups('of = "proved", reach = 3', did("2026-03-01", clause="proved", evidence=evidence)) == []


@pytest.mark.parametrize(("per", "sizes"), [
    ('["payer"]', [1, 3]),
    ('["person"]', [1, 3]),
    ('["payer", "person"]', [1, 1, 2]),
    ('["payer", "person", "conduct"]', [1, 1, 1, 1]),
])  # fmt: skip
def test_it_counts_per_payer_person_and_conduct(per, sizes):
    events = [
        did("2026-03-01"), did("2026-03-02", conduct="attitude"), did("2026-03-03", person="114"),
        did("2026-03-04", payer="branch-c"),
    ]  # fmt: skip

    found = groups(f'of = "manners", reach = 3, per = {per}', *events)

    assert sorted(map(len, found)) == sizes


def test_a_counter_against_a_person_leaves_out_those_without_a_name():
    events = [did("2026-03-01", person=""), did("2026-03-02", person=""), did("2026-03-03")]

    assert groups('of = "manners", reach = 3, per = ["person"]', *events) == [["2026-03-03"]]
    assert groups('of = "manners", reach = 3', *events) == [["2026-03-01", "2026-03-02", "2026-03-03"]]


# --- windows ---


@pytest.mark.parametrize(("window", "days", "found"), [
    ("ever", ("2020-01-01", "2023-01-01", "2026-01-01"), ["2026-01-01"]),
    ("year", ("2026-01-01", "2026-06-01", "2026-12-31"), ["2026-12-31"]),
    ("year", ("2025-12-31", "2026-06-01", "2026-12-31"), []),
    # readings, example 5
    ("month", ("2026-03-05", "2026-03-18", "2026-03-30"), ["2026-03-30"]),
    ("month", ("2026-03-05", "2026-03-18", "2026-03-30", "2026-03-31"), ["2026-03-30"]),
    ("month", ("2026-03-20", "2026-03-28", "2026-04-10"), []),
    ("month", ("2026-01-31", "2026-02-14", "2026-02-28"), []),
    ("rolling-month", ("2026-03-05", "2026-03-18", "2026-03-30"), ["2026-03-30"]),
    ("rolling-month", ("2026-03-05", "2026-03-18", "2026-03-30", "2026-03-31"), ["2026-03-30"]),
    ("rolling-month", ("2026-03-20", "2026-03-28", "2026-04-10"), ["2026-04-10"]),
    ("rolling-month", ("2026-01-31", "2026-02-14", "2026-02-28"), ["2026-02-28"]),
    ("rolling-month", ("2026-01-31", "2026-02-14", "2026-03-01"), []),
    ("rolling-month", ("2026-01-15", "2026-01-31", "2026-02-14", "2026-02-28"), ["2026-02-14"]),
    ("rolling-month", ("2026-01-01", "2026-01-31", "2026-02-14", "2026-02-28"), ["2026-02-28"]),
    # readings, example 8
    ("week", ("2026-03-06", "2026-03-08", "2026-03-10"), []),
    ("week", ("2026-03-09", "2026-03-11", "2026-03-15"), ["2026-03-15"]),
    ("rolling-week", ("2026-03-06", "2026-03-08", "2026-03-10"), ["2026-03-10"]),
    ("rolling-week", ("2026-03-06", "2026-03-08", "2026-03-12"), ["2026-03-12"]),
    ("rolling-week", ("2026-03-06", "2026-03-08", "2026-03-13"), []),
    # the ISO week of the turn of the year: 2026-12-28 to 2027-01-03 is week 53 of 2026
    ("week", ("2026-12-28", "2026-12-31", "2027-01-03"), ["2027-01-03"]),
    ("week", ("2026-12-27", "2026-12-28", "2027-01-03"), []),
])  # fmt: skip
def test_a_window_reaches_its_number(window, days, found):
    assert reached(f'of = "manners", reach = 3, window = "{window}"', *days) == found


@pytest.mark.parametrize("window", ["week", "month", "year", "ever"])
def test_a_fourth_in_the_same_window_costs_no_second_sum(window):
    days = ("2026-03-09", "2026-03-11", "2026-03-15", "2026-03-15 11:00")

    assert reached(f'of = "manners", reach = 3, window = "{window}"', *days) == ["2026-03-15"]


@pytest.mark.parametrize(("window", "late"), [
    ("week", "2026-09-20 23:30"),  # a Sunday; half past midnight of Monday is still Sunday in UTC
    ("month", "2026-03-31 23:30"),
    ("year", "2026-12-31 23:30"),
])  # fmt: skip
def test_windows_end_at_midnight_of_local_time(window, late):
    after = f"{at(late) + timedelta(hours=1):%Y-%m-%d %H:%M}"

    found = groups(f'of = "manners", reach = 3, window = "{window}"', did(late), did(after))

    assert found == [[late[:10]], [after[:10]]]


def test_each_calendar_month_reaches_its_number_by_itself():
    days = [f"2026-0{month}-{day}" for month in (3, 4) for day in ("05", "18", "28")]

    assert reached('of = "manners", reach = 3, window = "month"', *days) == ["2026-03-28", "2026-04-28"]


def test_the_order_of_recording_does_not_matter():
    days = ["2026-03-30", "2026-03-05", "2026-03-18"]

    assert reached('of = "manners", reach = 3, window = "month"', *days) == ["2026-03-30"]


def test_a_counter_of_an_unknown_clause_is_a_mistake():
    document = tomli.loads(HEAD.format(since="2000-01-01") + MANNERS + counter('of = "maners", reach = 3'))

    assert mistakes(document, ["cn"])


@pytest.mark.parametrize("window", ["rolling-month", "rolling-week"])
def test_a_surcharge_beyond_a_rolling_window_is_a_mistake(window):
    surcharge = counter(f'of = "manners", reach = 3, window = "{window}", charges = "each-beyond"')
    document = tomli.loads(HEAD.format(since="2000-01-01") + MANNERS + surcharge)

    assert [each.path[-1] for each in mistakes(document, ["cn"])] == ["window"]


# --- properties: a register is one heap of facts, whatever files they stand in ---

RICH = edition(
    MANNERS,
    PROVED,
    counter('of = "manners", reach = 3, window = "month", charges = "each-beyond"'),
    counter('of = ["manners", "proved"], reach = 2, per = ["payer", "person"], window = "week"').replace(
        '"threshold"', '"weekly"'
    ),
    counter('of = "proved", reach = 2, outcomes = ["proven", "unproven"], per = ["person"], charges = "filed"').replace(
        '"threshold"', '"filed"'
    ),
    counter('of = "manners", reach = 2, window = "rolling-month"').replace('"threshold"', '"rolling"'),
)
FACTS = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.sampled_from(("proven", "unproven", "refuted")),
        st.sampled_from(("manners", "proved")),
        st.sampled_from(("branch-b", "branch-c")),
        st.sampled_from(("113", "114", "")),
        st.booleans(),
    ),
    max_size=14,
)


def recorded(facts):
    """The violations of some facts, each at a minute of its own."""
    events = []
    for number, (day, outcome, clause, payer, person, proved) in enumerate(facts):
        when = f"{at('2026-02-20') + timedelta(days=day, minutes=number):%Y-%m-%d %H:%M}"
        fields = {"payer": payer, "person": person} | ({"evidence": ["seen"]} if proved else {})
        events.append(did(when, outcome, clause, **fields))
    return events


def totals(tickets):
    found = statement(tickets, book(RICH), at("2030-01-01"))
    sums = {}
    for charge in found.charges:
        place = (charge.payer, charge.clause.id, f"{charge.at:%Y-%m}")
        sums[place] = sums.get(place, Decimal()) + charge.least
    return sums


@given(FACTS, st.lists(st.integers(0, 4), min_size=14, max_size=14), st.randoms(use_true_random=False))
def test_splitting_a_register_among_files_in_any_way_never_changes_what_is_owed(facts, places, random):
    events = recorded(facts)
    files = [[] for _ in range(5)]
    for event, place in zip(events, places, strict=False):
        files[place].append(event)
    split = [ticket(*own, id_=f"C-2001-{number:08d}") for number, own in enumerate(files)]
    random.shuffle(split)

    assert totals(split) == totals([ticket(*events)])


@given(FACTS, st.integers(0, 60), st.sampled_from(("manners", "proved")), st.sampled_from(("branch-b", "branch-c")))
def test_one_more_refuted_violation_changes_nothing(facts, day, clause, payer):
    events = recorded(facts)
    more = did(f"{at('2026-02-20 23:00') + timedelta(days=day):%Y-%m-%d %H:%M}", "refuted", clause, payer=payer)

    assert totals([ticket(*events, more)]) == totals([ticket(*events)])


@pytest.mark.parametrize("outcome", ["refuted", "proven"])
def test_a_violation_of_a_later_edition_changes_nothing_before_it(outcome):
    sum_ = 'of = "manners", reach = 1, window = "month"'
    dearer = counter(sum_).replace("500.00", "900.00")
    rules = book(edition(MANNERS, counter(sum_)), edition(MANNERS, dearer, since="2026-04-01"))

    def owed(*events):
        found = statement([ticket(*events)], rules, at("2030-01-01"))
        return [str(charge.least) for charge in found.charges if charge.clause.id == "threshold"]

    assert owed(did("2026-03-10")) == ["500.00"]
    assert owed(did("2026-03-10"), did("2026-04-10", outcome))[:1] == ["500.00"]
