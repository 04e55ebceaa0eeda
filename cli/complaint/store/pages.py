"""Owns the pages of the audit's problems: why each is one, how it is mended, and an example that provokes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from complaint import assets
from complaint.core.shape import Flag, Rows, Table, Text
from complaint.store import documents

FOLDER = "problems"
TICKET = "complaints.d/2026-03/C-2603-7KQ3MXTJ.toml"
LINE = Text()
SHAPE = Table(
    {
        **dict.fromkeys(("code", "why", "rule", "mend", "story"), LINE),
        "reports": Rows(LINE),
        "options": Rows(LINE),
        "change": Rows(
            Table(
                {
                    "file": LINE,
                    **dict.fromkeys(("find", "put", "append", "text"), Text(blank=True)),
                    **dict.fromkeys(("link", "rename", "commit"), LINE),
                    "remove": Flag(),
                }
            )
        ),
    },
    needs=("code", "why", "rule", "mend", "story", "reports", "change"),
)


class Change(NamedTuple):
    """One step from a clean register to the problem: in `file`, a text found and put, appended or written whole.

    Or the file is removed, renamed, or made a link; with `commit`, all is then committed under that message.
    """

    file: str = TICKET
    find: str = ""
    put: str = ""
    append: str = ""
    text: str = ""
    link: str = ""
    rename: str = ""
    remove: bool = False
    commit: str = ""

    def shown(self) -> Iterator[str]:
        """The change as a person reads it, line by line."""
        yield f"in {self.file}:"
        for sign, text in (("-", self.find), ("+", self.put), ("+", self.append), ("+", self.text)):
            yield from (f"  {sign} {line}".rstrip() for line in text.split("\n")[: 24 if text else 0])
        told = {"removed": self.remove, f"a link to {self.link}": self.link, f"renamed to {self.rename}": self.rename}
        yield from (f"  {words}" for words, holds in told.items() if holds)
        if self.commit:
            yield f"  committed: {self.commit}"


class Page(NamedTuple):
    """One problem's page; `reports` are the lines that `audit`, called with `options`, prints of this problem."""

    code: str
    why: str
    rule: str
    mend: str
    story: str
    reports: Sequence[str]
    change: Sequence[Change]
    options: Sequence[str] = ()


def page(code: str) -> Page:
    """The page of a code."""
    shown = f"templates/{FOLDER}/{code}.toml"
    text = assets.text(FOLDER, code)
    data = documents.parsed(text, shown)
    documents.refuse(text, shown, list(SHAPE.check(data, ())))
    return Page(**{**data, "change": [Change(**each) for each in data["change"]]})


def base() -> Mapping[str, str]:
    """The files of the small clean register that every example starts from, by path."""
    files: Mapping[str, str] = documents.parsed(assets.text(FOLDER, "base"), f"templates/{FOLDER}/base.toml")["files"]
    return files
