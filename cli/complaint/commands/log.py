"""Owns `log`: events in order of recording, of one ticket or of all; with --git the commits that carried them."""

from __future__ import annotations

import click

from complaint import options
from complaint.core.errors import Unreadable


@click.command("log", help="List events in order of recording, of one ticket or of all.")
@click.argument("ticket_id", metavar="[ID]", default="")
@click.option("--git", "with_git", is_flag=True, help="Add the commits that changed the files.")
@click.option("--reveal", is_flag=True, help="Show personal data.")
@options.formats("table", "json", "jsonl", "csv")
@options.asking
def command(
    ticket_id: str,
    with_git: bool,
    reveal: bool,
    format_: str,
    as_json: bool,
    output: str | None,
    as_of: str | None,
    known_at: str | None,
    register_path: str | None,
) -> int:
    """The command."""
    from complaint.render import answers

    shop = options.opened(click.get_current_context(), register_path)
    at = options.moment_of(shop, as_of, known_at)
    stored = [shop.ticket(ticket_id)] if ticket_id else list(shop.tickets())
    unread = [each for each in stored if isinstance(each, Unreadable)]
    sound = [each for each in stored if not isinstance(each, Unreadable)]
    rows = sorted(
        (
            (each, event)
            for each in sound
            for event in each.ticket.events
            if event.at <= at.as_of and (at.known_at is None or event.recorded <= at.known_at)
        ),
        key=lambda row: (row[1].key, row[0].ticket.id),
    )
    commits = shop.commits([each.file.shown for each in sound]) if with_git else None
    personal = {each.ticket.policy: shop.personal(each.ticket.policy) for each in sound}
    frame = answers.Frame(at.as_of, shop.settings.zone, "json" if as_json else format_, unread)
    text = answers.log(rows, commits, personal, frame, reveal=reveal)
    options.deliver(text, output)
    return options.told_unread(unread)
