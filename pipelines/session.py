"""The one Spark session of a process."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from plummer.pipelines.jars import fetch_jars, jar_paths, jars_ready
from plummer.pipelines.spark_settings import SparkSettings, spark_conf
from plummer.schemas.errors import ExitCode, PlummerError


def java_version() -> int | None:
    """Major version of the Java that Spark would start, None where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None or not Path(java).exists():
        return None
    shown = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603
    for word in shown.stderr.replace('"', " ").split():
        if word[0].isdigit():
            major = word.split(".")
            return int(major[1] if major[0] == "1" else major[0].split("-")[0])
    return None


def require_java() -> None:
    """Refuse to start without a Java that Spark 4.1 runs on.

    Raises:
        PlummerError: ``java_missing`` or ``java_version`` (exit 6), with the command that mends it.
    """
    mend = "install one with `sudo apt-get install -y openjdk-17-jre-headless` and try again"
    version = java_version()
    if version is None:
        raise PlummerError("java_missing", f"no Java found; {mend}", ExitCode.MISSING_COMPONENT)
    if version not in range(17, 25):
        raise PlummerError(
            "java_version", f"Spark 4.1 needs Java 17 or 21; {mend}", ExitCode.MISSING_COMPONENT, str(version)
        )


def open_session(scratch: Path, settings: SparkSettings | None = None) -> SparkSession:
    """Start (or return) the session, with its local files in an empty scratch folder.

    Raises:
        PlummerError: ``java_missing``, ``java_version`` or ``jars_missing`` (exit 6).
    """
    active = SparkSession.getActiveSession()
    if active is not None:
        return active
    require_java()
    if not jars_ready():
        fetch_jars()
    wipe(scratch)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["TMPDIR"] = str(scratch)
    builder = SparkSession.builder.appName("plummer")
    for key, value in spark_conf(settings or SparkSettings(), jar_paths(), scratch, sys.executable).items():
        builder = builder.config(key, value)
    settings_file = files("plummer.pipelines").joinpath("log4j2.properties")
    (scratch / "log4j2.properties").write_text(settings_file.read_text())
    with _standard_error_to(scratch / "jvm.err"):
        session = builder.getOrCreate()
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        # they would write a failed query, with the value that failed it, to standard error
        PySparkLogger.getLogger(name).disabled = True
    return session


@contextmanager
def _standard_error_to(path: Path) -> Iterator[None]:
    """Let the JVM and its Python workers inherit a file of the scratch folder as standard error.

    Workers print tracebacks there, and a traceback quotes values (trust.md surface 10); the file goes
    when the scratch folder is wiped.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    target = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.dup2(target, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(target)


def wipe(scratch: Path) -> None:
    """Empty a scratch folder; what a killed run left there holds records (P-08)."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700, parents=True)
