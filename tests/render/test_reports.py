"""Each CI format, read by somebody else's program: nothing found, one finding, five thousand, and hostile texts."""

from __future__ import annotations

import subprocess
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import readers
from complaint.core.text import show
from complaint.render import reports
from complaint.render.reports import Finding, Gauge, Report, Rule, note, rendered, unread

ZONE = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 3, 10, 12, tzinfo=ZONE)
RULE = Rule("dispatch-2h", "dispatch-2h", "两小时内派发", "House rules: section 1", "Record the dispatch.")
BROKEN = unread("complaints.d/2026-03/损坏.toml", 7, "not TOML: 缺少引号")


def finding(number=0, *, level="error", path=None, message=None):
    ticket = f"C-2603-{number:08d}"
    return Finding(
        RULE.id,
        level,
        path or f"complaints.d/2026-03/{ticket}.toml",
        12 + number,
        1,
        ticket,
        message or f"{ticket} 超期，应于 2026-03-09 24:00 前派发",
        f"{ticket}/dispatch-2h/k",
    )


def report(*findings, check="overdue", **more):
    return Report(check, NOON, ZONE, (RULE,), findings, 12, **more)


def found(name, one):
    """What a reader finds in a report, as (level, path, line, message)."""
    return readers.PLACED[name](rendered(one, name))


def told(one, name="github"):
    """What a reader must find; JUnit has one level only."""
    return ["error" if name == "junit" else one.level, one.path, one.line, one.message]


placed = pytest.mark.parametrize("name", readers.PLACED)
every = pytest.mark.parametrize("name", reports.NAMES)


def test_every_format_has_its_module_and_its_reader():
    modules = {path.stem for path in Path(reports.__file__).parent.glob("*.py")} - {"__init__"}

    assert modules == set(reports.NAMES) == {*readers.PLACED, "prometheus", "nagios"}


@placed
def test_nothing_found_is_a_valid_report(name):
    assert found(name, report()) == []


@placed
def test_one_finding_is_read_with_its_place_and_message(name):
    assert found(name, report(finding())) == [tuple(told(finding(), name))]


@placed
def test_five_thousand_findings_are_read_in_full(name):
    many = [finding(number) for number in range(5000)]

    assert found(name, report(*many)) == [tuple(told(each, name)) for each in many]


@placed
def test_errors_come_before_warnings_and_both_are_read(name):
    one = report(finding(1, level="warning"), finding(2))

    assert [line for _, _, line, _ in found(name, one)] == [14, 13]


@placed
def test_what_could_not_be_judged_comes_first(name):
    assert found(name, report(finding(), unread=[BROKEN]))[0] == tuple(told(BROKEN, name))


@placed
def test_the_same_finding_twice_stays_two(name):
    twice = [finding()._replace(line=12), finding()._replace(line=13)]
    if name == "junit":
        twice[1] = twice[1]._replace(identity="another")

    assert [line for _, _, line, _ in found(name, report(*twice))] == [12, 13]


@pytest.mark.parametrize("name", ["tap", "junit"])
def test_a_warning_that_fails_no_audit_is_a_case_that_passes(name):
    assert found(name, report(finding(level="warning"), check="audit")) == []
    assert len(found(name, report(finding(level="warning"), check="overdue"))) == 1


@pytest.mark.parametrize(
    ("name", "mark"), [("tap", "ok 2 - C-2603-00000000"), ("junit", "C-2603-00000000/dispatch-2h")]
)
def test_what_was_met_is_a_case_that_passes(name, mark):
    one = report(passed=[finding(level="none")])

    assert found(name, one) == []
    assert mark in rendered(one, name)


@pytest.mark.parametrize("name", ["github", "junit", "checkstyle", "tap", "nagios", "sarif"])
def test_a_report_says_how_many_tickets_were_judged(name):
    said = "12 tickets judged as of 2026-03-10 12:00: 1 overdue, 0 due soon, 1 could not be judged"

    assert said in rendered(report(finding(), unread=[BROKEN]), name)


@every
def test_a_check_that_was_not_carried_out_is_a_note_and_no_finding(name):
    why = "edited-edition: a shallow clone; git fetch --unshallow"
    one = report(notes=[note("complaints.d/register.toml", why)])

    text = rendered(one, name)

    assert name == "prometheus" or why.replace("--", "-\\x2d" if name == "checkstyle" else "--") in text
    assert name != "prometheus" or 'complaint_check_not_checked{check="overdue"} 1' in text
    assert name not in readers.PLACED or found(name, one) == []
    assert name != "nagios" or readers.nagios(text)[0] == "OK"


def test_a_fingerprint_is_the_same_on_another_day_in_another_place():
    day_after = finding(message="C-2603-00000000 超期两天")._replace(line=99)
    first, second = (rendered(report(one), "gitlab") for one in (finding(), day_after))

    assert first.splitlines()[4] == second.splitlines()[4]
    assert "fingerprint" in first


# --- prove, a program ---


@pytest.mark.external("prove")
@pytest.mark.parametrize(("findings", "code"), [((), 0), ((finding(message="中文 # SKIP"),), 1)])
def test_prove_accepts_the_test_protocol(tmp_path, findings, code):
    (tmp_path / "x.tap").write_text(rendered(report(*findings), "tap"), encoding="utf-8")

    ran = subprocess.run(["prove", "--exec", "cat", "x.tap"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert ran.returncode == code, ran.stdout + ran.stderr
    assert "Parse errors" not in ran.stdout
    assert f"Tests={1 + len(findings)}" in ran.stdout


# --- metrics ---


def test_metrics_tell_findings_tickets_and_when_all_was_judged_last():
    assert readers.prometheus(rendered(report(finding(), finding(1, level="warning")), "prometheus")) == {
        ("complaint_check_findings", (("check", "overdue"), ("level", "error"))): 1,
        ("complaint_check_findings", (("check", "overdue"), ("level", "warning"))): 1,
        ("complaint_check_tickets", (("check", "overdue"),)): 12,
        ("complaint_check_unreadable", (("check", "overdue"),)): 0,
        ("complaint_check_not_checked", (("check", "overdue"),)): 0,
        ("complaint_check_last_success_timestamp_seconds", (("check", "overdue"),)): NOON.timestamp(),
    }


def test_a_report_that_is_not_whole_is_no_success():
    series = readers.prometheus(rendered(report(unread=[BROKEN]), "prometheus"))

    assert series["complaint_check_unreadable", (("check", "overdue"),)] == 1
    assert series["complaint_check_last_success_timestamp_seconds", (("check", "overdue"),)] == 0


def test_labels_that_become_the_same_are_one_series():
    gauge = Gauge("open", "Open.", [({"department": "a\x1b"}, 1), ({"department": "a\\x1b"}, 2)])

    series = readers.prometheus(rendered(report(gauges=[gauge]), "prometheus"))

    assert series["open", (("department", "a\\x1b"),)] == 3


# --- a monitoring plugin ---


@pytest.mark.parametrize(
    ("findings", "missed", "state"),
    [
        ((), (), "OK"),
        ((finding(level="warning"),), (), "WARNING"),
        ((finding(level="warning"), finding(1)), (), "CRITICAL"),
        ((finding(),), (BROKEN,), "UNKNOWN"),
    ],
)
def test_a_plugin_says_its_state_in_one_line_with_numbers(findings, missed, state):
    said, _, numbers = readers.nagios(rendered(report(*findings, unread=missed), "nagios"))

    assert said == state
    assert numbers == {
        "overdue": sum(each.level == "error" for each in findings),
        "due soon": sum(each.level == "warning" for each in findings),
        "tickets": 12,
        "unread": len(missed),
    }


# --- numbers of people ---


@every
@pytest.mark.parametrize(("number", "mark"), [("13800001234", "138****1234"), ("11010519491231002X", "***")])
def test_no_telephone_or_identity_number_stands_in_any_field(name, number, mark):
    answer = rendered(poisoned(f"张三{number}")[0], name)

    assert number not in answer
    assert f"张三{mark}" in answer


# --- hostile texts ---

HOSTILE = [
    "\x1b[31mred\x1b[0m", "\x9b31m", "\u202eevil\u2066", "row\u2028forged\u2029", "a\nb", "a\r\nb\x85c", "\x00nul\x0b",
    "\nnot ok 1", "\n::set-output name=x::y", "::error::x", " \u3000\u00ad::stop-commands::x", "##[add-mask]x",
    "a ##vso[task.setvariable variable=x]y", "#\u00ad#[error]x", "%0A::error::x", "]]>", "<b a='\"'>&amp;&", "--> <!--",
    "lone \ud800 \udcff", "x | perf=1;2;3", "'y'=9", "x # SKIP later", "x # TODO", "Bail out!", "1..0", '"} 1\nx{y="',
    "back\\", '\\"', "=1+1", "@SUM(A1)", "a,b:c%d", "a: b", "- a", "…", "\ufffe\uffff", "\ufeffbom", "😀\u200d😀",
    "\U000e0041tag", "%2C%25", "${jndi:x}", "{{ x }}",
]  # fmt: skip


def poisoned(text):
    """A report with the text in every field that others may fill."""
    rule = RULE._replace(title=text, text=text, help=text)
    one = Report(
        "overdue",
        NOON,
        ZONE,
        (rule,),
        [finding(path=f"d/{text}", message=f"m {text}"), finding(1, level="warning", message=f"m {text}")],
        12,
        [unread(f"d/{text}", 3, f"m {text}")],
        [finding(2, level="none", message=text)],
        [Gauge("open", "Open.", [({"department": text, "policy": text}, 2)])],
        [note("d/register.toml", f"m {text}")],
    )
    return one, [(3, show(f"d/{text}"), show(f"m {text}")), (12, show(f"d/{text}"), show(f"m {text}"))]


def is_inert(text):
    """Whether a report holds nothing that a terminal or a runner obeys besides its own line breaks."""
    assert show(text, lines=True) == text
    assert readers.commands(text) == []


def check(name, text):
    one, wanted = poisoned(text)
    answer = rendered(one, name)
    answer.encode("utf-8")
    if name == "prometheus":
        series = readers.prometheus(answer)
        assert series["open", (("department", show(text)), ("policy", show(text)))] == 2
    elif name == "nagios":
        assert readers.nagios(answer)[0] == "UNKNOWN"
    else:
        read = readers.PLACED[name](answer)
        assert [(line, path, message) for _, path, line, message in read][:2] == wanted
        assert len(read) == 3
    if name != "github":  # whose lines are commands, each of them checked by its reader
        is_inert(answer)


@every
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_in_any_field_comes_out_inert(name, text):
    check(name, text)


@every
@given(text=st.text(min_size=1))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_in_any_field_comes_out_inert(name, text):
    check(name, text)
