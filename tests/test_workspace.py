"""One register on disk: what a recording command leaves in the file, and what it refuses."""

from __future__ import annotations

import re
import subprocess
import tempfile
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint import assets
from complaint.core import ids
from complaint.core.errors import ComplaintError, NotFound, Refused
from complaint.core.lifecycle import fold
from complaint.core.ticket import happened
from complaint.core.vocabulary import GOVERNED
from complaint.recording import Draft, Recorder
from complaint.workspace import Register

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 10, 9, 0, tzinfo=ZONE)
SETTINGS = 'schema = 1\nname = "test"\npolicy = "house"\nprefix = "C"\n'
HOUSE = """\
schema = 1
personal = ["account"]

[policy]
id = "house"
edition = "1"
effective_from = 2000-01-01
title = { en = "House rules" }
source = "House rules"

[approvals]
plan = ["manager", "lawyer"]

[[clause]]
id = "two"
kind = "deadline"
title = { en = "Two hours" }
cite = "1"
starts = "received"
met_by = "dispatched"
allow = { hours = 2 }
"""


def made(root, house=HOUSE, more=""):
    """A register with one small policy."""
    base = root / "complaints.d"
    for folder in ("policies", "calendars"):
        (base / folder).mkdir(parents=True)
    (base / "policies" / "house-1.toml").write_text(house, encoding="utf-8")
    (base / "calendars" / "cn.toml").write_text(assets.calendar_text("cn"), encoding="utf-8")
    (base / ".gitignore").write_text(".lock\n", encoding="utf-8")
    (base / "register.toml").write_text(SETTINGS + more, encoding="utf-8")
    return Register(root)


@pytest.fixture
def clock(monkeypatch):
    """Sets the moment: `clock(NOW)`."""

    def at(moment):
        monkeypatch.setenv("COMPLAINT_NOW", moment.isoformat())

    at(NOW)
    return at


@pytest.fixture
def shop(tmp_path, clock):
    return made(tmp_path)


def received(shop, **values):
    """The id of a new ticket."""
    values = {("summary",): "no internet for three days"} | {tuple(key.split("__")): v for key, v in values.items()}
    return Recorder(shop).create(Draft("received", {"kind": "complaint"}, "li.na", values=values)).stored.ticket.id


def path_of(shop, ticket_id):
    return shop.root / "complaints.d" / ids.folder(ticket_id) / f"{ticket_id}.toml"


def text_of(shop, ticket_id):
    return path_of(shop, ticket_id).read_text(encoding="utf-8")


def noted(**more):
    return Draft("noted", more or {"note": "called"}, "li.na")


DISPATCHED = Draft("dispatched", {"department": "network"}, "li.na")


# --- what a command writes ---


def test_a_new_ticket_is_exactly_this_file(shop):
    ticket_id = received(shop, complainant__phone="13800000001")

    document = tomli.loads(text_of(shop, ticket_id))
    (key,) = document["event"]

    assert path_of(shop, ticket_id).parent.name == "2026-03"
    assert (
        text_of(shop, ticket_id)
        == f"""\
schema = 1
id = "{ticket_id}"
status = "received"
policy = "house"
kind = "complaint"
received = 2026-03-10T09:00:00+08:00
summary = "no internet for three days"

[complainant]
phone = "13800000001"

[event.{key}]
type = "received"
at = 2026-03-10T09:00:00+08:00
by = "li.na"
policy = "house"
kind = "complaint"
clock = "set"
"""
    )


def test_the_folder_and_the_id_follow_the_month_of_recording_not_of_the_receipt(shop):
    draft = Draft("received", {}, "li.na", at=NOW - timedelta(days=20), values={("summary",): "x"})

    ticket_id = Recorder(shop).create(draft).stored.ticket.id

    assert ticket_id.startswith("C-2603-")


def test_the_prefix_is_a_setting(tmp_path, clock):
    shop = made(tmp_path, more="")
    (tmp_path / "complaints.d" / "register.toml").write_text(SETTINGS.replace('"C"', '"K"'), encoding="utf-8")

    assert received(Register(shop.root)).startswith("K-2603-")


def test_a_step_adds_its_event_at_the_end_and_changes_only_the_header_lines_that_it_governs(shop, clock):
    ticket_id = received(shop)
    before = text_of(shop, ticket_id)
    clock(NOW + timedelta(hours=1))

    key = Recorder(shop).record(ticket_id, DISPATCHED).event.key

    assert text_of(shop, ticket_id) == before.replace('status = "received"', 'status = "dispatched"').replace(
        "summary =", 'department = "network"\nsummary ='
    ) + (
        f'\n[event.{key}]\ntype = "dispatched"\nat = 2026-03-10T10:00:00+08:00\nby = "li.na"\n'
        'department = "network"\nclock = "set"\n'
    )


def test_what_a_hand_added_survives_byte_for_byte(shop, clock):
    ticket_id = received(shop)
    by_hand = (
        "# printed and filed in drawer 3\n"
        + text_of(shop, ticket_id).replace(
            'summary = "no internet for three days"',
            'owner   =   \'us\'  # not ours to touch\nsummary = """no internet\nfor three days"""',
        )
        + "\n# a remark at the end\n\n[extra]\nkey = 1\n"
    )
    path_of(shop, ticket_id).write_text(by_hand, encoding="utf-8")
    clock(NOW + timedelta(hours=1))

    Recorder(shop).record(ticket_id, DISPATCHED)

    after = text_of(shop, ticket_id)
    left = [line for line in by_hand.splitlines() if line and line not in after.splitlines()]
    assert left == ['status = "received"']
    assert tomli.loads(after)["extra"] == {"key": 1}


def test_keys_rise_even_if_the_clock_stands_still(shop):
    ticket_id = received(shop)

    keys = [Recorder(shop).record(ticket_id, noted(note=str(number))).event.key for number in range(5)]

    assert keys == sorted(set(keys))
    moments = [ids.recorded(key) for key in keys]
    assert all(later - earlier == timedelta(milliseconds=1) for earlier, later in pairwise(moments))


def test_keys_rise_when_the_clock_is_set_back_by_a_second(shop, clock):
    ticket_id = received(shop)
    first = Recorder(shop).record(ticket_id, noted()).event.key
    clock(NOW - timedelta(seconds=1))

    second = Recorder(shop).record(ticket_id, Draft("noted", {"note": "again"}, "li.na", at=NOW)).event.key

    assert second > first


def test_a_key_far_ahead_of_the_clock_is_not_followed_and_that_is_said(shop, clock):
    clock(NOW + timedelta(hours=3))
    ticket_id = received(shop)
    clock(NOW)

    recorded = Recorder(shop).record(ticket_id, Draft("noted", {"note": "x"}, "li.na", force=True))

    assert ids.recorded(recorded.event.key) == NOW
    assert any("ahead of the clock" in warning for warning in recorded.warnings)


def test_an_event_recorded_under_a_set_clock_says_so(shop):
    recorded = Recorder(shop).record(received(shop), noted())

    assert recorded.event.fields["clock"] == "set"
    assert recorded.warnings == ("the clock is set by COMPLAINT_NOW to 2026-03-10T09:00:00+08:00",)


def test_under_the_true_clock_nothing_is_said_about_it(tmp_path, monkeypatch):
    monkeypatch.delenv("COMPLAINT_NOW", raising=False)
    shop = made(tmp_path)

    recorded = Recorder(shop).record(received(shop), noted())

    assert "clock" not in recorded.event.fields
    assert recorded.warnings == ()


# --- personal data ---


def test_of_a_personal_value_told_with_a_step_the_event_keeps_the_name_only(shop):
    ticket_id = received(shop)

    recorded = Recorder(shop).record(
        ticket_id, Draft("noted", {}, "li.na", about={"account": "6222 0000", "model": "X1"})
    )

    assert "account" in " ".join(recorded.event.fields)
    assert recorded.event.fields["about_model"] == "X1"
    assert text_of(shop, ticket_id).count("6222 0000") == 1
    assert tomli.loads(text_of(shop, ticket_id))["about"] == {"account": "6222 0000", "model": "X1"}


def test_a_corrected_personal_value_leaves_no_trace_of_old_or_new_in_the_events(shop):
    ticket_id = received(shop, complainant__phone="13800000001")

    Recorder(shop).record(
        ticket_id,
        Draft(
            "corrected",
            {"reason": "typing error", "changed": ["complainant.phone"]},
            "li.na",
            values={("complainant", "phone"): "13911112222"},
        ),
    )

    assert "13800000001" not in text_of(shop, ticket_id)
    assert text_of(shop, ticket_id).count("13911112222") == 1


def test_an_older_fact_entered_late_does_not_replace_a_newer_one(shop, clock):
    ticket_id = received(shop)
    clock(NOW + timedelta(hours=2))
    Recorder(shop).record(ticket_id, Draft("noted", {}, "li.na", about={"model": "X2"}))

    Recorder(shop).record(ticket_id, Draft("noted", {}, "li.na", at=NOW + timedelta(hours=1), about={"model": "X1"}))

    assert tomli.loads(text_of(shop, ticket_id))["about"] == {"model": "X2"}


def test_a_voided_fact_gives_way_to_the_one_before_it(shop, clock):
    ticket_id = received(shop)
    Recorder(shop).record(ticket_id, Draft("noted", {}, "li.na", about={"model": "X1"}))
    clock(NOW + timedelta(hours=1))
    wrong = Recorder(shop).record(ticket_id, Draft("noted", {}, "li.na", about={"model": "X2"})).event

    Recorder(shop).record(ticket_id, Draft("voided", {"event": wrong.key, "reason": "wrong ticket"}, "li.na"))

    assert tomli.loads(text_of(shop, ticket_id))["about"] == {"model": "X1"}


# --- what is refused leaves the file as it was ---


def refused(shop, ticket_id, draft):
    """What is said against a step, which must leave every byte as it was."""
    before = path_of(shop, ticket_id).read_bytes()
    with pytest.raises(ComplaintError) as error:
        Recorder(shop).record(ticket_id, draft)
    assert path_of(shop, ticket_id).read_bytes() == before
    return error.value


def test_the_same_step_within_a_minute_is_refused_and_then_is_not(shop, clock):
    ticket_id = received(shop)
    first = Recorder(shop).record(ticket_id, DISPATCHED)
    clock(NOW + timedelta(seconds=60))

    said = refused(shop, ticket_id, DISPATCHED)

    assert isinstance(said, Refused)
    assert said.found == f"the same `dispatch` was recorded a moment ago, as {first.event.key}"
    clock(NOW + timedelta(seconds=62))
    Recorder(shop).record(ticket_id, DISPATCHED)


def test_another_step_in_between_makes_it_no_repetition(shop):
    ticket_id = received(shop)
    Recorder(shop).record(ticket_id, DISPATCHED)
    Recorder(shop).record(ticket_id, noted())

    assert Recorder(shop).record(ticket_id, DISPATCHED).event.type == "dispatched"


def test_force_records_a_repetition(shop):
    ticket_id = received(shop)
    Recorder(shop).record(ticket_id, DISPATCHED)

    assert Recorder(shop).record(ticket_id, DISPATCHED._replace(force=True)).event.fields["forced"] is True


def test_force_where_nothing_is_refused_changes_nothing(shop):
    recorded = Recorder(shop).record(received(shop), DISPATCHED._replace(force=True))

    assert "forced" not in recorded.event.fields


def test_force_against_the_order_needs_a_note(shop):
    ticket_id = received(shop)
    early = Draft("called-back", {"satisfaction": "neutral"}, "li.na", force=True)

    assert refused(shop, ticket_id, early).mend == "--force needs --note WHY here"

    recorded = Recorder(shop).record(ticket_id, early._replace(fields={**early.fields, "note": "answered on paper"}))
    assert recorded.event.fields["forced"] is True


def test_force_records_a_moment_in_the_future_and_one_before_the_receipt(shop):
    ticket_id = received(shop)

    for at in (NOW + timedelta(hours=1), NOW - timedelta(hours=1)):
        early = Draft("noted", {"note": str(at)}, "li.na", at=at)
        refused(shop, ticket_id, early)
        assert Recorder(shop).record(ticket_id, early._replace(force=True)).event.fields["forced"] is True


@pytest.mark.parametrize("target", ["received", "voided"])
def test_a_void_that_is_refused_cannot_be_forced(shop, target):
    ticket_id = received(shop)
    note = Recorder(shop).record(ticket_id, noted()).event
    void = Recorder(shop).record(ticket_id, Draft("voided", {"event": note.key, "reason": "x"}, "li.na")).event
    key = void.key if target == "voided" else shop.ticket(ticket_id).ticket.events[0].key

    refused(shop, ticket_id, Draft("voided", {"event": key, "reason": "y", "note": "z"}, "li.na", force=True))


def test_an_event_may_be_named_by_the_beginning_of_its_key(shop, clock):
    ticket_id = received(shop)
    clock(NOW + timedelta(days=1))
    note = Recorder(shop).record(ticket_id, noted()).event

    void = Recorder(shop).record(ticket_id, Draft("voided", {"event": "20260311", "reason": "x"}, "li.na"))

    assert void.event.fields["event"] == note.key
    assert (
        "several events" in refused(shop, ticket_id, Draft("voided", {"event": "2026", "reason": "x"}, "li.na")).found
    )


def test_a_value_outside_the_lists_of_the_policy_is_refused(tmp_path, clock):
    shop = made(tmp_path, HOUSE.replace("[approvals]", '[lists]\ndepartment = ["network", "billing"]\n\n[approvals]'))
    ticket_id = received(shop)

    said = refused(shop, ticket_id, Draft("dispatched", {"department": "netwrok"}, "li.na"))

    assert (said.where, said.found) == ("--to", 'found "netwrok"')
    assert said.mend == "did you mean network? allowed: network, billing"


def test_a_ticket_that_would_grow_too_large_is_refused(tmp_path, clock):
    shop = made(tmp_path, more="size_limit_kib = 1\n")
    ticket_id = received(shop)

    said = refused(shop, ticket_id, noted(note="x" * 1024))

    assert said.found == "the ticket would be larger than 1 KiB"


def test_a_new_ticket_that_is_too_large_leaves_no_file(tmp_path, clock):
    shop = made(tmp_path, more="size_limit_kib = 1\n")

    with pytest.raises(ComplaintError, match="larger than 1 KiB"):
        received(shop, content="投诉" * 300)

    assert list(tmp_path.rglob("C-*")) == []


def test_a_complaint_from_the_future_is_refused_and_force_records_it(shop):
    draft = Draft("received", {}, "li.na", at=NOW + timedelta(minutes=6), values={("summary",): "x"})

    with pytest.raises(Refused):
        Recorder(shop).create(draft)

    assert Recorder(shop).create(draft._replace(force=True)).event.at == NOW + timedelta(minutes=6)


def test_a_complaint_from_the_future_that_was_forced_is_marked(shop):
    draft = Draft("received", {}, "li.na", at=NOW + timedelta(hours=6), values={("summary",): "x"}, force=True)

    assert Recorder(shop).create(draft).event.fields["forced"] is True


def test_a_broken_policy_refuses_no_complaint(tmp_path, clock):
    shop = made(tmp_path, HOUSE.replace("allow =", "alow ="))

    recorded = Recorder(shop).create(Draft("received", {}, "li.na", values={("summary",): "x"}))

    assert any("nothing was checked against policy house" in warning for warning in recorded.warnings)
    assert Recorder(shop).record(recorded.stored.ticket.id, DISPATCHED).stored.ticket.events[-1].type == "dispatched"


def test_a_policy_that_the_register_does_not_have_is_a_typing_error(shop):
    with pytest.raises(ComplaintError) as error:
        Recorder(shop).create(Draft("received", {"policy": "hous"}, "li.na", values={("summary",): "x"}))

    assert error.value.mend == "did you mean house? allowed: house"


# --- which ticket is meant ---

TICKET = """\
schema = 1
id = "{id}"
status = "received"
policy = "house"
received = 2026-03-10T09:00:00+08:00

[event.20260310T010000000Z-k7f]
type = "received"
at = 2026-03-10T09:00:00+08:00
by = "li.na"
policy = "house"
"""
TWINS = ("C-2603-7KQ3MXTJ", "C-2603-" + "7KQ3M00" + ids.check_symbol("7KQ3M00"))
ALONE = "C-2602-" + "01ZZZZZ" + ids.check_symbol("01ZZZZZ")


@pytest.fixture
def three(shop):
    """A register with two tickets whose random parts begin alike, and a third one."""
    for ticket_id in (*TWINS, ALONE):
        path_of(shop, ticket_id).parent.mkdir(exist_ok=True)
        path_of(shop, ticket_id).write_text(TICKET.format(id=ticket_id), encoding="utf-8")
    return shop


@pytest.mark.parametrize("typed", ["C-2603-7KQ3MXTJ", "c-2603-7kq3mxtj", "7KQ3MXTJ", "7kq3mx", "7KQ3MX"])
def test_a_ticket_is_named_by_its_id_or_the_beginning_of_its_random_part(three, typed):
    assert three.ticket(typed, recording=True).ticket.id == "C-2603-7KQ3MXTJ"


@pytest.mark.parametrize("typed", ["01ZZ", "o1zz", "OIzz", "oLZZ"])
def test_letters_that_look_like_digits_name_the_same_ticket(three, typed):
    assert three.ticket(typed).ticket.id == ALONE


def test_to_read_one_symbol_may_be_enough(three):
    assert three.ticket("0").ticket.id == ALONE


def test_to_record_at_least_four_symbols_are_needed(three):
    with pytest.raises(ComplaintError, match='"01Z" is too short to record on'):
        three.ticket("01Z", recording=True)


def test_an_ambiguous_beginning_lists_the_candidates(three):
    with pytest.raises(ComplaintError) as error:
        three.ticket("7KQ3M")

    assert error.value.found == '"7KQ3M" begins 2 tickets'
    assert error.value.mend == "type more of it: " + ", ".join(sorted(TWINS))


@pytest.mark.parametrize("typed", ["KQ3MXTJ", "2603", "3MXT", "MXTJ"])
def test_a_part_from_the_middle_names_nothing(three, typed):
    with pytest.raises(NotFound, match="there is no ticket"):
        three.ticket(typed)


@pytest.mark.parametrize("typed", ["C-2603", "../2026-03/C-2603-7KQ3MXTJ", "C-2603-7KQ3MXTJ.toml", "*", "", "C-2603-"])
def test_what_cannot_be_an_id_names_nothing(three, typed):
    with pytest.raises(ComplaintError):
        three.ticket(typed)


def test_a_mistyped_symbol_is_told_from_an_unknown_ticket(three):
    with pytest.raises(NotFound, match="a symbol is mistyped"):
        three.ticket("C-2603-7KQ3MXTK")


# --- the header is what the events say ---

FIELDS = [
    ("classified", {"category": "billing", "flags": ["repeat"]}),
    ("classified", {"severity": "major", "no_flags": ["repeat", "batch"]}),
    ("classified", {"source": "miit", "flags": ["batch", "claim"]}),
    ("dispatched", {"department": "network", "handler": "wang"}),
    ("dispatched", {"department": "billing"}),
    ("taken", {}),
    ("investigated", {"outcome": "founded"}),
    ("replied", {"cause": "cable"}),
    ("returned", {"reason": "no result"}),
    ("extension-asked", {"due": NOW + timedelta(days=2), "reason": "parts"}),
    ("planned", {"corrective": "new cable"}),
    ("approved", {"what": "plan", "role": "manager"}),
    ("approved", {"what": "plan", "role": "lawyer"}),
    ("refused", {"what": "plan", "role": "lawyer"}),
    ("implemented", {}),
    ("answered", {"answer": "final"}),
    ("answered", {"answer": "progress"}),
    ("called-back", {"satisfaction": "neutral"}),
    ("closed", {"outcome": "solved"}),
    ("closed", {"outcome": "duplicate", "duplicate_of": "C-2603-7KQ3MXTJ"}),
    ("reopened", {"reason": "not solved"}),
    ("corrected", {"reason": "typing", "category": "", "nature": "delay"}),
    ("corrected", {"reason": "typing", "flags": [], "received": NOW - timedelta(hours=3)}),
    ("corrected", {"reason": "typing", "outcome": "withdrawn"}),
    ("held", {}),
]
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(FIELDS), st.integers(-120, 30)),
        st.tuples(st.just("void"), st.integers(0, 20)),
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_the_header_always_says_what_the_events_say(steps):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMPLAINT_NOW", (NOW - timedelta(hours=2)).isoformat())
        shop = made(Path(folder))
        ticket_id = received(shop)
        patch.setenv("COMPLAINT_NOW", NOW.isoformat())
        for what, number in steps:
            if what == "void":
                events = shop.ticket(ticket_id).ticket.events
                draft = Draft("voided", {"event": events[number % len(events)].key, "reason": "wrong"}, "li.na")
            else:
                at = NOW + timedelta(minutes=number)
                draft = Draft(what[0], {**what[1], "note": "as told"}, "li.na", at=at, force=True)
            before = path_of(shop, ticket_id).read_bytes()
            try:
                Recorder(shop).record(ticket_id, draft)
            except Refused:  # a void of what cannot be voided
                assert path_of(shop, ticket_id).read_bytes() == before
            ticket = shop.ticket(ticket_id).ticket
            header = {key: ticket.header[key] for key in GOVERNED if key in ticket.header}
            assert header == fold(happened(ticket), ("manager", "lawyer")).governed()
            assert list(header) == [key for key in GOVERNED if key in header]
        assert [event.key for event in ticket.events] == re.findall(
            r"^\[event\.(.*)\]$", text_of(shop, ticket_id), re.MULTILINE
        )


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_whatever_was_told_reads_back_as_it_was_told(summary, name, note):
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("COMPLAINT_NOW", NOW.isoformat())
        shop = made(Path(folder))
        values = {("summary",): summary, ("complainant", "name"): name}
        ticket_id = Recorder(shop).create(Draft("received", {}, "li.na", values=values)).stored.ticket.id

        Recorder(shop).record(ticket_id, Draft("noted", {"note": note}, name, about={"model": summary}))

        ticket = shop.ticket(ticket_id).ticket
        assert (ticket.header["summary"], ticket.complainant["name"]) == (summary, name)
        assert (ticket.events[-1].fields["note"], ticket.events[-1].by, ticket.about["model"]) == (note, name, summary)


def test_a_plan_stays_approved_when_a_later_edition_asks_for_more_roles(tmp_path, clock):
    shop = made(tmp_path, HOUSE.replace('plan = ["manager", "lawyer"]', 'plan = ["manager"]'))
    later = HOUSE.replace('"1"', '"2"', 1).replace("2000-01-01", "2026-03-11")
    (tmp_path / "complaints.d" / "policies" / "house-2.toml").write_text(later, encoding="utf-8")
    shop = Register(tmp_path)
    ticket_id = received(shop)
    Recorder(shop).record(ticket_id, Draft("planned", {}, "li.na"))
    Recorder(shop).record(ticket_id, Draft("approved", {"what": "plan", "role": "manager"}, "li.na"))

    ticket = shop.ticket(ticket_id).ticket

    assert ticket.header["status"] == "approved"
    assert fold(happened(ticket), shop.rulebook.plan_roles(ticket)).status == "approved"


# --- commit = true ---


def git(root, home, *args):
    environment = {
        "HOME": str(home), "PATH": "/usr/bin:/bin", "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org",
        "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.org",
    }  # fmt: skip
    return subprocess.run(["git", *args], cwd=root, env=environment, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def committing(tmp_path, home, clock, monkeypatch):
    """A register that commits, in a repository with one commit."""
    monkeypatch.setenv("HOME", str(home))
    for key in ("NAME", "EMAIL"):
        monkeypatch.setenv(f"GIT_AUTHOR_{key}", "t@example.org")
        monkeypatch.setenv(f"GIT_COMMITTER_{key}", "t@example.org")
    git(tmp_path, home, "init", "-q")
    shop = made(tmp_path, more="commit = true\n")
    git(tmp_path, home, "add", ".")
    git(tmp_path, home, "commit", "-q", "-m", "register")
    return shop


@pytest.mark.external("git")
def test_a_recording_commits_the_file_that_it_touched_and_nothing_else(committing, home):
    root = committing.root
    (root / "mine.txt").write_text("staged by somebody", encoding="utf-8")
    git(root, home, "add", "mine.txt")
    (root / "complaints.d" / "register.toml").write_text(SETTINGS + "commit = true\n# dirty\n", encoding="utf-8")

    ticket_id = received(committing, complainant__name="张三")

    shown = f"complaints.d/2026-03/{ticket_id}.toml"
    assert git(root, home, "show", "--format=%s", "--name-only", "HEAD").split() == ["received", ticket_id, shown]
    assert git(root, home, "status", "--porcelain").splitlines() == [" M complaints.d/register.toml", "A  mine.txt"]


@pytest.mark.external("git")
def test_a_commit_message_names_the_event_and_the_id_only(committing, home):
    ticket_id = received(committing, complainant__name="张三")

    Recorder(committing).record(ticket_id, Draft("noted", {"note": "张三 called"}, "li.na"))

    assert git(committing.root, home, "log", "-1", "--format=%B").strip() == f"noted {ticket_id}"


@pytest.mark.external("git")
def test_a_commit_that_fails_is_told_and_the_event_is_stored(committing):
    (committing.root / ".git" / "HEAD").write_text("broken\n", encoding="utf-8")

    recorded = Recorder(committing).create(Draft("received", {}, "li.na", values={("summary",): "x"}))

    assert "stored but not committed" in recorded.problem.found
    assert path_of(committing, recorded.stored.ticket.id).is_file()


@pytest.mark.external("git")
def test_without_the_setting_nothing_is_committed(shop, home):
    git(shop.root, home, "init", "-q")

    received(shop)

    assert git(shop.root, home, "status", "--porcelain").strip() == "?? complaints.d/"
