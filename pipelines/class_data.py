"""A class-data-sharing archive: Spark's and Delta's classes, parsed and verified once at set-up.

A small job spends most of its time loading some 25,000 classes from 300 jars. The archive is made by
a training run (`plummer doctor --fetch-jars`), belongs to one Java, one pyspark and one place on disk,
and is only ever a saving: the JVM checks it at start and goes on without it where it does not fit.
"""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from plummer.pipelines.jars import JARS, cache_dir

_SILENT: Final = "-Xlog:cds=off -Xlog:cds+dynamic=off -Xlog:class+path=off"
_TIMEOUT: Final = 600
_KEPT: Final = 3
"""Archives of other places (a second clone, say) that stay; each takes some 200 MB."""
TRAINING: Final = "PLUMMER_CLASS_DATA_TRAINING"
"""Environment variable that makes a session write the archive it names when it ends."""


def archive_path() -> Path:
    """Where the archive for this Java, this pyspark and its place belongs, whether or not it is there."""
    import pyspark

    jars = Path(pyspark.__file__).parent / "jars"
    changed = max(path.stat().st_mtime_ns for path in jars.iterdir())
    parts = (_java(), pyspark.__version__, str(jars), str(changed), *JARS.values())
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return cache_dir() / "class-data" / f"{key}.jsa"


def java_options() -> str:
    """JVM options that use the archive, or write it while training; empty where there is neither."""
    training = os.environ.get(TRAINING)
    if training:
        return f"-XX:ArchiveClassesAtExit={training} {_SILENT}"
    archive = archive_path()
    return f"-XX:SharedArchiveFile={archive} -Xshare:auto {_SILENT}" if archive.is_file() else ""


def make_archive() -> bool:
    """Train and keep the archive unless it is there; the oldest ones go.

    Returns:
        Whether there is an archive now. Where none could be made, runs are slower and nothing else.
    """
    archive = archive_path()
    if archive.is_file():
        return True
    archive.parent.mkdir(parents=True, exist_ok=True)
    partial = archive.with_suffix(".part")
    with tempfile.TemporaryDirectory(prefix="plummer-training-") as scratch:
        _train(Path(scratch), partial)
    if not partial.is_file():
        return False
    partial.replace(archive)
    for old in sorted(archive.parent.glob("*.jsa"), key=lambda path: path.stat().st_mtime)[:-_KEPT]:
        old.unlink()
    return True


def _train(scratch: Path, partial: Path) -> None:
    command = [sys.executable, "-m", "plummer.pipelines.class_data_training", str(scratch)]
    environment = {**os.environ, TRAINING: str(partial)}
    subprocess.run(command, env=environment, capture_output=True, check=False, timeout=_TIMEOUT)  # noqa: S603


def _java() -> str:
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else "java"
    shown = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    return shown.stderr
