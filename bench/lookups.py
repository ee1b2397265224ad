"""How a vocabulary is looked up: SQLite as landing makes it, beside a dict in every worker.

    scripts/uv run python -m bench.lookups [ROWS]

Writes a CONCEPT table of invented rows to a temporary folder, makes its lookup, and asks for ids as the rows
of a CDM do: 20,000 ids in use, a few much more often than the others. Memory is the peak of a process that
does nothing else.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from plummer.pipelines.landing.lookup_build import LookupFile, build
from plummer.pipelines.landing.lookups import StoredLookups
from plummer.pipelines.landing.mapping import mapping_text, read_mapping

_USED, _ASKED = 20_000, 2_000_000


def write(path: Path, rows: int) -> None:
    """A CONCEPT table as Athena writes it."""
    draw = random.Random(1)  # noqa: S311 - no secret
    names = ("concept_id", "concept_name", "domain_id", "vocabulary_id", "concept_class_id",
             "standard_concept", "concept_code", "valid_start_date", "valid_end_date",
             "invalid_reason")  # fmt: skip
    with path.open("w") as out:
        out.write("\t".join(names) + "\n")
        for number in range(1, rows + 1):
            name = "x" * draw.randint(10, 80)
            rest = f"Condition\tSNOMED\tClinical Finding\tS\t{number * 7}\t19700101\t20991231\t"
            out.write(f"{number * 8}\t{name}\t{rest}\n")


def asked(rows: int) -> list[str]:
    """Ids in the order in which rows ask for them."""
    draw = random.Random(2)  # noqa: S311 - no secret
    used = [str(draw.randint(1, rows) * 8) for _ in range(_USED)]
    return [used[min(int(draw.expovariate(1 / 2_000)), _USED - 1)] for _ in range(_ASKED)]


def measure(way: str, folder: Path, rows: int) -> dict[str, float]:
    """Seconds to get ready, look-ups a second, and the process's peak memory."""
    ids, base = asked(rows), _peak()
    start = time.process_time()
    if way == "sqlite":
        find = StoredLookups(str(folder)).find
    else:
        with (folder / "concept.csv").open() as lines:
            next(lines)
            cut = (line.split("\t") for line in lines)
            table = {row[0]: (row[3], row[6], row[1]) for row in cut}

        def find(_: str, key: str) -> tuple[str, ...] | None:
            return table.get(key)

    ready = time.process_time()
    missing = sum(find("concept", key) is None for key in ids)
    done = time.process_time()
    if missing:
        raise SystemExit("an id that is there was not found")
    return {
        "ready_s": round(ready - start, 1),
        "lookups_per_s": round(_ASKED / (done - ready)),
        "more_memory_mib": round(_peak() - base),
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure each way in a process of its own."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 6_000_000
    if len(sys.argv) > 3:
        print(json.dumps(measure(sys.argv[2], Path(sys.argv[3]), rows)))
        return
    mapping = read_mapping(mapping_text("omop"))
    lookup = next(one for one in mapping.lookups if one.name == "concept")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "concept.csv", rows)
        base, start = _peak(), time.process_time()
        built = build(lookup, [LookupFile(str(folder / "concept.csv"), "csv")], mapping, name)
        took, more = time.process_time() - start, _peak() - base
        size = (folder / "concept.sqlite").stat().st_size / 2**20
        print(f"rows {built.rows:,}: {took:.0f} CPU s, {more:.0f} MiB more memory, file {size:.0f} MiB")
        for way in ("sqlite", "dict"):
            command = [sys.executable, "-m", "bench.lookups", str(rows), way, name]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            print(f"{way:7}", told.strip())


if __name__ == "__main__":
    main()
