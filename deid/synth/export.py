"""Writing the synthetic export: NDJSON by resource type, and the gold beside it."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from plummer.deid.synth import administrative, needles
from plummer.deid.synth.fhir import Json, encode
from plummer.deid.synth.notes import GoldSpan
from plummer.deid.synth.people import Person
from plummer.deid.synth.records import Record, Written, draw_record
from plummer.deid.synth.site import draw_site
from plummer.schemas.errors import ExitCode, PlummerError


@dataclass(frozen=True, slots=True)
class SynthSummary:
    """What was written.

    Attributes:
        patients: number of patients.
        resources: rows by resource type, sorted by type.
        notes: rows of ``gold/spans.jsonl``.
        spans: planted identifiers in the notes.
        needles: rows of ``gold/needles.jsonl``.
    """

    patients: int
    resources: Mapping[str, int]
    notes: int
    spans: int
    needles: int


@dataclass(slots=True)
class _Output:
    """Open files and counts of one export."""

    folder: Path
    stack: ExitStack
    files: dict[str, BinaryIO] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def line(self, name: str, data: bytes) -> None:
        """Append a line to a file of the export."""
        if name not in self.files:
            self.files[name] = self.stack.enter_context((self.folder / name).open("wb"))
        self.files[name].write(data)
        self.counts[name] += 1

    def resources(self, resources: Iterable[Json]) -> None:
        """Append resources to the files of their types."""
        for resource in resources:
            self.line(f"{resource['resourceType']}.ndjson", encode(resource))

    def needles(self, found: Iterable[needles.Needle]) -> None:
        """Append needles, numbered through the export."""
        for needle in found:
            id_ = f"s{self.counts['gold/needles.jsonl'] + 1}"
            row = {"id": id_, "value": needle.value, "kind": needle.kind}
            self.line("gold/needles.jsonl", encode({**row, "resource": needle.resource, "path": needle.path}))


def _gold_span(span: GoldSpan) -> dict[str, Any]:
    row = {"start": span.start, "end": span.end, "type": span.type, "known": span.known}
    return {**row, "origin": span.origin} if span.origin else row


def _gold_row(person: Person, written: Written) -> bytes:
    head = {"id": written.id, "resource": f"DocumentReference/{written.id}", "patient_id": person.id}
    spans = [_gold_span(span) for span in written.note.spans]
    return (
        msgspec.json.encode({**head, "style": written.note.style, "text": written.note.text, "spans": spans})
        + b"\n"
    )


def _check(patients: int, out: Path) -> None:
    if patients < 1:
        raise PlummerError("patients_not_positive", "ask for at least one patient", ExitCode.USAGE)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise PlummerError("out_not_empty", "the output folder must be new or empty", ExitCode.USAGE)


def _patient(output: _Output, record: Record) -> int:
    """Write one record; the number of its spans."""
    output.resources(record.resources)
    for written in record.notes:
        output.line("gold/spans.jsonl", _gold_row(record.story.person, written))
    output.needles(needles.of_record(record))
    return sum(len(written.note.spans) for written in record.notes)


def generate(
    patients: int, seed: int, out: Path, *, progress: Callable[[int, int], None] | None = None
) -> SynthSummary:
    """Write a synthetic FHIR R4 bulk export with rich notes; the same seed gives the same bytes.

    Patient i is the same whatever the number of patients; staff and facilities belong to the seed.
    Memory does not grow with the number of patients.

    Args:
        patients: how many, at least 1.
        seed: any integer.
        out: a folder that is absent or empty. Gets ``<Type>.ndjson``, ``gold/spans.jsonl`` (one row
            per note, offsets in code points, half-open) and ``gold/needles.jsonl``.
        progress: called with (done, patients) after each patient.

    Raises:
        PlummerError: ``patients_not_positive`` or ``out_not_empty``, both exit code 2.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     summary = generate(1, 7, Path(folder))
        >>> summary.patients, summary.resources["Patient"], summary.notes > 2
        (1, 1, True)
    """
    _check(patients, out)
    (out / "gold").mkdir(parents=True)
    site = draw_site(random.Random(f"{seed}:site"))  # noqa: S311 (reproducible, not secret)
    spans = 0
    with ExitStack() as stack:
        output = _Output(out, stack)
        common = administrative.shared(site)
        output.resources(common)
        output.needles(dict.fromkeys(needle for r in common for needle in needles.of_resource(r)))
        for index in range(patients):
            spans += _patient(output, draw_record(seed, index, site))
            if progress is not None:
                progress(index + 1, patients)
    return _summary(patients, output.counts, spans)


def _summary(patients: int, counts: Counter[str], spans: int) -> SynthSummary:
    resources = {name[:-7]: n for name, n in sorted(counts.items()) if name.endswith(".ndjson")}
    return SynthSummary(patients, resources, counts["gold/spans.jsonl"], spans, counts["gold/needles.jsonl"])
