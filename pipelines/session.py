"""The one Spark session of a process."""

import os
import shutil
import subprocess
import sys
import threading
from importlib.resources import files
from pathlib import Path
from typing import Final

from pyspark import SparkConf, SparkContext
from pyspark.java_gateway import launch_gateway
from pyspark.logger import PySparkLogger
from pyspark.sql import SparkSession

from plummer.pipelines.class_data import java_options
from plummer.pipelines.jars import fetch_jars, jar_paths, jars_ready
from plummer.pipelines.spark_settings import SparkSettings, spark_conf
from plummer.schemas.errors import ExitCode, PlummerError

_STARTING: Final = threading.Lock()
# PySpark asks the JVM for these by name with every expression, thousands of times a run, and the JVM looks
# through all its jars for packages of these names first
_ASKED_FOR: Final = (
    "functions",
    "PythonSQLUtils",
    "PythonUtils",
    "SimplePythonFunction",
    "org.apache.spark.sql.functions",
    "org.apache.spark.sql.classic.SparkSession",
    "org.apache.spark.sql.catalyst.trees.PySparkCurrentOrigin",
    "org.apache.spark.sql.execution.python.UserDefinedPythonFunction",
)


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
    with _STARTING:
        active = SparkSession.getActiveSession() or _default()
        if active is not None:
            return active
        require_java()
        if not jars_ready():
            fetch_jars()
        wipe(scratch)
        session = _start(scratch, settings or SparkSettings())
        _remember(session)
    for name in ("DataFrameQueryContextLogger", "SQLQueryContextLogger"):
        # they would write a failed query, with the value that failed it, to standard error
        PySparkLogger.getLogger(name).disabled = True
    return session


def _default() -> SparkSession | None:
    """The session that another thread has started."""
    running = SparkSession._instantiatedSession
    return running if running is not None and SparkContext._active_spark_context is not None else None


def _start(scratch: Path, settings: SparkSettings) -> SparkSession:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["TMPDIR"] = str(scratch)
    settings_file = files("plummer.pipelines").joinpath("log4j2.properties")
    (scratch / "log4j2.properties").write_text(settings_file.read_text())
    conf = SparkConf(loadDefaults=False).setAppName("plummer")
    for key, value in spark_conf(settings, jar_paths(), scratch, sys.executable, java_options()).items():
        conf.set(key, value)
    _start_java(conf, scratch / "jvm.err")
    return SparkSession.builder.config(conf=conf).getOrCreate()


def _remember(session: SparkSession) -> None:
    """Keep the JVM's answers to what is asked for most: an attribute is found before the JVM is asked."""
    for name in _ASKED_FOR:
        setattr(session._jvm, name, getattr(session._jvm, name))


def _start_java(conf: SparkConf, errors: Path) -> None:
    """Start the JVM, unless an earlier session left one, its standard error in a file of the scratch folder.

    Python workers inherit it and print tracebacks there, and a traceback quotes values (trust.md
    surface 10); the file goes when the scratch folder is wiped.
    """
    if SparkContext._gateway is not None:
        return
    target = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        gateway = launch_gateway(conf, popen_kwargs={"stderr": target})
    finally:
        os.close(target)
    SparkContext._ensure_initialized(gateway=gateway, conf=conf)


def wipe(scratch: Path) -> None:
    """Empty a scratch folder; what a killed run left there holds records (P-08)."""
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(mode=0o700, parents=True)
