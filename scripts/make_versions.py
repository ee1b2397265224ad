"""Make ``pipelines/landing/other_versions.json``: types and elements that other FHIRs have and R4 hasn't.

Names come from the models of fhir.resources (HL7's definitions, CC0) for STU3, R4B and R5, and are compared
with R4's element table. Run: `python scripts/make_versions.py`
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from plummer.schemas.fhir import elements, resource_types

VERSIONS = {"stu3": "fhir.resources.STU3", "r4b": "fhir.resources.R4B", "r5": "fhir.resources"}
EVERYWHERE = {
    "id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension",
    "resourceType", "resource_type",
}  # fmt: skip
TARGET = Path(__file__).resolve().parents[1] / "pipelines" / "landing" / "other_versions.json"


def r4_elements() -> dict[str, set[str]]:
    """Top-level JSON keys of every R4 resource type."""
    found: dict[str, set[str]] = {}
    for path, element in elements().items():
        kind, _, name = path.partition(".")
        if kind not in resource_types() or not name or "." in name:
            continue
        choice = [name[:-3] + kind_[:1].upper() + kind_[1:] for kind_ in element.types]
        found.setdefault(kind, set()).update(choice if name.endswith("[x]") else [name])
    return found


def models(package: str) -> Iterator[tuple[str, list[str]]]:
    """Resource types of a version with their elements."""
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if info.ispkg:
            continue
        module = importlib.import_module(f"{package}.{info.name}")
        for name, model in vars(module).items():
            if not (
                isinstance(model, type) and model.__module__ == module.__name__ and name.lower() == info.name
            ):
                continue
            bases = {base.__name__ for base in model.__mro__}
            if bases & {"Resource", "DomainResource"} and hasattr(model, "elements_sequence"):
                yield name, list(model.elements_sequence())


def main() -> None:
    """Write the table."""
    known, types, foreign = r4_elements(), {}, {}
    for version, package in VERSIONS.items():
        for kind, names in models(package):
            if kind.endswith("Resource"):
                continue
            if kind not in known:
                types.setdefault(kind, []).append(version)
                continue
            for name in set(names) - known[kind] - EVERYWHERE:
                foreign.setdefault(kind, {}).setdefault(name, []).append(version)
    lines = [f"  {json.dumps(k)}: {json.dumps(foreign[k], sort_keys=True)}" for k in sorted(foreign)]
    head = f'{{\n "types": {json.dumps(types, sort_keys=True)},\n "elements": {{\n'
    TARGET.write_text(head + ",\n".join(lines) + "\n }\n}\n", "utf-8")


if __name__ == "__main__":
    main()
