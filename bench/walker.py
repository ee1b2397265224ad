"""The structured pass beside a walker that only copies, on one core: CPU time, interleaved, without notes.

Usage: python -m bench.walker DIR [--subjects N] [--repeats N]

``DIR`` holds NDJSON files, gzipped or not. Records come as in the pipeline: a subject's after another's, with
a context for each. Both sides parse with number tokens kept, walk, and dump. Files of notes are left
out. Before anything is timed, every decimal of the output is looked up among the
input's, token by token.
"""

import argparse
import gzip
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from plummer.deid.context import KnownIdentifiers, SubjectContext
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubber
from plummer.deid.structure.json import decode, encode

NOTES = ("DocumentReference", "DiagnosticReport")
TARGET = 0.5
_SUBJECT = re.compile(rb'"reference": ?"(Patient/[^"]+)"')
_DECIMAL = re.compile(rb'"value":(-?[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?)')


class Everyone(dict[str, str]):
    """Every reference has a target, as in a whole export."""

    def get(self, key: str, default: Any = None) -> Any:  # noqa: ANN401, D102
        return f"{key.partition('/')[0].partition('?')[0]}/aaqeayeaudaocajbifqydiob4a"


class NoText:
    """Changes no label, so that only the walker is measured."""

    def scrub(self, text: str, known: KnownIdentifiers, dates: DateContext) -> Any:  # noqa: ANN401, D102
        raise AssertionError("notes are left out")

    def scrub_phrase(self, text: str, known: KnownIdentifiers) -> str:  # noqa: D102
        return text


class Notes(NoText):
    """Stands in for short texts of other elements."""

    def scrub(self, text: str, known: KnownIdentifiers, dates: DateContext) -> Any:  # noqa: ANN401, D102
        return type("Cleaned", (), {"text": text, "counts": {}})


def copied(value: Any) -> Any:  # noqa: ANN401
    """A walker that decides nothing."""
    kind = value.__class__
    if kind is dict:
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if kind is list else value


def lines_of(path: Path) -> list[bytes]:
    """The lines of a file."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return raw.splitlines()


def compartments(folder: Path, subjects: int) -> list[list[bytes]]:
    """The records of some subjects, each subject's together; last, those that name none."""
    found: dict[bytes, list[bytes]] = {}
    for path in sorted(folder.glob("*.ndjson*")):
        for line in [] if path.name.startswith(NOTES) else lines_of(path):
            match = _SUBJECT.search(line)
            found.setdefault(match[1] if match else b"", []).append(line)
    shared = found.pop(b"", [])
    return [*list(found.values())[:subjects], shared]


def tokens_are_kept(scrubber: Scrubber, pairs: list[tuple[bytes, SubjectContext]]) -> int:
    """How many decimals came out as they went in; fails where one didn't."""
    seen = 0
    for line, context in pairs:
        out = _DECIMAL.findall(scrubber.scrub(line, context, "x").body)
        there = Counter(_DECIMAL.findall(re.sub(rb'": *', b'":', line)))
        if Counter(out) - there:
            raise SystemExit("a number token changed")
        seen += len(out)
    return seen


def timed(work: Callable[[], object]) -> float:
    """CPU seconds."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Print a line a round and a JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--subjects", type=int, default=15)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--profile", default="expert_determination")
    told = parser.parse_args()
    policy = load_policy(told.profile)
    shift = 77 if policy.time_mode is TimeMode.SHIFT else 0
    dates = DateContext(policy.time_mode, first=date(1938, 1, 1), last=date(2026, 12, 1), shift_days=shift)
    everyone = Everyone()
    groups = compartments(told.folder, told.subjects)
    pairs = [(line, around) for group in groups for around in [_context(dates, everyone)] for line in group]
    print(json.dumps(compared(Scrubber(policy, Notes()), pairs, told.repeats) | {"profile": told.profile}))


def _context(dates: DateContext, everyone: Everyone) -> SubjectContext:
    return SubjectContext("4", dates, references=everyone)


def compared(scrubber: Scrubber, pairs: list[tuple[bytes, SubjectContext]], repeats: int) -> dict[str, Any]:
    """Both sides, taking turns; the ratio is of medians, and beside it the least and greatest of a round."""
    kept = tokens_are_kept(scrubber, pairs)
    rounds = []
    for _ in range(repeats):
        copy = timed(lambda: [encode(copied(decode(line))) for line, _ in pairs])
        scrub = timed(lambda: [scrubber.scrub(line, context, "x").body for line, context in pairs])
        rounds.append((copy, scrub))
        print(f"copy {copy:.3f} s  scrub {scrub:.3f} s  ratio {copy / scrub:.2f}")
    copy, scrub = (statistics.median(side) for side in zip(*rounds, strict=True))
    size = sum(len(line) for line, _ in pairs)
    return {
        "ratio": round(copy / scrub, 3),
        "least": round(min(c / s for c, s in rounds), 3),
        "greatest": round(max(c / s for c, s in rounds), 3),
        "target": TARGET,
        "records": len(pairs),
        "copy_mb_s": round(size / copy / 1e6, 1),
        "scrub_mb_s": round(size / scrub / 1e6, 1),
        "decimals_kept": kept,
        "repeats": repeats,
    }


if __name__ == "__main__":
    main()
