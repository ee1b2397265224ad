"""Make ``schemas/mappings/unit_table.json``: factor and offset of every unit to its group's canonical one.

Usage: python scripts/make_units.py

The units are those of ``schemas/mappings/units.yaml``, the factors pint's. Without the table a worker would
import pint and ucumvert, a second of CPU time, for units that every hospital has.
"""

import json
from pathlib import Path

from plummer.pipelines.timeline.units import computed
from plummer.schemas.mappings import load_mappings

TARGET = Path(__file__).parent.parent / "schemas" / "mappings" / "unit_table.json"


def main() -> None:
    """Write the table; one unit a line."""
    groups = load_mappings().units.groups
    table = {
        f"{unit} {group.canonical}": computed(unit, group.canonical)
        for group in groups
        for unit in group.units
        if unit != group.canonical
    }
    lines = ",\n".join(f"{json.dumps(pair)}: {json.dumps(found)}" for pair, found in sorted(table.items()))
    TARGET.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
    print(f"{len(table)} conversions")


if __name__ == "__main__":
    main()
