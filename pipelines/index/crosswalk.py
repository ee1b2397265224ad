"""Arrow batches of the crosswalk stage: drawing, sealing and digesting rows. No Spark."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa

from plummer.deid.keys import Purpose, RootKey
from plummer.deid.pseudonyms import (
    draw,
    keyed_resource_id,
    keyed_subject_id,
    resource_pseudonym,
    row_mac,
    seal,
    subject_pseudonym,
    unseal,
)

SUBJECT: Final = "subject"
IDENTIFIER: Final = "identifier"
SECRET: Final = "secret"  # noqa: S105 (a kind of row)
"""A subject's random secret, sealed behind the real id; lookup as the subject's own row has it."""
DIGEST_BYTES: Final = 32
_MODULUS: Final = 2 ** (8 * DIGEST_BYTES)
_MARK: Final = "#"
_SECOND_DRAW: Final = 2**60
"""Above every ordinal, so that a secret and its row's public name have nothing in common."""


def audience(domain: str, *, random: bool) -> str:
    """The `domain` of the crosswalk's rows: drawn pseudonyms and computed ones stay apart.

    A home may be run under a keyed profile first and under ``safe_harbor`` later. Were its rows taken up,
    the release would carry codes derived from the person's record numbers (45 CFR 164.514(c)(1)).
    No domain of a key holds a dot.

    Example:
        >>> audience("main", random=True), audience("main", random=False)
        ('main', 'main.keyed')
    """
    return domain if random else f"{domain}.keyed"


@dataclass(frozen=True, slots=True)
class CrosswalkKeys:
    """The subkeys that the crosswalk's tasks need; never the root.

    Attributes:
        domain: audience within which pseudonyms agree.
        epoch: key generation.
    """

    domain: str
    epoch: int
    seal: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    resource: bytes = field(repr=False)
    subject: bytes = field(repr=False)

    @classmethod
    def of(cls, root: RootKey, *, random: bool = True) -> "CrosswalkKeys":
        """Derive them on the driver; `random` says which of the two sets of rows is meant."""
        return cls(
            audience(root.domain, random=random),
            root.epoch,
            root.subkey(Purpose.SEAL),
            root.subkey(Purpose.CROSSWALK_MAC),
            root.subkey(Purpose.RESOURCE_ID),
            root.subkey(Purpose.SUBJECT_ID),
        )


@dataclass(frozen=True, slots=True)
class Drawing:
    """How one draw makes pseudonyms; the same drawing on the same rows makes the same ones.

    Attributes:
        seed: randomness of this draw, None for keyed pseudonyms.
        bumps: by how much to count up keyed subject ids that collided, by lookup.
    """

    seed: bytes | None = field(repr=False)
    bumps: Mapping[bytes, int] = field(default_factory=dict, repr=False)


def pseudonym_of(keys: CrosswalkKeys, drawing: Drawing, row: Mapping[str, Any]) -> str:
    """Pseudonym of a target row: kind, lookup, source (SITE/Type/id), ordinal."""
    is_subject = row["kind"] == SUBJECT
    if drawing.seed is not None:
        bits = draw(drawing.seed, row["ordinal"])
        return str(subject_pseudonym(bits)) if is_subject else resource_pseudonym(bits)
    site, _, name = row["source"].partition("/")
    if is_subject:
        return str(keyed_subject_id(keys.subject, site, name, drawing.bumps.get(bytes(row["lookup"]), 0)))
    return keyed_resource_id(keys.resource, site, name)


def sealed_text(kind: str, source: str, drawing: Drawing, ordinal: int) -> str:
    """What a row seals: the real id, and of a secret's row the secret behind it.

    Raises:
        ValueError: a secret can't be computed from a key; it is drawn or not there.
    """
    if kind != SECRET:
        return source
    if drawing.seed is None:
        raise ValueError("a secret is drawn")
    return f"{source}{_MARK}{draw(drawing.seed, ordinal + _SECOND_DRAW).hex()}"


def source_of(kind: str, text: str) -> str:
    """SITE/Type/id of a row, from what it seals.

    Example:
        >>> source_of("secret", "main/Patient/7#00ff"), source_of("subject", "main/Patient/7")
        ('main/Patient/7', 'main/Patient/7')
    """
    return text.rpartition(_MARK)[0] if kind == SECRET else text


def name_of(kind: str, text: str) -> tuple[str, str]:
    """Site and name of which a row's lookup is the hash; of an identifier its scope and value.

    Example:
        >>> name_of("subject", "main/Patient/7"), name_of("identifier", '["system http://x", "A1"]')
        (('main', 'Patient/7'), ('system http://x', 'A1'))
    """
    if kind == IDENTIFIER:
        scope, value = json.loads(text)
        return scope, value
    site, _, name = source_of(kind, text).partition("/")
    return site, name


def secret_of(text: str) -> bytes:
    """The secret in what a secret's row seals.

    Example:
        >>> secret_of("main/Patient/7#00ff").hex()
        '00ff'
    """
    return bytes.fromhex(text.rpartition(_MARK)[2])


def draw_batches(
    batches: Iterator[pa.RecordBatch], *, keys: CrosswalkKeys, drawing: Drawing
) -> Iterator[pa.RecordBatch]:
    """Rows (kind, lookup, source, ordinal) to (kind, lookup, source as it is sealed, pseudonym)."""
    for batch in batches:
        rows = batch.to_pylist()
        made = [pseudonym_of(keys, drawing, row) for row in rows]
        texts = [sealed_text(row["kind"], row["source"], drawing, row["ordinal"]) for row in rows]
        yield pa.RecordBatch.from_arrays(
            [
                *(batch.column(name) for name in ("kind", "lookup")),
                pa.array(texts, pa.string()),
                pa.array(made, pa.string()),
            ],
            names=["kind", "lookup", "source", "pseudonym"],
        )


def seal_batches(batches: Iterator[pa.RecordBatch], *, keys: CrosswalkKeys) -> Iterator[pa.RecordBatch]:
    """Rows (kind, lookup, source, pseudonym) to rows of the crosswalk."""
    domain, epoch = keys.domain, keys.epoch
    for batch in batches:
        sealed = [
            seal(keys.seal, row["kind"], domain, epoch, row["lookup"], row["pseudonym"], row["source"])
            for row in batch.to_pylist()
        ]
        count = batch.num_rows
        yield pa.RecordBatch.from_arrays(
            [
                pa.array([domain] * count, pa.string()),
                pa.array([epoch] * count, pa.int32()),
                batch.column("kind"),
                batch.column("lookup"),
                pa.array(sealed, pa.binary()),
                batch.column("pseudonym"),
            ],
            names=["domain", "epoch", "kind", "lookup", "sealed", "pseudonym"],
        )


def digest_batches(batches: Iterator[pa.RecordBatch], *, key: bytes) -> Iterator[pa.RecordBatch]:
    """Crosswalk rows to one row a task: count, and the sum of the rows' MACs modulo 2^256."""
    rows, total = 0, 0
    for batch in batches:
        rows += batch.num_rows
        for row in batch.to_pylist():
            total += row_mac(
                key,
                row["domain"].encode(),
                str(row["epoch"]).encode(),
                row["kind"].encode(),
                row["lookup"],
                row["sealed"],
                row["pseudonym"].encode(),
            )
    part = (total % _MODULUS).to_bytes(DIGEST_BYTES, "big")
    yield pa.RecordBatch.from_arrays(
        [pa.array([rows], pa.int64()), pa.array([part], pa.binary())], names=["rows", "part"]
    )


def sum_digests(parts: Iterator[bytes]) -> str:
    r"""The digest of the whole table from its tasks' parts, 64 hex digits.

    Example:
        >>> sum_digests(iter([b"\x01", b"\xff"]))[-4:]
        '0100'
    """
    total = sum(int.from_bytes(part, "big") for part in parts) % _MODULUS
    return total.to_bytes(DIGEST_BYTES, "big").hex()


def open_batches(batches: Iterator[pa.RecordBatch], *, keys: CrosswalkKeys) -> Iterator[pa.RecordBatch]:
    """Crosswalk rows to (lookup, source) with the real id unsealed; for audited use only.

    Raises:
        PlummerError: ``crosswalk_tampered`` (exit 5).
    """
    for batch in batches:
        opened = [source_of(row["kind"], _open(keys.seal, row)) for row in batch.to_pylist()]
        yield pa.RecordBatch.from_arrays(
            [batch.column("lookup"), pa.array(opened, pa.string())], names=["lookup", "source"]
        )


def _open(key: bytes, row: Mapping[str, Any]) -> str:
    columns = (row["kind"], row["domain"], row["epoch"], row["lookup"], row["pseudonym"], row["sealed"])
    return unseal(key, *columns)
