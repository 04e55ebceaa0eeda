"""Owns JUnit XML as the strict schema takes it: no file or line on a case, so the place stands in its text."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from complaint.render.reports import UNREAD, Finding, Report


def text(report: Report) -> str:
    """One suite: a case that says how many tickets were judged, then one for everything found or passed."""
    told = [*report.told, *report.passed]
    counts = {
        "tests": str(1 + len(told)),
        "failures": str(sum(report.fails(each) for each in report.findings)),
        "errors": str(len(report.unread)),
    }
    root = ET.Element("testsuites", {"name": f"complaint {report.check}", **counts})
    stamp = f"{report.as_of.astimezone(report.zone):%Y-%m-%dT%H:%M:%S}"
    suite = ET.SubElement(root, "testsuite", {"name": report.check, **counts, "skipped": "0", "timestamp": stamp})
    judged = ET.SubElement(suite, "testcase", {"classname": f"complaint.{report.check}", "name": "tickets judged"})
    ET.SubElement(judged, "system-out").text = report.summary()
    for each in told:
        _case(suite, report, each)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, report: Report, one: Finding) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": one.ticket or one.rule, "name": one.identity})
    place = f"{one.path}:{one.line}: {one.message}"
    if one.rule == UNREAD.id or report.fails(one):
        tag = "error" if one.rule == UNREAD.id else "failure"
        ET.SubElement(case, tag, {"type": one.rule, "message": one.message}).text = place
    else:
        ET.SubElement(case, "system-out").text = place
