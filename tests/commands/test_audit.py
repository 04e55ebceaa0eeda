"""`audit`: what is reported and what is waived, which checks run on what, exit codes, every format, nobody's data."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest

import readers
from complaint.core import checks
from complaint.core.checks.case import ERROR, Findings, Problem
from complaint.render import audits, reports
from complaint.render.answers import Frame
from complaint.render.schemas import schema
from complaint.workspace import Register

HOUSE = """\
schema = 1

[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules of 2026"

[[clause]]
id = "h-clean"
kind = "confidentiality"
title = { en = "%s" }
cite = "section 1"
clean = ["summary"]

[[clause]]
id = "h-opinion"
kind = "require"
title = { en = "A reply says what the customer thinks" }
cite = "section 2"
of = "replied"
fields = ["attitude"]
"""
NINE, TEN, NOON = "2026-03-10T09:00:00+08:00", "2026-03-10T10:00:00+08:00", "2026-03-10T12:00:00+08:00"
SEVERAL = ["code", "check", "severity", "path", "line", "column", "ticket", "clause", "message", "help"]
HOSTILE = "\x1b[2J::set-output name=a::b ##vso[task.x]y ]]><b>&\"' \u202e\u2028 % | perf # SKIP"
every = pytest.mark.parametrize("name", reports.NAMES)


@pytest.fixture
def complaint(in_register):
    """Calls the program as typed, in a register with one small policy."""
    call = in_register(HOUSE % "Numbers stand where they are masked")
    Path("complaints.d/.gitignore").write_text(".lock\n.*.tmp\n", encoding="utf-8")
    return call


@pytest.fixture
def ticket(complaint):
    """A ticket with a telephone number in its summary."""
    return complaint(
        "create", "--summary", "宽带三天无法上网 13800000009", "--name", "张三丰", "--phone", "13800000001", now=NINE
    ).out.strip()


def path_of(ticket):
    return Path("complaints.d/2026-03") / f"{ticket}.toml"


def rewrite(ticket, old, new):
    """A hand changes the file."""
    text = path_of(ticket).read_text(encoding="utf-8")
    assert old in text
    path_of(ticket).write_text(text.replace(old, new), encoding="utf-8")


def audited(complaint, *words, now=NOON):
    """The problems that audit names, but for the clock that these tests set."""
    said = complaint("audit", "--json", "--ignore", "H008", *words, now=now)
    return said.code, [(each["code"], each["clause"]) for each in said.json["problems"]]


# --- what is told, and the exit code ---


def test_an_error_is_told_with_its_place_its_clause_and_its_remedy(complaint, ticket):
    said = complaint("audit", "--ignore", "H008", now=NOON)

    assert (said.code, said.out.splitlines()) == (1, [
        f"complaints.d/2026-03/{ticket}.toml:7:1: error P001 the summary holds a telephone or identity number "
        "(h-clean)",
        "    move it to [complainant]; a text of the header may be mended by hand, "
        "of an event git keeps it: `waive` it",
        "1 ticket judged as of 2026-03-10 12:00: 1 error, 0 warnings",
    ])  # fmt: skip


def test_a_clean_register_exits_0_and_says_how_much_was_judged(complaint, ticket):
    complaint("correct", ticket, "--set", "summary=no internet", "--reason", "number", now=TEN)

    said = complaint("audit", "--ignore", "H008", now=NOON)

    assert (said.code, said.out) == (0, "1 ticket judged as of 2026-03-10 12:00: 0 errors, 0 warnings\n")


def test_a_warning_alone_is_told_and_exits_0(complaint, ticket):
    complaint("correct", ticket, "--set", "summary=no internet", "--reason", "number", now=TEN)

    said = complaint("audit", now=NOON)

    assert "warning H008" in said.out
    assert said.code == 0


def test_exit_zero_turns_1_into_0_but_not_2(complaint, ticket):
    assert complaint("audit", "--exit-zero").code == 0
    rewrite(ticket, "schema = 1", "schema = 2")
    assert complaint("audit", "--exit-zero").code == 2


@pytest.mark.parametrize("name", ["audit", "overdue"])
def test_a_plugin_that_could_never_warn_is_refused(run, register, name):
    said = run(name, "--exit-zero", "--format", "nagios")

    assert (said.code, said.out) == (3, "COMPLAINT UNKNOWN: --exit-zero: it would silence the plugin\n")


def test_a_broken_ticket_is_a_problem_and_hides_no_other(complaint, ticket):
    other = complaint("create", "--summary", "second 13800000009", now=NINE).out.strip()
    rewrite(other, 'type = "received"', "type = received")

    code, found = audited(complaint)

    assert (code, sorted(found)) == (2, [("F001", None), ("P001", "h-clean")])


def test_fewer_tickets_than_asked_for_is_2(complaint, ticket):
    said = complaint("audit", "--min-tickets", "2")

    assert (said.code, "fewer than --min-tickets 2" in said.err) == (2, True)


def test_the_keys_of_json_and_csv_are_those_promised(complaint, ticket):
    answer = complaint("audit", "--json").json

    assert answer["schema"] == "complaint.audit/1"
    assert list(answer["problems"][0]) == SEVERAL
    assert complaint("audit", "--format", "csv").out.splitlines()[0] == ",".join(SEVERAL)
    assert {"as_of", "tickets", "waived", "not_checked", "unreadable"} <= answer.keys()


def test_as_of_an_earlier_moment_later_steps_are_not_there_yet(complaint, ticket):
    complaint("close", ticket, "--outcome", "solved", now=TEN)
    complaint("urge", ticket, "--force", "--note", "the shop waits", now="2026-03-10T10:10:00+08:00")

    assert audited(complaint, "--select", "H", "--as-of", "2026-03-10T10:05") == (0, [])
    assert audited(complaint, "--select", "H") == (1, [("H007", None)])


def test_known_at_an_earlier_moment_what_was_recorded_later_is_not_known(complaint, ticket):
    complaint("close", ticket, "--outcome", "solved", now=TEN)
    complaint("urge", ticket, "--force", "--note", "x", "--at", "2026-03-10 10:05", now="2026-03-10T10:40:00+08:00")

    assert audited(complaint, "--select", "H", "--known-at", "2026-03-10T10:30") == (0, [])
    assert audited(complaint, "--select", "H") == (1, [("H007", None)])


# --- which checks run, and on what ---


def test_select_and_ignore_take_codes_names_and_first_letters(complaint, ticket):
    rewrite(ticket, 'status = "received"', 'status = "closed"')

    assert audited(complaint)[1] == [("H001", None), ("P001", "h-clean")]
    assert audited(complaint, "--select", "H")[1] == [("H001", None)]
    assert audited(complaint, "--select", "header-differs,personal-in-text", "--ignore", "h001")[1] == [
        ("P001", "h-clean")
    ]


def test_a_check_that_is_none_is_refused_with_the_nearest(complaint, ticket):
    said = complaint("audit", "--select", "personal-in-txt")

    assert said.code == 2
    assert 'there is no check "personal-in-txt"' in said.err
    assert "did you mean personal-in-text?" in said.err


def test_named_files_alone_are_audited(complaint, ticket):
    other = complaint("create", "--summary", "second 13800000009", now=NINE).out.strip()
    complaint("correct", ticket, "--set", "summary=no internet", "--reason", "number", now=TEN)

    assert audited(complaint, str(path_of(ticket))) == (0, [])
    assert audited(complaint, str(path_of(other))) == (1, [("P001", "h-clean")])
    assert audited(complaint, other)[0] == 1


def test_a_decision_about_what_is_no_violation_is_named(complaint, ticket):
    key = complaint("note", ticket, "--note", "called", now=TEN).out.split()[-1]
    decided = '[event.20260310T030000000Z-000]\ntype = "decided"\nat = 2026-03-10T11:00:00+08:00\nby = "x"\n'
    text = path_of(ticket).read_text(encoding="utf-8")
    path_of(ticket).write_text(f'{text}\n{decided}event = "{key}"\namount = "5.00"\n', encoding="utf-8")

    assert audited(complaint, "--select", "L") == (1, [("L002", None)])


def test_conflict_markers_inside_a_text_are_found(complaint, ticket):
    text = "<<<<<<< HEAD\none\n=======\nother\n>>>>>>> b\n"
    rewrite(ticket, "\n[complainant]", f'content = """\n{text}"""\n\n[complainant]')

    assert ("F002", None) in audited(complaint, "--select", "F")[1]


@pytest.mark.parametrize("name", ["{}.toml~", "{}.toml.orig", ".{}.toml"])
def test_a_copy_of_a_ticket_that_nobody_reads_is_named(complaint, ticket, name):
    path_of(ticket).with_name(name.format(ticket)).write_bytes(path_of(ticket).read_bytes())

    assert audited(complaint, "--select", "F") == (1, [("F007", None)])


def test_a_second_receipt_makes_a_ticket_unreadable(complaint, ticket):
    text = path_of(ticket).read_text(encoding="utf-8")
    event = text[text.index("[event.") :].replace(re.search(r"event\.([^]]+)", text)[1], "20260312T030000000Z-aaa")
    path_of(ticket).write_text(text + "\n" + event, encoding="utf-8")

    said = complaint("audit", "--select", "F")

    assert (said.code, "there is a second event of type received" in said.out) == (2, True)


def test_nested_facts_of_the_matter_are_no_ticket_and_hide_no_other(complaint, ticket):
    other = complaint("create", "--summary", "second 13800000009", now=NINE).out.strip()
    rewrite(other, "\n[event.", '\n[about]\nsymptom = [["a"]]\n\n[event.')

    code, found = audited(complaint)

    assert (code, sorted(found)) == (2, [("F001", None), ("P001", "h-clean")])


@pytest.mark.parametrize(
    "words", [("waive", "H007", "--role", "m", "--reason", "x", "--until"), ("dispatch", "--to", "x", "--due")]
)
def test_a_time_beyond_the_last_year_is_refused_and_the_ticket_stays(complaint, ticket, words):
    before = path_of(ticket).read_bytes()

    said = complaint(words[0], ticket, *words[1:], "2100-12-31", now=TEN)

    assert (said.code, path_of(ticket).read_bytes()) == (2, before)


def test_a_voided_event_is_no_problem_any_more(complaint, ticket):
    complaint("correct", ticket, "--set", "summary=no internet", "--reason", "number", now=TEN)
    key = complaint("note", ticket, "--note", "later", "--at", "2026-03-11 09:00", "--force", now=TEN).out.split()[-1]
    ahead = audited(complaint, "--select", "H004")
    complaint("void", ticket, key, "--reason", "mistyped", now="2026-03-10T10:30:00+08:00")

    assert (ahead, audited(complaint, "--select", "H004")) == ((1, [("H004", None)]), (0, []))


def test_a_named_file_that_is_not_there_is_2(complaint, ticket):
    said = complaint("audit", "complaints.d/2026-03/C-2603-00000000.toml")

    assert (said.code, "no such file" in said.err) == (2, True)


def test_every_mistake_of_the_settings_is_a_problem_and_the_tickets_are_judged_all_the_same(complaint, ticket):
    settings = Path("complaints.d/register.toml")
    settings.write_text("foo = 1\nbar = 2\n" + settings.read_text(encoding="utf-8"), encoding="utf-8")

    said = complaint("audit", "--json")

    found = [(each["code"], each["line"]) for each in said.json["problems"] if each["path"] == str(settings)]
    assert (said.code, said.json["tickets"], found) == (2, 1, [("Y001", 1), ("Y001", 2)])


def test_what_git_was_asked_is_told(complaint, ticket):
    subprocess.run(("git", "init", "-q"), check=True)
    commit("2026-03-10T09:30:00+08:00")

    said = complaint("audit", "--select", "G", "--against", "2026-03-10")
    proof = complaint("audit", "--json", "--against", "HEAD").json["proof"]

    assert "compared with git: 1 ticket in 1 commit, against 2026-03-10 (" in said.out
    assert (
        "compared with git: 1 ticket in 1 commit, against HEAD ("
        in complaint("audit", "--select", "G", "--against", "HEAD", "--format", "github").out
    )
    assert (proof["history"], proof["against"], proof["commits"]) == (False, "HEAD", 1)
    assert complaint("audit", "--json").json["proof"] is None


def test_a_register_that_was_moved_since_the_revision_is_not_proved_by_it(complaint, ticket):
    subprocess.run(("git", "init", "-q"), check=True)
    commit("2026-03-10T09:30:00+08:00")
    Path("desk").mkdir()
    Path("complaints.d").rename("desk/complaints.d")
    commit("2026-03-10T09:40:00+08:00")

    said = complaint("--register", "desk", "audit", "--select", "G", "--against", "HEAD~1")

    assert (said.code, "holds its tickets in another folder, the root of the repository" in said.err) == (2, True)


def test_a_day_to_come_is_nothing_to_compare_with(complaint, ticket):
    subprocess.run(("git", "init", "-q"), check=True)
    commit("2026-03-10T09:30:00+08:00")

    said = complaint("audit", "--against", "2026-03-11")

    assert (said.code, "2026-03-11 lies in the future" in said.err) == (2, True)


def test_against_head_a_repository_without_commits_has_nothing_to_prove(complaint, ticket):
    subprocess.run(("git", "init", "-q"), check=True)

    said = complaint("audit", "--select", "G", "--against", "HEAD")

    assert (said.code, "nothing is committed yet" in said.out) == (0, True)
    assert complaint("audit", "--select", "G", "--history").code == 2


def test_a_check_that_breaks_down_is_said_and_the_answer_is_not_whole(complaint, ticket, monkeypatch):
    broken = checks.BY_CODE["H009"]._replace(find=lambda case: [case.ticket.no_such_thing])
    monkeypatch.setattr("complaint.auditing.CHECKS", (broken, *(each for each in checks.CHECKS if each.code != "H009")))

    said = complaint("audit", "--json")

    (missed,) = said.json["not_checked"]
    assert (said.code, missed["check"]) == (2, "nobody")
    assert [each["code"] for each in said.json["problems"]] == ["P001", "H008"]


# --- waivers ---


def waive(complaint, ticket, *words, now=TEN):
    return complaint("waive", ticket, *words, "--reason", "agreed with the manager", now=now)


def test_a_waived_problem_is_told_apart_with_reason_role_and_end(complaint, ticket):
    waive(complaint, ticket, "P001", "--role", "manager", "--until", "2026-03-31", "--by", "wang")

    said = complaint("audit", "--ignore", "H008", "--json")

    (waived,) = said.json["waived"]
    assert (said.code, said.json["problems"]) == (0, [])
    assert [waived[key] for key in ("code", "clause", "reason", "role", "by", "until")] == [
        "P001", "h-clean", "agreed with the manager", "manager", "wang", "2026-04-01T00:00:00+08:00",
    ]  # fmt: skip
    assert "waived P001" in complaint("audit").out


def test_a_waiver_ends_and_that_is_said(complaint, ticket):
    waive(complaint, ticket, "P001", "--role", "manager", "--until", "2026-03-10T11:00")

    assert audited(complaint, "--as-of", "2026-03-10T10:30") == (0, [])
    assert audited(complaint) == (1, [("P001", "h-clean"), ("W001", None)])


@pytest.mark.parametrize(
    ("narrowed", "left"),
    [
        ((), []),
        (("--clause", "h-clean"), []),
        (("--clause", "h-opinion"), [("P001", "h-clean"), ("W002", None)]),
    ],
)
def test_a_waiver_may_be_of_one_clause(complaint, ticket, narrowed, left):
    waive(complaint, ticket, "personal-in-text", *narrowed, "--role", "manager", "--until", "2026-03-31")

    assert audited(complaint)[1] == left


def test_a_waiver_may_be_of_one_event(complaint, ticket):
    complaint("correct", ticket, "--set", "summary=no internet", "--reason", "number", now=TEN)
    complaint("reply", ticket, "--cause", "a", now="2026-03-10T10:10:00+08:00")
    complaint("reply", ticket, "--cause", "b", now="2026-03-10T10:20:00+08:00")
    (event,) = {each["key"] for each in complaint("log", ticket, "--json").json["events"] if each.get("cause") == "b"}

    waive(
        complaint,
        ticket,
        "S002",
        "--event",
        event,
        "--by",
        "wang",
        "--role",
        "manager",
        "--until",
        "2026-03-31",
        now=NOON,
    )

    assert audited(complaint, "--select", "S002,W") == (0, [])
    assert audited(complaint, "--select", "S002", "--known-at", "2026-03-10T10:30")[1] == [("S002", "h-opinion")]


def test_who_recorded_what_is_wrong_does_not_let_it_stand(complaint, ticket):
    complaint("correct", ticket, "--set", "summary=no internet", "--reason", "number", now=TEN)
    complaint("close", ticket, "--outcome", "solved", now=TEN)
    complaint("urge", ticket, "--force", "--note", "the shop waits", "--by", "wang", now="2026-03-10T10:10:00+08:00")
    words = ("H007", "--role", "manager", "--until", "2026-03-31")

    waive(complaint, ticket, *words, "--by", "wang", now="2026-03-10T10:20:00+08:00")
    own = audited(complaint)
    waive(complaint, ticket, *words, "--by", "zhou", now="2026-03-10T10:30:00+08:00")

    assert own == (1, [("H007", None), ("W003", None)])
    assert audited(complaint) == (0, [])  # somebody else has decided


def test_a_waiver_without_a_role_holds_nothing(complaint, ticket):
    waive(complaint, ticket, "P001", "--role", "manager", "--until", "2026-03-31")
    rewrite(ticket, 'role = "manager"\n', "")

    assert audited(complaint) == (1, [("P001", "h-clean"), ("W003", None)])


def test_a_waiver_lets_nothing_stand_that_comes_after_it(complaint, ticket):
    complaint("correct", ticket, "--set", "summary=no internet", "--reason", "number", now=TEN)
    waive(complaint, ticket, "H007", "--role", "manager", "--by", "wang", "--until", "2026-03-31")
    complaint("close", ticket, "--outcome", "solved", now="2026-03-10T10:20:00+08:00")
    complaint("urge", ticket, "--force", "--note", "the shop waits", now="2026-03-10T10:30:00+08:00")

    assert ("H007", None) in audited(complaint)[1]


def test_a_waiver_of_a_clause_that_is_none_is_refused_and_one_that_ends_at_once_is_told(complaint, ticket):
    unknown = waive(complaint, ticket, "P001", "--clause", "h-claen", "--role", "m", "--until", "2026-03-31")
    ended = waive(complaint, ticket, "P001", "--role", "m", "--until", "2026-03-01")

    assert (unknown.code, "did you mean h-clean?" in unknown.err) == (2, True)
    assert (ended.code, "the waiver ends before it begins" in ended.err) == (0, True)


def test_a_voided_waiver_lets_nothing_stand(complaint, ticket):
    key = waive(complaint, ticket, "P001", "--role", "manager", "--until", "2026-03-31").out.split()[-1]
    complaint("void", ticket, key, "--reason", "not agreed", now=NOON)

    assert audited(complaint, now="2026-03-10T13:00:00+08:00") == (1, [("P001", "h-clean")])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("P001", "--until", "2026-03-31"), "waive needs --role"),
        (("P001", "--role", "manager"), "waive needs --until"),
        (("nothing", "--role", "m", "--until", "2026-03-31"), 'there is no check "nothing"'),
        (("G001", "--role", "m", "--until", "2026-03-31"), "G001 event-changed cannot be waived"),
        (("F001", "--role", "m", "--until", "2026-03-31"), "F001 unreadable cannot be waived"),
    ],
)
def test_a_waiver_that_could_not_hold_is_refused(complaint, ticket, words, said):
    before = path_of(ticket).read_bytes()

    refused = waive(complaint, ticket, *words)

    assert (refused.code, said in refused.err) == (2, True)
    assert path_of(ticket).read_bytes() == before


def test_a_waiver_typed_by_hand_for_what_cannot_be_waived_lets_nothing_stand(complaint, ticket):
    waive(complaint, ticket, "P001", "--role", "manager", "--until", "2026-03-31")
    rewrite(ticket, 'problem = "P001"', 'problem = "L005"')
    rewrite(ticket, 'policy = "house"', 'policy = "elsewhere"')

    code, found = audited(complaint)

    assert (code, ("L005", None) in found) == (2, True)


# --- formats ---


def test_the_table_and_the_reports_sum_up_in_the_same_words(complaint, ticket):
    waive(complaint, ticket, "P001", "--role", "manager", "--until", "2026-03-31")
    other = complaint("create", "--summary", "second 13800000009", now=NINE).out.strip()
    rewrite(other, "schema = 1", "schema = 2")
    summed = "1 ticket judged as of 2026-03-10 12:00: 1 error, 2 warnings, 1 waived, 1 could not be judged"

    assert complaint("audit", now=NOON).out.splitlines()[-1] == summed
    assert complaint("audit", "--format", "github", now=NOON).out.splitlines()[-1].endswith(f"::{summed}")


@every
def test_what_cannot_be_read_is_told_once_under_its_code(complaint, ticket, name):
    complaint("correct", ticket, "--set", "summary=no internet", "--reason", "number", now=TEN)
    rewrite(ticket, "schema = 1", "schema = 2")

    said = complaint("audit", "--format", name, now=NOON)

    assert said.code == (3 if name == "nagios" else 2)
    if name in readers.PLACED:
        (read,) = readers.PLACED[name](said.out)
        assert read[:3] == ("error", str(path_of(ticket)), 1)
        assert "F001" in said.out
    assert {
        "gitlab": '"severity": "critical"',
        "junit": '<error type="F001"',
        "sarif": '"executionSuccessful": false',
        "nagios": "UNKNOWN",
        "prometheus": 'complaint_check_unreadable{check="audit"} 1',
    }.get(name, "") in said.out


def test_what_the_table_says_is_not_said_again(complaint, ticket):
    rewrite(ticket, "schema = 1", "schema = 2")

    said = complaint("audit", now=NOON)

    assert (said.code, said.err) == (2, "")
    assert said.out.endswith("1 could not be judged\n")
    assert "schema is 2" in complaint("audit", "-o", "report", now=NOON).err


@every
def test_what_no_check_that_was_asked_for_tells_is_still_told(complaint, ticket, name):
    rewrite(ticket, "schema = 1", "schema = 2")

    said = complaint("audit", "--select", "P", "--format", name, now=NOON)

    assert said.code == (3 if name == "nagios" else 2)
    assert name not in readers.PLACED or [read[1] for read in readers.PLACED[name](said.out)] == [str(path_of(ticket))]


def test_a_broken_policy_is_told_once_and_so_is_each_ticket_under_it(complaint, ticket):
    rules = Path("complaints.d/policies/house-1.toml")
    rules.write_text(rules.read_text("utf-8").replace('id = "house"', "id = house"), encoding="utf-8")

    said = complaint("audit", "--format", "github", "--select", "Y001", now=NOON)

    told = [path for _, path, _, _ in readers.github(said.out)]
    assert [told.count(str(path)) for path in (rules, path_of(ticket))] == [1, 1]


@every
def test_each_format_is_read_by_somebody_elses_program(complaint, ticket, name):
    waive(
        complaint,
        complaint("create", "--summary", "二 13800000009", now=NINE).out.strip(),
        "P001",
        "--role",
        "m",
        "--until",
        "2026-04-01",
    )

    said = complaint("audit", "--select", "P", "--format", name, now=NOON)

    assert said.code == (2 if name == "nagios" else 1)
    if name in readers.PLACED:
        (read,) = readers.PLACED[name](said.out)
        assert list(read[1:]) == [
            str(path_of(ticket)),
            7,
            "the summary holds a telephone or identity number (h-clean)",
        ]
    assert "agreed with" not in said.out


def problem(number, message):
    ticket = f"C-2603-{number:08d}"
    place = (f"complaints.d/2026-03/{ticket}.toml", number + 1, 1, ticket)
    return Problem("S002", "missing-field", ERROR, *place, "h-opinion", message, "补记", f"{number}")


def how_many(name, text):
    """The problems that somebody else's program finds in a report."""
    if name == "prometheus":
        return readers.prometheus(text)["complaint_check_findings", (("check", "audit"), ("level", "error"))]
    if name == "nagios":
        return readers.nagios(text)[2]["errors"]
    return len(readers.PLACED[name](text))


@every
@pytest.mark.parametrize("count", [0, 1, 5000])
def test_each_format_holds_no_problem_one_and_five_thousand(complaint, ticket, name, count):
    shop = Register(Path())
    found = Findings([problem(n, f"缺少第 {n} 项：客户意见") for n in range(count)], [], [], count)
    frame = Frame(datetime.fromisoformat(NOON), shop.settings.zone, name)

    text = reports.rendered(audits.report(found, frame, ""), name)

    assert how_many(name, text) == count


@pytest.mark.parametrize("name", [*reports.NAMES, "table", "csv"])
def test_hostile_texts_come_out_inert_and_nobody_is_named(in_register, name):
    complaint = in_register(HOUSE % json.dumps(HOSTILE)[1:-1].replace("\x7f", ""))
    ticket = complaint(
        "create", "--summary", HOSTILE, "--name", "张三丰", "--phone", "13800000001", now=NINE
    ).out.strip()
    complaint("reply", ticket, "--cause", HOSTILE, "--by", HOSTILE, "--note", "call 13900000002", now=TEN)

    said = complaint("audit", "--format", name, now=NOON)

    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e\u2028]", said.out.replace("\r\n", "\n"))
    assert not re.search(r"^::set-output|##vso\[", said.out, re.MULTILINE)
    assert not any(text in said.out for text in ("张三丰", "13800000001", "13900000002"))
    if name in readers.PLACED:
        assert len(readers.PLACED[name](said.out)) >= 2


@every
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('status = "received"', 'status = "张三丰"'),  # H001
        ('policy = "house"', 'policy = "张三丰"'),  # L005
        ("schema = 1", 'schema = "张三丰"'),  # F001
        ('type = "received"', 'type = "张三丰"'),  # F001, of an event
        ('by = "li.na"', 'by = "li.na"\n"张三丰" = "x"'),  # H002
        ('by = "li.na"', 'by = "li.na"\nchannel = "张三丰"'),  # S013
    ],
)
def test_no_report_quotes_what_a_hand_wrote_into_a_ticket(complaint, ticket, name, old, new):
    rewrite(ticket, '"张三丰"', '"x"')
    rewrite(ticket, old, new)

    said = complaint("audit", "--format", name, now=NOON)

    assert "张三丰" in complaint("audit", now=NOON).out
    assert "张三丰" not in said.out + said.err


def test_no_report_quotes_what_a_check_broke_down_on(complaint, ticket, monkeypatch):
    broken = checks.BY_CODE["H009"]._replace(find=lambda case: [case.ticket.complainant["张三丰"]])
    monkeypatch.setattr("complaint.auditing.CHECKS", (broken,))

    said = complaint("audit", "--format", "github")

    assert f"not checked: nobody: {ticket}: KeyError" in said.out
    assert "张三丰" not in said.out + said.err


@every
@pytest.mark.parametrize("command", ["audit", "overdue"])
def test_no_report_holds_the_telephone_number_that_a_file_is_called_after(complaint, name, command):
    folder = Path("complaints.d/2026-03")
    folder.mkdir()
    (folder / "13800001234.toml").write_text("", encoding="utf-8")

    said = complaint(command, "--format", name, now=NOON)

    assert "13800001234" not in said.out


def commit(at):
    """Everything that stands there, at a moment."""
    person = ("-c", "user.name=li", "-c", "user.email=li@example.org")
    dates = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    for words in (("add", "-A"), (*person, "commit", "-qm", "work")):
        subprocess.run(("git", *words), check=True, env=os.environ | dates)


def test_what_git_proves_backdated_may_be_waived_and_nothing_else_of_the_proof(complaint, ticket):
    assert [check.code for check in checks.PROOF if check.waivable] == ["G005", "G006"]

    subprocess.run(("git", "init", "-q"), check=True)
    commit("2026-03-10T09:30:00+08:00")
    inserted = '[event.20260310T010100000Z-000]\ntype = "taken"\nat = 2026-03-10T09:01:00+08:00\nby = "x"\n'
    path_of(ticket).write_text(path_of(ticket).read_text(encoding="utf-8") + "\n" + inserted, encoding="utf-8")
    complaint("correct", ticket, "--set", "summary=no internet", "--reason", "number", now=TEN)
    commit("2026-03-10T11:00:00+08:00")

    (found,) = [each for each in audited(complaint, "--history", "--select", "G")[1] if each[0] == "G005"]
    waive(complaint, ticket, "G005", "--by", "wang", "--role", "manager", "--until", "2026-03-31", now=NOON)

    assert found == ("G005", None)
    assert audited(complaint, "--history", "--select", "G005") == (0, [])
    assert audited(complaint, "--select", "W") == (0, [])  # the proof was not asked for, so nothing is idle


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('demand = "ring 张三丰', "the line says: demand = …"),
        ("张三丰 rang at 13800000001", "mend it by hand"),
        ('"13800000001" = "x', "mend it by hand"),
        ("complainant.phone = 138 00000001", "the line says: complainant.phone = …"),
    ],
)
def test_a_broken_line_of_a_ticket_is_told_by_its_key_and_never_quoted(complaint, ticket, line, told):
    rewrite(ticket, 'summary = "宽带三天无法上网 13800000009"', line)

    said = complaint("audit", now=NOON)

    assert told in said.out
    assert not any(text in said.out + said.err for text in ("张三丰", "138 0", "13800000001"))


# --- the list and the pages ---


@pytest.mark.parametrize("name", ["jsonl", "csv"])
def test_the_list_of_checks_is_a_table_for_programs_too(anywhere, name):
    out = anywhere("audit", "--list", "--format", name).out
    rows = [json.loads(line) for line in out.splitlines()] if name == "jsonl" else [*csv.DictReader(out.splitlines())]

    assert [each["code"] for each in rows] == [check.code for check in checks.CHECKS]
    assert list(rows[0]) == ["code", "name", "severity", "title", "waivable"]


def test_a_page_for_programs_has_a_schema_and_says_what_the_page_says(anywhere):
    answer = anywhere("audit", "--explain", "h001", "--json").json

    jsonschema.validate(answer, schema("check"))
    assert [answer[key] for key in ("schema", "code", "name")] == ["complaint.check/1", "H001", "header-differs"]
    assert answer["change"][0].startswith("in complaints.d/")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--list", "--explain", "H001"), "--list answers alone, and --explain was given too"),
        (("--list", "C-2603-7KQ3MXTJ"), "--list answers alone, and C-2603-7KQ3MXTJ was given too"),
        (("--explain", "H001", "C-2603-7KQ3MXTJ"), "--explain answers alone, and C-2603-7KQ3MXTJ was given too"),
        (("--list", "--format", "sarif"), "--list has no answer in sarif"),
        (("--explain", "H001", "--format", "csv"), "--explain has no answer in csv"),
    ],
)
def test_what_the_list_and_the_pages_do_not_serve_is_refused(anywhere, words, found):
    said = anywhere("audit", *words)

    assert (said.code, said.out, found in said.err) == (2, "", True)


def test_a_broken_event_that_is_put_back_is_no_error_against_head(complaint, ticket):
    subprocess.run(("git", "init", "-q"), check=True)
    commit("2026-03-10T09:30:00+08:00")
    rewrite(ticket, 'by = "li.na"', 'by = "wu"')
    commit("2026-03-10T09:40:00+08:00")
    rewrite(ticket, 'by = "wu"', 'by = "li.na"')

    said = complaint("audit", "--json", "--select", "G", "--against", "HEAD")

    (back,) = said.json["problems"]
    assert (said.code, back["code"], back["severity"]) == (0, "G001", "warning")


def test_a_backdated_event_is_found_though_its_commit_is_amended_under_forged_dates(complaint, ticket):
    subprocess.run(("git", "init", "-q"), check=True)
    commit("2026-03-10T09:30:00+08:00")
    complaint("take", ticket, now="2026-03-12T09:00:00+08:00")
    commit("2026-03-12T09:05:00+08:00")
    text = path_of(ticket).read_text(encoding="utf-8")
    inserted = '[event.20260311T010000000Z-000]\ntype = "noted"\nat = 2026-03-11T09:00:00+08:00\nby = "x"\nnote = "x"\n'
    before, taken, after = text.partition("[event.20260312")
    path_of(ticket).write_text(before + inserted + "\n" + taken + after, encoding="utf-8")
    commit("2026-03-11T09:01:00+08:00")

    said = complaint("audit", "--json", "--select", "G", "--history", now="2026-03-13T09:00:00+08:00")

    assert ("G005", "20260311T010000000Z-000" in said.out) == (said.json["problems"][0]["code"], True)


def test_another_branch_without_commits_is_not_the_beginning(complaint, ticket):
    subprocess.run(("git", "init", "-q"), check=True)
    commit("2026-03-10T09:30:00+08:00")
    subprocess.run(("git", "checkout", "-q", "--orphan", "clean"), check=True)

    said = complaint("audit", "--select", "G", "--against", "HEAD")

    assert (said.code, "this branch has no commit yet, and others have" in said.err) == (2, True)
