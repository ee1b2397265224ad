"""Identifiers by which one person is known at several sites, as compliance declares them.

``link_identifiers`` names a system (a national or regional number, an enterprise master index) and the sites
whose Patients may carry it. Nothing is ever guessed: without an entry two sites' patients are two people.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final


def _exact(value: str) -> str:
    return value.strip()


def _digits(value: str) -> str:
    return "".join(char for char in value if char.isdecimal() and char.isascii())


def _alphanumeric(value: str) -> str:
    return "".join(char for char in value.upper() if char.isalnum() and char.isascii())


NORMAL_FORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "exact": _exact,
    "digits": _digits,
    "alphanumeric": _alphanumeric,
}
"""What of a value counts: all but blanks around it, its digits, or its letters and digits in capitals."""
_KEYS: Final = frozenset({"system", "sites", "normalise"})


@dataclass(frozen=True, slots=True)
class LinkIdentifier:
    """One system by whose values persons are joined.

    Attributes:
        system: the Identifier's system, as received.
        sites: where it means the person; elsewhere it is passed over.
        normalise: the name of a form of `NORMAL_FORMS`.
    """

    system: str
    sites: tuple[str, ...]
    normalise: str = "exact"

    def value(self, text: str) -> str | None:
        """What of a value is compared, None where it can't be anybody's.

        Example:
            >>> link = LinkIdentifier("urn:oid:1.2", ("north", "south"), "digits")
            >>> link.value("943 476-5919"), link.value("000-000"), link.value("none")
            ('9434765919', None, None)
        """
        found = NORMAL_FORMS[self.normalise](text)
        # a value of one character over and over stands for no value
        return found if len(set(found)) > 1 else None


def is_link(value: Any) -> bool:  # noqa: ANN401 (anything that YAML holds)
    """Whether a value of a policy file is an entry of ``link_identifiers``.

    Example:
        >>> is_link({"system": "urn:oid:1.2", "sites": ["north", "south"]}), is_link({"system": ""})
        (True, False)
    """
    if not isinstance(value, dict) or not value.keys() <= _KEYS:
        return False
    sites = value.get("sites")
    named = isinstance(sites, list) and bool(sites) and all(isinstance(s, str) and s for s in sites)
    system = value.get("system")
    return (
        named and isinstance(system, str) and bool(system) and value.get("normalise", "exact") in NORMAL_FORMS
    )


def links_of(values: list[dict[str, Any]]) -> tuple[LinkIdentifier, ...]:
    """The entries of a policy file, checked before by `is_link`."""
    return tuple(
        LinkIdentifier(one["system"], tuple(one["sites"]), one.get("normalise", "exact")) for one in values
    )
