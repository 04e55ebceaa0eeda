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
# A word is a state where it fills a cell, or stands between colons; what may follow in its cell are remarks on it.
STATE = re.compile(rf"(?:(?<=^)|(?<=  )|(?<=[0-9]: ))({'|'.join(STYLES)})(?=  | \(| by |, |: |$)", re.MULTILINE)


def painted(text: str) -> str:
    """`text`, which show() made safe, with its state and severity words coloured."""
    return STATE.sub(lambda word: click.style(word[1], **STYLES[word[1]]), text)  # type: ignore[arg-type]
