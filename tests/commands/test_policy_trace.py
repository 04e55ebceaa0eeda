"""`policy trace`: every clause of the sources, the pack and rule that carry it, and its examples."""

from __future__ import annotations

import pytest
import tomli

from complaint import assets
from complaint.core.examples import Outcome
from complaint.core.policy import policy
from complaint.core.policy_check import mistakes
from complaint.core.tracing import totals, trace
from complaint.workspace import traced

LISTED = tomli.loads(assets.text("trace", "clauses"))["clause"]
PACKS = ("call-centre", "company", "express", "broadcast", "telecom", "after-sales", "general")


@pytest.fixture
def complaint(anywhere):
    """Calls the program as typed, outside any register."""
    return anywhere


@pytest.fixture(scope="module")
def rows():
    """The shipped list against the shipped packs."""
    return traced()


# --- what ships ---


def test_the_shipped_list_is_the_inventory():
    """readings, section 1"""
    tiers = {tier: sum(row["tier"] == tier for row in LISTED) for tier in "ABC"}
    packs = {pack: sum(row["pack"] == pack for row in LISTED) for pack in PACKS}

    assert len({row["id"] for row in LISTED}) == len(LISTED) == 413
    assert tiers == {"A": 176, "B": 174, "C": 63}
    assert packs == dict(zip(PACKS, (41, 28, 106, 38, 94, 61, 45), strict=True))
    assert not any("quote" in row for row in LISTED)


def test_every_clause_of_the_sources_is_accounted_for(rows):
    assert [row.id for row in rows if row.status == "missing"] == []
    assert len(rows) == 413


def test_every_computed_clause_has_passing_examples_unless_its_source_is_damaged(rows):
    computed = [row for row in rows if row.tier == "A"]
    damaged = [row.id for row in computed if row.status == "no rule"]

    assert [(row.id, row.wrong) for row in computed if row.id not in damaged and (row.wrong or not row.examples)] == []
    assert len(computed) == 176
    assert set(damaged) <= {row["id"] for row in LISTED if row.get("damaged")}


def test_only_what_readings_call_damaged_is_without_a_rule(rows):
    assert {row.id for row in rows if row.status == "no rule"} <= {
        "cc-p2-result-truncated", "sto-5-provincial-truncated", "sto-26-truncated", "tel-spot-truncated",
        "tel-nature-staff-truncated",
    }  # fmt: skip


def test_nothing_is_wrong_with_what_ships(rows):
    assert [(row.id, row.wrong) for row in rows if row.wrong] == []


def test_every_shipped_example_passes(complaint):
    said = complaint("policy", "test", "--shipped", "--json")

    assert [row for row in said.json["examples"] if not row["passed"]] == []
    assert (said.code, said.err) == (0, "")
    assert {row["policy"] for row in said.json["examples"]} == set(PACKS)


# what the contract asks of closing (section 4, order) and no article of the source carries
GUARDS = {"sto-final-answer", "asd-inquiry-answer"}


def test_every_shipped_example_touches_a_clause_of_the_list(complaint):
    listed = {row["id"] for row in LISTED}

    touched = {row["clause"] for row in complaint("policy", "test", "--shipped", "--json").json["examples"]}

    assert touched - listed == GUARDS


def test_no_pack_has_a_clause_that_is_not_in_the_list():
    listed = {row["id"] for row in LISTED}

    for name in PACKS:
        own = {clause["id"] for clause in tomli.loads(assets.text("policies", name))["clause"]}
        assert (name, own - listed - GUARDS) == (name, set())


# --- the command ---


def test_json_has_every_clause_and_the_totals(complaint, rows):
    said = complaint("policy", "trace", "--json").json

    assert said["schema"] == "complaint.policy/1"
    assert [row["id"] for row in said["clauses"]] == [row["id"] for row in LISTED]
    assert {"id", "pack", "tier", "kind", "source", "status", "rule", "examples"} <= set(said["clauses"][0])
    assert [(row["pack"], row["clauses"]) for row in said["totals"]] == list(
        zip(PACKS, (41, 28, 106, 38, 94, 61, 45), strict=True)
    )


def test_the_exit_code_says_whether_all_is_well(complaint, rows):
    assert complaint("policy", "trace").code == (1 if any(row.wrong for row in rows) else 0)


def test_one_pack_is_shown_clause_by_clause(complaint):
    said = complaint("policy", "trace", "telecom")

    assert said.code == 0
    assert "tel-reply-2h-quiet" in said.out
    assert "sto-" not in said.out
    assert "94 of 94 clauses accounted for" in said.out


def test_a_pack_that_is_none_is_refused_with_the_nearest(complaint):
    said = complaint("policy", "trace", "telecon")

    assert (said.code, said.out) == (2, "")
    assert "telecom" in said.err


def test_a_listed_clause_that_no_pack_has_is_named(complaint, monkeypatch):
    """A clause that is missing is a finding: exit code 1, with its id."""
    more = (
        assets.text("trace", "clauses")
        + """
[[clause]]
id = "tel-nowhere"
pack = "telecom"
tier = "A"
kind = "deadline"
machine = "full"
source = "x"
"""
    )
    usual = assets.text
    monkeypatch.setattr(assets, "text", lambda kind, name: more if kind == "trace" else usual(kind, name))

    said = complaint("policy", "trace", "telecom")

    assert said.code == 1
    assert "tel-nowhere: no pack has it" in said.out
    assert "94 of 95 clauses accounted for" in said.out


# --- the tracing, on a small pack ---

HOUSE = """
schema = 1
[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules"
[[clause]]
id = "two"
kind = "deadline"
title = { en = "Two hours" }
cite = "1"
starts = "received"
met_by = "dispatched"
allow = { hours = 2 }
[[clause]]
id = "carried"
kind = "deadline"
title = { en = "Carried out by another" }
cite = "2"
configures = "two"
[[clause]]
id = "text"
kind = "checklist"
title = { en = "A text" }
cite = "3"
"""


def small(row, *outcomes, pack="house"):
    document = tomli.loads(HOUSE)
    assert mistakes(document, ["cn"]) == []
    full = {"pack": pack, "tier": "A", "kind": "deadline", "source": "1"} | row
    ran = [Outcome(clause, "one", (0, 0), wrong) for clause, wrong in outcomes]
    (found,) = trace([full], [policy(document)], ran)
    return found.status, found.rule, found.examples, found.failed, found.wrong


PASSED, FAILED = ("two", ""), ("two", "due is …")


def test_a_computed_clause_needs_an_example_that_passes():
    assert small({"id": "two"}, PASSED, PASSED) == ("computed", "deadline", 2, 0, "")
    assert small({"id": "two"}, PASSED, FAILED) == ("computed", "deadline", 2, 1, "1 examples fail")
    assert small({"id": "two"}) == ("computed", "deadline", 0, 0, "it has no example")


def test_a_clause_that_another_carries_out_has_the_examples_of_that_one():
    assert small({"id": "carried"}, PASSED) == ("computed", "by two", 1, 0, "")


def test_the_other_tiers_need_none():
    assert small({"id": "text", "tier": "C"}) == ("checklist", "checklist", 0, 0, "")
    assert small({"id": "text", "tier": "B"}) == ("configured", "checklist", 0, 0, "")


def test_a_missing_one_and_one_in_the_wrong_pack():
    assert small({"id": "nowhere"}) == ("missing", "", 0, 0, "no pack has it")
    assert small({"id": "two"}, PASSED, pack="other")[-1] == "it stands in house"


def test_a_damaged_source_needs_no_rule_but_an_entry():
    assert small({"id": "text", "damaged": True})[0] == "no rule"
    assert small({"id": "nowhere", "damaged": True})[0] == "missing"


def test_totals_count_each_pack():
    document = tomli.loads(HOUSE)
    base = {"kind": "x", "source": "1", "pack": "house"}
    listed = [
        base | {"id": "two", "tier": "A"},
        base | {"id": "text", "tier": "C"},
        base | {"id": "nowhere", "tier": "B", "pack": "other"},
    ]

    found = totals(trace(listed, [policy(document)], [Outcome("two", "one", (0, 0), "")]))

    keys = ("pack", "clauses", "computed", "checklist", "missing", "examples", "wrong")
    assert [tuple(row[key] for key in keys) for row in found] == [
        ("house", 2, 1, 1, 0, 1, 0), ("other", 1, 0, 0, 1, 0, 1),
    ]  # fmt: skip
