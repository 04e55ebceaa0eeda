"""Owns one register: finds it, hands out its tickets and rules, and records a change (lock, check, write, commit)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from complaint import clock
from complaint.core import ids
from complaint.core.errors import ComplaintError, NotFound, Unreadable, allowed_words
from complaint.core.lifecycle import fold
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import Event, Ticket, about_after, receipt
from complaint.store import files, home, rules
from complaint.store import tickets as ticket_files
from complaint.store.tickets import Stored

if TYPE_CHECKING:
    from complaint.core.tracing import Traced
    from complaint.git import Commit
    from complaint.store import ready
    from complaint.store.health import Rules

LEAST_SYMBOLS = 4
TRIES = 5


def find(typed: str | None, named: Sequence[str] = (), *, lenient: bool = False) -> Register:
    """The register of `--register` or COMPLAINT_REGISTER, else that of the files `named`, else the first upwards.

    A `lenient` one goes on without the settings that are wrong, and counts them among the errors of its rules.
    """
    return Register(home.root(typed, named), lenient=lenient)


def write_output(path: str, data: bytes) -> None:
    """Writes what `-o FILE` asked for, whole or not at all."""
    files.write_output(Path(path), data)


class Register:
    """One register on disk."""

    def __init__(self, root: Path, *, lenient: bool = False) -> None:
        self.root = root
        files.plain_folder(root / files.REGISTER, files.REGISTER)
        self.settings, self.mistakes = rules.settings(root)
        if self.mistakes and not lenient:
            raise self.mistakes[0]
        self.seen: list[str] = []  # the ticket files that were read, and the rules: what --verbose tells
        self.books: list[Rulebook] = []

    # --- reading ---

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rules of every policy of the register."""
        return self._all_rules[0]

    @property
    def rule_errors(self) -> list[Unreadable]:
        """Why some settings, policies or calendars cannot be judged by."""
        return [*self.mistakes, *self._all_rules[1]]

    @cached_property
    def _all_rules(self) -> tuple[Rulebook, list[Unreadable]]:
        return self._noted(rules.rulebook(self.root, self.settings.zone))

    def rules_of(self, policy: str) -> Rulebook:
        """The rules of one policy, without reading the others."""
        return self._noted(rules.rulebook(self.root, self.settings.zone, policy))[0]

    def _noted(self, found: tuple[Rulebook, list[Unreadable]]) -> tuple[Rulebook, list[Unreadable]]:
        self.books.append(found[0])
        return found

    def tickets(self, only: Sequence[ticket_files.File] | None = None) -> Iterator[Stored | Unreadable]:
        """Every ticket (with `only`, of these files), or why a file cannot be read as one."""
        named = ticket_files.listed(self.root) if only is None else only
        for each in ticket_files.each(named, self.settings.size_limit):
            self.seen.append(each.where if isinstance(each, Unreadable) else each.file.shown)
            yield each

    def month_files(self) -> list[ticket_files.File]:
        """Every file in a month folder, whether it can be read as a ticket or not."""
        return [file for file in ticket_files.listed(self.root) if isinstance(file, ticket_files.File)]

    def named_files(self, typed: Sequence[str]) -> list[ticket_files.File]:
        """The files that a command line names, each by its path or by a ticket's id."""
        return [self._at_path(each) or self.file(each, recording=False) for each in typed]

    def _at_path(self, typed: str) -> ticket_files.File | None:
        """The ticket's file at a path; None for what is no path, but an id."""
        path = Path(typed)
        if path.name == typed and path.suffix != ".toml":
            return None
        if not os.path.lexists(path):
            raise NotFound("no such file", "name a ticket by its id, or by a path from here", where=typed)
        found = ticket_files.at_path(self.root, path)
        if not found:
            mend = "tickets are files such as complaints.d/2026-11/C-2611-7KQ3MXTJ.toml"
            raise NotFound("it is no ticket of this register", mend, where=typed)
        return found

    def rules(self) -> Rules:
        """Every policy file, the rulebook made of the sound ones, and why the others are not in it."""
        from complaint.store import shipped
        from complaint.store.health import Rules

        found = tuple(rules.policy_files(self.root))
        origins = {file.shown: shipped.newer("policies", (file.document or {}).get("origin")) for file in found}
        return Rules(found, self.rulebook, tuple(self.rule_errors), origins, self.settings.policy)

    def disorder(self) -> list[tuple[str, str, str, str]]:
        """What is out of order in its folder beside tickets and rules: check, path, what, how to mend it."""
        from complaint.store import setup

        return list(setup.findings(self.root))

    def facts(self, ticket: Ticket, events: Sequence[Event]) -> dict[str, Any]:
        """What holds of a ticket after `events`, as its policy sees it; nothing before its receipt."""
        if not events:
            return {}
        editions = self.rulebook.editions.get(ticket.policy)
        if not editions:
            return fold(events).governed()
        edition = self.rulebook.in_force(ticket.policy, receipt(events))
        return edition.facts(fold(events, self.rulebook.plan_roles(ticket)).governed(), about_after(ticket, events))

    def check_policy(self, name: str | None) -> None:
        """A filter by a misspelt policy would match nothing, and look like a clean answer."""
        known = (*self.rulebook.editions, *self.rulebook.broken)
        if name and name not in known:
            raise ComplaintError(f'there is no policy "{name}"', allowed_words(name, known), where="--policy")

    def check_department(self, name: str | None, seen: set[str]) -> None:
        """The same for a department that neither a ticket nor a policy's list knows."""
        listed = {
            word for several in self.rulebook.editions.values() for each in several for word in each.words("department")
        }
        known = tuple(sorted((seen | listed) - {""}))
        if name and name not in known:
            raise ComplaintError(
                f'no ticket has the department "{name}"', allowed_words(name, known), where="--department"
            )

    def personal(self, policy: str) -> tuple[str, ...]:
        """The keys under [about] that are personal data under any edition of a policy."""
        return tuple({key for edition in self.rulebook.editions.get(policy, ()) for key in edition.personal})

    def rulebook_at(self, revision: str) -> tuple[Rulebook, list[Unreadable]]:
        """The rules as a git revision has them; calendars as they are now where the revision has none."""
        from complaint import git
        from complaint.store import shipped

        return shipped.rulebook_of(
            git.files_at(self.root, revision, f"{files.REGISTER}/policies"),
            git.files_at(self.root, revision, f"{files.REGISTER}/calendars"),
            self.settings.zone,
        )

    def files_at(self, revision: str, folder: str) -> dict[str, bytes]:
        """The files directly in a folder of the register as a git revision has them, by name."""
        from complaint import git

        return git.files_at(self.root, revision, folder)

    def is_tracked(self) -> bool:
        """Whether the register lies in a git repository."""
        return is_tracked(self.root)

    def commits(self, paths: list[str]) -> list[Commit]:
        """The commits that changed these files, oldest first."""
        from complaint import git

        return sorted(git.commits_of(self.root, paths), key=lambda commit: commit.moment)

    def ticket(self, typed: str, *, recording: bool = False) -> Stored:
        """The ticket with this id, or with the only id whose random part begins so."""
        return self.load(self.file(typed, recording=recording))

    def load(self, file: ticket_files.File) -> Stored:
        """The ticket in a file."""
        stored = ticket_files.load(file, self.settings.size_limit)
        self.seen.append(stored.file.shown)
        return stored

    def file(self, typed: str, *, recording: bool) -> ticket_files.File:
        """The file of the ticket that is named so; to record on it, at least four symbols must be typed."""
        normal = ids.normal(typed)
        if ids.ID.fullmatch(normal):
            file = ticket_files.place(self.root, normal)
            if file.path.is_file() or file.path.is_symlink():
                return file
            wrong = "" if ids.is_id(normal) else "; its check symbol does not fit, so a symbol is mistyped"
            raise NotFound(f'there is no ticket "{typed}"{wrong}', "`complaint list` shows them")
        month, symbols = ids.beginning(typed)
        if recording and len(symbols) < LEAST_SYMBOLS:
            raise ComplaintError(
                f'"{typed}" is too short to record on', f"type at least {LEAST_SYMBOLS} symbols of the random part"
            )
        found = ticket_files.matching(self.root, symbols, month)
        if len(found) == 1:
            return found[0]
        if found:
            raise ComplaintError(
                f'"{typed}" begins {len(found)} tickets',
                "type more of it: " + ", ".join(file.id for file in found[:20]),
            )
        raise NotFound(
            f'there is no ticket "{typed}"',
            "an id is named whole or by the first symbols of its random part; `complaint list` shows them",
        )


def clock_runs_behind(newest_key: str, zone: ZoneInfo) -> str:
    """Why the system clock cannot be trusted, if it lies over five minutes before the newest recorded key."""
    if not newest_key or clock.is_set():
        return ""
    ahead = ids.recorded(newest_key) - clock.now()
    if ahead <= timedelta(minutes=5):
        return ""
    said = clock.now().astimezone(zone).isoformat(timespec="seconds")
    return f"the clock says {said}, but {newest_key} (UTC) was recorded later; set the clock, or ask with --as-of"


def place(typed: str | None) -> Path:
    """The folder of the register that `find` would find; here if there is none yet."""
    return home.place(typed)


def is_register(folder: Path) -> bool:
    """Whether there is a register in `folder`."""
    return (folder / home.SETTINGS).is_file()


def is_tracked(folder: Path) -> bool:
    """Whether a folder lies in a git repository."""
    from complaint import git

    return git.root(folder) is not None


def lay_out(folder: Path, policies: tuple[str, ...], timezone: str) -> list[str]:
    """Makes a register in `folder`, or adds what is missing to one, which needs no policy; what was made."""
    from complaint.store import shipped

    shipped.check(policies, new=not is_register(folder))
    folder.mkdir(parents=True, exist_ok=True)
    return list(shipped.laid_out(folder, policies, timezone))


def ready_files(folder: Path, names: Sequence[str], command: str) -> list[ready.Placed]:
    """Writes the ready files for CI and the like; where each is and, if another file was there, what to add to it."""
    from complaint import git
    from complaint.store import ready

    root = folder.resolve()
    here = ready.machine(root, command, str(Register(root).settings.zone))
    return list(ready.laid_out(root, names, here, git.root(root)))


def unassociated(folder: Path) -> list[tuple[str, str]]:
    """The editors' files of a register that do not name its schemas, each with what is to be added."""
    from complaint.store import schemas

    return list(schemas.unassociated(folder))


def shipped_rules() -> Rules:
    """The rules that ship, in the default time zone."""
    from complaint.store import shipped

    return shipped.rules_of_packs()


def traced() -> list[Traced]:
    """Every clause of the source texts, traced to the packs that ship."""
    from complaint import assets
    from complaint.core import examples, tracing
    from complaint.store import documents

    rules = shipped_rules()
    listed = documents.parsed(assets.text("trace", "clauses"), "templates/trace/clauses.toml")["clause"]
    packs = [file.edition for file in rules.files if file.edition]
    return tracing.trace(listed, packs, [outcome for pack in packs for outcome in examples.run(pack, rules.book)])
