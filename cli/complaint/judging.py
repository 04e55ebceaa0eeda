"""Owns the judging of a whole register at a moment: obligations, charges, and what could not be judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from complaint.core.effects import Effect
from complaint.core.errors import Unreadable
from complaint.core.fines import statement
from complaint.core.issued import lines
from complaint.core.lifecycle import fold
from complaint.core.obligations import Change, Obligation, obligations
from complaint.core.suggestions import Suggestion, suggestions
from complaint.core.symptoms import effects, watched
from complaint.core.ticket import Ticket, happened
from complaint.store.tickets import File, Stored
from complaint.workspace import Register


class Seen:
    """Every ticket of a register that can be judged at a moment; it fails closed: what cannot be is in `unread`.

    `files` are all that could be read, `stored` those of them that can be judged; with `only`, of these files.
    """

    def __init__(
        self, shop: Register, as_of: datetime, known_at: datetime | None, only: Sequence[File] | None = None
    ) -> None:
        book = shop.rulebook
        self.newest = ""
        self.files: list[Stored] = []
        self.stored: list[Stored] = []
        self.unread: list[Unreadable] = list(shop.rule_errors)
        for stored in shop.tickets(only):
            if isinstance(stored, Unreadable):
                self.unread.append(stored)
                continue
            self.files.append(stored)
            ticket = stored.ticket
            self.newest = max(self.newest, ticket.events[-1].key)
            if not happened(ticket, as_of, known_at):
                continue
            if ticket.policy in book.editions:
                self.stored.append(stored)
                continue
            broken = ticket.policy in book.broken
            state = "is broken" if broken else "is not in this register"
            found, plain = f"not judged: its policy {ticket.policy} {state}", f"not judged: its policy {state}"
            mend, sort = "`complaint policy check` says more", "broken-rules" if broken else "unknown-policy"
            self.unread.append(Unreadable(found, mend, where=stored.file.shown, sort=sort, plain=plain))

    @property
    def tickets(self) -> int:
        """How many tickets were judged, which every check says."""
        return len(self.stored)


class Judged(Seen):
    """The obligations of every ticket, with what other tickets change in their judgement."""

    def __init__(
        self, shop: Register, as_of: datetime, known_at: datetime | None = None, within: timedelta | None = None
    ) -> None:
        super().__init__(shop, as_of, known_at)
        book = self.book = shop.rulebook
        changed = effects([stored.ticket for stored in self.stored], book, as_of, known_at)
        self.rows: list[tuple[Obligation, Stored]] = [
            (row, stored)
            for stored in self.stored
            for row in obligations(
                stored.ticket, book, as_of, known_at, within=within, effects=changed.get(stored.ticket.id, ())
            )
        ]

    @property
    def limitless(self) -> list[str]:
        """The policies of tickets that were judged by which nothing can be overdue: no edition sets a limit."""
        used = sorted({stored.ticket.policy for stored in self.stored})
        return [each for each in used if not any(edition.limits for edition in self.book.editions[each])]


class Fined(Seen):
    """The charges of every ticket, those that were issued as they were issued."""

    def __init__(self, shop: Register, as_of: datetime, known_at: datetime | None = None) -> None:
        super().__init__(shop, as_of, known_at)
        book, tickets = shop.rulebook, [stored.ticket for stored in self.stored]
        self.statement = statement(tickets, book, as_of, known_at)
        self.lines = lines(self.statement.charges, tickets, book, as_of, known_at)


class Compared(Seen):
    """What the policies as they are now change for open tickets, against those of a git revision."""

    def __init__(self, shop: Register, revision: str, as_of: datetime, known_at: datetime | None = None) -> None:
        super().__init__(shop, as_of, known_at)
        old, errors = shop.rulebook_at(revision)
        self.unread += errors
        tickets = [stored.ticket for stored in self.stored]  # closed ones too: what they say changes others
        self.stored = [each for each in self.stored if fold(happened(each.ticket, as_of, known_at)).closed_at is None]
        self.rows: list[Change] = []
        books = [(book, effects(tickets, book, as_of, known_at)) for book in (old, shop.rulebook)]
        for stored in self.stored:
            before, after = (
                {
                    row.id: row
                    for row in obligations(
                        stored.ticket, book, as_of, known_at, effects=changed.get(stored.ticket.id, ())
                    )
                }
                for book, changed in books
            )
            for row_id in sorted({*before, *after}):
                one, other = before.get(row_id), after.get(row_id)
                if one is None or other is None or (one.due_at, one.state) != (other.due_at, other.state):
                    self.rows.append(Change(stored.ticket.id, one, other))


def effects_on(
    shop: Register, ticket: Ticket, as_of: datetime, known_at: datetime | None = None
) -> tuple[Sequence[Effect], list[Unreadable]]:
    """What other tickets change in the judgement of one, and what could not be read for that; most ask no others."""
    if not watched(ticket, shop.rules_of(ticket.policy), as_of, known_at):
        return (), []
    seen = Seen(shop, as_of, known_at)
    tickets = [stored.ticket for stored in seen.stored]
    return effects(tickets, shop.rulebook, as_of, known_at).get(ticket.id, ()), seen.unread


def suggested(shop: Register, typed: str, as_of: datetime) -> tuple[str, list[Suggestion], list[Unreadable]]:
    """The id of a ticket, what speaks for classifying it otherwise, and what could not be read for that."""
    own, seen = shop.ticket(typed).ticket, Seen(shop, as_of, None)
    tickets = [stored.ticket for stored in seen.stored]
    facts = {ticket.id: shop.facts(ticket, happened(ticket, as_of)) for ticket in tickets}
    policy = shop.rulebook.in_force(own.policy, as_of)
    changed = effects(tickets, shop.rulebook, as_of).get(own.id, ())
    others = [(ticket, facts[ticket.id]) for ticket in tickets]
    mine = facts.get(own.id) or shop.facts(own, happened(own))
    return own.id, suggestions(own, mine, policy, others, changed), seen.unread
