"""The mapping files are read strictly."""

import pytest

from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.mappings import fingerprints, fingerprints_of, load_mappings, parse_files
from plummer.schemas.mappings.parse import parse_mapping, parse_systems
from plummer.schemas.mappings.paths import compile_path, walk
from plummer.schemas.mappings.verify import verify

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


SYSTEMS = "standard: {http://loinc.org: LOINC}"
FLAG = """
status:
  - {path: status, exclude: {entered-in-error: wrong}}
events:
  - {event_type: flag, code: [code], time: [period.start]}
"""


def read(flag):
    return parse_files({"code_systems": SYSTEMS, "Flag": flag})


@pytest.mark.parametrize(
    ("text", "code", "ref"),
    [
        ("events: []\nevents: []", "mapping_duplicate_key", "Flag line 2"),
        ("events:\n  - {event_type: x, code: [code], code: [type]}", "mapping_duplicate_key", "Flag line 2"),
        ("events: [", "mapping_yaml", "Flag line 1"),
        ("events: !!python/name:os.system", "mapping_yaml", "Flag line 1"),
        ("a: &a [*a]\nevents: *b", "mapping_yaml", "Flag line 1"),
        ("", "mapping_invalid", "Flag"),
    ],
)
def test_what_is_said_twice_or_is_no_yaml_is_refused(text, code, ref):
    with pytest.raises(PlummerError) as caught:
        read(text)
    assert (caught.value.code, caught.value.exit_code) == (code, ExitCode.USAGE)
    assert caught.value.ref.startswith(ref[:-1])


def test_every_path_and_status_of_the_package_is_one_of_r4():
    for mapping in load_mappings().types.values():
        verify(mapping)
    assert len(fingerprints().all) == len(fingerprints().times) == 64


@pytest.mark.parametrize(
    ("change", "code", "ref"),
    [
        (("period.start", "period.begin"), "unknown_path", "Flag.period.begin"),
        (("period.start", "onsetDateTime"), "unknown_path", "Flag.onsetDateTime"),
        (("period.start", "period"), "wrong_type", "Flag.period"),
        (("period.start", "meta.lastUpdated"), "wrong_type", "Flag.meta.lastUpdated"),
        (("code: [code]", "code: [period.start]"), "wrong_type", "Flag.period.start"),
        (("code: [code]", "code: [code], value: {code: quantity}"), "wrong_type", "Flag.code"),
        (("code: [code]", "code: [code], for_each: component"), "unknown_path", "Flag.component"),
        (("entered-in-error", "entered-in-eror"), "unknown_code", "Flag.status"),
        (
            ("[code]", "[{reference: author, type: Medication, path: code}]"),
            "wrong_type",
            "Flag.author",
        ),
        (("[code]", "[{reference: author, type: Device, path: kind}]"), "unknown_path", "Device.kind"),
        (("[code]", "[{reference: author, type: Devise, path: kind}]"), "unknown_path", "Devise"),
        (("status:\n", "encounter: [period]\nstatus:\n"), "wrong_type", "Flag.period"),
    ],
)
def test_what_r4_hasn_t_is_refused_with_its_place(change, code, ref):
    verify(read(FLAG).types["Flag"])
    assert change[0] in FLAG
    with pytest.raises(PlummerError) as caught:
        fingerprints_of(read(FLAG.replace(*change)))
    assert (caught.value.code, caught.value.exit_code) == (f"mapping_{code}", ExitCode.USAGE)
    assert caught.value.ref == ref


def test_no_file_for_a_type_that_r4_hasn_t():
    with pytest.raises(PlummerError, match="mapping_unknown_path"):
        fingerprints_of(parse_files({"code_systems": SYSTEMS, "Flagg": FLAG}))


def test_a_fingerprint_knows_what_changed():
    before = fingerprints_of(read(FLAG))
    assert fingerprints_of(read("about: why\n" + FLAG)) == before
    coded = fingerprints_of(read(FLAG.replace("[code]", "[category]")))
    assert (coded.all != before.all, coded.times) == (True, before.times)
    for other in (FLAG.replace("period.start", "period.end"), FLAG.replace("entered-in-error", "inactive")):
        assert fingerprints_of(read(other)).times != before.times
    systems = parse_files({"code_systems": SYSTEMS.replace("LOINC", "LN"), "Flag": FLAG})
    assert fingerprints_of(systems).all != before.all
