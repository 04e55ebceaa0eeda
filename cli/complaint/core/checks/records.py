"""Owns the checks of what tickets keep and refer to: retention, statistics, references, personal data, calendars."""

from __future__ import annotations

from collections.abc import Iterator

from complaint.core.checks.case import WARNING, Case, Check, Found
from complaint.core.ids import is_id
from complaint.core.moments import people
from complaint.core.requirements import PERSONAL_SHAPES
from complaint.core.retention import kept_until
from complaint.core.selector import any_matches
from complaint.core.ticket import HIDDEN
from complaint.core.vocabulary import FREE_TEXT, KIND_OF, field_of


def discarded_early(case: Case) -> Iterator[Found]:
    """What must be kept was discarded before its last day, or at all where it is kept for ever."""
    zone = case.books.book.zone
    for clause in case.retained:
        gone = next((each for each in case.events if any_matches(clause.named("discarded_by"), each)), None)
        if gone is None:
            continue
        until = kept_until(clause, case.events, zone)
        if until is None or gone.at.astimezone(zone).date() <= until:
            kept = f"until {until}, that day included" if until else "without end"
            found = f"discarded on {gone.at.astimezone(zone).date()}, but it must be kept {kept}"
            yield Found(found, clause.cite, ("event", gone.key), clause.id, gone.key)


def retention_review(case: Case) -> Iterator[Found]:
    """A period of retention has ended: personal data is kept no longer than it is needed."""
    zone = case.books.book.zone
    for clause in case.retained:
        until = kept_until(clause, case.events, zone)
        done = any(any_matches(clause.named("discarded_by"), each) for each in case.events)
        if until and until < case.books.as_of.astimezone(zone).date() and not done:
            found = f"what {clause.id} keeps had to be kept until {until}: see whether it is still needed"
            yield Found(
                found, f"discard it and record that, or keep it for a reason ({clause.cite})", ("id",), clause.id
            )


def statistic(case: Case) -> Iterator[Found]:
    """The total of a statistic equals the sum of its parts: every ticket stands in exactly one of them.

    One that is open may still be classified, so it is only a warning.
    """
    severity = "" if case.state.closed_at else WARNING
    for each in case.books.sums:
        if case.ticket.id in each.without:
            counted = each.total - len(each.without)
            found = f"it has no {each.key}, so the sum by {each.key} is not the total"
            name = each.key.removeprefix("about.")
            mend = (
                f"`complaint note ID --about {name}=…`"
                if name != each.key
                else f"`complaint correct ID --set {name}=… --reason …`"
            )
            mend += f"; of {each.total} tickets {counted} have one ({each.clause.cite})"
            yield Found(found, mend, ("id",), each.clause.id, severity=severity)


def calendar_needed(case: Case) -> Iterator[Found]:
    """A limit counts days of a year whose official notice is not in the calendar, so it is not firm."""
    for row in case.rows:
        if row.provisional and row.state != "cancelled":
            found = "its due moment counts days of a year whose notice is not in the calendar"
            mend = f"enter that year with its notice in calendars/{row.policy.days}.toml"
            yield Found(found, mend, ("event", row.event), row.clause.id, row.event)


def unknown_ticket(case: Case) -> Iterator[Found]:
    """Tickets that are named exist."""
    for event in case.standing:
        for field in KIND_OF[event.type].fields:
            named = event.fields.get(field.key)
            if field.form == "ticket" and named and named not in case.books.ids:
                found = (
                    f"{field.key} names {named if is_id(str(named)) else 'what is no id'}, and there is no such ticket"
                )
                yield Found(
                    found,
                    "correct it, or restore that ticket from git",
                    ("event", event.key, field.key),
                    event=event.key,
                )


def missing_event(case: Case) -> Iterator[Found]:
    """Events that are voided, decided or waived stand in the ticket."""
    keys = {event.key: event.type for event in case.ticket.events}
    for event in case.standing:
        named = event.fields.get("event") if field_of(event.type, "event") else None
        wanted = "violation" if event.type == "decided" else ""
        if named is not None and (named not in keys or (wanted and keys[named] != wanted)):
            found = f"{event.type} names event {named}, which is no {wanted or 'event'} of this ticket"
            yield Found(
                found,
                "void it, and name the right one (`log` lists them)",
                ("event", event.key, "event"),
                event=event.key,
                plain=f"{event.type} names what is no {wanted or 'event'} of this ticket",
            )


def unknown_clause(case: Case) -> Iterator[Found]:
    """The clause that a violation is recorded under is a fine clause of the edition in force when it happened."""
    for event in case.events if case.policy else ():
        clause_id = event.fields.get("clause")
        edition = case.books.book.in_force(case.ticket.policy, event.at)
        clause = edition.clause(str(clause_id))
        if event.type == "violation" and (clause is None or clause.kind != "fine"):
            found = f"{edition.id} {edition.edition} has no fine clause {clause_id}, so this costs nothing"
            yield Found(
                found,
                "void it, and record it under the right clause",
                ("event", event.key, "clause"),
                event=event.key,
                plain=f"{edition.id} {edition.edition} has no such fine clause, so this costs nothing",
            )


def duplicate_circle(case: Case) -> Iterator[Found]:
    """A duplicate leads to the ticket that is worked on, not back to itself."""
    seen, at = [case.ticket.id], case.ticket
    while (following := case.books.by_id.get(str(at.header.get("duplicate_of", "")))) is not None:
        if following.id == case.ticket.id:
            found = f"it is a duplicate of itself, by way of {', '.join(seen[1:]) or 'nothing'}"
            yield Found(found, "reopen one of them", ("duplicate_of",))
        if following.id in seen:
            return
        seen.append(following.id)
        at = following


def unknown_policy(case: Case) -> Iterator[Found]:
    """The policy a ticket is judged by is in the register."""
    book = case.books.book
    if case.ticket.policy not in book.editions and case.ticket.policy not in book.broken:
        found = f"its policy {case.ticket.policy or '(none)'} is not in this register, so it is not judged"
        plain = "its policy is not in this register, so it is not judged"
        yield Found(found, f"complaint init --policy {case.ticket.policy}", ("policy",), plain=plain)


def personal_in_text(case: Case) -> Iterator[Found]:
    """Telephone and identity numbers stand under [complainant], where every output masks them, not in texts."""
    asking = [clause for clause in case.clauses if "clean" in clause.keys]
    clean = asking[0].id if asking else ""
    mend = "move it to [complainant]; a text of the header may be mended by hand, of an event git keeps it: `waive` it"
    for key in FREE_TEXT:
        asked = key == "summary" or any(key in clause.keys["clean"] for clause in asking)
        if asked and PERSONAL_SHAPES.search(str(case.ticket.header.get(key, ""))):
            yield Found(f"the {key} holds a telephone or identity number", mend, (key,), clean)
    for event in case.ticket.events:
        for key, value in event.fields.items():
            texts = value if isinstance(value, list) else [value]
            if any(isinstance(text, str) and PERSONAL_SHAPES.search(text) for text in texts):
                found = f"{key} of {event.type} holds a telephone or identity number"
                yield Found(found, mend, ("event", event.key, key), clean, event.key)


def personal_in_event(case: Case) -> Iterator[Found]:
    """Of facts that the policy lists as personal an event keeps the name only."""
    personal = {key for each in case.books.book.editions.get(case.ticket.policy, ()) for key in each.personal}
    mend = f'until it is committed write "{HIDDEN}" there and the value under [about]; then only `waive` helps'
    for event in case.ticket.events:
        for key, value in event.fields.items():
            if key.removeprefix("about_") in personal and key.startswith("about_") and value != HIDDEN:
                found = f"{key} of {event.type} holds a personal value"
                yield Found(found, mend, ("event", event.key, key), event=event.key)


def waiver_expired(case: Case) -> Iterator[Found]:
    """A waiver ends, and what it let stand is a problem again."""
    for event in case.events:
        if event.type == "waived" and event.fields["until"] <= case.books.as_of:
            until = people(event.fields["until"], case.books.book.zone, limit=True)
            found, mend = (
                f"the waiver of {event.fields['problem']} ended {until}",
                "mend what it let stand, or waive it again",
            )
            yield Found(found, mend, ("event", event.key, "until"), event=event.key)


def waiver_alone(case: Case) -> Iterator[Found]:
    """Whoever lets a problem stand says in what role; that it is another person is seen where it covers something."""
    for event in case.events:
        if event.type == "waived" and not event.fields.get("role"):
            found = f"the waiver of {event.fields['problem']} names no role, and does not hold"
            yield Found(found, "void it, and waive it with --role", ("event", event.key), event=event.key)


CHECKS = (
    Check("R001", "discarded-early", "Something was discarded that must still be kept", discarded_early),
    Check("R002", "retention-review", "A period of retention has ended", retention_review, WARNING),
    Check("T001", "statistic", "A statistic does not add up, because of this ticket", statistic),
    Check("L001", "unknown-ticket", "A ticket that is named does not exist", unknown_ticket),
    Check("L002", "missing-event", "An event that is named is not in the ticket", missing_event),
    Check("L003", "unknown-clause", "A violation names a clause that is no fine clause", unknown_clause),
    Check("L004", "duplicate-circle", "A ticket is a duplicate of itself", duplicate_circle),
    Check("L005", "unknown-policy", "A ticket's policy is not in the register", unknown_policy, waivable=False),
    Check("P001", "personal-in-text", "A text holds a mobile or identity number (of China)", personal_in_text),
    Check("P003", "personal-in-event", "An event holds a personal value", personal_in_event),
    Check("Y005", "calendar-needed", "A limit counts days of a year without an official notice", calendar_needed),
    Check("W001", "waiver-expired", "A waiver has ended", waiver_expired, WARNING, waivable=False),
    Check("W003", "waiver-alone", "A waiver names no role, or is by the one whose step it waives", waiver_alone,
          waivable=False),
)  # fmt: skip
