"""Owns the judging of a whole register at a moment: obligations, charges, and what could not be judged."""

from __future__ import annotations

from datetime import datetime, timedelta

from complaint.core.errors import Unreadable
from complaint.core.fines import statement
from complaint.core.issued import lines
from complaint.core.obligations import Obligation, obligations
from complaint.core.symptoms import effects
from complaint.core.ticket import happened
from complaint.store.tickets import Stored
from complaint.workspace import Register


class Seen:
    """Every ticket of a register that can be judged at a moment; it fails closed: what cannot be is in `unread`."""

    def __init__(self, shop: Register, as_of: datetime, known_at: datetime | None) -> None:
        book = shop.rulebook
        self.newest = ""
        self.stored: list[Stored] = []
        self.unread: list[Unreadable] = list(shop.rule_errors)
        for stored in shop.tickets():
            if isinstance(stored, Unreadable):
                self.unread.append(stored)
                continue
            ticket = stored.ticket
            self.newest = max(self.newest, ticket.events[-1].key)
            if not happened(ticket, as_of, known_at):
                continue
            if ticket.policy in book.editions:
                self.stored.append(stored)
                continue
            why = "is broken" if ticket.policy in book.broken else "is not in this register"
            found = f"not judged: its policy {ticket.policy} {why}"
            self.unread.append(Unreadable(found, "`complaint policy check` says more", where=stored.file.shown))

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
        book = shop.rulebook
        changed = effects([stored.ticket for stored in self.stored], book, as_of, known_at)
        self.rows: list[tuple[Obligation, Stored]] = [
            (row, stored)
            for stored in self.stored
            for row in obligations(
                stored.ticket, book, as_of, known_at, within=within, effects=changed.get(stored.ticket.id, ())
            )
        ]


class Fined(Seen):
    """The charges of every ticket, those that were issued as they were issued."""

    def __init__(self, shop: Register, as_of: datetime, known_at: datetime | None = None) -> None:
        super().__init__(shop, as_of, known_at)
        book, tickets = shop.rulebook, [stored.ticket for stored in self.stored]
        self.statement = statement(tickets, book, as_of, known_at)
        self.lines = lines(self.statement.charges, tickets, book, as_of, known_at)
