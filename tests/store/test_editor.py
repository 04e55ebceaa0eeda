"""The ticket editor: only the lines of what is set change, and the result is proved."""

from __future__ import annotations

import subprocess
import sysconfig
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint.core.errors import ComplaintError, Unreadable
from complaint.store.editor import edited, event_line
from complaint.store.layout import COMPLAINANT_ORDER, HEADER_ORDER, new_ticket, written

Place = tuple[str, ...]
SHANGHAI = timezone(timedelta(hours=8))
MORNING = datetime(2026, 11, 22, 9, 30, tzinfo=SHANGHAI)
KEY = "20261122T013205123Z-k7f"
NEXT = "20261122T020011007Z-x4m"

HAND_MADE = """\
# our first ticket
schema = 1
id   = "C-2611-7KQ3MXTJ"   # printed on the letter
status = 'received'
flags = [
  "repeat",  # status = "x"
]
content = \"\"\"
status = "furious"
[event.x]
\"\"\"
owner = "us"

[complainant]   # the customer
  name = "张三"

# how it began
[event.20261122T013205123Z-k7f]
type = "received"
"""


def reading(text: str) -> object:
    return tomli.loads("value = " + text)["value"]


class Word(StrEnum):
    PHONE = "phone"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("张三 \\ \"x\" 'y'", '"张三 \\\\ \\"x\\" \'y\'"'),
        (Word.PHONE, '"phone"'),
        ("tab\tcr\rbell\x07", '"tab\\tcr\\rbell\\u0007"'),
        ("\u202eevil\u200b\U000e0041", '"\\u202Eevil\\u200B\\U000E0041"'),
        ("full\u3000width\u00a0soft\u00adjoin\u200d\u200c", '"full\u3000width\u00a0soft\u00adjoin\u200d\u200c"'),
        ("two\nlines", '"""\ntwo\nlines"""'),
        ("one line\n", '"""\none line\n"""'),
        ('ends with """', '"ends with \\"\\"\\""'),
        ('\n"""""\\""', '"""\n\n""\\"""\\\\"\\""""'),
        ("trailing \n\u3000\nkept", '"""\ntrailing\\u0020\n\\u3000\nkept"""'),
        ("dos\r\nline", '"""\ndos\\r\nline"""'),
        (True, "true"),
        (-3, "-3"),
        (MORNING, "2026-11-22T09:30:00+08:00"),
        (MORNING.astimezone(UTC), "2026-11-22T01:30:00+00:00"),
        (date(2026, 11, 22), "2026-11-22"),
        (["a", "b\nc"], '["a", "b\\nc"]'),
        ((), "[]"),
    ],
)
def test_a_value_has_one_way_to_be_written(value: object, text: str) -> None:
    assert written(value) == text


@pytest.mark.parametrize(
    "value",
    [
        None,
        1.5,
        2**53 + 1,
        {"a": 1},
        [["a"]],
        datetime(2026, 1, 1),  # noqa: DTZ001 - it is refused for that
        MORNING.replace(microsecond=1),
        b"x",
        "half \ud83d",
        "half\n\udc80",
    ],
    ids=str,
)
def test_what_has_no_place_in_a_ticket_is_refused(value: object) -> None:
    with pytest.raises(ComplaintError):
        written(value)


TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.text(
    st.sampled_from('"\\\n\r\t \u3000a[x]=#'), max_size=12
)
MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, SHANGHAI, timezone(timedelta(hours=-3, minutes=-30))]),
).map(lambda moment: moment.replace(microsecond=0, fold=0))
SINGLE = TEXT | st.booleans() | st.integers(-(2**53), 2**53) | MOMENTS | st.dates()
VALUES = SINGLE | st.lists(SINGLE, max_size=4)


@settings(max_examples=300, deadline=None)
@given(VALUES, st.sampled_from(["\n", "\r\n"]))
def test_every_value_reads_back_as_itself_and_hides_nothing(value: object, newline: str) -> None:
    text = written(value, newline)
    assert repr(reading(text)) == repr(value)
    visible = text.replace(newline, "")
    assert all(each.isprintable() or each in "\u3000\u00a0\u00ad\u200c\u200d" for each in visible)
    assert all(line == line.rstrip() for line in text.split(newline))


def test_a_new_ticket_is_written_in_canonical_order_with_one_blank_line_between_tables() -> None:
    text = new_ticket(
        {"content": "told\n", "extra": 1, "received": MORNING, "flags": ["repeat"], "schema": 1},
        {"region": "north"},
        {"wechat": "z", "phone": "13800000001", "name": "张三"},
        KEY,
        {"type": "received", "at": MORNING},
    )
    assert text == (
        "schema = 1\n"
        "received = 2026-11-22T09:30:00+08:00\n"
        'flags = ["repeat"]\n'
        'content = """\ntold\n"""\n'
        "extra = 1\n"
        "\n[about]\n"
        'region = "north"\n'
        "\n[complainant]\n"
        'name = "张三"\n'
        'phone = "13800000001"\n'
        'wechat = "z"\n'
        f"\n[event.{KEY}]\n"
        'type = "received"\n'
        "at = 2026-11-22T09:30:00+08:00\n"
    )


def test_a_new_ticket_leaves_empty_tables_out() -> None:
    assert new_ticket({"schema": 1}, {}, {}, KEY, {"type": "noted"}) == f'schema = 1\n\n[event.{KEY}]\ntype = "noted"\n'


NAMES = st.from_regex(r"[a-z][a-z_]{0,8}", fullmatch=True) | st.sampled_from(["键", "a b", 'q"', "a.b", ""])
TABLES = st.dictionaries(NAMES, VALUES, max_size=4)
HEADERS = st.dictionaries(st.sampled_from(HEADER_ORDER), VALUES, min_size=1, max_size=8)
LONG = st.sampled_from(
    [["one of many words " + "x" * 30] * 9, "long " * 80, list(range(60)), "a long line " * 30 + "\n" + "y" * 300]
)
WIDE = st.dictionaries(st.sampled_from(HEADER_ORDER), LONG, max_size=2)


@st.composite
def new_tickets(draw: st.DrawFn) -> str:
    text = new_ticket({**draw(HEADERS), **draw(WIDE)}, draw(TABLES), draw(TABLES), KEY, draw(TABLES))
    return edited(text, set={("status",): draw(VALUES), ("about", "x"): draw(VALUES)}, append=(NEXT, draw(TABLES)))


@settings(max_examples=12, deadline=None)
@given(st.lists(new_tickets(), min_size=8, max_size=20))
def test_the_formatter_of_toml_editors_leaves_our_layout_as_it_is(tickets: list[str]) -> None:
    tombi = Path(sysconfig.get_path("scripts")) / "tombi"
    with tempfile.TemporaryDirectory() as folder:
        names = [f"{number}.toml" for number in range(len(tickets))]
        for name, text in zip(names, tickets, strict=True):
            (Path(folder) / name).write_text(text, encoding="utf-8", newline="")
        command = [str(tombi), "format", "--offline", "--check", "--diff", *names]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_change_keeps_the_spacing_and_the_comment_of_its_line() -> None:
    changed = edited(HAND_MADE, set={("id",): "C-2611-7KQ3MXTK", ("status",): "closed"})
    assert changed == HAND_MADE.replace('7KQ3MXTJ"', '7KQ3MXTK"').replace("'received'", '"closed"')


def test_a_value_that_is_already_so_is_not_rewritten() -> None:
    assert edited(HAND_MADE, set={("status",): "received", ("flags",): ["repeat"], ("schema",): 1}) == HAND_MADE
    assert edited(f"received = {MORNING.astimezone(UTC).isoformat()}", set={("received",): MORNING}).endswith("+00:00")


def test_a_value_of_another_type_is_another_value() -> None:
    assert edited("schema = 1\n", set={("schema",): True}) == "schema = true\n"


@pytest.mark.parametrize(
    ("key", "line", "neighbour"),
    [
        ("policy", 'policy = "x"\n', "flags = ["),  # behind the status
        ("category", 'category = "x"\n', 'content = """'),  # behind the flags
        ("unknown", 'unknown = "x"\n', "\n[complainant]"),  # behind all others
    ],
)
def test_a_missing_header_key_is_inserted_where_the_order_wants_it(key: str, line: str, neighbour: str) -> None:
    assert edited(HAND_MADE, set={(key,): "x"}) == HAND_MADE.replace(neighbour, line + neighbour)


def test_a_first_header_key_is_inserted_before_the_later_ones_or_below_the_top_comments() -> None:
    assert edited("# top\nid = 'x'\n", set={("schema",): 1}) == "# top\nschema = 1\nid = 'x'\n"
    assert edited("# top\n\n[ext]\n", set={("schema",): 1}) == "# top\nschema = 1\n\n[ext]\n"


def test_several_missing_keys_are_inserted_in_canonical_order() -> None:
    changed = edited(
        "schema = 1\n",
        set={("content",): "c", ("complainant", "phone"): "1", ("id",): "i", ("complainant", "name"): "n"},
    )
    assert changed == 'schema = 1\nid = "i"\ncontent = "c"\n\n[complainant]\nname = "n"\nphone = "1"\n'


def test_a_missing_key_of_a_table_is_added_at_its_end() -> None:
    changed = edited(HAND_MADE, set={("complainant", "phone"): "1"})
    assert changed == HAND_MADE.replace('"张三"\n', '"张三"\nphone = "1"\n')


def test_a_missing_table_is_added_above_the_next_one_and_its_comments() -> None:
    assert edited(HAND_MADE, set={("about", "region"): "north"}) == HAND_MADE.replace(
        "[complainant]", '[about]\nregion = "north"\n\n[complainant]'
    )
    bare = "id = 'x'\n# how\n# it began\n[event.x]\n"
    assert edited(bare, set={("complainant", "name"): "n"}) == (
        "id = 'x'\n\n[complainant]\nname = \"n\"\n\n# how\n# it began\n[event.x]\n"
    )


def test_a_removed_key_takes_its_lines_along_and_no_others() -> None:
    changed = edited(HAND_MADE, unset={("flags",), ("content",), ("complainant", "name"), ("about", "nothing")})
    start, end = HAND_MADE.index("flags"), HAND_MADE.index("owner")
    assert changed == (HAND_MADE[:start] + HAND_MADE[end:]).replace('  name = "张三"\n', "")


@pytest.mark.parametrize(
    ("text", "between"),
    [("id = 'x'\n", "\n"), ("id = 'x'", "\n\n"), ("id = 'x'\n\n", ""), ("id = 'x'\n \t\n", ""), ("", "")],
)
def test_an_event_is_appended_behind_one_blank_line(text: str, between: str) -> None:
    assert edited(text, append=(NEXT, {"type": "noted"})) == f'{text}{between}[event.{NEXT}]\ntype = "noted"\n'


def test_new_lines_end_as_those_of_the_file() -> None:
    text = HAND_MADE.replace("\n", "\r\n")
    changed = edited(text, set={("summary",): "a\nb", ("about", "x"): 1}, append=(NEXT, {"note": "c\nd"}))
    assert changed.count("\n") == changed.count("\r\n")
    assert tomli.loads(changed)["summary"] == "a\nb"


def test_a_line_typed_at_the_end_of_a_ticket_stays_in_its_event() -> None:
    changed = edited(HAND_MADE + "remark = 'by hand'", set={("status",): "closed"}, append=(NEXT, {"type": "closed"}))
    assert tomli.loads(changed)["event"][KEY] == {"type": "received", "remark": "by hand"}


ODD = [
    ("id = 'x'\nabout = { region = 'x' }\n", {("about", "region"): "y"}, 2),
    ("id = 'x'\nabout = { region = 'x' }\n", {("about", "other"): "y"}, 2),
    ("id = 'x'\nabout.region = 'x'\n", {("about", "other"): "y"}, 2),
    ("id = 'x'\n[[complainant]]\nname = 'x'\n", {("complainant", "name"): "y"}, 2),
    ("id = 'x'\ncomplainant = 'x'\n", {("complainant", "name"): "y"}, 2),
    ("id = 'x'\n[summary]\ntext = 'x'\n", {("summary",): "y"}, 2),
    ("id = 'x'\nsummary = { text = 'x' }\n", {("summary",): "y"}, 2),
]


@pytest.mark.parametrize(("text", "change", "line"), ODD)
def test_a_place_that_cannot_be_found_for_sure_is_refused_with_its_line(
    text: str, change: dict[Place, object], line: int
) -> None:
    with pytest.raises(ComplaintError) as caught:
        edited(text, set={("status",): "closed", **change}, append=(NEXT, {"type": "noted"}), where="a.toml")
    assert caught.value.where == f"a.toml:{line}"
    assert caught.value.mend
    kept = edited(text, set={("status",): "closed"}, append=(NEXT, {"type": "noted"}))
    assert set(text.splitlines()) < set(kept.splitlines())


@pytest.mark.parametrize("event", ["event = {}", "[[event]]", "[event]\n'{0}' = 1", "[event.{0}]"])
def test_an_event_that_has_no_safe_place_is_refused_and_other_changes_are_not(event: str) -> None:
    text = f"id = 'x'\n{event.replace('{0}', NEXT)}\n"
    with pytest.raises(ComplaintError) as caught:
        edited(text, append=(NEXT, {"type": "noted"}), where="a.toml")
    assert caught.value.where == f"a.toml:{text.count(chr(10))}"
    assert edited(text, set={("status",): "closed"}) == text.replace("'x'\n", "'x'\nstatus = \"closed\"\n")


def test_a_dotted_key_that_stands_there_is_edited_in_its_place() -> None:
    text = "id = 'x'\nabout . region = 'x' # here\n"
    assert edited(text, set={("about", "region"): "y"}) == text.replace("'x' #", '"y" #')
    assert edited(text, unset=[("about", "region")]) == "id = 'x'\n"


@pytest.mark.parametrize("path", [("event",), ("about",), ("event", KEY), ("ext", "x"), ("about", "x", "y"), ()])
def test_only_single_values_of_the_header_and_its_two_tables_are_set(path: tuple[str, ...]) -> None:
    with pytest.raises(ComplaintError):
        edited(HAND_MADE, set={path: "x"})
    with pytest.raises(ComplaintError):
        edited(HAND_MADE, unset=[path])


def test_a_file_that_is_not_toml_is_unreadable_at_its_line() -> None:
    with pytest.raises(Unreadable) as caught:
        edited("id = 'x'\nstatus = \n", set={("id",): "y"}, where="a.toml")
    assert caught.value.where == "a.toml:2"
    with pytest.raises(Unreadable):
        edited("a." * 100 + "b = 1\n", set={("id",): "y"})


def test_the_line_of_an_event_is_that_of_its_header() -> None:
    assert event_line(HAND_MADE, KEY) == 18
    assert event_line(HAND_MADE.replace("\n", "\r\n"), KEY) == 18
    assert event_line(HAND_MADE, NEXT) == 18
    assert event_line("id = 'x'\n", KEY) == 1
    assert event_line(f"[ event . '{KEY}' ]\n[event.b]\n", KEY) == 1
    assert event_line(f"content = '''\n[event.{KEY}]\n'''\n[event.{KEY}]\n", KEY) == 4


@dataclass(frozen=True)
class Block:
    """Some whole lines of a hand-made ticket; those of a key, with its path."""

    path: tuple[str, ...]
    before: str
    value: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        return f"{self.before}{self.value}{self.after}\n"


RAW = st.sampled_from(
    [
        '"plain"',
        "'literal # no comment'",
        '"# [event.x] = \\""',
        '"""\n[event.x]\nstatus = "closed"\n\\"\\"\\" \'\'\'\n"""',
        "'''\n[about]\nkey = \"\"\"\n'''",
        '""""two""\nstatus = 1\n"""""',
        '[\n  "a",  # ] status = 1\n\n  "[event.x]",\n]',
        '["a", "b"]',
        "[[1], [2, 3]]",
        "1_000",
        "0.5",
        "nan",
        "true",
        "2026-11-22T09:30:00+08:00",
        "2026-11-22 01:30:00Z",
        "2026-11-22",
        '""',
    ]
)
INLINE = st.just('{ a = 1, "b.c" = ["}", { status = "x" }] }')
SPACE = st.sampled_from(["", " ", "  ", "\t"])
REMARK = st.sampled_from(["", "  ", " # told", "  # status = '''"])
COMMENTS = st.sampled_from([[], [""], ["# [event.x]"], ["", "  # status = 'x'"], ["# a", "", "# b"]]).map(
    lambda lines: [Block((), line) for line in lines]
)
MORE = ["note", "owner", "x_1", "键"]
EDITED = [
    *((key,) for key in [*HEADER_ORDER, *MORE]),
    *(("about", key) for key in MORE),
    *(("complainant", key) for key in [*COMPLAINANT_ORDER, *MORE]),
]


@st.composite
def pairs(draw: st.DrawFn, table: tuple[str, ...], keys: list[str]) -> list[Block]:
    blocks = []
    for key in draw(st.permutations(keys))[: draw(st.integers(0, 6))]:
        name = key if key.isascii() and draw(st.booleans()) else f'"{key}"'
        value = draw(RAW if table != ("ext",) else RAW | INLINE)
        blocks += draw(COMMENTS)
        blocks.append(Block((*table, key), f"{draw(SPACE)}{name}{draw(SPACE)}={draw(SPACE)}", value, draw(REMARK)))
    return blocks + draw(COMMENTS)


@st.composite
def tickets(draw: st.DrawFn) -> list[Block]:
    blocks = draw(COMMENTS) + draw(pairs((), [*HEADER_ORDER, *MORE]))
    kinds = ["about", "complainant", "ext", "about.sub", "event.x", f"event.{KEY}"]
    for name in draw(st.permutations(kinds))[: draw(st.integers(0, 6))]:
        dot = f"{draw(SPACE)}.{draw(SPACE)}"
        header = f"{draw(SPACE)}[{draw(SPACE)}{name.replace('.', dot)}{draw(SPACE)}]{draw(REMARK)}"
        keys = [*COMPLAINANT_ORDER, *MORE] if name == "complainant" else [*MORE, "type"]
        blocks += [Block((), header), *draw(pairs(tuple(name.split(".")), keys))]
    for _ in range(draw(st.integers(0, 2))):
        blocks += [Block((), "[[things]]"), *draw(pairs(("things",), MORE))]
    return blocks


def intended(old: dict[str, object], changed: dict[Place, object], gone: list[Place]) -> object:
    def table(path: tuple[str, ...]) -> dict[str, object]:
        inner = old.setdefault(path[0], {}) if len(path) == 2 else old
        assert isinstance(inner, dict)
        return inner

    for path in gone:
        table(path).pop(path[-1], None)
    for path, value in changed.items():
        if not (isinstance(value, datetime) and table(path).get(path[-1]) == value):
            table(path)[path[-1]] = value
    return old


def comparable(data: object) -> object:
    """With types, since 1 and true are equal, and nan equal to itself; empty tables of ours count as none."""
    if isinstance(data, dict):
        rows = ((key, comparable(value)) for key, value in data.items())
        return {key: row for key, row in rows if row != {} or key not in {"about", "complainant"}}
    return repr(data)


@settings(max_examples=250, deadline=None)
@given(
    tickets(),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.dictionaries(st.sampled_from(EDITED), VALUES, max_size=4),
    st.lists(st.sampled_from(EDITED), max_size=3, unique=True),
    st.none() | TABLES,
)
def test_an_edit_says_what_was_meant_and_touches_no_other_line(
    blocks: list[Block],
    newline: str,
    ended: bool,
    changed: dict[Place, object],
    gone: list[Place],
    event: dict[str, object] | None,
) -> None:
    text = "".join(block.text for block in blocks).replace("\n", newline)
    text = text if ended else text.removesuffix(newline)
    newline = newline if newline in text else "\n"
    gone = [path for path in gone if path not in changed]
    append = (NEXT, event) if event is not None else None

    new = edited(text, set=changed, unset=gone, append=append)

    wanted = intended(tomli.loads(text), changed, gone)
    assert isinstance(wanted, dict)
    if append:
        wanted.setdefault("event", {})[NEXT] = event
    assert comparable(tomli.loads(new)) == comparable(wanted)

    kept = [line for block in blocks if block.path not in touched(blocks, changed, gone) for line in lines(block.text)]
    if not ended and blocks and blocks[-1].text == "\n":
        kept.pop()
    added = [line for part in additions(blocks, changed, gone, append, newline) for line in lines(part, newline)]
    found = lines(new, newline)
    rest = iter(found)
    assert all(line in rest for line in kept)  # in this order: each search goes on where the last one ended
    extra = Counter(found) - Counter(kept)
    assert Counter(added) <= extra
    extra -= Counter(added)
    fresh = [name for name in ("about", "complainant") if extra[f"[{name}]"] == 1]
    assert set(extra) <= {"", *(f"[{name}]" for name in fresh)}
    assert extra[""] <= 2 * len(fresh) + bool(append)

    assert edited(new, set=changed, unset=gone) == new


def lines(text: str, newline: str = "\n") -> list[str]:
    return text.removesuffix(newline).split(newline) if text else []


def touched(blocks: list[Block], changed: dict[Place, object], gone: list[Place]) -> set[Place]:
    """The paths of the blocks that may change: not those that hold the wanted value already."""
    already = {block.path for block in blocks if block.path in changed and holds(block, changed[block.path])}
    return {*changed, *gone} - already


def holds(block: Block, value: object) -> bool:
    old = reading(block.value)
    same = old == value if isinstance(value, datetime) else comparable(old) == comparable(value)
    return type(old) is type(value) and same


def additions(
    blocks: list[Block],
    changed: dict[Place, object],
    gone: list[Place],
    append: tuple[str, dict[str, object]] | None,
    newline: str,
) -> list[str]:
    """Whatever an edit may add, but for blank lines and headers of new tables."""
    old = {block.path: block for block in blocks}
    parts = []
    for path in touched(blocks, changed, gone) - {*gone}:
        there = old.get(path) or Block(path, (path[-1] if path[-1].isascii() else f'"{path[-1]}"') + " = ")
        parts.append(there.before + written(changed[path], newline) + there.after)
    if append:
        parts.append(edited("", append=append).replace("\n", newline))
    return parts
