"""Resources to run a view over: a release, a Delta table of resources, or a folder of FHIR files."""

import gzip
import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import msgspec

from plummer.schemas.errors import ExitCode, PlummerError

Resource = Mapping[str, Any]
_SUFFIXES: Final = (".ndjson", ".ndjson.gz", ".json", ".json.gz")
_BATCH: Final = 10_000


def resources(on: Path, kind: str) -> Iterator[Resource]:
    """The resources of a type; numbers with a fraction are Decimals, exactly as written.

    Args:
        on: a release's folder, the folder of a Delta table with ``resource_type`` and ``body``, a folder
            with NDJSON, JSON or their gz, or one such file.
        kind: resource type; files may hold others.

    Raises:
        PlummerError: ``view_source`` (exit 2) where nothing can be read; ``release_changed`` (5) where a
            release isn't as it was written.
    """
    if is_release(on):
        _verify(on)
        return of_release(on, kind)
    if (on / "_delta_log").is_dir():
        return _delta(on, kind)
    files = _files(on)
    if not files:
        raise PlummerError("view_source", "no release, table or FHIR file here", ExitCode.USAGE)
    return _of_files(files, kind)


def is_release(on: Path) -> bool:
    """Whether a folder is a release with resources."""
    return (on / "manifest.json").is_file() and (on / "resources" / "_delta_log").is_dir()


def of_release(release: Path, kind: str) -> Iterator[Resource]:
    """The resources of a type in a release that was verified before."""
    return _delta(release / "resources", kind)


def _verify(release: Path) -> None:
    from plummer.pipelines.manifest import verify

    if not verify(release).intact:
        raise PlummerError(
            "release_changed",
            "the release isn't as it was written: plummer release verify",
            ExitCode.INTEGRITY,
        )


def _delta(folder: Path, kind: str) -> Iterator[Resource]:
    import pyarrow.dataset as ds

    decode = _decoder()
    data = ds.dataset([str(path) for path in _parts(folder)], format="parquet")
    if not {"resource_type", "body"} <= set(data.schema.names):
        raise PlummerError("view_source", "the table isn't one of resources", ExitCode.USAGE)
    batches = data.to_batches(columns=["body"], filter=ds.field("resource_type") == kind, batch_size=_BATCH)
    for batch in batches:
        for body in batch.column(0):
            yield decode(body.as_py())


def _parts(folder: Path) -> list[Path]:
    """The files of a table's current version."""
    logs = sorted((folder / "_delta_log").glob("*.json"))
    if any((folder / "_delta_log").glob("*.checkpoint*")):
        return _parts_by_library(folder)
    live: dict[str, None] = {}
    for log in logs:
        for line in log.read_text(encoding="utf-8").splitlines():
            action = json.loads(line)
            if "remove" in action:
                live.pop(action["remove"]["path"], None)
            if "add" in action:
                live[action["add"]["path"]] = None
    return [folder / unquote(path) for path in live]


def _parts_by_library(folder: Path) -> list[Path]:
    try:
        from deltalake import DeltaTable
    except ImportError:
        raise PlummerError(
            "reader_missing", "a table with checkpoints needs deltalake: pip install 'plummer[research]'",
            ExitCode.MISSING_COMPONENT,
        ) from None  # fmt: skip
    return [Path(path) for path in DeltaTable(str(folder)).file_uris()]


def _files(on: Path) -> list[Path]:
    """FHIR files as a run would read them: nothing hidden, nothing of a gold folder."""
    if on.is_file():
        return [on]
    found = (path for path in on.rglob("*") if path.name.endswith(_SUFFIXES) and path.is_file())
    return sorted(path for path in found if not _left_out(path.relative_to(on).parts))


def _left_out(parts: tuple[str, ...]) -> bool:
    return any(part.startswith((".", "_")) for part in parts) or "gold" in parts[:-1]


def _of_files(files: list[Path], kind: str) -> Iterator[Resource]:
    decode = _decoder()
    for ordinal, path in enumerate(files, 1):
        at = [0]
        try:
            yield from _of_file(path, kind, decode, at)
        except (OSError, EOFError, ValueError, InvalidOperation, RecursionError):
            ref = f"file {ordinal}, line {at[0]}"
            raise PlummerError("view_source", "a file can't be read as FHIR", ExitCode.USAGE, ref) from None


def _of_file(path: Path, kind: str, decode: Any, at: list[int]) -> Iterator[Resource]:  # noqa: ANN401 (msgspec)
    """The resources of one file; ``at`` says the line that was read last."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        if ".ndjson" not in path.name:
            yield from _document(decode(file.read()), kind)
            return
        for at[0], record in enumerate(file, 1):
            if record.strip():
                yield from _document(decode(record), kind)


def _document(found: Any, kind: str) -> Iterator[Resource]:  # noqa: ANN401 (JSON)
    """The resources of a JSON file: itself, or the entries of a Bundle."""
    if not isinstance(found, dict):
        raise ValueError
    held = [entry.get("resource") for entry in found.get("entry") or ()] if _is_bundle(found) else [found]
    yield from (one for one in held if isinstance(one, dict) and one.get("resourceType") == kind)


def _is_bundle(found: Resource) -> bool:
    return found.get("resourceType") == "Bundle"


def _decoder() -> Any:  # noqa: ANN401 (msgspec's is generic)
    return msgspec.json.Decoder(float_hook=Decimal).decode
