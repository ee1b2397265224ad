"""The timeline and the researcher's door: mapping beside DuckDB, one subject's story, export, opening.

    python -m bench.research [--source DIR] [--events N] [--write]

Everything is measured in one run, DuckDB's explode directly before and after the interpreter's. Where the
machine has other work, the CPU seconds mean more than the wall's.
"""

import argparse
import gzip
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Final

from bench.explode import by_duckdb, by_interpreter, read_bodies
from bench.meter import cpu_seconds
from bench.plain_release import write_release

_HERE: Final = Path(__file__).resolve().parent
_NAMED: Final = "../shared/data/synthea-ma-s20251-100/bulk"
_READS: Final = 25
_OPEN: Final = """
import json, sys, time
wall, cpu = time.perf_counter(), time.process_time()
import plummer
r = plummer.open_release(sys.argv[1], purpose="bench")
opened = time.perf_counter() - wall, time.process_time() - cpu
r.sql("select count(*) from events").fetchall()
print(json.dumps({"open": opened, "spark": "pyspark" in sys.modules,
                  "asked": [time.perf_counter() - wall, time.process_time() - cpu]}))
"""


def measured(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """What a piece of work gave, its wall and its CPU seconds in this process."""
    wall, cpu = perf_counter(), process_time()
    made = work()
    return made, perf_counter() - wall, process_time() - cpu


def _plain(source: Path, folder: Path) -> Path:
    folder.mkdir()
    for path in source.glob("*.ndjson.gz"):
        with gzip.open(path) as packed, (folder / path.name[:-3]).open("wb") as out:
            shutil.copyfileobj(packed, out)
    return folder


def explode(plain: Path, work: Path) -> dict[str, float]:
    """CPU seconds of DuckDB (the mean of two), of the interpreter, and how many events each made."""
    first = measured(lambda: by_duckdb(plain, work / "duckdb.parquet"))
    own = measured(lambda: by_interpreter(plain, work / "events.parquet"))
    second = measured(lambda: by_duckdb(plain, work / "duckdb.parquet"))
    return {
        "duckdb": (first[2] + second[2]) / 2,
        "duckdb_events": first[0],
        "own": own[2],
        "own_events": own[0],
    }


def stage(plain: Path, work: Path) -> dict[str, float]:
    """CPU seconds of Spark's stage, JVM and workers, over the same resources; its session is begun before."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from plummer.pipelines import delta
    from plummer.pipelines.home import Home
    from plummer.pipelines.session import open_session
    from plummer.pipelines.spark_settings import SparkSettings
    from plummer.pipelines.stages.timeline import timeline
    from plummer.schemas.tables import DEID_RESOURCES

    home = Home.at(work / "home")
    spark = open_session(home.scratch, SparkSettings(brief=True))  # as a run of this set has it
    rows = pa.Table.from_batches(read_bodies(plain)).drop_columns(["joined"])
    pq.write_table(rows, work / "bodies.parquet")
    read = spark.read.parquet(str(work / "bodies.parquet"))
    told = read.selectExpr(
        "resource_type", "resource_id", "subject_id", "body", "'p' as policy_sha256", "'e' as engine_version",
        "map('keep', 1) as actions", "array(map('NAME', 0)) as note_counts",
    )  # fmt: skip
    delta.overwrite(home, DEID_RESOURCES, told)
    spark.sparkContext.parallelize(range(2), 2).map(lambda n: n).count()  # the workers are there too
    began = cpu_seconds()
    made = timeline(spark, home)
    return {"cpu": cpu_seconds() - began, "events": made.tables[0].rows}


def release(work: Path, events: int) -> Path:
    """A release of so many events, written by the release stage, from copies of the set."""
    from pyspark.sql import functions as f

    from plummer.pipelines import delta
    from plummer.pipelines.home import Home
    from plummer.pipelines.manifest import write_manifest
    from plummer.pipelines.session import open_session
    from plummer.pipelines.spark_settings import SparkSettings
    from plummer.pipelines.stages.release import drop_sidecars, stage_tables
    from plummer.schemas.tables import CODES, DEID_NOTES, DEID_RESOURCES, EVENTS, SUBJECTS

    home = Home.at(work / "large")
    spark = open_session(home.scratch, SparkSettings(small=False))
    rows = spark.read.parquet(str(work / "events.parquet"))
    copies = -(-events // rows.count())
    other = f.expr("(xxhash64(subject_id, copy) & 9223372036854775807)").alias("subject_id")
    many = rows.crossJoin(spark.range(copies).withColumnRenamed("id", "copy"))
    many = many.select(other, *(name for name in rows.columns if name != "subject_id"))
    place = "row_number() over (partition by subject_id order by time, source_table, source_id, position) - 1"
    delta.overwrite(home, EVENTS, many.withColumn("seq", f.expr(f"bigint({place})")).select(*EVENTS.names))
    made = delta.read(spark, home, EVENTS)
    subjects = made.groupBy("subject_id").agg(f.count("*").alias("events"))
    kinds = {column.name: column.type for column in SUBJECTS.columns}
    zero = {"encounters": f.lit(0).cast("bigint"), "notes": f.lit(0).cast("bigint")}
    known = {name: f.col(name) for name in subjects.columns} | zero
    told = [known.get(name, f.lit(None).cast(kind)).alias(name) for name, kind in kinds.items()]
    delta.overwrite(home, SUBJECTS, subjects.select(*told))
    codes = made.groupBy("code").agg(
        f.count("*").alias("events"), f.countDistinct("subject_id").alias("subjects")
    )
    rest = [f.lit(None).cast(c.type).alias(c.name) for c in CODES.columns if c.name not in codes.columns]
    delta.overwrite(home, CODES, codes.select("*", *rest))
    for spec in (DEID_RESOURCES, DEID_NOTES):
        delta.overwrite(home, spec, spark.createDataFrame([], spec.ddl))
    folder = work / "release"
    folder.mkdir()
    tables = stage_tables(spark, home, folder)
    drop_sidecars(folder)
    spark.stop()
    said = {
        "name": "bench",
        "version": "1.0.0",
        "profile": "safe_harbor",
        "time_mode": "keep",
        "tables": tables,
    }
    write_manifest(folder, {**said, "policy": {"sha256": "0" * 64, "version": "1.0.0", "k": 11}})
    return folder


def door(folder: Path, work: Path) -> dict[str, Any]:
    """Opening in a fresh process, reading single subjects, and the export."""
    import plummer
    from plummer.pipelines.export.meds import export_meds
    from plummer.pipelines.export.released import open_release

    ended = subprocess.run(
        [sys.executable, "-c", _OPEN, str(folder)], capture_output=True, text=True, check=True, cwd=work
    )
    found: dict[str, Any] = {"opening": json.loads(ended.stdout)}
    opened = plummer.open_release(folder, purpose="bench")
    ids = opened.subjects.arrow("subject_id").column(0).to_pylist()
    opened.timeline(ids[0])
    drawn = random.Random(7).sample(ids, _READS)  # noqa: S311 (which subjects, no secret)
    told = [measured(lambda one=one: str(opened.timeline(one))) for one in drawn]
    found["reads"] = {"wall": [t[1] for t in told], "cpu": [t[2] for t in told], "of": len(opened.events)}
    made, wall, cpu = measured(lambda: export_meds(open_release(folder), work / "meds"))
    found["export"] = {"events": made.events, "wall": wall, "cpu": cpu}
    return found


def page(found: dict[str, Any], command: str) -> str:
    """The results as Markdown."""
    one, spark, reads, opening, export = (
        found[n] for n in ("explode", "stage", "reads", "opening", "export")
    )
    walls, cpus = sorted(reads["wall"]), sorted(reads["cpu"])
    stages = [one["own"]] + ([spark["cpu"]] if spark else [])
    times = [f"{seconds / one['duckdb']:.1f} times DuckDB's" for seconds in stages]
    read = f"{statistics.median(walls) * 1000:.0f} ms median, {walls[-1] * 1000:.0f} ms worst of {_READS}"
    loaded = "yes" if opening["spark"] else "no"
    rows = [
        ("NDJSON to events: DuckDB's SQL, one thread", f"{one['duckdb']:.1f} CPU s", "",
         f"{one['duckdb_events']:,} events"),
        ("the same by the mapping's interpreter, one process", f"{one['own']:.1f} CPU s",
         f"{times[0]} (at most 4)", f"{one['own_events']:,} events"),
        *([("the same by the Spark stage: in order, with subjects and codes, as Delta tables",
            f"{spark['cpu']:.1f} CPU s", times[1], f"{spark['events']:,} events")] if spark else []),
        (f"one subject's timeline of {reads['of']:,} events", read, "under 200 ms",
         f"{statistics.median(cpus) * 1000:.0f} ms CPU at the median"),
        ("opening that release in a fresh process, imports and verification included",
         f"{opening['open'][0]:.2f} s", "under 2 s for Synthea's set",
         f"{opening['open'][1]:.2f} CPU s; Spark loaded: {loaded}"),
        ("and a first query", f"{opening['asked'][0]:.2f} s", "", f"{opening['asked'][1]:.2f} CPU s"),
        ("MEDS export", f"{export['events'] / export['cpu']:,.0f} events a CPU second", "at least 100,000",
         f"{export['events']:,} events in {export['wall']:.1f} s"),
    ]  # fmt: skip
    lines = [f"| {' | '.join(row)} |" for row in rows]
    today = date.today().isoformat()  # noqa: DTZ011
    head = (
        f"# The timeline and the researcher's door\n\n`{command}`, {today}, beside other work on 2 cores.\n"
    )
    table = ["| what | measured | wanted | |", "| --- | --- | --- | --- |", *lines]
    note = "\nDuckDB's side is `bench/explode.tsv`; `bench/research.py` says what is measured and how.\n"
    return "\n".join([head, *table]) + "\n" + note


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m bench.research", description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=_HERE.parents[1] / _NAMED.removeprefix("../"))
    parser.add_argument("--events", type=int, default=1_500_000, help="events of the large release")
    parser.add_argument(
        "--no-spark",
        action="store_true",
        help="write the large release without Spark, and leave its stage out",
    )
    parser.add_argument("--write", action="store_true", help="write bench/research.md")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory(prefix="plummer-bench-", ignore_cleanup_errors=True) as name:
        work = Path(name)
        plain = _plain(options.source, work / "ndjson")
        found: dict[str, Any] = {"explode": explode(plain, work)}
        print(found, file=sys.stderr, flush=True)
        found["stage"] = None if options.no_spark else stage(plain, work)
        print(found["stage"], file=sys.stderr, flush=True)
        large = work / "release"
        made = (
            write_release(large, work / "events.parquet", options.events)
            if options.no_spark
            else release(work, options.events)
        )
        found |= door(made, work)
        flag = " --no-spark" if options.no_spark else ""
        text = page(found, f"python -m bench.research --events {options.events}{flag}")
    print(text)
    if options.write:
        (_HERE / "research.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
