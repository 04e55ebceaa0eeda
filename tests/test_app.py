"""The console script as a process: exit codes, what a broken output does, what start-up loads."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from complaint import __version__
from complaint.app import _guarded
from complaint.core.errors import ComplaintError, Locked

NOW = "2026-03-10T10:00:00+08:00"


@pytest.fixture
def ticket(register, run):
    """The id of a ticket of a fresh register."""
    made = run("create", "--summary", "no internet", now=NOW)
    assert made.code == 0, made.err
    return made.out.strip()


def events(root):
    return sum(path.read_text(encoding="utf-8").count("\n[event.") for path in Path(root).rglob("C-*.toml"))


def spawned(script, clean, register, *words, out, **more):
    """A process of the program whose output goes elsewhere; its exit code and what it says on standard error."""
    done = subprocess.run(
        [script, *words],
        cwd=register,
        env=clean(NOW) | more,
        stdout=out,
        stderr=subprocess.PIPE,
        timeout=30,
        check=False,
    )
    return done.returncode, done.stderr.decode()


# --- exit codes ---


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--colour"], "No such option"),
        (["list", "--colour"], "No such option"),
        (["ovredue"], "did you mean overdue?"),
        (["lst"], "did you mean list?"),
        (["frobnicate"], 'there is no command "frobnicate"'),
        (["note"], "Missing argument 'ID'"),
        (["note", "a", "b"], "unexpected extra argument"),
        (["overdue"], "no register here or in any folder above"),
    ],
)
def test_wrong_usage_exits_2_with_what_is_allowed(run, words, said):
    done = run(*words)

    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert done.err.startswith("complaint: ")
    assert "Traceback" not in done.err


def test_what_is_allowed_is_said_on_one_line(run):
    said = run("completion")

    assert (said.code, said.out) == (2, "")
    assert "\\n" not in said.err
    assert "\\t" not in said.err
    assert "Choose from: bash, zsh, fish" in said.err


def test_findings_exit_1_and_none_exit_0(register, ticket, run):
    assert run("overdue", now="2026-03-10T12:00:00+08:00").code == 0
    assert run("overdue", now="2026-03-10T12:00:01+08:00").code == 1


def test_the_version_is_printed(run):
    done = run("--version")

    assert (done.code, done.out, done.err) == (0, f"complaint {__version__}\n", "")


@pytest.mark.parametrize("word", ["--help", "-h"])
def test_the_help_names_every_command_once(run, word):
    done = run(word)

    listed = [line.split()[0] for line in done.out.splitlines() if line.startswith("  ") and line[2:3].islower()]
    assert (done.code, done.err) == (0, "")
    for name in ("create", "dispatch", "close", "void", "list", "show", "log", "overdue", "clock", "policy", "init"):
        assert listed.count(name) == 1, name
    assert "Exit codes:" in done.out


def test_without_any_word_the_help_is_shown(run):
    done = run()

    assert "Usage: complaint" in done.out + done.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ComplaintError("found", "mend"), 2),
        (Locked("locked"), 75),
        (KeyboardInterrupt(), 130),
        (OSError(28, "No space left on device"), 2),
        (RuntimeError("boom\n\x1b[31m"), 3),
        (RecursionError(), 3),
        (MemoryError(), 3),
    ],
)
def test_every_error_has_its_exit_code_and_no_traceback(error, code, capfd, monkeypatch):
    monkeypatch.delenv("COMPLAINT_DEBUG", raising=False)
    monkeypatch.setattr("complaint.app._drop_stdout", lambda: None)

    def fail():
        raise error

    assert _guarded(fail) == code
    said = capfd.readouterr().err
    assert said.startswith("complaint: ")
    assert "Traceback" not in said
    assert "\x1b" not in said
    assert len(said.splitlines()) == (1 if code in (3, 75, 130) else 2)


@pytest.fixture
def crashing(tmp_path_factory):
    """A folder that makes tables crash, for PYTHONPATH."""
    folder = tmp_path_factory.mktemp("crash")
    (folder / "tabulate.py").write_text("def tabulate(*_, **__):\n    raise RuntimeError('boom')\n", encoding="utf-8")
    return str(folder)


def test_an_internal_error_exits_3_in_one_line(register, ticket, run, crashing):
    done = run("list", now=NOW, env={"PYTHONPATH": crashing})

    assert (done.code, done.out) == (3, "")
    assert done.err == "complaint: internal error: RuntimeError: boom (COMPLAINT_DEBUG=1 shows where)\n"


def test_an_internal_error_shows_where_if_asked(register, ticket, run, crashing):
    done = run("list", now=NOW, env={"PYTHONPATH": crashing, "COMPLAINT_DEBUG": "1"})

    assert "Traceback" in done.err
    assert "tabulate.py" in done.err


def test_an_internal_error_that_shows_where_exits_3_too(register, ticket, run, crashing):
    assert run("list", now=NOW, env={"PYTHONPATH": crashing, "COMPLAINT_DEBUG": "1"}).code == 3


# --- a broken standard output ---


def test_a_full_output_is_told_and_the_ticket_is_stored(register, script, clean):
    with Path("/dev/full").open("wb") as full:
        code, said = spawned(script, clean, register, "create", "--summary", "x", out=full)

    assert code not in (0, 1)
    assert "No space left on device" in said
    assert "Traceback" not in said
    assert events(register) == 1


def test_a_step_whose_answer_was_lost_is_not_recorded_twice(register, ticket, script, clean, run):
    with Path("/dev/full").open("wb") as full:
        code, _ = spawned(script, clean, register, "take", ticket, out=full)
    again = run("take", ticket, now=NOW)

    assert code not in (0, 1)
    assert again.code == 2
    assert "the same `take` was recorded a moment ago" in again.err
    assert events(register) == 2


@pytest.mark.parametrize(
    "words", [["list"], ["overdue"], ["overdue", "--json"], ["log"], ["--help"], ["--version"], ["list", "--help"]]
)
def test_an_answer_to_a_full_output_is_no_success(register, ticket, script, clean, words):
    with Path("/dev/full").open("wb") as full:
        code, said = spawned(script, clean, register, *words, out=full)

    assert code not in (0, 1)
    assert "Traceback" not in said


@contextmanager
def closed_pipe():
    reader, writer = os.pipe()
    os.close(reader)
    try:
        yield writer
    finally:
        os.close(writer)


def test_an_answer_to_a_closed_pipe_is_no_success(register, ticket, script, clean):
    with closed_pipe() as pipe:
        code, said = spawned(script, clean, register, "list", out=pipe)

    assert code not in (0, 1)
    assert "Traceback" not in said


def test_a_closed_output_is_no_finding(register, ticket, script, clean):
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" list >&-', script], cwd=register, env=clean(NOW), stderr=subprocess.PIPE, check=False
    )

    assert done.returncode not in (0, 1)
    assert b"Traceback" not in done.stderr


# --- interrupted ---


def waits_for(process, name):
    """Waits until a process has a file of that name open."""
    folder = Path(f"/proc/{process.pid}/fd")
    for _ in range(500):
        if any(str(path.resolve()).endswith(name) for path in folder.iterdir()):
            return
        time.sleep(0.01)
    pytest.fail(f"{name} was never opened")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="reads open files from /proc")
def test_an_interrupt_while_waiting_for_the_lock_exits_130_and_records_nothing(register, ticket, script, clean):
    with (register / "complaints.d" / ".lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = subprocess.Popen(
            [script, "take", ticket], cwd=register, env=clean(NOW), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        waits_for(process, "/complaints.d/.lock")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)

    assert (process.returncode, out, err.strip()) == (130, b"", b"complaint: interrupted")
    assert events(register) == 1


# --- what start-up loads ---


def loaded(statement):
    """The modules in memory after a statement, in a fresh process."""
    code = f"import sys\n{statement}\nprint(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines())


def test_start_up_loads_only_the_boundary_of_this_package():
    ours = {name for name in loaded("import complaint.app") if name.partition(".")[0] == "complaint"}

    assert ours == {
        "complaint", "complaint.app", "complaint.core", "complaint.core.errors", "complaint.core.text",
        "complaint.manner",
    }  # fmt: skip


SLOW = {
    "tabulate", "wcwidth", "jinja2", "tomli_w", "dateutil", "hypothesis", "subprocess", "difflib", "getpass", "csv",
    "sqlite3", "asyncio", "http", "xml", "unittest", "concurrent.futures", "multiprocessing", "importlib.metadata",
}  # fmt: skip


def test_start_up_loads_nothing_slow():
    assert loaded("import complaint.app") & (SLOW | {"json", "zoneinfo", "tomli"}) == set()


def in_process(*words):
    return (
        "import os, sys, contextlib\nfrom complaint.app import program\n"
        "with contextlib.suppress(BaseException), contextlib.redirect_stdout(open(os.devnull, 'w')):\n"
        f"    program.main({list(words)!r}, prog_name='complaint', standalone_mode=False)"
    )


def test_asking_what_is_overdue_loads_nothing_slow_but_what_prints_the_table(register, ticket, monkeypatch):
    monkeypatch.chdir(register)
    monkeypatch.setenv("COMPLAINT_NOW", NOW)

    assert "complaint.core.obligations" in loaded(in_process("overdue", "--json"))
    assert loaded(in_process("overdue", "--json")) & (SLOW - {"dateutil"}) == set()


def test_recording_loads_nothing_slow(register, ticket, monkeypatch):
    monkeypatch.chdir(register)
    monkeypatch.setenv("COMPLAINT_NOW", NOW)

    assert loaded(in_process("note", ticket, "--note", "x", "--by", "li.na")) & (SLOW - {"dateutil"}) == set()
    assert events(register) == 2
