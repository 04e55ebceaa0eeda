"""What reading a ticket says of values of a wrong form: an event's make it unreadable, the header's are remarked."""

from __future__ import annotations

import pytest
import tomli

from complaint.core.ticket import Misplaced, read

ID = "C-2611-7KQ3MXTJ"
TICKET = f"""\
schema = 1
id = "{ID}"
status = "received"
received = 2026-11-22T09:30:00+08:00
summary = "no internet"

[complainant]
phone = "13800000001"

[event.20261122T013205123Z-k7f]
type = "received"
at = 2026-11-22T09:30:00+08:00
by = "li.na"
kind = "complaint"
"""


def remarks(was, now):
    return read(tomli.loads(TICKET.replace(was, now, 1)), ID).remarks


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("evidence = 5", "evidence is 5"),
        ('evidence = "call log"', 'evidence is "call log"'),
        ('forced = "yes"', 'forced is "yes"'),
        ("note = 5", "note is 5"),
        ("role = true", "role is true"),
    ],
)
def test_what_every_event_may_carry_has_a_form_too(line, found):
    with pytest.raises(Misplaced, match=found):
        remarks('by = "li.na"', f'by = "li.na"\n{line}')


def test_a_corrected_value_has_the_form_of_its_header_key():
    corrected = '[event.20261123T013205123Z-k7f]\ntype = "corrected"\nat = 2026-11-23T09:30:00+08:00\nreason = "x"\n'

    with pytest.raises(Misplaced, match="received is 5"):
        remarks("[event.", f"{corrected}received = 5\n\n[event.")
    assert remarks("[event.", f'{corrected}department = ""\n\n[event.') == ()


def test_a_word_outside_a_fixed_list_is_remarked_with_the_nearest():
    place = ("event", "20261122T013205123Z-k7f", "kind")

    assert remarks('"complaint"', '"complant"') == (
        (place, 'kind is "complant"; did you mean complaint? allowed: complaint, inquiry, duty'),
    )


def test_a_text_without_quotes_is_remarked_and_a_personal_one_stays_unsaid():
    assert remarks('"no internet"', "5") == ((("summary",), "summary is no text; put it in quotes"),)
    assert remarks('"13800000001"', "13800000001") == (
        (("complainant", "phone"), "phone is no text; put it in quotes"),
    )


def test_true_is_no_schema_number():
    with pytest.raises(Misplaced, match="schema is true"):
        remarks("schema = 1", "schema = true")
