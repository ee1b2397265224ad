"""Measure a small delivery on top of a loaded home beside the load of all the others.

    python -m bench.incremental [--source DIR] [--by WHAT] [--share 0.01] [--patients N] [--to STAGE]

Two processes, each with a Spark session of its own: the set without the share into an empty home, then the
share on top of it, each as `plummer run` does it. Costs are CPU and wall seconds of the process and all it
starts. With ``--keep DIR`` the loaded home stays, and the next call only copies it and delivers the share.
"""

import argparse
import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from bench.meter import cpu_seconds
from plummer.pipelines.landing.compartment import patient_id

_HERE: Final = Path(__file__).resolve().parent
_NAMED: Final = "../shared/data/synthea-ma-s20251-100/bulk"
_SLOTS: Final = 10_000
_ALL: Final = 10**9


def _lines(source: Path) -> Iterator[tuple[str, bytes, dict[str, Any]]]:
    for path in sorted(source.glob("*.ndjson*")):
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            for line in stream:
                yield path.name.removesuffix(".gz"), line, json.loads(line)


def _patient(resource: dict[str, Any]) -> str | None:
    return patient_id(resource, str(resource["id"]), {})


def _slot(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") % _SLOTS


def split(source: Path, folder: Path, by: str, share: float, most: int) -> dict[str, int]:
    """Write ``most`` and ``share`` below a folder, of some patients; resources of nobody go with the most."""
    lines = [(name, line, resource, _patient(resource)) for name, line, resource in _lines(source)]
    patients = sorted({patient for *_, patient in lines if patient}, key=_slot)[:most]
    wanted = {None, *patients}
    chosen = set(patients[: max(1, round(share * len(patients)))])
    counts = {"most": 0, "share": 0, "patients": len(patients), "chosen": len(chosen)}
    for name, line, resource, owner in lines:
        if owner not in wanted:
            continue
        key = f"{resource['resourceType']}/{resource['id']}"
        mine = owner in chosen if by == "patients" else owner is not None and _slot(key) < share * _SLOTS
        part = "share" if mine else "most"
        target = folder / part / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("ab") as out:
            out.write(line if line.endswith(b"\n") else line + b"\n")
        counts[part] += 1
    return counts


class Clock:
    """Listens to the job's steps: what each cost, in the order in which they ended."""

    def __init__(self) -> None:
        self.steps: dict[str, dict[str, Any]] = {}
        self._began: dict[str, tuple[float, float]] = {}

    def started(self, step: str) -> None:
        """A step begins."""
        self._began[step] = perf_counter(), cpu_seconds()

    def finished(self, step: str, seconds: float, *, reused: bool) -> None:
        """A step has ended, or there was nothing to do."""
        if step not in self._began:
            return
        wall, cpu = self._began.pop(step)
        self.steps[step] = {"cpu": cpu_seconds() - cpu, "wall": perf_counter() - wall}
        print(f"{step}: {self.steps[step]['cpu']:.1f}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Nothing to close."""


def once(home_folder: Path, source: Path, result: Path, to: str) -> None:
    """Run the job in this process, measured by step."""
    from plummer.pipelines import progress
    from plummer.pipelines.home import Home
    from plummer.pipelines.ledger import Ledger
    from plummer.pipelines.request import RunRequest
    from plummer.pipelines.runner import Source, new_run_id, run

    warnings.simplefilter("ignore")  # as the command line does: libraries' warnings may quote values
    home, clock, began = Home.at(home_folder), Clock(), perf_counter()
    home.create()
    progress.listener = clock
    found = run(home, [Source("fhir", "main", str(source.absolute()))], RunRequest(new_run_id()), to)
    if found.error is not None:
        raise found.error
    ledger = Ledger(home.ledger)
    for step, cost in clock.steps.items():
        told = ledger.stage(step)
        cost["touched"] = None if told is None else told.result["details"].get("touched")
    total = {"cpu": cpu_seconds(), "wall": perf_counter() - began}
    result.write_text(json.dumps({"steps": clock.steps, **total}))


def _process(home: Path, source: Path, result: Path, to: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.incremental", "--to", to]
    command += ["--once", str(home), str(source), str(result)]
    subprocess.run(command, check=True, cwd=_HERE.parent)
    made: dict[str, Any] = json.loads(result.read_text())
    return made


def table(whole: dict[str, Any], part: dict[str, Any], counts: dict[str, int], command: str) -> str:
    """The result as Markdown."""
    out = [
        f"`{command}`: {counts['share']:,} records on top of {counts['most']:,}"
        f" ({counts['chosen']} of {counts['patients']} patients).",
        "",
        "| step | the others, CPU s | wall s | the share, CPU s | wall s | CPU ratio | made anew |",
        "| --- | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    none = {"cpu": 0.0, "wall": 0.0}
    for name in dict.fromkeys((*whole["steps"], *part["steps"])):
        out.append(_line(name, whole["steps"].get(name, none), part["steps"].get(name, none)))
    between = [
        {kind: made[kind] - sum(step[kind] for step in made["steps"].values()) for kind in ("cpu", "wall")}
        for made in (whole, part)
    ]
    out += [_line("between (start, Dagster)", *between), _line("**whole process**", whole, part)]
    return "\n".join(out) + "\n"


def _line(name: str, whole: dict[str, Any], part: dict[str, Any]) -> str:
    told = part.get("touched") or {}
    made = f"{told['n']:,} of {told['of']:,}" if told else ""
    made += f" (whole: {told['why']})" if told.get("whole") else ""
    figures = (f"{one[kind]:.1f}" for one in (whole, part) for kind in ("cpu", "wall"))
    return f"| {name} | {' | '.join(figures)} | {part['cpu'] / max(whole['cpu'], 0.01):.3f} | {made} |"


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="python -m bench.incremental")
    parser.add_argument("--source", type=Path, default=_HERE.parent / _NAMED)
    parser.add_argument("--by", choices=["patients", "records"], default="patients")
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--patients", type=int, default=_ALL, help="of how many patients (default all)")
    parser.add_argument("--to", default="released", help="the last stage, as in `plummer run`")
    parser.add_argument("--keep", type=Path, help="folder for the loaded home, kept and used again")
    parser.add_argument("--once", type=Path, nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.once is not None:
        once(*options.once, options.to)
        return
    with tempfile.TemporaryDirectory(prefix="plummer-bench-", ignore_cleanup_errors=True) as made:
        counts, whole, part = _measure(options, options.keep or Path(made))
    shown = f"python -m bench.incremental --by {options.by} --share {options.share} --to {options.to}"
    shown += f" --patients {options.patients}" if options.patients < _ALL else ""
    print(table(whole, part, counts, shown))


def _split(options: argparse.Namespace, folder: Path) -> dict[str, int]:
    return split(options.source, folder / "in", options.by, options.share, options.patients)


def _measure(
    options: argparse.Namespace, folder: Path
) -> tuple[dict[str, int], dict[str, Any], dict[str, Any]]:
    """What was delivered, what loading the others cost, and what the share did."""
    told, loaded, home = folder / "counts.json", folder / "most.json", folder / "home"
    if not loaded.exists():
        folder.mkdir(parents=True, exist_ok=True)
        told.write_text(json.dumps(_split(options, folder)))
        _process(folder / "loaded", folder / "in" / "most", loaded, options.to)
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(folder / "loaded", home, ignore=shutil.ignore_patterns("scratch"))
    part = _process(home, folder / "in" / "share", folder / "share.json", options.to)
    return json.loads(told.read_text()), json.loads(loaded.read_text()), part


if __name__ == "__main__":
    main()
