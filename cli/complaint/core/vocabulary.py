"""Owns the one table of what can be recorded: every event, its fields, its effect on the header and on the status.

The recording commands, the reading of event tables, the folding to the header and the selectors of policies
(`answered:final`) are all made from it (contract, section 4).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

CHANNELS = ("phone", "web", "email", "letter", "fax", "visit", "wechat", "other")
SEVERITIES = ("ordinary", "major")
FLAGS = (
    "repeat",
    "batch",
    "bypass",
    "upgraded",
    "claim",
    "complex",
    "unjustified",
    "service",
    "dispute-prone",
    "tariff",
)
SOURCES = ("miit", "group", "comms-admin", "consumer-assoc", "other-external")
KINDS = ("complaint", "inquiry", "duty")
STEPS = (
    "claim-accepted", "claim-settled", "apology-ordered", "promise-kept", "submitted", "invoice-delivered",
    "delivery-requested", "delivered", "identity-confirmed", "process-told", "eta-told", "branch-call",
    "branch-reached", "reviewed", "filed-with-hq",
)  # fmt: skip
APPROVABLE = ("extension", "plan", "answer", "classification")
OUTCOMES = ("solved", "unfounded", "withdrawn", "unreachable", "out-of-scope", "filed-unproven", "duplicate")
WORDS: Mapping[str, tuple[str, ...]] = {
    "channel": CHANNELS,
    "severity": SEVERITIES,
    "flag": FLAGS,
    "source": SOURCES,
    "step": STEPS,
}  # the words a policy's lists extend or narrow; a list that is in neither accepts any value
LISTS = (*WORDS, "category", "nature", "department", "handler", "role", "payer", "person", "conduct")

GOVERNED = (
    "status", "policy", "kind", "received", "channel", "source", "severity", "flags", "category", "nature",
    "department", "handler", "against", "outcome", "repeat_of", "duplicate_of",
)  # fmt: skip
FREE_TEXT = ("summary", "demand", "content")
PERSONAL = ("name", "phone", "email", "address")
STATUSES = (
    "received",
    "classified",
    "dispatched",
    "investigating",
    "replied",
    "planned",
    "approved",
    "implementing",
    "answered",
    "called-back",
    "closed",
)


class Field(NamedTuple):
    """One fact of an event: its key, the form of its value, and how it is typed.

    `form` is one of text, line, lines, word (one of `words` or of the policy's list `listed`), words (several), switch
    (one option a word), flag, time, amount, whole, ticket, event, changes. `governs` names the header key it sets;
    `effect` is set, add or remove. A field with a `place` is no part of the event: free or personal text that stands
    there. `helps` say what each word of a switch means.
    """

    key: str
    form: str = "text"
    words: tuple[str, ...] = ()
    listed: str = ""
    required: bool = False
    governs: str = ""
    effect: str = "set"
    default: str = ""
    positional: bool = False
    option: str = ""
    place: tuple[str, ...] = ()
    help: str = ""
    helps: tuple[str, ...] = ()

    @property
    def typed(self) -> str:
        """How a person names it on the command line."""
        return self.option or (self.key.upper() if self.positional else "--" + self.key.replace("_", "-"))


class Kind(NamedTuple):
    """One kind of event: the command that records it, its fields, the status it leads to and when it does so.

    `status` may depend on the status before (`only_from`) or on a field of the event (`only_if`). `variants` are
    options that record another kind instead; a kind that `starts` begins a ticket, one that `suggests` proposes. What
    a kind that `precedes` tells may have happened before the receipt: misconduct comes before the complaint about it.
    `needs` are options of every command that this one cannot do without.
    """

    type: str
    command: str
    help: str
    fields: tuple[Field, ...] = ()
    status: str = ""
    only_from: str = ""
    only_if: tuple[str, str] = ("", "")
    while_closed: bool = False
    variants: tuple[tuple[str, str], ...] = ()
    starts: bool = False
    suggests: bool = False
    any_of: tuple[str, ...] = ()
    precedes: bool = False
    needs: tuple[str, ...] = ()


BESIDE = (
    Field("summary", "line", required=True, place=("summary",), help="The complaint in one line."),
    Field("content", "lines", place=("content",), help="The complaint as told; - reads it from standard input."),
    Field("demand", place=("demand",), help="What the customer wants."),
    Field("name", place=("complainant", "name"), help="The customer's name."),
    Field("phone", place=("complainant", "phone"), help="Telephone."),
    Field("email", place=("complainant", "email"), help="E-mail address."),
    Field("address", place=("complainant", "address"), help="Postal address."),
)
MARKS = Field("flags", "words", listed="flag", governs="flags", effect="add", option="--flag",
              help="A mark to set; may be given several times.")  # fmt: skip
REASON = Field("reason", required=True, help="Why, in a few words.")
DUE = Field("due", "time", help="By when; a date alone means the end of that day.")

TABLE: tuple[Kind, ...] = (
    Kind("received", "create", "Record a complaint and print its id.", (
        Field("policy", governs="policy", help="The policy it is judged by (default: the register's)."),
        Field("kind", "word", KINDS, governs="kind", default="complaint", help="What it is."),
        Field("channel", "word", listed="channel", governs="channel", help="How it came in."),
        Field("source", "word", listed="source", governs="source", help="The outside body that passed it on."),
        Field("severity", "word", listed="severity", governs="severity", help="How grave it is."),
        MARKS,
        Field("category", "word", listed="category", governs="category", help="The business it concerns."),
        Field("nature", "word", listed="nature", governs="nature", help="What kind of fault it is."),
        Field("against", "word", listed="payer", governs="against", help="Whom it is directed against."),
        Field("repeat_of", "ticket", governs="repeat_of", help="The earlier ticket it repeats."),
        *BESIDE,
    ), status="received", starts=True),
    Kind("classified", "classify", "Record what the complaint is: category, nature, severity, marks, department.", (
        Field("category", "word", listed="category", governs="category", help="The business it concerns."),
        Field("nature", "word", listed="nature", governs="nature", help="What kind of fault it is."),
        Field("severity", "word", listed="severity", governs="severity", help="How grave it is."),
        MARKS,
        Field("no_flags", "words", listed="flag", governs="flags", effect="remove", option="--no-flag",
              help="A mark to take away; may be given several times."),
        Field("source", "word", listed="source", governs="source", help="The outside body that passed it on."),
        Field("department", "word", listed="department", governs="department", help="The department it belongs to."),
    ), status="classified", only_from="received",
       any_of=("category", "nature", "severity", "flags", "no_flags", "source", "department"), suggests=True),
    Kind("dispatched", "dispatch", "Send the ticket to a department, with the time it has.", (
        Field("department", "word", listed="department", governs="department", required=True, option="--to",
              help="The department."),
        Field("handler", "word", listed="handler", governs="handler", help="The person in it."),
        DUE,
    ), status="dispatched"),
    Kind("taken", "take", "Record that the department takes over.", status="investigating"),
    Kind("investigated", "investigate", "Record what the investigation found.", (
        Field("outcome", "word", ("founded", "unfounded", "unproven"), required=True, help="What was found."),
        Field("cause", help="What caused it."),
        Field("responsible", help="Who is responsible."),
    ), status="investigating"),
    Kind("replied", "reply", "Record the department's reply to the complaint centre (not to the customer).", (
        Field("cause", help="What caused it, or that the cause is unknown."),
        Field("action", help="What was done, and whether that is final."),
        Field("result", help="The result: what the customer has now."),
        Field("measure", help="The measure against a concentrated fault."),
        Field("attitude", help="The customer's attitude and opinion."),
    ), status="replied"),
    Kind("returned", "return", "Send the reply back; it is not good enough. Limits keep running.", (REASON,),
         status="investigating"),
    Kind("extension-asked", "extend", "Ask for more time.", (
        Field("due", "time", required=True, help="The new due moment that is asked for."), REASON)),
    Kind("planned", "plan", "Propose what is to be done.", (
        Field("corrective", help="What will be put right."),
        Field("compensation", help="What the customer is offered."),
    ), status="planned"),
    Kind("approved", "approve", "Approve, or refuse, what was asked.", (
        Field("what", "word", APPROVABLE, required=True, help="What is approved."),
        Field("due", "time", help="The due moment that is granted (default: the one asked for)."),
    ), status="approved", only_if=("what", "plan"), variants=(("--refuse", "refused"),)),
    Kind("refused", "", "Refuse what was asked.", (
        Field("what", "word", APPROVABLE, required=True, help="What is refused."),
    )),
    Kind("implemented", "implement", "Record that the plan was carried out.", status="implementing"),
    Kind("contacted", "contact", "Record an attempt to reach the customer.", (
        Field("contact", "switch", ("reached", "unreached"), required=True, help="Whether the customer was reached.",
              helps=("The customer was reached.", "The customer was not reached.")),
        Field("via", help="By what means."),
        Field("purpose", help="What for."),
    )),
    Kind("answered", "answer", "Record what the customer was told.", (
        Field("answer", "switch", ("final", "progress"), required=True, help="The final result, or the progress.",
              helps=("The final result.", "Only how far the work is; a final answer is still due.")),
        Field("via", help="By what means."),
        Field("customer", "switch", ("accepted", "dissatisfied"), help="How the customer took it.",
              helps=("The customer accepted it.", "The customer is not content with it.")),
    ), status="answered", only_if=("answer", "final")),
    Kind("called-back", "callback", "Record the callback after the answer.", (
        Field("satisfaction", "switch", ("satisfied", "neutral", "dissatisfied"), required=True,
              help="The customer's judgement.",
              helps=("The customer is content.", "The customer is neither.", "The customer is not content.")),
        Field("solved", "switch", ("solved", "unsolved"), help="Whether the problem is solved.",
              helps=("The problem is solved.", "The problem is not solved.")),
        Field("score", "whole", ("1", "5"), help="The customer's score, 1 to 5."),
        Field("opinion", help="What the customer says."),
    ), status="called-back", only_from="answered", while_closed=True),
    Kind("held", "hold", "Pause the clocks that the policy lets pause.", (Field("reason", help="Why."),)),
    Kind("resumed", "resume", "Let the paused clocks run on.", (Field("reason", help="Why."),)),
    Kind("urged", "urge", "Remind the department.", (DUE,)),
    Kind("repeated", "repeat", "Record that the customer complained again.", (Field("reason", help="What about."),),
         while_closed=True),
    Kind("claimed", "claim", "Record a claim for loss, delay or damage.", (
        Field("claim", "word", ("loss", "delay", "damage"), required=True, option="--type", help="What for."),
        Field("amount", "amount", help="How much, in yuan."),
    )),
    Kind("compensated", "compensate", "Record what the customer was given.", (
        Field("amount", "amount", required=True, help="How much, in yuan."),
        Field("form", "word", ("credit", "service", "gift", "cash"), help="In what form."),
    ), while_closed=True),
    Kind("promised", "promise", "Record a promise to the customer.", (
        Field("due", "time", required=True, help="By when; a date alone means the end of that day."),
        Field("what", "word", ("answer", "eta", "compensation", "other"), default="answer", help="What was promised."),
    )),
    Kind("apologised", "apologise", "Record an apology to the customer."),
    Kind("escalated", "escalate", "Report the ticket upward.", (Field("to", required=True, help="To whom."),)),
    Kind("step", "step", "Record another named step of the policy.", (
        Field("step", "word", listed="step", required=True, positional=True, option="NAME", help="The step."),)),
    Kind("violation", "violation", "Record misconduct under a fine clause and print the event key.", (
        Field("clause", required=True, help="The fine clause."),
        Field("outcome", "word", ("proven", "unproven", "refuted"), required=True, help="What was found."),
        Field("payer", "word", listed="payer", help="Who would pay (default: whom the ticket is against)."),
        Field("person", "word", listed="person", help="Who did it."),
        Field("conduct", "word", listed="conduct", help="What kind of conduct."),
        Field("severity", help="How grave it was."),
        Field("cost", "amount", help="Costs borne besides, in yuan."),
    ), while_closed=True, precedes=True),
    Kind("decided", "decide", "Decide a violation: its outcome, the amount inside the clause's range, the cost.", (
        Field("event", "event", required=True, positional=True, help="The violation's event key, or its last symbols."),
        Field("outcome", "word", ("proven", "unproven", "refuted"), help="What was found in the end."),
        Field("amount", "amount", help="The fine, in yuan."),
        Field("cost", "amount", help="Costs borne besides, in yuan."),
    ), while_closed=True, any_of=("outcome", "amount", "cost")),
    Kind("closed", "close", "Close the ticket.", (
        Field("outcome", "word", OUTCOMES, required=True, governs="outcome", help="How it ended."),
        Field("duplicate_of", "ticket", governs="duplicate_of", help="The ticket it duplicates."),
    )),
    Kind("reopened", "reopen", "Open a closed ticket again.", (REASON,), while_closed=True),
    Kind("corrected", "correct", "Correct header values, from --at on; for from the start, give the time of receipt.", (
        Field("changed", "changes", option="--set", required=True, help="What to set; may be given several times."),
        REASON,
    ), while_closed=True),
    Kind("voided", "void", "Take back a wrong entry, which stays visible; `log ID` shows the key of each EVENT.", (
        Field("event", "event", required=True, positional=True, help="The event's key, or its last symbols."), REASON,
    ), while_closed=True),
    Kind("noted", "note", "Record a note.", while_closed=True, any_of=("note", "evidence", "about")),
    Kind("waived", "waive", "Let a problem that `audit` names stand, for a reason and until a day.", (
        Field("problem", "problem", required=True, positional=True, help="Its code or name; `audit --list` has them."),
        Field("clause", help="Only under this clause."),
        Field("event", "event", help="Only of the event with this key, or these last symbols."),
        Field("until", "time", required=True, help="Until when; a date alone means the end of that day."),
        REASON,
    ), while_closed=True, needs=("role",)),
    Kind("charge-issued", "", "A charge, frozen as it was issued.", (
        Field("charge", required=True, help="Its id."), Field("clause", required=True), Field("payer"), Field("person"),
        Field("form"), Field("charged_at", "time", required=True), Field("least", "amount", required=True),
        Field("most", "amount", required=True), Field("occurrence", "whole"), Field("period", required=True),
        Field("only"), Field("supplement", "word", words=("yes",)),
    ), while_closed=True),
    Kind("redacted", "", "Reserved.", while_closed=True),
)  # fmt: skip

KIND_OF: Mapping[str, Kind] = {kind.type: kind for kind in TABLE}
COMMANDS: Mapping[str, Kind] = {kind.command: kind for kind in TABLE if kind.command}

# What every event may carry beside its own fields; `about_KEY` too.
CARRIED: Mapping[str, Field] = {
    field.key: field
    for field in (
        Field("by", help="Who recorded it."),
        Field("role", help="In what role."),
        Field("note", help="A note."),
        Field("evidence", "words", help="What proves it."),
        Field("forced", "flag", help="Recorded with --force, against the order of the work."),
        Field("clock", help="`set`: recorded under a clock that was set by hand."),
    )
}
COMMON = ("type", "at", *CARRIED)
GOVERNING: Mapping[str, Field] = {
    "status": Field("status", "word", STATUSES, help="How far the work is."),
    "received": Field("received", "time", help="When the complaint came in."),
    **{field.governs: field for kind in reversed(TABLE) for field in kind.fields if field.governs},
}  # a field for each governed key of the header
CORRECTABLE = tuple(key for key in GOVERNED if key not in ("status", "policy"))


def field_of(type_: str, key: str) -> Field | None:
    """The field `key` of an event type, if it has one."""
    return next((field for field in KIND_OF[type_].fields if field.key == key and not field.place), None)


def selector_words(type_: str) -> tuple[str, ...]:
    """The words that may qualify an event type in a selector, as in `answered:final`."""
    return tuple(word for field in KIND_OF[type_].fields if field.form in ("word", "switch") for word in field.words)


def upgraded_by(source: object) -> bool:
    """Whether a source implies the mark `upgraded`: any outside body does."""
    return bool(source)
