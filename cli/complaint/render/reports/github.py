"""Owns workflow commands of GitHub: one annotation a finding, worst first, and a notice that counts them."""

from __future__ import annotations

from complaint.render.reports import Finding, Report


def text(report: Report) -> str:
    """Annotations; a step shows only the first ten of each level."""
    rows = [_annotation(report.check, each) for each in report.told]
    rows += [f"::warning title=complaint {report.check}::{_data(each)}" for each in report.noted]
    return "\n".join([*rows, f"::notice title=complaint {report.check}::{_data(report.summary())}"]) + "\n"


def _annotation(check: str, one: Finding) -> str:
    place = {"file": one.path, "line": one.line, "col": one.column, "title": f"complaint {check} ({one.rule})"}
    told = ",".join(f"{key}={_property(str(value))}" for key, value in place.items())
    return f"::{one.level} {told}::{_data(one.message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
