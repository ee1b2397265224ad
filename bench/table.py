"""Measured runs as a Markdown page."""

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from typing import Any, Final

_MB: Final = 1_000_000
_COMPONENTS: Final = (
    "plummer",
    "pyspark",
    "delta-spark",
    "dagster",
    "presidio-analyzer",
    "great-expectations",
)


def table(runs: Sequence[Mapping[str, Any]], command: str) -> str:
    """The page: by stage wall and CPU seconds, throughput and share of a copy; medians over runs."""
    size, read = runs[0]["bytes"], runs[0]["read"]
    copies = [seconds for run in runs for seconds in run["copies"]]
    copy = median(copies)
    rows = [_row(name, runs, size, read, copy) for name in runs[0]["stages"]]
    job = _line("**whole job**", *_costs(run["job"] for run in runs), size, read, copy)
    copy_cpu = sum(run["copy_cpu"] for run in runs) / len(copies)
    yard = _line("plain copy (median)", copy, copy_cpu, size, read, copy)
    spread = f"{min(copies):.2f} to {max(copies):.2f} s, {size / _MB / copy:.0f} MB/s at the median"
    lines = [
        "# Speed and memory",
        "",
        f"`{command}`, {datetime.now(UTC).date().isoformat()}, {os.cpu_count()} cores, {_versions()}.",
        "",
        f"Input: {size / _MB:.1f} MB of text (decompressed), {read:,} units read; {len(runs)} run(s).",
        f"The copy (`bench/copy.py`) was made {len(copies)} times between the stages of the same runs, after",
        f"one to warm it: {spread}. Figures below are medians.",
        "",
        "| stage | wall s | CPU s | MB/s | units/s | times the copy |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
        *rows,
        job,
        yard,
        "",
        "`session` is Spark's start; `checks` are the suites of expectations. What runs between the stages",
        "(Dagster, the ledger) is in the whole job only.",
        "",
        "| peak memory | MiB |",
        "| --- | ---: |",
        *(f"| {name} | {_peak(runs, name) / 1024**2:,.0f} |" for name in runs[0]["memory"]),
        "",
        "VmHWM of the JVM and of the largest Python process; `all together` is the largest sum of resident",
        "sets at one moment, where a page that processes share counts in each.",
        "",
    ]
    return "\n".join(lines)


def _row(name: str, runs: Sequence[Mapping[str, Any]], size: int, read: int, copy: float) -> str:
    return _line(name, *_costs(run["stages"][name] for run in runs), size, read, copy)


def _costs(costs: Iterable[Mapping[str, float]]) -> tuple[float, float]:
    listed = list(costs)
    return median(cost["wall"] for cost in listed), median(cost["cpu"] for cost in listed)


def _line(name: str, wall: float, cpu: float, size: int, read: int, copy: float) -> str:  # noqa: PLR0913, PLR0917
    shown = (
        f"{wall:.1f}",
        f"{cpu:.1f}",
        f"{size / _MB / wall:.1f}",
        f"{read / wall:,.0f}",
        f"{wall / copy:.1f}",
    )
    return f"| {name} | {' | '.join(shown)} |"


def _peak(runs: Sequence[Mapping[str, Any]], name: str) -> int:
    return max(int(run["memory"][name]) for run in runs)


def _versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for name in _COMPONENTS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
