"""What versions come to: random honest histories are silent, and one act of tampering is named exactly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint.core import ids
from complaint.core.checks import PROOF
from complaint.core.proof import UNCOMMITTED, Change, Commit, Ledger, Reach, recorded
from complaint.core.suspects import HELP, holds_personal, suspects
from complaint.core.versions import GONE, Content, Version, content

START = datetime(2026, 3, 10, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
Table = dict[str, Content]


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def key(minutes: float) -> str:
    return ids.event_key(at(minutes), "k7f")


class Past:
    """A history in the making: every line has a table of events, every commit is followed."""

    def __init__(self) -> None:
        self.ledger, self.minute, self.number = Ledger(), 0, 0
        self.lines: list[tuple[Table, Version]] = [({}, GONE)]

    def commit(self, line: int, table: Table, *parents: Version, reach: Reach = Reach.HEAD) -> None:
        self.number += 1
        after = Version(f"v{sorted(table.items())}", table)
        known = Commit(
            f"{self.number:040x}", "li.na", at(self.minute + 1), at(self.minute + 1), reach, len(parents) > 1
        )
        before = tuple(parent for parent in parents if parent.name != after.name)
        if before:
            self.ledger.follow(Change(known, "T", "T.toml", before, after, len(before) == len(parents)))
        self.lines[line] = (table, after)

    def record(self, line: int) -> None:
        table, parent = self.lines[line]
        self.commit(line, table | {key(self.minute): content({"note": self.minute})}, parent)

    def fork(self, line: int) -> None:
        self.lines.append(self.lines[line])

    def merge(self, line: int, other: int) -> None:
        if line != other:
            (mine, parent), (its, second) = self.lines[line], self.lines[other]
            self.commit(line, its | mine, parent, second)

    def tamper(self, line: int, how: str, which: int) -> tuple[str, str] | None:
        """Does it if the line has what it takes; the code and key to be found."""
        table, parent = self.lines[line]
        if not table:
            return None
        victim = sorted(table)[which % len(table)]
        if how == "G001":
            self.commit(line, table | {victim: content({"note": "else"})}, parent)
        elif how == "G002":
            self.commit(line, {each: value for each, value in table.items() if each != victim}, parent)
        else:
            moment = recorded(max(table))
            assert moment
            victim = key((moment - START).total_seconds() / 60 - (8 if how == "G005" else -60 * self.minute - 600))
            self.commit(line, table | {victim: content({"note": "new"})}, parent)
        return how, victim

    def found(self) -> set[tuple[str, str]]:
        return {(each.code, each.key) for each in suspects(self.ledger, ZONE)}


ACTS = st.lists(st.tuples(st.sampled_from(["record", "record", "fork", "merge"]), st.integers(0, 9), st.integers(0, 9)))


def act(past: Past, acts: list[tuple[str, int, int]]) -> None:
    for what, one, two in acts:
        past.minute += 10
        line, other = one % len(past.lines), two % len(past.lines)
        if what == "merge":
            past.merge(line, other)
        else:
            getattr(past, what)(line)


def joined(past: Past) -> None:
    past.minute += 10
    for line in range(1, len(past.lines)):
        past.merge(0, line)


@given(ACTS)
def test_an_honest_history_of_recordings_branches_and_merges_is_silent(acts: list[tuple[str, int, int]]) -> None:
    past = Past()
    act(past, acts)
    joined(past)
    assert past.found() == set()


@given(ACTS, st.sampled_from(["G001", "G002", "G004", "G005"]), st.integers(0, 9), st.integers(0, 9), ACTS)
def test_one_act_of_tampering_is_found_and_nothing_else(
    before: list[tuple[str, int, int]], how: str, line: int, which: int, after: list[tuple[str, int, int]]
) -> None:
    past = Past()
    past.record(0)
    act(past, before)
    past.minute += 10
    done = past.tamper(line % len(past.lines), how, which)
    act(past, after)
    joined(past)
    assert past.found() == ({done} if done else set())


def change(number: int, before: Version, after: Version, reach: Reach = Reach.HEAD, here: bool = False) -> Change:
    known = Commit(f"{number:040x}", "li.na", at(number * 60), at(number * 60), reach, here=here)
    return Change(known, "T", "T.toml", (before,), after)


def version(*events: tuple[str, str]) -> Version:
    return Version(str(events), {each: content({"note": note}) for each, note in events})


def found(*changes: Change) -> list[tuple[str, str, str]]:
    ledger = Ledger()
    for each in changes:
        ledger.follow(each)
    return [(each.code, each.key, each.sha.lstrip("0")) for each in suspects(ledger, ZONE)]


A, B = key(0), key(30)
FIRST, BOTH, ELSE = version((A, "x")), version((A, "x"), (B, "y")), version((A, "z"))


def test_what_only_a_reflog_holds_is_lost_and_what_a_branch_holds_is_not() -> None:
    assert found(change(1, GONE, FIRST), change(2, FIRST, BOTH, Reach.REFLOG)) == [("G002", B, "2")]
    assert found(change(1, GONE, FIRST, Reach.REFLOG)) == [("G003", "", "1")]
    assert found(change(1, GONE, FIRST), change(2, FIRST, BOTH, Reach.LIVE)) == []
    again = [change(2, FIRST, BOTH, Reach.REFLOG), change(3, FIRST, BOTH, Reach.LIVE)]
    assert found(change(1, GONE, FIRST), *again) == []


def test_of_two_contents_on_two_lines_the_later_commit_is_named() -> None:
    assert found(change(1, GONE, FIRST, Reach.REFLOG), change(2, GONE, ELSE)) == [("G001", A, "2")]
    assert found(change(1, GONE, FIRST), change(2, GONE, ELSE, Reach.LIVE)) == [("G001", A, "2")]


def test_a_version_that_shows_nothing_is_bridged_in_both_directions() -> None:
    broken = Version("broken", None)
    other = Version("broken otherwise", None)
    steps = [change(1, GONE, BOTH), change(2, BOTH, broken), change(3, broken, other), change(4, other, FIRST)]
    assert found(*steps) == [("G002", B, "4")]


def test_a_ticket_that_goes_and_comes_thousands_of_times_takes_no_time() -> None:
    ledger, last = Ledger(), GONE
    for number in range(1, 6000):
        coming = version((A, "x"), (B, str(number))) if number % 2 else GONE
        ledger.follow(change(number, last, coming))
        last = coming
    assert len(ledger.behind["T", ""]) == 1


def test_what_lies_before_the_revision_is_not_judged_and_still_known() -> None:
    old = [change(1, GONE, BOTH, Reach.OLD), change(2, BOTH, FIRST, Reach.OLD)]
    assert found(*old) == []
    assert found(*old, change(3, FIRST, BOTH)) == []
    assert found(*old, change(3, FIRST, ELSE)) == [("G001", A, "3")]


@pytest.mark.parametrize(("here", "codes"), [(True, ["G005"]), (False, [])])
def test_a_rewritten_version_tells_of_backdating_only_where_it_was_made(here: bool, codes: list[str]) -> None:
    steps = [change(1, GONE, FIRST, Reach.REFLOG, here), change(2, GONE, BOTH, here=here)]
    assert [code for code, _, _ in found(*steps)] == codes


def test_a_rebased_commit_was_authored_before_the_version_it_follows() -> None:
    other = version((A, "x"), (key(100), "y"))
    late = change(3, other, version((A, "x"), (B, "y"), (key(100), "y")))
    assert found(change(1, GONE, FIRST), change(2, FIRST, other), late) == [("G005", B, "3")]
    rebased = late._replace(commit=late.commit._replace(authored=at(90)))
    assert found(change(1, GONE, FIRST), change(2, FIRST, other), rebased) == []


def test_a_version_of_minutes_after_the_key_may_be_of_another_clock() -> None:
    soon = version((A, "x"), (key(55), "y"))
    late = version((A, "x"), (key(55), "y"), (key(57), "z"))
    assert found(change(1, GONE, soon), change(2, soon, late)) == []


def test_a_commit_renewed_by_a_rebase_tells_no_later_version() -> None:
    renewed = change(3, GONE, FIRST)
    renewed = renewed._replace(commit=renewed.commit._replace(authored=at(20)))
    assert found(renewed, change(4, FIRST, BOTH)) == []


def test_of_several_commits_that_bring_an_event_the_earliest_is_judged() -> None:
    other = version((A, "x"), (key(100), "y"))
    late = change(4, other, version((A, "x"), (B, "y"), (key(100), "y")))
    steps = [change(0, GONE, FIRST), change(2, FIRST, other), late]
    assert found(*steps) == [("G005", B, "4")]
    assert found(*steps, change(1, FIRST, BOTH, Reach.REFLOG)) == []


def test_a_merge_does_not_bring_what_a_parent_had_whatever_its_clock_says() -> None:
    merge = change(0, FIRST, BOTH)._replace(whole=False)
    assert found(change(0, GONE, FIRST), change(2, FIRST, BOTH), merge) == []


@pytest.mark.parametrize("name", ["x", "20261399T000000000Z-k7f", ""])
def test_a_key_that_is_no_moment_is_only_compared(name: str) -> None:
    odd = version((name, "x"))
    assert found(change(1, GONE, odd), change(2, odd, version((name, "y"))))[0][:2] == ("G001", name)


def test_what_is_not_committed_names_no_commit() -> None:
    ledger = Ledger()
    ledger.follow(change(1, GONE, FIRST))
    ledger.follow(Change(UNCOMMITTED, "T", "T.toml", (FIRST,), ELSE))
    (suspect,) = suspects(ledger, ZONE)
    assert (suspect.sha, suspect.author, suspect.date) == ("", "", None)


def test_hostile_field_names_are_shown_and_few() -> None:
    ledger = Ledger()
    many = Version("many", {A: content({f"\x1b{number}" + "x" * 99: number for number in range(99)})})
    ledger.follow(change(1, GONE, FIRST))
    ledger.follow(change(2, FIRST, many))
    (suspect,) = suspects(ledger, ZONE)
    assert suspect.message.isprintable()
    assert "and 95 more" in suspect.message


@pytest.mark.parametrize(
    ("message", "holds"),
    [
        ("13800000001", True),
        ("id 11010119900307123X.", True),
        ("2026-03 C-2603-7KQ3MXTJ 20260310T010000000Z-k7f", False),
        (f"Revert {'a13800000001b' + 'c' * 27}", False),
        ("138000000012", False),
    ],
)
def test_numbers_of_persons_in_messages(message: str, holds: bool) -> None:
    assert holds_personal(message) is holds


def test_every_code_says_how_to_mend_it() -> None:
    assert sorted(HELP) == sorted(check.code for check in PROOF)
