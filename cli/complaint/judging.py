"""Owns the judging of a whole register at a moment: every ticket's obligations, and what could not be judged."""

from __future__ import annotations

from datetime import datetime, timedelta

from complaint.core.errors import Unreadable
from complaint.core.obligations import Obligation, obligations
from complaint.core.ticket import happened
from complaint.store.tickets import Stored
from complaint.workspace import Register


class Judged:
    """Every ticket of a register judged at a moment. It fails closed: what is not in `rows` is in `unread`."""

    def __init__(
        self, shop: Register, as_of: datetime, known_at: datetime | None = None, within: timedelta | None = None
    ) -> None:
        book = shop.rulebook
        self.tickets, self.newest = 0, ""
        self.rows: list[tuple[Obligation, Stored]] = []
        self.unread: list[Unreadable] = list(shop.rule_errors)
        for stored in shop.tickets():
            if isinstance(stored, Unreadable):
                self.unread.append(stored)
                continue
            ticket = stored.ticket
            self.newest = max(self.newest, ticket.events[-1].key)
            if not happened(ticket, as_of, known_at):
                continue
            if ticket.policy not in book.editions:
                why = "is broken" if ticket.policy in book.broken else "is not in this register"
                found = f"not judged: its policy {ticket.policy} {why}"
                self.unread.append(Unreadable(found, "`complaint policy check` says more", where=stored.file.shown))
                continue
            self.tickets += 1
            self.rows += [(row, stored) for row in obligations(ticket, book, as_of, known_at, within=within)]
