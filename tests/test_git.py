"""git: commits hold exactly what was touched, and a repository's settings start no program."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from complaint import git
from complaint.core.errors import ComplaintError
from complaint.git.running import place_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.external("git")

TICKET, OTHER = "complaints.d/2026-11/C.toml", "complaints.d/2026-11/D.toml"


@pytest.fixture(autouse=True)
def clean_surroundings(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with a person in it, and a register one folder down."""
    folder = tmp_path / "repo"
    (folder / "desk" / "complaints.d" / "2026-11").mkdir(parents=True)
    call(folder, "init", "-q", "-b", "main")
    call(folder, "config", "user.name", "李娜")
    call(folder, "config", "user.email", "li.na@example.org")
    return folder


@pytest.fixture
def desk(repo: Path) -> Path:
    return repo / "desk"


def call(folder: Path, *args: str, **more: str) -> str:
    ran = subprocess.run(
        ["git", *args], cwd=folder, env=os.environ | more, capture_output=True, text=True, timeout=30, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def top(folder: Path) -> Path | None:
    """The root of the work tree, if git is willing to read it."""
    try:
        return place_of(folder).top
    except ComplaintError:
        return None


def write(desk: Path, text: str, path: str = TICKET) -> None:
    (desk / path).write_text(text)


def status(repo: Path) -> list[str]:
    return call(repo, "status", "--porcelain", "--untracked-files=all").splitlines()


# Committing


def test_the_first_commit_of_a_repository_holds_just_the_ticket(repo: Path, desk: Path) -> None:
    write(desk, "one")
    write(desk, "another", OTHER)
    made = git.commit(desk, [TICKET], "C-2611-7KQ3MXTJ\n")
    assert call(repo, "show", "--format=%H %an %s", "--name-only").split("\n\n") == [
        f"{made} 李娜 C-2611-7KQ3MXTJ",
        f"desk/{TICKET}\n",
    ]
    assert status(repo) == [f"?? desk/{OTHER}"]


def test_what_others_staged_stays_out_of_the_commit_and_stays_staged(repo: Path, desk: Path) -> None:
    write(desk, "one")
    (repo / "letter").write_text("old\n")
    (repo / "gone").write_text("old\n")
    call(repo, "add", ".")
    call(repo, "commit", "-qm", "start")
    (repo / "letter").write_text("staged\n")
    (repo / "new").write_text("staged\n")
    call(repo, "add", "letter", "new")
    call(repo, "rm", "-q", "gone")
    (repo / "letter").write_text("staged and then changed\n")
    write(desk, "two")
    assert git.commit(desk, [TICKET], "C")
    assert call(repo, "show", "--format=", "--name-only").splitlines() == [f"desk/{TICKET}"]
    assert status(repo) == ["D  gone", "MM letter", "A  new"]
    assert call(repo, "show", ":letter") == "staged\n"


def test_nothing_to_commit_is_no_error(repo: Path, desk: Path) -> None:
    write(desk, "one")
    first = git.commit(desk, [TICKET], "C")
    assert git.commit(desk, [TICKET], "C") is None
    assert call(repo, "rev-parse", "HEAD").strip() == first


def test_a_commit_works_on_a_detached_head_and_in_a_second_work_tree(repo: Path, desk: Path, tmp_path: Path) -> None:
    write(desk, "one")
    git.commit(desk, [TICKET], "C")
    call(repo, "worktree", "add", "-q", "--detach", str(tmp_path / "second"))
    second = tmp_path / "second" / "desk"
    write(second, "two")
    made = git.commit(second, [TICKET], "C")
    assert call(second, "rev-parse", "HEAD").strip() == made
    assert status(second) == []
    assert call(repo, "show", f"HEAD:desk/{TICKET}") == "one"


def test_without_a_name_the_ticket_is_said_to_be_stored_but_not_committed(repo: Path, desk: Path) -> None:
    call(repo, "config", "--unset", "user.name")
    write(desk, "one")
    with pytest.raises(ComplaintError, match="stored but not committed: git does not know who you are"):
        git.commit(desk, [TICKET], "C")
    assert status(repo) == [f"?? desk/{TICKET}"]


def test_the_name_in_the_environment_is_enough(repo: Path, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "王伟")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "wang.wei@example.org")
    call(repo, "config", "--unset", "user.name")
    write(desk, "one")
    git.commit(desk, [TICKET], "C")
    assert call(repo, "log", "--format=%an").strip() == "王伟"


def test_nothing_is_committed_in_the_middle_of_a_merge(repo: Path, desk: Path) -> None:
    write(desk, "one")
    first = git.commit(desk, [TICKET], "C")
    (repo / ".git" / "MERGE_HEAD").write_text(f"{first}\n")
    write(desk, "two")
    with pytest.raises(ComplaintError, match=r"stored but not committed: .*\(MERGE_HEAD\)"):
        git.commit(desk, [TICKET], "C")
    assert call(repo, "rev-parse", "HEAD").strip() == first


def test_a_link_in_place_of_a_ticket_is_not_committed(desk: Path, repo: Path) -> None:
    (desk / TICKET).symlink_to("/etc/hostname")
    with pytest.raises(ComplaintError, match="not committed: is not a regular file"):
        git.commit(desk, [TICKET], "C")
    assert status(repo) == [f"?? desk/{TICKET}"]


def test_an_index_that_stays_locked_is_said_and_the_commit_is_there(
    repo: Path, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    write(desk, "one")
    (repo / ".git" / "index.lock").touch()
    with pytest.raises(ComplaintError, match="stored and committed, but git's index could not follow"):
        git.commit(desk, [TICKET], "C")
    assert call(repo, "show", f"HEAD:desk/{TICKET}") == "one"


def test_outside_a_repository_and_without_git_the_reason_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ComplaintError, match="stored but not committed: not inside a git repository"):
        git.commit(tmp_path, [TICKET], "C")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ComplaintError, match="git is not installed"):
        git.commits_of(tmp_path, [TICKET])
    assert git.user_name(tmp_path) is None
    assert top(tmp_path) is None


# Asking


def test_the_name_and_the_root_are_found_from_below(repo: Path, desk: Path, tmp_path: Path) -> None:
    assert git.user_name(desk) == "李娜"
    assert git.root(desk) == top(desk) == repo
    assert git.root(tmp_path) is top(tmp_path) is None
    assert git.user_name(tmp_path) is None


def test_the_commits_of_a_ticket_are_those_that_changed_it_newest_first(
    repo: Path, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for day, path in enumerate([TICKET, OTHER, TICKET], 1):
        for who in ("AUTHOR", "COMMITTER"):
            monkeypatch.setenv(f"GIT_{who}_DATE", f"2026-11-0{day}T09:30:00+08:00")
        write(desk, f"{day}", path)
        made.append(git.commit(desk, [path], f"day {day}"))
    assert [(c.sha, c.author, c.subject, c.path) for c in git.commits_of(desk, [TICKET])] == [
        (made[2], "李娜", "day 3", TICKET),
        (made[0], "李娜", "day 1", TICKET),
    ]
    assert git.commits_of(desk, [TICKET])[0].moment == datetime(2026, 11, 3, 1, 30, tzinfo=UTC)
    assert [(c.subject, c.path) for c in git.commits_of(desk, [TICKET, OTHER])] == [
        ("day 3", TICKET),
        ("day 2", OTHER),
        ("day 1", TICKET),
    ]


def test_many_tickets_are_asked_for_at_once(desk: Path) -> None:
    paths = [f"complaints.d/2026-11/C{number}.toml" for number in range(200)]
    for path in paths:
        write(desk, "one", path)
    git.commit(desk, paths, "all")
    assert sorted(c.path for c in git.commits_of(desk, paths)) == sorted(paths)


def test_a_merge_that_was_settled_by_hand_is_listed_and_one_that_was_not_is_not(repo: Path, desk: Path) -> None:
    write(desk, "start")
    git.commit(desk, [TICKET], "start")
    call(repo, "checkout", "-qb", "side")
    write(desk, "side")
    git.commit(desk, [TICKET], "side")
    call(repo, "checkout", "-q", "main")
    write(desk, "elsewhere", OTHER)
    git.commit(desk, [OTHER], "main")
    call(repo, "merge", "-q", "-m", "easy", "side")
    assert sorted(c.subject for c in git.commits_of(desk, [TICKET])) == ["side", "start"]
    call(repo, "checkout", "-q", "side")
    write(desk, "ours")
    git.commit(desk, [TICKET], "ours")
    call(repo, "checkout", "-q", "main")
    write(desk, "theirs")
    git.commit(desk, [TICKET], "theirs")
    subprocess.run(["git", "merge", "-q", "side"], cwd=repo, capture_output=True, timeout=30, check=False)
    write(desk, "both")
    call(repo, "commit", "-qam", "settled")
    assert {c.subject for c in git.commits_of(desk, [TICKET])} == {"settled", "ours", "theirs", "side", "start"}


def test_a_change_that_a_merge_threw_away_is_still_history(repo: Path, desk: Path) -> None:
    write(desk, "start")
    git.commit(desk, [TICKET], "start")
    call(repo, "checkout", "-qb", "side")
    write(desk, "side")
    git.commit(desk, [TICKET], "thrown away")
    call(repo, "checkout", "-q", "main")
    write(desk, "elsewhere", OTHER)
    git.commit(desk, [OTHER], "main")
    call(repo, "merge", "-q", "-s", "ours", "-m", "merge", "side")
    assert [c.subject for c in git.commits_of(desk, [TICKET])] == ["thrown away", "start"]


def test_a_repository_without_commits_has_none_to_list(desk: Path) -> None:
    assert git.commits_of(desk, [TICKET]) == []


@pytest.mark.parametrize("path", ["--output=stolen", "-n1", ":(top)*", "*.toml", ":(bogus)x", "HEAD"])
def test_a_path_is_never_an_option_nor_a_pattern(desk: Path, repo: Path, path: str) -> None:
    write(desk, "one")
    git.commit(desk, [TICKET], "C")
    assert git.commits_of(desk, [path]) == []
    assert git.commits_of(repo, [path]) == []
    assert not list(repo.rglob("stolen"))


def test_strange_text_in_a_commit_does_not_forge_another_one(repo: Path, desk: Path) -> None:
    write(desk, "one")
    call(repo, "add", ".")
    subject = "/0123456789012345678901234567890123456789 \x1b[31m\x1e\x1f \u202e"
    call(repo, "commit", "-qm", subject, GIT_AUTHOR_NAME="/a\x1bb", GIT_AUTHOR_DATE="@99999999999999 +0000")
    (found,) = git.commits_of(desk, [TICKET])
    assert (found.author, found.subject) == ("/a\x1bb", subject)
    assert found.moment.tzinfo is not None


def test_a_shallow_clone_is_not_taken_for_the_whole_history(repo: Path, desk: Path, tmp_path: Path) -> None:
    for text in ("one", "two"):
        write(desk, text)
        git.commit(desk, [TICKET], text)
    call(tmp_path, "clone", "-q", "--depth=1", f"file://{repo}", "shallow")
    with pytest.raises(ComplaintError, match="a shallow clone"):
        git.commits_of(tmp_path / "shallow" / "desk", [TICKET])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_somebody_elses_repository_is_not_read_and_not_declared_safe(repo: Path, desk: Path, home: Path) -> None:
    write(desk, "one")
    git.commit(desk, [TICKET], "C")
    for path in (repo, repo / ".git"):
        os.chown(path, 1234, 1234)
    with pytest.raises(ComplaintError, match="belongs to somebody else"):
        git.commits_of(desk, [TICKET])
    assert top(desk) is None
    assert git.root(desk) == repo
    assert list(home.iterdir()) == []


def test_replaced_history_is_not_believed(repo: Path, desk: Path) -> None:
    write(desk, "one")
    first = git.commit(desk, [TICKET], "true")
    call(repo, "commit", "-q", "--amend", "-m", "false")
    assert first
    call(repo, "replace", call(repo, "rev-parse", "HEAD").strip(), first)
    assert [c.subject for c in git.commits_of(desk, [TICKET])] == ["false"]


# Hostile repositories


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A program that leaves a trace of having run."""
    program = tmp_path / "trap"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> "{tmp_path}/sprung"\nexit 1\n')
    program.chmod(0o755)
    return program


def sprung(trap: Path) -> str:
    trace = trap.parent / "sprung"
    return trace.read_text() if trace.exists() else ""


def ask_everything(desk: Path) -> None:
    git.user_name(desk)
    top(desk)
    assert len(git.commits_of(desk, [TICKET])) == 1


HOOKS = (
    *("pre-commit", "commit-msg", "prepare-commit-msg", "post-commit", "reference-transaction", "post-index-change"),
    *("pre-auto-gc", "fsmonitor-watchman", "post-checkout", "post-rewrite"),
)
SETTINGS = (
    *("core.fsmonitor", "diff.external", "core.pager", "core.editor", "core.sshCommand", "gpg.program"),
    *("credential.helper", "diff.trap.textconv", "diff.trap.command", "merge.trap.driver", "pager.config", "pager.log"),
)


def test_a_repositorys_settings_and_hooks_start_no_program(repo: Path, desk: Path, trap: Path) -> None:
    (repo / ".gitattributes").write_text("*.toml diff=trap merge=trap\n")
    write(desk, "one")
    git.commit(desk, [TICKET], "C")
    hooks = repo / "hooks"
    hooks.mkdir()
    for name in HOOKS:
        (hooks / name).symlink_to(trap)
        (repo / ".git" / "hooks" / name).symlink_to(trap)
    call(repo, "config", "core.hooksPath", str(hooks))
    for name in SETTINGS:
        call(repo, "config", name, str(trap))
    for name in ("log.showSignature", "commit.gpgSign"):
        call(repo, "config", name, "true")
    ask_everything(desk)
    write(desk, "two")
    assert git.commit(desk, [TICKET], "C")
    assert sprung(trap) == ""
    call(repo, "status")  # the trap does work
    assert str(hooks) in sprung(trap) or str(trap) in sprung(trap)


def test_a_signed_commit_starts_no_program_either(repo: Path, desk: Path, trap: Path) -> None:
    write(desk, "one")
    tree_of = git.commit(desk, [TICKET], "C")
    head = call(repo, "cat-file", "commit", str(tree_of))
    signed = head.replace("\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1)
    write(repo, signed, "signed")
    made = call(repo, "hash-object", "-t", "commit", "-w", "signed").strip()
    call(repo, "update-ref", "HEAD", made)
    call(repo, "config", "log.showSignature", "true")
    call(repo, "config", "gpg.program", str(trap))
    ask_everything(desk)
    assert sprung(trap) == ""
    call(repo, "log")
    assert "--verify" in sprung(trap)


@pytest.mark.parametrize("attribute", ["filter=trap", "working-tree-encoding=UTF-16"])
def test_a_ticket_that_goes_through_a_filter_is_not_committed(
    repo: Path, desk: Path, trap: Path, attribute: str
) -> None:
    (repo / ".gitattributes").write_text(f"*.toml {attribute}\n")
    for name in ("clean", "smudge", "process"):
        call(repo, "config", f"filter.trap.{name}", str(trap))
    write(desk, "one")
    with pytest.raises(ComplaintError, match=f"stored but not committed: the attribute {attribute}"):
        git.commit(desk, [TICKET], "C")
    assert sprung(trap) == ""


def test_a_partial_clone_fetches_nothing(repo: Path, desk: Path, trap: Path) -> None:
    write(desk, "one")
    made = git.commit(desk, [TICKET], "C")
    tree = call(repo, "rev-parse", f"{made}^{{tree}}").strip()
    (repo / ".git" / "objects" / tree[:2] / tree[2:]).unlink()
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "far",
        "remote.far.url": f"ext::{trap}",
        "remote.far.promisor": "true",
        "protocol.ext.allow": "always",
    }.items():
        call(repo, "config", name, value)
    with pytest.raises(ComplaintError):
        git.commits_of(desk, [TICKET])
    assert sprung(trap) == ""
    subprocess.run(["git", "log", "--raw"], cwd=repo, capture_output=True, timeout=30, check=False)
    assert sprung(trap) != ""


def test_an_inherited_environment_points_nowhere_else(
    repo: Path, desk: Path, trap: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(desk, "one")
    git.commit(desk, [TICKET], "C")
    elsewhere = tmp_path / "elsewhere"
    call(tmp_path, "init", "-q", str(elsewhere))
    call(elsewhere, "config", "user.name", "somebody else")
    before = sorted(elsewhere.rglob("*"))
    for name, value in {
        "GIT_DIR": str(elsewhere / ".git"),
        "GIT_WORK_TREE": str(elsewhere),
        "GIT_INDEX_FILE": str(elsewhere / "index"),
        "GIT_OBJECT_DIRECTORY": str(elsewhere / "objects"),
        "GIT_EXTERNAL_DIFF": str(trap),
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "user.name",
        "GIT_CONFIG_VALUE_0": "somebody else",
        "GIT_TRACE": str(elsewhere / "trace"),
    }.items():
        monkeypatch.setenv(name, value)
    assert git.user_name(desk) == "李娜"
    assert top(desk) == repo
    ask_everything(desk)
    write(desk, "two")
    assert git.commit(desk, [TICKET], "C")
    assert sorted(elsewhere.rglob("*")) == before
    assert sprung(trap) == ""


def test_a_work_tree_that_points_elsewhere_is_refused(repo: Path, desk: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    call(repo, "config", "core.worktree", str(tmp_path / "elsewhere"))
    write(desk, "one")
    with pytest.raises(ComplaintError, match="does not hold the register"):
        git.commit(desk, [TICKET], "C")
    assert top(desk) is None


def test_a_folder_that_only_looks_like_a_repository_is_not_taken_for_one(tmp_path: Path, trap: Path) -> None:
    call(tmp_path, "init", "-q", "--bare", "fake")
    call(tmp_path / "fake", "config", "core.bare", "false")
    call(tmp_path / "fake", "config", "core.worktree", str(tmp_path / "fake"))
    call(tmp_path / "fake", "config", "core.fsmonitor", str(trap))
    (tmp_path / "fake" / "complaints.d").mkdir()
    assert top(tmp_path / "fake" / "complaints.d") is None
    assert sprung(trap) == ""
