"""Owns the audit of a whole register: every check on every ticket, file and rule, and what waivers let stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from complaint.core import ids
from complaint.core.checks import BY_CODE, BY_NAME, CHECKS, FILES, HEADER, LAYOUT, PROOF
from complaint.core.checks.case import (
    WARNING,
    Books,
    Case,
    Check,
    Compared,
    Findings,
    Found,
    NotChecked,
    Problem,
    Waived,
)
from complaint.core.errors import ComplaintError, Unreadable
from complaint.core.suspects import Suspect
from complaint.core.ticket import Event, voided
from complaint.judging import Seen
from complaint.store import documents, health
from complaint.store.tickets import File, Stored, unreadable
from complaint.workspace import Register

PROVEN = frozenset(check.code for check in PROOF)
DUE_AT_CLOSING = "ST"  # what is missing, and statistics
OF_ALL = ("T001",)  # checks that need all tickets


class Audited(Seen):
    """What the audit found: `problems`, and those that are `waived`.

    With `only`, these files alone are audited: what needs all tickets (statistics, rules, duplicates) is left out.
    With `committed_by`, no change of a rule counts that was committed later.
    """

    def __init__(
        self,
        shop: Register,
        as_of: datetime,
        known_at: datetime | None = None,
        *,
        codes: frozenset[str] = frozenset(BY_CODE),
        only: Sequence[File] | None = None,
        committed_by: datetime | None = None,
    ) -> None:
        super().__init__(shop, as_of, known_at, only)
        self.shop, self.codes, self.whole, self.committed_by = shop, codes, only is None, committed_by
        self.listed, self.of_rules = shop.month_files(), frozenset(shop.rule_errors)
        self.by_path = {stored.file.shown: stored for stored in self.files}
        tickets = [stored.ticket for stored in self.files]
        self.books = Books(tickets, (file.id for file in self.listed), shop.rulebook, as_of, known_at)
        self.proof: Compared | None = None
        self.waivers: dict[str, list[Event]] = {}
        self.problems: list[Problem] = list(self._unread())
        self.waived: list[Waived] = []
        self.not_checked: list[NotChecked] = []
        for stored in self.files:
            self._audit(stored)
        parts: Mapping[tuple[str, ...], Callable[[], Iterator[Problem]]] = {
            ("F008",): self._duplicate_ids,
            ("Y001", "Y003"): self._rules,
            ("F007", "Y004", "Y006"): self._setup,
            ("Y002",): self._editions,
        }
        for named, part in parts.items() if self.whole else ():
            if self.codes.intersection(named):
                self.add(part())

    def add(self, problems: Iterable[Problem]) -> None:
        """More problems, of the checks that were asked for; those that a waiver lets stand apart."""
        for each in (each for each in problems if each.code in self.codes):
            covering = [one for one in self.waivers.get(each.path, ()) if self._covers(one, each)]
            own = {one.key: list(self._own(one, each)) for one in covering}
            waiver = next((one for one in covering if not own[one.key]), None)
            if waiver:
                self.waived.append(Waived(each, waiver))
                continue
            told = [one for several in own.values() for one in several if one.code in self.codes]
            self.problems += [each, *(one for one in told if one not in self.problems)]

    @property
    def found(self) -> Findings:
        """All that was found, in order of place."""
        unread = set(map(self._named, self.unread))
        told = [each._replace(unjudged=(each.path, each.check) in unread) for each in self.problems]
        return Findings(sorted(told, key=_place), self.waived, self.not_checked, self.tickets, self.proof)

    @property
    def told(self) -> list[Unreadable]:
        """What could not be read, and a problem tells so."""
        named = {(each.path, each.check) for each in self.problems}
        return [error for error in self.unread if self._named(error) in named]

    def _named(self, error: Unreadable) -> tuple[str, str]:
        """Path and check of the problem that tells of what could not be read."""
        return unreadable(error)[0], "broken-rules" if error in self.of_rules else error.sort

    @property
    def grave(self) -> list[NotChecked]:
        """The checks without which the answer is not a whole one."""
        return [each for each in self.not_checked if each.grave]

    @property
    def fixable(self) -> list[File]:
        """The files that hold something which may be mended without asking."""
        wanted = {each.path for each in self.problems if each.code in (LAYOUT, HEADER)}
        return [stored.file for stored in self.files if stored.file.shown in wanted]

    def _unread(self) -> Iterator[Problem]:
        """Files that cannot be read as tickets; what is wrong with rules is told with every mistake, below."""
        for error in self.unread:
            check = BY_NAME[error.sort]
            path, line, message = unreadable(error)
            if check.code in self.codes and check in FILES and error not in self.of_rules:
                head = (check.code, check.name, check.severity, path, line, 1, _id(path), "")
                yield Problem(*head, message, error.mend, plain=error.plain)

    def _audit(self, stored: Stored) -> None:
        case = Case(stored.ticket, self.books)
        checks = [check for check in CHECKS if check.code in self.codes and (self.whole or check.code not in OF_ALL)]
        found = [_placed(check, each, stored) for check in checks for each in self._found(check, case)]
        self.waivers[stored.file.shown] = case.waivers
        for waiver in case.waivers:
            if _code(waiver) in self.codes - PROVEN and not any(self._covers(waiver, each) for each in found):
                self.add(self._idle(waiver, stored))
        self.add(found)
        for code, part in {"F002": self._conflicts, "F010": self._layout, "F009": self._duplicate_events}.items():
            if code in self.codes:
                self.add(part(stored))

    def _found(self, check: Check, case: Case) -> list[Found]:
        """What a check finds; one that breaks down on an odd ticket must not hide what the others find."""
        try:
            return list(check.find(case)) if check.find else []
        except Exception as error:  # noqa: BLE001 - said, and the exit code is 2
            plain = f"{case.ticket.id}: {type(error).__name__}"
            self.not_checked.append(NotChecked(check.name, f"{plain}: {error}", plain=plain))
            return []

    def _covers(self, waiver: Event, problem: Problem) -> bool:
        """Whether a waiver is of this problem; of what a ticket lacks only once the closing has made it due."""
        events = self.by_path[problem.path].ticket.events
        closings = [event.key for event in events if event.type == "closed"]
        due = max(closings, default="") if problem.code[0] in DUE_AT_CLOSING and not problem.event else ""
        return due < waiver.key and _covers(waiver, problem)

    def _own(self, waiver: Event, waived: Problem) -> Iterator[Problem]:
        """Whoever waives a problem is not the one who recorded what is wrong."""
        stored = self.by_path[waived.path]
        if any(event.key == waived.event and event.by == waiver.by for event in stored.ticket.events):
            found = f"{waiver.by} waives what {waiver.by} recorded"
            mend = "let somebody else decide: void it, and waive it by another person"
            yield _placed(BY_CODE["W003"], Found(found, mend, ("event", waiver.key), event=waiver.key), stored)

    def _idle(self, waiver: Event, stored: Stored) -> Iterator[Problem]:
        found = f"the waiver of {waiver.fields['problem']} lets nothing stand"
        yield _placed(BY_CODE["W002"], Found(found, "void it", ("event", waiver.key), event=waiver.key), stored)

    def _conflicts(self, stored: Stored) -> Iterator[Problem]:
        """Markers inside a text of several lines, where they are no mistake of TOML."""
        line = documents.conflict_line(stored.text)
        if line:
            found = Found("a merge left its conflict markers in a text", documents.RESOLVE)
            yield _placed(BY_CODE["F002"], found, stored)._replace(line=line)

    def _layout(self, stored: Stored) -> Iterator[Problem]:
        from complaint.store.tidy import untidy_line

        line = untidy_line(stored.text, stored.ticket)
        if line:
            found = Found("it is not laid out as the commands write it", "`complaint audit --fix` lays it out")
            yield _placed(BY_CODE["F010"], found, stored)._replace(line=line)

    def _duplicate_events(self, stored: Stored) -> Iterator[Problem]:
        for event in stored.ticket.events:
            others = [each for each in self.books.owners[event.key] if each != stored.ticket.id]
            if others:
                found = f"{', '.join(others)} has an event with the same key {event.key}"
                mend = "one file was copied from the other: an event belongs to one ticket"
                yield _placed(BY_CODE["F009"], Found(found, mend, ("event", event.key), event=event.key), stored)

    def _duplicate_ids(self) -> Iterator[Problem]:
        """One id, one file: not in two folders, nor once in small letters."""
        places: dict[str, list[File]] = {}
        for file in self.listed:
            places.setdefault(ids.normal(file.id), []).append(file)
        for ticket_id, several in places.items():
            for file in several if len(several) > 1 else ():
                others = ", ".join(each.shown for each in several if each != file)
                mend = "compare them, keep the one in the right folder, and restore from git what is lost"
                check = BY_CODE["F008"]
                message = f"{ticket_id} is {others} too"
                yield Problem(check.code, check.name, check.severity, file.shown, 1, 1, ticket_id, "", message, mend)

    def _rules(self) -> Iterator[Problem]:
        rules, today = self.shop.rules(), self.books.as_of.astimezone(self.shop.settings.zone).date()
        told = [("Y001", each) for each in rules.mistakes()] + [("Y003", each) for each in rules.findings(today)]
        for code, each in told:
            yield _of_rules(BY_CODE[code], each)

    def _setup(self) -> Iterator[Problem]:
        for name, path, message, mend in self.shop.disorder():
            check = BY_NAME[name]
            yield Problem(check.code, check.name, check.severity, path, 1, 1, "", "", message, mend)

    def _editions(self) -> Iterator[Problem]:
        if not self.shop.is_tracked():
            return
        from complaint.editions import edited

        check, tickets = BY_CODE["Y002"], [stored.ticket for stored in self.files]
        try:
            for each in edited(self.shop, tickets, self.committed_by):
                mend = (
                    "take the change back, and write it as a new edition: a file of its own, in force from a later day"
                )
                yield Problem(check.code, check.name, check.severity, each.path, each.line, 1, "", "", each.found, mend)
        except ComplaintError as error:
            reason = "; ".join(filter(None, (error.found, error.mend)))
            self.not_checked.append(NotChecked(check.name, reason, grave=False))

    def prove(self, against: str | None, *, history: bool) -> None:
        """Adds what git's history proves: changes since a revision, or in all of it."""
        from complaint.proving import proved

        proof = proved(self.shop, against=against, history=history, within=self._committed_within)
        if proof.not_checked:
            self.not_checked.append(NotChecked("proof", proof.not_checked))
        elif proof.commits:
            self.proof = Compared(history, against or "", proof.revision, proof.commits, proof.tickets)
        self.not_checked += [NotChecked("proof", note, grave=False) for note in proof.notes]
        mine = [each for each in proof.problems if self.whole or each.path in self.by_path]
        self.add(self._suspected(each) for each in mine)
        if proof.revision and not proof.not_checked and "Y007" in self.codes:
            self.add(self._loosened(proof.revision))

    def _committed_within(self, ticket_id: str) -> timedelta | None:
        ticket = self.books.by_id.get(ticket_id)
        policy = Case(ticket, self.books).policy if ticket else None
        return policy.threshold("committed_within") if policy else None

    def _suspected(self, each: Suspect) -> Problem:
        """A finding of the proof, at the event's line where the ticket still has it."""
        check = BY_CODE[each.code]
        stored = self.by_path.get(each.path)
        line = documents.line_of(stored.text, ("event", each.key)) if stored and each.key else 1
        gone = stored is not None and each.key in voided(stored.ticket.events)
        severity = WARNING if each.mended or (gone and check.waivable) else check.severity
        head = (check.code, check.name, severity, each.path, line, 1, each.ticket, "")
        return Problem(*head, each.message, each.help, each.key)

    def _loosened(self, revision: str) -> Iterator[Problem]:
        from complaint.loosening import differing

        check = BY_CODE["Y007"]
        for each in differing(self.shop, revision):
            mend = (
                "whoever approves policies looks at it; `complaint policy diff` shows what it changes for open tickets"
            )
            yield Problem(check.code, check.name, check.severity, each.path, each.line, 1, "", "", each.found, mend)


def _of_rules(check: Check, each: health.Problem) -> Problem:
    return Problem(check.code, check.name, each.severity, each.path, each.line, 1, "", "", each.message, each.help)


def _placed(check: Check, found: Found, stored: Stored) -> Problem:
    """What a check found, with the line at which the fact stands."""
    line = documents.line_of(stored.text, found.path) if found.path else 1
    row = stored.text.split("\n")[line - 1]
    column = len(row) - len(row.lstrip(" \t")) + 1
    severity = found.severity or check.severity
    head = (check.code, check.name, severity, stored.file.shown, line, column, stored.ticket.id)
    return Problem(*head, found.clause, found.message, found.help, found.event, found.plain)


def _code(waiver: Event) -> str:
    typed = str(waiver.fields["problem"])
    check = BY_CODE.get(typed) or BY_NAME.get(typed)
    return check.code if check else ""


def _covers(waiver: Event, problem: Problem) -> bool:
    """Whether a waiver is of this problem: of its code, of the clause and the event if it names some, and before it."""
    check, fields = BY_CODE[problem.code], waiver.fields
    narrowed = all(fields.get(key, own) == own for key, own in (("clause", problem.clause), ("event", problem.event)))
    return check.waivable and check.code == _code(waiver) and narrowed and problem.event < waiver.key


def _id(path: str) -> str:
    name = ids.normal(path.rpartition("/")[2].removesuffix(".toml"))
    return name if ids.is_id(name) else ""


def _place(problem: Problem) -> tuple[str, int, str, str]:
    return problem.path, problem.line, problem.code, problem.message
