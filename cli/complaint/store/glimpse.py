"""Owns what completion reads of a register: names and words, fast, from nothing but plain files; it judges nothing.

Reading every ticket would take longer than somebody who presses a key waits, so words come from the lists of the
policies and from the tickets of the newest months, `NEWEST` at most; ids come from all file names.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from complaint.core import ids
from complaint.store.files import REGISTER

NEWEST = 600
HEAD = 4096
LARGEST = 1024 * 1024
FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])", re.ASCII)
# A shell puts a candidate on the command line as it is, so one that the shell would not read as one word is not shown.
PLAIN = re.compile(r"\w[\w.+-]*")
REVISION = re.compile(r"\w[\w.+/-]*")


def ticket_ids(register: Path, typed: str) -> list[str]:
    """The ids that begin as typed, else the one whose random part does, else those random parts."""
    wanted = ids.normal(typed)
    names = [name[:-5] for folder in _months(register) for name in _listed(folder) if name.endswith(".toml")]
    whole = [name for name in names if name.startswith(wanted)]
    if not whole:
        whole = [name for name in names if name[7:].startswith(wanted)]
    found = sorted(name for name in whole if ids.ID.fullmatch(name))
    return found if len(found) < 2 or found[0].startswith(wanted) else [name[7:] for name in found]


def header_words(register: Path, key: str) -> set[str]:
    """What the headers of the newest tickets say under a key that holds one word."""
    line = re.compile(rf'^{key}[ \t]*=[ \t]*"([^"\\\n]+)"', re.MULTILINE)
    found = set()
    for _, head in zip(range(NEWEST), _heads(register), strict=False):
        word = line.search(head.partition("\n[")[0])
        if word and PLAIN.fullmatch(word[1]):
            found.add(word[1])
    return found


def events(register: Path, ticket_id: str) -> list[tuple[str, str]]:
    """The event keys of a ticket with their types; nothing if the id names no ticket."""
    found = ticket_ids(register, ticket_id)
    if len(found) != 1:
        return []
    text = _read(register / REGISTER / ids.folder(found[0]) / f"{found[0]}.toml", LARGEST)
    heading = re.compile(rf'^\[event\.({ids.EVENT_KEY.pattern})\]\ntype = "([a-z-]+)"', re.MULTILINE | re.ASCII)
    return heading.findall(text)


def policies(register: Path) -> dict[str, str]:
    """The text of every policy file, by the policy's id where it says one."""
    folder = register / REGISTER / "policies"
    texts = [_read(folder / name, LARGEST) for name in _listed(folder) if name.endswith(".toml")]
    named = ((re.search(r'^id = "([a-z0-9._-]+)"', text, re.MULTILINE), text) for text in texts)
    return {name[1]: text for name, text in named if name}


def listed_words(text: str) -> Mapping[str, Any]:
    """The lists and steps at the head of a policy's text, before its first clause; none of one that is broken there."""
    import tomli

    try:
        head = tomli.loads(text.partition("\n[[clause]]")[0])
    except tomli.TOMLDecodeError:
        return {}
    lists, steps = head.get("lists"), head.get("steps")
    sound = {name: words for name, words in lists.items() if isinstance(words, list)} if isinstance(lists, dict) else {}
    return {name: [word for word in words if isinstance(word, str)] for name, words in sound.items()} | {
        "step": list(steps) if isinstance(steps, dict) else []
    }


def roles(text: str) -> list[str]:
    """The roles that a policy's approvals, clauses and examples name."""
    found = re.findall(r'\brole = ("[^"\n]+"|\[[^\]\n]+\])', text)
    approvals = text.partition("\n[approvals]\n")[2].partition("\n[")[0]
    found += re.findall(r"^\w+ = (\[.*\])", approvals, re.MULTILINE)
    return [role for named in found for role in re.findall(r'"([^"]+)"', named)]


def clauses(text: str, kind: str = "") -> list[str]:
    """The ids of a policy's clauses, of one kind if it is named."""
    heading = re.compile(r'^\[\[clause\]\]\nid = "([a-z0-9._-]+)"\nkind = "([a-z-]+)"', re.MULTILINE)
    return [clause for clause, its_kind in heading.findall(text) if kind in ("", its_kind)]


def _months(register: Path) -> list[Path]:
    """The month folders, the newest first; links are left alone."""
    base = register / REGISTER
    names = sorted((name for name in _listed(base) if MONTH.fullmatch(name)), reverse=True)
    return [base / name for name in names]


def _listed(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder)) if stat.S_ISDIR(os.lstat(folder).st_mode) else []
    except OSError:
        return []


def _heads(register: Path) -> Iterator[str]:
    for folder in _months(register):
        for name in _listed(folder):
            if name.endswith(".toml"):
                yield _read(f"{folder}/{name}", HEAD)


def _read(path: Path | str, limit: int) -> str:
    """The first `limit` bytes of a regular file as text; nothing of whatever else is there."""
    try:
        file = os.open(path, FLAGS)
    except OSError:
        return ""
    try:
        data = os.read(file, limit) if stat.S_ISREG(os.fstat(file).st_mode) else b""
    finally:
        os.close(file)
    return data.decode("utf-8", "ignore")
