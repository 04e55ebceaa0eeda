"""Owns `show`: one ticket, its history, its obligations, and what is missing before it may close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from complaint import options
from complaint.core.errors import NotFound, Unreadable

if TYPE_CHECKING:
    from complaint.core.effects import Effect
    from complaint.store.tickets import Stored


@click.command("show", help="Show one ticket: header, history, obligations, what is missing before it may close.")
@click.argument("ticket_id", metavar="ID")
@click.option("--reveal", is_flag=True, help="Show personal data.")
@options.as_json
@options.asking
def command(
    ticket_id: str, reveal: bool, as_json: bool, as_of: str | None, known_at: str | None, register_path: str | None
) -> int:
    """The command."""
    from complaint.core.effects import applied
    from complaint.core.lifecycle import fold
    from complaint.core.obligations import obligations
    from complaint.core.requirements import missing
    from complaint.core.ticket import happened, receipt, seen

    shop = options.opened(click.get_current_context(), register_path)
    at, stored = options.moment_of(shop, as_of, known_at), shop.ticket(ticket_id)
    ticket, book = stored.ticket, shop.rules_of(stored.ticket.policy)
    events = happened(ticket, at.as_of, at.known_at)
    if not events:
        raise NotFound(f"{ticket.id} had not been received by then", "ask with a later --as-of")
    policy = book.in_force(ticket.policy, receipt(events)) if book.editions.get(ticket.policy) else None
    state = fold(events, book.plan_roles(ticket))
    changed: Sequence[Effect] = ()
    unread: list[Unreadable] = []
    if book.uses("same", "opens"):  # other policies need not read other tickets
        from complaint.judging import effects_on

        changed, unread = effects_on(shop, ticket, at.as_of, at.known_at)
    rows = obligations(ticket, book, at.as_of, at.known_at, effects=changed)
    lacking = [
        each
        for each in (missing(ticket, policy, applied(events, changed), rows) if policy else ())
        if not (state.closed_at and each.before)
    ]
    personal = policy.personal if policy else ()
    from complaint.render import page, shapes

    history = seen(ticket, at.as_of, at.known_at)
    sheet = shapes.Sheet(stored, state.governed(), history, rows, lacking, personal, shop.settings.zone, reveal)
    answer = shapes.ticket(sheet) if as_json else page.ticket(sheet)
    options.deliver(answer)
    _remark(stored, state.governed() if not at.given and at.known_at is None else {})
    for effect in changed:
        options.say(effect.told)
    if policy is None:
        why = book.broken.get(ticket.policy, "there is no such policy").splitlines()[0]
        options.fault(f"not judged by {ticket.policy}: {why}")
        return 2
    return options.told_unread(unread)


def _remark(stored: Stored, governed: Mapping[str, object]) -> None:
    """Says what a person should put right in the file: keys out of place, header values that differ from the events."""
    from complaint.store.documents import line_of

    for path, remark in stored.ticket.remarks:
        options.say(f"{stored.file.shown}:{line_of(stored.text, path)}: {remark}")
    for key, value in governed.items():
        written = stored.ticket.header.get(key)
        if written != value:
            line = line_of(stored.text, (key,))
            said = "nothing" if written is None else written
            options.say(f"{stored.file.shown}:{line}: {key}: the header says {said}, the events say {value}")
