"""The mapping files are read strictly."""

import pytest

from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.mappings import load_mappings
from plummer.schemas.mappings.parse import parse_mapping, parse_systems
from plummer.schemas.mappings.paths import compile_path, walk

EVENT = {"event_type": "x", "code": ["code"]}
NEEDED = {
    "Patient", "Encounter", "Condition", "Observation", "Procedure", "MedicationRequest",
    "MedicationAdministration", "Immunization", "AllergyIntolerance", "DiagnosticReport", "DocumentReference",
}  # fmt: skip


def test_the_package_maps_the_clinical_types():
    assert set(load_mappings().types) >= NEEDED
    assert load_mappings() is load_mappings()


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ({"events": [{**EVENT, "tiem": ["onsetDateTime"]}]}, "T.events[0]"),
        ({"events": [EVENT], "event": []}, "T"),
        ({"events": []}, "T"),
        ({"events": "code"}, "T.events"),
        ({"events": [{"event_type": "x"}]}, "T.events[0]"),
        ({"events": [{**EVENT, "time": ["onset..start"]}]}, "T.events[0].time"),
        ({"events": [{**EVENT, "time": "onsetDateTime"}]}, "T.events[0].time"),
        ({"events": [{**EVENT, "static": True, "time": ["onsetDateTime"]}]}, "T.events[0]"),
        ({"events": [{**EVENT, "static": "yes"}]}, "T.events[0].static"),
        ({"events": [{**EVENT, "value": {"valueQuantity": "number?"}}]}, "T.events[0].value"),
        ({"events": [{**EVENT, "rule": "death"}]}, "T.events[0].rule"),
        ({"events": [{**EVENT, "code": [{"reference": "a", "path": "b"}]}]}, "T.events[0].code.type"),
        ({"events": [EVENT], "status": [{"path": "status", "drop": []}]}, "T.status[0]"),
        ({"events": [EVENT], "status": [{"path": "status", "exclude": {"a": True}}]}, "T.status[0].exclude"),
    ],
)
def test_a_wrong_block_is_refused_with_its_place(block, place):
    with pytest.raises(PlummerError) as caught:
        parse_mapping("T", block)
    assert (caught.value.code, caught.value.exit_code) == ("mapping_invalid", ExitCode.USAGE)
    assert caught.value.ref == place


def test_unknown_keys_of_the_code_systems_are_refused():
    with pytest.raises(PlummerError, match="mapping_invalid"):
        parse_systems({"prefix": {}})


@pytest.mark.parametrize("text", ["", ".", "a.", ".a", "a b", "a('x')", "extension('x'", "a..b"])
def test_what_is_no_path_is_refused(text):
    with pytest.raises(ValueError, match="not a path"):
        compile_path(text)


def test_walk_keeps_document_order_and_filters_extensions():
    node = {
        "extension": [
            {"url": "u", "valueCode": "a"},
            {"url": "v", "valueCode": "b"},
            {"url": "u", "valueCode": "c"},
        ]
    }
    assert list(walk(node, compile_path("extension('u').valueCode"))) == ["a", "c"]
