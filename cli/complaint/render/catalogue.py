"""Owns the checks of the audit as text: the list, the page of each, and all pages as one document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from complaint.core.checks import CHECKS
from complaint.core.checks.case import Check
from complaint.render import shapes
from complaint.render.answers import table
from complaint.render.values import FLAG, TEXT, Form, several, word
from complaint.store.pages import Page

CHECK: Mapping[str, Form] = {
    "code": TEXT,
    "name": TEXT,
    "severity": word("error", "warning"),
    "title": TEXT,
    "waivable": FLAG,
}
PAGE: Mapping[str, Form] = {
    **dict.fromkeys(("why", "rule", "mend", "story"), TEXT),
    **dict.fromkeys(("change", "options", "reports"), several(TEXT)),
    "beside": {"type": "object", "additionalProperties": TEXT},
}


def listed(how: str) -> str:
    """Every check: code, name, severity, what it finds; complaint.checks/1, JSON lines, CSV or a table."""
    rows = [_row(each) for each in CHECKS]
    if how == "json":
        return shapes.dumped({"schema": "complaint.checks/1", "checks": rows})
    if how == "jsonl":
        return shapes.lines(rows)
    if how == "csv":
        return shapes.csv(rows, tuple(CHECK))
    return table(
        [(each.code, each.name, each.severity, each.title) for each in CHECKS],
        ("code", "name", "severity", "what it finds"),
    )


def _row(check: Check) -> shapes.Row:
    return {key: getattr(check, key) for key in CHECK}


def described(check: Check, page: Page) -> str:
    """complaint.check/1: a check, and what its page says."""
    change = [line for each in page.change for line in each.shown()]
    told = {**{key: getattr(page, key) for key in PAGE}, "change": change}
    return shapes.dumped({"schema": "complaint.check/1", **_row(check), **told})


def explained(check: Check, page: Page) -> str:
    """The page of a check: what, why and by which rule, how to mend it, an example with what is reported."""
    waived = "it may be waived" if check.waivable else "it cannot be waived"
    parts = [
        f"{check.code} {check.name} ({check.severity}; {waived})",
        check.title + ".",
        "",
        f"Why: {page.why}",
        f"Rule: {page.rule}",
        f"Mend: {page.mend}",
        "",
        f"Example: {page.story}",
        *(f"    {line}" for change in page.change for line in change.shown()),
        _says(page),
        *(f"    {line}" for line in page.reports),
        *(f"Beside it {code} is reported: {why}." for code, why in page.beside.items()),
    ]
    return "\n".join(parts) + "\n"


def _says(page: Page) -> str:
    return f"`complaint {' '.join(['audit', *page.options])}` then says:"


def catalogue(pages: Sequence[Page]) -> str:
    """The page of every check as Markdown, in the order of the list."""
    written = {page.code: page for page in pages}
    parts = [
        "# What `complaint audit` finds\n",
        "Made by `make docs` from the examples under `templates/problems`, each of which a test carries out.\n"
        "Every example starts from the clean register of `templates/problems/base.toml`, as of 2026-03-20 12:00.\n"
        "An *error* is something that somebody did or left undone, a *warning* what time alone brings.\n",
        "| code | name | severity | what it finds |\n|---|---|---|---|",
        *(f"| [{each.code}](#{each.code.lower()}) | {each.name} | {each.severity} | {each.title} |" for each in CHECKS),
        *(_chapter(each, written[each.code]) for each in CHECKS),
    ]
    return "\n".join(parts) + "\n"


def _chapter(check: Check, page: Page) -> str:
    waived = "may be waived" if check.waivable else "cannot be waived"
    changes = "\n".join(line for change in page.change for line in change.shown())
    parts = [
        f"\n## {check.code}\n",
        f"**{check.name}** ({check.severity}, {waived}): {check.title}.\n",
        f"* Why: {page.why}",
        f"* Rule: {page.rule}",
        f"* Mend: {page.mend}\n",
        page.story + (f"\n\n```diff\n{changes}\n```" if changes else ""),
        f"\n{_says(page)}\n\n```text\n" + "\n".join(page.reports) + "\n```",
        *(f"\nBeside it [{code}](#{code.lower()}) is reported: {why}." for code, why in page.beside.items()),
    ]
    return "\n".join(parts)
