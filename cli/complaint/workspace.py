"""Owns one register: finds it, hands out its tickets and rules, and records a change (lock, check, write, commit)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from complaint import clock
from complaint.core import ids, lifecycle, wording
from complaint.core.errors import ComplaintError, NotFound, Refused, Unreadable
from complaint.core.policy import Policy
from complaint.core.rulebook import Rulebook
from complaint.core.ticket import FUTURE, Event, Ticket, happened
from complaint.store import files, rules
from complaint.store import tickets as ticket_files
from complaint.store.tickets import Stored

if TYPE_CHECKING:
    from complaint.git import Commit
    from complaint.store.health import Rules
    from complaint.store.lock import Lock

VARIABLE = "COMPLAINT_REGISTER"
LEAST_SYMBOLS = 4
TRIES = 5


class Draft(NamedTuple):
    """A step as somebody typed it: its event, and the free and personal values it sets beside it.

    `values` are ungoverned, by place in the file: ("summary",), ("complainant", "phone"), ("about", "model").
    """

    type: str
    fields: Mapping[str, Any]
    by: str
    at: datetime | None = None
    values: Mapping[tuple[str, ...], Any] = {}
    about: Mapping[str, str] = {}
    force: bool = False


class Recorded(NamedTuple):
    """What was stored: the ticket as it is now, the event, its place, and what a person should be told."""

    stored: Stored
    event: Event
    warnings: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    problem: ComplaintError | None = None


def find(typed: str | None) -> Register:
    """The register named by `--register`, else by COMPLAINT_REGISTER, else the first one upwards from here."""
    named = typed or os.environ.get(VARIABLE)
    if named:
        where = "--register" if typed else VARIABLE
        root = Path(named)
        if not (root / rules.SETTINGS).is_file():
            raise NotFound(
                f'"{named}" holds no {rules.SETTINGS}', "name the folder that holds complaints.d/", where=where
            )
        return Register(root)
    here = Path.cwd()
    for root in (here, *here.parents):
        if (root / rules.SETTINGS).is_file():
            return Register(root)
    raise NotFound(
        "no register here or in any folder above",
        "make one with `complaint init --policy NAME`, or name its folder with --register",
    )


def write_output(path: str, data: bytes) -> None:
    """Writes what `-o FILE` asked for, whole or not at all."""
    files.write_output(Path(path), data)


class Register:
    """One register on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        files.plain_folder(root / files.REGISTER, files.REGISTER)
        self.settings = rules.settings(root)

    # --- reading ---

    @cached_property
    def rulebook(self) -> Rulebook:
        """The rules of every policy of the register."""
        return self._all_rules[0]

    @property
    def rule_errors(self) -> list[Unreadable]:
        """Why some policies or calendars cannot be judged by."""
        return self._all_rules[1]

    @cached_property
    def _all_rules(self) -> tuple[Rulebook, list[Unreadable]]:
        return rules.rulebook(self.root, self.settings.zone)

    def rules_of(self, policy: str) -> Rulebook:
        """The rules of one policy, without reading the others."""
        return rules.rulebook(self.root, self.settings.zone, policy)[0]

    def tickets(self) -> Iterator[Stored | Unreadable]:
        """Every ticket, or why a file cannot be read as one."""
        return ticket_files.each(self.root, self.settings.size_limit)

    def rules(self) -> Rules:
        """Every policy file, the rulebook made of the sound ones, and why the others are not in it."""
        from complaint.store import shipped
        from complaint.store.health import Rules

        found = tuple(rules.policy_files(self.root))
        origins = {file.shown: shipped.newer("policies", (file.document or {}).get("origin")) for file in found}
        return Rules(found, self.rulebook, tuple(self.rule_errors), origins)

    def plan_roles(self, ticket: Ticket) -> tuple[str, ...]:
        """The roles that must approve a plan under the ticket's policy."""
        several = self.rulebook.editions.get(ticket.policy)
        return several[-1].approvals("plan") if several else ()

    def personal(self, policy: str) -> tuple[str, ...]:
        """The keys under [about] that are personal data under any edition of a policy."""
        return tuple({key for edition in self.rulebook.editions.get(policy, ()) for key in edition.personal})

    def commits(self, paths: list[str]) -> list[Commit]:
        """The commits that changed these files, oldest first."""
        from complaint import git

        return sorted(git.commits_of(self.root, paths), key=lambda commit: commit.moment)

    def ticket(self, typed: str, *, recording: bool = False) -> Stored:
        """The ticket with this id, or with the only id whose random part begins so."""
        return ticket_files.load(self._file(typed, recording=recording), self.settings.size_limit)

    def _file(self, typed: str, *, recording: bool) -> ticket_files.File:
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

    # --- recording ---

    def create(self, draft: Draft) -> Recorded:
        """Records a new ticket. A complaint is never refused for what it lacks."""
        now, policy_id = clock.now(), str(draft.fields.get("policy") or self.settings.policy)
        book = self.rules_of(policy_id)
        policy, warnings = self._policy(book, policy_id, draft.at or now)
        draft = self._with_about(draft._replace(fields={"policy": policy_id, **draft.fields}), policy)
        wording.check(policy, "received", draft.fields)
        event, told = self._event(draft, now, None)
        if event.at > now + FUTURE and not draft.force:
            from complaint.core.guards import in_future

            raise Refused(*in_future(event.at))
        header = {
            **lifecycle.fold([event]).governed(),
            **{place[0]: value for place, value in draft.values.items() if len(place) == 1},
        }
        tables = {
            name: {place[1]: value for place, value in draft.values.items() if place[0] == name}
            for name in ("about", "complainant")
        }
        from complaint.store import lock

        with lock.held(self.root) as held:
            stored = self._store_new(held, header, tables, event, now)
        return Recorded(stored, event, (*warnings, *told), _wishes(stored.ticket, policy), self._commit(stored, event))

    def _store_new(
        self, held: Lock, header: Mapping[str, Any], tables: Mapping[str, Any], event: Event, now: datetime
    ) -> Stored:
        from complaint.store.layout import new_ticket

        for _ in range(TRIES):
            ticket_id = ids.make(self.settings.prefix, now.astimezone(self.settings.zone), _symbols(7))
            file = ticket_files.place(self.root, ticket_id)
            text = new_ticket(
                {"schema": 1, "id": ticket_id, **header},
                tables["about"],
                tables["complainant"],
                event.key,
                _written(event),
            )
            self._check_size(text, file)
            held.note(ids.folder(ticket_id))
            try:
                files.create(file.path, text.encode(), shown=file.shown)
            except FileExistsError:
                continue
            return Stored(Ticket(ticket_id, header, tables["about"], tables["complainant"], (event,)), text, file)
        raise ComplaintError(f"no free id after {TRIES} tries", "try again")

    def record(self, typed: str, draft: Draft) -> Recorded:
        """Appends one event to a ticket, and sets the header values that it governs."""
        from complaint.store import lock

        file = self._file(typed, recording=True)
        with lock.held(self.root) as held:
            held.note(ids.folder(file.id))
            for attempt in range(TRIES):
                try:
                    recorded = self._append(ticket_files.load(file, self.settings.size_limit), draft)
                    break
                except files.Changed:
                    if attempt == TRIES - 1:
                        raise
        return recorded._replace(problem=self._commit(recorded.stored, recorded.event))

    def _append(self, stored: Stored, draft: Draft) -> Recorded:
        ticket, now = stored.ticket, clock.now()
        book = self.rules_of(ticket.policy)
        policy, warnings = self._policy(book, ticket.policy, draft.at or now)
        draft = self._with_about(draft._replace(fields=_completed(ticket, draft)), policy)
        wording.check(policy, draft.type, draft.fields)
        event, told = self._event(draft, now, max(each.key for each in ticket.events))
        if policy is not None:
            event = self._guarded(ticket, event, policy, book, draft, now)
        text = self._text_with(stored, event, draft, policy)
        self._check_size(text, stored.file)
        files.replace(stored.file.path, text.encode(), expected=stored.text.encode(), shown=stored.file.shown)
        after = ticket._replace(events=(*ticket.events, event))
        return Recorded(Stored(after, text, stored.file), event, (*warnings, *told), _wishes(after, policy, event.type))

    def _guarded(
        self, ticket: Ticket, event: Event, policy: Policy, book: Rulebook, draft: Draft, now: datetime
    ) -> Event:
        """The event, marked where `--force` was needed; raises what refuses it."""
        from complaint.core import guards

        refused = guards.refusal(ticket, event, policy, book, now)
        if refused is None and guards.repeats_last(ticket, event, draft.at):
            refused = Refused(
                f"the same {event.type} was recorded a moment ago, as {max(each.key for each in ticket.events)}",
                "nothing needs doing; if it did happen twice, add --force", where=ticket.id,
            )  # fmt: skip
        if refused is None:
            return event
        if not draft.force or event.type in guards.UNFORCEABLE:
            raise refused
        if "note" not in event.fields and not _by_time(refused):
            raise Refused(refused.found, "--force needs --note WHY here", where=ticket.id)
        return event._replace(fields={**event.fields, "forced": True})

    def _with_about(self, draft: Draft, policy: Policy | None) -> Draft:
        told, values = wording.about(policy, draft.about, self.settings.zone)
        places: dict[tuple[str, ...], Any] = {("about", key): value for key, value in values.items()}
        return draft._replace(fields={**draft.fields, **told}, values={**draft.values, **places})

    def _event(self, draft: Draft, now: datetime, last_key: str | None) -> tuple[Event, list[str]]:
        moment, jumps = ids.next_moment(now.astimezone(UTC), last_key)
        warnings = (
            [f"the last event's key {last_key} lies ahead of the clock; the true moment is recorded"] if jumps else []
        )
        at = (draft.at or now).astimezone(self.settings.zone).replace(microsecond=0)
        fields = dict(draft.fields)
        if clock.is_set():
            fields["clock"] = "set"
            warnings.append(f"the clock is set by {clock.VARIABLE} to {now.isoformat()}")
        return Event(ids.event_key(moment, _symbols(3)), draft.type, at, draft.by, fields), warnings

    def _policy(self, book: Rulebook, policy_id: str, at: datetime) -> tuple[Policy | None, list[str]]:
        """The edition whose lists hold; None, with a warning, where it is broken: no complaint is refused for that."""
        if policy_id in book.broken:
            return None, [
                f"policy {policy_id} is broken, nothing was checked: {book.broken[policy_id].splitlines()[0]}"
            ]
        if not book.editions.get(policy_id):
            return self.rulebook.in_force(policy_id, at), []
        return book.in_force(policy_id, at), []

    def _text_with(self, stored: Stored, event: Event, draft: Draft, policy: Policy | None) -> str:
        """The ticket's text with the event appended, and with the header lines that differ by it."""
        from complaint.store.editor import edited

        ticket, roles = stored.ticket, policy.approvals("plan") if policy else ()
        before = lifecycle.fold(happened(ticket), roles)
        now = lifecycle.fold(happened(ticket._replace(events=(*ticket.events, event))), roles)
        changed = {(key,): value for key, value in lifecycle.changes(before, now).items()}
        values = {place: value for place, value in draft.values.items() if not _superseded(ticket, place, event)}
        return edited(
            stored.text,
            set={**{place: value for place, value in changed.items() if value is not None}, **values},
            unset={place for place, value in changed.items() if value is None},
            append=(event.key, _written(event)),
            where=stored.file.shown,
        )

    def _check_size(self, text: str, file: ticket_files.File) -> None:
        if len(text.encode()) > self.settings.size_limit:
            limit = self.settings.size_limit // 1024
            raise ComplaintError(
                f"the ticket would be larger than {limit} KiB",
                f"shorten the text, or raise size_limit_kib in {rules.SETTINGS}",
                where=file.shown,
            )

    def _commit(self, stored: Stored, event: Event) -> ComplaintError | None:
        if not self.settings.commit:
            return None
        from complaint import git

        try:
            git.commit(self.root, [stored.file.shown], f"{event.type} {stored.ticket.id}")
        except ComplaintError as error:
            return error
        return None


def _wishes(ticket: Ticket, policy: Policy | None, type_: str = "received") -> tuple[str, ...]:
    """What the policy asks an event of this type to say, and it does not."""
    from complaint.core.requirements import missing

    lacking = missing(ticket, policy, happened(ticket)) if policy else ()
    about = [
        each for each in lacking if not each.before and any(named.type == type_ for named in each.clause.named("of"))
    ]
    return tuple(f"{each.what} ({each.clause.id})" for each in about)


def _completed(ticket: Ticket, draft: Draft) -> dict[str, Any]:
    """The fields with event keys written out, and the payer of a violation whom the ticket is against."""
    fields = dict(draft.fields)
    if "event" in fields:
        fields["event"] = ticket.event(fields["event"]).key
    against = lifecycle.fold(happened(ticket)).values.get("against")
    return {"payer": against, **fields} if draft.type == "violation" and against else fields


def _superseded(ticket: Ticket, place: tuple[str, ...], event: Event) -> bool:
    """Whether a later event already said something newer under [about]."""
    key = f"about_{place[1]}" if place[0] == "about" else ""
    return bool(key) and any(key in each.fields and each.at > event.at for each in happened(ticket))


def _by_time(refused: ComplaintError) -> bool:
    return refused.found.startswith(("--at ", "the same "))


def _written(event: Event) -> dict[str, Any]:
    return {"type": event.type, "at": event.at, "by": event.by, **event.fields}


def _symbols(count: int) -> str:
    return "".join(ids.SYMBOLS[byte & 31] for byte in os.urandom(count))


def clock_runs_behind(newest_key: str | None) -> str:
    """Why the system clock cannot be trusted, if it lies over five minutes before the newest recorded key."""
    if newest_key is None or clock.is_set():
        return ""
    ahead = ids.recorded(newest_key) - clock.now()
    if ahead <= timedelta(minutes=5):
        return ""
    said = clock.now().isoformat(timespec="seconds")
    return f"the clock says {said}, but {newest_key} was recorded later; set the clock, or ask with --as-of"


def lay_out(folder: Path, policies: tuple[str, ...], timezone: str) -> list[str]:
    """Makes a register in `folder`, or adds what is missing to one; the paths of what was made."""
    from complaint.store import shipped

    shipped.check(policies)
    folder.mkdir(parents=True, exist_ok=True)
    return list(shipped.laid_out(folder, policies, timezone))


def shipped_rules() -> Rules:
    """The rules that ship, in the default time zone."""
    from complaint.store import shipped

    return shipped.rules_of_packs()
