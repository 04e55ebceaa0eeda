"""Holds the example register to what it is for: every state in it, judged as the tables say, nobody real in it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tomli

from complaint import assets
from complaint.core import vocabulary
from complaint.core.lifecycle import fold
from complaint.core.ticket import Ticket, happened, read
from complaint.store import shipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Run

ROOT = Path(__file__).parents[2]
AS_OF = "2026-11-20T12:00:00+08:00"
TICKETS = [
    read(tomli.loads(path.read_text("utf-8")), path.stem) for path in sorted(ROOT.glob("complaints.d/20*-*/*.toml"))
]
TEXT = "\n".join(path.read_text("utf-8") for path in sorted(ROOT.glob("complaints.d/20*-*/*.toml")))

# Every row that is not simply met: summary, clause, state, due. Provisional rows say so.
NOT_MET = """
What does the sports package cost from January? | bcn-inquiry-1wd         | late provisional | 2024-01-03 00:00
Set-top box restarts every ten minutes          | bcn-complaint-2wd       | late             | 2026-02-26 00:00
宽带三天无法上网                                | tel-node-limit          | late             | 2026-03-11 09:00
宽带三天无法上网                                | tel-reply-2h-quiet      | cancelled        | 2026-03-10 19:00
Charged for a data package I never ordered      | tel-email-2h            | late             | 2026-04-03 11:30
Data package not ordered (letter)               | tel-letter-2h           | cancelled        | 2026-04-07 11:05
Data package not ordered (letter)               | tel-first-reply-24h     | cancelled        | 2026-04-08 09:05
The film channel is missing after the update    | bcn-complaint-2wd       | late             | 2026-05-12 00:00
手机上网慢                                      | tel-first-reply-24h     | late             | 2026-07-15 16:00
手机上网慢                                      | tel-reply-2h-quiet      | late             | 2026-07-15 12:00
The data package is on the July bill again      | tel-dispatch-urgent-30m | late             | 2026-08-03 10:50
The data package is on the July bill again      | tel-first-reply-24h     | late             | 2026-08-04 10:20
全村有线电视信号中断                            | bcn-complaint-2wd       | late             | 2026-10-09 00:00
全村有线电视信号中断                            | bcn-complex-contact     | cancelled        | none
新楼盘有线信号弱，多户马赛克                    | bcn-complaint-2wd       | overdue          | 2026-11-17 00:00
新楼盘有线信号弱，多户马赛克                    | bcn-complex-eta         | running          | 2026-11-28 00:00
新楼盘有线信号弱，多户马赛克                    | bcn-complex-contact     | running          | none
装机预约三次都没人来                            | tel-node-limit          | overdue          | 2026-11-19 18:00
Number blocked after a SIM change               | tel-contact-3-in-48h    | overdue          | 2026-11-20 09:00
固话移机半个月未装                              | tel-promised-reply      | overdue          | 2026-11-20 10:00
营业厅拒绝办理携号转网                          | tel-visit-2h            | overdue          | 2026-11-20 11:05
宽带今早断网，无法上班                          | tel-dispatch-normal-2h  | running          | 2026-11-20 12:20
宽带今早断网，无法上班                          | tel-first-reply-24h     | running          | 2026-11-21 10:20
Speed is a tenth of the contract                | tel-reply-2h-quiet      | running          | 2026-11-20 15:50
国际漫游费用异常                                | tel-node-limit          | running          | 2026-11-23 12:00
国际漫游费用异常                                | tel-reply-2h-quiet      | cancelled        | 2026-11-19 17:30
要求赔偿因停播少看的付费频道                    | bcn-complaint-2wd       | running          | 2026-11-24 00:00
The English news channel has no sound           | bcn-complaint-2wd       | running          | 2026-11-24 00:00
工信部转办：销户被多次拒绝                      | tel-node-limit          | running          | 2026-11-24 12:00
工信部转办：销户被多次拒绝                      | tel-upgrade-review-submit | running        | 2026-11-26 17:00
工信部转办：销户被多次拒绝                      | tel-upg-reply-submit    | running          | 2026-11-26 17:00
"""

# Rows that were met, and whose due moment shows a rule: days off, worked days, quiet hours, an extension, a pause.
MET = """
电视画面有重影                                  | bcn-complaint-2wd       | met provisional  | 2024-01-03 00:00
No signal on any channel since this morning     | bcn-complaint-2wd       | met              | 2026-01-06 00:00
机顶盒无信号，过年看不了春晚                    | bcn-complaint-2wd       | met              | 2026-02-25 00:00
新房装有线电视要带什么证件                      | bcn-inquiry-1wd         | met              | 2026-03-01 00:00
除夕夜整栋楼断网                                | tel-reply-2h-quiet      | met              | 2026-02-17 10:00
移机申请一周未安装                              | bcn-complaint-2wd       | met              | 2026-05-08 17:30
手机上网慢                                      | tel-contact-3-in-48h    | met              | 2026-07-17 09:00
停机后仍扣月租                                  | bcn-complaint-2wd       | met              | 2026-09-22 00:00
Video calls break off every evening             | tel-reply-2h-quiet      | met              | 2026-10-01 09:30
全村有线电视信号中断                            | bcn-complex-eta         | met              | 2026-10-17 00:00
电视有声音没画面                                | bcn-complaint-2wd       | met              | 2026-10-13 00:00
工信部转办：合约期内被提高月费                  | tel-upg-reply-submit    | met              | 2026-10-21 17:00
新地址无资源，宽带移机装不了                    | tel-node-limit          | met              | 2026-11-10 12:00
"""


def table(text: str) -> Counter[tuple[str, ...]]:
    return Counter(tuple(cell.strip() for cell in line.split("|")) for line in text.strip().splitlines())


@pytest.fixture
def judged(run: Run) -> dict[str, Any]:
    ran = run("overdue", "--all", "--as-of", AS_OF, "--json", "--register", str(ROOT))
    assert ran.code == 1, ran.err
    answer: dict[str, Any] = json.loads(ran.out)
    return answer


def rows(answer: dict[str, Any]) -> Counter[tuple[str, ...]]:
    summaries = {ticket.id: str(ticket.header["summary"]) for ticket in TICKETS}
    return Counter(
        (
            summaries[row["ticket"]],
            row["clause"],
            row["state"] + (" provisional" if row["provisional"] else ""),
            row["due_at"][:16].replace("T", " ") if row["due_at"] else "none",
        )
        for row in answer["obligations"]
    )


def test_every_ticket_is_read_and_judged(judged: dict[str, Any]) -> None:
    assert judged["unreadable"] == []
    assert judged["tickets"] == len(TICKETS)


def test_the_rows_that_are_not_met_are_these(judged: dict[str, Any]) -> None:
    found = rows(judged)
    assert Counter({row: count for row, count in found.items() if row[2].split()[0] != "met"}) == table(NOT_MET)


def test_the_rows_that_show_a_rule_are_met_as_they_should_be(judged: dict[str, Any]) -> None:
    assert table(MET) - rows(judged) == Counter()


@pytest.mark.parametrize("ticket", TICKETS, ids=lambda ticket: ticket.id)
def test_the_header_is_what_the_events_say(ticket: Ticket) -> None:
    header = {key: ticket.header[key] for key in vocabulary.GOVERNED if key in ticket.header}
    assert header == fold(happened(ticket)).governed()
    assert ticket.remarks == ()


@pytest.mark.parametrize("key, words", [("status", vocabulary.STATUSES), ("policy", ("telecom", "broadcast")),
                                        ("kind", ("complaint", "inquiry"))])  # fmt: skip
def test_every_word_occurs(key: str, words: tuple[str, ...]) -> None:
    assert {str(ticket.header[key]) for ticket in TICKETS} == set(words)


def types(ticket: Ticket) -> list[str]:
    return [event.type for event in ticket.events]


def values(ticket: Ticket, key: str) -> list[Any]:
    return [event.fields[key] for event in ticket.events if key in event.fields]


def is_late_entry(ticket: Ticket) -> bool:
    return any((event.recorded - event.at).total_seconds() > 3600 for event in ticket.events)


OCCURS: dict[str, Callable[[Ticket], bool]] = {
    "reopened": lambda ticket: "reopened" in types(ticket),
    "a voided event": lambda ticket: "voided" in types(ticket),
    "a personal value corrected without a trace": lambda ticket: ["complainant.phone"] in values(ticket, "changed"),
    "an extension asked for and approved": lambda ticket: {"extension-asked", "approved"} <= set(types(ticket)),
    "held and resumed": lambda ticket: {"held", "resumed"} <= set(types(ticket)),
    "a reply returned": lambda ticket: "returned" in types(ticket),
    "three attempts after the first": lambda ticket: values(ticket, "contact").count("unreached") >= 4,
    "closed as unreachable": lambda ticket: ticket.header.get("outcome") == "unreachable",
    "a promised answer": lambda ticket: "answer" in values(ticket, "what"),
    "a complex matter with a told time": lambda ticket: (
        "complex" in ticket.header.get("flags", []) and "eta" in values(ticket, "what")
    ),
    "a repeat of another ticket": lambda ticket: "repeat_of" in ticket.header,
    "a duplicate of another ticket": lambda ticket: "duplicate_of" in ticket.header,
    "passed on by the ministry, with its time": lambda ticket: (
        ticket.header.get("source") == "miit" and "external_due" in ticket.about
    ),
    "a late entry": is_late_entry,
    "a forced step with its reason": lambda ticket: any(
        event.fields.get("forced") and event.fields.get("note") for event in ticket.events
    ),
    "a note with evidence": lambda ticket: any(
        event.type == "noted" and event.fields.get("evidence") for event in ticket.events
    ),
}


@pytest.mark.parametrize("what", OCCURS)
def test_it_occurs(what: str) -> None:
    assert any(OCCURS[what](ticket) for ticket in TICKETS)


def test_only_the_one_step_that_needed_it_is_forced() -> None:
    assert len([ticket for ticket in TICKETS if True in values(ticket, "forced")]) == 1


def test_a_line_written_by_hand_is_still_there() -> None:
    assert re.findall(r"^#.*$", TEXT, re.MULTILINE) == ["# 王强 11-19：客户只在晚上七点后接电话。"]


def test_nobody_real_is_in_it() -> None:
    people = [ticket.complainant for ticket in TICKETS]
    assert all(re.fullmatch(r"138000000[0-9]{2}", person["phone"]) for person in people if "phone" in person)
    assert all(person["email"].endswith("@example.org") for person in people if "email" in person)


def test_it_reads_as_lived_not_as_replayed() -> None:
    assert not any(values(ticket, "clock") for ticket in TICKETS)


def test_its_files_are_laid_out() -> None:
    tombi = Path(sys.executable).with_name("tombi")
    ran = subprocess.run(
        [tombi, "format", "--offline", "--check", "complaints.d"], cwd=ROOT, capture_output=True, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()


@pytest.mark.parametrize("kind, name, file", [
    ("policies", "telecom", "policies/telecom-2024.toml"),
    ("policies", "broadcast", "policies/broadcast-2024.toml"),
    ("calendars", "cn", "calendars/cn.toml"),
])  # fmt: skip
def test_the_rules_of_the_example_are_the_shipped_ones(kind, name, file):
    text = (Path(__file__).parents[2] / "complaints.d" / file).read_text(encoding="utf-8")
    assert text == shipped.with_origin(assets.text(kind, name), name)
