"""Where each key of a TOML text stands."""

from __future__ import annotations

import contextlib
import time

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint.core.source import Kind, line_of, statements

POLICY = """\
schema = 1
title = { en = "Rules", names = { zh = "规则" } }

[[clause]]
id = "first"
allow = { hours = 2, calendar.name = "answer-hours" }

  [[clause.example]]
  events = [
    { type = "replied" },  # ] is not the end
    # nor is this }
    { type = "answered", at = [
      1, 2 ] },
  ]

[[clause]]
id = 'second'

  [[clause.example]]
  name = "x"

[calendar."answer hours"]
daily = ["08:00-12:00"]
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("schema",), 1),
        (("title", "names", "zh"), 2),
        (("clause",), 4),
        (("clause", 0), 4),
        (("clause", 0, "allow", "hours"), 6),
        (("clause", 0, "allow", "calendar", "name"), 6),
        (("clause", 0, "example", 0), 8),
        (("clause", 0, "example", 0, "events", 0, "type"), 10),
        (("clause", 0, "example", 0, "events", 1), 12),
        (("clause", 0, "example", 0, "events", 1, "at", 1), 13),
        (("clause", 1), 16),
        (("clause", 1, "example", 0, "name"), 20),
        (("calendar",), 22),
        (("calendar", "answer hours", "daily", 0), 23),
    ],
)
def test_a_path_leads_to_the_line_a_person_would_point_at(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(POLICY, path) == line


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ((), 1),
        (("nothing",), 1),
        (("clause", 7, "id"), 4),
        (("clause", 1, "missing"), 16),
        (("clause", 0, "allow", "minutes"), 6),
        (("clause", 0, "example", 0, "events", 1, "missing"), 12),
        (("schema", "deeper"), 1),
    ],
)
def test_a_path_that_is_not_there_leads_to_its_longest_beginning(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(POLICY, path) == line


def test_a_table_that_is_written_later_than_its_parts_is_found_at_its_own_header() -> None:
    assert line_of("[a.b]\nx = 1\n\n[a]\ny = 2\n", ("a",)) == 4


def test_what_looks_like_a_header_inside_a_text_is_text() -> None:
    text = 'content = """\n[event.x]\nstatus = "closed" \\"""\n"""  # told\n[event.x]\n'
    assert [(each.kind, each.first, each.last) for each in statements(text)] == [(Kind.PAIR, 1, 4), (Kind.TABLE, 5, 5)]
    assert line_of(text, ("event", "x")) == 5


def test_a_value_ends_before_the_spaces_and_the_comment() -> None:
    text = '  "odd key" . b\t=\t2026-03-10 09:00:00+08:00  # a comment\r\nlast = [ 1, # ]\n 2 ]'
    first, last = statements(text)
    assert (first.path, text[slice(*first.value)]) == (("odd key", "b"), "2026-03-10 09:00:00+08:00")
    assert (last.first, last.last, text[slice(*last.value)]) == (2, 3, "[ 1, # ]\n 2 ]")


def test_escapes_in_quoted_keys_are_read() -> None:
    assert statements('"a\\u0062" = 1')[0].path == ("ab",)


@pytest.mark.parametrize(
    "text", ["= 1", "a = ", "a = [1", 'a = "x', 'a = """x', "[a", "[[a]", "a b = 1", "a = 1 ]", "[]"]
)
def test_what_is_not_toml_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        statements("# one\n" + text + "\n")
    assert line_of("# one\n" + text + "\n", ("a",)) == 1


@pytest.mark.parametrize(
    "hostile",
    [
        "a = [" + "[1]," * 60_000 + "]",
        "a = " + "[" * 100_000,
        'a = """' + '""x' * 80_000 + '"""',
        'a = """' + "\\\n" * 100_000,
        "[x.y]\n" * 40_000,
        "a" + ".a" * 100_000 + " = 1",
        "#" * 250_000,
        '"' * 250_000,
        "a = " + '"""x"""' * 40_000,
    ],
    ids=range(9),
)
def test_a_hostile_file_costs_no_more_than_its_size(hostile: str) -> None:
    start = time.perf_counter()
    with contextlib.suppress(ValueError):
        statements(hostile)
    assert time.perf_counter() - start < 5


VALUES = st.sampled_from(
    [
        "1",
        "0x1F",
        "1e3",
        "true",
        "1979-05-27",
        "1979-05-27 07:32:00Z",
        "07:32:00",
        '""',
        "''",
        '"a # \\" b"',
        "'a # \\'",
        '""""""',
        '"""\n[x]\n"" \\""" k = 1\n"""',
        '""""two""\n"""""',
        "'''\n[x]\n'' k = \"\"\"\n'''''",
        "[]",
        '[ "]", # ]\n  [1, 2],\n\n  { a.b = "}" } ]',
        "{}",
        '{ a = 1, "b c" = [ "[", { d = 2 } ] }',
    ]
)
KEYS = st.sampled_from(["k{0}", '"k {0}"', "'k.{0}'", "k{0}.a . b", '"\\u0041{0}"'])
GAPS = st.sampled_from(["", " ", "\t", "  "])
ENDS = st.sampled_from(["", "  ", "  # a = 1", "# [x]"])
HEADERS = st.sampled_from(["[t{0}]", "[ t{0} . a ]", "[t{0}.'b c']", "[[rows]]", "[[rows.deep]]", "[rows.sub{0}]"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    rows = ["[[rows]]"] if draw(st.booleans()) else []
    for number in range(draw(st.integers(0, 12))):
        kind = draw(st.sampled_from("ppphcb"))
        indent, end = draw(GAPS), draw(ENDS)
        if kind == "p":
            key = draw(KEYS).format(number)
            rows.append(f"{indent}{key}{draw(GAPS)}={draw(GAPS)}{draw(VALUES)}{end}")
        elif kind == "h":
            rows.append(indent + draw(HEADERS).format(number) + end)
        else:
            rows.append(indent + ("# [x] k = '''" if kind == "c" else ""))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    text = "\n".join(rows) + draw(st.sampled_from(["", "\n"]))
    return text.replace("\n", newline)


def rebuilt(text: str) -> dict[str, object]:
    """The document made again from nothing but its statements."""
    top: dict[str, object] = {}
    for each in statements(text):
        if each.kind in {Kind.BLANK, Kind.COMMENT}:
            continue
        value = tomli.loads("value = " + text[slice(*each.value)])["value"] if each.kind is Kind.PAIR else None
        here: object = top
        for key, below in zip(each.path, [*each.path[1:], None], strict=True):
            fresh = [] if isinstance(below, int) else {} if value is None or below is not None else value
            if isinstance(here, list):
                assert isinstance(key, int)
                if key == len(here):
                    here.append(fresh)
                here = here[key]
            else:
                assert isinstance(here, dict)
                here = here.setdefault(key, fresh)
    return top


@settings(max_examples=300, deadline=None)
@given(documents())
def test_the_statements_of_a_document_are_all_of_it_and_each_value_is_where_they_say(text: str) -> None:
    try:
        parsed = tomli.loads(text)
    except ValueError:
        return
    found = statements(text)
    assert "".join(text[each.start : each.end] for each in found) == text
    assert [each.first for each in found[1:]] == [each.last + 1 for each in found[:-1]]
    assert rebuilt(text) == parsed


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab=.,[]{}\"'#\\ \t\r\n1"), st.lists(st.sampled_from(["a", "b", 0, 1]), max_size=4))
def test_no_text_makes_it_do_anything_but_answer_or_refuse(text: str, path: list[str | int]) -> None:
    assert 1 <= line_of(text, tuple(path)) <= text.count("\n") + 1
    try:
        found = statements(text)
    except ValueError:
        return
    assert "".join(text[each.start : each.end] for each in found) == text
