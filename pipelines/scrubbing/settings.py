"""What a scrub worker is told, and the engine that it builds from it once."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Final

from pyarrow import parquet

from plummer.deid.policy import Policy
from plummer.deid.pseudonyms import unseal
from plummer.deid.structure import ENGINE_VERSION, Population, Scrubber
from plummer.deid.text import TextEngine
from plummer.deid.text.shadow import fold
from plummer.deid.text.surrogate_names import WORD
from plummer.deid.text.surrogates import Replacement
from plummer.deid.text.taken import Taken
from plummer.deid.text.version import text_version
from plummer.pipelines.index.context import Sealed
from plummer.pipelines.index.crosswalk import SECRET, secret_of
from plummer.pipelines.storage import open_binary

LABEL: Final = "label"
DAY: Final = "day"
"""Kinds of rows of ``identified/population``."""
_NUMBERS: Final = ("ids", "phones", "emails")

_BUILT: Final[dict[tuple[str, tuple[str, ...], tuple[str, ...]], Scrubber]] = {}


@dataclass(frozen=True, slots=True)
class Vault:
    """Opens sealed secrets of one domain and epoch."""

    domain: str
    epoch: int
    key: bytes = field(repr=False)

    def secret(self, sealed: Sealed) -> bytes:
        """The secret.

        Raises:
            PlummerError: ``crosswalk_tampered`` (exit 5).
        """
        place = (SECRET, self.domain, self.epoch, sealed.lookup, sealed.name, sealed.text)
        return secret_of(unseal(self.key, *place))


@dataclass(frozen=True, slots=True)
class ScrubSettings:
    """Closure of a scrub task: the policy, subkeys by purpose (never the root), and where names are.

    Attributes:
        policy: the policy in force.
        lookup_key, shift_key, surrogate_key, identifier_key: subkeys.
        vault: what opens the subjects' random secrets; None where secrets come from `surrogate_key`.
        identities: URIs of the Parquet files of ``identified/identities``.
        population: URIs of the Parquet files of ``identified/population``.
        engine: version of structure and text engine, as the driver has it.
    """

    policy: Policy
    lookup_key: bytes = field(repr=False)
    shift_key: bytes = field(repr=False)
    surrogate_key: bytes = field(repr=False)
    identities: tuple[str, ...] = ()
    population: tuple[str, ...] = ()
    engine: str = ""
    vault: Vault | None = None
    identifier_key: bytes = field(default=b"", repr=False)

    def scrubber(self) -> Scrubber:
        """The compiled policy with its text engine; built once per worker process."""
        token = (self.policy.sha256, self.identities, self.population)
        if token not in _BUILT:
            _BUILT.clear()
            engine = TextEngine(names=self.site_names())
            _BUILT[token] = Scrubber(self.policy, engine, self.common(), self.taken())
        return _BUILT[token]

    def common(self) -> Population:
        """What the stage population has found that many subjects share."""
        labels: set[tuple[str, str, str]] = set()
        days: set[tuple[str, str, date]] = set()
        for uri in self.population:
            with open_binary(uri) as stream:
                rows = parquet.read_table(stream).to_pylist()
            labels.update((r["first"], r["second"], r["third"]) for r in rows if r["kind"] == LABEL)
            found = (r for r in rows if r["kind"] == DAY)
            days.update((r["first"], r["second"], date.fromisoformat(r["third"])) for r in found)
        return Population(frozenset(labels), frozenset(days))

    def taken(self) -> Taken:
        """Names and numbers of everybody in the home, where the policy invents others."""
        if self.policy.text == Replacement.TAGS:
            return Taken()
        return Taken(self._values())

    def _values(self) -> Iterator[str]:
        for uri in self.identities:
            with open_binary(uri) as stream:
                table = parquet.read_table(stream, columns=["kind", "names", *_NUMBERS])
            for row in table.to_batches(max_chunksize=10_000):
                for found in row.to_pylist():
                    yield from (value for name in _NUMBERS for value in found[name] or ())
                    if found["kind"] != "organisation":
                        yield from (
                            word for name in found["names"] or () for word in WORD.findall(fold(name))
                        )

    def site_names(self) -> frozenset[str]:
        """Names of every person of the home, for the sweep of all notes."""
        names: set[str] = set()
        for uri in self.identities:
            with open_binary(uri) as stream:
                table = parquet.read_table(stream, columns=["kind", "names"])
            for kind, found in zip(*(table.column(c).to_pylist() for c in ("kind", "names")), strict=True):
                if kind != "organisation":
                    names.update(found or ())
        return frozenset(names)


@cache
def engine_version() -> str:
    """Version of structure and text engine together; a change rebuilds ``deid/`` and ``timeline/``."""
    return f"{ENGINE_VERSION}+{text_version()}"
