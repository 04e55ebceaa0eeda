"""Owns Prometheus' text format, without timestamps, as node_exporter's textfile collector wants it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from complaint.render.reports import Gauge, Report


def text(report: Report) -> str:
    """Gauges; the moment of the last success is 0 where not everything could be judged, so that its alert goes off."""
    check = {"check": report.check}
    levels = [({**check, "level": level}, float(report.count(level))) for level in ("error", "warning")]
    success = 0.0 if report.missed else report.as_of.timestamp()
    gauges = [
        Gauge("complaint_check_findings", "What the check found, by level.", levels),
        Gauge("complaint_check_tickets", "Tickets that were judged.", [(check, report.tickets)]),
        Gauge("complaint_check_unreadable", "What could not be judged.", [(check, report.missed)]),
        Gauge("complaint_check_not_checked", "Checks that were not carried out.", [(check, len(report.notes))]),
        Gauge(
            "complaint_check_last_success_timestamp_seconds",
            "When everything could be judged last, in Unix time; 0 if not this time.",
            [(check, success)],
        ),
        *report.gauges,
    ]
    return "\n".join(line for gauge in gauges for line in _lines(gauge)) + "\n"


def _lines(gauge: Gauge) -> Iterator[str]:
    yield f"# HELP {gauge.name} {gauge.help}"
    yield f"# TYPE {gauge.name} gauge"
    totals: defaultdict[str, float] = defaultdict(float)
    for labels, value in gauge.samples:  # Prometheus refuses a file that names a series twice
        totals[_labels(labels)] += value
    for labels_told, total in totals.items():
        yield f"{gauge.name}{{{labels_told}}} {total:.17g}"


def _labels(labels: Mapping[str, str]) -> str:
    return ",".join(f'{key}="{_escaped(value)}"' for key, value in labels.items())


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
