"""Which words of a finished text are coloured; nothing else changes."""

from __future__ import annotations

import re

import pytest

from complaint.render.colour import STYLES, painted


@pytest.mark.parametrize("word", STYLES)
@pytest.mark.parametrize(
    "line",
    ["C-1  {}  2026", "  {} by 4h  due", "  {}", "C-1  {} (provisional)  x", "a.toml:3: {}: typo", "a.toml: {} H001 x"],
)
def test_a_state_is_coloured_where_it_stands_as_one(line, word):
    text = line.format(word)

    assert "\x1b[" in painted(text)
    assert re.sub(r"\x1b\[[0-9;]*m", "", painted(text)) == text


@pytest.mark.parametrize(
    "text",
    ["nothing is overdue here", "1 ticket judged: 1 overdue", "overdue-soon  x", "summary: error", "latest  met1"],
)
def test_a_word_within_a_sentence_stays_as_it_is(text):
    assert painted(text) == text
