"""Owns the texts of `help TOPIC`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from complaint.core.errors import EXIT_CODES

Rows = Sequence[tuple[str, str]]

MOMENTS: Rows = (
    ("2026-03-10 09:00", "that moment, in the register's time zone"),
    ("2026-03-10T09:00:00+08:00", "that moment, wherever you are"),
    ("2026-03-10 24:00", "the end of that day"),
    ("2026-03-10", "its end (24:00) for --as-of, --until, --to and --due, its start for --since and --from"),
    ("09:00", "today"),
    ("yesterday 09:00", "or today, or tomorrow"),
    ("+4h", "from now on; with m, h or d"),
)
LENGTHS: Rows = (
    ("30m", "minutes of wall time"),
    ("4h", "hours"),
    ("1d", "days of 24 hours"),
)
FORMATS: Mapping[str, str] = {
    "table": "for people; its layout may change",
    "json": "one document with a schema name; keys are only ever added",
    "jsonl": "one row a line",
    "csv": "one row a line, with a head, safe to open in a spreadsheet",
    "hledger": "a journal",
    "beancount": "a journal",
    "github": "annotations of a GitHub workflow",
    "gitlab": "a code quality report",
    "sarif": "SARIF, for code scanning",
    "junit": "JUnit XML, a case for each finding",
    "checkstyle": "checkstyle XML",
    "tap": "TAP 13",
    "prometheus": "metrics for the textfile collector",
    "nagios": "a plugin's one line, with a plugin's exit codes: 0 nothing, 1 warning, 2 critical, 3 could not judge",
}
PLUGIN: Rows = (
    ("0", "OK: nothing found"),
    ("1", "WARNING: nothing worse than a warning"),
    ("2", "CRITICAL: an error, or something is overdue"),
    ("3", "UNKNOWN: not everything could be judged, refused, or any other failure"),
)
ENVIRONMENT: Rows = (
    ("COMPLAINT_REGISTER", "the folder that holds complaints.d; --register goes before it"),
    ("COMPLAINT_USER", "who records; --by goes before it, git's user.name comes after it"),
    ("COMPLAINT_NOW", "the moment that is taken for now, for replays and tests"),
    ("COMPLAINT_PAGER", "the program that shows long answers; empty or cat for none"),
    ("COMPLAINT_DEBUG", "1 shows where an internal error happened"),
    ("PAGER", "the same as COMPLAINT_PAGER, for every program (default: less)"),
    ("LESS", "the options of less (default: FRX)"),
    ("NO_COLOR", "not empty: no colours; only --color goes before it"),
    ("FORCE_COLOR", "not empty: colours also where no terminal is; CLICOLOR_FORCE does the same"),
    ("CLICOLOR_FORCE", "as FORCE_COLOR"),
    ("TERM", "dumb: no colours"),
)
TOPICS: Mapping[str, tuple[str, Sequence[tuple[str, Rows]]]] = {
    "exit-codes": (
        "What the exit codes mean",
        [
            ("", [(str(code), meaning) for code, meaning in EXIT_CODES.items()]),
            ("--exit-zero turns 1 into 0 and leaves the others as they are.", ()),
            (
                "`overdue` and `audit` with --format nagios use a plugin's codes instead, and take no --exit-zero",
                PLUGIN,
            ),
        ],
    ),
    "formats": (
        "In which formats the commands answer",
        [
            ("--format NAME, or --json; -o FILE writes the answer to a file, whole or not at all.", ()),
            ("Only tables and pages are coloured, shown through a pager, or left out by --quiet.", ()),
        ],
    ),
    "time": (
        "How times and lengths are typed",
        [
            ("A moment", MOMENTS),
            ("A length of time", LENGTHS),
            ('`clock` and policies also know "2 working days", "3 calendar days" and "1 month".', ()),
        ],
    ),
    "environment": ("Which environment variables are read", [("", ENVIRONMENT)]),
}


def contents() -> str:
    """The topics there are."""
    rows = [(f"complaint help {name}", title) for name, (title, _) in TOPICS.items()]
    return _rows([*rows, ("complaint help COMMAND", "How a command is used; the same as complaint COMMAND --help")])


def text(topic: str) -> str:
    """A topic as a page."""
    title, parts = TOPICS[topic]
    told = [(f"{head}\n" if head else "") + _rows(rows, "  " if head else "") for head, rows in parts]
    return "\n".join([f"{title}\n", *told])


def formats(answers: Iterable[tuple[str, Sequence[str]]]) -> str:
    """The topic of formats, with those of each command as it takes them."""
    by_command = [(name, " ".join(names)) for name, names in answers]
    named = {name for _, names in by_command for name in names.split()}
    known = [(name, FORMATS[name]) for name in FORMATS if name in named]
    return "\n".join([text("formats"), _rows(known), _rows(by_command)])


def _rows(rows: Rows, indent: str = "") -> str:
    width = max((len(name) for name, _ in rows), default=0)
    return "".join(f"{indent}{name:{width}}  {meaning}\n" for name, meaning in rows)
