"""Owns the report of a check as values, and which CI formats there are: one module a format, each with `text(report)`.

A command builds a `Report` from what it found and hands it to `rendered`. A new check needs a row in CHECKS, a new
format its name in NAMES and its module.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from complaint.core.moments import people
from complaint.core.text import masked, show

NAMES = ("github", "gitlab", "sarif", "junit", "checkstyle", "tap", "prometheus", "nagios")


class Words(NamedTuple):
    """What a check calls its findings of level error and of level warning, and which levels fail it (exit code 1).

    `passed` is what it calls what it lets stand, "" where that is not counted.
    """

    error: str
    warning: str
    fails: tuple[str, ...]
    passed: str = ""


CHECKS = {
    "overdue": Words("overdue", "due soon", ("error", "warning")),
    "audit": Words("errors", "warnings", ("error",), "waived"),
}


class Rule(NamedTuple):
    """What a finding is judged by: a clause or a named check.

    `text` says in a sentence or two where it comes from, `help` how to mend a finding.
    """

    id: str
    name: str
    title: str
    text: str
    help: str
    level: str = "error"


class Finding(NamedTuple):
    """One finding (level error or warning), or one case that passed (level none), at a line of a file.

    `path` is relative to the git root; `line` and `column` count from 1; `ticket` may be empty. `identity` is what a
    fingerprint is made of: the same as long as it is the same finding, so never a count of days. `message` says
    nothing personal. One that is `unjudged` tells that something could not be judged.
    """

    rule: str
    level: str
    path: str
    line: int
    column: int
    ticket: str
    message: str
    identity: str
    unjudged: bool = False


class Gauge(NamedTuple):
    """One metric of a check: its samples by labels, of which there are few (never ticket ids or names)."""

    name: str
    help: str
    samples: Sequence[tuple[Mapping[str, str], float]]


class Report(NamedTuple):
    """What a check found at a moment, among so many tickets.

    `rules` are those that any finding names, `unread` (made by `unread`) is what could not be judged, and why; `notes`
    (made by `note`) are checks that were not carried out, and without which the answer still is a whole one. Of what
    could not be judged so much is `held` by findings, and not in `unread`. `compared` says what git was asked.
    """

    check: str
    as_of: datetime
    zone: ZoneInfo
    rules: Sequence[Rule]
    findings: Sequence[Finding]
    tickets: int
    unread: Sequence[Finding] = ()
    passed: Sequence[Finding] = ()
    gauges: Sequence[Gauge] = ()
    notes: Sequence[Finding] = ()
    held: int = 0
    compared: str = ""

    @property
    def words(self) -> Words:
        """What this check calls its findings."""
        return CHECKS[self.check]

    @property
    def told(self) -> list[Finding]:
        """What could not be judged, then the findings, errors first."""
        return [*self.unread, *sorted(self.findings, key=_rank)]

    @property
    def missed(self) -> int:
        """How much could not be judged."""
        return len(self.unread) + self.held

    @property
    def all_rules(self) -> list[Rule]:
        """The rules of everything that is told."""
        return [*self.rules, UNREAD]

    @property
    def noted(self) -> list[str]:
        """The notes in words."""
        return [f"not checked: {each.message}" for each in self.notes]

    def count(self, level: str) -> int:
        """How many findings have this level."""
        return sum(each.level == level for each in self.findings)

    def fails(self, finding: Finding) -> bool:
        """Whether a finding is reason enough for exit code 1."""
        return finding.level in self.words.fails

    def summary(self) -> str:
        """How many tickets were judged, as of when, and what was found; one line."""
        levels = [self.count("error"), self.count("warning"), len(self.passed), self.missed]
        return f"{judged(self.tickets, self.as_of, self.zone)}: {counted(self.check, *levels)}{self.compared}"


def judged(tickets: int, as_of: datetime, zone: ZoneInfo) -> str:
    """How many tickets a check has seen, which every check says."""
    return f"{_count(tickets, 'tickets')} judged as of {people(as_of, zone, limit=True)}"


def counted(check: str, errors: int, warnings: int, passed: int, missed: int) -> str:
    """How much a check found, let stand, and could not judge."""
    words = CHECKS[check]
    more = [(passed, words.passed), (missed, "could not be judged")]
    told = [(errors, words.error), (warnings, words.warning), *((n, word) for n, word in more if n and word)]
    return ", ".join(_count(number, word) for number, word in told)


def _count(number: int, things: str) -> str:
    return f"{number} {things.removesuffix('s') if number == 1 else things}"


Row = TypeVar("Row", Rule, Finding)
UNREAD = Rule(
    "unread",
    "unread",
    "Something could not be judged",
    "A file that cannot be read, a clock that runs behind or a register with too few tickets: the report is not whole.",
    "Mend what the message names; `complaint policy check` and `complaint show ID` say more.",
)


def unread(path: str, line: int, message: str) -> Finding:
    """What could not be judged, as a finding."""
    return Finding(UNREAD.id, "error", path, line, 1, "", message, f"{path} {message}", unjudged=True)


def note(path: str, message: str) -> Finding:
    """A check that was not carried out, and why, as a finding; it stands at the register's settings."""
    return Finding("not-checked", "note", path, 1, 1, "", message, message)


def rendered(report: Report, name: str) -> str:
    """The report in one of the formats of NAMES; whatever others wrote is shown harmless before a format sees it."""
    text = import_module(f"complaint.render.reports.{name}").text(_harmless(report))
    return str(text)


def fingerprints(found: Sequence[Finding]) -> list[tuple[Finding, str, int]]:
    """Each finding with a fingerprint of its rule and identity, and its number among those with the same one."""
    from hashlib import sha256

    seen: Counter[str] = Counter()
    numbered = []
    for each in found:
        mark = sha256(f"{each.rule}\n{each.identity}".encode("utf-8", "surrogateescape")).hexdigest()[:32]
        seen[mark] += 1
        numbered.append((each, mark, seen[mark]))
    return numbered


def _rank(finding: Finding) -> tuple[bool, bool]:
    return not finding.unjudged, finding.level == "warning"


def _harmless(report: Report) -> Report:
    """The same report with every text of it shown, and no telephone or identity number in any.

    There is no control, no line break, nothing that a terminal or a runner obeys.
    """
    return report._replace(
        rules=[_shown(each) for each in report.rules],
        findings=[_shown(each) for each in report.findings],
        unread=[_shown(each) for each in report.unread],
        passed=[_shown(each) for each in report.passed],
        notes=[_shown(each) for each in report.notes],
        compared=harmless(report.compared),
        gauges=[
            each._replace(
                samples=[({key: harmless(label) for key, label in labels.items()}, n) for labels, n in each.samples]
            )
            for each in report.gauges
        ],
    )


def _shown(row: Row) -> Row:
    return type(row)._make(harmless(value) if isinstance(value, str) else value for value in row)


MAIL = re.compile(r"[^\s@\"'<>()]+@[^\s@\"'<>()]+\.[A-Za-z]{2,}")


def harmless(value: str) -> str:
    """A text as everybody may see it in a log: shown, its telephone and identity numbers and mail addresses masked."""
    from complaint.core.requirements import PERSONAL_SHAPES

    plain = PERSONAL_SHAPES.sub(lambda found: masked("phone", found[0]), value)
    return show(MAIL.sub(lambda found: masked("email", found[0]), plain))
