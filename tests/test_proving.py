"""The proof against git, on repositories made by git itself: what was rewritten is found, what is honest is not."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from complaint.core import ids
from complaint.core.errors import ComplaintError
from complaint.proving import proved
from complaint.workspace import Register

pytestmark = pytest.mark.external("git")

ID = ids.make("C", datetime(2026, 3, 10, tzinfo=UTC), "7KQ3MXT")
OTHER_ID = ids.make("C", datetime(2026, 3, 10, tzinfo=UTC), "8KQ3MXT")
TICKET, OTHER = f"complaints.d/2026-03/{ID}.toml", f"complaints.d/2026-03/{OTHER_ID}.toml"
ONE, TWO, THREE = (f"20260310T0{hour}0000000Z-k7f" for hour in (1, 2, 3))
SETTINGS = 'schema = 1\npolicy = "house"\n'


class Desk:
    """A clerk at a work tree, who commits at a typed hour of one day (UTC)."""

    def __init__(self, top: Path, root: Path | None = None) -> None:
        self.top, self.root = top, root or top

    def git(self, *words: str, hour: float = 12, author: float | None = None, **more: str) -> str:
        dates = {"GIT_AUTHOR_DATE": when(hour if author is None else author), "GIT_COMMITTER_DATE": when(hour)}
        ran = subprocess.run(
            ["git", *words], cwd=self.top, env=os.environ | dates | more, capture_output=True, text=True, check=False
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout.strip()

    def write(self, *events: str, path: str = TICKET, head: str = "") -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'schema = 1\nid = "{Path(path).stem}"\n{head}' + "".join(events), encoding="utf-8")

    def commit(self, hour: float, *words: str, message: str = "C", author: float | None = None, **more: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message, *words, hour=hour, author=author, **more)
        return self.git("rev-parse", "HEAD")

    def record(self, hour: float, *events: str, path: str = TICKET) -> str:
        self.write(*events, path=path)
        return self.commit(hour)

    def found(self, against: str | None = None) -> list[tuple[str, str, str, str]]:
        """Code, ticket, key and commit of each problem; everything must have been checked."""
        proof = proved(Register(self.root), against=against, history=against is None)
        assert proof.not_checked == ""
        return [(each.code, each.ticket, each.key, each.sha) for each in proof.problems]

    def messages(self) -> str:
        return "\n".join(each.message for each in proved(Register(self.root), history=True).problems)

    def not_checked(self) -> str:
        proof = proved(Register(self.root), history=True)
        assert proof.problems == ()
        return proof.not_checked


def when(hour: float) -> str:
    return f"{int(datetime(2026, 3, 10, tzinfo=UTC).timestamp() + hour * 3600)} +0000"


def event(key: str, note: str = "told") -> str:
    at = f"2026-03-10T{key[9:11]}:00:00Z"
    return f'\n[event.{key}]\ntype = "noted"\nat = {at}\nby = "li.na"\nnote = "{note}"\n'


@pytest.fixture(autouse=True)
def clean_surroundings(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def laid_out(top: Path, *, inside: str = "", form: str = "sha1") -> Desk:
    root = top / inside
    (root / "complaints.d").mkdir(parents=True)
    (root / "complaints.d" / "register.toml").write_text(SETTINGS)
    desk = Desk(top, root)
    desk.git("init", "-q", "-b", "main", f"--object-format={form}")
    desk.git("config", "user.name", "李娜")
    desk.git("config", "user.email", "li.na@example.org")
    return desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return laid_out(tmp_path / "desk")


# What is honest


def test_a_history_that_only_records_is_clean(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.record(2.1, event(ONE), event(TWO))
    desk.record(3.1, event(THREE), path=OTHER)
    proof = proved(Register(desk.root), history=True)
    assert proof == ((), "", 3, 2, (), "")
    assert desk.found(against="HEAD~2") == []


def test_layout_comments_order_and_offsets_are_no_changes(desk: Desk) -> None:
    desk.record(2.1, event(ONE), event(TWO))
    other = event(ONE).replace("2026-03-10T01:00:00Z", "2026-03-10T09:00:00+08:00").replace('"told"', "'told' # so")
    desk.write(event(TWO), other, head="# read\nsummary = 'x'\n")
    desk.commit(3)
    assert desk.found() == []


def test_a_merge_in_key_order_is_clean(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.git("checkout", "-qb", "side")
    desk.record(2.1, event(ONE), event(TWO))
    desk.git("checkout", "-q", "main")
    desk.record(3.1, event(ONE), event(THREE))
    desk.git("merge", "-q", "--no-commit", "-s", "ours", "side")
    desk.write(event(ONE), event(TWO), event(THREE))
    assert desk.found() == []
    desk.commit(4)
    assert desk.found() == []


def test_a_pull_under_way_from_a_clone_that_no_ref_knows_is_clean(desk: Desk, tmp_path: Path) -> None:
    desk.record(1.1, event(ONE))
    desk.git("clone", "-q", ".", str(tmp_path / "second"))
    second = Desk(tmp_path / "second")
    for word, value in (("user.name", "王伟"), ("user.email", "w@example.org")):
        second.git("config", word, value)
    second.record(2.1, event(ONE), event(TWO))
    desk.record(3.1, event(ONE), event(THREE))
    desk.git("fetch", "-q", str(second.top), "HEAD")
    desk.git("merge", "-q", "--no-commit", "-s", "ours", "FETCH_HEAD")
    desk.write(event(ONE), event(TWO), event(THREE))
    assert desk.found() == []


def test_what_another_clone_committed_late_and_rebased_is_clean(desk: Desk, tmp_path: Path) -> None:
    desk.record(1.1, event(ONE))
    desk.git("clone", "-q", ".", str(tmp_path / "second"))
    second = Desk(tmp_path / "second")
    for word, value in (("user.name", "王伟"), ("user.email", "w@example.org")):
        second.git("config", word, value)
    second.record(2.5, event(ONE), event(TWO))
    desk.record(3.1, event(ONE), event(THREE))
    second.git("fetch", "-q")
    second.git("reset", "-q", "--hard", "origin/main")
    second.write(event(ONE), event(TWO), event(THREE))
    second.commit(5, author=2.5)
    assert second.found() == []
    desk.git("pull", "-q", "--ff-only", str(second.top), "HEAD")
    assert desk.found() == []


def test_a_ticket_committed_hours_after_it_was_recorded_is_clean(desk: Desk) -> None:
    desk.record(9, event(ONE), event(TWO), event(THREE))
    assert desk.found() == []


def test_a_last_commit_amended_in_the_evening_does_not_make_a_later_recording_look_backdated(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.git("commit", "-q", "--amend", "-m", "better words", "--date", when(1.1), hour=8, author=1.1)
    desk.record(9, event(ONE), event(TWO))
    assert desk.found() == []


def test_events_of_branches_that_head_has_not_merged_are_not_missing(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.git("checkout", "-qb", "side")
    desk.record(2.1, event(ONE), event(TWO))
    desk.record(2.2, event(THREE), path=OTHER)
    desk.git("checkout", "-q", "main")
    assert desk.found() == []


def test_stashed_events_are_not_missing_and_not_backdated_when_they_come_back(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    for key in (TWO, THREE):
        desk.write(event(ONE), event(key))
        desk.git("stash", "-q", hour=3.1)
    assert desk.found() == []
    desk.git("stash", "pop", "-q")
    desk.commit(4)
    assert desk.found() == []


def test_a_commit_taken_back_whose_events_still_stand_in_the_file_hides_nothing(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.record(2.1, event(ONE), event(TWO))
    desk.git("reset", "-q", "--soft", "HEAD~1")
    assert desk.found() == []


def test_a_ticket_in_another_folder_or_case_is_the_same_ticket(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    moved = f"complaints.d/2026-04/{ID.lower()}.toml"
    (desk.root / "complaints.d/2026-04").mkdir()
    desk.git("mv", TICKET, moved)
    desk.commit(2)
    assert desk.found() == []
    desk.git("rm", "-q", moved)
    desk.write(event(ONE), event(TWO))
    desk.commit(3)
    assert desk.found() == []


def test_of_two_copies_one_may_go(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    copy = TICKET.replace("2026-03/", "2026-05/")
    (desk.root / copy).parent.mkdir()
    (desk.root / copy).write_bytes((desk.root / TICKET).read_bytes())
    desk.commit(2)
    desk.git("rm", "-q", copy)
    desk.commit(3)
    assert desk.found() == []
    desk.git("rm", "-q", TICKET)
    gone = desk.commit(4)
    assert desk.found() == [("G003", ID, "", gone)]


def test_other_files_in_a_month_folder_are_no_tickets(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    for name in ("notes.toml", "C-2603-7KQ3MXTA.toml", f"{ID}.toml.bak", "a\nb.toml"):
        (desk.root / TICKET).with_name(name).write_text("x")
    desk.commit(2)
    desk.git("rm", "-q", *(f"complaints.d/2026-03/{name}" for name in ("notes.toml", f"{ID}.toml.bak", "a\nb.toml")))
    desk.commit(3)
    assert desk.found() == []


# What is not


def test_a_changed_event_is_named_with_the_commit_that_changed_it(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    sha = desk.record(2.1, event(ONE, "never told"), event(TWO))
    assert desk.found() == [("G001", ID, ONE, sha)]
    assert desk.found(against="HEAD~1") == [("G001", ID, ONE, sha)]
    (problem,) = proved(Register(desk.root), history=True).problems
    assert (problem.path, problem.author, problem.date) == (TICKET, "李娜", datetime(2026, 3, 10, 2, 6, tzinfo=UTC))
    said = f"event {ONE} was changed (note) by commit {sha[:12]} by 李娜 of 2026-03-10 10:06"
    assert problem.message == said


def test_a_change_that_keeps_the_length_of_a_text_that_also_grows_is_found(desk: Desk) -> None:
    desk.record(1.1, event(ONE, "told"))
    sha = desk.record(2.1, event(ONE, "lied"), event(TWO))
    assert desk.found() == [("G001", ID, ONE, sha)]


def test_a_heading_that_goes_on_with_a_comment_is_none(desk: Desk) -> None:
    desk.record(1.1, event(ONE), "# so")
    sha = desk.record(2.1, event(ONE), f"# so[event.{TWO}]\nvia = 'phone'\n")
    assert desk.found() == [("G001", ID, ONE, sha)]


def test_a_line_added_to_the_last_event_is_a_change_of_it(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    sha = desk.record(2.1, event(ONE), 'via = "phone"\n', event(TWO))
    assert desk.found() == [("G001", ID, ONE, sha)]


def test_a_removed_event_is_named_and_so_is_a_field_that_is_new(desk: Desk) -> None:
    desk.record(2.1, event(ONE), event(TWO))
    removed = desk.record(3.1, event(TWO))
    changed = desk.record(3.2, event(TWO) + 'via = "phone"\n')
    assert desk.found() == [("G002", ID, ONE, removed), ("G001", ID, TWO, changed)]


def test_what_was_rewritten_and_put_back_is_still_named(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    changed = desk.record(2.1, event(ONE, "else"))
    back = desk.record(3.1, event(ONE))
    assert desk.found() == [("G001", ID, ONE, changed)]
    assert f"; put back by commit {back[:12]}" in desk.messages()
    desk.record(3.2, event(ONE, "else"))
    assert "put back" not in desk.messages()


def test_a_deleted_ticket_is_one_problem_and_what_it_comes_back_without_another(desk: Desk) -> None:
    desk.record(2.1, event(ONE), event(TWO))
    (desk.root / TICKET).unlink()
    desk.write(event(ONE), path=OTHER)
    gone = desk.commit(3)
    assert desk.found() == [("G003", ID, "", gone)]
    assert desk.found(against="HEAD~1") == [("G003", ID, "", gone)]
    again = desk.record(4.1, event(ONE))
    assert desk.found() == [("G003", ID, "", gone), ("G002", ID, TWO, again)]


@pytest.mark.parametrize("kind", ["link", "folder", "submodule", "link to its folder"])
def test_what_is_no_file_any_more_is_a_deleted_ticket(desk: Desk, kind: str) -> None:
    first = desk.record(1.1, event(ONE))
    file = desk.root / TICKET
    if kind == "link to its folder":
        file.parent.rename(desk.root / "away")
        file.parent.symlink_to("../away")
    else:
        file.unlink()
    if kind == "link":
        file.symlink_to("/etc/hostname")
    if kind == "folder":
        file.mkdir()
        (file / "x").write_text("x")
    assert desk.found() == [("G003", ID, "", "")]
    if kind == "submodule":
        desk.git("update-index", "--add", "--cacheinfo", f"160000,{first},{TICKET}")
        desk.git("commit", "-q", "-m", "C")
        sha = desk.git("rev-parse", "HEAD")
    else:
        sha = desk.commit(2)
    assert desk.found() == [("G003", ID, "", sha)]


def test_tampering_that_is_not_committed_yet_is_found(desk: Desk) -> None:
    desk.record(2.1, event(ONE), event(TWO))
    desk.record(2.2, event(ONE), path=OTHER)
    desk.write(event(ONE, "else"))
    (desk.root / OTHER).unlink()
    found = [("G001", ID, ONE, ""), ("G002", ID, TWO, ""), ("G003", OTHER_ID, "", "")]
    assert sorted(desk.found()) == found
    assert sorted(desk.found(against="HEAD")) == found
    assert sorted(desk.found(against="HEAD~1")) == found
    assert "by a change that is not committed yet" in desk.messages()


def test_an_event_that_a_merge_drops_or_changes_is_the_merges_doing(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.git("checkout", "-qb", "side")
    desk.record(2.1, event(ONE), event(TWO))
    desk.git("checkout", "-q", "main")
    desk.record(3.1, event(ONE), event(THREE))
    desk.git("merge", "-q", "--no-commit", "-s", "ours", "side")
    desk.write(event(ONE, "else"), event(THREE))
    merge = desk.commit(4)
    assert desk.found() == [("G001", ID, ONE, merge), ("G002", ID, TWO, merge)]


def test_a_merge_that_takes_over_one_side_unseen_is_found(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.git("checkout", "-qb", "side")
    desk.record(2.1, event(ONE), event(TWO))
    desk.git("checkout", "-q", "main")
    desk.git("merge", "-q", "--no-ff", "-s", "ours", "-m", "M", "side")
    assert desk.found() == [("G002", ID, TWO, desk.git("rev-parse", "HEAD"))]


def test_a_removal_on_a_branch_is_named_once_and_not_blamed_on_the_merge(desk: Desk) -> None:
    desk.record(2.1, event(ONE), event(TWO))
    desk.git("checkout", "-qb", "side")
    removed = desk.record(3.1, event(ONE))
    desk.git("checkout", "-q", "main")
    desk.record(3.1, event(ONE), path=OTHER)
    desk.git("merge", "-q", "--no-ff", "-m", "M", "side")
    assert desk.found() == [("G002", ID, TWO, removed)]


def test_a_file_broken_for_one_commit_hides_nothing_and_is_said(desk: Desk) -> None:
    desk.record(2.1, event(ONE), event(TWO))
    (desk.root / TICKET).write_text("<<<<<<< HEAD\n")
    broken = desk.commit(3)
    assert desk.found() == []
    desk.record(3.1, event(THREE), path=OTHER)
    assert desk.found(against="HEAD~1") == []
    sha = desk.record(4.1, event(ONE))
    assert desk.found() == [("G002", ID, TWO, sha)]
    (note,) = proved(Register(desk.root), history=True).notes
    assert note.startswith("versions of tickets that cannot be read, and prove nothing: 1, the first: ")
    assert f"{TICKET} in commit {broken[:12]}" in note


def test_a_version_over_the_size_limit_is_not_read_and_said(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.write(event(ONE, "x" * 300_000))
    desk.commit(2)
    sha = desk.record(3.1, event(ONE, "else"))
    proof = proved(Register(desk.root), history=True)
    assert [(each.code, each.sha) for each in proof.problems] == [("G001", sha)]
    assert "cannot be read, and prove nothing: 1" in proof.notes[0]


# Hidden rewrites


def test_an_amended_commit_that_changed_an_event_is_found(desk: Desk) -> None:
    old = desk.record(1.1, event(ONE))
    desk.write(event(ONE, "else"))
    new = desk.commit(2, "--amend")
    assert desk.found() == [("G001", ID, ONE, new)]
    assert f"commit {old[:12]} by 李娜 of 2026-03-10 09:06, which no branch holds any more" in desk.messages()
    desk.git("tag", "before", old)
    assert desk.found(against="before")[0][:3] == ("G001", ID, ONE)


def test_an_amended_commit_that_dropped_an_event_or_a_ticket_is_found(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.write(event(THREE), path=OTHER)
    old = desk.record(3.1, event(ONE), event(TWO))
    (desk.root / OTHER).unlink()
    desk.write(event(ONE), head="summary = 'x'\n")
    desk.commit(4, "--amend")
    assert desk.found() == [("G002", ID, TWO, old), ("G003", OTHER_ID, "", old)]
    found = desk.found(against=old)
    assert [each[:3] for each in found] == [("G002", ID, TWO), ("G003", OTHER_ID, "")]
    assert "which no branch holds any more" in desk.messages()


@pytest.mark.parametrize("how", ["reset", "rebase", "commit-tree"])
def test_a_squash_that_hides_a_change_is_found(desk: Desk, how: str) -> None:
    base = desk.record(1.1, event(ONE))
    desk.record(2.1, event(ONE), event(TWO))
    desk.record(3.1, event(ONE), event(TWO, "else"))
    if how == "reset":
        desk.git("reset", "-q", "--soft", base)
        desk.git("commit", "-q", "-m", "squashed", hour=4)
    elif how == "rebase":
        editor = f"{sys.executable} -c \"import re,sys; p=sys.argv[1]; t=open(p).read(); i=t.index('pick', 1);"
        editor += " open(p,'w').write(t[:i] + 'fixup' + t[i+4:])\""
        desk.git("rebase", "-q", "-i", base, hour=4, GIT_SEQUENCE_EDITOR=editor)
    else:
        tree = desk.git("rev-parse", "HEAD^{tree}")
        desk.git("reset", "-q", "--hard", desk.git("commit-tree", "-p", base, "-m", "squashed", tree, hour=4))
    assert desk.git("rev-list", "--count", "HEAD") == "2"
    assert [each[:3] for each in desk.found()] == [("G001", ID, TWO)]


def test_what_only_another_branch_a_tag_or_a_remote_still_tells_is_found(desk: Desk, tmp_path: Path) -> None:
    desk.record(1.1, event(ONE))
    desk.git("clone", "-q", ".", str(tmp_path / "clone"))
    desk.write(event(ONE, "else"))
    new = desk.commit(2, "--amend")
    clone = Desk(tmp_path / "clone")
    assert clone.found() == []
    clone.git("fetch", "-q")
    assert clone.found() == [("G001", ID, ONE, new)]
    clone.git("reset", "-q", "--hard", "origin/main")
    clone.git("reflog", "expire", "--expire=now", "--all")
    assert clone.found() == []  # nothing tells it there any more
    desk.git("branch", "old", "HEAD@{1}")
    desk.git("reflog", "expire", "--expire=now", "--all")
    assert desk.found() == [("G001", ID, ONE, new)]


def test_a_deleted_branch_that_only_the_reflog_holds_is_found(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.git("checkout", "-qb", "side")
    lost = desk.record(2.1, event(ONE), event(TWO))
    desk.git("checkout", "-q", "main")
    desk.git("branch", "-q", "-D", "side")
    assert desk.found() == [("G002", ID, TWO, lost)]


# Dates


def test_an_event_recorded_after_its_commit_is_named(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    sha = desk.record(2.8, event(ONE), event(THREE))
    assert desk.found() == [("G004", ID, THREE, sha)]
    assert desk.found(against="HEAD~1") == [("G004", ID, THREE, sha)]


def test_clocks_may_differ_by_five_minutes(desk: Desk) -> None:
    desk.record(0.92, event(ONE))
    desk.record(1.04, event(ONE), event("20260310T010000001Z-k7f"))
    assert desk.found() == []


@pytest.mark.parametrize("events", [(ONE, TWO, THREE), (ONE, THREE, TWO)])
def test_an_event_inserted_under_an_old_key_is_backdated(desk: Desk, events: tuple[str, ...]) -> None:
    desk.record(3.1, event(ONE), event(THREE))
    sha = desk.record(4, *map(event, events))
    assert desk.found() == [("G005", ID, TWO, sha)]
    assert desk.found(against="HEAD~1") == [("G005", ID, TWO, sha)]
    assert "a version of 2026-03-10 11:06, later than its key, did not have it" in desk.messages()


def test_a_backdated_event_that_is_not_committed_yet_is_found(desk: Desk) -> None:
    desk.record(3.1, event(ONE), event(THREE))
    desk.write(event(ONE), event(TWO), event(THREE))
    assert desk.found() == [("G005", ID, TWO, "")]


def test_a_squash_does_not_hide_a_backdated_event_from_the_reflog(desk: Desk) -> None:
    base = desk.record(0.5, event("20260310T001500000Z-k7f"))
    desk.record(3.1, event("20260310T001500000Z-k7f"), event(ONE))
    sha = desk.record(4, event("20260310T001500000Z-k7f"), event(ONE), event(TWO))
    desk.git("reset", "-q", "--soft", base)
    desk.git("commit", "-q", "-m", "squashed", hour=5)
    assert desk.found() == [("G005", ID, TWO, sha)]


@pytest.mark.parametrize("how", ["amend", "squash"])
def test_an_event_backdated_by_rewriting_the_commit_before_is_found(desk: Desk, how: str) -> None:
    base = desk.record(1.1, event(ONE))
    desk.record(3.1, event(ONE), event(THREE))
    desk.write(event(ONE), event(TWO), event(THREE))
    if how == "amend":
        sha = desk.commit(4, "--amend", author=3.1)
    else:
        desk.git("reset", "-q", "--soft", base)
        sha = desk.commit(4)
    assert desk.found() == [("G005", ID, TWO, sha)]


# Commit messages


def test_a_number_in_a_commit_message_is_named_and_not_repeated(desk: Desk) -> None:
    desk.write(event(ONE))
    sha = desk.commit(2, message="C\n\ncalled 13800000001 back")
    assert desk.found() == [("P002", "", "", sha)]
    assert "1380" not in desk.messages()
    desk.write(event(ONE), event(TWO))
    desk.commit(3, message=f"Revert {'a13800000001' + 'b' * 28}")
    (desk.root / "letter").write_text("x")
    desk.commit(3, message="13800000001")
    assert desk.found() == [("P002", "", "", sha)]
    assert desk.found(against=sha) == []


# Revisions


def test_a_day_is_the_last_commit_of_heads_own_line_by_its_end(desk: Desk) -> None:
    desk.record(15, event(ONE), event(TWO))
    desk.record(15.99, event(ONE))
    removed = desk.record(16.1, event(TWO))
    assert desk.found(against="2026-03-10") == [("G002", ID, ONE, removed)]
    assert desk.found(against="2026-03-11") == []
    with pytest.raises(ComplaintError, match="there is no commit by the end of 2026-03-09"):
        desk.found(against="2026-03-09")


@pytest.mark.parametrize("typed", ["nowhere", "--all", "-n1", "HEAD:complaints.d", "", "a\0b", "2026-13-01", "^HEAD"])
def test_what_is_no_revision_is_refused(desk: Desk, typed: str) -> None:
    desk.record(1.1, event(ONE))
    with pytest.raises(ComplaintError, match="is no revision"):
        desk.found(against=typed)


def test_what_a_revision_has_that_head_does_not_descend_from_is_missing(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.git("checkout", "-qb", "side")
    desk.record(2.1, event(ONE), event(TWO))
    desk.record(2.2, event(ONE), path=OTHER)
    desk.git("checkout", "-q", "main")
    assert desk.found(against="side") == [("G002", ID, TWO, ""), ("G003", OTHER_ID, "", "")]


def test_a_revision_without_tickets_is_said(desk: Desk) -> None:
    desk.commit(0.5)
    desk.record(1.1, event(ONE))
    assert proved(Register(desk.root), against="HEAD~1").notes == ("HEAD~1 holds no ticket",)


def test_history_and_revision_together_name_each_thing_once(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    sha = desk.record(2.1, event(ONE, "else"))
    proof = proved(Register(desk.root), against="HEAD~1", history=True)
    assert [each.sha for each in proof.problems] == [sha]


# Where the register lies


def test_a_register_in_a_subfolder_and_a_second_work_tree_with_a_detached_head(tmp_path: Path) -> None:
    desk = laid_out(tmp_path / "repo", inside="南 desk")
    desk.record(1.1, event(ONE))
    sha = desk.record(2.1, event(ONE, "else"))
    assert desk.found() == [("G001", ID, ONE, sha)]
    desk.git("worktree", "add", "-q", "--detach", str(tmp_path / "second"), "HEAD~1")
    second = Desk(tmp_path / "second", tmp_path / "second" / "南 desk")
    assert second.found() == [("G001", ID, ONE, sha)]
    second.record(3.1, event(ONE, "third"))
    assert {each[:3] for each in second.found()} == {("G001", ID, ONE)}


def test_a_repository_with_long_names_of_objects(tmp_path: Path) -> None:
    desk = laid_out(tmp_path / "repo", form="sha256")
    desk.record(1.1, event(ONE))
    desk.record(2.1, event(ONE), event(TWO))
    sha = desk.record(3.1, event(ONE, "else"), event(TWO))
    assert len(sha) == 64
    assert desk.found() == [("G001", ID, ONE, sha)]


# What cannot be checked


def test_without_git_a_repository_or_a_commit_nothing_is_checked(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.not_checked().startswith("there is no commit yet")
    outside = tmp_path / "outside"
    (outside / "complaints.d").mkdir(parents=True)
    (outside / "complaints.d" / "register.toml").write_text(SETTINGS)
    assert Desk(outside).not_checked().startswith("not inside a git repository")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert desk.not_checked() == "git is not installed"


def test_tickets_that_git_does_not_track_are_not_proven(desk: Desk) -> None:
    (desk.root / ".gitignore").write_text("20*/\n")
    desk.record(1.1, event(ONE))
    assert desk.not_checked().startswith("no ticket is committed")
    desk.write(event(ONE), path=OTHER)
    desk.git("add", "-f", OTHER)
    desk.commit(2)
    assert proved(Register(desk.root), history=True).notes == (
        "tickets that are not committed yet, of which git proves nothing: 1",
    )


def test_tickets_of_which_no_version_can_be_read_are_not_proven(desk: Desk) -> None:
    desk.write(event(ONE))
    (desk.root / TICKET).write_bytes(b"\0GITCRYPT\0")
    desk.commit(2)
    assert desk.not_checked() == "no committed version of a ticket can be read"


def test_a_shallow_a_sparse_and_an_incomplete_clone_are_not_checked(desk: Desk, tmp_path: Path) -> None:
    desk.record(1.1, event(ONE))
    desk.record(2.1, event(ONE), event(TWO))
    desk.git("clone", "-q", "--depth=1", f"file://{desk.top}", str(tmp_path / "shallow"))
    assert Desk(tmp_path / "shallow").not_checked().startswith("a shallow clone")
    desk.git("clone", "-q", "--sparse", ".", str(tmp_path / "sparse"))
    (tmp_path / "sparse" / "complaints.d").mkdir(exist_ok=True)
    (tmp_path / "sparse" / "complaints.d" / "register.toml").write_text(SETTINGS)
    assert Desk(tmp_path / "sparse").not_checked().startswith("a sparse checkout")
    blob = desk.git("rev-parse", f"HEAD~1:{TICKET}")
    (desk.top / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert desk.not_checked().startswith("1 versions of files are not in this clone")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders away")
def test_somebody_elses_repository_is_not_checked(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    for path in (desk.top, desk.top / ".git"):
        os.chown(path, 1234, 1234)
    assert desk.not_checked().startswith("the repository belongs to somebody else")


def test_replaced_and_grafted_history_is_not_believed(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    second = desk.record(2.1, event(ONE, "else"))
    third = desk.record(3.1, event(ONE), path=OTHER)
    desk.git("reflog", "expire", "--expire=now", "--all")
    (desk.top / ".git" / "info").mkdir(exist_ok=True)
    (desk.top / ".git" / "info" / "grafts").write_text(f"{second}\n")
    assert desk.found() == [("G001", ID, ONE, second)]
    (desk.top / ".git" / "info" / "grafts").unlink()
    desk.git("replace", "--graft", third)
    assert desk.found() == [("G001", ID, ONE, second)]


# What others wrote


def test_strange_names_messages_and_dates_forge_nothing(desk: Desk) -> None:
    desk.record(1.1, event(ONE))
    desk.write(event(ONE, "else"))
    message = f"/{'0' * 40}\n:100644 100644 {'0' * 40} {'0' * 40} M\n\n:\x1b[31m"
    name = "/a\x1b[31m\u202eb"
    sha = desk.commit(2, message=message, GIT_AUTHOR_NAME=name, GIT_COMMITTER_NAME=name)
    assert desk.found() == [("G001", ID, ONE, sha)]
    assert "by /a\\x1b[31m\\u202eb of" in desk.messages()
    tree = desk.git("rev-parse", "HEAD^{tree}")
    raw = b"tree %s\nparent %s\nauthor \xff <x> 99999999999999999999 +0000\ncommitter <> x\n\n\xfe13800000001\n"
    (desk.top / "raw").write_bytes(raw % (tree.encode(), sha.encode()))
    forged = desk.git("hash-object", "-t", "commit", "-w", "--literally", "raw")
    (desk.top / "raw").unlink()
    desk.git("update-ref", "HEAD", forged)
    desk.record(3.1, event(ONE, "third"))
    assert [each[:2] for each in desk.found()] == [("G001", ID), ("G001", ID)]


def test_the_settings_of_a_repository_start_no_program(desk: Desk, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.write_text(f'#!/bin/sh\necho "$0" >> "{tmp_path}/sprung"\nexit 1\n')
    trap.chmod(0o755)
    desk.record(1.1, event(ONE))
    desk.record(2.1, event(ONE), event(TWO))
    desk.record(2.2, event(ONE), event(TWO), path=OTHER)
    desk.write(event(ONE), path=OTHER)
    desk.commit(3, "--amend")
    (desk.root / ".gitattributes").write_text("*.toml diff=trap filter=trap merge=trap\n")
    hooks = ("core.fsmonitor", "diff.external", "core.pager", "pager.log", "gpg.program", "diff.trap.textconv")
    more = ("diff.trap.command", "filter.trap.clean", "filter.trap.smudge", "filter.trap.process", "core.sshCommand")
    for name in (*hooks, *more, "core.alternateRefsCommand", "uploadpack.packObjectsHook"):
        desk.git("config", name, str(trap))
    desk.git("config", "log.showSignature", "true")
    signed = desk.git("cat-file", "commit", "HEAD").replace("\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n x\n\n", 1)
    (desk.top / "signed").write_text(signed + "\n")
    desk.git("reset", "-q", "--soft", desk.git("hash-object", "-t", "commit", "-w", "signed"))
    desk.write(event(ONE), head="# edited\n")
    (tmp_path / "sprung").unlink(missing_ok=True)
    assert [each[:3] for each in desk.found()] == [("G002", ID, TWO), ("G002", OTHER_ID, TWO)]
    assert [each[:3] for each in desk.found(against="HEAD~1")] == [("G002", ID, TWO)]
    assert not (tmp_path / "sprung").exists()
    subprocess.run(["git", "log", "-p"], cwd=desk.top, capture_output=True, check=False)
    assert (tmp_path / "sprung").exists()  # the trap does work


# Size


def test_a_clean_history_of_hundreds_of_commits_reports_nothing_and_one_rewrite_in_it_is_found(tmp_path: Path) -> None:
    sys.path.insert(0, str(Path(__file__).parent / "bench"))
    try:
        from proof import fill
    finally:
        sys.path.pop(0)
    fill(tmp_path, 300)
    desk = Desk(tmp_path)
    proof = proved(Register(desk.root), history=True)
    assert (proof.problems, proof.not_checked, proof.commits, proof.tickets, proof.notes) == ((), "", 300, 60, ())
    file = sorted(tmp_path.glob("complaints.d/20*/*.toml"))[7]
    file.write_text(file.read_text(encoding="utf-8").replace('type = "received"', 'type = "noted"'), encoding="utf-8")
    assert [(each[0], each[1], each[3]) for each in desk.found()] == [("G001", file.stem, "")]
