"""Owns colour: which words of a finished table or page are shown how. It adds codes only, so that widths stay."""

from __future__ import annotations

import re

import click

STYLES = {
    "overdue": {"fg": "red"},
    "error": {"fg": "red"},
    "due-soon": {"fg": "yellow"},
    "warning": {"fg": "yellow"},
    "met": {"dim": True},
    "late": {"dim": True},
    "cancelled": {"dim": True},
}
# A word is a state where it fills a cell but for remarks on it, or stands between a place and what is wrong there.
WORDS = "|".join(STYLES)
STATE = re.compile(
    rf"(?:^|(?<=  ))(?:{WORDS})(?=  | \(| by |, |$)|(?<=: )(?:{WORDS})(?=: | [A-Z][0-9]{{3}} )", re.MULTILINE
)


def painted(text: str) -> str:
    """`text`, which show() made safe, with its state and severity words coloured."""
    return STATE.sub(lambda word: click.style(word[0], **STYLES[word[0]]), text)  # type: ignore[arg-type]
