"""Keyed hashes of names, each computed once."""

from collections.abc import Container, Iterator, Mapping
from typing import Final

from plummer.deid.pseudonyms import lookup
from plummer.schemas.references import normalise_reference

_CACHED: Final = 200_000


class Lookups:
    """Names of one site to their lookups, with a bounded cache.

    Example:
        >>> Lookups(bytes(32), "main").of("Patient/7").hex()
        '82cd7b2af17bdd56b85cc94a67c85cf5'
    """

    __slots__ = ("_cache", "_key", "site")

    def __init__(self, key: bytes, site: str) -> None:
        self._key = key
        self.site = site
        self._cache: dict[str, bytes] = {}

    def of(self, name: str) -> bytes:
        """Lookup of a normalised name."""
        found = self._cache.get(name)
        if found is None:
            if len(self._cache) >= _CACHED:
                self._cache.clear()
            found = self._cache[name] = lookup(self._key, self.site, name)
        return found

    @property
    def key(self) -> bytes:
        """The subkey, for names that belong to no site."""
        return self._key

    def of_reference(self, reference: str) -> bytes | None:
        """Lookup of a reference as received; None for a contained or an empty one."""
        name = normalise_reference(reference)
        return self.of(name) if name else None


class LookupReferences(Mapping[str, str]):
    """A mapping from normalised reference names that holds their lookups only.

    Iterates over nothing, since names can't be had back from lookups; its length counts targets.

    Example:
        >>> lookups = Lookups(bytes(32), "main")
        >>> references = LookupReferences(lookups, {lookups.of("Patient/7"): "Patient/42"})
        >>> references["Patient/7"], references.get("Patient/8")
        ('Patient/42', None)
    """

    __slots__ = ("_lookups", "_table")

    def __init__(self, lookups: Lookups, table: Mapping[bytes, str]) -> None:
        self._lookups = lookups
        self._table = table

    def __getitem__(self, name: str) -> str:
        try:
            return self._table[self._lookups.of(name)]
        except KeyError:
            # the name would be in the message
            raise KeyError("no target") from None

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return len(self._table)


class LookupNames(Container[str]):
    """A set of normalised names that holds their lookups only."""

    __slots__ = ("_lookups", "_table")

    def __init__(self, lookups: Lookups, table: Container[bytes]) -> None:
        self._lookups = lookups
        self._table = table

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._lookups.of(name) in self._table
