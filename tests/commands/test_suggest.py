"""`classify --suggest`: what speaks for a classification, with reasons; nothing is recorded until a person does."""

from __future__ import annotations

from pathlib import Path

import pytest

HOUSE = """\
schema = 1

[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules"

[[clause]]
id = "claims"
kind = "classification"
title = { en = "Claims" }
cite = "1"
words = ["compensation", "赔偿"]
sets = { flags = ["claim"], nature = "money" }

[[clause]]
id = "three"
kind = "classification"
title = { en = "The same symptom from three customers" }
cite = "2"
same = ["about.symptom"]
customers = 3
sets = { severity = "major" }
"""
POLICY = Path("complaints.d/policies/house-1.toml")


@pytest.fixture
def complaint(in_register):
    """Calls the program as typed, in a register with one small policy."""
    return in_register(HOUSE)


@pytest.fixture
def made(complaint):
    """Records a ticket and gives its id."""

    def create(summary, *words, at="2026-03-10 09:00"):
        said = complaint("create", "--summary", summary, "--at", at, *words)
        assert said.code == 0, said.err
        return said.out.strip()

    return create


def files():
    return {path: path.read_bytes() for path in Path("complaints.d").glob("*/C-*.toml")}


def test_it_proposes_with_reasons_and_the_command_that_would_do_it(complaint, made):
    one = made("要求赔偿")

    said = complaint("classify", one, "--suggest")

    assert said.code == 0
    assert '--flag claim  since it says "赔偿" (claims)' in said.out
    assert f"to do so: complaint classify {one} --flag claim --nature money" in said.out


def test_it_records_nothing(complaint, made):
    one, before = made("要求赔偿"), files()
    before = files()

    complaint("classify", one, "--suggest")

    assert files() == before


def test_what_it_proposes_can_be_typed_and_is_not_proposed_again(complaint, made):
    one = made("要求赔偿")
    (line,) = [each for each in complaint("classify", one, "--suggest").out.splitlines() if each.startswith("to do so")]

    assert complaint(*line.partition("complaint ")[2].split()).code == 0

    assert complaint("classify", one, "--suggest").out == "nothing speaks for another classification\n"


def test_json_has_key_value_reason_and_option(complaint, made):
    one = made("compensation")

    said = complaint("classify", one, "--suggest", "--json").json

    assert said["ticket"] == one
    assert said["suggestions"] == [
        {"key": "flags", "value": "claim", "reason": 'it says "compensation" (claims)', "option": "--flag claim"},
        {"key": "nature", "value": "money", "reason": 'it says "compensation" (claims)', "option": "--nature money"},
    ]


def test_a_repeat_is_found_by_telephone_and_subject_and_shows_no_personal_data(complaint, made):
    earlier = made("宽带三天无法上网", "--phone", "13800000001", "--name", "张三", at="2026-03-01 09:00")
    one = made("宽带又无法上网", "--phone", "13800000001")

    said = complaint("classify", one, "--suggest")

    assert f"--flag repeat  since the same phone complained of it before in {earlier} (received)" in said.out
    assert "13800000001" not in said.out
    assert "张三" not in said.out


def test_the_earlier_one_is_no_repeat_of_the_later(complaint, made):
    earlier = made("宽带三天无法上网", "--phone", "13800000001", at="2026-03-01 09:00")
    made("宽带又无法上网", "--phone", "13800000001")

    assert "nothing speaks" in complaint("classify", earlier, "--suggest").out


def test_the_third_customer_is_told_of_with_the_symptom(complaint, made):
    words = ("--about", "symptom=noise")
    ids = [made("x", "--phone", f"1380000000{number}", *words) for number in range(3)]

    said = complaint("classify", ids[0], "--suggest")

    assert "--severity major  since 3 customers told noise" in said.out


def test_no_such_ticket(complaint, made):
    made("x")

    assert complaint("classify", "C-2603-00000000", "--suggest").code == 2


def test_a_ticket_that_cannot_be_read_is_named_and_the_rest_is_proposed(complaint, made):
    one = made("要求赔偿")
    Path("complaints.d/2026-03/C-2603-00000000.toml").write_text("schema = 1\nid = \n", encoding="utf-8")

    said = complaint("classify", one, "--suggest")

    assert said.code == 2
    assert "--flag claim" in said.out
    assert "C-2603-00000000" in said.err


def test_a_broken_policy_proposes_nothing_and_says_so(complaint, made):
    one = made("要求赔偿")
    POLICY.write_text(HOUSE.replace('kind = "classification"', 'kind = "classificatoin"', 1), encoding="utf-8")

    said = complaint("classify", one, "--suggest")

    assert (said.code, said.out) == (2, "")
    assert "house" in said.err


def test_without_suggest_something_must_be_said(complaint, made):
    assert complaint("classify", made("要求赔偿")).code == 2


def test_what_is_typed_beside_it_would_be_lost_and_is_refused(complaint, made):
    said = complaint("classify", made("要求赔偿"), "--suggest", "--category", "network")

    assert (said.code, said.out) == (2, "")
    assert "--category" in said.err


@pytest.mark.parametrize(("summary", "flag"), [
    ("要求赔偿", "--flag claim"), ("货到太慢,服务态度差", "--flag service"), ("维修后再次故障", "--severity major"),
])  # fmt: skip
def test_the_after_sales_pack_proposes_by_words(anywhere, summary, flag):
    anywhere("init", "--policy", "after-sales")
    one = anywhere("create", "--summary", summary, "--at", "2026-03-10 09:00").out.strip()

    assert f"{flag}  since it says" in anywhere("classify", one, "--suggest").out
