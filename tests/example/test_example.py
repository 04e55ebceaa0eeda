"""Holds the example register to what it is for: every state in it, judged as the tables say, nobody real in it."""

from __future__ import annotations

import json
import re
import shutil
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
SUMMARIES = {ticket.id: str(ticket.header["summary"]) for ticket in TICKETS}
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
合同快件晚到四天                                | sto-2-i3-accept-3wd     | late             | 2026-03-07 00:00
快件三天未派送                                  | sto-22-5pm              | late             | 2026-09-08 17:00
两箱茶叶寄丢                                    | sto-22-5pm              | overdue          | 2026-11-19 17:00
两箱茶叶寄丢                                    | sto-15-promise-limit    | overdue          | 2026-11-20 09:00
两箱茶叶寄丢                                    | sto-2-i2-loss-1m        | running          | 2026-12-17 00:00
新机过热冒烟味                                  | asd-tech-late-notice    | overdue          | 2026-11-20 10:00
新机过热冒烟味                                  | asd-major-close-48h     | running          | 2026-11-20 16:10
切割机开机十分钟过热停机                        | asd-gm-monitor          | cancelled        | none
The cutter switches off, too hot to touch       | asd-gm-monitor          | cancelled        | none
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
合同快件晚到四天                                | sto-22-5pm              | met              | 2026-03-02 17:00
合同快件晚到四天                                | sto-2-i3-finish-10wd    | met              | 2026-03-18 00:00
合同快件晚到四天                                | sto-2-i3-pay-1m         | met              | 2026-04-04 00:00
客服挂断电话                                    | sto-2-2-reply-2h        | met              | 2026-03-12 18:10
第三方电池鼓包                                  | asd-general-24h         | met              | 2026-08-13 10:00
The vase arrived in pieces                      | sto-2-i3-accept-3wd     | met              | 2026-09-25 00:00
The vase arrived in pieces                      | sto-2-i3-finish-10wd    | met              | 2026-10-13 00:00
The vase arrived in pieces                      | sto-2-i3-pay-1m         | met              | 2026-10-22 00:00
切割机开机十分钟过热停机                        | asd-general-24h         | met              | 2026-09-15 09:30
切割机开机十分钟过热停机                        | asd-major-close-48h     | met              | 2026-09-16 09:30
切割机开机十分钟过热停机                        | asd-major-visit-24h     | met              | 2026-11-19 16:10
The cutter switches off, too hot to touch       | asd-major-visit-24h     | met              | 2026-11-19 16:10
新机过热冒烟味                                  | asd-major-visit-24h     | met              | 2026-11-19 16:10
第 46 周投诉统计表                              | asd-weekly-table        | met              | 2026-11-16 00:00
Three agents, three different prices            | cc-verify-contact       | met              | none
热线排队四十分钟                                | cc-intake-immediate     | met              | none
"""

# The charges of three months: summary, clause, type, payer, amount; the statement of September was issued on 8 October,
# one violation of that month was found a week later.
CHARGES = {
    "2026-03": """
合同快件晚到四天                                | sto-2-i3-fine           | fine             | branch-a | 200.00
合同快件晚到四天                                | sto-1-goodwill-cost     | cost             | branch-a | 45.50
""",
    "2026-09": """
快件三天未派送                                  | sto-2-i4-fine           | fine issued      | branch-b | 200.00
快件三天未派送                                  | sto-2-i4-extra          | fine issued      | branch-b | 100.00-1000.00
快件三天未派送                                  | sto-16-fine             | fine supplement  | branch-b | 100.00
客服挂断电话                                    | sto-4-third-proven      | fine issued      | branch-b | 100.00
The clerk laughed at me and hung up             | sto-4-third-proven      | fine issued      | branch-b | 100.00
查件被骂                                        | sto-4-third-proven      | fine issued      | branch-b | 100.00
The vase arrived in pieces                      | sto-14-fine             | fine issued      | branch-a | 60.00
""",
    "2026-10": """
显示已签收，实际未收到                          | sto-23-false-info       | fine             | branch-b | 1000.00
显示已签收，实际未收到                          | sto-23-false-info       | fine             | branch-b | 1000.00
显示已签收，实际未收到                          | sto-23-false-info       | fine             | branch-b | 1000.00
显示已签收，实际未收到                          | sto-23-late-after-claim | fine             | branch-b | 200.00
显示已签收，实际未收到                          | sto-23-late-after-claim | cost             | branch-b | 380.00
The courier never comes up                      | sto-5-courier-fraud     | threshold        | branch-c | 200.00
""",
}

# What each payer owes of them: month, payer, fixed, least, most. Costs are no fines.
TOTALS = """
2026-03 | branch-a | 200.00  | 200.00  | 200.00
2026-09 | branch-a | 60.00   | 60.00   | 60.00
2026-09 | branch-b | 600.00  | 700.00  | 1600.00
2026-10 | branch-b | 3200.00 | 3200.00 | 3200.00
2026-10 | branch-c | 200.00  | 200.00  | 200.00
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
    return Counter(
        (
            SUMMARIES[row["ticket"]],
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


def test_the_third_customer_makes_all_three_major_and_no_file_says_so(judged: dict[str, Any]) -> None:
    hot = {ticket.id for ticket in TICKETS if ticket.about.get("symptom") == "overheats"}
    assert len(hot) == 3
    own = [row for row in judged["obligations"] if row["ticket"] in hot]
    assert {row["severity"] for row in own} == {"major"}
    assert all("3 customers told overheats by 2026-11-18 16:10 (asd-major-repeat-3)" in row["severity_reason"] for row in own)  # fmt: skip # noqa: E501
    assert not any("severity" in ticket.header for ticket in TICKETS if ticket.id in hot)


def fines(run: Run, *more: str) -> dict[str, Any]:
    ran = run("fine", "--as-of", AS_OF, "--json", *more, "--register", str(ROOT))
    assert ran.code == 0, ran.err
    answer: dict[str, Any] = json.loads(ran.out)
    return answer


def charges(answer: dict[str, Any]) -> Counter[tuple[str, ...]]:
    return Counter(
        (
            SUMMARIES[row["ticket"]],
            row["clause"],
            row["type"] + (" issued" if row["issued"] else " supplement" if row["supplement"] else ""),
            row["payer"],
            row["amount"] if row["decided"] else f"{row['min']}-{row['max']}",
        )
        for row in answer["charges"]
    )


@pytest.mark.parametrize("month", CHARGES)
def test_the_charges_of_the_month_are_these(run: Run, month: str) -> None:
    answer = fines(run, "--month", month)
    assert charges(answer) == table(CHARGES[month])
    assert answer["proposed"] == []


def test_each_payer_owes_this(run: Run) -> None:
    owed = Counter(
        (month, total["payer"], total["fixed"], total["min"], total["max"])
        for month in CHARGES
        for total in fines(run, "--month", month)["totals"]
    )
    assert owed == table(TOTALS)


def test_no_other_month_of_the_year_has_charges(run: Run) -> None:
    answer = fines(run, "--from", "2026-01-01", "--to", "2026-12-31")
    assert charges(answer) == sum((table(text) for text in CHARGES.values()), Counter())


def test_only_the_third_false_information_is_escalated(run: Run) -> None:
    escalated = fines(run, "--from", "2026-01-01", "--to", "2026-12-31")["escalations"]
    assert [(each["clause"], each["payer"], each["to"]) for each in escalated] == [
        ("sto-23-monthly-3", "branch-b", "branch-management")
    ]


def test_the_one_violation_without_evidence_is_recorded_and_not_counted(run: Run) -> None:
    assert [
        SUMMARIES[ticket.id]
        for ticket in TICKETS
        for event in ticket.events
        if event.fields.get("clause") == "sto-2-1-fine"
    ] == ["The vase arrived in pieces"]
    clauses = {row["clause"] for row in fines(run, "--from", "2026-01-01", "--to", "2026-12-31")["charges"]}
    assert "sto-2-1-fine" not in clauses


def plan_roles(policy: str) -> list[str]:
    roles: list[str] = tomli.loads(assets.text("policies", policy)).get("approvals", {}).get("plan", [])
    return roles


@pytest.mark.parametrize("ticket", TICKETS, ids=lambda ticket: ticket.id)
def test_the_header_is_what_the_events_say(ticket: Ticket) -> None:
    header = {key: ticket.header[key] for key in vocabulary.GOVERNED if key in ticket.header}
    assert header == fold(happened(ticket), plan_roles(ticket.policy)).governed()
    assert ticket.remarks == ()


@pytest.mark.parametrize("key, words", [
    ("status", vocabulary.STATUSES),
    ("policy", ("telecom", "broadcast", "express", "after-sales", "call-centre", "company")),
    ("kind", ("complaint", "inquiry", "duty")),
])  # fmt: skip
def test_every_word_occurs(key: str, words: tuple[str, ...]) -> None:
    assert {str(ticket.header[key]) for ticket in TICKETS} == set(words)


def types(ticket: Ticket) -> list[str]:
    return [event.type for event in ticket.events]


def values(ticket: Ticket, key: str) -> list[Any]:
    return [event.fields[key] for event in ticket.events if key in event.fields]


def violation_outcomes(ticket: Ticket) -> list[Any]:
    return [event.fields["outcome"] for event in ticket.events if event.type == "violation"]


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
    "a violation filed as unproven": lambda ticket: "unproven" in violation_outcomes(ticket),
    "a violation without evidence": lambda ticket: any(
        event.type == "violation" and not event.fields.get("evidence") for event in ticket.events
    ),
    "a fine decided inside its range": lambda ticket: any(
        event.type == "decided" and "amount" in event.fields for event in ticket.events
    ),
    "a plan approved by two roles": lambda ticket: {"quality-head", "manager"} <= set(values(ticket, "role")),
    "out of scope, and called back after the closing": lambda ticket: (
        ticket.header.get("outcome") == "out-of-scope" and types(ticket)[-2:] == ["closed", "called-back"]
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


EDITIONS = {
    "telecom": "2024", "broadcast": "2024", "express": "2010", "after-sales": "2024", "call-centre": "2024",
    "company": "2024", "general": "2024",
}  # fmt: skip


@pytest.mark.parametrize("kind, name, file", [
    *(("policies", name, f"policies/{name}-{edition}.toml") for name, edition in EDITIONS.items()),
    ("calendars", "cn", "calendars/cn.toml"),
])  # fmt: skip
def test_the_rules_of_the_example_are_the_shipped_ones(kind, name, file):
    text = (ROOT / "complaints.d" / file).read_text(encoding="utf-8")
    assert text == shipped.with_origin(assets.text(kind, name), name)


def test_no_rule_of_the_example_is_left_out() -> None:
    found = {path.stem for path in ROOT.glob("complaints.d/policies/*.toml")}
    assert found == {f"{name}-{edition}" for name, edition in EDITIONS.items()}


def test_a_change_of_policy_is_compared_with_what_closed_tickets_say(run: Run, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "complaints.d", tmp_path / "complaints.d")
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "rules"),
    ):
        subprocess.run(["git", *words], cwd=tmp_path, check=True, capture_output=True)
    rules = tmp_path / "complaints.d/policies/after-sales-2024.toml"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("allow = { hours = 24 }", "allow = { hours = 20 }"), encoding="utf-8"
    )

    ran = run("policy", "diff", "HEAD", "--as-of", AS_OF, "--register", str(tmp_path))

    assert "asd-general-24h" not in ran.out  # the third customer made it major, with two that are closed
