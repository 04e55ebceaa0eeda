"""Owns how other people's programs read each CI format; each reader refuses what is not valid.

`found(format, text)` gives the findings as (level, path, line, message), level being what the format can tell.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import jsonschema
import xmlschema
from junitparser import JUnitXml
from prometheus_client.parser import text_string_to_metric_families
from tap.parser import Parser

SCHEMAS = Path(__file__).parent / "render" / "schemas"
SARIF = jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8")))
GITLAB = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "gitlab-code-quality.json").read_text(encoding="utf-8")))
JUNIT = xmlschema.XMLSchema10(str(SCHEMAS / "junit-10.xsd"))
NAMES_OF_COMMANDS = {
    "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "internal-set-repo-path",
    "notice", "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning",
}  # fmt: skip


class Command(NamedTuple):
    """A command that the runner of GitHub would obey."""

    name: str
    properties: dict[str, str]
    data: str


def command(line: str) -> Command | None:
    """What the runner makes of a line of output, as ActionCommand.cs does: `::name k=v,…::data`, or `##[name]data`."""
    bare = line.replace("\u00ad", "")  # comparing by culture overlooks soft hyphens
    return _second_form(line.lstrip()) or _second_form(bare.lstrip()) or _first_form(bare)


def _second_form(line: str) -> Command | None:
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, told = line[2:end].partition(" ")
    pairs = (each.split("=", 1) for each in told.strip().split(",") if each)
    if name not in NAMES_OF_COMMANDS:
        return None
    marks = (("\r", "%0D"), ("\n", "%0A"), (":", "%3A"), (",", "%2C"), ("%", "%25"))
    properties = {pair[0]: _unescaped(pair[1], marks) for pair in pairs if len(pair) == 2 and pair[1]}
    return Command(name, properties, _unescaped(line[end + 2 :], (*marks[:2], marks[4])))


def _first_form(line: str) -> Command | None:
    azure = re.search(r"##vso\[([a-z.]+)[^]]*\](.*)", line, re.IGNORECASE)
    if azure:
        return Command(azure[1], {}, azure[2])
    found = re.search(r"##\[([^] ]*)[^]]*\](.*)", line)
    return Command(found[1], {}, found[2]) if found else None


def _unescaped(text: str, marks: tuple[tuple[str, str], ...]) -> str:
    for token, mark in marks:
        text = text.replace(mark, token)
    return text


def commands(text: str) -> list[Command]:
    """Everything in an output that a runner would obey."""
    return [obeyed for line in re.split(r"\r\n|\r|\n", text) if (obeyed := command(line))]


def github(text):
    obeyed = commands(text)
    assert len(obeyed) == len(text.splitlines()), "a line is no command"
    assert obeyed[-1].name == "notice"
    assert {each.name for each in obeyed[:-1]} <= {"error", "warning"}
    levels = [each.name for each in obeyed[:-1]]
    assert levels == sorted(levels), "worst first"
    return [
        (each.name, each.properties["file"], int(each.properties["line"]), each.data)
        for each in obeyed[:-1]
        if not each.data.startswith("not checked: ")
    ]


def gitlab(text):
    issues = json.loads(text)
    GITLAB.validate(issues)
    marks = [each["fingerprint"] for each in issues]
    assert len(set(marks)) == len(marks)
    level = {"critical": "error", "major": "error", "minor": "warning"}
    return [
        (
            level[each["severity"]],
            each["location"]["path"],
            each["location"]["lines"]["begin"],
            each["description"].removeprefix(each["check_name"] + ": "),
        )
        for each in issues
        if each["severity"] != "info"
    ]


def sarif(text):
    log = json.loads(text)
    SARIF.validate(log)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        assert {"id", "name", "shortDescription", "fullDescription", "help", "defaultConfiguration"} <= rule.keys()
    for each in run["results"]:
        assert rules[each["ruleIndex"]]["id"] == each["ruleId"]
        assert len(each["partialFingerprints"]) == 2
    marks = [each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]]
    assert len(set(marks)) == len(marks)
    return [_sarif_result(each) for each in run["results"]]


def _sarif_result(each):
    place = each["locations"][0]["physicalLocation"]
    uri = place["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9._~/%-]*", uri), "not percent-encoded"
    return each["level"], unquote(uri), place["region"]["startLine"], each["message"]["text"]


def junit(text):
    JUNIT.validate(text)
    cases = [case for suite in JUnitXml.fromstring(text.encode()) for case in suite]
    names = [(case.classname, case.name) for case in cases]
    assert len(set(names)) == len(names), "GitLab shows only one of two cases of the same name"
    found = []
    for case in cases:
        for result in case.result:
            if case.is_skipped:
                continue
            path, line, _ = re.fullmatch(r"(.*?):([0-9]+): (.*)", result.text, re.DOTALL).groups()
            found.append(("error", path, int(line), result.message))
    return found


def checkstyle(text):
    root = ET.fromstring(text)  # noqa: S314 - our own text
    assert root.tag == "checkstyle"
    return [
        (each.get("severity"), file.get("name"), int(each.get("line")), each.get("message"))
        for file in root.findall("file")
        for each in file.findall("error")
    ]


def tap(text):
    lines = list(Parser().parse_text(text))
    results = [line for line in lines if line.category == "test"]
    (plan,) = (line for line in lines if line.category == "plan")
    assert plan.expected_tests == len(results)
    assert {line.category for line in lines} == {"version", "plan", "test"}
    assert not any(line.todo or (line.skip and line.description != "- not-checked") for line in results)
    told = [line.yaml_block for line in results if not line.ok]
    return [(each["severity"], each["file"], each["line"], each["message"]) for each in told]


PLACED = {
    "github": github, "gitlab": gitlab, "sarif": sarif, "junit": junit, "checkstyle": checkstyle, "tap": tap,
}  # fmt: skip


def prometheus(text):
    """The samples by name and labels; no sample may carry a time, no series may stand twice."""
    assert text.endswith("\n")
    samples = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    series = {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for sample in samples}
    assert len(series) == len(samples)
    assert all(sample.timestamp is None for sample in samples)
    return series


PERFORMANCE = re.compile(r"('[^'=|]+'|[A-Za-z_]+)=([0-9]+)(;[0-9]*){0,4}")


def nagios(text):
    """The state, the text and the numbers of a plugin's line, by the guidelines of the monitoring plugins."""
    assert text.count("\n") == 1
    told, _, data = text.rstrip("\n").partition(" | ")
    assert "|" not in told
    state = re.fullmatch(r"COMPLAINT(?: [A-Z]+)? (OK|WARNING|CRITICAL|UNKNOWN): (.+)", told)
    assert PERFORMANCE.sub("", data).strip() == ""
    return state[1], state[2], {name.strip("'"): int(value) for name, value, _ in PERFORMANCE.findall(data)}
