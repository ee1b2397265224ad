"""Write a candidate: fresh Delta tables at version 0 in a staging folder that a rename makes a release.

A release is written once and never edited. Until the rename nobody can take it for one, and a folder
without a manifest isn't one. Rows are sorted by pseudonym, so neither row order nor file boundaries
tell the order in which patients were loaded (trust.md surface 18).
"""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from pyspark.sql import DataFrame, SparkSession

from plummer.pipelines import delta
from plummer.pipelines.content_hash import content_sha256
from plummer.pipelines.home import Home
from plummer.schemas.tables import RELEASE_TABLES, TableSpec

_ORDER: Final = {
    "events": ("subject_id", "seq"),
    "subjects": ("subject_id",),
    "codes": ("code",),
    "resources": ("subject_id", "resource_type", "resource_id"),
    "notes": ("subject_id", "note_id"),
}
_ROWS_PER_FILE: Final = 500_000


def stage_tables(spark: SparkSession, home: Home, staging: Path) -> dict[str, dict[str, object]]:
    """Write the five tables below a staging folder.

    Returns:
        Per table its rows and content hash.
    """

    def stage(name: str) -> dict[str, object]:
        spec = RELEASE_TABLES[name]
        count = delta.row_count(home, spec)
        delta.write_fresh(
            f"{staging.as_uri()}/{name}", spec, _sorted(delta.read(spark, home, spec), name, count)
        )
        return {"rows": count, "content_sha256": _hash(spark, staging / name, spec)}

    # two at a time: of small tables, planning takes longer than writing and uses one core
    with ThreadPoolExecutor(2, thread_name_prefix="plummer-release") as pool:
        facts = dict(zip(RELEASE_TABLES, pool.map(stage, RELEASE_TABLES), strict=True))
    drop_sidecars(staging)
    return facts


def _sorted(rows: DataFrame, name: str, count: int) -> DataFrame:
    files = max(1, -(-count // _ROWS_PER_FILE))
    order = _ORDER[name]
    spread = rows.coalesce(1) if files == 1 else rows.repartitionByRange(files, order[0])
    return spread.sortWithinPartitions(*order)


def _hash(spark: SparkSession, folder: Path, spec: TableSpec) -> str:
    return content_sha256(delta.read_uri(spark, folder.as_uri(), spec))


def drop_sidecars(folder: Path) -> None:
    """Remove Hadoop's hidden checksum files; the manifest takes their place."""
    for path in folder.rglob(".*.crc"):
        path.unlink()


def seal(staging: Path, target: Path) -> None:
    """Make files read-only with a fixed time, then rename the folder into place."""
    for root, _, names in os.walk(staging):
        for name in names:
            path = Path(root) / name
            path.chmod(0o440)
            os.utime(path, (0, 0))
    target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    staging.replace(target)


def clear_staging(releases: Path) -> None:
    """Remove what killed runs left behind; only folders this module names are touched."""
    for leftover in releases.glob(".staging-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def next_version(present: list[str]) -> str:
    """The version after those present: a new minor version.

    Example:
        >>> next_version([]), next_version(["1.0.0", "1.10.0", "1.9.0"])
        ('1.0.0', '1.11.0')
    """
    if not present:
        return "1.0.0"
    major, minor, _ = max(tuple(int(part) for part in version.split(".")) for version in present)
    return f"{major}.{minor + 1}.0"
