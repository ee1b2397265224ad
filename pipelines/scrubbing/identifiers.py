"""Pseudonyms of identifiers, where a policy asks for them: which it asks for, and what a worker looks up."""

import json
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from plummer.deid.context import Identify, KnownIdentifiers, SubjectContext
from plummer.deid.dates import DateContext
from plummer.deid.policy import Action, Policy
from plummer.deid.pseudonyms import identifier_scope, keyed_identifier, lookup
from plummer.deid.structure import Scrubber
from plummer.schemas.errors import PlummerError


def asks(policy: Policy) -> bool:
    """Whether any rule of a policy gives identifiers a pseudonym.

    Example:
        >>> from plummer.deid.policy import load_policy
        >>> asks(load_policy("safe_harbor"))
        False
    """
    return any(rule.action is Action.PSEUDONYMISE for rule in policy.rules)


def keyed(key: bytes, site: str) -> Identify:
    """Pseudonyms computed from the subkey of purpose ``identifier``."""

    def identify(system: str, path: str, value: str) -> str:
        return keyed_identifier(key, identifier_scope(system, site, path), value)

    return identify


def drawn(key: bytes, site: str, table: Mapping[bytes, str]) -> Identify:
    """Pseudonyms drawn before and looked up; ``key`` is the subkey of purpose ``lookup``."""

    def identify(system: str, path: str, value: str) -> str | None:
        return table.get(lookup(key, identifier_scope(system, site, path), value))

    return identify


class _NoText:
    """Reads no text: only identifiers are looked for."""

    def scrub(self, text: str, known: KnownIdentifiers, dates: DateContext, surrogates: Any = None) -> Any:  # noqa: ANN401 (unused)
        return SimpleNamespace(text="", counts={})

    def scrub_phrase(self, text: str, known: KnownIdentifiers) -> str:
        return ""


def asked_batches(
    batches: Iterator[pa.RecordBatch], *, policy: Policy, key: bytes
) -> Iterator[pa.RecordBatch]:
    """Rows (owner, site, body) to (owner, lookup, source) of each identifier that the policy asks for.

    The records go through the scrubber itself, without texts, so that what is drawn is what will be asked
    for. `source` is the JSON array of scope and value.
    """
    scrubber = Scrubber(policy, _NoText())
    for batch in batches:
        rows = [found for row in batch.to_pylist() for found in _asked(scrubber, row, key)]
        yield pa.RecordBatch.from_arrays(
            [
                pa.array([row[0] for row in rows], pa.string()),
                pa.array([row[1] for row in rows], pa.binary()),
                pa.array([row[2] for row in rows], pa.string()),
            ],
            names=["owner", "lookup", "source"],
        )


def _asked(scrubber: Scrubber, row: Mapping[str, Any], key: bytes) -> list[tuple[str, bytes, str]]:
    found: dict[bytes, str] = {}

    def note(system: str, path: str, value: str) -> None:
        scope = identifier_scope(system, row["site"], path)
        found[lookup(key, scope, value)] = json.dumps([scope, value])

    try:
        scrubber.scrub(row["body"], SubjectContext(identify=note), "x")
    except PlummerError:
        return []  # the scrub stage will refuse it too, with its reason
    return [(row["owner"], at, source) for at, source in found.items()]
