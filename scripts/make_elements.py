"""Make ``schemas/fhir/r4_elements.json.gz`` from a dump of HL7's base StructureDefinitions (R4, CC0-1.0).

Usage: python scripts/make_elements.py DUMP.json.gz

The dump is ``{"types": {TYPE: {kind, abstract, base, elements: {PATH: {types, min, max, binding, modifier,
targets, same_as}}}}}``. The table keeps for a type ``[kind, abstract, base, elements]``, and for an element
``[types, min, max, binding, modifier, targets, same_as]`` under its path below the type, without empty ends.
"""

import gzip
import json
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "schemas" / "fhir" / "r4_elements.json.gz"


def compact(element: dict[str, Any]) -> list[Any]:
    """One element as a row; empty values at its end are left out."""
    row = [element["types"], element["min"], element["max"], element.get("binding", "")]
    row += [element.get("modifier", False), element.get("targets", []), element.get("same_as", "")]
    while len(row) > 3 and not row[-1]:
        row.pop()
    return row


def main(source: str) -> None:
    """Write the table; the gzip header holds no time, so the same dump gives the same bytes."""
    dump = json.loads(gzip.decompress(Path(source).read_bytes()))["types"]
    table = {
        name: [
            kind["kind"],
            kind["abstract"],
            kind["base"],
            {
                path[len(name) + 1 :]: compact(element)
                for path, element in kind["elements"].items()
                if path != name
            },
        ]
        for name, kind in sorted(dump.items())
    }
    text = json.dumps(table, separators=(",", ":")).encode()
    TARGET.write_bytes(gzip.compress(text, 9, mtime=0))
    print(f"{TARGET.name}: {len(table)} types, {sum(len(row[3]) for row in table.values())} elements")


if __name__ == "__main__":
    main(sys.argv[1])
