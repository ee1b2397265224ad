"""Needles: complete over persons' resources and notes, unique by place."""

from collections.abc import Iterator
from typing import Any

from synth_helpers import Export

LEFT_OUT = {"DATE", "AGE", "CITY", "COUNTY", "ZIP", "ORGANIZATION"}


def planted(person: dict[str, Any]) -> Iterator[str]:
    yield person["id"]
    for part in (person, *person.get("contact", ())):
        names = part.get("name", ())
        for name in names if isinstance(names, list) else [names]:
            yield from filter(None, [name.get("family"), *name.get("given", ())])
        yield from (point["value"] for point in part.get("telecom", ()))
    yield from (home["line"][0] for home in person.get("address", ()))
    yield from (item["value"] for item in person.get("identifier", ()))


def test_every_value_of_a_person_is_a_needle_at_that_person(export: Export) -> None:
    found = {(n["resource"], n["value"]) for n in export.needles}
    for person in export.of("Patient", "RelatedPerson", "Practitioner"):
        here = f"{person['resourceType']}/{person['id']}"
        assert {(here, value) for value in planted(person)} <= found


def test_every_identifier_of_any_resource_is_a_needle(export: Export) -> None:
    values = {n["value"] for n in export.needles}
    for resource in export.resources:
        assert {i["value"] for i in resource.get("identifier", ())} <= values
        assert {resource[k] for k in ("subscriberId", "serialNumber") if k in resource} <= values


def test_every_direct_identifier_of_a_note_is_a_needle(export: Export) -> None:
    found = {(n["resource"], n["value"]) for n in export.needles}
    initials = {
        (row["resource"], " ".join(row["text"][s["start"] : s["end"]].split()))
        for row in export.gold
        for s in row["spans"]
        if s["type"] not in LEFT_OUT
    } - found
    assert all(len(value.replace(".", "")) <= 3 for _, value in initials)


def test_rows_are_numbered_unique_and_placed(export: Export) -> None:
    assert [n["id"] for n in export.needles] == [f"s{i}" for i in range(1, len(export.needles) + 1)]
    places = [(n["value"], n["kind"], n["resource"], n["path"]) for n in export.needles]
    assert len(set(places)) == len(places)
    ids = {f"{r['resourceType']}/{r['id']}" for r in export.resources}
    assert all(
        n["resource"] in ids and n["path"].split(".")[0] == n["resource"].split("/")[0]
        for n in export.needles
    )
    assert all(n["value"] for n in export.needles)
