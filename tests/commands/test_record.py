"""The recording commands: what is typed, the event it becomes, the status it leads to, and what is refused."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
import tomli

from complaint import assets
from complaint.app import _guarded, program
from complaint.core.vocabulary import COMMANDS

ZONE = ZoneInfo("Asia/Shanghai")
NINE, TEN, ELEVEN = (f"2026-03-10T{hour}:00:00+08:00" for hour in ("09", "10", "11"))
HOUSE = """\
schema = 1
personal = ["account"]

[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules"

[lists]
department = ["network", "billing"]
category = ["internet", "tariff"]
role = ["manager", "lawyer"]
payer = ["branch-a", "branch-b"]

[steps]
weighed = { en = "The parcel was weighed" }

[approvals]
plan = ["manager", "lawyer"]

[[clause]]
id = "final-answer"
kind = "require"
title = { en = "A final answer" }
cite = "1"
met_by = "answered:final"
before = "closed"
outcomes = ["solved"]

[[clause]]
id = "who-and-what"
kind = "require"
title = { en = "Who and what" }
cite = "2"
of = "received"
fields = ["content", "complainant.phone"]

[[clause]]
id = "manners"
kind = "fine"
title = { en = "Manners" }
cite = "3"
least = "10.00"
most = "100.00"

[[clause]]
id = "told-time"
kind = "deadline"
title = { en = "The time that was told" }
cite = "4"
starts = "received"
met_by = "answered:final"
allow = { until = "about.external_due" }
"""


class Said(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def complaint(tmp_path, monkeypatch, capsys):
    """Calls the program as typed, in a register with one small policy."""
    base = tmp_path / "complaints.d"
    for folder in ("policies", "calendars"):
        (base / folder).mkdir(parents=True)
    (base / "policies" / "house-1.toml").write_text(HOUSE, encoding="utf-8")
    (base / "calendars" / "cn.toml").write_text(assets.calendar_text("cn"), encoding="utf-8")
    (base / "register.toml").write_text('schema = 1\npolicy = "house"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMPLAINT_USER", "li.na")
    for name in ("COMPLAINT_REGISTER", "COMPLAINT_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call(*words, now=TEN, given=""):
        monkeypatch.setenv("COMPLAINT_NOW", now)
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
        code = _guarded(lambda: program.main(list(words), prog_name="complaint", standalone_mode=False))
        return Said(code, *capsys.readouterr())

    return call


@pytest.fixture
def created(complaint):
    """The id of a ticket received at nine."""
    return complaint("create", "--summary", "no internet", now=NINE).out.strip()


def only_file():
    (path,) = Path("complaints.d").glob("*/C-*.toml")
    return path


def document():
    return tomli.loads(only_file().read_text(encoding="utf-8"))


def last_event():
    """The event recorded last, without what every one of these tests records alike."""
    events = document()["event"]
    event = dict(events[max(events)])
    assert event.pop("by") == "li.na"
    assert event.pop("clock") == "set"
    return event.pop("type"), event.pop("at").isoformat(), event


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


# --- one row a command: what was recorded before, what is typed, the event's type, its fields, the status ---

REPLY, PLAN, FINAL = ("reply",), ("plan",), ("answer", "--final")
CLOSE = ("close", "--outcome", "withdrawn")
VIOLATION = ("violation", "--clause", "manners", "--outcome", "unproven")
EXTEND = ("extend", "--due", "2026-03-12", "--reason", "parts")
ROWS = [
    ((), "classify --category internet --nature delay --severity major --department network", "classified",
     {"category": "internet", "nature": "delay", "severity": "major", "department": "network"}, "classified"),
    ((), "classify --flag repeat --flag batch --flag repeat", "classified", {"flags": ["batch", "repeat"]},
     "classified"),
    (("classify", "--flag", "batch"), "classify --no-flag batch --source miit", "classified",
     {"no_flags": ["batch"], "source": "miit"}, "classified"),
    ((), "dispatch --to network --handler wang --due 2026-03-11", "dispatched",
     {"department": "network", "handler": "wang", "due": at("2026-03-12 00:00")}, "dispatched"),
    (("dispatch", "--to", "network"), "take", "taken", {}, "investigating"),
    ((), "investigate --outcome unproven --cause cable --responsible wang", "investigated",
     {"outcome": "unproven", "cause": "cable", "responsible": "wang"}, "investigating"),
    ((), "reply --cause cable --action replaced --result works --measure check --attitude calm", "replied",
     {"cause": "cable", "action": "replaced", "result": "works", "measure": "check", "attitude": "calm"}, "replied"),
    (REPLY, "return --reason vague", "returned", {"reason": "vague"}, "investigating"),
    ((), "extend --due 2026-03-12T17:00 --reason parts", "extension-asked",
     {"due": at("2026-03-12 17:00"), "reason": "parts"}, "received"),
    ((), "plan --corrective cable --compensation credit", "planned",
     {"corrective": "cable", "compensation": "credit"}, "planned"),
    (PLAN, "approve --what plan --role manager", "approved", {"what": "plan", "role": "manager"}, "planned"),
    (EXTEND, "approve --what extension --due 2026-03-13", "approved",
     {"what": "extension", "due": at("2026-03-14 00:00")}, "received"),
    (EXTEND, "approve --what extension --refuse", "refused", {"what": "extension"}, "received"),
    (REPLY, "approve --what answer", "approved", {"what": "answer"}, "replied"),
    ((), "contact --reached --via phone --purpose callback", "contacted",
     {"contact": "reached", "via": "phone", "purpose": "callback"}, "received"),
    ((), "contact --unreached", "contacted", {"contact": "unreached"}, "received"),
    ((), "answer --final --via phone --accepted", "answered",
     {"answer": "final", "via": "phone", "customer": "accepted"}, "answered"),
    ((), "answer --progress --dissatisfied", "answered", {"answer": "progress", "customer": "dissatisfied"},
     "received"),
    (FINAL, "callback --dissatisfied --unsolved --score 2 --opinion slow", "called-back",
     {"satisfaction": "dissatisfied", "solved": "unsolved", "score": 2, "opinion": "slow"}, "called-back"),
    (("answer", "--progress"), "callback --neutral --solved", "called-back",
     {"satisfaction": "neutral", "solved": "solved"}, "received"),
    ((), "hold --reason holiday", "held", {"reason": "holiday"}, "received"),
    ((), "hold", "held", {}, "received"),
    (("hold",), "resume", "resumed", {}, "received"),
    ((), "urge --due 2026-03-10T18:00", "urged", {"due": at("2026-03-10 18:00")}, "received"),
    ((), "repeat --reason again", "repeated", {"reason": "again"}, "received"),
    (CLOSE, "repeat", "repeated", {}, "closed"),
    ((), "claim --type loss --amount 12.5", "claimed", {"claim": "loss", "amount": "12.50"}, "received"),
    ((), "compensate --amount 0.5 --form gift", "compensated", {"amount": "0.50", "form": "gift"}, "received"),
    ((), "promise --due 2026-03-11", "promised", {"due": at("2026-03-12 00:00"), "what": "answer"}, "received"),
    ((), "promise --due 2026-03-11 --what eta", "promised", {"due": at("2026-03-12 00:00"), "what": "eta"},
     "received"),
    ((), "apologise", "apologised", {}, "received"),
    ((), "escalate --to head-office", "escalated", {"to": "head-office"}, "received"),
    ((), "step reviewed", "step", {"step": "reviewed"}, "received"),
    ((), "step weighed", "step", {"step": "weighed"}, "received"),
    ((), "violation --clause manners --outcome proven --payer branch-b --person 113 --conduct phone --severity bad"
     " --cost 3", "violation", {"clause": "manners", "outcome": "proven", "payer": "branch-b", "person": "113",
                                "conduct": "phone", "severity": "bad", "cost": "3.00"}, "received"),
    ((), "close --outcome withdrawn", "closed", {"outcome": "withdrawn"}, "closed"),
    (CLOSE, "reopen --reason unsolved", "reopened", {"reason": "unsolved"}, "received"),
    ((), "correct --set category=internet --set nature=delay --reason typing", "corrected",
     {"reason": "typing", "category": "internet", "nature": "delay"}, "received"),
    ((), "correct --set flags=batch,repeat --reason typing", "corrected",
     {"reason": "typing", "flags": ["batch", "repeat"]}, "received"),
    ((), "correct --set received=2026-03-10T08:00 --reason typing", "corrected",
     {"reason": "typing", "received": at("2026-03-10 08:00")}, "received"),
    ((), "correct --set summary=fast --set name=Li --set about.model=X1 --reason typing", "corrected",
     {"reason": "typing", "changed": ["about.model", "complainant.name", "summary"]}, "received"),
    ((), "note --note called --evidence a --evidence b", "noted", {"note": "called", "evidence": ["a", "b"]},
     "received"),
    ((), "note --note called --about model=X1 --role manager", "noted",
     {"note": "called", "about_model": "X1", "role": "manager"}, "received"),
    ((), "waive S001 --clause final-answer --until 2026-03-31 --reason agreed --role manager", "waived",
     {"problem": "S001", "clause": "final-answer", "until": at("2026-04-01 00:00"), "reason": "agreed",
      "role": "manager"}, "received"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "typed", "type_", "fields", "status"), ROWS, ids=[row[1] for row in ROWS])
def test_a_command_records_its_event(complaint, created, before, typed, type_, fields, status):
    if before:
        assert complaint(before[0], created, *before[1:]).code == 0
    verb, *words = typed.split()

    said = complaint(verb, created, *words, now=ELEVEN)

    assert (said.code, last_event()) == (0, (type_, ELEVEN, fields))
    assert document()["status"] == status


def test_every_command_has_a_row():
    rows = {row[1].split()[0] for row in ROWS}

    assert set(COMMANDS) - rows == {"create", "decide", "implement", "void"}


def test_a_violation_prints_its_key_and_a_decision_names_it(complaint, created):
    key = complaint(VIOLATION[0], created, *VIOLATION[1:]).out.strip()

    said = complaint("decide", created, key, "--outcome", "proven", "--amount", "60", "--cost", "1.5", now=ELEVEN)

    assert said.code == 0
    assert last_event() == (
        "decided", ELEVEN, {"event": key, "outcome": "proven", "amount": "60.00", "cost": "1.50"},
    )  # fmt: skip


def test_the_payer_of_a_violation_is_whom_the_ticket_is_against(complaint):
    ticket = complaint("create", "--summary", "rude", "--against", "branch-a", now=NINE).out.strip()

    complaint(VIOLATION[0], ticket, *VIOLATION[1:])

    assert last_event()[2] == {"clause": "manners", "outcome": "unproven", "payer": "branch-a"}


def test_a_void_takes_back_an_event(complaint, created):
    complaint("dispatch", created, "--to", "network")
    key = max(document()["event"])

    assert complaint("void", created, key, "--reason", "wrong ticket", now=ELEVEN).code == 0
    assert last_event() == ("voided", ELEVEN, {"event": key, "reason": "wrong ticket"})
    assert document()["status"] == "received"
    assert "department" not in document()


def test_a_plan_that_all_have_approved_is_implemented(complaint, created):
    complaint("plan", created)
    for role in ("manager", "lawyer"):
        assert complaint("approve", created, "--what", "plan", "--role", role).code == 0
    assert document()["status"] == "approved"

    assert complaint("implement", created, now=ELEVEN).code == 0
    assert last_event() == ("implemented", ELEVEN, {})
    assert document()["status"] == "implementing"


def test_closing_as_a_duplicate_names_the_other_ticket(complaint, created):
    first = only_file().stem
    second = complaint("create", "--summary", "the same", now=NINE).out.strip()

    said = complaint("close", second, "--outcome", "duplicate", "--duplicate-of", first.lower())

    assert said.code == 0
    text = Path(f"complaints.d/2026-03/{second}.toml").read_text(encoding="utf-8")
    assert f'duplicate_of = "{first}"' in text


def test_all_options_of_create(complaint, created):
    words = [
        "--summary", "no internet", "--content", "as told", "--channel", "phone", "--kind", "complaint",
        "--category", "internet", "--nature", "delay", "--demand", "repair", "--name", "张三", "--phone", "13800000001",
        "--email", "z@example.org", "--address", "1 Long Street", "--against", "branch-a", "--severity", "major",
        "--flag", "complex", "--source", "miit", "--policy", "house", "--repeat-of", created, "--at",
        "2026-03-10 08:30", "--by", "wang", "--role", "manager", "--note", "loud", "--evidence", "tape",
        "--about", "model=X1",
    ]  # fmt: skip

    ticket = complaint("create", *words).out.strip()

    found = tomli.loads(Path(f"complaints.d/2026-03/{ticket}.toml").read_text(encoding="utf-8"))
    (event,) = found.pop("event").values()
    governed = {
        "policy": "house", "kind": "complaint", "channel": "phone", "source": "miit", "severity": "major",
        "flags": ["complex"], "category": "internet", "nature": "delay", "against": "branch-a", "repeat_of": created,
    }  # fmt: skip
    assert list(found.items()) == [
        ("schema", 1), ("id", ticket), ("status", "received"), ("policy", "house"), ("kind", "complaint"),
        ("received", at("2026-03-10 08:30")), ("channel", "phone"), ("source", "miit"), ("severity", "major"),
        ("flags", ["complex"]), ("category", "internet"), ("nature", "delay"), ("against", "branch-a"),
        ("repeat_of", created), ("summary", "no internet"), ("demand", "repair"), ("content", "as told\n"),
        ("about", {"model": "X1"}),
        ("complainant", {"name": "张三", "phone": "13800000001", "email": "z@example.org", "address": "1 Long Street"}),
    ]  # fmt: skip
    assert event == governed | {
        "type": "received", "at": at("2026-03-10 08:30"), "by": "wang", "role": "manager", "note": "loud",
        "evidence": ["tape"], "about_model": "X1", "clock": "set",
    }  # fmt: skip


# --- a complaint is never refused ---


def test_create_prints_the_id_and_says_what_the_policy_also_asks_for(complaint):
    said = complaint("create", "--summary", "no internet")

    assert said.code == 0
    assert re.fullmatch(r"C-2603-[0-9A-Z]{8}\n", said.out)
    assert said.err.splitlines()[1:] == [
        "the policy also asks for: content (who-and-what)",
        "the policy also asks for: complainant.phone (who-and-what)",
    ]


def test_create_under_a_broken_policy_records_all_the_same(complaint):
    Path("complaints.d/policies/house-1.toml").write_text(HOUSE.replace("[lists]", "[list]"), encoding="utf-8")

    said = complaint("create", "--summary", "no internet", "--category", "anything")

    assert said.code == 0
    assert document()["category"] == "anything"
    assert "nothing was checked against policy house" in said.err


def test_create_without_a_summary_names_the_option(complaint):
    said = complaint("create", "--channel", "phone")

    assert said.code == 2
    assert "--summary" in said.err
    assert not list(Path().rglob("C-*.toml"))


# --- standard input ---


def test_one_option_may_be_read_from_standard_input(complaint):
    said = complaint("create", "--summary", "no internet", "--content", "-", given="\ufeff第一行\r\n第二行\n\n")

    assert said.code == 0
    assert document()["content"] == "第一行\n第二行\n"


@pytest.mark.parametrize("option", ["--name", "--phone", "--summary"])
def test_personal_values_may_be_read_from_standard_input(complaint, option):
    words = () if option == "--summary" else ("--summary", "x")

    assert complaint("create", *words, option, "-", given="13800000001\n").code == 0
    assert "13800000001" in only_file().read_text(encoding="utf-8")


def test_two_options_from_standard_input_are_refused(complaint):
    said = complaint("create", "--summary", "-", "--content", "-", given="x")

    assert said.code == 2
    assert "--summary and --content are both -" in said.err


def test_a_note_may_be_read_from_standard_input(complaint, created):
    assert complaint("note", created, "--note", "-", given="two\nlines\n").code == 0
    assert last_event()[2] == {"note": "two\nlines"}


# --- what is refused ---


@pytest.mark.parametrize(
    ("typed", "option", "shown"),
    [
        ("dispatch --to netwrok", "--to", "did you mean network? allowed: network, billing"),
        ("classify --category television", "--category", "allowed: internet, tariff"),
        ("classify --severity general", "--severity", "allowed: ordinary, major"),
        ("classify --flag reapeat", "--flag", "did you mean repeat? allowed: repeat, batch"),
        ("classify --no-flag reapeat", "--no-flag", "did you mean repeat? allowed: repeat, batch"),
        ("classify --source mit", "--source", "did you mean miit? allowed: miit, group"),
        ("step weighd", "NAME", "did you mean weighed? allowed: "),
        ("note --note x --role manger", "--role", "did you mean manager? allowed: manager, lawyer"),
        ("violation --clause maners --outcome proven", "--clause", "did you mean manners? allowed: manners"),
        ("violation --clause manners --outcome proven --payer branch-c", "--payer", "allowed: branch-a, branch-b"),
        ("correct --set category=inernet --reason x", "--set category", "did you mean internet? allowed: internet"),
        ("correct --set outcome=resolved --reason x", "--set outcome", "did you mean solved? allowed: solved"),
        ("correct --set kind=inquirry --reason x", "--set kind", "did you mean inquiry? allowed: complaint"),
        ("investigate --outcome maybe", "--outcome", "'founded', 'unfounded', 'unproven'"),
        ("close --outcome resolved", "--outcome", "'solved'"),
        ("claim --type theft", "--type", "'loss', 'delay', 'damage'"),
        ("callback --neutral --score 6", "--score", "allowed: a whole number from 1 to 5"),
        ("callback --neutral --score ３", "--score", "allowed: a whole number from 1 to 5"),
        ("compensate --amount 1.234", "--amount", "at most two decimal places"),
        ("compensate --amount １0", "--amount", "at most two decimal places"),
        ("compensate --amount 1e3", "--amount", "at most two decimal places"),
        ("compensate --amount -5", "--amount", "at most two decimal places"),
        ("promise --due soonish", "--due", "allowed: 2026-03-10T09:00:00+08:00"),
        ("note --note x --at 2026-03-10", "--at", "allowed: 2026-03-10T09:00:00+08:00"),
        ("note --note x --about =1", "--about", "allowed: KEY=VALUE"),
        ("correct --set category --reason x", "--set", "allowed: KEY=VALUE"),
        ("correct --set status=closed --reason x", "--set", "allowed: "),
        ("correct --set policy=other --reason x", "--set", "allowed: "),
        ("correct --set id=C-2603-7KQ3MXTJ --reason x", "--set", "allowed: "),
        ("correct --set schema=2 --reason x", "--set", "allowed: "),
        ("correct --set received= --reason x", "--set", "received cannot be empty"),
        ("correct --set received=soon --reason x", "--set received", "allowed: 2026-03-10T09:00:00+08:00"),
        ("dispatch", "--to", ""),
        ("contact", "--reached", "--unreached"),
        ("answer", "--final", "--progress"),
        ("callback --solved", "--satisfied", "--dissatisfied"),
        ("answer --final --progress", "--progress", "contradict"),
        ("classify", "--category", "at least one of"),
        ("escalate", "--to", ""),
        ("return", "--reason", ""),
        ("extend --due 2026-03-12", "--reason", ""),
        ("promise", "--due", ""),
        ("reopen", "--reason", ""),
        ("correct --reason x", "--set", ""),
        ("note --note x --colour red", "--colour", ""),
    ],
)
def test_a_typing_error_names_the_option_and_what_is_allowed_and_records_nothing(
    complaint, created, typed, option, shown
):
    before = only_file().read_bytes()
    verb, *words = typed.split()

    said = complaint(verb, created, *words)

    assert (said.code, said.out) == (2, "")
    assert option in said.err
    assert shown in said.err
    assert only_file().read_bytes() == before


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("reopen --reason x", "it is open, there is nothing to reopen"),
        ("return --reason x", "there is no reply to return"),
        ("approve --what plan", "no plan was asked for"),
        ("approve --what extension --refuse", "no extension was asked for"),
        ("implement", "the plan still needs the approval of lawyer, manager"),
        ("callback --neutral", "the customer has had no answer yet"),
        ("close --outcome solved", "it may not be closed as solved yet: missing `answer --final` (final-answer)"),
        ("note --note x --at 2026-03-10T10:06", "2026-03-10T10:06:00+08:00 lies in the future"),
        ("note --note x --at 2026-03-10T08:59", "--at 2026-03-10T08:59:00+08:00 lies before the receipt"),
    ],
)
def test_what_the_order_refuses_is_told_and_force_with_a_note_records_it(complaint, created, typed, why):
    before = only_file().read_bytes()
    verb, *words = typed.split()

    said = complaint(verb, created, *words)

    assert (said.code, said.out) == (2, "")
    assert why in said.err
    assert "--force" in said.err
    assert only_file().read_bytes() == before
    assert complaint(verb, created, *words, "--force", "--note", "on paper").code == 0
    assert last_event()[2]["forced"] is True


def test_the_same_command_again_is_refused(complaint, created):
    assert complaint("dispatch", created, "--to", "network").code == 0

    said = complaint("dispatch", created, "--to", "network", now="2026-03-10T10:00:59+08:00")

    assert said.code == 2
    assert "the same `dispatch` was recorded a moment ago" in said.err
    assert len(document()["event"]) == 2


def test_the_same_typed_moment_again_is_refused(complaint, created):
    words = ("dispatch", created, "--to", "network", "--at", "2026-03-10 09:30")
    assert complaint(*words).code == 0

    assert complaint(*words, now="2026-03-10T10:00:30+08:00").code == 2


def test_a_decision_outside_the_range_is_refused(complaint, created):
    key = complaint(VIOLATION[0], created, *VIOLATION[1:]).out.strip()

    said = complaint("decide", created, key, "--amount", "1200")

    assert said.code == 2
    assert "--amount 1200.00 is outside the range of manners" in said.err
    assert "allowed: 10.00 to 100.00" in said.err


def test_an_unknown_ticket_is_told(complaint, created):
    said = complaint("note", "ZZZZ", "--note", "x")

    assert (said.code, said.out) == (2, "")
    assert 'there is no ticket "ZZZZ"' in said.err


def test_an_unknown_event_is_told_with_those_there_are(complaint, created):
    said = complaint("void", created, "20200101", "--reason", "x")

    assert said.code == 2
    assert f'{created} has no event "20200101"' in said.err


def test_options_end_at_two_hyphens(complaint, created):
    said = complaint("note", "--note", "x", "--", created)

    assert said.code == 0


def test_outside_a_register_it_is_told_how_to_make_one(complaint, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))

    said = complaint("create", "--summary", "x")

    assert said.code == 2
    assert "complaint init --policy NAME" in said.err


def test_a_register_may_be_named_before_or_after_the_command(complaint, tmp_path, tmp_path_factory, monkeypatch):
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))

    assert complaint("create", "--summary", "x", "--register", str(tmp_path)).code == 0
    assert complaint("--register", str(tmp_path), "create", "--summary", "y").code == 0
    monkeypatch.setenv("COMPLAINT_REGISTER", str(tmp_path))
    assert complaint("create", "--summary", "z").code == 0


# --- personal data ---


def test_what_a_recording_command_prints_holds_no_personal_data(complaint):
    said = complaint("create", "--summary", "x", "--name", "张三丰", "--phone", "13812345678")
    ticket = said.out.strip()
    corrected = complaint("correct", ticket, "--set", "phone=13987654321", "--reason", "typing")
    told = complaint("note", ticket, "--note", "x", "--about", "account=62220000", "--json")

    for each in (said, corrected, told):
        assert each.code == 0
        assert not re.search("张三丰|13812345678|13987654321|62220000", each.out + each.err)


def test_a_correction_leaves_no_personal_value_in_the_history(complaint):
    ticket = complaint("create", "--summary", "x", "--phone", "13812345678", now=NINE).out.strip()

    complaint("correct", ticket, "--set", "phone=13987654321", "--set", "about.account=62220000", "--reason", "typing")

    history = only_file().read_text(encoding="utf-8").partition("[event.")[2]
    assert not re.search("13812345678|13987654321|62220000", history)
    assert document()["complainant"] == {"phone": "13987654321"}
    assert last_event()[2] == {"reason": "typing", "changed": ["about.account", "complainant.phone"]}


def test_a_personal_fact_under_about_is_only_named_in_the_event(complaint, created):
    complaint("note", created, "--note", "x", "--about", "account=62220000")

    history = only_file().read_text(encoding="utf-8").partition("[event.")[2]
    assert "62220000" not in history
    assert "about_account" in last_event()[2]
    assert document()["about"] == {"account": "62220000"}


def test_a_due_moment_under_about_is_kept_as_a_moment(complaint, created):
    complaint("note", created, "--note", "x", "--about", "external_due=2026-03-12")

    assert last_event()[2]["about_external_due"] == at("2026-03-13 00:00")


# --- answers for programs ---


def test_create_answers_programs_with_id_and_path(complaint):
    said = complaint("create", "--summary", "x", "--json")

    answer = json.loads(said.out)
    assert answer == {
        "schema": "complaint.created/1", "id": only_file().stem, "path": only_file().as_posix(),
    }  # fmt: skip


@pytest.mark.parametrize("words", [("note", "--note", "x"), VIOLATION, CLOSE])
def test_the_other_commands_answer_programs_with_id_and_event(complaint, created, words):
    said = complaint(words[0], created, *words[1:], "--json")

    assert json.loads(said.out) == {
        "schema": "complaint.recorded/1", "id": created, "event": max(document()["event"]),
    }  # fmt: skip


def test_people_are_told_what_was_recorded(complaint, created):
    said = complaint("take", created, now=ELEVEN)

    assert said.out == f"{created} taken 2026-03-10 11:00 {max(document()['event'])}\n"


def test_the_author_is_typed_or_set(complaint, created):
    complaint("note", created, "--note", "x", "--by", "wang")

    assert document()["event"][max(document()["event"])]["by"] == "wang"


def test_a_typed_text_that_is_not_utf_8_is_told_and_is_no_crash(complaint):
    said = complaint("create", "--summary", "caf\udce9")

    assert said.code in (0, 2)
    assert "Traceback" not in said.err


def test_an_empty_correction_takes_a_value_away(complaint, created):
    complaint("classify", created, "--flag", "batch", "--category", "internet")

    assert complaint("correct", created, "--set", "flags=", "--set", "category=", "--reason", "wrong").code == 0
    assert {"flags", "category"} & document().keys() == set()


def test_a_set_clock_that_is_no_moment_is_told(complaint):
    said = complaint("create", "--summary", "x", now="yesterday")

    assert said.code == 2
    assert "COMPLAINT_NOW" in said.err


def test_a_personal_value_that_is_corrected_to_nothing_is_gone(complaint):
    ticket = complaint("create", "--summary", "x", "--phone", "13812345678", now=NINE).out.strip()

    assert complaint("correct", ticket, "--set", "phone=", "--reason", "asked to forget it").code == 0
    assert "13812345678" not in only_file().read_text(encoding="utf-8")


@pytest.mark.parametrize("words", [("note", "", "--note", "x"), ("void", "", "2026", "--reason", "x")])
def test_an_empty_id_names_no_ticket(complaint, created, words):
    said = complaint(*words)

    assert (said.code, said.out) == (2, "")


# --- what --help and refusals say of options ---


def test_all_that_is_lacking_is_named_at_once(complaint, created):
    said = complaint("waive", created, "H001")

    assert said.code == 2
    assert "waive needs --until and --reason and --role\n" in said.err


def test_help_marks_what_a_command_cannot_do_without(run):
    assert re.search(r"--role TEXT +In what role\. \[required\]", run("waive", "--help").out)
    assert "[required]" not in run("take", "--help").out


@pytest.mark.parametrize(
    "command", sorted(name for name, kind in COMMANDS.items() if any(f.helps for f in kind.fields))
)
def test_each_switch_says_what_it_means(run, command):
    text = run(command, "--help").out
    said = [word for field in COMMANDS[command].fields for word in field.helps]

    assert len(set(said)) == len(said)
    for word in said:
        assert word in " ".join(text.split())
