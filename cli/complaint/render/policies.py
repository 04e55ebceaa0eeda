"""Owns policies as text: lists, pages, findings, examples, the trace of clauses, what a change of policy changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from complaint.core.moments import people
from complaint.core.obligations import Change, Obligation
from complaint.core.policy import TIMED, Clause, Policy
from complaint.core.text import show
from complaint.core.tracing import Traced, totals
from complaint.render import answers, shapes
from complaint.render.shapes import Row
from complaint.store.health import Problem
from complaint.store.rules import PolicyFile


def policies(rows: Sequence[Row], *, as_json: bool) -> str:
    """complaint.policy/1 with the editions, or a table."""
    if as_json:
        return shapes.dumped({"schema": "complaint.policy/1", "policies": list(rows)})
    return answers.table(
        [list(row.values()) for row in rows], ("policy", "edition", "in force from", "clauses", "title", "file")
    )


def policy_pages(files: Sequence[PolicyFile], clause_id: str, *, as_json: bool) -> str:
    """complaint.policy/1 with whole documents; or pages for people: a policy's clauses, or one clause in full."""
    editions = [(file, file.edition) for file in files if file.edition]
    if as_json:
        documents = [
            {
                **edition.document,
                "clause": [clause.keys for clause in edition.clauses if not clause_id or clause.id == clause_id],
            }
            for _, edition in editions
        ]
        return shapes.dumped({"schema": "complaint.policy/1", "policies": documents})
    if clause_id:
        return "\n".join(
            _clause_page(edition, clause)
            for _, edition in editions
            for clause in edition.clauses
            if clause.id == clause_id
        )
    return "\n".join(_policy_page(file.shown, edition) for file, edition in editions)


def _policy_page(shown: str, edition: Policy) -> str:
    head = f"{edition.id} {edition.edition}: {_titles(edition.title)}\nfile: {shown}\n"
    head += f"in force from {edition.effective_from}; source: {edition.source}\n\n"
    for name in ("channel", "severity", "flag", "source", "step"):
        head += f"{name + ':':10} {', '.join(edition.words(name))}\n"
    for name, hours in edition.document.get("calendar", {}).items():
        head += f"hours {name}: {_plain({key: value for key, value in hours.items() if key != 'title'}) or 'unset'}\n"
    facts = sorted({str(clause.keys["allow"]["until"]) for clause in edition.clauses if _told_by_about(clause)})
    head += f"facts that limits are read from: {', '.join(facts)}\n" if facts else ""
    cells = [(clause.id, clause.kind, _allowed(clause), clause.title["en"], clause.cite) for clause in edition.clauses]
    return (
        show(head, lines=True) + "\n" + answers.table(cells, ("clause", "kind", "allows", "title", "where it stands"))
    )


def _told_by_about(clause: Clause) -> bool:
    return str(clause.keys.get("allow", {}).get("until", "")).startswith("about.")


def _clause_page(edition: Policy, clause: Clause) -> str:
    lines = [
        f"{clause.id}  {clause.kind}  ({edition.id} {edition.edition})",
        _titles(clause.title),
        f"{edition.source}: {clause.cite}",
    ]
    lines += [
        f"  {key}: {show(_plain(value))}"
        for key, value in clause.keys.items()
        if key not in ("id", "kind", "title", "cite", "example")
    ]
    lines += [f"  example: {example['name']}" for example in clause.keys.get("example", ())]
    return "\n".join(show(line) for line in lines) + "\n"


def _titles(title: Mapping[str, str]) -> str:
    return " / ".join(title.values())


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {_plain(item)}" for key, item in value.items())
    return "; ".join(_plain(item) for item in value) if isinstance(value, list) else str(value)


def _allowed(clause: Clause) -> str:
    allow = clause.keys.get("allow")
    if allow:
        return _plain({key: value for key, value in allow.items() if key != "calendar"}) + (
            f" in {allow['calendar']}" if "calendar" in allow else ""
        )
    return "unset" if clause.kind in TIMED and "configures" not in clause.keys else ""


def policy_problems(problems: Sequence[Problem], files: int, *, as_json: bool) -> str:
    """The findings of `policy check`: one place, what, and how to mend it."""
    if as_json:
        rows = [
            {
                "path": each.path,
                "line": each.line,
                "severity": each.severity,
                "message": each.message,
                "help": each.help,
            }
            for each in problems
        ]
        return shapes.dumped({"schema": "complaint.policy/1", "files": files, "problems": rows})
    told = "".join(
        f"{show(each.path)}:{each.line}: {each.severity}: {show(each.message)}\n  {show(each.help)}\n"
        for each in problems
    )
    errors = sum(each.severity == "error" for each in problems)
    warnings = answers.count(len(problems) - errors, "warning")
    return told + f"{answers.count(files, 'policy file')} checked: {answers.count(errors, 'error')}, {warnings}\n"


def examples(rows: Sequence[Row], *, as_json: bool) -> str:
    """The outcome of `policy test`: what failed, then the count."""
    failed = [row for row in rows if not row["passed"]]
    if as_json:
        return shapes.dumped({"schema": "complaint.policy/1", "examples": list(rows)})
    told = "".join(
        show(f"{row['path']}:{row['line']}: {row['clause']}: {row['example']}: {row['wrong']}") + "\n" for row in failed
    )
    return told + f"{len(rows) - len(failed)} passed, {len(failed)} failed\n"


def traced(rows: Sequence[Traced], *, detailed: bool, as_json: bool) -> str:
    """The trace of every clause: all of them for programs and for one pack, else the totals and what is wrong."""
    sums = totals(rows)
    if as_json:
        return shapes.dumped(
            {"schema": "complaint.policy/1", "clauses": [row._asdict() for row in rows], "totals": sums}
        )
    text = ""
    if detailed:
        cells = [(row.id, row.tier, row.kind, row.status, row.rule, row.examples, row.source) for row in rows]
        text += answers.table(cells, ("clause", "tier", "kind", "status", "rule", "examples", "source")) + "\n"
    text += "".join(f"{row.id}: {row.wrong}\n" for row in rows if row.wrong)
    whole = {key: sum(each[key] for each in sums) for key in sums[0] if key != "pack"} if sums else {}
    told = answers.table([list(each.values()) for each in [*sums, {"pack": "all", **whole}]], ("pack", *whole))
    done = sum(row.status != "missing" for row in rows)
    sound = sum(row.status == "computed" and not row.wrong for row in rows)
    needed = sum(row.tier == "A" and row.status != "no rule" for row in rows)
    text += f"{told}{done} of {len(rows)} clauses accounted for; "
    return f"{text}{sound} of {needed} computed ones with passing examples\n"


def compared(rows: Sequence[Change], tickets_judged: int, revision: str, frame: answers.Frame) -> str:
    """complaint.policy/1 with what changes, or a table: due moments and states before and after."""
    zone = frame.zone
    if frame.how != "table":
        found = [
            {
                "ticket": row.ticket,
                "clause": row.clause,
                **{f"{key}_before": value for key, value in _standing(row.before, zone).items()},
                **{f"{key}_after": value for key, value in _standing(row.after, zone).items()},
            }
            for row in rows
        ]
        keys = ("ticket", "clause", "due_before", "state_before", "due_after", "state_after")
        return frame.rows("complaint.policy/1", "changes", found, keys, revision=revision, tickets=tickets_judged)
    cells = [(row.ticket, row.clause, _told(row.before, zone), _told(row.after, zone)) for row in rows]
    text = answers.table(cells, ("ticket", "clause", f"at {revision}", "now")) if cells else ""
    judged, changed = answers.count(tickets_judged, "open ticket"), answers.count(len(rows), "change")
    return f"{text}{judged} compared with {show(revision)}: {changed}\n"


def _standing(row: Obligation | None, zone: ZoneInfo) -> Row:
    return {"due": shapes.stamp(row.due_at, zone) if row else None, "state": row.state if row else None}


def _told(row: Obligation | None, zone: ZoneInfo) -> str:
    return f"{people(row.due_at, zone, limit=True)} {row.state}" if row else "-"
