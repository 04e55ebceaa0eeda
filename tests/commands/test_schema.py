"""`schema`: what it prints, that every answer fits its schema, and that editors' linters read what `init` wrote."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from complaint.render.schemas import ANSWERS
from complaint.store.schemas import KINDS

ROOT = Path(__file__).parents[2]
AS_OF = "2026-11-20T12:00:00+08:00"
BIN = Path(sys.executable).parent


def mistakes(run, text, name=""):
    """What the schema of an answer, named by its `schema` key unless by `name`, says against it."""
    answer = json.loads(text)
    told = json.loads(run("schema", name or answer["schema"]).out)
    Draft7Validator.check_schema(told)
    validator = Draft7Validator(told, format_checker=Draft7Validator.FORMAT_CHECKER)
    return [f"{list(error.path)}: {error.message[:200]}" for error in validator.iter_errors(answer)]


# --- the command ---


def test_without_a_name_every_schema_is_listed_with_what_it_is_of(run):
    listed = [line.split(maxsplit=1) for line in run("schema").out.splitlines()]

    assert [name for name, _ in listed] == [*KINDS, *ANSWERS]
    assert ["overdue", "complaint.overdue/1: overdue --json"] in listed
    assert ["ticket", "A ticket: complaints.d/20*/*.toml"] in listed


@pytest.mark.parametrize("name", [*KINDS, *ANSWERS])
def test_every_schema_is_one_of_draft_7_with_a_head(run, name):
    told = json.loads(run("schema", name).out)

    Draft7Validator.check_schema(told)
    assert {"$schema", "$id", "title", "description"} <= told.keys()


def test_a_misspelt_name_is_answered_with_the_nearest(run):
    done = run("schema", "overdu")

    assert (done.code, done.out) == (2, "")
    assert "did you mean overdue? allowed: ticket, policy, calendar, register, overdue, " in done.err


def test_every_shape_that_the_code_prints_has_a_schema():
    printed = set()
    for path in (ROOT / "cli").rglob("*.py"):
        printed |= set(re.findall(r'"complaint\.([a-z-]+)/1"', path.read_text(encoding="utf-8")))

    assert printed - {answer.shape for answer in ANSWERS.values()} == set()
    assert "overdue" in printed


# --- every answer fits ---


@pytest.mark.parametrize(
    "words",
    [
        ["overdue", "--all", "--explain", "--as-of", AS_OF],
        ["overdue", "--due-within", "1d", "--as-of", AS_OF],
        ["fine", "--from", "2020-01-01", "--to", "2026-12-31", "--as-of", AS_OF],
        ["audit", "--as-of", AS_OF],
        ["audit", "--list"],
        ["audit", "--explain", "H001"],
        ["list", "--as-of", AS_OF],
        ["log", "--as-of", AS_OF],
        ["policy", "list"],
        ["policy", "list", "--shipped"],
        ["policy", "show"],
        ["policy", "show", "tel-reply-2h-quiet"],
        ["policy", "check"],
        ["policy", "test"],
        ["policy", "trace"],
        ["clock", "due", "--from", "2026-02-13 10:00", "--allow", "2 working days"],
        ["clock", "due", "--from", "2026-02-13 10:00", "--allow", "2h"],
        ["clock", "elapsed", "--from", "2026-02-13 10:00", "--to", "2026-02-14 10:00"],
        ["clock", "open", "--at", "2026-02-13 10:00"],
    ],
    ids=" ".join,
)
def test_an_answer_about_the_example_register_fits_its_schema(run, words):
    done = run(*words, "--json", cwd=ROOT)

    assert mistakes(run, done.out) == [], done.err


def test_tickets_of_the_example_register_are_shown_as_their_schema_says(run):
    told = json.loads(run("schema", "show").out)
    validator = Draft7Validator(told, format_checker=Draft7Validator.FORMAT_CHECKER)
    for path in sorted(ROOT.glob("complaints.d/20*/*.toml"))[::4]:
        shown = run("show", path.stem, "--json", "--as-of", "2026-12-01", cwd=ROOT)
        assert (path.name, list(validator.iter_errors(json.loads(shown.out)))) == (path.name, [])


def git(folder, *words, env):
    subprocess.run(["git", *words], cwd=folder, env=env, check=True, capture_output=True)


@pytest.mark.external("git")
def test_the_answers_of_a_day_fit_their_schemas(register, run, clean):
    noon = "2026-03-10T12:00:00+08:00"
    made = run("create", "--summary", "slow, compensation asked for", "--channel", "phone", "--json", now=noon)
    ticket = json.loads(made.out)["id"]
    steps = [
        made,
        run("dispatch", ticket, "--to", "network", "--json", now=noon),
        run("classify", ticket, "--suggest", "--json", now=noon),
        run("list", "--json", now=noon),
        run("fine", "--json", now=noon),
    ]
    git(register, "add", "-A", env=clean())
    git(register, "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "x", env=clean())
    policy = register / "complaints.d/policies/telecom-2024.toml"
    policy.write_text(policy.read_text(encoding="utf-8").replace("hours = 2", "hours = 1"), encoding="utf-8")
    steps.append(run("policy", "diff", "HEAD", "--json", now=noon))
    steps.append(run("log", "--git", "--json", now=noon))
    (register / "complaints.d/2026-03" / f"{ticket}.toml").write_text("x = \n", encoding="utf-8")
    steps.append(run("overdue", "--json", now=noon))

    for done in steps:
        assert mistakes(run, done.out) == [], done.err
    assert json.loads(steps[-2].out)["commits"]
    assert json.loads(steps[-1].out)["unreadable"]
    assert json.loads(steps[-3].out)["changes"]


def test_a_text_without_quotes_stops_neither_show_nor_audit(desk, run):
    text = desk.read_text(encoding="utf-8")
    desk.write_text(text.replace('"no picture"', "5").replace('"Li"', "7"), encoding="utf-8")

    assert "summary is no text; put it in quotes" in run("show", desk.stem).err
    assert "name is no text" in run("show", desk.stem).err
    assert mistakes(run, run("audit", "--json").out) == []


def test_an_answer_that_lacks_a_key_does_not_fit(run):
    assert mistakes(run, '{"schema": "complaint.created/1", "id": "x"}') == ["[]: 'path' is a required property"]


def test_a_key_that_is_added_later_fits(run):
    assert mistakes(run, '{"schema": "complaint.created/1", "id": "x", "path": "y", "new": 1}') == []


# --- what editors' linters say ---


def linted(program, folder, *words):
    """What a linter says in a folder, without colours, and whether it finds nothing."""
    done = subprocess.run(
        [BIN / program, *words],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode == 0, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


@pytest.fixture
def desk(run, tmp_path):
    """A fresh register with one ticket, whose file it gives."""
    now = "2026-03-10T12:00:00+08:00"
    assert run("init", ".", "--policy", "broadcast", now=now).code == 0
    ticket = run("create", "--summary", "no picture", "--name", "Li", "--about", "box=7", now=now).out.strip()
    return tmp_path / "complaints.d/2026-03" / f"{ticket}.toml"


LINTERS = pytest.mark.parametrize(
    "linter", [("tombi", "lint", "--offline", "."), ("taplo", "lint")], ids=lambda it: it[0]
)


@LINTERS
def test_a_linter_takes_a_fresh_register(desk, tmp_path, linter):
    sound, said = linted(linter[0], tmp_path, *linter[1:])

    assert sound, said
    assert "Warning" not in said


@LINTERS
@pytest.mark.parametrize(
    ("file", "was", "now"),
    [
        ("ticket", 'status = "received"', 'status = "recieved"'),
        ("ticket", 'by = "tester"', "by = 3"),
        ("ticket", 'kind = "complaint"\nabout', 'kind = "complaint"\nabuot'),
        ("register", "timezone =", "time_zone ="),
        ("policy", 'id = "broadcast"', "id = 7"),
        ("calendar", "work = [", "wrk = ["),
    ],
)
def test_a_linter_names_the_line_of_a_mistake(desk, tmp_path, linter, file, was, now):
    path = {
        "ticket": desk,
        "register": tmp_path / "complaints.d/register.toml",
        "policy": tmp_path / "complaints.d/policies/broadcast-2024.toml",
        "calendar": tmp_path / "complaints.d/calendars/cn.toml",
    }[file]
    text = path.read_text(encoding="utf-8")
    assert was in text, text
    path.write_text(text.replace(was, now, 1), encoding="utf-8")

    sound, said = linted(linter[0], tmp_path, *linter[1:])

    line = text[: text.index(was)].count("\n") + was.count("\n") + 1
    assert not sound
    assert f"{path.name}:{line}:" in said


def test_tombi_takes_the_example_register_and_leaves_its_layout(tmp_path):
    for name in ("complaints.d", "tombi.toml"):
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, tmp_path / name)
    for big in ("express-2010", "telecom-2024", "after-sales-2024"):  # seconds each; the corpus has them
        (tmp_path / f"complaints.d/policies/{big}.toml").unlink()

    sound, said = linted("tombi", tmp_path, "lint", "--offline", ".")
    assert (sound, "Warning" in said) == (True, False), said
    sound, said = linted("tombi", tmp_path, "format", "--offline", "--check", ".")
    assert sound, said


# --- what init leaves alone ---


@pytest.mark.parametrize("name", ["tombi.toml", ".taplo.toml"])
def test_somebody_elses_editor_file_is_left_and_told_what_to_add(run, tmp_path, name):
    (tmp_path / name).write_text("# ours\n", encoding="utf-8")

    done = run("init", ".", "--policy", "telecom")

    assert done.code == 0
    assert (tmp_path / name).read_text(encoding="utf-8") == "# ours\n"
    assert f"{name} is left as it is" in done.err
    assert 'path = "complaints.d/schemas/ticket.schema.json"' in done.err
    assert f"made {name}" not in done.out


def test_an_editor_file_that_names_the_schemas_is_not_told_of_again(run, desk):
    done = run("init", ".", "--policy", "broadcast")

    assert (done.out, done.err.strip()) == ("", "nothing was missing")


def test_a_schema_that_was_removed_is_made_again(run, desk, tmp_path):
    path = tmp_path / "complaints.d/schemas/ticket.schema.json"
    path.unlink()

    done = run("init", ".", "--policy", "broadcast")

    assert done.out == "made complaints.d/schemas/ticket.schema.json\n"
    assert path.read_text(encoding="utf-8") == run("schema", "ticket").out


def test_a_register_that_is_reached_by_a_link_is_made_whole(run, tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    assert run("init", "link", "--policy", "telecom").code == 0
    assert (tmp_path / "real" / "tombi.toml").is_file()


def test_the_folder_of_schemas_is_no_stray_folder_of_tickets(run, desk):
    assert run("overdue", "--min-tickets", "1", now="2026-03-10T12:00:00+08:00").err == ""
