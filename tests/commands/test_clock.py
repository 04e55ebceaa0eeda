"""`complaint clock`: what people type and read, and what scripts send and get."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from complaint.commands.clock import command
from complaint.core.errors import ComplaintError


def clock(*words: str, given: bytes | None = None) -> Result:
    return CliRunner().invoke(command, words, input=given)


def lines(*words: str) -> list[str]:
    done = clock(*words)
    assert done.exit_code == 0, done.output
    return [" ".join(line.split()) for line in done.stdout.splitlines() if line]


def refusal(*words: str) -> str:
    done = clock(*words)
    assert isinstance(done.exception, ComplaintError)
    return str(done.exception)


def answers(text: bytes) -> tuple[int, list[dict[str, Any]]]:
    done = clock("run", "-", given=text)
    return done.exit_code, [json.loads(line) for line in done.stdout.splitlines()]


def test_due_shows_the_days_it_counted_and_skipped() -> None:
    assert lines("due", "--from", "2026-02-13 10:00", "--allow", "2 working days") == [
        "due 2026-02-24 24:00, Tuesday (Asia/Shanghai)",
        "from to why",
        "2026-02-13 10:00 2026-02-13 24:00 skipped day 0",
        "2026-02-14 00:00 2026-02-14 24:00 counted working day 1 of 2, a make-up day",
        "2026-02-15 00:00 2026-02-23 24:00 skipped holiday: 春节 Spring Festival",
        "2026-02-24 00:00 2026-02-24 24:00 counted working day 2 of 2",
    ]


def test_due_sends_24_to_programs_as_the_next_midnight() -> None:
    done = clock("due", "--from", "2026-02-13", "--allow", "1 working day", "--json")
    assert json.loads(done.stdout) == {
        "schema": "complaint.due/1",
        "due": "2026-02-15T00:00:00+08:00",
        "day": "2026-02-14",
        "provisional": False,
        "spans": [
            {"from": "2026-02-13T00:00:00+08:00", "to": "2026-02-14T00:00:00+08:00", "counted": False, "why": "day 0"},
            {
                "from": "2026-02-14T00:00:00+08:00",
                "to": "2026-02-15T00:00:00+08:00",
                "counted": True,
                "why": "working day 1 of 1, a make-up day",
            },
        ],
    }


def test_due_says_which_year_has_no_notice() -> None:
    first, second, *_ = lines("due", "--from", "2026-12-31 10:00", "--allow", "2 working days")
    assert first == "due 2027-01-05 24:00, Tuesday (Asia/Shanghai)"
    assert second == "provisional: the calendar cn has no official notice for 2027 yet, its days may change"


@pytest.mark.parametrize(
    ("allow", "due"),
    [
        ("30m", "2026-03-06 10:30"),
        ("90 s", "2026-03-06 10:01:30"),
        ("2h", "2026-03-06 12:00"),
        ("1d", "2026-03-07 10:00"),
        ("1 working day", "2026-03-09 24:00"),
        ("2 calendar days", "2026-03-08 24:00"),
        ("1 month", "2026-04-06 24:00"),
    ],
)
def test_due_reads_durations_as_people_write_them(allow: str, due: str) -> None:
    assert lines("due", "--from", "2026-03-06 10:00", "--allow", allow)[0].startswith(f"due {due},")


def test_hours_without_weekdays_hold_on_days_off_and_with_weekdays_they_do_not() -> None:
    ask = ("due", "--from", "2026-09-30 19:30", "--allow", "2h", "--hours")
    assert lines(*ask, "08:00-12:00,14:30-20:00")[0].startswith("due 2026-10-01 09:30,")
    assert lines(*ask, "mon-fri 08:00-12:00,14:30-20:00")[0].startswith("due 2026-10-08 09:30,")


def test_hours_may_be_given_for_several_groups_of_weekdays() -> None:
    hours = ("--hours", "mon-thu 09:00-17:00", "--hours", "fri,sat 10:00-12:00")
    assert lines("elapsed", "--from", "2026-03-05", "--to", "2026-03-08", *hours) == ["12 h"]


def test_days_may_end_at_close_of_business() -> None:
    ask = ("due", "--from", "2026-03-06 10:00", "--allow", "1 working day", "--hours", "mon-fri 09:00-17:30")
    assert lines(*ask, "--days-mode", "close-of-business")[0].startswith("due 2026-03-09 17:30,")


def test_pauses_are_left_out_and_an_open_one_lasts_until_as_of() -> None:
    ask = ("due", "--from", "2026-03-06 09:00", "--allow", "2h", "--pause")
    assert lines(*ask, "2026-03-06 10:00/2026-03-06 10:30")[0].startswith("due 2026-03-06 11:30,")
    assert lines(*ask, "2026-03-06 10:00/")[0].startswith("due never: the clock is paused")
    assert lines(*ask, "2026-03-06 10:00/", "--as-of", "2026-03-06 12:00")[0].startswith("due 2026-03-06 13:00,")


def test_a_moment_is_read_in_the_zone_unless_it_has_an_offset() -> None:
    ask = ("due", "--allow", "1h", "--timezone", "Europe/Berlin", "--from")
    assert lines(*ask, "2026-03-06 10:00")[0] == "due 2026-03-06 11:00, Friday (Europe/Berlin)"
    assert lines(*ask, "2026-03-06T10:00Z")[0] == "due 2026-03-06 12:00, Friday (Europe/Berlin)"
    assert lines(*ask, "2026-03-06 24:00")[0] == "due 2026-03-07 01:00, Saturday (Europe/Berlin)"


def test_elapsed_counts_a_date_alone_to_its_end() -> None:
    assert lines("elapsed", "--from", "2026-03-06", "--to", "2026-03-06") == ["24 h"]
    assert lines("elapsed", "--from", "2026-03-06 10:00", "--to", "2026-03-06 09:58:30") == ["-1 min 30 s"]
    done = clock("elapsed", "--from", "2026-03-06 10:00", "--to", "2026-03-06 10:01", "--json")
    assert json.loads(done.stdout) == {"schema": "complaint.elapsed/1", "seconds": 60}


def test_open_says_what_kind_of_day_it_is() -> None:
    hours = ("--hours", "mon-fri 09:00-17:00")
    assert lines("open", "--at", "2026-02-14 10:00", *hours) == [
        "open",
        "2026-02-14 is a working day, made up for a day off",
    ]
    assert lines("open", "--at", "2026-02-17 10:00", *hours) == [
        "closed",
        "2026-02-17 is a day off, 春节 Spring Festival",
    ]
    assert lines("open", "--at", "2027-03-06 10:00", *hours) == [
        "closed",
        "2027-03-06 is not a working day; provisional: 2027 has no official notice yet",
    ]


def test_now_is_the_moment_that_the_environment_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPLAINT_NOW", "2026-03-06T10:30:00+08:00")
    assert lines("elapsed", "--from", "2026-03-06 10:00") == ["30 min"]
    assert lines("open") == ["open", "2026-03-06 is a working day"]


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("--from", "yesterday"), "--from"),
        (("--from", "2026-02-30"), "--from"),
        (("--from", "2026-03-06 25:00"), "--from"),
        (("--allow", "two days"), "--allow"),
        (("--allow", "2 days"), "--allow"),
        (("--allow", "-2h"), "--allow"),
        (("--timezone", "Asia/Nowhere"), "--timezone"),
        (("--hours", "nine to five"), "--hours"),
        (("--hours", "17:00-09:00"), "--hours"),
        (("--hours", "day 09:00-17:00"), "--hours"),
        (("--hours", "mon 09:00-17:00", "--hours", "09:00-17:00"), "--hours"),
        (("--pause", "2026-03-06 10:00/2026-03-06 09:00"), "--pause"),
        (("--pause", "lunch"), "--pause"),
        (("--as-of", "soon"), "--as-of"),
    ],
)
def test_a_mistake_names_its_option(words: tuple[str, ...], option: str) -> None:
    good = ("due", "--from", "2026-03-06 10:00", "--allow", "2h")
    assert refusal(*good, *words).startswith(f"{option}: ")


def test_an_unknown_calendar_names_those_that_ship() -> None:
    assert "allowed: cn" in refusal("open", "--at", "2026-03-06", "--calendar", "mars")


def test_run_answers_a_line_with_a_line_and_skips_blank_ones() -> None:
    question = {"ask": "due", "start": "2026-03-06T10:00:00+08:00", "allowance": {"hours": 1}}
    text = json.dumps(question).encode() + b"\n\n \n" + b'{"ask": "workday", "date": "2026-03-07"}'
    assert answers(text) == (0, [{"due": "2026-03-06T11:00:00+08:00"}, {"workday": False}])


def test_run_reads_lines_as_windows_writes_them() -> None:
    assert answers(b'\xef\xbb\xbf{"ask": "workday", "date": "2026-03-06"}\r\n') == (0, [{"workday": True}])


def test_run_answers_the_good_lines_and_exits_2_for_the_bad() -> None:
    good = b'{"ask": "workday", "date": "2026-03-06"}\n'
    code, found = answers(b"nonsense\n" + good + b'{"ask": "workday"}\n' + good)
    assert code == 2
    assert [sorted(reply) for reply in found] == [["error"], ["workday"], ["error"], ["workday"]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"[" * 100_000, "no JSON object"),
        (b'{"ask": "workday", "date": "2026-03-06", "date": "2026-03-07"}', "date: the key stands twice"),
        (b'{"ask": "due", "start": "2026-03-06T10:00:00Z", "allowance": {"hours": NaN}}', "found NaN"),
        (b'{"ask": "due", "allowance": {"hours": ' + b"9" * 5000 + b"}}", "no JSON object"),
        (b'{"ask": "\\ud800"}', "allowed: due"),
        (b"[1]", "allowed: an object"),
    ],
    ids=range(7),
)
def test_run_survives_a_hostile_line(line: bytes, said: str) -> None:
    code, found = answers(line + b"\n")
    assert code == 2
    assert said in found[0]["error"]


def test_run_writes_text_without_escapes() -> None:
    done = clock("run", "-", given='{"ask": "什么"}\n'.encode())
    assert "什么" in done.stdout


def test_run_without_its_file_is_a_usage_error() -> None:
    assert clock("run", "no-such-file.jsonl").exit_code == 2
