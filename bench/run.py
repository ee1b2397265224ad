"""Measure the whole job by stage beside a plain copy of the same files.

    python -m bench.run [--source DIR] [--repeats N] [--write]

Every repeat runs in a process and a home of its own. Figures are medians over the repeats; ``--write``
puts the table into ``bench/results.md``.
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
import warnings
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bench.table import table

_HERE: Final = Path(__file__).resolve().parent
_DEFAULT: Final = _HERE.parents[1] / "shared" / "data" / "synthea-ma-s20251-100" / "bulk"
_NAMED: Final = "../shared/data/synthea-ma-s20251-100/bulk"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.run", description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=Path, default=_DEFAULT, help=f"FHIR folder (default {_NAMED})")
    parser.add_argument("--repeats", type=int, default=1, help="runs of the whole job (default 1)")
    parser.add_argument("--write", action="store_true", help="write bench/results.md")
    parser.add_argument("--once", type=Path, metavar="FILE", help=argparse.SUPPRESS)
    return parser.parse_args()


def _once(source: Path, result: Path) -> None:
    """One measured run in this process, written down as JSON."""
    from bench.measure import measure

    warnings.simplefilter("ignore")  # as the command line does: libraries' warnings may quote values

    with tempfile.TemporaryDirectory(prefix="plummer-bench-", ignore_cleanup_errors=True) as folder:
        result.write_text(json.dumps(asdict(measure(source.absolute(), Path(folder)))))


def _repeat(source: Path, repeats: int) -> list[dict[str, Any]]:
    found = []
    with tempfile.TemporaryDirectory(prefix="plummer-bench-") as folder:
        for number in range(repeats):
            result = Path(folder) / f"{number}.json"
            command = [sys.executable, "-m", "bench.run", "--source", str(source), "--once", str(result)]
            subprocess.run(command, check=True, cwd=_HERE.parent)
            found.append(json.loads(result.read_text()))
            print(f"run {number + 1} of {repeats}: {found[-1]['job']['wall']:.1f} s", file=sys.stderr)
    return found


def main() -> None:
    """Entry point."""
    options = _options()
    if options.once is not None:
        _once(options.source, options.once)
        return
    shown = _NAMED if options.source == _DEFAULT else options.source.name
    command = f"python -m bench.run --source {shlex.quote(shown)} --repeats {options.repeats}"
    text = table(_repeat(options.source.absolute(), options.repeats), command)
    print(text)
    if options.write:
        (_HERE / "results.md").write_text(text)


if __name__ == "__main__":
    main()
