"""Which zone the times of a source are read in that have none of their own.

It is a fact of a site's clocks, so it is declared with the sites (a policy's ``site_timezones``) and doesn't
change in a home: with the first delivery of a kind from a site it is written down, and later ones are read
in the same zone, whatever their policy says. Else one message could be two versions that nothing orders.
"""

import json
from dataclasses import replace
from typing import Final

from plummer.deid.policy import Policy
from plummer.pipelines.deliveries import Delivery
from plummer.pipelines.home import Home
from plummer.schemas.errors import ExitCode, PlummerError

ZONED: Final = frozenset({"hl7v2", "ccda"})
"""Kinds of which a site's zone is asked; a mapping has its own, and FHIR writes no time without an offset."""


def in_zone(home: Home, policy: Policy, delivery: Delivery) -> Delivery:
    """A delivery with the zone that its times without one are read in.

    Args:
        home: where earlier deliveries are written down.
        policy: declares the zones of sites; the ``site_timezone`` of all others is no declaration, since
            every policy has one.
        delivery: as it was found.

    Raises:
        PlummerError: ``site_zone_changed`` (exit 2) where earlier deliveries were read in another zone.
    """
    if delivery.kind not in ZONED:
        return delivery
    declared = policy.site_timezones.get(delivery.site, "")
    before = _written_down(home, delivery.kind, delivery.site)
    if before and declared not in {"", before}:
        message = "this site's earlier deliveries were read in another time zone, and a home keeps one"
        raise PlummerError("site_zone_changed", message, ExitCode.USAGE, delivery.site)
    return replace(delivery, zone=declared if before is None else before)


def left_out(policy: Policy, delivery: Delivery) -> bool:
    """Whether a zone is declared and isn't taken, since earlier deliveries were read without one."""
    return delivery.kind in ZONED and not delivery.zone and delivery.site in policy.site_timezones


def _written_down(home: Home, kind: str, site: str) -> str | None:
    """The zone of a site's earlier deliveries of a kind; None where there is none."""
    for path in sorted(home.deliveries.glob("*.json")):
        told = json.loads(path.read_text("utf-8"))
        if (told["kind"], told["site"]) == (kind, site):
            return str(told.get("zone", ""))
    return None
