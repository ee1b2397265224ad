"""One partition of the compartments stream: context rows first, then the compartment's resources.

Only one compartment's context is held at a time, so memory doesn't grow with the number of patients.
"""

from collections.abc import Iterator
from typing import Any, Protocol

import pyarrow as pa

from plummer.deid.context import Identify, SubjectContext
from plummer.deid.dates import TimeMode
from plummer.deid.pseudonyms import date_shift, subject_secret
from plummer.deid.structure import Scrubbed
from plummer.pipelines.index.context import CONTEXT_PART, ContextBuilder
from plummer.pipelines.index.lookups import Lookups
from plummer.pipelines.index.rows import SHARED
from plummer.pipelines.scrubbing.identifiers import drawn, keyed
from plummer.pipelines.scrubbing.rows import RefusedRows, ScrubbedRows
from plummer.pipelines.scrubbing.settings import ScrubSettings
from plummer.schemas.errors import PlummerError

__all__ = ["RefusedRows", "ScrubbedRows", "stream"]


class Collector(Protocol):
    """Takes what became of each record and makes rows of a table."""

    def scrubbed(self, record: dict[str, Any], subject: str | None, made: Scrubbed, pseudonym: str) -> None:
        """A record was scrubbed."""

    def refused(self, record: dict[str, Any], code: str) -> None:
        """A record could not be scrubbed safely."""

    def take(self, *, final: bool) -> Iterator[pa.RecordBatch]:
        """Rows gathered so far, where there are enough of them or no more will come."""


def stream(
    settings: ScrubSettings,
    collector: type[ScrubbedRows] | type[RefusedRows],
    batches: Iterator[pa.RecordBatch],
) -> Iterator[pa.RecordBatch]:
    """The body of the scrub stage's ``mapInArrow``."""
    rows: Collector = collector(settings)
    compartments = _Compartments(settings)
    for batch in batches:
        for record in batch.to_pylist():
            if record["part"] == CONTEXT_PART:
                compartments.learn(record)
            else:
                _scrub(settings, compartments, record, rows)
        yield from rows.take(final=False)
    yield from rows.take(final=True)


def _scrub(
    settings: ScrubSettings, compartments: "_Compartments", record: dict[str, Any], rows: Collector
) -> None:
    context = compartments.context(record["owner"], record["site"])
    if context.subject_id is not None and not context.secret:
        rows.refused(record, "secret_missing")
        return
    own = context.references.get(f"{record['resource_type']}/{record['resource_id']}")
    if own is None:
        rows.refused(record, "pseudonym_missing")
        return
    pseudonym = own.split("/", 1)[1]
    try:
        made = settings.scrubber().scrub(record["body"], context, pseudonym, record["site"])
    except PlummerError as error:
        rows.refused(record, error.code)
        return
    rows.scrubbed(record, context.subject_id, made, pseudonym)


class _Compartments:
    """The context of the compartment that is passing by."""

    def __init__(self, settings: ScrubSettings) -> None:
        self._settings = settings
        self._builder = ContextBuilder("")
        self._contexts: dict[str, SubjectContext] = {}
        self._lookups: dict[str, Lookups] = {}

    def learn(self, row: dict[str, Any]) -> None:
        """Take a context row."""
        self._enter(row["owner"])
        self._builder.add(row)

    def context(self, owner: str, site: str) -> SubjectContext:
        """The context for a record of a compartment; a shared owner holds records of several sites."""
        self._enter(owner)
        if site not in self._contexts:
            self._contexts[site] = self._build(owner, site)
        return self._contexts[site]

    def _enter(self, owner: str) -> None:
        if self._builder.owner != owner:
            self._builder = ContextBuilder(owner)
            self._contexts = {}

    def _build(self, owner: str, site: str) -> SubjectContext:
        policy = self._settings.policy
        of_subject = not owner.startswith(SHARED)
        shift = (
            date_shift(self._settings.shift_key, owner)
            if of_subject and policy.time_mode == TimeMode.SHIFT
            else 0
        )
        lookups = self._lookups.setdefault(site, Lookups(self._settings.lookup_key, site))
        secret = self._secret(owner) if of_subject else b""
        return self._builder.build(
            policy.time_mode,
            policy.zone_of(site),
            shift,
            lookups=lookups,
            secret=secret,
            identify=self._identify(site),
        )

    def _identify(self, site: str) -> Identify:
        """Pseudonyms of identifiers: drawn and kept in the crosswalk, or where the policy allows it keyed."""
        if self._settings.vault is None:
            return keyed(self._settings.identifier_key, site)
        return drawn(self._settings.lookup_key, site, self._builder.identifiers)

    def _secret(self, owner: str) -> bytes:
        """The subject's secret: drawn and kept in the crosswalk, or where the policy allows it keyed."""
        vault, sealed = self._settings.vault, self._builder.sealed
        if vault is None:
            return subject_secret(self._settings.surrogate_key, owner)
        return b"" if sealed is None else vault.secret(sealed)
