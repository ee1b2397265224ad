"""Label sets, extracted by ACES from task configurations (https://eventstreamaces.readthedocs.io)."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType, SimpleNamespace
from typing import Any, Final

import pyarrow as pa

from plummer.pipelines.export.meds_format import LABELS, parquet_writer
from plummer.pipelines.export.tasks import ready_task, ready_tasks
from plummer.schemas.errors import ExitCode, PlummerError

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Task:
    """A task: the name of its folder of labels, and its configuration as YAML."""

    name: str
    text: str


def load_task(task: str) -> Task:
    """A task from a file, or one that comes with the package, by its name.

    Raises:
        PlummerError: ``task_missing`` or ``task_malformed`` (exit 2), ``aces_missing`` (exit 6).
    """
    path = Path(task)
    name, text = path.stem, None
    if not path.is_file() and task in ready_tasks():
        name, text = task, ready_task(task)
    try:
        text = path.read_text(encoding="utf-8-sig") if text is None else text
    except (OSError, UnicodeDecodeError):
        message = f"no such file, and no task of that name among {', '.join(ready_tasks())}"
        raise PlummerError("task_missing", message, ExitCode.USAGE) from None
    if _NAME.fullmatch(name) is None:
        raise _malformed("a task's file is named with letters, digits, _ and -")
    _parse(text)
    return Task(name, text)


def write_labels(folder: Path, tasks: Sequence[Task]) -> dict[str, int]:
    """Write ``labels/TASK/SPLIT/N.parquet`` for every shard of a data set, sorted by subject and time.

    Returns:
        Rows by task.

    Raises:
        PlummerError: ``task_failed`` (exit 2) where a task can't be carried out on the data.
    """
    counts = dict.fromkeys((task.name for task in tasks), 0)
    for task in tasks:
        for shard in sorted((folder / "data").rglob("*.parquet")):
            rows = _extract(task, shard)
            place = folder / "labels" / task.name / shard.relative_to(folder / "data")
            with parquet_writer(place, rows.schema) as writer:
                writer.write_table(rows)
            counts[task.name] += len(rows)
    return counts


def _parse(text: str) -> Any:  # noqa: ANN401 (a class of ACES)
    config = _aces("config")
    with TemporaryDirectory() as folder, _quiet():
        path = Path(folder) / "task.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            return config.TaskExtractorConfig.load(path)
        except Exception:  # whatever ACES and its YAML reader raise; their messages quote the file
            raise _malformed("not a task configuration of ACES") from None


def _extract(task: Task, shard: Path) -> pa.Table:
    predicates, query = _aces("predicates"), _aces("query")
    # read anew for every shard: a query changes the configuration, and the next would shift its windows
    config = _parse(task.text)
    with _quiet():
        try:
            place = SimpleNamespace(path=str(shard), standard="meds")
            found = query.query(config, predicates.get_predicates_df(config, place))
        except Exception:  # its messages may quote the data
            message = "ACES couldn't carry the task out on the data; try it with aces-cli"
            raise PlummerError("task_failed", message, ExitCode.USAGE, task.name) from None
    return _as_labels(found.to_arrow()) if len(found) else LABELS.empty_table()


def _as_labels(found: pa.Table) -> pa.Table:
    """Columns of ACES under MEDS's names; a task need not have a label, but must have a time."""
    if "index_timestamp" not in found.column_names:
        raise _malformed("a window of the task needs index_timestamp")
    names = {"subject_id": "subject_id", "index_timestamp": "prediction_time", "label": "boolean_value"}
    kept = {new: found.column(old) for old, new in names.items() if old in found.column_names}
    rows = pa.table({new: column.cast(LABELS.field(new).type) for new, column in kept.items()})
    return rows.sort_by([("subject_id", "ascending"), ("prediction_time", "ascending")])


def _aces(name: str) -> ModuleType:
    try:
        return import_module(f"aces.{name}")
    except ImportError:
        message = "labels need ACES: pip install 'es-aces>=0.7.3,<0.8'"
        raise PlummerError("aces_missing", message, ExitCode.MISSING_COMPONENT) from None


@contextmanager
def _quiet() -> Iterator[None]:
    """ACES tells of its work on the log, and of the data with it."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def _malformed(message: str) -> PlummerError:
    return PlummerError("task_malformed", message, ExitCode.USAGE)
