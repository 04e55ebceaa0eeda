"""Owns how a change is recorded: under the lock a step is checked, written to one ticket, and committed if asked."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from complaint import clock
from complaint.core import ids, lifecycle, wording
from complaint.core.errors import ComplaintError, NotFound, Refused, allowed_words
from complaint.core.moments import people
from complaint.core.policy import Clause, Policy
from complaint.core.rulebook import Rulebook
from complaint.core.selector import any_matches
from complaint.core.ticket import FUTURE, HIDDEN, Event, Ticket, happened, read
from complaint.store import documents, files, home, tickets
from complaint.store.tickets import Stored
from complaint.workspace import Register

if TYPE_CHECKING:
    from complaint.core.obligations import Obligation
    from complaint.store.lock import Lock

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
    """What was stored: the ticket as it is now, the event, what a person should be told, and what failed after it."""

    stored: Stored
    event: Event
    warnings: tuple[str, ...] = ()
    wishes: tuple[str, ...] = ()
    problem: ComplaintError | None = None


class Recorder:
    """Records steps in one register."""

    def __init__(self, shop: Register) -> None:
        self.shop, self.settings = shop, shop.settings

    def create(self, draft: Draft) -> Recorded:
        """Records a new ticket. A complaint is never refused for what it lacks."""
        from complaint.store import lock

        now, typed = clock.now(), draft.fields.get("policy")
        policy_id = str(typed or self.settings.policy)
        policy, warnings = self._policy(self.shop.rules_of(policy_id), policy_id, draft.at or now)
        if policy is None and typed and policy_id not in self.shop.rulebook.broken:
            known = tuple(sorted(self.shop.rulebook.editions))
            raise NotFound(f'there is no policy "{typed}"', allowed_words(policy_id, known), where="--policy")
        draft = self._with_about(draft._replace(fields={"policy": policy_id, **draft.fields}), policy)
        wording.check(policy, draft.type, draft.fields)
        event, told = self._event(draft, now, None)
        event = _timely(event, now, force=draft.force)
        with lock.held(self.shop.root) as held:
            stored = self._store_new(held, draft, event, now)
        warned = (*warnings, *told, *_hints(stored.ticket, event, policy, self.shop.rules_of(policy_id)))
        wishes = _wishes(stored.ticket, policy, event)
        return Recorded(stored, event, warned, wishes, self._commit(stored, event))

    def _store_new(self, held: Lock, draft: Draft, event: Event, now: datetime) -> Stored:
        from complaint.store.layout import new_ticket

        header = {
            **lifecycle.fold([event]).governed(),
            **{key: draft.values[key,] for (key, *more) in draft.values if not more},
        }
        about, complainant = (
            {place[1]: value for place, value in draft.values.items() if place[0] == name}
            for name in ("about", "complainant")
        )
        for _ in range(TRIES):
            ticket_id = ids.make(self.settings.prefix, now.astimezone(self.settings.zone), _symbols(7))
            file = tickets.place(self.shop.root, ticket_id)
            text = new_ticket({"schema": 1, "id": ticket_id, **header}, about, complainant, event.key, _written(event))
            self._check_size(text, file)
            read(documents.parsed(text, file.shown, of_ticket=True), ticket_id)
            held.note(ids.folder(ticket_id))
            try:
                files.create(file.path, text.encode(), shown=file.shown)
            except FileExistsError:
                continue
            return Stored(Ticket(ticket_id, header, about, complainant, (event,)), text, file)
        raise ComplaintError(f"no free id after {TRIES} tries", "try again")

    def record(self, typed: str, draft: Draft) -> Recorded:
        """Appends one event to a ticket, and sets the header values that it governs."""
        from complaint.store import lock

        file = self.shop.file(typed, recording=True)
        with lock.held(self.shop.root) as held:
            held.note(ids.folder(file.id))
            for attempt in range(TRIES):
                try:
                    recorded = self._append(self.shop.load(file), draft)
                    break
                except files.Changed:
                    if attempt == TRIES - 1:
                        raise
        return recorded._replace(problem=self._commit(recorded.stored, recorded.event))

    def _append(self, stored: Stored, draft: Draft) -> Recorded:
        ticket, now = stored.ticket, clock.now()
        book = self.shop.rules_of(ticket.policy)
        policy, warnings = self._policy(book, ticket.policy, draft.at or now)
        draft = self._with_about(draft._replace(fields=_completed(ticket, draft)), policy)
        wording.check(policy, draft.type, draft.fields)
        event, told = self._event(draft, now, max(each.key for each in ticket.events))
        if policy is not None:
            event = self._guarded(ticket, event, draft, policy, book, now)
        text = _text_with(stored, event, draft, book.plan_roles(ticket))
        self._check_size(text, stored.file)
        after = read(documents.parsed(text, stored.file.shown, of_ticket=True), ticket.id)  # before it is written
        files.replace(stored.file.path, text.encode(), expected=stored.text.encode(), shown=stored.file.shown)
        warned = (*warnings, *told, *_hints(after, event, policy, book))
        return Recorded(Stored(after, text, stored.file), event, warned, _wishes(after, policy, event))

    def _guarded(
        self, ticket: Ticket, event: Event, draft: Draft, policy: Policy, book: Rulebook, now: datetime
    ) -> Event:
        """The event, marked where `--force` was needed; raises what refuses it."""
        from complaint.core import guards

        refused = guards.refusal(ticket, event, policy, book, now)
        if refused is None and _says_nothing_new(ticket, draft) and guards.repeats_last(ticket, event, draft.at):
            refused = guards.repetition(ticket, event)
        if refused is None:
            return event
        if not draft.force or event.type in guards.UNFORCEABLE:
            raise refused
        if refused.needs_note and "note" not in event.fields:
            raise Refused(refused.found, "--force needs --note WHY here", where=ticket.id)
        return event._replace(fields={**event.fields, "forced": True})

    def _with_about(self, draft: Draft, policy: Policy | None) -> Draft:
        told, values = wording.about(policy, draft.about, self.settings.zone)
        places: dict[tuple[str, ...], Any] = {("about", key): value for key, value in values.items()}
        return draft._replace(fields={**draft.fields, **told}, values={**draft.values, **places})

    def _event(self, draft: Draft, now: datetime, last_key: str | None) -> tuple[Event, list[str]]:
        moment, jumps = ids.next_moment(now.astimezone(UTC), last_key)
        jump = f"the last event's key {last_key} lies ahead of the clock; the true moment is recorded"
        warnings = [jump] if jumps else []
        at = (draft.at or now).astimezone(self.settings.zone).replace(microsecond=0)
        fields = dict(draft.fields)
        if clock.is_set():
            fields["clock"] = "set"
            warnings.append(f"the clock is set by {clock.VARIABLE} to {now.isoformat()}")
        return Event(ids.event_key(moment, _symbols(3)), draft.type, at, draft.by, fields), warnings

    def _policy(self, book: Rulebook, policy_id: str, at: datetime) -> tuple[Policy | None, list[str]]:
        """The edition whose lists hold; None, with a warning, where there is none to judge by."""
        if book.editions.get(policy_id):
            return book.in_force(policy_id, at), []
        why = book.broken.get(policy_id, "it is not in this register").splitlines()[0]
        return None, [f"nothing was checked against policy {policy_id}: {why}"]

    def _check_size(self, text: str, file: tickets.File) -> None:
        if len(text.encode()) > self.settings.size_limit:
            found = f"the ticket would be larger than {self.settings.size_limit // 1024} KiB"
            raise ComplaintError(
                found, f"shorten the text, or raise size_limit_kib in {home.SETTINGS}", where=file.shown
            )

    def _commit(self, stored: Stored, event: Event) -> ComplaintError | None:
        if not self.settings.commit:
            return None
        from complaint import git

        try:
            git.commit(self.shop.root, [stored.file.shown], f"{event.type} {stored.ticket.id}")
        except ComplaintError as error:
            return error
        return None


def _text_with(stored: Stored, event: Event, draft: Draft, plan_roles: Sequence[str]) -> str:
    """The ticket's text with the event appended, and with the header lines that differ by it."""
    from complaint.store.editor import edited

    ticket = stored.ticket
    after = ticket._replace(events=(*ticket.events, event))
    before, now = lifecycle.fold(happened(ticket), plan_roles), lifecycle.fold(happened(after), plan_roles)
    changed: dict[tuple[str, ...], Any] = {(key,): value for key, value in lifecycle.changes(before, now).items()}
    values = {place: value for place, value in draft.values.items() if not _superseded(ticket, place, event)}
    wanted = {**changed, **_facts_left(after, event), **values}
    return edited(
        stored.text,
        set={place: value for place, value in wanted.items() if value is not None},
        unset={place for place, value in wanted.items() if value is None},
        append=(event.key, _written(event)),
        where=stored.file.shown,
    )


def _facts_left(after: Ticket, event: Event) -> dict[tuple[str, ...], Any]:
    """What stands under [about] once an event that told it is voided: what was told before it, or nothing."""
    if event.type != "voided":
        return {}
    told = [key for key in after.event(event.fields["event"]).fields if key.startswith("about_")]
    left = {key: value for each in happened(after) for key, value in each.fields.items()}
    return {("about", key.removeprefix("about_")): left.get(key) for key in told if left.get(key) != HIDDEN}


def _timely(event: Event, now: datetime, *, force: bool) -> Event:
    """The receipt, marked where `--force` was needed since it lies in the future."""
    if event.at <= now + FUTURE:
        return event
    if not force:
        from complaint.core.guards import in_future

        raise Refused(*in_future(event.at))
    return event._replace(fields={**event.fields, "forced": True})


def _hints(ticket: Ticket, event: Event, policy: Policy | None, book: Rulebook) -> Iterator[str]:
    """What a person should notice about the step just recorded."""
    due = event.fields.get("due")
    if isinstance(due, datetime) and due < event.at:
        yield f"--due {due.isoformat()} lies before the step itself, so it is overdue from the start"
    other = event.fields.get("repeat_of")
    if other and policy and any("again" in each.keys for each in policy.clauses):
        yield f"fines look for a renewed complaint in {other}: record it there too, `complaint repeat {other}`"
    if event.type == "waived" and event.fields["until"] <= event.at:
        yield "the waiver ends before it begins, so it lets nothing stand"
    if event.type == "reopened":
        yield "no new clock runs: dispatch it again with --due, or classify it, if somebody is to act by a time"
    if policy and event.type == "violation" and (clause := policy.clause(str(event.fields["clause"]))):
        yield from _counting_told(clause, event, policy)
    attempts = [each for each in policy.clauses if any_matches(each.named("attempts"), event)] if policy else []
    if attempts:
        from complaint.core.obligations import obligations

        rows = [
            row for row in obligations(ticket, book, event.at) if row.clause in attempts and row.attempts is not None
        ]
        yield from (_attempts_told(row, book) for row in rows[-1:])


def _counting_told(clause: Clause, event: Event, policy: Policy) -> Iterator[str]:
    """Why a violation costs nothing where a person may think that it does."""
    from complaint.core.violations import counters

    of = sorted({name for how in counters(clause) for name in how.of})
    if of and clause.id not in of:
        yield f"{clause.id} is computed from {', '.join(of)}: record that instead, this one never counts"
    costly = {*clause.keys.get("outcomes", ("proven",)), *(each for how in counters(clause) for each in how.outcomes)}
    if event.fields["outcome"] not in {*costly, "refuted"} and "outcomes" in clause.keys:
        yield f"{clause.id} costs something only with the outcome {' or '.join(sorted(costly))}"
    counted = [how for each in policy.clauses for how in counters(each) if clause.id in how.of]
    per = {name for how in counted for name in how.per} - {"payer", *event.fields}
    lacking = [f"--{name}" for name in sorted(per)]
    if lacking:
        named = " and ".join(lacking)
        yield f"{clause.id} is counted per {', '.join(sorted(per))}: without {named} this one counts towards nothing"
    if clause.keys.get("evidence") and not any(each.strip() for each in event.fields.get("evidence", ())):
        yield f"{clause.id} counts only with evidence: void this one and record it with --evidence"


def _attempts_told(row: Obligation, book: Rulebook) -> str:
    """How many attempts count so far, and when the next one would."""
    counted, times = row.attempts or (), row.clause.keys["attempts"]["times"]
    gap = timedelta(**row.clause.keys["attempts"].get("gap", {}))
    following = max([row.started_at, *counted]) + gap
    until = f", until {people(row.due_at, book.zone, limit=True)}" if row.due_at else ""
    missing = f"; the next counts from {people(following, book.zone)}{until}" if len(counted) < times else ""
    return f"{len(counted)} of {times} further attempts count ({row.clause.id}){missing}"


def _wishes(ticket: Ticket, policy: Policy | None, event: Event) -> tuple[str, ...]:
    """What the policy asks an event of this type to say, and this one does not."""
    from complaint.core.requirements import missing

    lacking = missing(ticket, policy, happened(ticket)) if policy else ()
    if event.type == "closed":
        owed = [each for each in lacking if each.is_owed(event.fields["outcome"])]
        return tuple(f"{each.what} ({each.clause.id})" for each in owed)
    own = [each for each in lacking if any(named.type == event.type for named in each.clause.named("of"))]
    return tuple(f"{each.what} ({each.clause.id})" for each in own if not each.before)


def _completed(ticket: Ticket, draft: Draft) -> dict[str, Any]:
    """The fields with event keys written out, and the payer of a violation whom the ticket is against."""
    fields = dict(draft.fields)
    if "event" in fields:
        fields["event"] = ticket.event(fields["event"]).key
    if fields.get("duplicate_of") == ticket.id:
        raise ComplaintError(f"{ticket.id} cannot duplicate itself", "name the other ticket", where="--duplicate-of")
    against = lifecycle.fold(happened(ticket)).values.get("against")
    return {"payer": against, **fields} if draft.type == "violation" and against else fields


def _says_nothing_new(ticket: Ticket, draft: Draft) -> bool:
    """Whether every value that the step sets beside its event stands in the file already."""
    tables = {"about": ticket.about, "complainant": ticket.complainant}
    held = ((tables.get(place[0], ticket.header).get(place[-1]), value) for place, value in draft.values.items())
    return all(old == new for old, new in held)


def _superseded(ticket: Ticket, place: tuple[str, ...], event: Event) -> bool:
    """Whether a later event already said something newer under [about]."""
    key = f"about_{place[1]}" if place[0] == "about" else ""
    return bool(key) and any(key in each.fields and each.at > event.at for each in happened(ticket))


def _written(event: Event) -> dict[str, Any]:
    return {"type": event.type, "at": event.at, "by": event.by, **event.fields}


def _symbols(count: int) -> str:
    return "".join(ids.SYMBOLS[byte & 31] for byte in os.urandom(count))
