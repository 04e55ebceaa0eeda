"""Completion as the shells see it: what each option and argument completes from, and that it never fails loudly."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from complaint.completing import SHELLS, SOURCES

POLICY = """\
schema = 1

[policy]
id = "house"
edition = "1"

[approvals]
extension = ["leader"]

[lists]
department = ["billing", "repairs and returns"]
channel = ["counter", "phone"]

[steps]
lift-checked = { en = "The lift was checked", zh = "电梯已查" }

[[clause]]
id = "reply-soon"
kind = "deadline"

[[clause]]
id = "rude-fine"
kind = "fine"
role = ["branch-centre", "repairs and returns"]
"""
EVENT = "20261122T013205123Z-k7f"
RUDE = "20261122T020011007Z-x4m"
TICKET = f"""\
schema = 1
id = "C-2611-7KQ3MXTJ"
category = "internet-broadband"
department = "network"

[event.{EVENT}]
type = "received"
department = "never-in-a-header"

[event.{RUDE}]
type = "violation"
"""


@pytest.fixture
def register(tmp_path):
    """A register of three tickets; the words of one could be obeyed by a shell."""
    base = tmp_path / "complaints.d"
    for folder in ("policies", "2026-10", "2026-11"):
        (base / folder).mkdir(parents=True)
    (base / "register.toml").write_text("schema = 1\n", encoding="utf-8")
    (base / "policies" / "house-1.toml").write_text(POLICY, encoding="utf-8")
    (base / "2026-11" / "C-2611-7KQ3MXTJ.toml").write_text(TICKET, encoding="utf-8")
    (base / "2026-11" / "C-2611-7ZZ3MXTJ.toml").write_text('department = "客服部"\n', encoding="utf-8")
    evil = 'department = "$(touch pwned)"\ncategory = "*"\n'
    (base / "2026-10" / "C-2610-8ABCDEF0.toml").write_text(evil, encoding="utf-8")
    return tmp_path


@pytest.fixture
def asked(run):
    """Asks as bash does: `line` is what is typed, its last word is completed."""

    def call(line, **more):
        words = line.split(" ")
        given = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
        return run(env=given | {"_COMPLAINT_COMPLETE": "bash_complete"}, **more)

    return call


@pytest.fixture
def candidates(asked, register):
    """The words that complete a line in the register."""
    return lambda line: [row.partition(",")[2] for row in asked(line, cwd=register).out.split()]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("complaint ov", ["overdue"]),
        ("complaint policy t", ["test", "trace"]),
        ("complaint show --as", ["--as-of"]),
        ("complaint --regi", ["--register"]),
        ("complaint overdue --format js", ["json", "jsonl"]),
        ("complaint close 7KQ3 --outcome du", ["duplicate"]),
        ("complaint show C-2611-7", ["C-2611-7KQ3MXTJ", "C-2611-7ZZ3MXTJ"]),
        ("complaint show 7KQ", ["C-2611-7KQ3MXTJ"]),
        ("complaint show 7kq", ["C-2611-7KQ3MXTJ"]),
        ("complaint log 8a", ["C-2610-8ABCDEF0"]),
        ("complaint show 7", ["7KQ3MXTJ", "7ZZ3MXTJ"]),
        ("complaint show ", ["C-2610-8ABCDEF0", "C-2611-7KQ3MXTJ", "C-2611-7ZZ3MXTJ"]),
        ("complaint show X", []),
        ("complaint create --repeat-of 7KQ", ["C-2611-7KQ3MXTJ"]),
        ("complaint close 7KQ3 --duplicate-of 8", ["C-2610-8ABCDEF0"]),
        ("complaint dispatch 7KQ3 --to ", ["billing", "network", "客服部"]),
        ("complaint overdue --department 客", ["客服部"]),
        ("complaint create --category ", ["internet-broadband"]),
        ("complaint create --channel ", ["counter", "phone"]),
        ("complaint create --severity ", ["major", "ordinary"]),
        ("complaint step 7KQ3 lift", ["lift-checked"]),
        ("complaint step 7KQ3 claim-s", ["claim-settled"]),
        ("complaint list --policy ", ["house"]),
        ("complaint policy show ", ["house", "reply-soon", "rude-fine"]),
        ("complaint overdue --clause r", ["reply-soon", "rude-fine"]),
        ("complaint violation 7KQ3 --clause ", ["rude-fine"]),
        ("complaint void 7KQ3 ", [EVENT, RUDE]),
        ("complaint void 7KQ3 k7", [EVENT]),
        ("complaint decide 7KQ3 ", [RUDE]),
        ("complaint void 7 ", []),
        ("complaint audit 7KQ", ["C-2611-7KQ3MXTJ"]),
        ("complaint audit --select H001", ["H001"]),
        ("complaint audit --explain header-d", ["header-differs"]),
        ("complaint help exit", ["exit-codes"]),
        ("complaint help overd", ["overdue"]),
        ("complaint completion z", ["zsh"]),
        ("complaint init --policy tele", ["telecom"]),
        ("complaint create --name ", []),
        ("complaint schema po", ["policy"]),
        ("complaint schema ov", ["overdue"]),
        ("complaint waive 7KQ3 H007", ["H007"]),
        ("complaint waive 7KQ3 G001", []),
        ("complaint waive 7KQ3 forc", ["forced"]),
        ("complaint approve 7KQ3 --role ", ["branch-centre", "leader"]),
        ("complaint clock due --calendar ", ["cn"]),
        ("complaint clock open --calendar c", ["cn"]),
        ("complaint correct 7KQ3 --set cat", ["category="]),
        ("complaint correct 7KQ3 --set sta", []),
        ("complaint list --where sta", ["status="]),
        ("complaint list --where complainant.n", ["complainant.name="]),
    ],
)
def test_a_word_completes_from_what_it_names(candidates, line, words):
    assert candidates(line) == words


def test_folders_and_files_are_left_to_the_shell(asked, register):
    assert asked("complaint list --register ", cwd=register).out == "dir,\n"
    assert asked("complaint list -o ", cwd=register).out == "file,\n"
    assert asked("complaint audit complaints.d/2026", cwd=register).out == "file,complaints.d/2026\n"


def test_a_revision_completes_from_branches_and_tags(candidates, register, clean):
    me = ["-c", "user.name=li.na", "-c", "user.email=li.na@example.org"]
    for words in (
        ["init", "-qb", "main"],
        [*me, "commit", "-qm", "x", "--allow-empty"],
        ["tag", "v/1"],
        ["tag", "v/$1"],
    ):
        subprocess.run(["git", *words], cwd=register, env=clean(), check=True)

    assert candidates("complaint audit --against ") == ["main", "v/1"]


def test_a_mistake_in_one_policy_leaves_the_words_of_the_others(candidates, register):
    policies = register / "complaints.d" / "policies"
    for name, text in {"torn": "[[broken", "odd": 'lists = "x"\nsteps = 3', "odder": "lists.department = 3"}.items():
        (policies / f"{name}-1.toml").write_text(f'id = "{name}"\n{text}\n', encoding="utf-8")

    assert candidates("complaint dispatch 7KQ3 --to ") == ["billing", "network", "客服部"]
    assert candidates("complaint step 7KQ3 lift") == ["lift-checked"]


def test_the_register_that_is_named_completes_from_anywhere(asked, register, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    before = asked(f"complaint --register {register} show 7KQ", cwd=elsewhere)
    after = asked(f"complaint show --register {register} 7KQ", cwd=elsewhere)

    assert before.out == after.out == "plain,C-2611-7KQ3MXTJ\n"


def test_words_of_many_tickets_come_from_the_newest_months(candidates, register):
    for number in range(700):
        path = register / "complaints.d" / "2026-11" / f"C-2611-0{number:07}.toml"
        path.write_text(f'department = "new-{number % 3}"\n', encoding="utf-8")

    assert candidates("complaint dispatch 7KQ3 --to ") == ["billing", "new-0", "new-1", "new-2"]


@pytest.mark.parametrize(
    "line", ["complaint show ", "complaint dispatch X --to ", "complaint frobnicate x ", "complaint ("]
)
def test_without_a_register_nothing_is_said_on_standard_error(asked, line, tmp_path_factory):
    done = asked(line, cwd=tmp_path_factory.mktemp("empty"))

    assert (done.code, done.err) == (0, "")


def test_broken_files_links_and_pipes_complete_to_nothing_and_hang_nothing(candidates, register):
    base = register / "complaints.d"
    (base / "policies" / "house-1.toml").write_text('id = "house"\n[[broken', encoding="utf-8")
    (base / "2026-11" / "C-2611-7KQ3MXTJ.toml").write_bytes(b'department = "\xff\xfe"\n')
    os.mkfifo(base / "2026-11" / "C-2611-00000000.toml")
    (base / "2026-12").symlink_to(base / "2026-10")
    (base / "2026-11" / "C-2611-00000001.toml").symlink_to("/etc/passwd")

    assert candidates("complaint dispatch 7KQ3 --to ") == ["客服部"]
    assert candidates("complaint show 8") == ["C-2610-8ABCDEF0"]


def test_a_broken_output_is_no_traceback(register, script, clean):
    given = {"COMP_WORDS": "complaint show ", "COMP_CWORD": "2", "_COMPLAINT_COMPLETE": "bash_complete"}
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [script], cwd=register, env=clean() | given, stdout=full, stderr=subprocess.PIPE, check=False
        )

    assert b"Traceback" not in done.stderr


def test_completing_loads_nothing_that_reads_a_register(register, clean):
    code = "import sys\nfrom complaint.app import main\ntry: main()\nfinally: print(*sys.modules, file=sys.stderr)"
    words = "complaint dispatch 7KQ3 --to "
    given = {"COMP_WORDS": words, "COMP_CWORD": "4", "_COMPLAINT_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=register, env=clean() | given, capture_output=True, text=True, check=True
    )

    loaded = set(done.stderr.split())
    assert "network" in done.stdout
    assert loaded & {"complaint.workspace", "complaint.core.ticket", "dateutil", "tabulate", "subprocess"} == set()


def test_every_name_in_the_table_is_a_parameter_of_some_command(run):
    from click import Context

    from complaint.app import program

    names = set()

    def walk(context):
        path = context.command_path.partition(" ")[2]
        names.update({param.name for param in context.command.params})
        names.update(f"{path} {param.name}" for param in context.command.params)
        for name in getattr(context.command, "list_commands", lambda _: ())(context):
            walk(Context(context.command.get_command(context, name), context, name))

    walk(Context(program, info_name="complaint"))

    assert set(SOURCES) - names == set()


# --- the shells themselves ---

BASH = """\
eval "$(complaint completion bash)"
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_complaint_completion complaint
printf '%s\\n' "${COMPREPLY[@]}"
"""
FISH = "complaint completion fish | source; complete -C (string join ' ' -- $argv)"
# A shell on a terminal of its own: what is typed is completed by the TAB key, and a key prints the line it became.
ZSH = """\
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'PS1=; autoload -Uz compinit; compinit -u -D; eval "$(complaint completion zsh)"'
zpty -w shell 'told() { print -r -- "[[$BUFFER]]"; BUFFER=; }; zle -N told; bindkey "^X" told; print READY$((1))'
zpty -r -m shell seen '*READY1*'
zpty -w -n shell "$*"$'\\t'
zpty -w -n shell $'\\x18'
zpty -r -m shell seen '*\\[\\[*\\]\\]*'
print -r -- ${${seen##*\\[\\[}%%\\]\\]*}
zpty -d shell
"""
STARTED = {
    "bash": ["bash", "--norc", "--noprofile", "-c", BASH, "bash"],
    "fish": ["fish", "--no-config", "-c", FISH],
    "zsh": ["zsh", "-f", "-c", ZSH, "zsh"],
}


@pytest.fixture
def typed(register, clean, script):
    """What a real shell, which has read our script, makes of a line when the TAB key is pressed."""

    def call(shell, line):
        environment = clean() | {"PATH": f"{script.parent}:{os.environ['PATH']}", "TERM": "vt100"}
        done = subprocess.run(
            [*STARTED[shell], *line.split(" ")],
            cwd=register, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        return [row.partition("\t")[0] for row in done.stdout.splitlines()]

    return call


COMPLETED = {
    "complaint overd": ["overdue"],
    "complaint show 7KQ": ["C-2611-7KQ3MXTJ"],
    "complaint dispatch 7KQ3 --to net": ["network"],
    "complaint dispatch 7KQ3 --department": [],
    "complaint create --category int": ["internet-broadband"],
    "complaint overdue --format sar": ["sarif"],
    "complaint show --rev": ["--reveal"],
}


@pytest.mark.parametrize("shell", [pytest.param(each, marks=pytest.mark.external(each)) for each in SHELLS])
@pytest.mark.parametrize("line", COMPLETED)
def test_the_shell_completes(typed, shell, line):
    begun = line.rpartition(" ")[0] + " " if shell == "zsh" else ""  # zsh tells the whole line
    expected = [f"{begun}{word}" for word in COMPLETED[line]]
    found = [row.rstrip() for row in typed(shell, line) if row]

    assert found == (expected or ([line] if shell == "zsh" else []))


@pytest.mark.parametrize("shell", [pytest.param(each, marks=pytest.mark.external(each)) for each in ("bash", "fish")])
def test_the_shell_offers_every_ticket_that_begins_so(typed, shell):
    assert typed(shell, "complaint show C-2611-") == ["C-2611-7KQ3MXTJ", "C-2611-7ZZ3MXTJ"]


@pytest.mark.parametrize("shell", [pytest.param(each, marks=pytest.mark.external(each)) for each in SHELLS])
def test_the_shell_runs_nothing_that_a_ticket_says(typed, shell, register):
    typed(shell, "complaint dispatch 7KQ3 --to ")

    assert not (register / "pwned").exists()


def test_a_shell_that_is_not_known_is_refused(run):
    done = run("completion", "tcsh")

    assert (done.code, done.out) == (2, "")
    assert "bash" in done.err


def test_the_script_is_printed_without_a_shell_to_ask(run, tmp_path):
    done = run("completion", "bash", env={"PATH": str(tmp_path)})

    assert (done.code, done.err) == (0, "")
    assert "_COMPLAINT_COMPLETE=bash_complete" in done.out
    assert shutil.which("complaint", path=str(tmp_path)) is None
