"""Owns JUnit XML as the strict schema takes it: no file or line on a case, so the place stands in its text."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from complaint.render.reports import Finding, Report


def text(report: Report) -> str:
    """One suite: a case that says how many tickets were judged, then one for all that was found, passed or left out."""
    told = [*report.told, *report.passed]
    counts = {
        "tests": str(1 + len(told) + len(report.notes)),
        "failures": str(sum(report.fails(each) and not each.unjudged for each in report.told)),
        "errors": str(sum(each.unjudged for each in report.told)),
    }
    root = ET.Element("testsuites", {"name": f"complaint {report.check}", **counts})
    stamp = f"{report.as_of.astimezone(report.zone):%Y-%m-%dT%H:%M:%S}"
    skipped = str(len(report.notes))
    suite = ET.SubElement(root, "testsuite", {"name": report.check, **counts, "skipped": skipped, "timestamp": stamp})
    judged = ET.SubElement(suite, "testcase", {"classname": f"complaint.{report.check}", "name": "tickets judged"})
    ET.SubElement(judged, "system-out").text = report.summary()
    for each in told:
        _case(suite, report, each)
    for each in report.notes:
        case = ET.SubElement(suite, "testcase", {"classname": each.rule, "name": each.identity})
        ET.SubElement(case, "skipped", {"message": each.message})
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, report: Report, one: Finding) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": one.ticket or one.rule, "name": one.identity})
    place = f"{one.path}:{one.line}: {one.message}"
    if one.unjudged or report.fails(one):
        tag = "error" if one.unjudged else "failure"
        ET.SubElement(case, tag, {"type": one.rule, "message": one.message}).text = place
    else:
        ET.SubElement(case, "system-out").text = place
