"""The two Delta jars, fetched once by Spark's own resolver into the project's cache.

Only ``delta-spark`` and ``delta-storage`` are needed for tables by path. Afterwards ``spark.jars``
names the two files and no start touches a network.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from plummer.schemas.errors import ExitCode, PlummerError

COORDINATE: Final = "io.delta:delta-spark_4.1_2.13:4.4.0"
EXCLUDES: Final = (
    "io.unitycatalog:*,org.apache.logging.log4j:*,org.slf4j:*,com.google.code.findbugs:*,"
    "io.delta:delta-kernel-api,io.delta:delta-kernel-defaults,io.delta:delta-kernel-unitycatalog,"
    "org.roaringbitmap:*,com.fasterxml.jackson.core:*,com.fasterxml.jackson.datatype:*,"
    "org.apache.hadoop:*,org.apache.parquet:*"
)
_SHA256: Final = (
    "75a9400986853c061f5109f012547de2545a5759e5e752e5ef633dabe16a4f10",
    "c46735481fa8e326b0957be02b4420cbcab4b325bb08009b7f2045a95133f1cc",
)
_NAMES: Final = ("io.delta_delta-spark_4.1_2.13-4.4.0.jar", "io.delta_delta-storage-4.4.0.jar")
JARS: Final[Mapping[str, str]] = dict(zip(_NAMES, _SHA256, strict=True))
"""File name in the cache to sha256."""


def cache_dir() -> Path:
    """``PLUMMER_CACHE``, else ``plummer`` below the user's cache folder."""
    base = os.environ.get("PLUMMER_CACHE")
    if base:
        return Path(base)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "plummer"


def jar_paths() -> list[Path]:
    """The jars' places in the cache, whether or not they are there."""
    return [cache_dir() / "jars" / name for name in JARS]


def jars_ready() -> bool:
    """Whether both jars are in the cache with the pinned content."""
    return all(path.is_file() and _sha256(path) == JARS[path.name] for path in jar_paths())


def fetch_jars() -> list[Path]:
    """Bring the jars into the cache through Spark's resolver.

    Raises:
        PlummerError: ``jars_missing`` (exit 6) where the resolver can't bring them, ``jars_changed``
            (exit 5) where what came isn't what is pinned.
    """
    with tempfile.TemporaryDirectory(prefix="plummer-ivy-") as ivy:
        _resolve(Path(ivy))
        target = cache_dir() / "jars"
        target.mkdir(parents=True, exist_ok=True)
        for path in jar_paths():
            found = Path(ivy) / "jars" / path.name
            if not found.is_file():
                raise PlummerError(
                    "jars_missing",
                    "Spark's resolver could not bring the Delta jars; check the network, then run "
                    "`plummer doctor --fetch-jars`",
                    ExitCode.MISSING_COMPONENT,
                )
            if _sha256(found) != JARS[path.name]:
                raise PlummerError(
                    "jars_changed", "a Delta jar is not the pinned one", ExitCode.INTEGRITY, path.name
                )
            partial = path.with_suffix(".part")
            shutil.copyfile(found, partial)
            partial.replace(path)
    return jar_paths()


def _resolve(ivy: Path) -> None:
    submit = Path(sys.executable).with_name("spark-submit")
    script = ivy / "nothing.py"
    script.write_text("")
    command = [
        str(submit), "--master", "local[1]", "--packages", COORDINATE, "--exclude-packages", EXCLUDES,
        "--conf", f"spark.jars.ivy={ivy}", "--conf", "spark.ui.enabled=false", str(script),
    ]  # fmt: skip
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    subprocess.run(command, env=environment, capture_output=True, check=False, timeout=600)  # noqa: S603


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
