"""What one row of ``identified/index`` is, and who owns a resource."""

import zlib
from typing import Final, NamedTuple

SHARED: Final = "shared:"
"""Owners of resources outside any compartment begin with this; no site name holds a colon."""

_SHARED_OWNERS: Final = 64


class IndexRow(NamedTuple):
    """One row, with the columns of `plummer.schemas.tables.INDEX` in order.

    A NamedTuple and not a dataclass, since there are millions and they become columns by ``zip``.
    """

    owner: str
    kind: str
    source: str
    lookup: bytes | None = None
    target: bytes | None = None
    label: str | None = None
    value: str | None = None
    micros: int | None = None

    def __repr__(self) -> str:
        """Kind and label only: every other column identifies."""
        return f"IndexRow(kind={self.kind!r}, label={self.label!r})"


def owner_of(site: str, resource_type: str, resource_id: str, patient_key: str | None) -> str:
    """Who owns a resource: its patient's key, or one of 64 shared owners by a hash of its name.

    Example:
        >>> owner_of("main", "Patient", "7", None), owner_of("main", "Observation", "o", "main/7")
        ('main/7', 'main/7')
        >>> owner_of("main", "Organization", "1", None)
        'shared:32'
    """
    if patient_key is not None:
        return patient_key
    if resource_type == "Patient":
        return f"{site}/{resource_id}"
    name = f"{site}/{resource_type}/{resource_id}".encode("utf-8", "surrogatepass")
    return f"{SHARED}{zlib.crc32(name) % _SHARED_OWNERS:02d}"
