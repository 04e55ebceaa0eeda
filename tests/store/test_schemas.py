"""The schemas of files accept and refuse what the tool does; what JSON Schema cannot say stands in `BEYOND`."""

from __future__ import annotations

import json
import re
from copy import deepcopy
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tomli
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from complaint import assets
from complaint.core import days, policy_shape
from complaint.core.errors import Unreadable
from complaint.core.lifecycle import fold
from complaint.core.ticket import Misplaced, happened, read
from complaint.core.vocabulary import COMMON, GOVERNED, KIND_OF, TABLE
from complaint.store import documents, rules, schemas
from complaint.workspace import Register

ROOT = Path(__file__).parents[2]
ID = "C-2611-7KQ3MXTJ"
VALIDATORS = {
    name: Draft7Validator(schemas.schema(name), format_checker=Draft7Validator.FORMAT_CHECKER) for name in schemas.KINDS
}
AT = datetime(2026, 11, 22, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))

RECEIPT = """type = "received"
policy = "telecom"
kind = "complaint"
channel = "phone"
flags = ["repeat"]"""
CLAIM = """type = "claimed"
claim = "loss"
amount = "12.50\""""
TEXTS = {kind: (Path(__file__).parent / f"corpus/{kind}.toml").read_text(encoding="utf-8") for kind in schemas.KINDS}


# --- the two judges ---


def by_schema(kind, document):
    """Whether the schema refuses a document; dates are strings to JSON."""
    return not VALIDATORS[kind].is_valid(plain(document))


def plain(value):
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def by_tool(kind, document, folder):
    """What the tool says against a document; nothing if it takes it without a remark."""
    text = tomli_w.dumps(document)
    try:
        return {"ticket": ticket_said, "policy": policy_said, "calendar": calendar_said, "register": register_said}[
            kind
        ](text, folder)
    except (Unreadable, Misplaced) as error:
        return str(error)


def ticket_said(text, folder, roles=(), id_=ID):
    document = documents.parsed(text, "ticket")
    documents.check_plain(document, "ticket")
    ticket = read(document, id_)
    governed = fold(happened(ticket), roles).governed()
    differing = [key for key in GOVERNED if ticket.header.get(key) != governed.get(key)]
    return "; ".join([*(remark for _, remark in ticket.remarks), *(f"{key} differs" for key in differing)])


def policy_said(text, folder):
    file = rules.policy_file(text, "complaints.d/policies/house-2026.toml", ["cn"])
    return str(file.error() or "")


def calendar_said(text, folder):
    rules.calendar(text, "complaints.d/calendars/cn.toml")
    return ""


def register_said(text, folder):
    (folder / "complaints.d").mkdir(exist_ok=True)
    (folder / "complaints.d" / "register.toml").write_text(text, encoding="utf-8")
    for mistake in rules.settings(folder)[1]:
        raise mistake
    return ""


# --- what JSON Schema cannot say ---

BEYOND = {
    "references": "a clause, step, list of hours, calendar or word that must be there is named in another place",
    "header differs": "the header must say what replaying the events gives",
    "id": "the id is the file's name, and its last symbol checks the others",
    "event key": "a key of digits may name a day or an hour that there is not",
    "voids": "an event that is taken back must be there, and be no receipt",
    "receipt": "exactly one of the events must be the receipt; draft 7 counts the items of lists, not those of tables",
    "hours": "opening hours end after they begin: a comparison of two times inside one text",
    "notice": "a year has the day of its notice if and only if it has a notice, and its days lie in it, each once",
    "zone": "which time zones there are is known to the machine",
    "quotes": "a date in quotes is the same as one without, since JSON has no dates",
    "point": "2.0 is a whole number to JSON Schema, not to TOML",
    "limits": "nesting and size of what a team adds of its own",
}


def change(kind, was, now):
    text = TEXTS[kind].replace(was, now, 1)
    assert text != TEXTS[kind], was
    return tomli.loads(text)


@pytest.mark.parametrize(
    ("rule", "kind", "was", "now"),
    [
        ("references", "policy", 'counts = { of = "rude"', 'counts = { of = "rood"'),
        ("references", "policy", 'of = "step:told"', 'of = "step:tolled"'),
        ("references", "policy", 'calendar = "day"', 'calendar = "night"'),
        ("references", "policy", 'channel = ["phone"] }', 'channel = ["fax"] }'),
        ("references", "policy", "hours = 2, calendar", "hours = 2, minutes = 3, calendar"),
        ("references", "policy", 'least = "10"', 'least = "1000"'),
        ("header differs", "ticket", 'status = "answered"', 'status = "replied"'),
        ("header differs", "ticket", 'department = "network"\nsummary', 'department = "other"\nsummary'),
        ("id", "ticket", ID, "C-2611-7KQ3MXTK"),
        ("event key", "ticket", "20261122T030011007Z", "20261322T030011007Z"),
        ("voids", "ticket", CLAIM, 'type = "voided"\nevent = "x"\nreason = "x"'),
        ("receipt", "ticket", RECEIPT, 'type = "noted"'),
        ("hours", "policy", "14:30-24:00", "14:30-14:00"),
        ("notice", "calendar", "published = 2025-11-04\n", ""),
        ("notice", "calendar", "to = 2026-01-03", "to = 2025-01-03"),
        ("notice", "calendar", "work = [2026-01-04]", "work = [2026-01-02]"),
        ("zone", "register", "Asia/Shanghai", "Asia/Shanghia"),
        ("quotes", "ticket", "at = 2026-11-22T10:00:00+08:00", 'at = "2026-11-22T10:00:00+08:00"'),
        ("quotes", "policy", "effective_from = 2026-01-01", 'effective_from = "2026-01-01"'),
        ("quotes", "policy", 'cite = "1"', "cite = 2026-01-01"),
        ("point", "policy", "hours = 2,", "hours = 2.0,"),
        ("point", "register", "size_limit_kib = 256", "size_limit_kib = 256.0"),
        ("limits", "ticket", "deep = [1, 2.5]", "deep = [1e300]"),
        ("limits", "ticket", "deep = [1, 2.5]", "deep = [[[[[1]]]]]"),
    ],
)
def test_a_rule_beyond_json_schema_is_the_tools_alone(rule, kind, was, now, tmp_path):
    document = change(kind, was, now)

    assert rule in BEYOND
    assert not by_schema(kind, document)
    assert by_tool(kind, document, tmp_path)


# --- the corpus: what both accept ---


@pytest.mark.parametrize("kind", TEXTS)
def test_the_schema_is_one_of_draft_7(kind):
    told = schemas.schema(kind)

    Draft7Validator.check_schema(told)
    assert told["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert {"$id", "title", "description"} <= told.keys()


@pytest.mark.parametrize("kind", TEXTS)
def test_a_rich_document_is_taken_by_both(kind, tmp_path):
    document = tomli.loads(TEXTS[kind])

    assert list(VALIDATORS[kind].iter_errors(plain(document))) == []
    assert by_tool(kind, document, tmp_path) == ""


def test_every_ticket_of_the_example_register_is_taken_by_both():
    book = Register(ROOT).rulebook
    found = sorted(ROOT.glob("complaints.d/20*/*.toml"))
    for path in found:
        text = path.read_text(encoding="utf-8")
        roles = book.plan_roles(read(tomli.loads(text), path.stem))
        assert (path.name, by_schema("ticket", tomli.loads(text))) == (path.name, False)
        assert (path.name, ticket_said(text, None, roles, path.stem)) == (path.name, "")
    assert len(found) > 50


@pytest.mark.parametrize("path", sorted((ROOT / "templates/policies").glob("*.toml")), ids=lambda path: path.stem)
def test_every_shipped_pack_is_taken_by_both(path):
    text = path.read_text(encoding="utf-8")

    assert not by_schema("policy", tomli.loads(text))
    assert policy_said(text, None) == ""


def test_the_example_registers_own_files_are_taken_by_both(tmp_path):
    for kind, pattern in (("policy", "policies/*"), ("calendar", "calendars/*"), ("register", "register")):
        for path in (ROOT / "complaints.d").glob(f"{pattern}.toml"):
            document = tomli.loads(path.read_text(encoding="utf-8"))
            assert (path.name, by_schema(kind, document)) == (path.name, False)
            assert (path.name, by_tool(kind, document, tmp_path)) == (path.name, "")


# --- the corpus: what neither accepts ---

VALUES = (
    True, 7, -1, 1.5, 2**60, "", " ", "nonsense", "a b", "10:00", "1.234", [], [3], ["nonsense"], [[]], {}, {"x": 1},
    date(2026, 1, 1), AT, AT.replace(tzinfo=None), AT.replace(year=2126),
)  # fmt: skip


def places(value, path=()):
    """Every place of a document, from the top."""
    for key, item in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, key)
        if isinstance(item, (dict, list)):
            yield from places(item, (*path, key))


def changed(document, path, do):
    """A copy in which `do` was done at a place: it is given what holds the place, and its key there."""
    copy = deepcopy(document)
    holder = copy
    for key in path[:-1]:
        holder = holder[key]
    do(holder, path[-1])
    return copy


def mutations(document, each):
    """Each place left out, misspelt, given a neighbour that is unknown, and given `each` other values in turn."""
    for number, path in enumerate(places(document)):
        yield path, "left out", changed(document, path, lambda holder, key: holder.pop(key))
        if isinstance(path[-1], str):
            yield (
                path,
                "misspelt",
                changed(document, path, lambda holder, key: holder.update({key + "x": holder.pop(key)})),
            )
        for offset in range(each):
            value = VALUES[(number * each + offset) % len(VALUES)]
            yield path, value, changed(document, path, lambda holder, key, value=value: holder.__setitem__(key, value))


def at(document, path):
    for key in path:
        document = document[key]
    return document


def dates_are_texts(document, path, value):
    """Whether a text stands where a date belongs, or the reverse: the rule `quotes`."""
    old = at(document, path)
    return isinstance(value, date) and isinstance(old, str)


SHAPES = {"policy": policy_shape.SHAPE, "calendar": days.SHAPE, "register": rules.SHAPE}
SAID = r"(\w+ differs(; )?)+|.*(the file name says|event of type received|no single value|nested too deep|too large|it voids).*"


def is_beyond(kind, document, said):
    """Whether what the tool says is one of `BEYOND`: what its shapes leave out, or for a ticket these words."""
    if kind in SHAPES:
        return not list(SHAPES[kind].check(document, ()))
    return bool(re.fullmatch(SAID, said, re.DOTALL))


@pytest.mark.parametrize(("kind", "each"), [("ticket", 5), ("policy", 2), ("calendar", 21), ("register", 21)])
def test_both_refuse_or_both_accept_what_was_changed_at_any_place(kind, each, tmp_path):
    document, refused = tomli.loads(TEXTS[kind]), 0
    for path, what, made in mutations(document, each):
        if dates_are_texts(document, path, what):
            continue
        schema, tool = by_schema(kind, made), by_tool(kind, made, tmp_path)
        alike = schema == bool(tool) or (not schema and is_beyond(kind, made, tool))
        assert alike, f"{path} {what!r}: schema {schema}, tool: {tool}"
        refused += schema
    assert refused > 40


SCALARS = st.one_of(
    st.sampled_from(["", "x", "200.00", "1.234", "reached", "final", "proven", "loss", "plan", "yes"]),
    st.booleans(),
    st.integers(-(2**54), 2**54),
    st.just(AT),
    st.lists(st.sampled_from(["repeat", "x", ""]), max_size=2),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([kind.type for kind in TABLE]), st.data())
def test_an_event_of_any_type_with_any_values_is_judged_alike(type_, data):
    names = [field.key for field in KIND_OF[type_].fields if not field.place] + [*COMMON[2:], "about_x", "stray"]
    fields = data.draw(st.dictionaries(st.sampled_from(names), SCALARS, max_size=5))
    document = tomli.loads(TEXTS["ticket"])
    document["event"]["20261123T013205123Z-k7f"] = {"type": type_, "at": AT, **fields}
    dates = any(isinstance(value, datetime) for value in fields.values())

    tool = by_tool("ticket", document, None)
    schema = by_schema("ticket", document)

    assert schema == bool(tool) or (not schema and (dates or is_beyond("ticket", document, tool))), tool


# --- the files that editors read ---


def test_a_part_that_stands_under_several_keys_is_written_once():
    told = schemas.schema("policy")

    assert told["properties"]["policy"]["properties"]["title"] == {"$ref": "#/definitions/title"}
    assert len(json.dumps(told)) < 120_000


def test_the_example_registers_schemas_are_those_of_this_version():
    for path, text in schemas.editor_files().items():
        assert (path, (ROOT / path).read_text(encoding="utf-8")) == (path, text), (
            "run `complaint init` after removing it"
        )


def test_the_shipped_calendar_is_taken_by_both(tmp_path):
    for name in assets.names("calendars"):
        document = tomli.loads(assets.calendar_text(name))
        assert not by_schema("calendar", document)
        assert by_tool("calendar", document, tmp_path) == ""
