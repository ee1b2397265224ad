"""The compliance report, rendered from typed and value-free results."""

from plummer.expectations.report.data import (
    Accounting,
    Fidelity,
    Input,
    LeakScan,
    Notes,
    Policy,
    ReferenceCount,
    Release,
    ReportData,
    RuleCount,
    SecondOpinion,
    Timeline,
)
from plummer.expectations.report.render import render_html, to_json

__all__ = [
    "Accounting",
    "Fidelity",
    "Input",
    "LeakScan",
    "Notes",
    "Policy",
    "ReferenceCount",
    "Release",
    "ReportData",
    "RuleCount",
    "SecondOpinion",
    "Timeline",
    "render_html",
    "to_json",
]
