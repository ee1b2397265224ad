"""The element table against what the specification says of it."""

import time

from plummer.schemas.fhir import (
    child,
    elements,
    is_known_code,
    path_exists,
    primitive_types,
    resource_types,
    types,
)


def test_the_table_holds_all_of_r4() -> None:
    assert (len(types()), len(elements()), len(resource_types())) == (209, 7466, 146)
    assert len(primitive_types()) == 20


def test_every_element_is_reached_by_its_json_names() -> None:
    for path, element in elements().items():
        parent, _, name = path.rpartition(".")
        kinds = element.types or ("BackboneElement",)
        for kind in kinds:
            key = name[:-3] + kind[0].upper() + kind[1:] if name.endswith("[x]") else name
            found = child(parent, key)
            assert found is not None
            assert found.path == path
            assert found.types == ((kind,) if name.endswith("[x]") else kinds)


def test_contexts_lead_to_known_places() -> None:
    parents = {path.rpartition(".")[0] for path in elements()}
    for path in elements():
        parent, _, name = path.rpartition(".")
        found = child(parent, name)
        if found is not None and found.context not in {"Resource", "Element"}:
            assert found.context in parents, path


def test_unknown_keys_are_none() -> None:
    assert child("Patient", "value[x]") is None
    assert child("Observation", "value") is None
    assert child("Observation", "valuePatient") is None
    assert child("NoSuchType", "id") is None


def test_path_exists_walks_through_datatypes_and_content_references() -> None:
    assert path_exists("Bundle.entry.link.url")
    assert path_exists("Observation.component.referenceRange.text")
    assert path_exists("Dosage.timing.repeat.boundsPeriod.start")
    assert not path_exists("Patient.name.first")
    assert not path_exists("")


def test_a_cached_lookup_is_fast() -> None:
    child("Observation", "status")
    start = time.process_time()
    for _ in range(100_000):
        child("Observation", "status")
    assert time.process_time() - start < 1


def test_status_codes_beyond_the_short_lists_are_known() -> None:
    for path, code in [
        ("Observation.status", "corrected"),
        ("DiagnosticReport.status", "appended"),
        ("Encounter.status", "entered-in-error"),
        ("Task.status", "completed"),
        ("Questionnaire.item.type", "open-choice"),
        ("ServiceRequest.intent", "filler-order"),
    ]:
        assert is_known_code(path, code)
        assert not is_known_code(path, "Jane Doe")
    assert not is_known_code("Coding.code", "final")
