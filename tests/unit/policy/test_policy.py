"""Bundled policies, what they decide, and what a policy file is refused for."""

from pathlib import Path

import pytest

from plummer.deid.geography import EARLIER_CENSUSES, populations, zip3
from plummer.deid.policy import PROFILES, Action, explain, load_policy
from plummer.deid.policy.forms import has_form, is_ucum
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.fhir import elements, resource_types, types

HEAD = 'extends: safe_harbor\nversion: "9"\nprofile: safe_harbor\n'


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "p.yaml"
    path.write_text(text, "utf-8")
    return load_policy(path)


@pytest.mark.parametrize("profile", PROFILES)
def test_bundled_policies_load_and_rule_ids_are_unique(profile: str) -> None:
    policy = load_policy(profile)
    assert policy.profile == profile
    ids = [rule.id for rule in policy.rules]
    assert len(ids) == len(set(ids))


def test_every_datatype_has_a_rule() -> None:
    policy = load_policy("safe_harbor")
    concrete = {t.name for t in types().values() if t.kind != "resource"} - {"BackboneElement", "Element"}
    assert concrete <= set(policy.by_type) | {"Extension"}


def test_explain_answers_for_every_path_of_r4() -> None:
    policy = load_policy("safe_harbor")
    for path in elements():
        if path.split(".")[0] in resource_types():
            assert explain(policy, path).rule


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("Patient.name.given", "type.HumanName.drop"),
        ("Patient.gender", "type.code.code"),
        ("Patient.address.postalCode", "path.Address.postalCode.zip3"),
        ("Patient.contact.name", "path.Patient.contact.drop"),
        ("Observation.valueString", "path.Observation.valueString.clean"),
        ("Observation.component.code", "type.CodeableConcept.walk"),
        ("Device.serialNumber", "type.string.drop"),
        ("Patient.id", "default.element_id.drop"),
    ],
)
def test_explain_names_the_deciding_rule(path: str, rule: str) -> None:
    assert explain(load_policy("safe_harbor"), path).rule == rule


def test_the_limited_data_set_keeps_what_the_law_lets_it() -> None:
    policy = load_policy("limited_data_set")
    assert explain(policy, "Patient.address.city").action is Action.VERBATIM
    assert explain(policy, "Patient.address.line").action is Action.DROP
    assert explain(policy, "Patient.name").action is Action.DROP


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (HEAD + "colour: red\n", "policy_unknown_key"),
        (HEAD + "k: 5\nk: 11\n", "policy_duplicate_key"),
        (HEAD + "k: &a 5\nmin_subjects: *a\n", "policy_alias"),
        (HEAD + "k: !!python/object/apply:os.system [echo]\n", "policy_tag"),
        (HEAD + "k: eleven\n", "policy_bad_value"),
        (HEAD + "k: true\n", "policy_bad_value"),
        (HEAD + "time_mode: shift\n", "policy_time_mode"),
        (HEAD + "placeholder_dates: [2001-02-30]\n", "policy_bad_value"),
        (HEAD + "placeholder_dates: [20010101]\n", "policy_bad_value"),
        (HEAD + "facilities: name_only\n", "policy_bad_value"),
        (HEAD + "pdf: keep\n", "policy_bad_value"),
        (HEAD + "site_timezone: Mars/Base\n", "policy_time_zone"),
        (HEAD + "site_timezone: ../../etc/passwd\n", "policy_time_zone"),
        (HEAD + "paths:\n  Patient.nickname: drop\n", "policy_unknown_path"),
        (HEAD + "paths:\n  Patient.name.nickname: drop\n", "policy_unknown_path"),
        (HEAD + "paths:\n  Patient.name.family: drop\n", "policy_unreachable"),
        (HEAD + "types:\n  Nickname: drop\n", "policy_unknown_path"),
        (HEAD + "paths:\n  Patient.name: keep\n", "policy_bad_action"),
        (HEAD + "paths:\n  Patient.gender: shred\n", "policy_bad_action"),
        (HEAD + "paths:\n  Patient.gender: date\n", "policy_bad_action"),
        (HEAD + "paths:\n  Address.city: verbatim\n", "policy_bad_action"),
        (HEAD + "code_systems:\n  http://x.invalid: anything\n", "policy_bad_value"),
        (HEAD + "extensions:\n  http://x.invalid: yes\n", "policy_bad_value"),
        ('version: "1"\nprofile: safe_harbor\ntypes: {}\npaths: {}\n', "policy_missing_key"),
        ("[1, 2]", "policy_yaml"),
        ("a: [", "policy_yaml"),
        ('version: "\\ud800"\n', "policy_yaml"),
        ("? [1, 2]\n: 3\n", "policy_yaml"),
        ("1: 2\n", "policy_yaml"),
        ("", "policy_yaml"),
        ("#" * 1_000_001, "policy_too_large"),
    ],
)
def test_a_policy_is_refused_with_a_place_and_no_content(tmp_path: Path, text: str, code: str) -> None:
    """B-10: tags, aliases, keys that stand twice or that nobody knows, and much else."""
    with pytest.raises(PlummerError) as caught:
        load(tmp_path, text)
    assert caught.value.code == code
    assert caught.value.exit_code == ExitCode.USAGE
    for secret in ("eleven", "echo", "passwd", "shred", "anything", "Mars"):
        assert secret not in str(caught.value)


def test_an_unreadable_policy_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(PlummerError, match="policy_unreadable"):
        load_policy(tmp_path / "none.yaml")


def test_the_hash_is_of_the_meaning(tmp_path: Path) -> None:
    one = load(tmp_path, HEAD + "k: 12\nmin_subjects: 5\n")
    two = load(tmp_path, HEAD + "# why\nmin_subjects: 5\n\nk: 12\n")
    three = load(tmp_path, HEAD + "k: 13\nmin_subjects: 5\n")
    assert one.sha256 == two.sha256 != three.sha256
    assert len({load_policy(profile).sha256 for profile in PROFILES}) == 3


def test_all_thousand_zip_prefixes() -> None:
    """D-11: the 18 prefixes of the 2020 Census, or the 23 of the union, and every unknown one are 000."""
    prefixes = [f"{n:03d}" for n in range(1000)]
    restricted = {p for p in populations() if zip3(p + "01") == "000"}
    union = {p for p in populations() if zip3(p + "01", strict=True) == "000"}
    assert len(populations()) == 894
    assert sum(populations().values()) == 334_726_586
    assert (len(restricted), len(union)) == (18, 23)
    assert union == restricted | EARLIER_CENSUSES & set(populations())
    assert all(zip3(p + "01") == "000" for p in prefixes if p not in populations())
    assert all(len(zip3(p + "01-2345", "US")) == 3 for p in prefixes)


@pytest.mark.parametrize("text", ["", "0213", "02139x", "O2139", "١٢٣٤٥"])
def test_what_is_no_zip_code_is_000(text: str) -> None:
    assert zip3(text) == "000"


def test_forms_refuse_names_and_numbers_of_another_shape() -> None:
    assert has_form("snomed", "73211009")
    assert not has_form("snomed", "Jane")
    assert not has_form("loinc", "555-0100")
    assert not has_form("icd10", "Jane")
    assert is_ucum("mL/min/{1.73_m2}")
    assert not is_ucum("{Jane}")
