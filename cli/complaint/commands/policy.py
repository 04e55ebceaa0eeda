"""Owns `policy`: list, show, check and test the rules of a register, or the packs that ship."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from complaint import clock, options
from complaint.core.errors import NotFound, allowed_words, nearest

if TYPE_CHECKING:
    from complaint.store.health import Rules


@click.group("policy", help="List, show, check and test the rules.")
def command() -> None:
    """The group."""


shipped = click.option("--shipped", is_flag=True, help="The packs that ship with this version, not the register's.")


def _rules(path: str | None, *, ask_shipped: bool) -> Rules:
    """The register's rules; outside a register, or if asked, the shipped ones."""
    from complaint.workspace import shipped_rules

    if ask_shipped:
        return shipped_rules()
    try:
        return options.opened(click.get_current_context(), path).rules()
    except NotFound:
        if path:
            raise
        return shipped_rules()


@command.command(
    "list", help="List the policies of the register (outside one: the packs that ship) with their editions."
)
@shipped
@options.as_json
@options.register
def list_(shipped: bool, as_json: bool, register_path: str | None) -> int:
    """Each edition, since when it is in force, and how many clauses it has."""
    from complaint.render import policies

    rules = _rules(register_path, ask_shipped=shipped)
    rows = [
        {
            "policy": file.edition.id,
            "edition": file.edition.edition,
            "effective_from": file.edition.effective_from.isoformat(),
            "clauses": len(file.edition.clauses),
            "title": file.edition.title["en"],
            "path": file.shown,
        }
        for file in rules.files
        if file.edition
    ]
    options.deliver(policies.policies(rows, as_json=as_json))
    return options.told_unread(rules.errors)


@command.command("show", help="Show a policy: its lists, hours and clauses; or one clause with its examples.")
@click.argument("name", metavar="[POLICY|CLAUSE]", default="")
@shipped
@options.as_json
@options.register
def show(name: str, shipped: bool, as_json: bool, register_path: str | None) -> int:
    """Every edition of that policy, or every clause with that id."""
    from complaint.render import policies

    rules = _rules(register_path, ask_shipped=shipped)
    sound = [file for file in rules.files if file.edition]
    names = tuple(dict.fromkeys(file.id for file in sound))
    clauses = tuple(clause.id for file in sound for clause in file.edition.clauses) if name not in names else ()  # type: ignore[union-attr]
    wanted = [file for file in sound if not name or file.id == name]
    if name and not wanted and name not in clauses:
        problems = options.told_unread(rules.errors)
        if any(file.id == name for file in rules.files):
            return problems
        raise NotFound(f'there is no policy or clause "{name}"', _nearest(name, names, clauses))
    options.deliver(policies.policy_pages(wanted or sound, "" if wanted else name, as_json=as_json))
    return options.told_unread(rules.errors)


def _nearest(name: str, policies: tuple[str, ...], clauses: tuple[str, ...]) -> str:
    near = nearest(name, (*policies, *clauses))
    return (
        f"did you mean {near}?" if near else f"policies: {', '.join(policies)}; `policy show POLICY` lists its clauses"
    )


@command.command(
    "check",
    help="Find every mistake in policies and calendars, with file, line and remedy. Exit code 1 if there is one.",
)
@shipped
@options.exit_zero
@options.as_json
@options.register
def check(shipped: bool, exit_zero: bool, as_json: bool, register_path: str | None) -> int:
    """Keys, values, references, precedence, hours that are too short, missing years, reviews that are due."""
    from complaint.render import policies

    rules = _rules(register_path, ask_shipped=shipped)
    today = clock.now().astimezone(rules.book.zone).date()
    problems = rules.problems(today)
    options.deliver(policies.policy_problems(problems, len(rules.files), as_json=as_json), nothing=not problems)
    return 1 if not exit_zero and any(problem.severity == "error" for problem in problems) else 0


@command.command("test", help="Run the worked examples of the policies. Exit code 1 if one fails.")
@click.argument("names", metavar="[POLICY]...", nargs=-1)
@shipped
@options.exit_zero
@options.as_json
@options.register
def test(names: tuple[str, ...], shipped: bool, exit_zero: bool, as_json: bool, register_path: str | None) -> int:
    """Each clause's examples against the edition that holds them."""
    from complaint.core import examples
    from complaint.render import policies
    from complaint.store.documents import line_of

    rules = _rules(register_path, ask_shipped=shipped)
    known = tuple(dict.fromkeys(file.id for file in rules.files))
    for name in names:
        if name not in known:
            raise NotFound(f'there is no policy "{name}"', allowed_words(name, known))
    rows: list[dict[str, Any]] = []
    for file in rules.files:
        if file.edition and (not names or file.id in names):
            for outcome in examples.run(file.edition, rules.book):
                path = ("clause", outcome.position[0], "example", outcome.position[1])
                line = line_of(file.text, path) if outcome.wrong else None
                rows.append(
                    {
                        "policy": file.id,
                        "clause": outcome.clause,
                        "example": outcome.name,
                        "passed": not outcome.wrong,
                        "wrong": outcome.wrong,
                        "path": file.shown,
                        "line": line,
                    }
                )
    options.deliver(policies.examples(rows, as_json=as_json), nothing=all(row["passed"] for row in rows))
    broken = options.told_unread(rules.errors)
    return broken or (1 if not exit_zero and any(not row["passed"] for row in rows) else 0)


@command.command(
    "trace",
    help="Trace every clause of the source texts to its pack, rule and examples. Exit code 1 if one is missing.",
)
@click.argument("pack", metavar="[PACK]", default="")
@options.exit_zero
@options.as_json
def trace(pack: str, exit_zero: bool, as_json: bool) -> int:
    """The shipped packs against the shipped list of clauses."""
    from complaint.render import policies
    from complaint.workspace import traced

    rows = traced()
    packs = tuple(dict.fromkeys(row.pack for row in rows))
    if pack and pack not in packs:
        raise NotFound(f'there is no pack "{pack}"', allowed_words(pack, packs))
    own = [row for row in rows if not pack or row.pack == pack]
    options.deliver(policies.traced(own, detailed=bool(pack), as_json=as_json))
    return 1 if not exit_zero and any(row.wrong for row in own) else 0


@command.command(
    "diff", help="Show what the policies as they are now change for open tickets, against those of a git revision."
)
@click.argument("revision", metavar="REV", default="HEAD")
@options.exit_zero
@options.formats("table", "json", "jsonl", "csv")
@options.asking
def diff(
    revision: str,
    exit_zero: bool,
    format_: str,
    as_json: bool,
    output: str | None,
    as_of: str | None,
    known_at: str | None,
    register_path: str | None,
) -> int:
    """Due moments and states before and after. Exit code 1 if something changes."""
    from complaint.judging import Compared
    from complaint.render import policies
    from complaint.render.answers import Frame

    shop = options.opened(click.get_current_context(), register_path)
    at = options.moment_of(shop, as_of, known_at)
    compared = Compared(shop, revision, at.as_of, at.known_at)
    frame = Frame(at.as_of, shop.settings.zone, "json" if as_json else format_, compared.unread)
    options.deliver(
        policies.compared(compared.rows, compared.tickets, revision, frame), output, nothing=not compared.rows
    )
    return options.told_unread(compared.unread) or (1 if compared.rows and not exit_zero else 0)
