"""What `plummer doctor` looks at."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import yaml

from plummer.deid.keys import load_key
from plummer.pipelines.home import Home
from plummer.pipelines.jars import jars_ready
from plummer.pipelines.session import java_version
from plummer.schemas.errors import ExitCode, PlummerError

FREE_BYTES: Final = 2 * 1024**3
"""Free disk under which a run is likely to stop half-way."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, and how to mend it where it isn't."""

    name: str
    ok: bool
    about: str
    exit_code: ExitCode = ExitCode.DONE


def diagnose(home: Home) -> tuple[Finding, ...]:
    """Look at everything a run needs."""
    checks: tuple[Callable[[Home], Finding], ...] = (_java, _jars, _disk, _folders, _key, _telemetry)
    return tuple(check(home) for check in checks)


def _java(_: Home) -> Finding:
    version = java_version()
    if version in range(17, 25):
        return Finding("java", ok=True, about=f"Java {version}")
    found = "no Java" if version is None else f"Java {version}, but Spark 4.1 needs 17 or 21"
    mend = f"{found}; run: sudo apt-get install -y openjdk-17-jre-headless"
    return Finding("java", ok=False, about=mend, exit_code=ExitCode.MISSING_COMPONENT)


def _jars(_: Home) -> Finding:
    if jars_ready():
        return Finding("jars", ok=True, about="both Delta jars are in the cache, as pinned")
    mend = "the Delta jars are missing; run: plummer doctor --fetch-jars"
    return Finding("jars", ok=False, about=mend, exit_code=ExitCode.MISSING_COMPONENT)


def _disk(home: Home) -> Finding:
    place = home.root
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    about = f"{free // 1024**2:,} MiB free"
    if free >= FREE_BYTES:
        return Finding("disk", ok=True, about=about)
    return Finding("disk", ok=False, about=f"{about}; free some space", exit_code=ExitCode.USAGE)


def _folders(home: Home) -> Finding:
    if not home.root.exists():
        return Finding("home", ok=True, about="not made yet; the first run makes it")
    for folder in (home.root, home.keys, home.root / "identified"):
        if folder.exists() and (folder.stat().st_mode & 0o077 or folder.stat().st_uid != os.getuid()):
            mend = "the home, keys/ and identified/ must be yours alone: chmod -R go= on the home"
            return Finding("home", ok=False, about=mend, exit_code=ExitCode.INTEGRITY)
    return Finding("home", ok=True, about="readable by its owner only")


def _key(home: Home) -> Finding:
    if not home.keys.is_dir() or not any(home.keys.iterdir()):
        return Finding("key", ok=True, about="none yet; the first run makes it")
    try:
        key = load_key(home.keys, "main")
    except PlummerError as error:
        return Finding("key", ok=False, about=error.message, exit_code=error.exit_code)
    return Finding("key", ok=True, about=f"fingerprint {key.fingerprint}")


def _telemetry(home: Home) -> Finding:
    settings = home.dagster / "dagster.yaml"
    if not settings.is_file():
        return Finding("telemetry", ok=True, about="no Dagster instance yet; its settings turn telemetry off")
    loaded = yaml.safe_load(settings.read_text()) or {}
    if loaded.get("telemetry", {}).get("enabled") is False:
        return Finding("telemetry", ok=True, about="off")
    mend = "Dagster's telemetry is on; set telemetry.enabled: false in the home's dagster/dagster.yaml"
    return Finding("telemetry", ok=False, about=mend, exit_code=ExitCode.USAGE)
