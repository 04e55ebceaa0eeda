"""Owns the checks of the work: what the policy asks for and is missing, steps out of order, words outside its lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from complaint.core import wording
from complaint.core.checks.case import WARNING, Case, Check, Found
from complaint.core.errors import ComplaintError
from complaint.core.guards import GUARDS, refusal
from complaint.core.requirements import Missing
from complaint.core.vocabulary import KIND_OF

CALLBACK = "`callback`"
AGAIN = "`void` it, and record it again"
KEPT = "a receipt cannot be recorded again: let it stand with `waive`"
MEND = {
    "met_by": "record it, with the time at which it happened",
    "starts": "record it, with the time at which it happened",
    "role": f"{AGAIN} in that role",
    "same_person": f"{AGAIN} by that person",
    "evidence": f"{AGAIN} with --evidence",
    "approvals": "record the approval, if it was given in time",
    "order": f"{AGAIN} with the times at which it did happen",
    "forbids": "`void` it, if it did not happen",
    "at_most": "`void` it, if it did not happen",
}
JUDGED_ELSEWHERE = ("received", "closed", "decided", "voided")  # by what is missing, ranges and references


def _asked(*keys: str, only: Callable[[Missing], bool] = lambda _: True) -> Callable[[Case], Iterable[Found]]:
    """A check that tells what clauses ask for under one of these keys, and the ticket has not.

    What is missing in an open ticket may still come, so it is only a warning.
    """

    def find(case: Case) -> Iterator[Found]:
        for each in case.missing:
            if each.key in keys and only(each):
                yield _lacking(each, case)._replace(severity=WARNING if _may_come(each, case) else "")

    return find


def _may_come(each: Missing, case: Case) -> bool:
    """Whether it may still come, or a complaint would be refused for how it was taken down."""
    open_ = case.state.closed_at is None
    return open_ and (each.key in ("met_by", "fields") or (each.key == "role" and _of_receipt(each, case)))


def _of_receipt(each: Missing, case: Case) -> bool:
    return any(event.key == each.event and event.type == "received" for event in case.events)


def _lacking(each: Missing, case: Case) -> Found:
    found = f"asked for: {each.what}; {each.clause.title['en']}"
    of_receipt = _of_receipt(each, case)
    of_ticket = of_receipt or not each.event
    how = _field(each.what, of_ticket=of_ticket) if each.key == "fields" else MEND[each.key]
    how = KEPT if of_receipt and how.startswith(AGAIN) else how
    if case.state.closed_at and how != KEPT and not how.startswith("`complaint"):
        how = f"`reopen` the ticket, {how}, and close it again"
    waive = "" if how == KEPT else ", or let it stand with `waive`"
    mend = f"{how}{waive} ({each.clause.cite})"
    return Found(found, mend, ("event", each.event) if each.event else ("id",), each.clause.id, each.event)


def _field(names: str, *, of_ticket: bool) -> str:
    """How to add a field, or one of several: a fact of the matter, one of the ticket itself, or one of a step."""
    options = []
    for name in names.split(" or "):
        if name.startswith("about."):
            options.append(f"`complaint note ID --about {name.removeprefix('about.')}=…`")
        elif of_ticket or name.startswith("complainant."):
            options.append(f"`complaint correct ID --set {name}=… --reason …`")
        else:
            options.append(f"{AGAIN} with --{name.replace('_', '-')}")
    return " or ".join(options)


def _calls_back(each: Missing) -> bool:
    return each.what.startswith(CALLBACK)


def words(case: Case) -> Iterator[Found]:
    """Words stand in the policy's lists; a hand, or a merge, can put others into an event."""
    for event in case.events if case.policy else ():
        edition = case.books.book.in_force(case.ticket.policy, event.at)
        try:
            wording.check(edition, event.type, event.fields)
        except ComplaintError as error:
            if error.where == "--clause":  # a check of its own
                continue
            key = error.where.removeprefix("--set ").removeprefix("--").replace("-", "_")
            found = f"{error.where.removeprefix('--')}: {error.found}"
            plain = f"{error.where.removeprefix('--')}: this word is not in the policy's lists"
            yield Found(found, error.mend, ("event", event.key, key), event=event.key, plain=plain)


def illegal_step(case: Case) -> Iterator[Found]:
    """Each step is legal at its `at`, or forced: what a command would have refused came in by hand or by a merge."""
    closings = any(event.type == "closed" for event in case.ticket.events)
    for event in case.events if case.policy else ():
        guarded = event.type in GUARDS or (closings and not KIND_OF[event.type].while_closed)
        if not guarded or event.type in JUDGED_ELSEWHERE or event.fields.get("forced"):
            continue
        before = case.ticket._replace(events=tuple(each for each in case.ticket.events if each.key < event.key))
        if not any(each.type == "received" for each in before.events):
            continue
        edition = case.books.book.in_force(case.ticket.policy, event.at)
        try:
            refused = refusal(before, event, edition, case.books.book, event.recorded)
        except ComplaintError:  # it names an event that is not there, which is a check of its own
            continue
        if refused and refused.needs_note:
            yield Found(
                f"{event.type}: {refused.found}",
                "void it, or say why and waive it",
                ("event", event.key),
                "",
                event.key,
            )


CHECKS = (
    Check("S001", "missing-step", "A step that the policy asks for was not recorded",
          _asked("met_by", only=lambda each: not _calls_back(each))),
    Check("S002", "missing-field", "A field that the policy asks for is empty", _asked("fields")),
    Check("S003", "wrong-role", "A step was recorded in a role that may not do it", _asked("role")),
    Check("S004", "wrong-person", "A step was recorded by another person than must do it", _asked("same_person")),
    Check("S005", "missing-evidence", "A step has not the evidence that the policy asks for", _asked("evidence")),
    Check("S006", "missing-approval", "A step went ahead without the approvals it needs", _asked("approvals")),
    Check("S007", "wrong-order", "Steps were taken in another order than the policy sets", _asked("order")),
    Check("S008", "forbidden-step", "A step was taken that the policy forbids", _asked("forbids")),
    Check("S009", "too-often", "A step was taken more often than the policy allows", _asked("at_most")),
    Check("S010", "missing-callback", "A ticket that must be called back was not",
          _asked("met_by", "starts", only=_calls_back)),
    Check("S011", "closed-without", "A ticket was closed although a limit was not met by an act",
          _asked("starts", only=lambda each: not _calls_back(each) and each.clause.kind != "contact-attempts")),
    Check("S012", "contact-attempts", "A ticket was closed without the contact attempts it needs",
          _asked("starts", only=lambda each: each.clause.kind == "contact-attempts")),
    Check("S013", "unlisted-word", "A word is not in the policy's lists", words),
    Check("S014", "illegal-step", "A step was taken that the order of the work refuses, and not forced", illegal_step),
)  # fmt: skip
