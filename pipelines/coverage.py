"""Every path seen in a home's data, the rule that decides it, and what a reviewer hasn't accepted yet.

The counts are taken from ``identified/resources`` by a pass of its own, so that the main job carries none of
it. Names that came with the data (keys that R4 hasn't, extension URLs, code systems) may be identifiers: they
rest in the identified zone only, in ``identified/coverage/``.
"""

import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from plummer.deid.policy import Policy, load_policy
from plummer.deid.structure.census import NAMES_FROM_DATA, Census, Seen
from plummer.pipelines import progress
from plummer.pipelines.boundary import boundary
from plummer.pipelines.delta_log import latest_version
from plummer.pipelines.home import Home
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.lock import writer
from plummer.pipelines.outcome import table_rows
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import RESOURCES

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

CENSUS_VERSION: Final = 2
"""Raised when the same data and policy would give other lines."""
MOST_NAMES: Final = 10_000
"""Lines of one kind of name from the data that are kept; the rest are counted together."""
_SMALL_ROWS: Final = 20_000
_MOST_IN_A_WORKER: Final = 100_000
_KEY: Final = ("kind", "path", "rule", "action", "site")
_SCHEMA: Final = pa.schema(
    [(name, pa.string()) for name in _KEY] + [("elements", pa.int64()), ("records", pa.int64())]
)
_DDL: Final = ", ".join([*(f"{name} string" for name in _KEY), "elements bigint, records bigint"])
_GONE: Final = frozenset({"drop", "mask"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what was seen, in how many elements and records, and how it stands to what was accepted.

    Attributes:
        seen: kind, path, rule, action, and the site whose own rule it is.
        elements: how often.
        records: in how many records.
        change: ``new``, ``decided_otherwise``, ``same``; ``not_seen`` for an accepted line that is gone.
    """

    seen: Seen
    elements: int
    records: int
    change: str = "new"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the policy met in a home.

    Attributes:
        policy_sha256: the policy that decides.
        version: version of ``identified/resources``.
        lines: sorted by kind and path.
        accepted: sha256 of what was last accepted, None if nothing was.
    """

    policy_sha256: str
    version: int
    lines: tuple[Line, ...]
    accepted: str | None = None

    @property
    def sha256(self) -> str:
        """What a reviewer signs: the policy and every line without its counts."""
        told = [self.policy_sha256, [_told(line.seen) for line in self.present]]
        return hashlib.sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()

    @property
    def present(self) -> tuple[Line, ...]:
        """Lines that were seen this time."""
        return tuple(line for line in self.lines if line.change != "not_seen")

    def changed(self) -> tuple[Line, ...]:
        """Lines that a reviewer hasn't accepted."""
        return tuple(line for line in self.lines if line.change in {"new", "decided_otherwise"})

    def dropped_unseen(self) -> tuple[Line, ...]:
        """Lines that nobody has accepted and of which nothing remains."""
        return tuple(line for line in self.changed() if line.seen.action in _GONE)


def coverage(home: Home, policy: Policy | None = None, accept: str | None = None) -> Coverage:
    """Count a home's paths, unless nothing has changed, and hold them against the accepted ones.

    Args:
        home: the home.
        policy: the policy; by default that of the last run.
        accept: a reviewer's name: what is seen now becomes what is accepted.

    Raises:
        PlummerError: ``home_missing``, ``step_missing`` (nothing landed) or ``home_busy`` (exit 2).
    """
    if not home.ledger.is_file():
        raise PlummerError("home_missing", "there is no home here", ExitCode.USAGE)
    policy = policy or last_policy(home)
    version = latest_version(home.table(RESOURCES))
    if version < 0:
        raise PlummerError("step_missing", "nothing has been landed yet", ExitCode.USAGE, RESOURCES.path)
    stored = _load(home, "seen.json")
    inputs = {"census": CENSUS_VERSION, "policy_sha256": policy.sha256, "version": version}
    if stored is None or {name: stored.get(name) for name in inputs} != inputs:
        stored = inputs | {"lines": _plain(_counted(home, policy))}
        _save(home, "seen.json", stored)
    accepted = _load(home, "accepted.json")
    found = Coverage(policy.sha256, version, _held(_lines(stored), accepted), (accepted or {}).get("sha256"))
    return found if accept is None else _accept(home, found, stored, accept)


def last_policy(home: Home) -> Policy:
    """The policy of a home's last run."""
    runs = Ledger(home.ledger).runs()
    return load_policy(str(runs[-1]["profile"]) if runs else "safe_harbor")


def _accept(home: Home, found: Coverage, stored: Mapping[str, Any], reviewer: str) -> Coverage:
    from datetime import UTC, datetime

    when = datetime.now(UTC).isoformat(timespec="seconds")
    _save(home, "accepted.json", {**stored, "sha256": found.sha256, "reviewer": reviewer, "accepted": when})
    told = {
        "sha256": found.sha256,
        "policy_sha256": found.policy_sha256,
        "version": found.version,
        "at": when,
    }
    Ledger(home.ledger).put("coverage_accepted", told)
    lines = tuple(Line(line.seen, line.elements, line.records, "same") for line in found.present)
    return Coverage(found.policy_sha256, found.version, lines, found.sha256)


def _held(lines: list[Line], accepted: Mapping[str, Any] | None) -> tuple[Line, ...]:
    """Lines with how each stands to what was accepted."""
    before = [] if accepted is None else _lines(accepted)
    known = {line.seen for line in before}
    places = {_place(line.seen) for line in before}
    now = {line.seen for line in lines}
    held = [Line(line.seen, line.elements, line.records, _change(line.seen, known, places)) for line in lines]
    gone = [Line(line.seen, 0, 0, "not_seen") for line in before if line.seen not in now]
    return tuple(sorted([*held, *gone], key=lambda line: line.seen))


def _change(seen: Seen, known: set[Seen], places: set[tuple[str, str, str]]) -> str:
    if seen in known:
        return "same"
    common = (seen.kind, seen.path, "")  # a site's new rule decides otherwise than the policy's did
    return "decided_otherwise" if _place(seen) in places or common in places else "new"


def _place(seen: Seen) -> tuple[str, str, str]:
    return seen.kind, seen.path, seen.site


def _told(seen: Seen) -> list[str]:
    """A line as it is kept and signed; the policy's own lines as they were before sites had rules."""
    return [seen.kind, seen.path, seen.rule, seen.action, *([seen.site] if seen.site else [])]


def _counted(home: Home, policy: Policy) -> list[Line]:
    from plummer.pipelines.session import open_session
    from plummer.pipelines.spark_settings import SparkSettings
    from plummer.pipelines.stages.current import current

    rows = table_rows(Ledger(home.ledger)).get(RESOURCES.path, _SMALL_ROWS + 1)
    chosen = SparkSettings()
    settings = chosen.model_copy(update={"small": chosen.small or rows <= _SMALL_ROWS})
    begun = perf_counter()
    progress.started("coverage")
    with writer(home.root), boundary("coverage"):
        spark = open_session(home.scratch, settings)
        bodies = current(spark, home).select("site", "body")
        found = collect(bodies.mapInArrow(partial(count_batches, policy), _DDL))
    progress.finished("coverage", perf_counter() - begun, reused=False)
    return found


def count_batches(policy: Policy, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The body of the pass's ``mapInArrow``: bodies in, counted lines out, a partition's together.

    Args:
        policy: the policy; a site's records are counted under its own rules.
        batches: columns ``site`` and ``body``.
    """
    censuses: dict[str, Census] = {}
    elements: Counter[Seen] = Counter()
    records: Counter[Seen] = Counter()
    for batch in batches:
        sites, bodies = (batch.column(name).to_pylist() for name in ("site", "body"))
        for site, body in zip(sites, bodies, strict=True):
            if site not in censuses:
                censuses[site] = Census(policy, site)
            found = censuses[site].count(body)
            elements.update(found)
            records.update(found.keys())
        if len(elements) > _MOST_IN_A_WORKER:  # names from the data are endless
            yield _batch(elements, records)
            elements.clear()
            records.clear()
    yield _batch(elements, records)


def _batch(elements: Counter[Seen], records: Counter[Seen]) -> pa.RecordBatch:
    rows = [{**asdict(seen), "elements": n, "records": records[seen]} for seen, n in sorted(elements.items())]
    return pa.RecordBatch.from_pylist(rows, schema=_SCHEMA)


def collect(counted: "DataFrame") -> list[Line]:
    """Partitions' lines added up; of names from the data the commonest, and one line for the rest."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    summed = counted.groupBy(*_KEY).agg(
        f.sum("elements").alias("elements"), f.sum("records").alias("records")
    )
    rank = f.row_number().over(Window.partitionBy("kind").orderBy(f.desc("records"), "path", "rule"))
    named = f.col("kind").isin(sorted(NAMES_FROM_DATA))
    rest = named & (f.col("rank") > MOST_NAMES)
    lumped = summed.withColumn("rank", rank).withColumn(
        "path", f.when(rest, "(more)").otherwise(f.col("path"))
    )
    again = lumped.groupBy(*_KEY).agg(f.sum("elements").alias("elements"), f.sum("records").alias("records"))
    return [
        Line(Seen(*(row[name] for name in _KEY)), row["elements"], row["records"])
        for row in again.orderBy(*_KEY).toLocalIterator()
    ]


def folder(home: Home) -> Path:
    """Where coverage rests: in the identified zone."""
    return home.root / "identified" / "coverage"


def _load(home: Home, name: str) -> dict[str, Any] | None:
    path = folder(home) / name
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        message = "a coverage file is damaged; remove it, and accept anew what it held"
        raise PlummerError("coverage_damaged", message, ExitCode.INTEGRITY, name) from None
    return found if isinstance(found, dict) else None


def _save(home: Home, name: str, value: Mapping[str, Any]) -> None:
    folder(home).mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder(home) / name
    part = path.with_suffix(".part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        json.dump(value, stream)
    part.replace(path)


def _plain(lines: Iterable[Line]) -> list[list[Any]]:
    return [[*_told(line.seen)[:4], line.elements, line.records, *_told(line.seen)[4:]] for line in lines]


def _lines(stored: Mapping[str, Any]) -> list[Line]:
    return [Line(Seen(*row[:4], *row[6:]), row[4], row[5]) for row in stored["lines"]]
