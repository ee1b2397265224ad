"""Measure a small delivery on top of a loaded home beside the load of the whole set.

    python -m bench.incremental [--source DIR] [--by patients|records] [--share 0.01] [--write]

Three processes, each with a Spark session of its own: the whole set into an empty home, the set without the
share into another one, then the share on top of it. Costs are CPU seconds of the process and all it starts,
from the start of Python to the end of the timeline; suites, the scan and the release aren't run, since they
read everything whatever was delivered.
"""

import argparse
import gzip
import hashlib
import json
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from plummer.pipelines.landing.compartment import patient_id

_HERE: Final = Path(__file__).resolve().parent
_NAMED: Final = "../shared/data/synthea-ma-s20251-100/bulk"
_SLOTS: Final = 10_000


def _lines(source: Path) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    for path in sorted(source.glob("*.ndjson*")):
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            for line in stream:
                yield path.name.removesuffix(".gz"), line, json.loads(line)


def _patient(resource: dict[str, Any]) -> str | None:
    return patient_id(resource, str(resource["id"]), {})


def _slot(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % _SLOTS


def split(source: Path, folder: Path, by: str, share: float) -> dict[str, int]:
    """Write ``whole``, ``most`` and ``share`` below a folder; resources of nobody go with the most."""
    lines = list(_lines(source))
    patients = sorted({p for _, _, r in lines if (p := _patient(r))}, key=_slot)
    chosen = set(patients[: max(1, round(share * len(patients)))])
    counts = {"whole": 0, "most": 0, "share": 0, "patients": len(patients), "chosen": len(chosen)}
    for name, line, resource in lines:
        owner = _patient(resource)
        key = f"{resource['resourceType']}/{resource['id']}"
        mine = owner in chosen if by == "patients" else owner is not None and _slot(key) < share * _SLOTS
        for part in ("whole", "share" if mine else "most"):
            target = folder / part / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("ab") as out:
                out.write(line if line.endswith(b"\n") else line + b"\n")
            counts[part] += 1
    return counts


def once(home_folder: Path, source: Path, result: Path) -> None:
    """Run land to timeline in this process, measured by step."""
    from bench.meter import cpu_seconds
    from plummer.pipelines import steps
    from plummer.pipelines.deliveries import discover, register
    from plummer.pipelines.first_key import ensure_key
    from plummer.pipelines.home import Home
    from plummer.pipelines.job import Job
    from plummer.pipelines.ledger import Ledger
    from plummer.pipelines.request import RunRequest
    from plummer.pipelines.runner import new_run_id

    warnings.simplefilter("ignore")
    home = Home.at(home_folder)
    home.create()
    ensure_key(home, "main")
    delivery = discover("fhir", "main", str(source))
    register(home, delivery)
    request = RunRequest(new_run_id())
    request.save(Ledger(home.ledger))
    job = Job(home, request.run_id)
    found: dict[str, dict[str, Any]] = {}

    def measured(name: str, run: Callable[[], object]) -> None:
        wall, cpu = perf_counter(), cpu_seconds()
        made = run()
        told = getattr(made, "details", {})
        spent = {"cpu": cpu_seconds() - cpu, "wall": perf_counter() - wall}
        found[name] = {**spent, "touched": told.get("touched") if isinstance(told, dict) else None}
        print(name, found[name], file=sys.stderr, flush=True)

    measured("session", lambda: job.spark)
    measured("land", lambda: steps.land(job, delivery.delivery_id))
    for step in (steps.index, steps.identities, steps.crosswalk, steps.scrub, steps.notes, steps.timeline):
        measured(step.__name__, lambda step=step: step(job))
    result.write_text(json.dumps({"steps": found, "cpu": cpu_seconds()}))


def _process(home: Path, source: Path, result: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.incremental", "--once", str(home), str(source), str(result)]
    subprocess.run(command, check=True, cwd=_HERE.parent)
    made: dict[str, Any] = json.loads(result.read_text())
    return made


def table(whole: dict[str, Any], part: dict[str, Any], counts: dict[str, int], command: str) -> str:
    """The result as Markdown."""
    out = [
        f"`{command}`: {counts['share']:,} of {counts['whole']:,} records on top of the others.",
        "",
        "| step | whole set, CPU s | the share, CPU s | ratio | made anew |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for name, cost in whole["steps"].items():
        mine = part["steps"][name]
        told = mine["touched"] or {}
        made = f"{told['n']:,} of {told['of']:,}" if told else ""
        made += f" (whole: {told['why']})" if told.get("whole") else ""
        ratio = mine["cpu"] / max(cost["cpu"], 0.01)
        out.append(f"| {name} | {cost['cpu']:.1f} | {mine['cpu']:.1f} | {ratio:.2f} | {made} |")
    ratio = part["cpu"] / whole["cpu"]
    out.append(f"| **whole process** | {whole['cpu']:.1f} | {part['cpu']:.1f} | **{ratio:.3f}** | |")
    return "\n".join(out) + "\n"


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m bench.incremental")
    parser.add_argument("--source", type=Path, default=_HERE.parent / _NAMED)
    parser.add_argument("--by", choices=["patients", "records"], default="patients")
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--keep", type=Path, help="folder for the homes, kept and used again")
    parser.add_argument("--once", type=Path, nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once is not None:
        once(*options.once)
        return
    with tempfile.TemporaryDirectory(prefix="plummer-bench-", ignore_cleanup_errors=True) as made:
        folder = options.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        counts = split(options.source, folder / "in", options.by, options.share)
        whole = _process(folder / "whole", folder / "in" / "whole", folder / "whole.json")
        _process(folder / "home", folder / "in" / "most", folder / "most.json")
        part = _process(folder / "home", folder / "in" / "share", folder / "share.json")
    shown = f"python -m bench.incremental --by {options.by} --share {options.share}"
    print(table(whole, part, counts, shown))


if __name__ == "__main__":
    main()
