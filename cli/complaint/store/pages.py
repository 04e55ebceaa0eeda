"""Owns the pages of the audit's problems: why each is one, how it is mended, and an example that provokes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import ndiff
from typing import NamedTuple

from complaint import assets
from complaint.core.shape import Flag, Named, Rows, Table, Text
from complaint.store import documents

FOLDER, BASE = "problems", "base"
TICKET = "complaints.d/2026-03/C-2603-7KQ3MXTJ.toml"
LINE = Text()
SHAPE = Table(
    {
        **dict.fromkeys(("code", "why", "rule", "mend", "story"), LINE),
        "reports": Rows(LINE),
        "options": Rows(LINE),
        "beside": Named(LINE, LINE),
        "change": Rows(
            Table(
                {
                    "file": LINE,
                    **dict.fromkeys(("find", "put", "append", "text"), Text(blank=True)),
                    **dict.fromkeys(("copy", "link", "rename", "commit", "at"), LINE),
                    "remove": Flag(),
                }
            )
        ),
    },
    needs=("code", "why", "rule", "mend", "story", "reports"),
)


class Change(NamedTuple):
    """One step from a clean register to the problem: in `file`, a text is put wherever another is found, or appended.

    Or the file is written whole, removed, copied, renamed, or made a link; with `commit`, all is then committed under
    that message.
    """

    file: str = TICKET
    find: str = ""
    put: str = ""
    append: str = ""
    text: str = ""
    copy: str = ""
    link: str = ""
    rename: str = ""
    remove: bool = False
    commit: str = ""
    at: str = ""

    def shown(self) -> Iterator[str]:
        """The change as a person reads it, line by line."""
        if self != Change(commit=self.commit, at=self.at):
            yield f"in {self.file}:"
        rows = ndiff(_lines(self.find), _lines(self.put + self.append + self.text))
        yield from (row.rstrip() for row in rows if not row.startswith("?"))
        told = {
            "removed": self.remove,
            f"copied to {self.copy}": self.copy,
            f"renamed to {self.rename}": self.rename,
            f"a link to {self.link}": self.link,
        }
        yield from (f"  {words}" for words, holds in told.items() if holds)
        if self.commit:
            yield f"committed{f' at {self.at}' if self.at else ''}: {self.commit}"


def _lines(text: str) -> list[str]:
    return text.strip("\n").split("\n") if text else []


class Page(NamedTuple):
    """One problem's page; `reports` are the lines that `audit`, called with `options`, prints of this problem.

    `beside` names the problems that the same change brings with it, each with why. Without a `change`, time brings it.
    """

    code: str
    why: str
    rule: str
    mend: str
    story: str
    reports: Sequence[str]
    change: Sequence[Change] = ()
    options: Sequence[str] = ()
    beside: Mapping[str, str] = {}


def pages() -> Sequence[Page]:
    """The page of every code that has one."""
    return [page(name) for name in assets.names(FOLDER) if name != BASE]


def page(code: str) -> Page:
    """The page of a code."""
    shown = f"templates/{FOLDER}/{code}.toml"
    text = assets.text(FOLDER, code)
    data = documents.parsed(text, shown)
    documents.refuse(text, shown, list(SHAPE.check(data, ())))
    return Page(**{**data, "change": [Change(**each) for each in data.get("change", ())]})


def base() -> Mapping[str, str]:
    """The files of the small clean register that every example starts from, by path."""
    files: Mapping[str, str] = documents.parsed(assets.text(FOLDER, BASE), f"templates/{FOLDER}/{BASE}.toml")["files"]
    return files
