"""What a terminal is shown: nothing it could obey, nothing personal, and everything that is honest text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint.core.text import masked, show


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\x9b31mb", "a\\x9b31mb"),
        ("bell\x07", "bell\\x07"),
        ("nul\x00", "nul\\x00"),
        ("del\x7f", "del\\x7f"),
        ("\u202eevil\u202c", "\\u202eevil\\u202c"),
        ("\u2066iso\u2069", "\\u2066iso\\u2069"),
        ("\u200fmark", "\\u200fmark"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("bom\ufeff", "bom\\ufeff"),
        ("word\u2060joiner", "word\\u2060joiner"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("row\u2028forged", "row\\u2028forged"),
        ("row\u2029forged", "row\\u2029forged"),
        ("next\x85line", "next\\x85line"),
        ("private\ue000", "private\\ue000"),
        ("lone\udce9", "lone\\udce9"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text, shown):
    assert show(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "宽带三天无法上网",
        "全角\u3000空格",
        "no\u00a0break",
        "soft\u00adhyphen",
        "👨\u200d👩\u200d👧",
        "می\u200cخواهم",
        "🏳️\u200d🌈",
        "",
    ],
)
def test_honest_text_stays_as_it_is(text):
    assert show(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u200dx", "\\u200dx"),
        ("x\u200d", "x\\u200d"),
        ("1\u200c2", "1\\u200c2"),
        ("a\u200d\u200db", "a\\u200d\\u200db"),
        ("a\u200d b", "a\\u200d b"),
    ],
)
def test_a_joiner_that_joins_nothing_is_written_out(text, shown):
    assert show(text) == shown


def test_one_line_places_escape_line_breaks_and_tabs():
    assert show("a\nb\r\nc\td") == "a\\nb\\r\\nc\\td"


def test_places_of_several_lines_keep_line_breaks_and_tabs_but_no_carriage_return():
    assert show("a\nb\tc\r\x1b", lines=True) == "a\nb\tc\\r\\x1b"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::set-output name=x::y", "\\x3a:set-output name=x::y"),
        ("  \u3000\u00ad::error::y", "  \u3000\u00ad\\x3a:error::y"),
        ("a\n\t::error::y", "a\n\t\\x3a:error::y"),
        ("a ##[group]b", "a \\x23#[group]b"),
        ("a ##VSO[task.complete]b", "a \\x23#VSO[task.complete]b"),
        ("###[x]", "#\\x23#[x]"),
        ("#\u00ad#[x]", "\\x23\u00ad#[x]"),
    ],
)
def test_what_a_ci_runner_obeys_is_written_out(text, shown):
    assert show(text, lines=True) == shown


@pytest.mark.parametrize("text", ["a::b", "std::vector", "# 1", "## heading", "##", ":x", "issue #[1]"])
def test_what_no_ci_runner_obeys_stays_as_it_is(text):
    assert show(text) == text


@given(st.text())
def test_shown_text_never_holds_a_control_or_a_line_break(text):
    assert not any(ord(symbol) < 32 or 0x7F <= ord(symbol) < 0xA0 for symbol in show(text))
    assert len(show(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("key", "value", "seen"),
    [
        ("name", "张三", "张*"),
        ("name", "欧阳修", "欧*"),
        ("name", "Zhang San", "Z*"),
        ("phone", "13800000001", "138****0001"),
        ("phone", "12345678", "123****5678"),
        ("phone", "1234567", "****"),
        ("phone", "+86 138-0000-0001", "861****0001"),
        ("phone", "010-62345678", "010****5678"),
        ("id_number", "110101199003071234", "110****1234"),
        ("email", "zhang.san@example.org", "z***@example.org"),
        ("address", "1 Long Street", "***"),
        ("birthday", "1990 March", "***"),
        ("phone", "ask at the desk", "***"),
        ("name", "", ""),
        ("phone", "  13800000001 ", "138****0001"),
    ],
)
def test_a_personal_value_is_masked_by_its_form(key, value, seen):
    assert masked(key, value) == seen


@given(st.text(alphabet="0123456789", min_size=12, max_size=20))
def test_of_a_number_at_most_seven_digits_are_seen(number):
    assert masked("phone", number) == f"{number[:3]}****{number[-4:]}"
