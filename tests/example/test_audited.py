"""Holds the example register to the audit: nothing is found but what the manager lets stand, on later days too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import tomli

if TYPE_CHECKING:
    from conftest import Run

ROOT = Path(__file__).parents[2]
AS_OF = "2026-11-20T12:00:00+08:00"

# Summary, check, clause.
WAIVED = """
电视画面有重影                                  | calendar-needed  | bcn-complaint-2wd
What does the sports package cost from January? | calendar-needed  | bcn-inquiry-1wd
停机后仍扣月租                                  | forced           |
停机后仍扣月租                                  | missing-callback | bcn-cmp-callback
快件三天未派送                                  | undecided-fine   | sto-2-i4-extra
The vase arrived in pieces                      | no-evidence      | sto-2-1-fine
"""


def summary(path: str) -> str:
    said: str = tomli.loads((ROOT / path).read_text("utf-8"))["summary"]
    return said


def test_nothing_is_found_but_what_the_manager_lets_stand(run: Run) -> None:
    ran = run("audit", "--as-of", AS_OF, "--json", "--register", str(ROOT))
    answer = json.loads(ran.out)
    waived = sorted((summary(row["path"]), row["check"], row["clause"] or "") for row in answer["waived"])
    assert (ran.code, answer["tickets"]) == (0, 55)
    assert {(row["severity"], row["check"]) for row in answer["problems"]} == {
        ("warning", "missing-callback")
    }  # to come
    assert waived == sorted(tuple(cell.strip() for cell in line.split("|")) for line in WAIVED.strip().splitlines())
    assert {(row["by"], row["role"]) for row in answer["waived"]} == {("pan.li", "manager")}


# What nobody does until then is overdue, which is another question. The packs change with the shipped ones: Y002.
@pytest.mark.parametrize("day", ["2026-12-31", "2027-06-30"])
def test_no_day_alone_makes_it_an_error(run: Run, day: str) -> None:
    ran = run("audit", "--as-of", day, "--ignore", "Y002", "--json", "--register", str(ROOT))
    found = [row["code"] for row in json.loads(ran.out)["problems"]]
    assert (ran.code, set(found)) == (0, {"Y003", "S010"})
