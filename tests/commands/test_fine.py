"""`fine`: charges and statements of a period, as tables, as promised shapes and as journals; and their freezing."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
import tomli

HOUSE = """\
schema = 1

[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules"

[[clause]]
id = "manners"
kind = "fine"
title = { en = "Manners" }
cite = "article 4"
amount = "100.00"

[[clause]]
id = "attitude"
kind = "fine"
title = { en = "Attitude" }
cite = "article 14"
least = "10.00"
most = "100.00"

[[clause]]
id = "third"
kind = "fine"
title = { en = "The third of a month" }
cite = "article 5"
amount = "500.00"
counts = { of = "manners", window = "month", reach = 3 }

[[clause]]
id = "told"
kind = "escalation"
title = { en = "The third of a month is handed on" }
cite = "article 6"
to = ["management"]
counts = { of = "manners", window = "month", reach = 3 }

[[clause]]
id = "two-hours"
kind = "deadline"
title = { en = "Two hours" }
cite = "article 7"
starts = "received"
met_by = "replied"
allow = { hours = 2 }

[[clause]]
id = "late"
kind = "fine"
title = { en = "Late and complained again" }
cite = "article 8"
limits = ["two-hours"]
again = "repeated"
machine = "assisted"
amount = "50.00"
"""
POLICY = Path("complaints.d/policies/house-1.toml")
BEGINNING = [
    "id", "ticket", "event", "clause", "cite", "payer", "person", "at", "amount", "min", "max", "decided", "occurrence",
    "steps",
]  # fmt: skip
MARCH = ("--month", "2026-03")
NOW = "2026-05-01T09:00:00+08:00"


@pytest.fixture
def complaint(in_register):
    """Calls the program as typed, on 2026-05-01, in a register with one small policy."""
    call = in_register(HOUSE)
    return lambda *words, now=NOW: call(*words, now=now)


@pytest.fixture
def ticket(complaint):
    """The id of a ticket against branch-b."""
    words = ("create", "--summary", "no parcel", "--against", "branch-b", "--at", "2026-01-01 09:00")
    return complaint(*words).out.strip()


@pytest.fixture
def did(complaint, ticket):
    """Records a violation and gives its event key."""

    def record(when, clause="manners", outcome="proven", *words):
        typed = ("violation", ticket, "--clause", clause, "--outcome", outcome, "--at", f"{when} 10:00", *words)
        said = complaint(*typed)
        assert said.code == 0, said.err
        return said.out.strip()

    return record


@pytest.fixture
def march(did):
    """Branch b in March: manners 100, an open 10-100; branch c: 100, and one in April."""
    keys = [did("2026-03-02", "manners", "proven", "--person", "113"), did("2026-03-03", "attitude")]
    return [*keys, did("2026-03-04", "manners", "proven", "--payer", "branch-c"), did("2026-04-01")]


def rewritten(was, becomes):
    text = POLICY.read_text(encoding="utf-8")
    assert was in text
    POLICY.write_text(text.replace(was, becomes, 1), encoding="utf-8")


def told(said):
    return [(row["at"][:10], row["clause"], row["payer"], row["amount"]) for row in said.json["charges"]]


# --- the period ---


def test_a_month(complaint, march):
    said = complaint("fine", *MARCH, "--json")

    assert said.code == 0
    assert told(said) == [
        ("2026-03-02", "manners", "branch-b", "100.00"), ("2026-03-03", "attitude", "branch-b", None),
        ("2026-03-04", "manners", "branch-c", "100.00"),
    ]  # fmt: skip
    assert (said.json["from"], said.json["to"], said.json["tickets"]) == ("2026-03-01", "2026-03-31", 1)


def test_without_a_period_the_month_of_the_moment_asked_about(complaint, march):
    assert [row[0] for row in told(complaint("fine", "--json", now="2026-04-20T09:00:00+08:00"))] == ["2026-04-01"]
    assert len(told(complaint("fine", "--json", "--as-of", "2026-03-15"))) == 3


def test_the_last_day_of_a_month_asks_about_that_month(complaint, march):
    assert complaint("fine", "--json", "--as-of", "2026-03-31").json["from"] == "2026-03-01"


@pytest.mark.parametrize(("from_", "to", "days"), [
    ("2026-03-03", "2026-03-03", ["03-03"]), ("2026-03-03", "2026-04-01", ["03-03", "03-04", "04-01"]),
    ("2026-03-05", "2026-03-31", []),
])  # fmt: skip
def test_both_days_of_a_span_belong_to_it(complaint, march, from_, to, days):
    said = complaint("fine", "--from", from_, "--to", to, "--json")

    assert [row[0][5:] for row in told(said)] == days
    assert (said.json["from"], said.json["to"]) == (from_, to)


@pytest.mark.parametrize("words", [
    ("--month", "2026-3"), ("--month", "2026-13"), ("--month", "２０２６-03"),
    ("--to", "2026-03-01"), ("--from", "2026-03-02", "--to", "2026-03-01"),
    ("--month", "2026-03", "--to", "2026-03-31"),
])  # fmt: skip
def test_a_period_that_is_none_is_refused(complaint, march, words):
    said = complaint("fine", *words, "--json")

    assert (said.code, said.out) == (2, "")


def test_counters_run_over_the_months_before_the_period(complaint, did):
    rewritten('window = "month", reach = 3 }\n\n[[clause]]\nid = "told"', 'reach = 3 }\n\n[[clause]]\nid = "told"')
    for day in ("2026-02-01", "2026-03-01", "2026-04-01"):
        did(day)

    said = complaint("fine", "--month", "2026-04", "--json")

    assert [(row["clause"], row["occurrence"]) for row in said.json["charges"]] == [("manners", 3), ("third", 3)]


def test_what_was_not_recorded_by_then_is_not_known(complaint, march):
    said = complaint("fine", *MARCH, "--json", "--known-at", "2026-04-30")

    assert (said.code, said.json["charges"]) == (0, [])


# --- what is narrowed to ---


def test_one_payer(complaint, march):
    said = complaint("fine", *MARCH, "--payer", "branch-c", "--json").json

    assert [row["payer"] for row in said["charges"]] == [row["payer"] for row in said["totals"]] == ["branch-c"]


def test_one_person(complaint, march):
    said = complaint("fine", *MARCH, "--person", "113", "--json").json

    assert [row["person"] for row in said["charges"]] == ["113"]
    assert said["totals"] == [{"payer": "branch-b", "fixed": "100.00", "min": "100.00", "max": "100.00"}]


# --- the shapes that are promised ---


def test_the_keys_of_the_answer(complaint, march):
    said = complaint("fine", *MARCH, "--json").json

    assert list(said) == [
        "schema", "as_of", "from", "to", "currency", "tickets", "charges", "proposed", "escalations", "totals",
        "unreadable",
    ]  # fmt: skip
    assert (said["schema"], said["currency"]) == ("complaint.fine/1", "CNY")
    assert all(list(row)[: len(BEGINNING)] == BEGINNING for row in said["charges"])
    assert [list(row) for row in said["totals"]] == [["payer", "fixed", "min", "max"]] * 2


def test_a_charge_says_all_of_itself(complaint, ticket, march):
    row = complaint("fine", *MARCH, "--json").json["charges"][0]

    assert {key: row[key] for key in BEGINNING} == {
        "id": f"{ticket}/manners/{march[0]}", "ticket": ticket, "event": march[0], "clause": "manners",
        "cite": "article 4", "payer": "branch-b", "person": "113", "at": "2026-03-02T10:00:00+08:00",
        "amount": "100.00", "min": "100.00", "max": "100.00", "decided": True, "occurrence": 1,
        "steps": ["occurrence 1 of manners by branch-b (article 4)", "100.00"],
    }  # fmt: skip


def test_an_open_range_has_no_amount(complaint, march):
    row = complaint("fine", *MARCH, "--json").json["charges"][1]

    assert [row[key] for key in ("amount", "decided", "min", "max")] == [None, False, "10.00", "100.00"]


def test_totals_add_what_is_fixed_and_what_may_be(complaint, march):
    assert complaint("fine", *MARCH, "--json").json["totals"] == [
        {"payer": "branch-b", "fixed": "100.00", "min": "110.00", "max": "200.00"},
        {"payer": "branch-c", "fixed": "100.00", "min": "100.00", "max": "100.00"},
    ]


def test_costs_are_lines_outside_the_totals(complaint, did):
    did("2026-03-02", "manners", "proven", "--cost", "60.5")

    said = complaint("fine", *MARCH, "--json").json

    assert [(row["type"], row["amount"]) for row in said["charges"]] == [("fine", "100.00"), ("cost", "60.50")]
    assert said["totals"] == [{"payer": "branch-b", "fixed": "100.00", "min": "100.00", "max": "100.00"}]


def test_what_is_handed_on_names_to_whom_and_why(complaint, did):
    for day in ("2026-03-02", "2026-03-03", "2026-03-04"):
        did(day)

    (row,) = complaint("fine", *MARCH, "--json").json["escalations"]

    assert list(row)[:2] == ["clause", "payer"]
    assert [row[key] for key in ("clause", "payer", "to", "at")] == [
        "told", "branch-b", "management", "2026-03-04T10:00:00+08:00",
    ]  # fmt: skip
    assert "2026-03-02, 2026-03-03, 2026-03-04" in row["reason"]


def test_what_is_proposed_stands_outside_until_somebody_records_it(complaint, ticket, did):
    assert complaint("repeat", ticket, "--at", "2026-03-05 10:00").code == 0

    said = complaint("fine", *MARCH, "--json").json
    assert (said["charges"], said["totals"]) == ([], [])
    assert [(row["clause"], row["amount"], row["payer"]) for row in said["proposed"]] == [("late", "50.00", "branch-b")]
    assert list(said["proposed"][0])[: len(BEGINNING)] == BEGINNING

    did("2026-03-06", "late")
    said = complaint("fine", *MARCH, "--json").json
    assert [row["clause"] for row in said["charges"]] == ["late"]
    assert said["proposed"] == []


def test_an_answer_without_charges_is_whole(complaint, ticket):
    said = complaint("fine", *MARCH, "--json")

    assert said.code == 0
    assert [said.json[key] for key in ("charges", "proposed", "escalations", "totals", "unreadable")] == [[]] * 5


def test_csv_has_the_scalar_keys_in_their_order(complaint, march):
    rows = list(csv.DictReader(io.StringIO(complaint("fine", *MARCH, "--format", "csv").out.lstrip("\ufeff"))))

    wanted = [key for key in BEGINNING if key != "steps"]
    assert list(rows[0])[: len(wanted)] == wanted
    assert [(row["clause"], row["amount"], row["min"]) for row in rows] == [
        ("manners", "100.00", "100.00"), ("attitude", "", "10.00"), ("manners", "100.00", "100.00"),
    ]  # fmt: skip


def test_jsonl_is_one_charge_a_line(complaint, march):
    lines = complaint("fine", *MARCH, "--format", "jsonl").out.splitlines()

    assert [json.loads(line) for line in lines] == complaint("fine", *MARCH, "--json").json["charges"]


def test_the_table_says_how_many_tickets_were_judged(complaint, march):
    said = complaint("fine", *MARCH)

    assert said.code == 0
    assert "10.00-100.00 undecided" in said.out
    assert re.search(r"^branch-b +100\.00 +110\.00 +200\.00$", said.out, re.MULTILINE)
    assert said.out.endswith("1 ticket judged\n")


def test_explain_shows_the_arithmetic_with_clause_and_occurrence(complaint, march):
    said = complaint("fine", *MARCH, "--explain")

    assert "House rules: article 4" in said.out
    assert "occurrence 1 of manners by branch-b (article 4)" in said.out
    assert "undecided: 10.00 to 100.00" in said.out
    assert march[0] in said.out


def test_an_answer_goes_into_a_file(complaint, march):
    said = complaint("fine", *MARCH, "--json", "-o", "march.json")

    assert (said.code, said.out) == (0, "")
    assert json.loads(Path("march.json").read_text(encoding="utf-8"))["schema"] == "complaint.fine/1"


# --- amounts, and decisions ---


@pytest.mark.parametrize(
    "amount", ["1_000", "１００", "1E3", "1.234", "-5", "+5", "1.", ".5", "1,000", "NaN", "0x10", " 5"]
)
@pytest.mark.parametrize("option", ["--amount", "--cost"])
def test_what_is_no_amount_is_refused(complaint, ticket, march, amount, option):
    said = complaint("decide", ticket, march[1], f"{option}={amount}")

    assert (said.code, said.out) == (2, "")
    assert complaint("fine", *MARCH, "--json").json["charges"][1]["decided"] is False


@pytest.mark.parametrize("amount", ["5", "9.99", "100.01", "1200"])
@pytest.mark.parametrize("force", [(), ("--force", "--note", "so be it")])
def test_a_decision_outside_the_range_is_refused(complaint, ticket, march, amount, force):
    said = complaint("decide", ticket, march[1], "--amount", amount, *force)

    assert said.code == 2
    assert "10.00 to 100.00" in said.err


@pytest.mark.parametrize(("typed", "amount"), [("10", "10.00"), ("60.5", "60.50"), ("100.00", "100.00")])
def test_a_decision_inside_the_range_is_charged(complaint, ticket, march, typed, amount):
    assert complaint("decide", ticket, march[1], "--amount", typed).code == 0

    row = complaint("fine", *MARCH, "--json").json["charges"][1]
    assert [row[key] for key in ("amount", "min", "max", "decided")] == [amount, amount, amount, True]


def test_before_it_was_decided_it_was_open(complaint, ticket, march):
    complaint("decide", ticket, march[1], "--amount", "60", "--at", "2026-04-10 10:00")

    assert complaint("fine", *MARCH, "--json", "--as-of", "2026-04-09").json["charges"][1]["amount"] is None
    assert complaint("fine", *MARCH, "--json", "--as-of", "2026-04-10").json["charges"][1]["amount"] == "60.00"


def test_a_decision_of_something_else_is_refused(complaint, ticket, march):
    (file,) = Path("complaints.d").glob("*/C-*.toml")
    received = min(tomli.loads(file.read_text(encoding="utf-8"))["event"])

    assert complaint("decide", ticket, received, "--outcome", "proven").code == 2


# --- what cannot be judged hides nothing, and is never silent ---


def broken_ticket(text="schema = 1\nid = \n"):
    path = Path("complaints.d/2026-05/C-2605-00000000.toml")
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_a_broken_ticket_is_named_and_the_others_are_judged(complaint, march):
    broken_ticket()

    said = complaint("fine", *MARCH, "--json")

    assert said.code == 2
    assert len(said.json["charges"]) == 3
    assert [row["path"] for row in said.json["unreadable"]] == ["complaints.d/2026-05/C-2605-00000000.toml"]
    assert "C-2605-00000000" in said.err


def test_a_broken_policy_is_named_and_the_sound_ones_are_judged_by(complaint, march):
    other = HOUSE.replace('id = "house"', 'id = "other"', 1)
    path = Path("complaints.d/policies/other-1.toml")
    path.write_text(other, encoding="utf-8")
    one = complaint(
        "create", "--summary", "x", "--policy", "other", "--against", "branch-d", "--at", "2026-03-01 09:00"
    )
    typed = ("--clause", "manners", "--outcome", "proven", "--at", "2026-03-02 10:00")
    assert complaint("violation", one.out.strip(), *typed).code == 0
    assert len(complaint("fine", *MARCH, "--json").json["charges"]) == 4
    path.write_text(other.replace('amount = "100.00"', "amount = 100"), encoding="utf-8")

    said = complaint("fine", *MARCH, "--json")

    assert said.code == 2
    assert {row["payer"] for row in said.json["charges"]} == {"branch-b", "branch-c"}
    assert said.json["tickets"] == 1
    assert "complaints.d/policies/other-1.toml" in {row["path"] for row in said.json["unreadable"]}


@pytest.mark.parametrize("amount", ['"1_000"', '"１００"', '"1E3"', '"1.234"', '"-5"', "100", "100.0", "true", '""'])
def test_an_amount_of_a_policy_that_is_none_breaks_it(complaint, march, amount):
    rewritten('amount = "100.00"', f"amount = {amount}")

    said = complaint("fine", *MARCH, "--json")

    assert (said.code, said.json["charges"]) == (2, [])


def test_a_range_upside_down_breaks_a_policy(complaint, march):
    rewritten('least = "10.00"', 'least = "1000.00"')

    assert complaint("policy", "check").code == 1


# --- issuing ---


def register():
    return {path: path.read_bytes() for path in Path("complaints.d").glob("*/C-*.toml")}


def test_issuing_freezes_the_period_and_twice_changes_nothing(complaint, march):
    first = complaint("fine", *MARCH, "--issue", "--by", "boss", "--json")
    files = register()
    second = complaint("fine", *MARCH, "--issue", "--json")

    assert (first.code, second.code) == (0, 0)
    assert register() == files
    assert [row["issued"] is not None for row in first.json["charges"]] == [True, True, True]
    assert first.json["charges"] == second.json["charges"]
    events = [each for text in files.values() for each in tomli.loads(text.decode())["event"].values()]
    assert [each["by"] for each in events if each["type"] == "charge-issued"] == ["boss"] * 3


def test_a_later_policy_changes_nothing_that_was_issued(complaint, march):
    complaint("fine", *MARCH, "--issue")
    rewritten('amount = "100.00"', 'amount = "900.00"')
    rewritten('most = "100.00"', 'most = "900.00"')

    assert [row["max"] for row in complaint("fine", *MARCH, "--json").json["charges"]] == ["100.00"] * 3
    assert [row["max"] for row in complaint("fine", "--month", "2026-04", "--json").json["charges"]] == ["900.00"]


def test_what_is_found_later_is_a_supplement(complaint, march, did):
    complaint("fine", *MARCH, "--issue")
    did("2026-03-20")

    rows = complaint("fine", *MARCH, "--json").json["charges"]

    assert [(row["issued"] is not None, row["supplement"]) for row in rows] == [(True, False)] * 3 + [(False, True)]
    assert "supplement" in complaint("fine", *MARCH).out


def test_issuing_says_no_where_not_everything_could_be_judged(complaint, march):
    broken_ticket()
    files = register()

    assert complaint("fine", *MARCH, "--issue").code == 2
    assert register() == files


def test_a_closed_ticket_is_issued_too(complaint, ticket, march):
    assert complaint("close", ticket, "--outcome", "solved").code == 0

    assert complaint("fine", *MARCH, "--issue").code == 0
    assert all(row["issued"] for row in complaint("fine", *MARCH, "--json").json["charges"])


def test_issuing_for_one_payer_freezes_nobody_elses(complaint, march):
    complaint("fine", *MARCH, "--payer", "branch-c", "--issue")

    rows = complaint("fine", *MARCH, "--json").json["charges"]
    assert [(row["payer"], row["issued"] is not None) for row in rows] == [
        ("branch-b", False), ("branch-b", False), ("branch-c", True),
    ]  # fmt: skip


def test_issuing_a_month_without_charges_says_that_it_leaves_no_trace(complaint, did):
    did("2026-04-20")

    said = complaint("fine", *MARCH, "--issue")

    assert (said.code, "leaves no trace" in said.err) == (0, True)
    did("2026-03-20")
    assert [row["supplement"] for row in complaint("fine", *MARCH, "--json").json["charges"]] == [False]


@pytest.mark.parametrize("more", [("--as-of", "2026-03-20"), ("--known-at", "2026-03-20")])
def test_only_what_is_known_now_is_issued(complaint, march, more):
    said = complaint("fine", *MARCH, "--issue", *more)

    assert (said.code, said.out) == (2, "")
    assert more[0] in said.err


def test_what_was_issued_and_differs_by_now_is_said(complaint, march):
    complaint("fine", *MARCH, "--issue")
    issued = complaint("fine", *MARCH, "--json").json["charges"][0]
    complaint("decide", issued["ticket"], issued["event"], "--outcome", "refuted")

    said = complaint("fine", *MARCH)

    assert f"issued, though it would not be charged any more: {issued['id']}" in said.out
    row = complaint("fine", *MARCH, "--json").json["charges"][0]
    assert (row["amount"], row["differs"]) == (issued["amount"], "it would not be charged any more")


def test_a_supplement_that_was_issued_is_still_one(complaint, march, did):
    complaint("fine", *MARCH, "--issue")
    did("2026-03-20")
    complaint("fine", *MARCH, "--issue")

    rows = complaint("fine", *MARCH, "--json").json["charges"]
    assert [row["supplement"] for row in rows if row["at"].startswith("2026-03-20")] == [True]
    assert all(row["issued"] for row in rows)


def test_a_charge_against_nobody_is_said_with_its_remedy(complaint):
    ticket = complaint("create", "--summary", "rude", "--at", "2026-03-01 09:00").out.strip()
    complaint("violation", ticket, "--clause", "manners", "--outcome", "proven", "--at", "2026-03-02 10:00")

    said = complaint("fine", *MARCH)

    assert "(no payer)" in said.out
    assert f"`complaint correct {ticket} --set against=" in said.err
    complaint("correct", ticket, "--set", "against=branch-b", "--reason", "told later")
    assert [row["payer"] for row in complaint("fine", *MARCH, "--json").json["charges"]] == ["branch-b"]


# --- journals that the real programs accept ---

NAMES = [
    "branch-b", "a:b", "a  b", '"x"', "back\\slash", "申通北京分公司", "🚚 emoji", "line\nbreak", "; comment", "| pipe",
    "(code)", "=eq", "*", "! bang", "tab\there", "x ; y", "Ａ１", "0", "-dash-", "é", "@ 5 USD", "{}", "[virtual]",
]  # fmt: skip


@pytest.fixture
def hostile(did):
    """One fine of 100 for each of the names, one open range, and costs of 7.50."""
    for number, name in enumerate(NAMES):
        did(f"2026-03-{number + 1:02d}", "manners", "proven", "--payer", name)
    did("2026-03-28", "attitude", "proven", "--payer", "x\n1 assets:hacked  5 CNY")
    did("2026-03-29", "attitude", "unproven", "--payer", "none")
    did("2026-03-30", "manners", "proven", "--payer", "branch-b", "--cost", "7.50")


def fixed(said):
    return sum((Decimal(row["fixed"]) for row in said.json["totals"]), Decimal())


@pytest.mark.external("hledger")
def test_hledger_accepts_its_journal_and_adds_up_the_same(complaint, hostile):
    assert complaint("fine", *MARCH, "--format", "hledger", "-o", "march.journal").code == 0
    owed = fixed(complaint("fine", *MARCH, "--json"))

    checked = hledger("check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert balance("income:fines") == owed
    assert balance("income:costs") == Decimal("7.50")
    assert balance("assets:receivable") == owed + Decimal("7.50")
    assert "hacked" not in hledger("accounts").stdout
    assert len(hledger("accounts", "assets:receivable").stdout.splitlines()) == len(NAMES)


@pytest.mark.external("hledger")
def test_what_one_payer_owes_is_what_hledger_says(complaint, march):
    complaint("fine", *MARCH, "--format", "hledger", "-o", "march.journal")

    for row in complaint("fine", *MARCH, "--json").json["totals"]:
        assert balance(f"assets:receivable:{row['payer']}") == Decimal(row["fixed"])


def hledger(*words):
    typed, quiet = ["hledger", "-f", "march.journal", *words], os.environ | {"LC_ALL": "C.UTF-8"}
    return subprocess.run(typed, capture_output=True, text=True, check=False, env=quiet)


def balance(account):
    """What stands in an account and all below it, without its sign."""
    ran = hledger("bal", account, "--depth", "2" if account.count(":") == 1 else "3", "-O", "csv", "-N")
    rows = list(csv.reader(io.StringIO(ran.stdout)))[1:]
    return abs(sum((Decimal(row[-1].split()[0]) for row in rows), Decimal()))


def test_bean_check_accepts_its_journal_and_adds_up_the_same(complaint, hostile):
    loader, data = pytest.importorskip("beancount.loader"), pytest.importorskip("beancount.core.data")
    assert complaint("fine", *MARCH, "--format", "beancount", "-o", "march.beancount").code == 0
    owed = fixed(complaint("fine", *MARCH, "--json"))

    entries, errors, _ = loader.load_file("march.beancount")

    assert errors == []
    postings = [each for entry in entries if isinstance(entry, data.Transaction) for each in entry.postings]
    sums = dict.fromkeys(("Assets:Receivable", "Income:Fines", "Income:Costs"), Decimal())
    for each in postings:
        sums[":".join(each.account.split(":")[:2])] += each.units.number
    assert sums == {
        "Assets:Receivable": owed + Decimal("7.50"), "Income:Fines": -owed, "Income:Costs": Decimal("-7.50"),
    }  # fmt: skip
    receivable = {each.account for each in postings if each.account.startswith("Assets")}
    assert len(receivable) == len({*NAMES})


def test_bean_check_itself_says_nothing(complaint, hostile):
    pytest.importorskip("beancount")
    complaint("fine", *MARCH, "--format", "beancount", "-o", "march.beancount")

    ran = subprocess.run(
        [Path(sys.executable).parent / "bean-check", "march.beancount"], capture_output=True, text=True, check=False
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize("how", ["hledger", "beancount"])
def test_an_open_range_is_a_remark_and_no_posting(complaint, march, how):
    text = complaint("fine", *MARCH, "--format", how).out

    assert re.search(r"^; undecided: branch-b 10\.00-100\.00 undecided under attitude", text, re.MULTILINE)
    assert "10.00 CNY" not in text.replace("100.00 CNY", "")


@pytest.mark.parametrize("how", ["hledger", "beancount"])
def test_a_journal_of_nothing_is_accepted_too(complaint, ticket, how):
    said = complaint("fine", *MARCH, "--format", how)

    assert (said.code, said.out.strip()) == (0, "; fines 2026-03-01 to 2026-03-31")


@pytest.mark.parametrize(("how", "one", "other"), [
    ("hledger", "a:b", "a-b"), ("hledger", "a b", "a  b"), ("beancount", "branch-b", "Branch-b"),
    ("beancount", "a:b", "a-3a-b"),
])  # fmt: skip
def test_two_payers_have_two_accounts(complaint, did, how, one, other):
    did("2026-03-02", "manners", "proven", "--payer", one)
    did("2026-03-03", "manners", "proven", "--payer", other)

    text = complaint("fine", *MARCH, "--format", how).out

    lines = [line.strip() for line in text.splitlines() if "eceivable:" in line and " open " not in line]
    assert len({line.rpartition("  ")[0] for line in lines}) == 2


def test_hostile_names_do_not_reach_the_screen(complaint, did):
    did("2026-03-02", "manners", "proven", "--payer", "a\x1b[31mred\u202ex\nnew")

    for words in ((), ("--explain",), ("--format", "hledger"), ("--format", "beancount")):
        out = complaint("fine", *MARCH, *words).out
        assert "\x1b" not in out
        assert "\u202e" not in out
        assert "\nnew" not in out


def test_misconduct_that_came_before_the_complaint_about_it_is_charged_when_it_happened(complaint):
    ticket = complaint("create", "--summary", "rude", "--against", "branch-b", "--at", "2026-04-02 09:00").out.strip()
    said = complaint("violation", ticket, "--clause", "manners", "--outcome", "proven", "--at", "2026-03-30 10:00")
    assert (said.code, "refused" in said.err) == (0, False)

    assert told(complaint("fine", *MARCH, "--json")) == [("2026-03-30", "manners", "branch-b", "100.00")]
    assert told(complaint("fine", *MARCH, "--json", "--as-of", "2026-04-01")) == []
    shown = complaint("show", ticket, "--json").json
    assert [event["type"] for event in shown["events"]] == ["violation", "received"]


def test_a_violation_that_costs_nothing_says_why(complaint, ticket):
    typed = ("violation", ticket, "--outcome", "proven", "--at", "2026-03-02 10:00", "--clause")
    rewritten('most = "100.00"\n', 'most = "100.00"\nevidence = true\n')

    assert "third is computed from manners" in complaint(*typed, "third").err
    assert "attitude counts only with evidence" in complaint(*typed, "attitude").err
    assert "evidence" not in complaint(*typed, "attitude", "--evidence", "tape 7").err


def test_nothing_is_issued_against_nobody(complaint):
    ticket = complaint("create", "--summary", "rude", "--at", "2026-03-01 09:00").out.strip()
    complaint("violation", ticket, "--clause", "manners", "--outcome", "proven", "--at", "2026-03-02 10:00")

    said = complaint("fine", *MARCH, "--issue")

    assert (said.code, said.out) == (2, "")
    assert "has no payer" in said.err
    assert [row["issued"] for row in complaint("fine", *MARCH, "--json").json["charges"]] == [None]


@pytest.mark.parametrize("words", [
    ("--from", "2026-03-05T23:00:00+08:00", "--to", "2026-03-06"), ("--from", "2026-03-05", "--to", "2026-03-06 01:00"),
])  # fmt: skip
def test_a_period_is_of_whole_days(complaint, march, words):
    said = complaint("fine", *words)

    assert (said.code, "allowed: a day" in said.err) == (2, True)


def test_a_period_without_its_last_day_ends_today(complaint, march):
    assert complaint("fine", "--from", "2026-03-03", "--json").json["to"] == "2026-05-01"


def test_what_was_voided_is_not_decided(complaint, ticket, did):
    key = did("2026-03-02")
    complaint("void", ticket, key, "--reason", "another branch")

    said = complaint("decide", ticket, key, "--outcome", "refuted")

    assert (said.code, "was voided" in said.err) == (2, True)


def test_a_complaint_entered_as_a_new_ticket_says_where_fines_look_for_it(complaint, ticket):
    said = complaint("create", "--summary", "again", "--against", "branch-b", "--repeat-of", ticket)

    assert f"`complaint repeat {ticket}`" in said.err


def test_what_one_payer_was_issued_makes_no_supplement_of_what_others_owe(complaint, march):
    complaint("fine", *MARCH, "--issue", "--payer", "branch-c")

    rows = complaint("fine", *MARCH, "--json").json["charges"]

    assert [(row["payer"], row["issued"] is not None, row["supplement"]) for row in rows] == [
        ("branch-b", False, False), ("branch-b", False, False), ("branch-c", True, False),
    ]  # fmt: skip


def test_issuing_says_how_much_was_issued_and_takes_no_person(complaint, march):
    assert "3 issued, 0 issued before" in complaint("fine", *MARCH, "--issue").err
    assert "0 issued, 3 issued before" in complaint("fine", *MARCH, "--issue").err
    assert complaint("fine", *MARCH, "--issue", "--person", "113").code == 2


def test_a_journal_names_what_was_not_judged(complaint, march):
    rewritten('amount = "100.00"', 'amount = "1e2"')

    said = complaint("fine", *MARCH, "--format", "hledger")

    assert said.code == 2
    assert "; not judged: complaints.d/" in said.out


def test_what_a_counter_needs_and_an_entry_leaves_out_is_said(complaint, ticket):
    rewritten('window = "month", reach = 3 }\n\n[[clause]]\nid = "told"',
              'per = ["payer", "person"], window = "month", reach = 3 }\n\n[[clause]]\nid = "told"')  # fmt: skip
    typed = ("violation", ticket, "--clause", "manners", "--outcome", "proven", "--at", "2026-03-02 10:00")

    assert "without --person this one counts towards nothing" in complaint(*typed).err
    assert "counts towards nothing" not in complaint(*typed, "--person", "113").err
