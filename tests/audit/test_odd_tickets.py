"""Whatever a ticket holds, `audit` neither breaks down nor lets it hide another ticket's problems."""

from __future__ import annotations

import copy
import shutil
import tempfile
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import tomli
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint.auditing import Audited
from complaint.core.vocabulary import GOVERNED, TABLE
from complaint.store.pages import TICKET, base
from complaint.workspace import Register

OTHER = next(name for name in base() if name.endswith("2H8VNC41.toml"))
CHINA = timezone(timedelta(hours=8))
AS_OF = datetime(2026, 3, 20, 12, tzinfo=CHINA)
WHOLE = tomli.loads(base()[TICKET])
KEYS = list(WHOLE["event"])

texts = st.sampled_from(
    ["", " ", "x", "house", "solved", "13800000001", "C-2603-7KQ3MXTJ", "2026-03-10", "a/b/c", *KEYS]
)
moments = st.datetimes(datetime(1999, 1, 1), datetime(2102, 1, 1)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001 - TOML has times without an offset
odd = st.one_of(
    texts,
    st.booleans(),
    st.sampled_from([0, -1, 5, 2**60, 1.5, float("inf"), date(2026, 3, 10), [], [[]], {}, {"a": {"b": [1]}}]),
    st.lists(texts, max_size=2),
    st.lists(st.sampled_from([1, True, {}]), max_size=2),
    moments,
    moments.map(lambda at: at.replace(tzinfo=CHINA)),
)
FIELDS = sorted({field.key for kind in TABLE for field in kind.fields} | set(GOVERNED) | {"at", "by", "role", "note"})
names = st.sampled_from(
    [
        *FIELDS,
        *["event", "problem", "until", "clause", "amount", "outcome"] * 3,
        "evidence",
        "forced",
        "clock",
        "about_account",
        "about_x",
        "own",
    ]
)


@st.composite
def fields_of(draw, kind):
    """An event of a kind with most of its fields, of which some are odd."""
    made = {"type": kind.type, "at": draw(moments).replace(tzinfo=CHINA, year=2026, month=3), "by": draw(texts)}
    for field in kind.fields:
        if field.place or not (field.required or draw(st.booleans())):
            continue
        usual = {
            "words": st.lists(texts, max_size=2),
            "time": moments.map(lambda at: at.replace(tzinfo=CHINA)),
            "whole": st.sampled_from([0, 1, 99, -7]),
            "amount": st.sampled_from(["0.00", "30.00", "99999999.00"]),
            "switch": st.sampled_from(field.words or ("x",)),
            "word": st.sampled_from([*field.words, "x"]),
        }
        made[field.key] = draw(usual.get(field.form, texts))
    return made


@st.composite
def broken(draw):
    """The ticket of the examples with more events, and with odd values, odd keys and missing ones anywhere."""
    document = {**copy.deepcopy(WHOLE), "about": {}}
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(TABLE))
        document["event"][f"20260312T01000{number}000Z-xyz"] = draw(fields_of(kind))
    places = [document, document["about"], *document["event"].values()]
    for _ in range(draw(st.integers(0, 4))):
        table = draw(st.sampled_from(places))
        key = draw(st.one_of(names, st.sampled_from(sorted(table)))) if table else draw(names)
        if draw(st.integers(0, 3)) == 0:
            table.pop(key, None)
        else:
            table[key] = draw(st.one_of(odd, texts, st.lists(texts, max_size=2)))
    if draw(st.booleans()):
        document["about"] = draw(st.dictionaries(st.sampled_from(["account", "x", "symptom"]), odd))
    if draw(st.integers(0, 9)) == 0:
        document["complainant"] = draw(st.one_of(odd, st.dictionaries(st.sampled_from(["name", "phone", "x"]), odd)))
    return document


@pytest.fixture(scope="module")
def folder():
    root = Path(tempfile.mkdtemp())
    for name, text in base().items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    other = root / OTHER
    other.write_text(other.read_text(encoding="utf-8").replace('status = "received"', 'status = "closed"'), "utf-8")
    yield root
    shutil.rmtree(root)


@settings(deadline=None)
@given(document=broken())
def test_it_is_audited_and_hides_nothing(folder, document):
    (folder / TICKET).write_text(tomli_w.dumps(document), encoding="utf-8")
    audited = Audited(Register(folder), AS_OF)
    assert audited.not_checked == []
    assert [each.code for each in audited.problems if each.path == OTHER and each.code == "H001"] == ["H001"]
