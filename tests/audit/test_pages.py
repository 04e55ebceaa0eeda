"""Holds every problem to its page: its example provokes it, nothing more, and not without its check."""

from __future__ import annotations

import re

import click
import pytest
from build_catalogue import CATALOGUE

from complaint.app import program
from complaint.auditing import Audited
from complaint.core import checks
from complaint.core.checks import BY_CODE, CHECKS
from complaint.render.catalogue import catalogue
from complaint.store.pages import TICKET, page, pages

CODES = [check.code for check in CHECKS]
UNREADABLE = ("F001", "F002", "F003", "F004", "F005", "F006", "F007", "F008", "L005", "Y001")  # not all was judged

# What finds the problems of files, rules and waivers, where no `find` of the check itself does.
PRODUCERS = {
    **dict.fromkeys(("F001", "F002", "F003", "F004", "F005", "F006", "F007"), "_unread"),
    "F008": "_duplicate_ids",
    "F009": "_duplicate_events",
    "F010": "_layout",
    "W002": "_idle",
    "W003": "_own",  # its other half, a waiver without a role, is provoked in tests/commands
    "Y001": "_rules",
    "Y002": "_editions",
    "Y003": "_rules",
    "Y004": "_setup",
    "Y006": "_setup",
    "Y007": "_loosened",
    **dict.fromkeys(("G001", "G002", "G003", "G004", "G005", "G006", "P002"), "prove"),
}


def test_the_register_that_examples_start_from_is_clean(lay_out, audit):
    lay_out()
    said = audit()
    assert (said.code, said.out, said.err) == (
        0,
        "2 tickets judged as of 2026-03-20 12:00: 0 errors, 0 warnings\n",
        "",
    )


def test_every_check_has_a_page_and_every_page_a_check():
    assert sorted(each.code for each in pages()) == sorted(CODES)


@pytest.mark.parametrize("code", CODES)
def test_the_example_provokes_exactly_what_its_page_says(code, lay_out, audit):
    example = page(code)
    lay_out(example)
    said = audit(*example.options)
    assert said.problems.get(code) == list(example.reports), said.out + said.err
    assert set(said.problems) == {code, *example.beside}
    severities = {BY_CODE[each].severity for each in said.problems}
    assert said.code == (2 if code in UNREADABLE else int("error" in severities)), said.err


def nothing(*_, **__):
    return iter(())


@pytest.mark.parametrize("code", CODES)
def test_without_its_check_the_problem_is_not_found(code, lay_out, audit, monkeypatch):
    example = page(code)
    lay_out(example)
    if code not in PRODUCERS:
        blind = tuple(each._replace(find=nothing) if each.code == code else each for each in CHECKS)
        monkeypatch.setattr("complaint.auditing.CHECKS", blind)
    else:
        monkeypatch.setattr(Audited, PRODUCERS[code], nothing)
    assert code not in audit(*example.options).problems


@pytest.mark.parametrize("code", CODES)
def test_explain_shows_the_page(code, audit):
    example, said = page(code), audit("--explain", code)
    assert said.code == 0
    shown = said.out.splitlines()
    assert shown[0].startswith(f"{code} {BY_CODE[code].name} ({BY_CODE[code].severity}; ")
    for line in (f"Why: {example.why}", f"Rule: {example.rule}", f"Mend: {example.mend}", f"Example: {example.story}"):
        assert line in shown
    assert all(f"    {line}" in shown for line in example.reports)


def test_a_check_is_explained_by_its_name_too(audit):
    assert audit("--explain", "header-differs").out == audit("--explain", "H001").out


@pytest.mark.parametrize("code", CODES)
def test_a_page_names_only_commands_and_options_that_there_are(code):
    mend = page(code).mend
    for name, rest in re.findall(r"`complaint ([a-z]+)([^`]*)`", mend):
        command = program.get_command(click.Context(program), name)
        known = {text for parameter in command.params for text in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", rest)) <= known, name
    assert "complaint " not in re.sub(r"`[^`]*`", "", mend), "a command stands without its marks"


def test_the_catalogue_is_what_the_pages_make():
    assert CATALOGUE.read_text(encoding="utf-8") == catalogue(pages()), "run `make docs`"


def test_a_content_that_a_clause_wants_clean_is_looked_through_too(lay_out, audit):
    folder = lay_out()
    ticket, rules = folder / TICKET, folder / "complaints.d/policies/house-1.toml"
    text = ticket.read_text(encoding="utf-8").replace(
        "\n\n[complainant]", '\ncontent = "Ring 13800000001"\n\n[complainant]'
    )
    ticket.write_text(text, encoding="utf-8")
    assert audit().problems == {}
    asked = rules.read_text(encoding="utf-8").replace('clean = ["summary"]', 'clean = ["content"]')
    rules.write_text(asked, encoding="utf-8")
    assert ["the content holds a telephone or identity number" in row for row in audit().problems["P001"]] == [
        True,
        False,
    ]


def test_every_code_of_the_list_can_be_selected_by_its_first_letter():
    assert {code for letter in "FHSRTMLPYWG" for code in checks.selected([letter], where="")} == set(CODES)
