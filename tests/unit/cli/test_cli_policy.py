"""`plummer policy`: what each command prints, how it ends, and that it repeats no value it was given."""

import json

import pytest

HEAD = 'extends: safe_harbor\nversion: "9"\nprofile: safe_harbor\n'


def policy(folder, text, name="policy.yaml"):
    path = folder / name
    path.write_text(text)
    return path


def test_check_without_a_file_passes_the_shipped_ones(plummer):
    ended = plummer("policy", "check", "--json")
    assert ended.code == 0
    assert ended.last["ok"] is True
    told = {one["profile"]: one for one in ended.last["policies"]}
    assert set(told) == {"safe_harbor", "expert_determination", "limited_data_set"}
    assert told["safe_harbor"]["darts"] == "HHS_SAFE_HARBOR_DETERMINISTIC_METHOD"
    assert told["expert_determination"]["darts"] == "HHS_EXPERT_DETERMINATION_METHOD"
    assert told["limited_data_set"]["darts"] is None
    assert all(len(one["policy_sha256"]) == 64 and one["findings"] == [] for one in told.values())


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (HEAD + "colour: red\n", "policy_unknown_key", 4),
        (HEAD + "k: 5\nk: 6\n", "policy_duplicate_key", 5),
        (HEAD + "paths:\n  Patient.nickname: drop\n", "policy_unknown_path", 5),
        (HEAD + "paths:\n  Patient.name.family: drop\n", "policy_unreachable", 5),
        (HEAD + 'types:\n  "Identifier;use=secret": drop\n', "policy_never_true", 5),
        (HEAD + "k: !!python/object/apply:os.system [echo]\n", "policy_tag", 4),
        (HEAD + "k: &a 5\nmin_subjects: *a\n", "policy_alias", 4),
        (HEAD + "k: " + "[" * 100_000, "policy_too_deep", 4),
        ("a: [", "policy_yaml", 1),
    ],
)
def test_check_refuses_with_code_and_line(plummer, tmp_path, text, code, line):
    ended = plummer("policy", "check", policy(tmp_path, text), "--json")
    assert ended.code == 2
    [told] = ended.last["policies"]
    assert [(one["code"], one["line"]) for one in told["findings"]] == [(code, line)]
    assert ended.last["error"]["code"] == code
    assert ended.last["ok"] is False
    assert code in ended.err
    assert "red" not in ended.err.replace("shared", "").replace("scored", "")


def test_check_tells_everything_that_is_wrong(plummer, tmp_path):
    text = HEAD + "paths:\n  Patient.nickname: drop\n  Patient.gender: shred\n  Patient.name: keep\n"
    ended = plummer("policy", "check", policy(tmp_path, text), "--json")
    found = [(one["code"], one["line"]) for one in ended.last["policies"][0]["findings"]]
    assert found == [("policy_unknown_path", 5), ("policy_bad_action", 6), ("policy_bad_action", 7)]


def test_check_of_a_file_that_is_not_there_ends_2(plummer, tmp_path):
    ended = plummer("policy", "check", tmp_path / "none.yaml", "--json")
    assert (ended.code, ended.last["error"]["code"]) == (2, "policy_unreadable")


@pytest.mark.parametrize(
    ("path", "rule", "action", "why"),
    [
        ("Patient.birthDate", "path.Patient.birthDate.birth", "birth", "path"),
        ("Patient.name.family", "type.HumanName.drop", "drop", "datatype"),
        ("Patient.id", "default.engine_id.reference", "reference", "engine"),
        ("Patient._name", None, None, None),
        ("Patient._birthDate", "type.Extension.extension", "extension", "datatype"),
        ("Patient.extension(http://x)", "extension.not_listed.drop", "drop", "extension list"),
        ("Patient.extension('http://x')", "extension.not_listed.drop", "drop", "extension list"),
        ("Patient.contained.Practitioner.birthDate", "path.Practitioner.birthDate.mask", "mask", "path"),
        ("Bundle.entry.resource(Patient).gender", "type.code.code", "code", "datatype"),
        ("Patient.contained(Practitioner).birthDate", "path.Practitioner.birthDate.mask", "mask", "path"),
        ("Observation.component.valueQuantity.unit", "type.Quantity.quantity", "quantity", "datatype"),
        ("HumanName", "type.HumanName.drop", "drop", "datatype"),
        ("HumanName.family", "type.HumanName.drop", "drop", "datatype"),
        ("Patient.nickname", None, None, None),
        ("Patient..name", None, None, None),
        ("Patient.name.family.first", None, None, None),
    ],
)
def test_explain_names_rule_action_and_why(plummer, path, rule, action, why):
    ended = plummer("policy", "explain", path, "--json")
    if rule is None:
        assert (ended.code, ended.last["error"]["code"]) == (2, "policy_unknown_path")
        return
    assert ended.code == 0
    assert (ended.last["rule"], ended.last["action"], ended.last["why"]) == (rule, action, why)
    assert rule in ended.out


def test_explain_tells_every_type_of_a_choice(plummer):
    told = plummer("policy", "explain", "Observation.value[x]", "--json").last["outcomes"]
    found = {one["path"]: one["action"] for one in told}
    assert len(found) == 11
    assert found["Observation.valueString"] == "clean"
    assert found["Observation.valueDateTime"] == "date"


def test_explain_lists_conditions_in_order(plummer, tmp_path):
    text = HEAD + 'types:\n  "Identifier;use=old": mask\npaths:\n  "Patient.identifier;system=urn:x*": mask\n'
    file = policy(tmp_path, text)
    told = plummer("policy", "explain", "Patient.identifier.value", "--profile", file, "--json").last[
        "outcomes"
    ]
    assert [(one["action"], one["when"]) for one in told] == [
        ("mask", [{"path": "Patient.identifier", "condition": "system=urn:x*"}]),
        ("mask", [{"path": "Patient.identifier", "condition": "use=old"}]),
        ("drop", []),
    ]
    assert [one["line"] for one in told[:2]] == [7, 5]


def test_diff_of_a_policy_with_itself_is_empty(plummer):
    told = plummer("policy", "diff", "safe_harbor", "safe_harbor", "--json", "--fail-on-loosening").last
    assert (told["paths"], told["tightens"], told["loosens"], told["changes"], told["settings"]) == (
        7466, 0, 0, [], [],
    )  # fmt: skip


def test_diff_ends_1_on_a_loosening_only_where_asked(plummer):
    pair = ("safe_harbor", "limited_data_set")
    assert plummer("policy", "diff", *pair).code == 0
    assert plummer("policy", "diff", *pair, "--fail-on-loosening").code == 1
    assert plummer("policy", "diff", *reversed(pair), "--fail-on-loosening").code == 0


def test_diff_counts_paths_not_lines(plummer, tmp_path):
    file = policy(tmp_path, HEAD + "types:\n  Period: drop\n")
    told = plummer("policy", "diff", "safe_harbor", file, "--json").last
    assert told["loosens"] == 0
    assert told["neutral"] == 1  # the version
    changed = {one["path"] for one in told["changes"]}
    assert {"Encounter.period", "Observation.effectivePeriod", "Period.start"} <= changed
    assert all(one["verdict"] == "tightens" for one in told["changes"])


MS = {
    "fhirVersion": "R4",
    "fhirPathRules": [
        {"path": "nodesByType('HumanName')", "method": "redact"},
        {"path": "Observation.value", "method": "redact"},
        {"path": "Patient.name.first()", "method": "redact"},
        {"path": "nodesByType('date')", "method": "dateShift"},
    ],
    "parameters": {"dateShiftKey": "swordfish", "dateShiftFixedOffsetInDays": 12},
}


def test_import_writes_a_policy_that_passes_check(plummer, tmp_path):
    source = policy(tmp_path, json.dumps(MS), "ms.json")
    out = tmp_path / "taken.yaml"
    ended = plummer("policy", "import-ms", source, "--out", out, "--json")
    assert ended.code == 0
    assert [(one["status"], one["reason"]) for one in ended.last["rules"]] == [
        ("covered", "profile_rule"),
        ("carried", None),
        ("not_carried", "fhirpath"),
        ("covered", "profile_rule"),
    ]
    assert {"keys_left_behind", "fixed_offset"} <= set(ended.last["notes"])
    assert ended.last["darts"] == "HHS_EXPERT_DETERMINATION_METHOD"
    assert "swordfish" not in ended.out + ended.err + out.read_text()
    assert plummer("policy", "check", out).code == 0
    assert plummer("policy", "import-ms", source, "--out", out).code == 2  # never written over


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "ms_config_json"),
        ('{"fhirPathRules": [], "fhirPathRules": []}', "ms_config_json"),
        ("{}", "ms_config_form"),
        ('{"fhirPathRules": [{"path": "Patient"}]}', "ms_config_form"),
        ('{"fhirVersion": "Stu3", "fhirPathRules": [{"path": "a", "method": "b"}]}', "ms_config_version"),
    ],
)
def test_import_refuses_what_is_no_configuration(plummer, tmp_path, text, code):
    ended = plummer("policy", "import-ms", policy(tmp_path, text, "ms.json"), "--json")
    assert (ended.code, ended.last["error"]["code"]) == (2, code)
