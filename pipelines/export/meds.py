"""A release as a MEDS 0.4 data set (`plummer export meds`)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any, Final, TypeVar

import pyarrow as pa

from plummer import __version__
from plummer.pipelines import progress
from plummer.pipelines.export import meds_format
from plummer.pipelines.export.labels import Task, write_labels
from plummer.pipelines.export.meds_codes import write_codes
from plummer.pipelines.export.meds_rows import RELEASED, Rows
from plummer.pipelines.export.meds_shards import Subjects, Written, write_shards
from plummer.pipelines.export.released import Released
from plummer.pipelines.export.staging import staged
from plummer.pipelines.manifest import canonical
from plummer.schemas.errors import ExitCode, PlummerError

SHARD_EVENTS: Final = 1_000_000
STEPS: Final = ("subjects", "events", "codes", "labels")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Exported:
    """What a data set holds; counts of rows and files.

    Attributes:
        subjects: subjects of the release.
        events: events of the data set.
        undated: events without a time that aren't static by nature.
        codes: rows of ``metadata/codes.parquet``.
        shards: files by split.
        labels: rows by task.
        flagged: events left out for their flags.
    """

    subjects: int
    events: int
    undated: int
    codes: int
    shards: dict[str, int]
    labels: dict[str, int] = field(default_factory=dict)
    flagged: int = 0


def export_meds(  # noqa: PLR0913 (one per choice)
    release: Released,
    out: Path,
    tasks: Sequence[Task] = (),
    *,
    shard_events: int = SHARD_EVENTS,
    drop_undated: bool = False,
    rows: Rows | None = None,
) -> Exported:
    """Write a release's timeline as MEDS: the same release gives the same bytes.

    Nothing is computed anew: times, births and ages are those of the release, so under time mode
    ``relative`` a time is 1970-01-01 plus whole days. The memory that it takes doesn't grow with the
    events; of subjects nine bytes each are kept, and of codes the text.

    Args:
        release: from `open_release`.
        out: folder that is absent or empty; it appears when the data set is whole.
        tasks: task configurations of ACES to extract labels with.
        shard_events: a shard with so many events takes no further subject.
        drop_undated: leave out events that lack a time without being static; MEDS has one form for both,
            and what is static may be used from the first day on.
        rows: how events are told: canonical units, known times, without what is flagged.

    Raises:
        PlummerError: ``out_not_empty``, ``out_in_release``, ``out_busy``, ``out_unwritable`` (exit 2);
            ``release_order``, ``release_subjects``, ``release_codes``, ``release_table``,
            ``code_of_text`` (exit 5).
    """
    if out.resolve().is_relative_to(release.folder.resolve()):
        raise PlummerError("out_in_release", "a release is never written to: another --out", ExitCode.USAGE)
    with staged(out) as folder:
        subjects = _timed("subjects", partial(_write_splits, folder, release))
        shard = partial(write_shards, shard_events=shard_events, drop_undated=drop_undated)
        told = rows or Rows()
        written = _timed("events", partial(_write_data, folder, release, subjects, told, shard))
        _require_all(release, written.events + written.undated * drop_undated + told.flagged)
        codes = _timed("codes", partial(_write_codes, folder, release, written))
        labels = _timed("labels", partial(write_labels, folder, tasks)) if tasks else {}
        # last, since it is what says that a folder is a data set
        (folder / "metadata" / "dataset.json").write_bytes(canonical(_describe(release, told)))
    counts = (len(subjects.ids), written.events, written.undated, codes)
    return Exported(*counts, dict(written.shards), labels, told.flagged)


def _write_splits(folder: Path, release: Released) -> Subjects:
    found = (batch.column(0).to_numpy() for batch in release.batches("subjects", ["subject_id"]))
    subjects = Subjects.of(found)
    names = pa.array(meds_format.SPLITS)
    path = folder / "metadata" / "subject_splits.parquet"
    with meds_format.parquet_writer(path, meds_format.SUBJECT_SPLITS) as writer:
        columns = [pa.array(subjects.ids), names.take(pa.array(subjects.splits))]
        writer.write_table(pa.table(columns, schema=meds_format.SUBJECT_SPLITS))
    return subjects


def _write_data(
    folder: Path, release: Released, subjects: Subjects, rows: Rows, shard: Callable[..., Written]
) -> Written:
    data = folder / "data"
    data.mkdir()
    there = release.columns("events")
    batches = release.batches("events", [name for name in RELEASED if name in there])
    return shard(data, rows.of(batches), subjects)


def _require_all(release: Released, events: int) -> None:
    if events != release.facts["tables"]["events"]["rows"]:
        message = "the events read aren't as many as the release's manifest says"
        raise PlummerError("release_table", message, ExitCode.INTEGRITY, "events")


def _write_codes(folder: Path, release: Released, written: Written) -> int:
    batches = release.batches("codes", ("code", "description", "parents"))
    return write_codes(folder / "metadata" / "codes.parquet", batches, written.codes)


def _describe(release: Released, rows: Rows) -> dict[str, Any]:
    facts = release.facts
    return {
        "dataset_name": facts["name"],
        "dataset_version": facts["version"],
        "etl_name": "plummer",
        "etl_version": __version__,
        "meds_version": meds_format.MEDS_VERSION,
        "raw_source_id_columns": [],
        "code_modifier_columns": list(meds_format.MODIFIERS),
        "additional_value_modality_columns": [],
        "site_id_columns": [],
        "other_extension_columns": list(meds_format.EXTENSIONS),
        "plummer": {
            "manifest_sha256": release.manifest_sha256,
            "profile": facts["profile"],
            "policy_sha256": facts["policy"]["sha256"],
            "time_mode": facts["time_mode"],
            "time": "known" if rows.known else "happened",
            "units": "canonical" if rows.canonical else "received",
        },
    }


def _timed(step: str, work: Callable[[], T]) -> T:
    progress.started(step)
    began = perf_counter()
    done = work()
    progress.finished(step, perf_counter() - began, reused=False)
    return done
