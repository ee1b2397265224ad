"""What fhir.resources' opinion costs: landing without and with ``enforce``, and the passes that only count.

    python -m bench.conformance [--source DIR] [--repeats N] [--write]

Landing with `off`, `sampled` and `full` is the same landing; the latter two ask later, in a pass over what
was landed, which is measured by itself. All take turns in one session, after one round that warms.
"""

import argparse
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Final

from pyspark.sql import SparkSession

from bench.landing import DEFAULT, HERE, NAMED, Cost, cost_of
from plummer.pipelines.deliveries import discover, register
from plummer.pipelines.home import Home
from plummer.pipelines.session import open_session
from plummer.pipelines.stages.conformance import SAMPLE, conformance
from plummer.pipelines.stages.land import Landed, land

NAMES: Final = ("landing", "landing, `enforce`", "pass of `sampled`", "pass of `full`")


def _landing(spark: SparkSession, source: Path, home: Home, *, enforce: bool) -> Callable[[], Landed]:
    def work() -> Landed:
        delivery = discover("fhir", "main", str(source))
        register(home, delivery)
        return land(spark, home, delivery, enforce=enforce)

    return work


def _round(spark: SparkSession, source: Path, folder: Path) -> tuple[int, list[Cost]]:
    """Records landed, and what each of `NAMES` cost."""
    homes = [Home.at(folder / name) for name in ("off", "enforce")]
    for home in homes:
        home.create()
    costs = [cost_of(_landing(spark, source, home, enforce=home is homes[1])) for home in homes]
    asked = []
    for most in (SAMPLE, None):
        costs.append(cost_of(lambda most=most: asked.append(conformance(spark, homes[0], most).sampled)))
    shutil.rmtree(folder)
    return asked[-1], costs


def _page(records: int, rounds: list[list[Cost]], command: str) -> str:
    off = [median(one[0][at] for one in rounds[1:] or rounds) for at in (0, 1)]
    how = "Medians of the warm rounds" if rounds[1:] else "One round, the first of its process"
    lines = [
        "# What fhir.resources' opinion costs", "",
        f"`{command}`, {datetime.now(UTC).date().isoformat()}, {os.cpu_count()} cores, {records:,} records.",
        f"{how}; `times` is against the landing without it. `off`, `sampled` and `full`",
        "land alike; the passes of the latter two come after it, with the checks.", "",
        "| | wall s | CPU s | times wall | times CPU |", "| --- | ---: | ---: | ---: | ---: |",
    ]  # fmt: skip
    for place, name in enumerate(NAMES):
        wall, cpu = (median(one[place][at] for one in rounds[1:] or rounds) for at in (0, 1))
        lines.append(f"| {name} | {wall:.1f} | {cpu:.1f} | {wall / off[0]:.1f} | {cpu / off[1]:.1f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m bench.conformance", description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=DEFAULT, help=f"FHIR folder (default {NAMED})")
    parser.add_argument("--repeats", type=int, default=2, help="warm rounds (default 2), 0 for the cold one")
    parser.add_argument("--write", action="store_true", help="write bench/conformance.md")
    told = parser.parse_args()
    warnings.simplefilter("ignore")  # as the command line does: libraries' warnings may quote values
    shown = NAMED if told.source == DEFAULT else told.source.name
    with tempfile.TemporaryDirectory(prefix="plummer-bench-", ignore_cleanup_errors=True) as folder:
        first = Home.at(Path(folder) / "session")
        first.create()
        spark = open_session(first.scratch)
        rounds = []
        for number in range(told.repeats + 1):
            records, costs = _round(spark, told.source.absolute(), Path(folder) / f"round{number}")
            rounds.append(costs)
            for name, (wall, cpu) in zip(NAMES, costs, strict=True):
                print(f"{name} {wall:.1f} s {cpu:.1f} CPU s")
    page = _page(
        records, rounds[1:], f"python -m bench.conformance --source {shown} --repeats {told.repeats}"
    )
    print(page)
    if told.write:
        (HERE / "conformance.md").write_text(page)


if __name__ == "__main__":
    main()
