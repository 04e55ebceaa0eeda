"""Owns checkstyle XML, which Jenkins and review bots read."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from complaint.render.reports import Report


def text(report: Report) -> str:
    """The findings by file; comments say how many tickets were judged, and what was not checked."""
    root = ET.Element("checkstyle", {"version": "10.0"})
    for line in (report.summary(), *report.noted):
        root.append(ET.Comment(f" {_comment(line)} "))
    files: dict[str, ET.Element] = {}
    for one in report.told:
        if one.path not in files:
            files[one.path] = ET.SubElement(root, "file", {"name": one.path})
        place = {"line": str(one.line), "column": str(one.column), "severity": one.level}
        ET.SubElement(files[one.path], "error", {**place, "message": one.message, "source": f"complaint.{one.rule}"})
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _comment(line: str) -> str:
    """Two hyphens would end a comment."""
    return line.replace("--", r"-\x2d")
