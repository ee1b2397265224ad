"""Where data rests outside the identified zone and the keys: what the leak scan has to read."""

from collections.abc import Iterator
from pathlib import Path

from plummer.pipelines.home import Home


def outside_identified(home: Home) -> tuple[Path, ...]:
    """Every folder and file directly below home and storage root but identified, keys and scratch.

    Scratch holds encrypted blocks only and is wiped; a release that is being written is scanned by
    the release step itself.
    """
    left_out = {home.folder / "identified", home.releases, home.root / "lock"}
    left_out |= {home.root / "identified", home.keys, home.scratch}
    places = sorted({*home.root.iterdir(), *home.folder.iterdir()})
    return tuple(path for path in places if path not in left_out)


def files_below(places: tuple[Path, ...]) -> Iterator[Path]:
    """Every file at or below the places."""
    for place in places:
        if place.is_dir():
            yield from (path for path in sorted(place.rglob("*")) if not path.is_dir())
        else:
            yield place
