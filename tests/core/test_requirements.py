"""What a clause asks for and a ticket has not: one test a key, with the key met and not met."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import tomli

from complaint.core import ids
from complaint.core.policy import policy
from complaint.core.policy_check import mistakes
from complaint.core.requirements import CHECKS, missing
from complaint.core.ticket import Event, Ticket, happened

ZONE = ZoneInfo("Asia/Shanghai")
HOUSE = """
schema = 1
[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules"
[approvals]
plan = ["manager", "lawyer"]
[[clause]]
id = "asked"
kind = "require"
title = { en = "A rule" }
cite = "1"
"""
RECEIVED = ("received", {"policy": "house", "kind": "complaint"})
FINAL = ("answered", {"answer": "final"})
PROGRESS = ("answered", {"answer": "progress"})


def rules(keys):
    document = tomli.loads(HOUSE + keys)
    assert mistakes(document, ["cn"]) == []
    return policy(document)


def did(type_, /, **fields):
    return type_, fields


def ticket(*events, header=None, about=None, complainant=None):
    """A ticket of events (type, fields), one an hour from nine on."""
    made = []
    for number, (type_, fields) in enumerate((RECEIVED, *events)):
        own = dict(fields)
        by, at = own.pop("by", "li.na"), datetime(2026, 3, 10, 9, tzinfo=ZONE) + timedelta(hours=number)
        made.append(Event(ids.event_key(at.astimezone(UTC), f"{number:03d}"), type_, at, by, own))
    return Ticket("C-2603-7KQ3MXTJ", header or {}, about or {}, complainant or {}, tuple(made))


def lacking(keys, *events, **kept):
    """What the clause with these keys lacks in a ticket of these events."""
    one = ticket(*events, **kept)
    return [each.what for each in missing(one, rules(keys), happened(one))]


def held(keys, *events, **kept):
    return lacking(keys, *events, **kept) == []


def test_every_key_has_its_test_here():
    tested = {
        "met_by",
        "fields",
        "role",
        "same_person",
        "evidence",
        "approvals",
        "order",
        "forbids",
        "at_most",
        "clean",
    }

    assert set(CHECKS) == tested


# --- met_by, with to, met_after, not_after, each ---


def test_met_by_an_act_that_happened():
    keys = 'met_by = "answered:final"\n'

    assert lacking(keys) == ["`answer --final`"]
    assert lacking(keys, PROGRESS) == ["`answer --final`"]
    assert held(keys, FINAL)


def test_met_by_any_of_several():
    keys = 'met_by = ["answered:final", "apologised"]\n'

    assert lacking(keys) == ["`answer --final` or `apologise`"]
    assert held(keys, did("apologised"))


def test_met_by_an_act_that_was_voided_is_not_met():
    one = ticket(FINAL)
    void = Event("20260310T120000000Z-abc", "voided", datetime(2026, 3, 10, 20, tzinfo=ZONE), "li.na",
                 {"event": one.events[1].key, "reason": "x"})  # fmt: skip
    one = one._replace(events=(*one.events, void))

    assert [each.what for each in missing(one, rules('met_by = "answered:final"\n'), happened(one))] == [
        "`answer --final`"
    ]


def test_met_by_somebody_named_under_to():
    keys = 'met_by = "escalated"\nto = ["manager", "board"]\n'

    assert lacking(keys, did("escalated", to="sales")) == ["`escalate` --to manager or board"]
    assert held(keys, did("escalated", to="board"))


def test_met_after_asks_only_once_that_happened_and_only_afterwards():
    keys = 'met_by = "apologised"\nmet_after = "investigated:founded"\n'
    found = did("investigated", outcome="founded")

    assert held(keys)
    assert lacking(keys, did("apologised"), found) == ["`apologise`"]
    assert held(keys, found, did("apologised"))


def test_after_an_approved_plan_asks_only_once_every_role_has_approved():
    keys = 'met_by = "implemented"\nmet_after = "approved:plan"\n'

    assert held(keys, approve("manager"))
    assert lacking(keys, approve("manager"), approve("lawyer")) == ["`implement`"]
    assert held(keys, approve("manager"), approve("lawyer"), did("implemented"))
    assert held(keys, approve("manager"), did("refused", what="plan", role="manager"), approve("lawyer"))


def test_not_after_asks_for_it_before_that():
    keys = 'met_by = "apologised"\nnot_after = "answered:final"\n'

    assert held(keys, did("apologised"), FINAL)
    assert lacking(keys, FINAL, did("apologised")) == ["`apologise` before `answer`"]


def test_each_asks_for_one_act_after_every_one():
    keys = 'each = "repeated"\nmet_by = "apologised"\n'

    assert held(keys)
    assert held(keys, did("repeated"), did("apologised"))
    assert lacking(keys, did("apologised"), did("repeated")) == ["`apologise` after `repeat`"]
    assert lacking(keys, did("repeated"), did("repeated"), did("apologised")) == ["`apologise` after `repeat`"]


def test_once_asks_only_after_that():
    keys = 'once = "answered:final"\nmet_by = "called-back"\n'

    assert held(keys)
    assert lacking(keys, FINAL) == ["`callback`"]
    assert held(keys, FINAL, did("called-back", satisfaction="satisfied"))


def test_when_asks_only_tickets_that_fit():
    keys = 'when = { severity = ["major"] }\nmet_by = "apologised"\n'

    assert held(keys)
    assert lacking(keys, did("classified", severity="major")) == ["`apologise`"]


# --- fields ---


def test_fields_of_an_event():
    keys = 'of = "replied"\nfields = ["cause", "result|measure"]\n'

    assert held(keys)
    assert lacking(keys, did("replied", cause="")) == ["cause", "result or measure"]
    assert held(keys, did("replied", cause="rain", measure="a roof"))


def test_fields_of_the_last_such_event():
    keys = 'of = "replied"\nfields = ["cause"]\n'

    assert lacking(keys, did("replied", cause="rain"), did("replied")) == ["cause"]


def test_fields_of_the_ticket_its_matter_and_its_people():
    keys = 'fields = ["content", "about.model", "complainant.phone"]\n'

    assert lacking(keys) == ["content", "about.model", "complainant.phone"]
    assert held(keys, header={"content": "x"}, about={"model": "A1"}, complainant={"phone": "138"})


def test_fields_of_the_receipt_are_those_of_the_ticket():
    keys = 'of = "received"\nfields = ["channel"]\n'

    assert lacking(keys) == ["channel"]
    assert held(keys, did("corrected", reason="typing", channel="phone"))
    assert lacking(keys, header={"channel": "phone"}) == ["channel"]  # what only the header says, no event told


# --- role, same_person, evidence, approvals ---


def test_role_of_every_such_event():
    keys = 'of = "investigated"\nrole = ["inspector", "manager"]\n'
    good = did("investigated", outcome="founded", role="manager")

    assert held(keys)
    assert held(keys, good)
    assert lacking(keys, good, did("investigated", outcome="founded")) == [
        "`investigate` by the role inspector or manager"
    ]


def test_same_person_as_did_another_event():
    keys = 'of = "answered:final"\nsame_person = "replied"\n'
    answer = ("answered", {"answer": "final", "by": "wang"})

    assert held(keys, answer)
    assert held(keys, ("replied", {"by": "wang"}), answer)
    assert lacking(keys, ("replied", {"by": "li"}), answer) == ["`answer` by li, not by wang"]


def test_same_person_as_is_named_under_about():
    keys = 'of = "answered:final"\nsame_person = "about.clerk"\n'

    assert held(keys, FINAL)
    assert held(keys, FINAL, about={"clerk": "li.na"})
    assert lacking(keys, FINAL, about={"clerk": "wang"}) == ["`answer` by wang, not by li.na"]


@pytest.mark.parametrize(("evidence", "found"), [
    ((), ["`claim` with --evidence (2 times)"]), (("a",), ["`claim` with --evidence (2 times)"]), (("a", "b"), []),
])  # fmt: skip
def test_evidence_as_many_as_it_asks_for(evidence, found):
    assert lacking('of = "claimed"\nevidence = 2\n', did("claimed", claim="loss", evidence=list(evidence))) == found


def approve(role, what="plan"):
    return did("approved", what=what, role=role)


def test_approvals_of_every_role_before_the_event():
    keys = 'of = "implemented"\napprovals = "plan"\n'
    done = did("implemented")

    assert held(keys)
    assert held(keys, approve("manager"), approve("lawyer"), done)
    assert lacking(keys, approve("manager"), done, approve("lawyer")) == [
        "`approve --what plan --role lawyer` before `implement`"
    ]
    assert len(lacking(keys, approve("manager", "answer"), done)) == 2


# --- order, forbids, at_most, clean ---


def test_order_of_the_first_of_each():
    keys = 'order = ["replied", "answered:final"]\n'

    assert held(keys)
    assert held(keys, FINAL)
    assert held(keys, did("replied"), FINAL, did("replied"))
    assert lacking(keys, FINAL, did("replied")) == ["`reply` before `answer --final`"]


def test_forbids_an_act():
    keys = 'forbids = "closed:withdrawn"\n'

    assert held(keys, did("closed", outcome="solved"))
    assert lacking(keys, did("closed", outcome="withdrawn")) == ["no `close` of 2026-03-10"]


def test_forbids_an_act_without_another_before_it():
    keys = 'forbids = "implemented"\nmet_after = "approved:plan"\n'

    assert held(keys, approve("manager"), did("implemented"))
    assert lacking(keys, did("implemented"), approve("manager")) == [
        "no `implement` of 2026-03-10 without `approve plan` before it"
    ]


def test_at_most_so_often():
    keys = 'of = "urged"\nat_most = 1\n'

    assert held(keys, did("urged"))
    assert lacking(keys, did("urged"), did("urged")) == ["`urge` at most 1 times, not 2"]


@pytest.mark.parametrize(("text", "clean"), [
    ("call 13800000001", False), ("110101199003070019", False), ("11010119900307001X", False),
    ("+86 138-0000-0001", False), ("１３８０００００００１", False), ("010-62345678", False),
    ("110101 19900307 0019", False),
    ("parcel 4455667788990", True), ("138000000012", True), ("2026-03-10 09:00", True), ("", True),
])  # fmt: skip
def test_clean_texts_hold_no_telephone_or_identity_number(text, clean):
    keys = 'clean = ["summary", "note"]\n'

    assert held(keys, header={"summary": text}) == clean
    assert held(keys, did("noted", note=text)) == clean
    assert held(keys, header={"content": text})


# --- what is asked for before closing ---


def test_what_must_be_there_before_closing_says_so_and_for_which_outcomes():
    one = ticket()
    (found,) = missing(one, rules('met_by = "answered:final"\nbefore = "closed"\noutcomes = ["solved"]\n'), one.events)

    assert (found.before, found.outcomes, found.clause.id) == ("closed", ("solved",), "asked")


def test_a_clause_with_a_clock_is_judged_by_its_obligations_only():
    document = HOUSE.replace('kind = "require"', 'kind = "deadline"') + (
        'starts = "received"\nmet_by = "answered:final"\nallow = { hours = 1 }\nbefore = "closed"\n'
    )
    one, edition = ticket(), policy(tomli.loads(document))

    assert missing(one, edition, one.events) == []
    assert [each.what for each in missing(one, edition, one.events, [])] == ["`answer --final`"]
