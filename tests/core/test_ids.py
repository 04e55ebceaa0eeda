"""Ids and event keys: what a mistyped id looks like, and how keys rise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from complaint.core import ids
from complaint.core.errors import ComplaintError

SHANGHAI = timezone(timedelta(hours=8))
SYMBOL = st.sampled_from(ids.SYMBOLS)
RANDOM = st.text(SYMBOL, min_size=7, max_size=7)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_the_example_of_the_contract_has_its_check_symbol():
    assert ids.check_symbol("7KQ3MXT") == "J"
    assert ids.is_id("C-2611-7KQ3MXTJ")


def test_an_id_is_made_from_the_month_of_recording_in_the_zone_of_the_register():
    newyear = datetime(2026, 12, 31, 16, 30, tzinfo=UTC).astimezone(SHANGHAI)

    assert ids.make("C", newyear, "7KQ3MXT") == "C-2701-7KQ3MXTJ"


@given(RANDOM)
def test_every_id_that_is_made_is_an_id(random):
    assert ids.is_id(ids.make("K", datetime(2026, 2, 1, tzinfo=SHANGHAI), random))


@given(RANDOM, st.integers(0, 7), SYMBOL)
def test_any_single_wrong_symbol_is_noticed(random, place, wrong):
    symbols = random + ids.check_symbol(random)
    assume(symbols[place] != wrong)

    assert not ids.is_id("C-2611-" + symbols[:place] + wrong + symbols[place + 1 :])


@given(RANDOM, st.integers(0, 6))
def test_any_swap_of_neighbours_is_noticed_but_that_of_0_and_Z(random, place):  # noqa: N802
    symbols = random + ids.check_symbol(random)
    pair = symbols[place : place + 2]
    assume(pair[0] != pair[1])

    swapped = "C-2611-" + symbols[:place] + pair[::-1] + symbols[place + 2 :]

    assert ids.is_id(swapped) == (set(pair) == {"0", "Z"})


@pytest.mark.parametrize(
    "wrong",
    [
        "c-2611-7KQ3MXTJ",
        "C-2613-7KQ3MXTJ",
        "C-2600-7KQ3MXTJ",
        "C-2611-7KQ3MXT",
        "C-2611-7KQ3MXTJJ",
        "C-2611-7KQ3MXTJ\n",
        "C-2611-７KQ3MXTJ",
        "CC-2611-7KQ3MXTJ",
        "../2611-7KQ3MXTJ",
        "C-2611-7KQ3MXT\0",
        "",
    ],
)
def test_nothing_but_the_exact_form_is_an_id(wrong):
    assert not ids.is_id(wrong)


def test_letters_that_look_like_digits_are_read_as_digits():
    assert ids.normal("c-2611-oilq3mxt") == "C-2611-011Q3MXT"


def test_the_prefix_letter_is_not_read_as_a_digit():
    assert ids.normal("o-2611-7kq3mxtj") == "O-2611-7KQ3MXTJ"


def test_the_first_symbols_may_be_typed_alone():
    assert ids.beginning("7kqo") == ("", "7KQ0")


def test_the_first_symbols_may_be_typed_after_prefix_and_month():
    assert ids.beginning("c-2611-7kq") == ("C-2611-", "7KQ")


@pytest.mark.parametrize(
    "typed", ["", "7KQ3MXTJ7", "7K/3", "..", "7KQU", "７KQ3", "7K\n", "C-2611-", "C-26-7KQ3", "2611-7KQ3"]
)
def test_what_cannot_begin_a_random_part_is_refused(typed):
    with pytest.raises(ComplaintError, match="is no ticket id"):
        ids.beginning(typed)


def test_the_folder_is_the_month_of_the_id():
    assert ids.folder("C-2611-7KQ3MXTJ") == "2026-11"


def test_an_event_key_is_the_utc_moment_to_the_millisecond():
    moment = datetime(2026, 11, 22, 9, 32, 5, 123999, tzinfo=SHANGHAI)

    assert ids.event_key(moment, "K7F") == "20261122T013205123Z-k7f"


@given(MOMENTS)
def test_a_key_carries_its_moment(moment):
    key = ids.event_key(moment, "k7f")

    assert ids.EVENT_KEY.fullmatch(key)
    assert ids.recorded(key) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@given(MOMENTS, st.integers(-2_000_000, 2_000_000))
def test_keys_rise_by_a_millisecond_at_least(last, drift):
    last_key = ids.event_key(last, "zzz")

    moment, jumps = ids.next_moment(last + timedelta(microseconds=drift), last_key)

    assert ids.event_key(moment, "000") > last_key
    assert moment - ids.recorded(last_key) >= timedelta(milliseconds=1)
    assert not jumps


def test_a_first_key_is_the_moment_itself():
    now = datetime(2026, 11, 22, 1, 32, 5, 123456, tzinfo=UTC)

    assert ids.next_moment(now, None) == (datetime(2026, 11, 22, 1, 32, 5, 123000, tzinfo=UTC), False)


def test_a_last_key_two_seconds_ahead_is_followed():
    now = datetime(2026, 11, 22, 1, 32, 3, 123000, tzinfo=UTC)

    assert ids.next_moment(now, "20261122T013205123Z-k7f") == (now + timedelta(seconds=2, milliseconds=1), False)


def test_a_last_key_further_ahead_is_a_jump_and_the_true_moment_is_recorded():
    now = datetime(2026, 11, 22, 1, 32, 3, 122000, tzinfo=UTC)

    assert ids.next_moment(now, "20261122T013205123Z-k7f") == (now, True)
