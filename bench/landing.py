"""Landing beside a plain Spark copy of the same files, in one session.

    python -m bench.landing [--source DIR] [--repeats N] [--write]

They take turns, after one round that warms all. Landing reads the files as they are, packed. One copy reads
the same files, the other their text, decompressed beforehand, since a packed file holds Spark to one core.
``cold`` is the round that warms: what the first landing of a process costs.
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
from time import perf_counter
from typing import Final

from pyspark.sql import SparkSession

from bench.copy import Text, copy, decompress, packed
from bench.meter import cpu_seconds
from plummer.pipelines.deliveries import discover, register
from plummer.pipelines.home import Home
from plummer.pipelines.session import open_session
from plummer.pipelines.stages.land import land

HERE: Final = Path(__file__).resolve().parent
DEFAULT: Final = HERE.parents[1] / "shared" / "data" / "synthea-ma-s20251-100" / "bulk"
NAMED: Final = "../shared/data/synthea-ma-s20251-100/bulk"
Cost = tuple[float, float]
"""Wall and CPU seconds."""
Round = tuple[Cost, Cost, Cost]
"""The copy of the text, the copy of the files as they are, the landing."""


def cost_of(work: Callable[[], object]) -> Cost:
    """Wall and CPU seconds that some work takes."""
    wall, cpu = perf_counter(), cpu_seconds()
    work()
    return perf_counter() - wall, cpu_seconds() - cpu


def _land(spark: SparkSession, source: Path, root: Path) -> Cost:
    """Land into a new home, which is removed again; looking for the files and hashing them is part of it."""
    home = Home.at(root)
    home.create()

    def work() -> None:
        delivery = discover("fhir", "main", str(source))
        register(home, delivery)
        account = land(spark, home, delivery).account
        if account.loaded == 0:
            raise SystemExit("nothing was landed")

    cost = cost_of(work)
    shutil.rmtree(root)
    return cost


def _rounds(source: Path, folder: Path, repeats: int) -> tuple[Text, list[Round]]:
    text = decompress(source, folder / "text")
    first = Home.at(folder / "session")
    first.create()
    spark = open_session(first.scratch)
    spark.sparkContext.parallelize([0], 1).count()  # the workers' own start belongs to the session
    found = []
    for number in range(repeats + 1):
        copied = cost_of(lambda: copy(spark, text, folder / "copy"))
        same = cost_of(lambda: copy(spark, packed(source), folder / "copy"))
        found.append((copied, same, _land(spark, source, folder / f"home{number}")))
        for name, cost in zip(("copy of the text", "of the files", "landing"), found[-1], strict=True):
            print(name, "{:.2f} s {:.2f} CPU s".format(*cost))
    return text, found


def _page(text: Text, rounds: list[Round], command: str) -> str:
    cold, *warm = rounds
    copied, same, landed = ([median(one[kind][at] for one in warm) for at in (0, 1)] for kind in range(3))
    rows = [("copy of the text", copied), ("copy of the files", same), ("landing", landed)]
    lines = [
        "# Landing beside a copy", "",
        f"`{command}`, {datetime.now(UTC).date().isoformat()}, {os.cpu_count()} cores,",
        f"{text.bytes / 1e6:.1f} MB of text.",
        "Medians of the warm rounds; `times` is against the copy of the text and, behind it, of the files",
        "as they are.", "",
        "| | wall s | CPU s | times wall | times CPU |", "| --- | ---: | ---: | ---: | ---: |",
    ]  # fmt: skip
    for name, (wall, cpu) in [*rows, ("landing, cold", cold[2])]:
        times = (f"{cost / copied[at]:.1f}, {cost / same[at]:.1f}" for at, cost in enumerate((wall, cpu)))
        lines.append(f"| {name} | {wall:.1f} | {cpu:.1f} | {' | '.join(times)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m bench.landing", description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=DEFAULT, help=f"FHIR folder (default {NAMED})")
    parser.add_argument("--repeats", type=int, default=5, help="warm rounds (default 5)")
    parser.add_argument("--write", action="store_true", help="write bench/landing.md")
    told = parser.parse_args()
    warnings.simplefilter("ignore")  # as the command line does: libraries' warnings may quote values
    shown = NAMED if told.source == DEFAULT else told.source.name
    command = f"python -m bench.landing --source {shown} --repeats {told.repeats}"
    with tempfile.TemporaryDirectory(prefix="plummer-bench-", ignore_cleanup_errors=True) as folder:
        page = _page(*_rounds(told.source.absolute(), Path(folder), told.repeats), command)
    print(page)
    if told.write:
        (HERE / "landing.md").write_text(page)


if __name__ == "__main__":
    main()
