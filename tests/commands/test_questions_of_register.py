"""`list`, `show`, `log` and `overdue`: what they find, what they print, and that nothing hides behind exit code 0."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from complaint.core import ids

HOUSE = """\
schema = 1
personal = ["account"]

[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules of 2026"

[[clause]]
id = "dispatch-2h"
kind = "deadline"
title = { en = "Dispatched in two hours" }
cite = "section 1"
starts = "received"
met_by = "dispatched"
allow = { hours = 2 }

[[clause]]
id = "answer-1wd"
kind = "deadline"
title = { en = "Answered in a working day" }
cite = "section 2"
starts = "received"
met_by = "answered:final"
allow = { working_days = 1 }

[[clause]]
id = "final-answer"
kind = "require"
title = { en = "A final answer" }
cite = "section 3"
met_by = "answered:final"
before = "closed"
outcomes = ["solved"]
"""


def id_of(month, symbols):
    return f"C-{month}-{symbols}{ids.check_symbol(symbols)}"


EARLY, LATER, OTHER = id_of("2603", "AAAAAAA"), id_of("2603", "BBBBBBB"), id_of("2602", "CCCCCCC")


@pytest.fixture
def complaint(in_register):
    """Calls the program as typed, in a register with one small policy, at noon of 2026-03-10."""
    return in_register(HOUSE)


def put(ticket_id, *events, header="", tables="", policy="house"):
    """Writes a ticket received at the first event's moment; an event is its moment on 2026-03-10, type and rows."""
    rows = []
    for number, (moment, type_, more) in enumerate(events):
        day, _, clock = moment.rpartition(" ")
        day = day or "2026-03-10"
        hour, minute = (int(part) for part in clock.split(":"))
        key = f"{day.replace('-', '')}T{hour:02d}{minute:02d}00{number:03d}Z-k7f"
        rows.append(f'\n[event.{key}]\ntype = "{type_}"\nat = {day}T{clock}:00Z\nby = "li.na"\n{more}')
    path = Path("complaints.d") / ids.folder(ticket_id) / f"{ticket_id}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f'schema = 1\nid = "{ticket_id}"\nstatus = "received"\npolicy = "{policy}"\n{header}{tables}' + "".join(rows),
        encoding="utf-8",
    )
    return path


RECEIVED = 'policy = "house"\nkind = "complaint"\n'


def three():
    """EARLY is overdue at noon in China, LATER was dispatched, OTHER was closed in February."""
    put(
        EARLY,
        ("01:00", "received", RECEIVED + 'category = "internet"\nflags = ["repeat"]\n'),
        header='summary = "no internet"\n',
        tables='\n[about]\nmodel = "X1"\n\n[complainant]\nphone = "13812345678"\n',
    )
    put(
        LATER,
        ("03:00", "received", RECEIVED),
        ("03:30", "dispatched", 'department = "network"\n'),
        header='summary = "slow"\n',
    )
    put(OTHER, ("2026-02-10 01:00", "received", RECEIVED + 'severity = "major"\n'),
        ("2026-02-10 02:00", "dispatched", 'department = "billing"\n'),
        ("2026-02-10 03:00", "closed", 'outcome = "withdrawn"\n'), header='summary = "a bill"\n')  # fmt: skip


# --- list ---


def listed(said):
    assert said.code == 0, said.err
    return [row["id"] for row in said.json["rows"]]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", [OTHER, EARLY, LATER]),
        ("--status received", [EARLY]),
        ("--status received --status closed", [OTHER, EARLY]),
        ("--department network", [LATER]),
        ("--category internet", [EARLY]),
        ("--policy house", [OTHER, EARLY, LATER]),
        ("--since 2026-03-10", [EARLY, LATER]),
        ("--since 2026-03-10T09:00", [EARLY, LATER]),
        ("--since 2026-03-10T09:01", [LATER]),
        ("--until 2026-02-10", [OTHER]),
        ("--until 2026-03-10T09:00", [OTHER, EARLY]),
        ("--where severity=major", [OTHER]),
        ("--where flags=repeat", [EARLY]),
        ("--where about.model=X1", [EARLY]),
        ("--where complainant.phone=13812345678", [EARLY]),
        ("--where status=closed --where outcome=withdrawn", [OTHER]),
        ("--where status=closed --where outcome=solved", []),
        ("--as-of 2026-03-10T09:30", [OTHER, EARLY]),
        ("--as-of 2026-02-10T10:30 --department billing --status dispatched", [OTHER]),
        ("--known-at 2026-02-28", [OTHER]),
    ],
)
def test_list_finds(complaint, words, found):
    three()

    assert listed(complaint("list", "--json", *words.split())) == found


def test_list_answers_programs_with_these_keys_in_this_order(complaint):
    three()

    answer = complaint("list", "--json", "--department", "network").json

    (row,) = answer.pop("rows")
    assert list(answer) == ["schema", "as_of", "tickets", "unreadable"]
    assert (answer["schema"], answer["tickets"]) == ("complaint.list/1", 1)
    assert row == {
        "id": LATER, "status": "dispatched", "received": "2026-03-10T11:00:00+08:00", "policy": "house",
        "kind": "complaint", "severity": "ordinary", "flags": None, "category": None, "department": "network",
        "handler": None, "summary": "slow", "path": f"complaints.d/2026-03/{LATER}.toml",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--status recieved", "'--status'"),
        ("--where catgory=x", "did you mean category?"),
        ("--where category", "allowed: KEY=VALUE"),
        ("--since someday", "--since"),
        ("--as-of 10.00", "--as-of"),
        ("--format toml", "--format"),
    ],
)
def test_a_misspelt_filter_is_no_empty_answer(complaint, words, said):
    three()

    answer = complaint("list", *words.split())

    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_list_as_a_table_says_how_many(complaint):
    three()

    said = complaint("list", "--status", "received")

    assert [line.split() for line in said.out.splitlines() if "---" not in line] == [
        ["id", "status", "received", "severity", "flags", "department", "summary"],
        [EARLY, "received", "2026-03-10", "09:00", "ordinary", "repeat", "no", "internet"],
        ["1", "ticket"],
    ]


def test_list_as_csv_and_as_lines(complaint):
    three()

    table = list(csv.DictReader(io.StringIO(complaint("list", "--format", "csv").out)))
    lines = [json.loads(line) for line in complaint("list", "--format", "jsonl").out.splitlines()]

    assert [row["id"] for row in table] == [row["id"] for row in lines] == [OTHER, EARLY, LATER]
    assert list(table[0]) == list(lines[0])


def test_an_answer_may_go_to_a_file(complaint):
    three()

    said = complaint("list", "--json", "-o", "answer.json")

    assert (said.code, said.out) == (0, "")
    assert len(json.loads(Path("answer.json").read_text(encoding="utf-8"))["rows"]) == 3


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@x", "\t=1", "|x", "＝1", "'1"])
def test_a_cell_that_a_spreadsheet_would_run_is_quoted_once(complaint, start):
    put(EARLY, ("01:00", "received", RECEIVED), header=f"summary = {json.dumps(start)}\n")

    (row,) = csv.DictReader(io.StringIO(complaint("list", "--format", "csv").out))

    assert row["summary"] == "'" + start


# --- show ---


def test_show_answers_programs_with_the_ticket_its_events_obligations_and_what_is_missing(complaint):
    three()

    answer = complaint("show", "BBBB", "--json").json

    assert list(answer) == ["schema", "path", "ticket", "events", "obligations", "missing"]
    assert answer["schema"] == "complaint.ticket/1"
    assert answer["ticket"]["status"] == "dispatched"
    assert [(event["key"][:18], event["type"], event["at"], event["by"]) for event in answer["events"]] == [
        ("20260310T030000000", "received", "2026-03-10T11:00:00+08:00", "li.na"),
        ("20260310T033000001", "dispatched", "2026-03-10T11:30:00+08:00", "li.na"),
    ]
    assert [(row["clause"], row["state"], row["due_at"]) for row in answer["obligations"]] == [
        ("dispatch-2h", "met", "2026-03-10T13:00:00+08:00"),
        ("answer-1wd", "running", "2026-03-12T00:00:00+08:00"),
    ]
    assert [each["clause"] for each in answer["missing"]] == ["final-answer"]


def test_show_for_people(complaint):
    three()

    said = complaint("show", LATER)

    assert said.code == 0
    assert said.out.splitlines()[0] == f"{LATER}  dispatched  slow"
    assert (
        "running                   due 2026-03-11 24:00  answer-1wd: Answered in a working day (section 2)" in said.out
    )
    assert "before closing as solved: `answer --final` (final-answer)" in said.out


@pytest.mark.parametrize("how", [(), ("--json",)])
def test_show_masks_personal_data_unless_it_is_to_be_revealed(complaint, how):
    put(
        EARLY, ("01:00", "received", RECEIVED),
        tables='\n[about]\naccount = "62220000111"\nmodel = "X1"\n\n[complainant]\nname = "张三"\n'
        'phone = "13812345678"\nemail = "zhang@example.org"\naddress = "1 Long Street"\nkey = "k1"\n',
    )  # fmt: skip
    secrets = ("62220000111", "张三", "13812345678", "zhang@", "1 Long Street")

    masked, revealed = complaint("show", "AAAA", *how).out, complaint("show", "AAAA", "--reveal", *how).out

    assert [secret for secret in secrets if secret in masked] == []
    assert [
        seen for seen in ("张*", "138****5678", "z***@example.org", "622****0111", "X1") if seen not in masked
    ] == []
    assert [secret for secret in secrets if secret not in revealed] == []


def test_show_as_of_a_moment_shows_what_had_happened_by_then(complaint):
    three()

    answer = complaint("show", OTHER, "--json", "--as-of", "2026-02-10T10:30").json

    assert answer["ticket"]["status"] == "dispatched"
    assert [event["type"] for event in answer["events"]] == ["received", "dispatched"]


def test_show_before_the_receipt_finds_nothing(complaint):
    three()

    said = complaint("show", EARLY, "--as-of", "2026-03-09")

    assert (said.code, said.out) == (2, "")
    assert "had not been received by then" in said.err


def test_show_names_a_header_value_that_differs_from_the_events(complaint):
    three()

    said = complaint("show", LATER)

    assert (
        f"complaints.d/2026-03/{LATER}.toml:3: status: the header says received, the events say dispatched" in said.err
    )


def test_show_names_a_key_out_of_place(complaint):
    put(EARLY, ("01:00", "received", RECEIVED + 'colour = "red"\n'))

    said = complaint("show", EARLY)

    assert said.code == 0
    assert ":12: the key colour does not belong inside event" in said.err


def test_show_of_a_ticket_whose_policy_is_broken_shows_what_it_can_and_exits_2(complaint):
    three()
    Path("complaints.d/policies/house-1.toml").write_text(HOUSE.replace("allow", "alow", 1), encoding="utf-8")

    said = complaint("show", EARLY)

    assert said.code == 2
    assert said.out.startswith(EARLY)
    assert "not judged by house" in said.err


def test_show_says_how_much_later_something_was_entered(complaint):
    put(EARLY, ("01:00", "received", RECEIVED), ("01:30", "dispatched", 'department = "network"\n'))
    path = Path(f"complaints.d/2026-03/{EARLY}.toml")
    path.write_text(path.read_text(encoding="utf-8").replace("T013000001Z", "T053000001Z"), encoding="utf-8")

    said = complaint("show", EARLY, now="2026-03-10T14:00:00+08:00")

    assert "2026-03-10 09:30     dispatched       li.na  (entered 4h later)  20260310T053000001Z-k7f" in said.out


def test_what_cannot_be_written_to_a_file_is_told(run, register):
    said = run("list", "-o", "no/such/folder.json", now="2026-03-10T12:00:00+08:00")

    assert (said.code, said.out) == (2, "")
    assert "no/such" in said.err


# --- log ---


def test_log_lists_events_of_all_tickets_in_order_of_recording(complaint):
    three()

    answer = complaint("log", "--json").json

    assert list(answer) == ["schema", "as_of", "events", "unreadable"]
    assert [(event["ticket"], event["type"]) for event in answer["events"]] == [
        (OTHER, "received"), (OTHER, "dispatched"), (OTHER, "closed"), (EARLY, "received"), (LATER, "received"),
        (LATER, "dispatched"),
    ]  # fmt: skip


def test_log_of_one_ticket_keeps_voided_events(complaint):
    key = "20260310T013000001Z-k7f"
    put(EARLY, ("01:00", "received", RECEIVED), ("01:30", "dispatched", 'department = "network"\n'),
        ("01:40", "voided", f'event = "{key}"\nreason = "wrong ticket"\n'))  # fmt: skip

    assert [event["type"] for event in complaint("log", EARLY, "--json").json["events"]] == [
        "received", "dispatched", "voided",
    ]  # fmt: skip


def test_log_masks_personal_facts(complaint):
    put(EARLY, ("01:00", "received", RECEIVED + 'about_account = "62220000111"\nabout_model = "X1"\n'))

    assert "62220000111" not in complaint("log", "--json").out
    assert "62220000111" in complaint("log", "--json", "--reveal").out
    assert "X1" in complaint("log", "--json").out


# --- overdue ---

KEYS = [
    "id", "ticket", "path", "line", "clause", "policy", "edition", "title", "cite", "event", "started_at", "due_at",
    "met_at", "state", "overdue_seconds", "provisional", "department", "handler", "severity", "severity_reason",
]  # fmt: skip


def test_overdue_answers_programs_exactly_so(complaint):
    three()

    said = complaint("overdue", "--json")

    key = "20260310T010000000Z-k7f"
    assert said.code == 1
    assert list(said.json) == ["schema", "as_of", "tickets", "obligations", "unreadable"]
    assert list(said.json["obligations"][0]) == KEYS
    assert said.json == {
        "schema": "complaint.overdue/1",
        "as_of": "2026-03-10T12:00:00+08:00",
        "tickets": 3,
        "obligations": [
            {
                "id": f"{EARLY}/dispatch-2h/{key}", "ticket": EARLY, "path": f"complaints.d/2026-03/{EARLY}.toml",
                "line": 13, "clause": "dispatch-2h", "policy": "house", "edition": "1",
                "title": "Dispatched in two hours", "cite": "section 1", "event": key,
                "started_at": "2026-03-10T09:00:00+08:00", "due_at": "2026-03-10T11:00:00+08:00", "met_at": None,
                "state": "overdue", "overdue_seconds": 3600, "provisional": False, "department": None,
                "handler": None, "severity": "ordinary", "severity_reason": None,
            }
        ],
        "unreadable": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "found"),
    [
        ("", 1, [("dispatch-2h", "overdue")]),
        ("--exit-zero", 0, [("dispatch-2h", "overdue")]),
        ("--as-of 2026-03-10T11:00:00", 0, []),
        ("--as-of 2026-03-10T11:00:01", 1, [("dispatch-2h", "overdue")]),
        ("--as-of 2026-03-10T11:00:00 --due-within 30m", 1, [("dispatch-2h", "due-soon")]),
        ("--as-of 2026-03-10T11:00:00 --due-within 30m --exit-zero", 0, [("dispatch-2h", "due-soon")]),
        ("--as-of 2026-03-10T10:29:59 --due-within 30m", 0, []),
        ("--clause answer-1wd", 0, []),
        ("--clause dispatch-2h", 1, [("dispatch-2h", "overdue")]),
        ("--policy house", 1, [("dispatch-2h", "overdue")]),
        ("--department network", 0, []),
        ("--min-tickets 3", 1, [("dispatch-2h", "overdue")]),
        ("--min-tickets 4", 2, [("dispatch-2h", "overdue")]),
        ("--min-tickets 4 --exit-zero", 2, [("dispatch-2h", "overdue")]),
        ("--as-of 2026-03-11", 1, [("dispatch-2h", "overdue")]),
        ("--as-of 2026-03-12", 1, [("dispatch-2h", "overdue"), ("answer-1wd", "overdue"), ("answer-1wd", "overdue")]),
        ("--known-at 2026-03-09", 0, []),
    ],
)
def test_overdue_finds_and_exits(complaint, words, code, found):
    three()

    said = complaint("overdue", "--json", *words.split())

    assert said.code == code, said.err
    assert [(row["clause"], row["state"]) for row in said.json["obligations"]] == found


def test_all_shows_every_obligation_with_its_state(complaint):
    three()

    said = complaint("overdue", "--all", "--json")

    assert said.code == 1
    assert [(row["ticket"], row["clause"], row["state"]) for row in said.json["obligations"]] == [
        (OTHER, "dispatch-2h", "met"), (OTHER, "answer-1wd", "cancelled"), (EARLY, "dispatch-2h", "overdue"),
        (LATER, "dispatch-2h", "met"), (EARLY, "answer-1wd", "running"), (LATER, "answer-1wd", "running"),
    ]  # fmt: skip


def test_all_without_a_finding_exits_0(complaint):
    three()

    assert complaint("overdue", "--all", "--as-of", "2026-03-10T11:00").code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--policy hous", "did you mean house?"),
        ("--clause dispatch-2hours", "did you mean dispatch-2h?"),
        ("--clause zzz", 'no policy has a clause "zzz"'),
        ("--due-within soon", "--due-within"),
        ("--due-within 4", "allowed: minutes, hours or days"),
        ("--min-tickets -1", "--min-tickets"),
        ("--as-of 2026-02-30", "--as-of"),
        ("--format xml", "--format"),
    ],
)
def test_a_misspelt_question_is_exit_2_and_no_clean_answer(complaint, words, said):
    three()

    answer = complaint("overdue", *words.split())

    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err


def test_a_check_says_how_many_tickets_it_judged(complaint):
    three()

    assert complaint("overdue", "--as-of", "2026-03-10T11:00").out == (
        "3 tickets judged as of 2026-03-10 11:00: 0 overdue\n"
    )


def test_midnight_is_shown_as_24_of_the_day_it_ends(complaint):
    three()

    said = complaint("overdue", "--clause", "answer-1wd", "--as-of", "2026-03-12")

    assert "2026-03-11 24:00" in said.out
    assert said.out.splitlines()[-1].startswith("3 tickets judged as of 2026-03-12 24:00: 2 overdue")


def test_explain_shows_start_limit_and_how_far_over(complaint):
    three()

    said = complaint("overdue", "--explain")

    assert said.code == 1
    for part in (
        f"{EARLY}  overdue  dispatch-2h: Dispatched in two hours",
        "House rules of 2026: section 1",
        "2026-03-10 09:00  starts, by event 20260310T010000000Z-k7f",
        "2026-03-10 11:00  due",
        "2026-03-10 12:00  overdue by 1h",
    ):
        assert part in said.out


def test_explain_for_programs_adds_one_key_at_the_end(complaint):
    three()

    (row,) = complaint("overdue", "--explain", "--json").json["obligations"]

    assert list(row) == [*KEYS, "explanation"]
    assert row["explanation"][0] == "2026-03-10 09:00  starts, by event 20260310T010000000Z-k7f"


# --- a check that skipped a file must not look like a check ---


@pytest.mark.parametrize(
    ("damage", "line", "message"),
    [
        (lambda text: text.replace('type = "received"', "type = received"), 8, "not TOML"),
        (lambda text: text.replace('type = "received"', 'type = "recieved"'), 8, 'type is "recieved"'),
        (lambda text: text.replace("schema = 1", "schema = 2"), 1, "schema is 2"),
        (lambda text: text.replace(LATER, EARLY, 1), 2, f'id is "{EARLY}", the file name says {LATER}'),
        (lambda text: text.replace("2026-03-10T03:00:00Z", "2026-03-10T03:00:00"), 9, "at is "),
        (lambda text: text.replace("2026-03-10T03:00:00Z", "9999-03-10T03:00:00Z"), 9, "year 9999"),
        (lambda text: text.replace('department = "network"', "department = 3"), 18, "department is 3"),
        (lambda text: text.replace("[event.20260310T03", "[event.20269910T03", 1), 7, "is no event key"),
        (lambda text: text + "<<<<<<< mine\n", 19, "not TOML"),
    ],
)
def test_a_broken_ticket_is_named_with_its_line_and_the_others_are_judged(complaint, damage, line, message):
    three()
    path = Path(f"complaints.d/2026-03/{LATER}.toml")
    path.write_text(damage(path.read_text(encoding="utf-8")), encoding="utf-8")

    said = complaint("overdue", "--json")

    assert said.code == 2
    assert said.json["tickets"] == 2
    assert [row["ticket"] for row in said.json["obligations"]] == [EARLY]
    (missed,) = said.json["unreadable"]
    assert (missed["path"], missed["line"]) == (path.as_posix(), line)
    assert message in missed["message"]
    assert f"{path.as_posix()}:{line}: " in said.err


def test_exit_zero_does_not_hide_a_broken_ticket(complaint):
    three()
    Path(f"complaints.d/2026-03/{LATER}.toml").write_text("", encoding="utf-8")

    assert complaint("overdue", "--exit-zero").code == 2
    assert complaint("list").code == 2
    assert complaint("log").code == 2


def damaged_link(path):
    path.symlink_to("/dev/null")


def damaged_fifo(path):
    os.mkfifo(path)


def damaged_folder(path):
    path.mkdir()


def damaged_bytes(path):
    path.write_bytes(b"\xff\xfe schema = 1")


def damaged_size(path):
    path.write_text("# " + "x" * (256 * 1024), encoding="utf-8")


@pytest.mark.parametrize("damage", [damaged_link, damaged_fifo, damaged_folder, damaged_bytes, damaged_size])
@pytest.mark.parametrize("question", ["overdue", "list", "log"])
def test_what_is_no_plain_readable_file_is_refused_by_name(complaint, damage, question):
    three()
    damage(Path(f"complaints.d/2026-03/{id_of('2603', 'DDDDDDD')}.toml"))

    said = complaint(question)

    assert said.code == 2
    assert f"complaints.d/2026-03/{id_of('2603', 'DDDDDDD')}.toml" in said.err
    if question != "log":
        assert EARLY in said.out


@pytest.mark.parametrize("name", ["C-2603-AAAAAAAB.toml", "notes.toml", f"{OTHER}.toml", f"{EARLY.lower()}.toml"])
def test_a_file_that_is_called_or_lies_wrong_is_told(complaint, name):
    three()
    Path(f"complaints.d/2026-03/{name}").write_text("schema = 1\n", encoding="utf-8")

    said = complaint("overdue")

    assert said.code == 2
    assert f"complaints.d/2026-03/{name}: " in said.err


def test_a_broken_policy_leaves_its_tickets_unjudged_and_says_so(complaint):
    three()
    Path("complaints.d/policies/house-1.toml").write_text(HOUSE.replace("allow", "alow", 1), encoding="utf-8")

    said = complaint("overdue", "--json")

    assert (said.code, said.json["tickets"]) == (2, 0)
    assert [each["path"] for each in said.json["unreadable"]] == [
        "complaints.d/policies/house-1.toml",
        *(f"complaints.d/{ids.folder(each)}/{each}.toml" for each in (OTHER, EARLY, LATER)),
    ]
    assert "complaints.d/policies/house-1.toml:18: " in said.err


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text("schema = 1\nyaer = 1\n", encoding="utf-8"),
        lambda path: path.write_text("schema = \n", encoding="utf-8"),
    ],
)
@pytest.mark.parametrize("words", [("overdue",), ("show", EARLY), ("policy", "test")])
def test_days_off_that_cannot_be_read_leave_nothing_judged_and_no_crash(complaint, damage, words):
    three()
    damage(Path("complaints.d/calendars/cn.toml"))

    said = complaint(*words)

    assert said.code == 2
    assert "complaints.d/calendars/cn.toml" in said.out + said.err or 'no calendar "cn"' in said.out + said.err


def test_a_ticket_under_a_policy_that_is_not_there_is_not_judged_and_said(complaint):
    three()
    put(LATER, ("03:00", "received", 'policy = "other"\n'), policy="other")

    said = complaint("overdue", "--json")

    assert (said.code, said.json["tickets"]) == (2, 2)
    assert [row["ticket"] for row in said.json["obligations"]] == [EARLY]


def test_an_empty_register_is_clean_unless_tickets_are_expected(complaint):
    assert complaint("overdue").code == 0
    assert complaint("overdue", "--min-tickets", "1").code == 2


def test_a_clock_behind_the_newest_key_is_told(complaint):
    put(EARLY, ("2099-03-10 01:00", "received", RECEIVED))

    said = complaint("overdue", now="")

    assert said.code == 2
    assert "was recorded later" in said.err
    assert complaint("overdue", "--as-of", "2026-03-10", now="").code == 0
    assert complaint("overdue", now="2026-03-10T12:00:00+08:00").code == 0


# --- hostile texts ---

HOSTILE = "\\u001b[31mred\\u202eevil\\u200b\\u2028forged\\u009b\\u0007"


def is_inert(text):
    return all(symbol == "\n" or symbol.isprintable() or symbol in "\u3000\u00a0\u00ad" for symbol in text)


@pytest.mark.parametrize(
    "words", [("list",), ("show", EARLY), ("log",), ("overdue",), ("overdue", "--explain"), ("overdue", "--all")]
)
def test_hostile_texts_are_shown_and_obeyed_by_nothing(complaint, words):
    put(
        EARLY, ("01:00", "received", RECEIVED + f'category = "{HOSTILE}"\nnote = "{HOSTILE}\\nrow"\n'),
        ("01:10", "classified", f'department = "{HOSTILE}"\nflags = ["{HOSTILE}"]\n'),
        header=f'summary = "{HOSTILE}\\n{LATER}  closed"\ncontent = "{HOSTILE}\\r\\nnext"\n',
        tables=f'\n[about]\n"{HOSTILE}" = "{HOSTILE}"\n\n[complainant]\nname = "{HOSTILE}"\n"{HOSTILE}" = "x"\n',
    )  # fmt: skip
    text = next(Path("complaints.d/2026-03").glob("*.toml"))
    text.write_text(text.read_text(encoding="utf-8").replace('by = "li.na"', f'by = "{HOSTILE}"'), encoding="utf-8")

    said = complaint(*words)

    assert is_inert(said.out + said.err), (said.out + said.err).encode("unicode_escape")
    assert said.code in (0, 1)
    assert f"\n{LATER}" not in said.out


def test_a_hostile_file_name_and_an_unknown_word_are_inert_too(complaint):
    three()
    Path("complaints.d/2026-03/\x1b[31m\u202e\n.toml").write_text("", encoding="utf-8")

    said = complaint("overdue")

    assert said.code == 2
    assert is_inert(said.err)
    assert is_inert(complaint("show", "\x1b[31m").err)
    assert is_inert(complaint("overdue", "--clause", "\x1b[31m").err)
    assert is_inert(complaint("list", "--where", "\x1b[31m=1").err)


@pytest.mark.parametrize(("words", "rows"), [(("overdue", "--json"), "unreadable"), (("audit", "--json"), "problems")])
def test_an_answer_is_utf_8_also_where_a_files_name_is_not(run, register, words, rows):
    folder = register / "complaints.d/2026-03"
    folder.mkdir()
    Path(os.fsdecode(os.fsencode(folder) + b"/C-2603-\xff.toml")).write_text("", encoding="utf-8")

    said = run(*words)  # which decodes what was printed

    (path,) = {each["path"] for each in json.loads(said.out)[rows]}
    assert (said.code, path) == (2, "complaints.d/2026-03/C-2603-\udcff.toml")
