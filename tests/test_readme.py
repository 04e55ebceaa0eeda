"""README shows nothing that is not run here: its commands with their output, its files, its tables."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import tomli

from complaint.core.checks import CHECKS
from complaint.core.errors import EXIT_CODES
from complaint.core.policy import TIMED
from complaint.core.policy_check import mistakes
from complaint.core.vocabulary import COMMANDS
from complaint.render import reports
from complaint.render.topics import TOPICS
from complaint.store.glimpse import NEWEST
from complaint.workspace import shipped_rules

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
ID = r"C-\d{4}-[0-9A-HJKMNP-TV-Z]{8}"
KEY = r"\d{8}T\d{9}Z-[0-9a-hjkmnp-tv-z]{3}"
DAY = "2026-03-10"


def block(name):
    return re.search(rf"<!-- run: {name}[^>]*-->\n```\w+\n(.*?)```", README, re.DOTALL)[1]


def clock(name):
    """The times of day at which the commands of a block were typed; the last one goes on."""
    times = re.search(rf"<!-- run: {name} at ([0-9: ]+) -->", README)
    return times[1].split() if times else ["09:00"]


def steps(text):
    """Pairs of a command line and the output shown below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, shown = part.partition("\n")
        yield command, shown


def neutral(text, ticket_id):
    """Random symbols out: the id becomes ID, event keys become KEY."""
    return re.sub(KEY, "KEY", text.replace(ticket_id, "ID") if ticket_id else text)


def played(run, folder, name, *, until=None):
    """Runs each command of a block in `folder`; yields what it printed and what README shows, both neutral."""
    text, times = block(name), clock(name)
    shown_id, real_id = re.search(ID, text), None
    shown_id, keys = shown_id[0] if shown_id else "", {}
    for number, (command, shown) in enumerate(steps(text)):
        if until is not None and number == until:
            return
        line = command.replace(shown_id[7:11], real_id[7:]) if real_id else command
        for key, real in keys.items():
            line = line.replace(key, real)
        now = f"{DAY}T{times[min(number, len(times) - 1)]}:00+08:00"
        done = run(*shlex.split(line)[1:], cwd=folder, now=now, env={"COMPLAINT_USER": "li.na"})
        if re.fullmatch(ID + "\n", done.out):
            real_id = done.out.strip()
        keys.update(zip(re.findall(KEY, shown), re.findall(KEY, done.out), strict=False))
        yield command, neutral(done.out, real_id), neutral(shown, shown_id), done


def test_the_tour_prints_what_readme_shows(run, tmp_path):
    for command, printed, shown, done in played(run, tmp_path, "tour"):
        assert printed == shown, f"{command}\n{done.err}"


def test_the_chapter_on_fines_prints_what_readme_shows(run, tmp_path):
    for command, printed, shown, done in played(run, tmp_path, "fine"):
        assert printed == shown, f"{command}\n{done.err}"


def test_the_clock_chapter_prints_what_readme_shows(run, tmp_path):
    for command, printed, shown, done in played(run, tmp_path, "clock"):
        assert printed == shown, f"{command}\n{done.err}"


def test_the_chapter_on_the_audit_prints_what_readme_shows(run, tmp_path):
    for command, printed, shown, done in played(run, tmp_path, "audit"):
        assert printed == shown, f"{command}\n{done.err}"


def test_the_chapter_on_the_audit_names_every_group_of_checks():
    chapter = README.partition("## Audit\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`([A-Z])`", "".join(re.findall(r"^\|(.*?)\|", chapter, re.MULTILINE))))
    assert named == {check.code[0] for check in CHECKS}


def test_the_chapter_on_formats_prints_what_readme_shows(run, tmp_path):
    for command, printed, shown, done in played(run, tmp_path, "formats"):
        assert printed == shown, f"{command}\n{done.err}"


def test_the_table_of_formats_names_each():
    table = README.partition("<!-- table: formats -->\n")[2].partition("<!-- end -->")[0]
    assert tuple(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == reports.NAMES


def test_the_schemas_are_those_that_readme_lists(run, tmp_path):
    for command, printed, shown, done in played(run, tmp_path, "schema"):
        assert printed == shown, f"{command}\n{done.err}"


def test_a_schema_is_refreshed_as_readme_says(run, tmp_path):
    assert "`complaint schema ticket > complaints.d/schemas/ticket.schema.json`" in README
    run("init", ".", "--policy", "telecom", cwd=tmp_path)
    written = (tmp_path / "complaints.d/schemas/ticket.schema.json").read_text(encoding="utf-8")
    assert run("schema", "ticket", cwd=tmp_path).out == written


def test_the_ticket_file_is_the_one_that_the_tour_makes(run, tmp_path):
    for _, _, _, done in played(run, tmp_path, "tour", until=3):
        assert done.code == 0, done.err
    (file,) = tmp_path.glob("complaints.d/2026-03/*.toml")
    written = file.read_text(encoding="utf-8").replace('clock = "set"\n', "")
    shown = block("ticket")
    assert neutral(written, file.stem) == neutral(shown, re.search(ID, shown)[0])


def test_the_clause_shown_is_sound_beside_the_one_it_is_an_exception_to():
    head = 'schema = 1\n[policy]\nid = "x"\nedition = "1"\neffective_from = 2026-01-01\n'
    head += 'title = { en = "x" }\nsource = "x"\n'
    other = (
        '[[clause]]\nid = "tel-dispatch-normal-2h"\nkind = "deadline"\ntitle = { en = "x" }\ncite = "x"\n'
        'starts = "received"\nmet_by = "dispatched"\nallow = { hours = 2 }\n'
    )
    assert mistakes(tomli.loads(head + other + block("clause"))) == []


def test_the_table_of_commands_is_the_vocabulary():
    table = README.partition("<!-- table: commands -->\n")[2].partition("<!-- end -->")[0]
    rows = "".join(f"| `{name}` | {kind.help} |\n" for name, kind in COMMANDS.items())
    assert table == "| command | records |\n|---|---|\n" + rows


def test_the_table_of_exit_codes_is_the_one_the_code_has():
    rows = "".join(f"| {code} | {meaning} |\n" for code, meaning in EXIT_CODES.items())
    assert "| exit code | meaning |\n|---|---|\n" + rows in README


def completion_lines():
    table = README.partition("<!-- shell: completion -->\n")[2].partition("<!-- end -->")[0]
    return re.findall(r"^\| (\w+).*?`(.*?complaint completion .*?)`", table, re.MULTILINE)


LOADED = {"bash": "complete -p complaint", "zsh": "whence _complaint_completion", "fish": "complete -c complaint"}


@pytest.mark.external("bash", "zsh", "fish")
def test_the_completion_lines_make_each_shell_complete(clean, script, home):
    for shell, line in completion_lines():
        before = "autoload -Uz compinit; compinit -u -D; " if shell == "zsh" else ""
        after = "; complete -C 'complaint ' >/dev/null" if shell == "fish" else ""  # fish reads its file when asked
        done = subprocess.run(
            [shell, "-c", f"{before}{line}{after}; {LOADED[shell]}"],
            env=clean() | {"PATH": f"{script.parent}:{os.environ['PATH']}", "XDG_CONFIG_HOME": str(home / ".config")},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), shell
        assert "_complaint_completion" in done.stdout, shell
    assert [shell for shell, _ in completion_lines()] == ["bash", "zsh", "fish"]


def test_the_options_and_topics_of_the_shell_chapter_exist(run):
    chapter = README.partition("## In the shell\n")[2].partition("\n## ")[0]
    overdue = run("overdue", "--help").out
    for option in set(re.findall(r"--[a-z][a-z-]+", chapter)):
        assert option in overdue, option
    for topic in TOPICS:
        assert f"`{topic}`" in chapter or f"help {topic}`" in chapter, topic
    assert f"the {NEWEST} tickets of the newest months" in chapter


def test_every_make_target_that_readme_names_exists():
    makefile = (Path(__file__).parents[1] / "Makefile").read_text(encoding="utf-8")
    for target in set(re.findall(r"`make (\w+)`|^    make (\w+)", README, re.MULTILINE)):
        name = "".join(target)
        assert re.search(rf"^{name}:", makefile, re.MULTILINE), name


@pytest.mark.parametrize(
    "option", ["--status", "--department", "--category", "--policy", "--since", "--until", "--where"]
)
def test_every_option_of_list_that_readme_names_exists(run, option):
    assert option in run("list", "--help").out


def test_the_table_of_packs_counts_their_limits():
    table = README.partition("<!-- table: packs -->\n")[2].partition("<!-- end -->")[0]
    rows = set()
    for file in shipped_rules().files:
        timed = [clause for clause in file.edition.clauses if clause.kind in TIMED]
        limits = sum("allow" in clause.keys for clause in timed) or "none"
        rows.add(f"| `{file.id}` | {limits}{f' of {len(timed)}' if timed else ''} |")
    assert set(table.splitlines()[2:]) == rows
