"""Tidying a ticket: whatever a hand has done to its layout, what it says stays, and canonical text is left alone."""

from __future__ import annotations

import re

import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint.store.layout import new_ticket, written
from complaint.store.pages import TICKET, base
from complaint.store.tidy import tidied

CANONICAL = base()[TICKET]

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=30).filter(lambda t: "\r" not in t)
values = st.one_of(texts, st.booleans(), st.integers(-(2**53), 2**53), st.lists(words, max_size=3))
names = st.from_regex(r"[a-z][a-z_-]{0,8}", fullmatch=True)
tables = st.dictionaries(names, values, max_size=4)


@st.composite
def handmade(draw):
    """A ticket as a hand may leave it: keys out of order, spaces, blank lines, comments, and tables of a team's own."""
    heads = draw(st.lists(st.sampled_from(["about", "complainant", "own", "own.deeper"]), unique=True))
    keys = draw(st.lists(st.integers(10, 99), unique=True, max_size=3))
    named = [f"[{head}]" for head in heads] + [f"[event.20260310T0100{number}000Z-abc]" for number in keys]
    blocks = [draw(spaced(heading)) + draw(table(heading)) for heading in draw(st.permutations(named))]
    return draw(table()) + "".join(blocks)


@st.composite
def spaced(draw, line):
    """A line with whatever may stand around it."""
    above = "".join(draw(st.lists(st.sampled_from(["", "\n", "# a remark\n", "   # another\n"]), max_size=3)))
    behind = draw(st.sampled_from(["", "  # behind", "\t#  far behind ", " "]))
    indent = draw(st.sampled_from(["", "  ", "\t"]))
    return f"{above}{indent}{line}{behind}\n" if line else above


@st.composite
def table(draw, heading=""):
    """Pairs, in any spelling; those of one table are called so that they are no table of the file."""
    rows = ""
    for key, value in draw(tables).items():
        equals = draw(st.sampled_from([" = ", "=", "   =  "]))
        rows += draw(spaced(f"{'x-' if heading in ('', '[own]') else ''}{key}{equals}{draw(toml(value))}"))
    return rows


def toml(value):
    """One of the ways to write a value."""
    ways = [written(value)]
    if isinstance(value, list) and value:
        ways += [f"[\n  {', '.join(map(written, value))},  # a list\n]", f"[{','.join(map(written, value))}, ]"]
    if isinstance(value, str) and value.isprintable() and "'" not in value:
        ways.append(f"'{value}'")
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        ways += [hex(value), f"+{value}"]
    return st.sampled_from(ways)


def said(text):
    """Everything that a text says, with the kind of every value and the order of its events; not that of other keys."""
    document = tomli.loads(text)

    def plain(value):
        return {key: plain(value[key]) for key in sorted(value)} if isinstance(value, dict) else value

    return repr(plain(document)), list(document.get("event", {}))


def remarks(text):
    """Every comment, however it is indented; a comment is what stands behind # outside of any text."""
    return sorted(found.rstrip() for found in re.findall(r"# ?(?:a remark|another|behind| far behind|a list)", text))


@settings(deadline=None)
@given(handmade())
def test_it_says_the_same_as_before(text):
    assert said(tidied(text)) == said(text)


@settings(deadline=None)
@given(handmade())
def test_the_lines_of_events_stay_as_they_are(text):
    tables = re.split(r"^(?=[ \t]*\[)", text, flags=re.MULTILINE)
    rows = {row for each in tables if each.lstrip().startswith("[event.") for row in each.split("\n") if "=" in row}
    assert rows <= set(tidied(text).split("\n"))


@settings(deadline=None)
@given(handmade())
def test_twice_is_once(text):
    once = tidied(text)
    assert tidied(once) == once


@settings(deadline=None)
@given(handmade())
def test_every_comment_stays(text):
    assert remarks(tidied(text)) == remarks(text)


@settings(deadline=None)
@given(handmade())
def test_windows_line_ends_are_no_other_text(text):
    if "\n" not in "".join(re.findall(r'"""[^"]*"""', text)):
        assert tidied(text.replace("\n", "\r\n")) == tidied(text)


header = st.fixed_dictionaries({"schema": st.just(1), "id": st.just("C-2603-7KQ3MXTJ"), "summary": texts})
event = st.fixed_dictionaries({"type": st.just("noted"), "note": texts, "evidence": st.lists(words, min_size=1)})


@settings(deadline=None)
@given(header, tables, st.dictionaries(st.sampled_from(["name", "phone", "email"]), texts), event)
def test_what_a_command_wrote_is_the_same_bytes_after_it(head, about, complainant, noted):
    text = new_ticket(head, about, complainant, "20260310T010000000Z-abc", noted)
    assert tidied(text) == text


def test_the_ticket_of_the_examples_is_canonical():
    assert tidied(CANONICAL) == CANONICAL


def test_events_keep_their_lines_even_where_a_hand_has_laid_them_out():
    text = CANONICAL.replace('by = "wang.wei"', "by   =   'wang.wei'   # over the telephone")
    assert tidied("\n\n" + text) == text


def test_what_is_no_toml_stays_as_it_is():
    assert tidied("status = \n") == "status = \n"
