"""Reading the golden cases: a folder holds scrubbed resources (in.ndjson) and their events (out.json)."""

import json
from pathlib import Path
from typing import Any

from plummer.pipelines.timeline import Event, decode

HERE = Path(__file__).parent
CASES = sorted(folder.name for folder in HERE.iterdir() if (folder / "in.ndjson").exists())


def resources(case: str) -> list[tuple[str, dict[str, Any]]]:
    """Each resource's exact text and parsed form."""
    lines = (HERE / case / "in.ndjson").read_text(encoding="utf-8").splitlines()
    return [(line, decode(line)) for line in lines]


def subject_of(resource: dict[str, Any]) -> int | None:
    """The subject's pseudonym, as the scrubber writes it beside the body."""
    if resource["resourceType"] == "Patient":
        return int(resource["id"])
    reference = (resource.get("subject") or resource.get("patient") or {}).get("reference", "")
    return int(reference.removeprefix("Patient/")) if reference.startswith("Patient/") else None


def joined_of(resource: dict[str, Any], case: str) -> Any:
    """What the stage's join brings: the code of the Medication or the type of the Device that is named."""
    by_name = {f"{r['resourceType']}/{r['id']}": r for _, r in resources(case)}
    for key, inner in (("medicationReference", "code"), ("device", "type")):
        target = by_name.get((resource.get(key) or {}).get("reference", ""))
        if target is not None:
            return target.get(inner)
    return None


def plain(event: Event | dict[str, Any]) -> dict[str, Any]:
    """An event as out.json writes it: columns that hold something, times in ISO form, without seq."""
    row = event if isinstance(event, dict) else {name: getattr(event, name) for name in Event._fields}
    hidden = {"order", "position", "display", "static", "seq"}
    return {
        name: value.isoformat()
        if hasattr(value, "isoformat")
        else list(value)
        if type(value) is tuple
        else value
        for name, value in row.items()
        if value is not None and value not in ((), []) and name not in hidden
    }


def expected(case: str) -> list[dict[str, Any]]:
    """The events of a case, in the order of their subjects and seq."""
    rows: list[dict[str, Any]] = json.loads((HERE / case / "out.json").read_text(encoding="utf-8"))
    return rows
