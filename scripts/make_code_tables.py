"""Make ``schemas/fhir/r4_code_tables.json.gz``: HL7's own code systems, code to display.

Usage: python scripts/make_code_tables.py DIR

``DIR`` holds ``valuesets.json``, ``v2-tables.json`` and ``v3-codesystems.json`` of HL7's R4 definitions
(https://hl7.org/fhir/R4/downloads.html, CC0-1.0).
"""

import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).parent.parent / "schemas" / "fhir" / "r4_code_tables.json.gz"
SOURCES = ("valuesets.json", "v2-tables.json", "v3-codesystems.json")


def concepts(nodes: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Every code with its display, nested ones too."""
    for node in nodes:
        yield node["code"], node.get("display", "")
        yield from concepts(node.get("concept", []))


def main(folder: Path) -> None:
    """Write the tables; the same definitions give the same bytes."""
    tables: dict[str, dict[str, str]] = {}
    for name in SOURCES:
        for entry in json.loads((folder / name).read_bytes())["entry"]:
            resource = entry["resource"]
            if resource["resourceType"] == "CodeSystem" and resource.get("concept"):
                tables.setdefault(resource["url"], {}).update(concepts(resource["concept"]))
    text = json.dumps(tables, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    TARGET.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{len(tables)} code systems, {sum(map(len, tables.values()))} codes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
