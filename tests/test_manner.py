"""How the program speaks: quietly, at length, in colour, through a pager; asked before the command or after it."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import termios

import pytest

NOW = "2026-03-10T12:00:00+08:00"
LATER = "2026-03-11T12:00:00+08:00"
DROPPED = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "PAGER", "LESS", "LINES", "COLUMNS")
RED = "\x1b[31moverdue\x1b[0m"


@pytest.fixture
def ticket(register, run):
    """A ticket that is overdue a day later; its summary would like to colour the terminal."""
    made = run("create", "--summary", "no internet \x1b[31mred", "--content", "overdue", now=NOW)
    assert made.code == 0, made.err
    return made.out.strip()


@pytest.fixture
def terminal(register, script, clean):
    """Calls the program on a terminal of 80 columns; what the terminal shows, with \\n as the end of a line."""

    def call(*words, rows=200, program=script, **environment):
        mine, its = pty.openpty()
        termios.tcsetwinsize(its, (rows, 80))
        kept = {k: v for k, v in clean(LATER).items() if k not in DROPPED}
        process = subprocess.Popen(
            [program, *words],
            cwd=register,
            env=kept | {"TERM": "xterm"} | environment,
            stdin=its,
            stdout=its,
            stderr=its,
        )
        os.close(its)
        seen = b""
        while chunk := _read(mine):
            seen += chunk
        os.close(mine)
        process.wait(timeout=60)
        return seen.decode().replace("\r\n", "\n")

    return call


def _read(file):
    try:
        return os.read(file, 65536)
    except OSError:  # Linux says so when the other side is gone
        return b""


def plain(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


# --- colour ---


def test_a_terminal_sees_states_in_colour_and_columns_as_before(terminal, ticket):
    seen = terminal("overdue")

    assert RED in seen
    assert plain(seen) == terminal("overdue", "--color", "never")


def test_what_is_piped_has_no_colour(run, ticket):
    assert "\x1b" not in run("overdue", now=LATER).out


@pytest.mark.parametrize(
    ("words", "environment", "coloured"),
    [
        ([], {}, True),
        ([], {"NO_COLOR": "1"}, False),
        ([], {"NO_COLOR": ""}, True),
        ([], {"TERM": "dumb"}, False),
        ([], {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (["--color", "always"], {"NO_COLOR": "1"}, True),
        (["--color", "never"], {"FORCE_COLOR": "1"}, False),
        (["--color", "auto"], {"NO_COLOR": "1"}, False),
    ],
)
def test_the_option_goes_before_the_environment(terminal, ticket, words, environment, coloured):
    assert (RED in terminal("overdue", *words, **environment)) is coloured


@pytest.mark.parametrize(
    ("words", "environment", "coloured"),
    [
        ([], {"FORCE_COLOR": "1"}, True),
        ([], {"CLICOLOR_FORCE": "1"}, True),
        ([], {"FORCE_COLOR": "0"}, False),
        ([], {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (["--color", "always"], {}, True),
    ],
)
def test_colours_are_forced_into_a_pipe(run, ticket, words, environment, coloured):
    assert (RED in run("overdue", *words, now=LATER, env=environment).out) is coloured


@pytest.mark.parametrize("how", ["json", "jsonl", "csv"])
def test_what_programs_read_is_never_coloured(run, ticket, how):
    done = run("overdue", "--color", "always", "--format", how, now=LATER)

    assert "overdue" in done.out
    assert "\x1b" not in done.out


def test_a_file_is_never_coloured(run, ticket, register):
    run("overdue", "--color", "always", "-o", "answer.txt", now=LATER)

    assert "\x1b" not in (register / "answer.txt").read_text(encoding="utf-8")


def test_no_text_of_others_brings_codes_of_its_own(run, ticket):
    done = run("show", ticket, "--color", "always", now=LATER)

    assert "no internet \\x1b[31mred" in done.out
    assert set(re.findall(r"\x1b\[[0-9;]*m", done.out)) <= {"\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"}


def test_a_colour_that_is_none_is_refused(run, ticket):
    done = run("overdue", "--color", "pink", now=LATER)

    assert (done.code, done.out) == (2, "")
    assert "never" in done.err


# --- pager ---

PAGED = "sh -c 'sed s/^/paged:/'"


def test_an_answer_longer_than_the_terminal_goes_through_the_pager(terminal, ticket):
    seen = terminal("show", ticket, rows=10, COMPLAINT_PAGER=PAGED, NO_COLOR="1")

    lines = seen.rstrip("\n").splitlines()
    assert lines[0].startswith(f"paged:{ticket}")
    assert all(line.startswith("paged:") for line in lines)


def test_our_pager_goes_before_that_of_every_program(terminal, ticket):
    assert "paged:" in terminal("show", ticket, rows=10, COMPLAINT_PAGER=PAGED, PAGER="false")
    assert "paged:" in terminal("show", ticket, rows=10, PAGER=PAGED)


@pytest.mark.parametrize(
    ("words", "rows", "pager"),
    [([], 200, PAGED), (["--no-pager"], 10, PAGED), (["--json"], 10, PAGED), ([], 10, "cat")],
)
def test_no_pager_is_started(terminal, ticket, words, rows, pager):
    seen = terminal("show", ticket, *words, rows=rows, COMPLAINT_PAGER=pager)

    assert ticket in seen
    assert "paged:" not in seen


def test_an_empty_pager_is_none(terminal, ticket):
    assert ticket in terminal("show", ticket, rows=10, COMPLAINT_PAGER="", PAGER="false")


def test_what_is_piped_is_never_paged(run, ticket):
    assert "paged:" not in run("show", ticket, now=LATER, env={"COMPLAINT_PAGER": PAGED, "LINES": "5"}).out


def test_a_pager_that_reads_nothing_is_no_error(terminal, ticket):
    assert terminal("log", rows=2, PAGER="true") == ""


@pytest.mark.parametrize("pager", ['sed "', "false", "no-such-pager", "exit 3"])
def test_a_pager_that_fails_loses_nothing(terminal, ticket, pager):
    seen = terminal("show", ticket, rows=10, COMPLAINT_PAGER=pager, NO_COLOR="1")

    assert "internal error" not in seen
    assert seen.endswith(terminal("show", ticket, "--no-pager", rows=10, NO_COLOR="1"))


def test_a_pager_may_be_a_line_for_the_shell(terminal, ticket):
    assert "paged: twice" in terminal("show", ticket, rows=10, PAGER="sed s/^/paged:/ | sed 's/paged:/paged: twice /'")


def test_the_exit_code_is_that_of_the_answer(terminal, ticket, script):
    seen = terminal("-c", f'{script} overdue; echo "code $?"', program="sh", rows=2, COMPLAINT_PAGER=PAGED)

    assert "paged:1 ticket judged" in plain(seen)
    assert seen.endswith("code 1\n")


def test_less_is_asked_to_leave_the_answer_on_the_screen_with_its_colours(terminal, ticket):
    seen = terminal("show", ticket, rows=3, PAGER="sh -c 'echo $LESS'")

    assert seen == "FRX\n"


# --- quiet ---


def test_a_quiet_check_that_finds_nothing_prints_nothing(run, ticket):
    for words in (["-q", "overdue"], ["overdue", "-q"], ["overdue", "--quiet"]):
        done = run(*words, now=NOW)
        assert (done.code, done.out, done.err) == (0, "", "")


@pytest.mark.parametrize("words", [["policy", "check"], ["policy", "test", "telecom"]])
def test_quiet_checks_of_the_rules_print_nothing_either(run, register, words):
    loud, quiet = run(*words, now=NOW), run(*words, "-q", now=NOW)

    assert loud.out != ""
    assert (quiet.code, quiet.out, quiet.err) == (0, "", "")


def test_a_quiet_audit_prints_only_what_it_finds(run, ticket, register):
    assert run("audit", "--select", "H001", now=NOW).out != ""
    sound = run("audit", "-q", "--select", "H001", now=NOW)
    (path,) = (register / "complaints.d" / "2026-03").glob("*.toml")
    path.write_text(
        path.read_text(encoding="utf-8").replace('status = "received"', 'status = "closed"'), encoding="utf-8"
    )
    differs = run("audit", "-q", "--select", "H001", "--color", "always", now=NOW)

    assert (sound.code, sound.out) == (0, "")
    assert differs.code == 1
    assert "\x1b[31merror\x1b[0m H001" in differs.out


def test_a_quiet_check_prints_what_it_finds(run, ticket):
    done = run("overdue", "-q", now=LATER)

    assert done.code == 1
    assert ticket in done.out


def test_a_quiet_answer_to_a_program_is_still_a_document(run, ticket):
    assert '"tickets": 1' in run("overdue", "-q", "--json", now=NOW).out


def test_a_quiet_check_still_names_what_it_could_not_read(run, ticket, register):
    (register / "complaints.d" / "2026-03" / "C-2603-00000000.toml").write_text("broken", encoding="utf-8")

    done = run("overdue", "-q", now=NOW)

    assert (done.code, done.out) == (2, "")
    assert "C-2603-00000000.toml:1: not TOML" in done.err


def test_a_quiet_monitor_still_says_that_it_saw_too_few(run, ticket):
    done = run("overdue", "-q", "--min-tickets", "2", now=NOW)

    assert done.code == 2
    assert "fewer than --min-tickets 2" in done.err


def test_quiet_recording_prints_the_id_and_no_note(run, register):
    loud, quiet = (run("create", "--summary", "x", *words, now=NOW) for words in ([], ["-q"]))

    assert loud.err != ""
    assert quiet.err == ""
    assert re.fullmatch(r"C-2603-\w{8}\n", quiet.out)


def test_quiet_refusals_are_told(run, register):
    assert "there is no ticket" in run("show", "7KQ3", "-q").err


# --- verbose ---


@pytest.mark.parametrize("words", [["-v", "overdue"], ["overdue", "-v"]])
def test_verbose_says_what_was_read(run, ticket, register, words):
    done = run(*words, now=NOW)

    assert done.err.splitlines()[:4] == [
        f"register: {register.resolve()}",
        "policies: broadcast 2024, telecom 2024",
        "tickets read: 1",
        f"clock: {NOW}, set by COMPLAINT_NOW",
    ]
    assert re.fullmatch(r"time: [0-9]+\.[0-9]{2} s", done.err.splitlines()[-1])
    assert done.out == run("overdue", now=NOW).out


def test_twice_verbose_names_each_ticket(run, ticket):
    assert f"complaints.d/2026-03/{ticket}.toml" in run("-v", "overdue", "-v", now=NOW).err
    assert f"complaints.d/2026-03/{ticket}.toml" in run("note", ticket, "--note", "x", "-vv", now=NOW).err


def test_verbose_says_what_was_read_also_after_an_error(run, register):
    done = run("show", "7KQ3", "-v", now=NOW)

    assert done.code == 2
    assert "tickets read: 0" in done.err


def test_verbose_works_outside_a_register(run):
    done = run("clock", "due", "--from", "2026-03-10 09:00", "--allow", "2h", "-v", now=NOW)

    assert done.code == 0
    assert done.err.startswith("clock: 2026-03-10T")


# --- exit codes ---


def test_exit_zero_turns_findings_into_0_and_nothing_else(run, register, ticket):
    policy = register / "complaints.d" / "policies" / "broadcast-2024.toml"
    policy.write_text(
        policy.read_text(encoding="utf-8").replace("schema = 1", "schema = 1\ntypo = 1", 1), encoding="utf-8"
    )

    assert run("policy", "check", now=NOW).code == 1
    assert run("policy", "check", "--exit-zero", now=NOW).code == 0
    assert run("overdue", "--exit-zero", now=LATER).code == 2
