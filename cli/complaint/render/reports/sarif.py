"""Owns SARIF 2.1.0, as code scanning and editors read it; an empty list of results closes old alerts."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from complaint import __version__
from complaint.render import shapes
from complaint.render.reports import Finding, Report, Rule, fingerprints

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def text(report: Report) -> str:
    """One run, whether anything was found or not."""
    rules = report.all_rules
    index = {rule.id: number for number, rule in enumerate(rules)}
    run: dict[str, Any] = {
        "tool": {"driver": {"name": "complaint", "version": __version__, "rules": [_rule(rule) for rule in rules]}},
        "automationDetails": {"id": f"complaint/{report.check}/{report.as_of.astimezone(report.zone).date()}"},
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not report.missed,
                "toolExecutionNotifications": [
                    {"level": each.level, "message": {"text": each.message}, "locations": [_location(each)]}
                    for each in report.told
                    if each.unjudged
                ]
                + [{"level": "warning", "message": {"text": each}} for each in report.noted],
            }
        ],
        "results": [_result(*each, index) for each in fingerprints(report.told)],
        "properties": {"tickets": report.tickets, "summary": report.summary()},
    }
    return shapes.dumped({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": "".join(part[:1].upper() + part[1:] for part in rule.name.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.text},
        "help": {"text": rule.help},
        "defaultConfiguration": {"level": rule.level},
        "properties": {"problem.severity": rule.level, "precision": "very-high"},
    }


def _result(one: Finding, mark: str, number: int, index: dict[str, int]) -> dict[str, Any]:
    return {
        "ruleId": one.rule,
        "ruleIndex": index[one.rule],
        "level": one.level,
        "message": {"text": one.message},
        "locations": [_location(one)],
        "partialFingerprints": {"primaryLocationLineHash": f"{mark}:{number}", "complaint/v1": f"{mark}:{number}"},
    }


def _location(one: Finding) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(one.path)},
            "region": {"startLine": one.line, "startColumn": one.column},
        }
    }
