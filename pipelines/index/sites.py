"""What a policy says of a home's sites: their wall clocks, and identifiers by which they know one person."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from plummer.deid.policy import Policy
from plummer.deid.policy.links import LinkIdentifier
from plummer.deid.pseudonyms import lookup


@dataclass(frozen=True, slots=True)
class Sites:
    """The part of a policy that the index needs.

    Attributes:
        zone: IANA zone of sites that have none of their own.
        zones: zones by site.
        links: identifiers by which persons are joined.

    Example:
        >>> Sites("UTC", {"north": "Europe/Oslo"}).zone_of("north"), Sites("UTC").zone_of("north")
        ('Europe/Oslo', 'UTC')
    """

    zone: str
    zones: Mapping[str, str] = field(default_factory=dict)
    links: tuple[LinkIdentifier, ...] = ()

    @classmethod
    def of(cls, policy: Policy) -> "Sites":
        """Those of a policy."""
        return cls(policy.site_timezone, policy.site_timezones, policy.link_identifiers)

    def zone_of(self, site: str) -> str:
        """The zone of a site."""
        return self.zones.get(site, self.zone)

    def links_of(self, site: str) -> tuple[LinkIdentifier, ...]:
        """The identifiers that join a site's patients with others."""
        return tuple(link for link in self.links if site in link.sites)

    def told(self) -> list[object]:
        """All of it as plain data, for a step's fingerprint."""
        links = [[link.system, link.sites, link.normalise] for link in self.links]
        return [self.zone, dict(self.zones), links]


def same_as(patient: dict[str, Any], links: tuple[LinkIdentifier, ...], key: bytes) -> Iterator[bytes]:
    """A keyed hash of each declared identifier that a Patient bears: equal at every site.

    Args:
        patient: the parsed resource.
        links: the declared identifiers of its site.
        key: subkey of purpose ``lookup``.
    """
    identifiers = patient.get("identifier")
    for one in identifiers if type(identifiers) is list else ():
        if type(one) is not dict or type(one.get("value")) is not str or one.get("use") == "old":
            continue
        for link in links:
            if one.get("system") == link.system and (value := link.value(one["value"])):
                # no site has an empty name, so this is nobody's reference
                yield lookup(key, "", f"Patient?same={link.system}|{value}")
