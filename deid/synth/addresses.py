"""Postal addresses: invented streets in real cities with ZIP codes of those cities."""

import random
from dataclasses import dataclass

from plummer.deid.synth.lists import Place, places, words


@dataclass(frozen=True, slots=True)
class Address:
    """A street line, an optional second line, and the place."""

    line: str
    unit: str
    place: Place

    @property
    def street(self) -> str:
        """Both lines on one, as notes have it."""
        return f"{self.line}, {self.unit}" if self.unit else self.line


def draw_address(rng: random.Random, place: Place | None = None) -> Address:
    """An address in ``place`` or anywhere.

    Example:
        >>> import random
        >>> draw_address(random.Random(3)).line[0].isdigit()
        True
    """
    lists = words()
    number = rng.choice((rng.randint(11, 999), rng.randint(1000, 9899)))
    if rng.random() < 0.07:
        line = f"PO Box {rng.randint(100, 9899)}"
    else:
        line = f"{number} {rng.choice(lists['street'])} {rng.choice(lists['type'])}"
    has_unit = rng.random() < 0.25 and not line.startswith("PO")
    unit = f"{rng.choice(lists['unit'])}{rng.randint(1, 40)}{rng.choice('ABC ')}".rstrip() if has_unit else ""
    return Address(line, unit, place or rng.choice(places()))
