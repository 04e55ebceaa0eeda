"""`overdue` in the CI formats: where findings point, what no report may hide or give away, and the exit codes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

import readers
from complaint.render import reports

HOUSE = """\
schema = 1

[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules of 2026"

[[clause]]
id = "dispatch-2h"
kind = "deadline"
title = { en = "%s" }
cite = "section 1"
starts = "received"
met_by = "dispatched"
allow = { hours = 2 }
"""
RECEIVED, LATE, IN_TIME = "2026-03-10T09:00:00+08:00", "2026-03-10T12:00:00+08:00", "2026-03-10T10:00:00+08:00"
PERSONAL = ("张三丰", "13800000001", "zhang@example.org", "1 Long Street")
every = pytest.mark.parametrize("name", reports.NAMES)
placed = pytest.mark.parametrize("name", readers.PLACED)


@pytest.fixture
def complaint(in_register):
    """Calls the program as typed, in a register with one small policy."""
    return in_register(HOUSE % "Dispatched in two hours")


def created(complaint, *more):
    """The id of a complaint received at nine, due at eleven; its customer is somebody."""
    words = ("--summary", "宽带三天无法上网", "--name", PERSONAL[0], "--phone", PERSONAL[1])
    words += ("--email", PERSONAL[2], "--address", PERSONAL[3])
    said = complaint("create", *words, *more, now=RECEIVED)
    assert said.code == 0, said.err
    return said.out.strip()


def found(name, said):
    return [tuple(each[1:]) for each in readers.PLACED[name](said.out)]


def received_line(path):
    """The line of the heading of a ticket's first event."""
    return next(n for n, line in enumerate(path.read_text("utf-8").splitlines(), 1) if line.startswith("[event."))


# --- places and messages ---


@placed
def test_a_finding_points_at_the_line_of_the_event_that_started_it(complaint, name):
    ticket = created(complaint)
    path = Path("complaints.d/2026-03") / f"{ticket}.toml"

    said = complaint("overdue", "--format", name, now=LATE)

    message = f"{ticket} overdue, due 2026-03-10 11:00: Dispatched in two hours"
    assert found(name, said) == [(str(path), received_line(path), message)]
    assert said.code == 1


@placed
def test_a_path_begins_at_the_git_root(anywhere, name):
    subprocess.run(["git", "init", "-q"], check=True)
    anywhere("init", "投诉/north", "--policy", "general")
    (Path("投诉/north/complaints.d/2026-03")).mkdir()
    (Path("投诉/north/complaints.d/2026-03") / "C-2603-0000000.toml").write_text("", encoding="utf-8")

    said = anywhere("--register", "投诉/north", "overdue", "--format", name)

    assert [path for path, _, _ in found(name, said)] == ["投诉/north/complaints.d/2026-03/C-2603-0000000.toml"]


def test_a_path_begins_at_the_git_root_also_where_there_is_no_git(anywhere, monkeypatch):
    subprocess.run(["git", "init", "-q"], check=True)
    anywhere("init", "投诉/north", "--policy", "general")
    (Path("投诉/north/complaints.d/2026-03")).mkdir()
    (Path("投诉/north/complaints.d/2026-03") / "C-2603-0000000.toml").write_text("", encoding="utf-8")
    monkeypatch.setenv("PATH", "/nonexistent")

    said = anywhere("--register", "投诉/north", "overdue", "--format", "github")

    assert [path for path, _, _ in found("github", said)] == ["投诉/north/complaints.d/2026-03/C-2603-0000000.toml"]


@placed
def test_what_is_due_soon_is_a_warning(complaint, name):
    created(complaint)

    said = complaint("overdue", "--format", name, "--due-within", "2h", now=IN_TIME)

    (read,) = readers.PLACED[name](said.out)
    assert (said.code, read[0]) == (1, "error" if name == "junit" else "warning")


@every
def test_a_file_holds_what_would_be_printed(complaint, name):
    created(complaint)

    printed = complaint("overdue", "--format", name, now=LATE)
    written = complaint("overdue", "--format", name, "-o", "report", now=LATE)

    assert written.out == ""
    assert written.code == printed.code
    assert Path("report").read_text(encoding="utf-8") == printed.out


@pytest.mark.parametrize("name", ["junit", "tap"])
def test_with_all_what_was_met_is_a_case_that_passes(complaint, name):
    ticket = created(complaint)
    complaint("dispatch", ticket, "--to", "network", now=IN_TIME)

    said = complaint("overdue", "--format", name, "--all", now=LATE)

    assert (said.code, found(name, said)) == (0, [])
    assert ticket in said.out


def test_metrics_count_open_obligations_by_policy_department_and_state(complaint):
    for department, day in (("network", LATE), ("network", LATE), ("billing", IN_TIME)):
        ticket = created(complaint)
        complaint("classify", ticket, "--department", department, now=day)
    created(complaint, "--at", "2026-03-10T08:30:00+08:00")

    said = complaint("overdue", "--format", "prometheus", now="2026-03-10T10:45:00+08:00")

    series = readers.prometheus(said.out)
    counted = {labels: value for (metric, labels), value in series.items() if metric == "complaint_obligations"}
    state = ("policy", "house"), ("state", "running")
    assert counted == {
        (("department", "billing"), *state): 1,
        (("department", ""), *state): 2,
        (("department", ""), ("policy", "house"), ("state", "overdue")): 1,
    }
    assert (said.code, said.err) == (1, "4 tickets judged as of 2026-03-10 10:45\n")


# --- nothing hides behind a green report ---


def shows(name, said):
    """Whether a report says that something could not be judged, in its own way."""
    if name == "prometheus":
        return readers.prometheus(said.out)["complaint_check_unreadable", (("check", "overdue"),)] == 1
    if name == "nagios":
        return readers.nagios(said.out)[0] == "UNKNOWN"
    return len(found(name, said)) == 1


def broken_ticket():
    folder = Path("complaints.d/2026-03")
    folder.mkdir()
    (folder / "C-2603-AAAAAAA0.toml").write_text('schema = 1\nid = "C', encoding="utf-8")


def broken_policy():
    Path("complaints.d/policies/other-1.toml").write_text("schema = 1\n[policy]\nidd = 1\n", encoding="utf-8")


@every
@pytest.mark.parametrize("break_it", [broken_ticket, broken_policy])
def test_what_cannot_be_read_is_in_every_report(complaint, name, break_it):
    break_it()

    said = complaint("overdue", "--format", name, *(() if name == "nagios" else ("--exit-zero",)))

    assert shows(name, said), said.out
    assert said.code == (3 if name == "nagios" else 2)


@every
def test_too_few_tickets_are_in_every_report(complaint, name):
    said = complaint("overdue", "--format", name, "--min-tickets", "1")

    assert shows(name, said), said.out
    assert said.code == (3 if name == "nagios" else 2)


@every
def test_a_clock_that_runs_behind_is_in_every_report(complaint, name):
    complaint("create", "--summary", "x", now="2099-03-10T09:00:00+08:00")

    said = complaint("overdue", "--format", name, now="")

    assert shows(name, said), said.out
    assert said.code == (3 if name == "nagios" else 2)


@every
def test_a_clean_register_is_a_clean_report_that_says_how_many_tickets_it_judged(complaint, name):
    complaint("dispatch", created(complaint), "--to", "network", now=IN_TIME)

    said = complaint("overdue", "--format", name, now=LATE)

    assert (said.code, said.err) == (0, "1 ticket judged as of 2026-03-10 12:00\n")
    assert name not in readers.PLACED or found(name, said) == []


# --- a plugin's exit codes ---


@pytest.mark.parametrize(
    ("words", "now", "code", "state"),
    [
        ((), IN_TIME, 0, "OK"),
        (("--due-within", "1h"), IN_TIME, 1, "WARNING"),
        ((), LATE, 2, "CRITICAL"),
        (("--min-tickets", "2"), LATE, 3, "UNKNOWN"),
    ],
)
def test_a_plugin_has_its_own_exit_codes(complaint, words, now, code, state):
    created(complaint)

    said = complaint("overdue", "--format", "nagios", *words, now=now)

    assert (said.code, readers.nagios(said.out)[0]) == (code, state)


@pytest.mark.parametrize(
    "words",
    [
        ["overdue", "--format", "nagios", "--bogus"],
        ["overdue", "--format=nagios", "--as-of", "2026-13-01"],
        ["overdue", "--format=nagios", "--clause", "a | b=1\n::error::x"],
        ["--register", "nowhere", "overdue", "--format", "nagios"],
        ["--bogus", "overdue", "--format", "nagios"],
    ],
)
def test_to_a_monitor_a_refusal_is_unknown_in_one_line(run, register, words):
    said = run(*words)

    assert (said.code, readers.nagios(said.out)[0]) == (3, "UNKNOWN")
    assert said.err.startswith("complaint: ")


def test_to_a_monitor_a_full_disk_is_no_finding(script, clean, register):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [script, "overdue", "--format", "nagios"], cwd=register, env=clean(), stdout=full, check=False,
            stderr=subprocess.PIPE,
        )  # fmt: skip

    assert done.returncode == 3


# --- personal data, and texts that a runner would obey ---

WRONG = {
    "a text where a table belongs": 'complainant = "{0} {1}"\n',
    "a broken line": "[complainant]\nname = {0}\n",
    "a broken quoted key": '[complainant]\n"phone" = {1} 1\n',
    "a number where a text belongs": "[complainant]\nphone = 99913800000001138\n",
}


@pytest.mark.parametrize("name", ["table", "json", *reports.NAMES])
def test_no_report_names_the_customer(complaint, name):
    created(complaint)

    said = complaint("overdue", "--format", name, now=LATE)

    assert not any(personal in said.out + said.err for personal in PERSONAL)


@every
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_no_report_names_the_customer_of_a_broken_ticket(complaint, name, wrong):
    path = Path("complaints.d/2026-03") / f"{created(complaint)}.toml"
    kept = path.read_text(encoding="utf-8").partition("\n[complainant]")[0]
    path.write_text(kept + "\n" + wrong.format(*PERSONAL), encoding="utf-8")

    said = complaint("overdue", "--format", name, now=LATE)

    assert said.code == (3 if name == "nagios" else 2)
    assert not any(personal in said.out + said.err for personal in PERSONAL)


HOSTILE = "\n::set-output name=a::b\n##[add-mask]x ##vso[task.complete]\x1b[31m"


@every
def test_hostile_texts_of_a_ticket_a_policy_and_a_file_name_come_out_inert(in_register, name):
    complaint = in_register(HOUSE % "##[error]x ::error::y ]]> \\u202e | p=1 # SKIP")
    ticket = created(complaint, "--category", HOSTILE, "--by", HOSTILE)
    complaint("dispatch", ticket, "--to", HOSTILE, "--handler", HOSTILE, "--at", "2026-03-10T11:30:00+08:00", now=LATE)
    created(complaint)
    (Path("complaints.d/2026-03") / f"C-{HOSTILE.replace('/', '')}.toml").write_text("", encoding="utf-8")

    said = complaint("overdue", "--format", name, "--all", now="2026-03-10T11:45:00+08:00")

    obeyed = {each.name for each in readers.commands(said.out + said.err)}
    assert obeyed <= ({"error", "warning", "notice"} if name == "github" else set())
    assert "\x1b" not in said.out + said.err
    assert said.code == (3 if name == "nagios" else 2)
    assert name not in readers.PLACED or len(found(name, said)) == 2


@pytest.mark.parametrize(
    "words",
    [
        ["list"], ["list", "--json"], ["list", "--format", "jsonl"], ["list", "--format", "csv"], ["show"],
        ["show", "--json"], ["log"], ["log", "--json"], ["log", "--format", "csv"], ["overdue", "--all"],
        ["overdue", "--all", "--json"], ["overdue", "--explain"],
    ],
)  # fmt: skip
def test_no_other_answer_holds_a_line_that_a_runner_obeys(complaint, words):
    text = "::error::x ##[add-mask]y"
    more = ("--content", f"x\n{text}\n  {HOSTILE}", "--category", text, "--note", HOSTILE, "--by", text)
    ticket = complaint("create", "--summary", text, *more, now=RECEIVED).out.strip()

    said = complaint(*words, *([ticket] if words[0] == "show" else []), now=LATE)

    assert said.code in (0, 1), said.err
    assert readers.commands(said.out + said.err) == []
    assert "add-mask" in said.out or words[0] == "overdue"
