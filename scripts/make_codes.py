"""Make ``schemas/fhir/r4_required_codes.json.gz``: the codes of required bindings, by element path.

Usage: python scripts/make_codes.py

HL7's own value sets (CC0-1.0) as fhir.resources' R4B models list them; an R4 element whose model or list
isn't there has no entry, and the loader says so.
"""

import gzip
import json
from pathlib import Path

from fhir.resources.R4B import get_fhir_model_class

from plummer.schemas.fhir import elements

TARGET = Path(__file__).parent.parent / "schemas" / "fhir" / "r4_required_codes.json.gz"


def model_of(parent: str) -> type | None:
    """The model class of a type or backbone element; a path's names are joined (``ClaimItem``)."""
    try:
        return get_fhir_model_class("".join(name[0].upper() + name[1:] for name in parent.split(".")))
    except (KeyError, LookupError, ValueError, AttributeError):
        return None


def codes_of(path: str) -> list[str]:
    """The listed codes of one element, empty if there is no list."""
    parent, _, name = path.rpartition(".")
    model = model_of(parent)
    for field in model.model_fields.values() if model is not None else ():
        if name in {field.alias, field.validation_alias}:
            return sorted((field.json_schema_extra or {}).get("enum_values") or [])
    return []


def main() -> None:
    """Write the table; the same library version gives the same bytes."""
    required = [e.path for e in elements().values() if e.binding == "required" and "code" in e.types]
    table = {path: codes for path in required if (codes := codes_of(path))}
    TARGET.write_bytes(gzip.compress(json.dumps(table, separators=(",", ":")).encode(), 9, mtime=0))
    print(f"{len(required)} required bindings, {len(table)} listed")
    print("without a list:", *(path for path in required if path not in table))


if __name__ == "__main__":
    main()
