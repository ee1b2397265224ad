"""The leak scan: decodes every container it opens, proves itself with controls."""

from plummer.expectations.scan.needles import Needle, read_needles
from plummer.expectations.scan.reduce import split_needles
from plummer.expectations.scan.report import Controls, Finding, ScanReport, Unopened
from plummer.expectations.scan.scanner import Scanner, scan
from plummer.expectations.scan.source import Limits

__all__ = [
    "Controls",
    "Finding",
    "Limits",
    "Needle",
    "ScanReport",
    "Scanner",
    "Unopened",
    "read_needles",
    "scan",
    "split_needles",
]
