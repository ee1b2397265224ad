"""The quarantine as a person sees it: refused units by a reference that carries no value.

Read without Spark. A reference is ``LOAD:FILE:LINE`` or ``LOAD:FILE:LINE:ENTRY``: the load's id, the number
of the file among the load's files in order of their paths (from 1), the physical line (0 = the whole file)
and the entry of a Bundle.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow.parquet as pq

from plummer.pipelines import storage
from plummer.pipelines.delta_log import files, latest_version
from plummer.pipelines.home import Home
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import LOADS, QUARANTINE, TableSpec

_LISTED: Final = ("load_id", "file", "line", "entry", "reason", "bytes")
_SHOWN: Final = ("site", *_LISTED, "content_sha256", "body")


@dataclass(frozen=True, slots=True)
class Unit:
    """One refused unit.

    Attributes:
        ref: what `show` takes.
        reason: stable code.
        size: bytes of what was refused.
        file: path below the source; may name a person, so it is shown with the record only.
        body: the refused bytes, where they were asked for and kept.
    """

    ref: str
    reason: str
    size: int
    file: str = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


def units(home: Home, reason: str = "") -> list[Unit]:
    """Every refused unit of the landings that count, by reference; of one reason where it is given.

    Raises:
        PlummerError: ``home_missing`` (exit 2).
    """
    found = (_unit(row, ordinals) for row, ordinals in _rows(home, _LISTED))
    return sorted((unit for unit in found if reason in ("", unit.reason)), key=_place)


def show(home: Home, ref: str) -> list[Unit]:
    """The units with a reference, with their bytes: several where one entry holds a Bundle.

    Raises:
        PlummerError: ``refused_unknown`` (exit 2) where there is none.
    """
    found = [unit for row, ordinals in _rows(home, _SHOWN) if (unit := _unit(row, ordinals)).ref == ref]
    if not found:
        message = "nothing is refused under this reference; `plummer quarantine list` has them"
        raise PlummerError("refused_unknown", message, ExitCode.USAGE)
    return found


def _place(unit: Unit) -> tuple[str, list[int], str]:
    load, *numbers = unit.ref.split(":")
    return load, [int(number) for number in numbers], unit.reason


def _rows(home: Home, columns: Sequence[str]) -> Iterator[tuple[dict[str, Any], dict[str, int]]]:
    """Rows of the quarantine, each with the numbers of its load's files."""
    if latest_version(home.table(LOADS)) < 0:
        message = "there is no home with landed data here; `plummer run` or `plummer demo` makes one"
        raise PlummerError("home_missing", message, ExitCode.USAGE)
    loads: dict[str, set[str]] = {}
    for row in _read(home, LOADS, ("load_id", "file")):
        loads.setdefault(row["load_id"], set()).add(row["file"])
    numbers = {load: {file: n for n, file in enumerate(sorted(paths), 1)} for load, paths in loads.items()}
    for row in _read(home, QUARANTINE, columns):
        # rows of a landing that was cut off don't count until it is done
        if row["load_id"] in numbers:
            yield row, numbers[row["load_id"]]


def _read(home: Home, spec: TableSpec, columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    if latest_version(home.table(spec)) < 0:
        return
    for uri in files(home.table(spec)):
        with storage.open_binary(uri) as stream, pq.ParquetFile(stream) as table:
            for batch in table.iter_batches(batch_size=1024, columns=list(columns)):
                yield from batch.to_pylist()


def _unit(row: dict[str, Any], ordinals: dict[str, int]) -> Unit:
    entry = "" if row["entry"] is None else f":{row['entry']}"
    ref = f"{row['load_id']}:{ordinals.get(row['file'], 0)}:{row['line']}{entry}"
    return Unit(ref, row["reason"], row["bytes"], row["file"], row.get("body"))
