"""Owns policies, calendars and settings as files: reads them, names every mistake, makes the rulebook."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from complaint import assets
from complaint.core.calendar import DayTable
from complaint.core.errors import Unreadable
from complaint.core.policy import Policy, policy
from complaint.core.rulebook import SINCE, Rulebook
from complaint.core.shape import NAME, Flag, Mistake, Table, Text, Whole
from complaint.store import documents, files
from complaint.store.home import SETTINGS

SHAPE = Table(
    {
        "schema": Whole(1, 1),
        "name": Text(),
        "timezone": Text(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*", "a zone such as Asia/Shanghai"),
        "policy": NAME,
        "prefix": Text("[A-Z]", "one capital letter"),
        "size_limit_kib": Whole(1, 16 * 1024),
        "commit": Flag(),
    }
)


ZONE = "Asia/Shanghai"


class Settings(NamedTuple):
    """What register.toml says."""

    zone: ZoneInfo
    name: str = ""
    policy: str = ""
    prefix: str = "C"
    size_limit: int = 256 * 1024
    commit: bool = False


def settings(root: Path) -> tuple[Settings, list[Unreadable]]:
    """The settings that can be read, with the usual values for the others, and every mistake with its line."""
    try:
        text, document = documents.read(root / SETTINGS, SETTINGS)
    except Unreadable as error:
        return Settings(ZoneInfo(ZONE)), [error]
    found = list(SHAPE.check(document, ()))
    wrong = {mistake.path[0] for mistake in found if mistake.path}
    known = {key: value for key, value in document.items() if key not in wrong}
    zone = ZoneInfo(ZONE)
    try:
        zone = ZoneInfo(known.get("timezone", ZONE))
    except (OSError, ValueError, LookupError):
        found.append(Mistake(("timezone",), f'found "{known["timezone"]}"', f"allowed: a zone such as {ZONE}"))
    mistakes = [
        Unreadable(documents.named(each), each.allowed, where=f"{SETTINGS}:{documents.line_of(text, each.path)}")
        for each in found
    ]
    size = known.get("size_limit_kib", 256) * 1024
    values = (
        known.get("name", ""),
        known.get("policy", ""),
        known.get("prefix", "C"),
        size,
        known.get("commit", False),
    )
    return Settings(zone, *values), mistakes


class PolicyFile(NamedTuple):
    """One policy file: its edition, or why it cannot be judged by; `mistakes` with their lines."""

    shown: str
    id: str
    text: str
    document: Mapping[str, Any] | None
    edition: Policy | None
    mistakes: tuple[tuple[int, Mistake], ...] = ()
    unreadable: Unreadable | None = None

    def error(self) -> Unreadable | None:
        """Why it cannot be judged by, naming the first mistake."""
        if self.unreadable or not self.mistakes:
            return self.unreadable
        line, first = self.mistakes[0]
        return Unreadable(documents.named(first), first.allowed, where=f"{self.shown}:{line}")


def toml_names(folder: Path) -> list[str]:
    """The TOML files of a folder, by name."""
    if not folder.is_dir():
        return []
    return sorted(name for name in os.listdir(folder) if name.endswith(".toml") and not name.startswith("."))


def policy_files(root: Path, only: str = "") -> Iterator[PolicyFile]:
    """Every policy file of a register; with `only`, at least those of that policy and those it extends."""
    folder = root / files.REGISTER / "policies"
    calendars = calendar_names(root)
    for name in toml_names(folder):
        shown = f"{files.REGISTER}/policies/{name}"
        try:
            text = files.read_text(folder / name, limit=documents.LIMIT, shown=shown)
        except Unreadable as error:
            yield PolicyFile(shown, _guessed("", name), "", None, None, unreadable=error)
            continue
        if not only or only in text or _guessed(text, name) == only:
            yield policy_file(text, shown, calendars, examples=not only)


def policy_file(text: str, shown: str, calendars: list[str], *, examples: bool = True) -> PolicyFile:
    """The policy that a text writes, checked; an unchanged copy of a shipped pack was checked before it shipped.

    Without `examples` those of such a copy are not even parsed: they are most of it, and only `policy` asks for them.
    """
    name = shown.rpartition("/")[2]
    as_shipped = _as_shipped(text)
    if as_shipped and not examples:
        document = documents.parsed(_without_examples(text), shown)
        if document["policy"].get("days", "cn") in calendars:
            return PolicyFile(shown, document["policy"]["id"], text, document, policy(document))
    try:
        document = documents.parsed(text, shown)
    except Unreadable as error:
        return PolicyFile(shown, _guessed(text, name), text, None, None, unreadable=error)
    if as_shipped and document["policy"].get("days", "cn") in calendars:
        return PolicyFile(shown, document["policy"]["id"], text, document, policy(document))
    from complaint.core.policy_check import mistakes

    found = tuple((documents.line_of(text, mistake.path), mistake) for mistake in mistakes(document, calendars))
    head = document.get("policy", {})
    own = head.get("id") if isinstance(head, dict) else None
    edition = None if found else policy(document)
    policy_id = own if isinstance(own, str) else _guessed(text, name)
    return PolicyFile(shown, policy_id, text, document, edition, tuple(sorted(found, key=_line)))


def _without_examples(text: str) -> str:
    """A shipped pack, which is canonical, without the [[clause.example]] tables of its clauses."""
    return "\n[[clause]]\n".join(part.partition("\n[[clause.example]]\n")[0] for part in text.split("\n[[clause]]\n"))


def _as_shipped(text: str) -> bool:
    """Whether a text is, but for the line that says where it came from, what ships under that name."""
    origin = re.search(r'^origin = \{ name = "([a-z0-9-]+)".*\n', text, re.MULTILINE)
    if not origin or origin[1] not in assets.names("policies"):
        return False
    return text[: origin.start()] + text[origin.end() :] == assets.text("policies", origin[1])


def _line(found: tuple[int, Mistake]) -> int:
    return found[0]


def _guessed(text: str, name: str) -> str:
    """The policy that a broken file most likely belongs to: the id it writes, else the one its name begins with."""
    written = re.search(r"""^\s*id\s*=\s*["']([a-z0-9._-]+)["']""", text, re.MULTILINE)
    return written[1] if written else re.sub(r"-[0-9][0-9-]*$", "", name.removesuffix(".toml"))


def calendar_names(root: Path) -> list[str]:
    """The names of a register's calendars."""
    return [name.removesuffix(".toml") for name in toml_names(root / files.REGISTER / "calendars")]


def calendar(text: str, shown: str) -> DayTable:
    """The days off that a calendar file lists; `Unreadable` with the line of its first mistake."""
    from complaint.core import days

    document = documents.parsed(text, shown)
    documents.refuse(text, shown, days.mistakes(document))
    return days.day_table(document)


class LazyDays(dict[str, DayTable]):
    """The calendars of a register by name, each read when a clause first counts by it."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root

    def __missing__(self, name: str) -> DayTable:
        shown = f"{files.REGISTER}/calendars/{name}.toml"
        text = files.read_text(self._root / shown, limit=documents.LIMIT, shown=shown)
        self[name] = calendar(text, shown)
        return self[name]


def rulebook(root: Path, zone: ZoneInfo, only: str = "") -> tuple[Rulebook, list[Unreadable]]:
    """The rules of a register, and why some of them cannot be judged by; with `only`, calendars are read as needed."""
    found = list(policy_files(root, only))
    bases = {base for file in found if file.edition for base in file.edition.extends} if only else set()
    for base in sorted(bases - {file.id for file in found}):
        found += [file for file in policy_files(root, base) if file.id == base]
    return assembled(found, LazyDays(root), zone, check_days=not only)


def assembled(
    found: Sequence[PolicyFile], days: Mapping[str, DayTable], zone: ZoneInfo, *, check_days: bool = True
) -> tuple[Rulebook, list[Unreadable]]:
    """The rulebook that some policy files make, and why some of them are not in it."""
    editions: dict[str, list[Policy]] = {}
    broken: dict[str, str] = {}
    errors: list[Unreadable] = []
    for file in found:
        error = file.error()
        if error:
            broken[file.id] = str(error)
            errors.append(error)
        elif file.edition:
            editions.setdefault(file.id, []).append(file.edition)
    for policy_id, several in editions.items():
        several.sort(key=SINCE)
        error = _clash(policy_id, several) or _no_base(several, editions)
        error = error or (_calendar_error(days, several) if check_days else None)
        if error:
            broken[policy_id] = str(error)
            errors += [error] if str(error) not in map(str, errors) else []
    sound = {policy_id: several for policy_id, several in editions.items() if policy_id not in broken}
    whole = {policy_id: [_whole(each, sound) for each in several] for policy_id, several in sound.items()}
    return Rulebook(zone, whole, days, broken), errors


def _no_base(several: Sequence[Policy], editions: Mapping[str, Sequence[Policy]]) -> Unreadable | None:
    for edition in several:
        for base in edition.extends:
            if base not in editions or base == edition.id:
                found = f'{edition.id} {edition.edition} extends "{base}", which has no file'
                return Unreadable(found, f"complaint init --policy {base}", where=f"{files.REGISTER}/policies")
    return None


def _whole(edition: Policy, editions: Mapping[str, Sequence[Policy]]) -> Policy:
    """An edition with the clauses of those it extends, as they were when it came into force."""
    for base in edition.extends:
        known = editions.get(base, ())
        in_force = [each for each in known if each.effective_from <= edition.effective_from] or known[:1]
        edition = edition.extended(in_force[-1]) if in_force else edition
    return edition


def _clash(policy_id: str, several: Sequence[Policy]) -> Unreadable | None:
    names = [edition.edition for edition in several]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        found = f"{names.count(twice)} files are edition {twice} of {policy_id}"
        return Unreadable(found, "give each an edition of its own", where=f"{files.REGISTER}/policies")
    for old, new in pairwise(several):
        if old.effective_from == new.effective_from:
            found = f"two editions of {policy_id} are in force from {new.effective_from}: {old.edition}, {new.edition}"
            return Unreadable(found, "give one of them a later day", where=f"{files.REGISTER}/policies")
    return None


def _calendar_error(days: Mapping[str, DayTable], several: Sequence[Policy]) -> Unreadable | None:
    try:
        for edition in several:
            days[edition.days]
    except Unreadable as error:
        return error
    return None
