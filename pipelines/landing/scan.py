"""The light first look: newlines of a range, the integrity of a large gzip, what the file is."""

from typing import BinaryIO

from plummer.pipelines import storage
from plummer.pipelines.landing import gzipped
from plummer.pipelines.landing.forms import sniff
from plummer.pipelines.landing.framing import count_newlines
from plummer.pipelines.landing.limits import SNIFF
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.tasks import ReadTask, ScanResult


def scan(task: ReadTask) -> ScanResult:
    """Look at one task's range before any row of its file is made."""
    try:
        with storage.open_binary(task.uri) as stream:
            if task.form.endswith(".gz"):
                return ScanResult(task.path, task.start, 0, _scan_gzip(stream), "")
            if task.start == 0:
                sniff(stream.read(SNIFF), lines=True)
            stream.seek(task.start)
            newlines = count_newlines(stream, task.end - task.start)
            return ScanResult(task.path, task.start, newlines, 0, "")
    except Refused as no:
        return ScanResult(task.path, task.start, 0, 0, no.reason)


def _scan_gzip(stream: BinaryIO) -> int:
    inside = gzipped.verify(stream)
    stream.seek(0)
    sniff(gzipped.GzipReader(stream).read(SNIFF), lines=True)
    return inside
