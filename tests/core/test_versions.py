"""What a version of a ticket recorded: equal if and only if it says the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint.core.versions import content, differing, events_of, grown, together

HEAD = b'schema = 1\n\n[event.a]\ntype = "noted"\n'


def one(line: str) -> object:
    events = events_of(f"[event.a]\n{line}\n".encode())
    assert events
    return events["a"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("at = 2026-03-10T01:00:00Z", "at = 2026-03-10T09:00:00+08:00"),
        ("x = 'a'", 'x = "\\u0061"  # so'),
        ("x = ['a', 'b']", "x = [\n  'a',\n  'b',\n]"),
        ("x = 1\ny = 2", "y = 2\nx = 1"),
        ("x = nan", "x = nan"),
        ("x = 0001-01-01T00:00:00+08:00", "x = 0001-01-01T00:00:00+08:00"),
    ],
)
def test_the_same_told_otherwise_is_the_same(first: str, second: str) -> None:
    assert one(first) == one(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("x = 1", "x = true"),
        ("x = 1", "x = 1.0"),
        ("x = 1", "x = '1'"),
        ("x = ['a', 'b']", "x = ['b', 'a']"),
        ("x = []", "x = {}"),
        ("x = 2026-03-10T01:00:00", "x = 2026-03-10T01:00:00Z"),
        ("x = 2026-03-10", "x = 2026-03-10T00:00:00"),
        ("x = 'a'", "x = 'A'"),
        ("x = 1", ""),
        ("x.y = 1", "x.y = 2"),
    ],
)
def test_what_differs_in_kind_or_value_differs(first: str, second: str) -> None:
    assert one(first) != one(second)


@pytest.mark.parametrize(
    "data", [b"\xff", b"x =", b"<<<<<<< HEAD\n", b"\xef\xbb\xbfx = 1\n", b"[event.a]\n[event.a]\n"]
)
def test_what_is_no_document_shows_nothing(data: bytes) -> None:
    assert events_of(data) is None


def test_a_document_without_events_has_none() -> None:
    assert events_of(b"x = 1\n") == events_of(b"event = 1\n") == {}


def test_the_fields_that_differ_are_named() -> None:
    assert differing(content({"a": 1, "b": 2, "c": 3}), content({"a": 1, "b": 4, "d": 3})) == ["b", "c", "d"]


def test_copies_hold_the_events_of_both_and_an_unreadable_one_shows_nothing() -> None:
    assert together([{"a": ()}, {"b": ()}]) == {"a": (), "b": ()}
    assert together([{"a": ()}, None]) is None


TAILS = (
    *(b'\n[event.b]\ntype = "x"\n', b"[event.b]\n", b"\n\n[event.b]\nx = 1\n[event.c]\ny = 2\n", b"[event.b.c]\n"),
    *(b"x = 1\n", b"\nx = 1\n[event.b]\n", b"[event.a.b]\n", b"[event.a]\n", b"[about]\nx = 1\n", b"[event]\nd = 1\n"),
    *(b"[event.b]\n[about]\n", b"", b"\n", b"# [event.b]\n", b"[[event.b]]\n", b"[event.b]\nx =", b"[event.'a'.b]\n"),
)


@given(st.lists(st.sampled_from(TAILS), max_size=3).map(b"".join))
def test_what_an_added_tail_is_read_as_is_what_the_whole_would_be(tail: bytes) -> None:
    older = events_of(HEAD)
    assert older
    added = grown(older, tail)
    assert added is None or added == events_of(HEAD + tail)


def test_a_tail_of_whole_new_events_is_read_alone_and_any_other_is_not() -> None:
    older = events_of(HEAD) or {}
    assert [grown(older, tail) is not None for tail in TAILS] == [True] * 4 + [False] * 13
