"""Settings of single sites: zones, and identifiers by which sites know one person."""

import pickle

import pytest

from plummer.deid.context import SubjectContext
from plummer.deid.policy import load_policy
from plummer.deid.policy.diff import diff
from plummer.deid.structure import Scrubber
from plummer.schemas.errors import PlummerError

HEAD = "version: '9'\nprofile: safe_harbor\nextends: safe_harbor\n"
ZONES = "site_timezones: {north: Europe/Oslo}\n"
LINKS = "link_identifiers:\n  - {system: 'urn:oid:1.2', sites: [north, south], normalise: digits}\n"


def _policy(tmp_path, text):
    path = tmp_path / "policy.yaml"
    path.write_text(HEAD + text)
    return load_policy(path)


def test_a_site_has_its_own_zone_and_others_the_policys(tmp_path):
    policy = _policy(tmp_path, ZONES)
    assert (policy.zone_of("north"), policy.zone_of("south")) == ("Europe/Oslo", "UTC")


def test_identifiers_are_read_as_declared(tmp_path):
    (link,) = _policy(tmp_path, LINKS).link_identifiers
    assert (link.system, link.sites, link.normalise) == ("urn:oid:1.2", ("north", "south"), "digits")


def test_a_policy_without_them_has_none_and_the_sha256_that_it_had():
    policy = load_policy("safe_harbor")
    assert (policy.site_timezones, policy.link_identifiers) == ({}, ())


def test_either_changes_the_sha256(tmp_path):
    digests = {_policy(tmp_path, text).sha256 for text in ("", ZONES, LINKS)}
    assert len(digests) == 3


@pytest.mark.parametrize(
    "text",
    [
        "site_timezones: {north: Mars/Base}\n",
        "site_timezones: [north]\n",
        "link_identifiers: {system: x}\n",
        "link_identifiers: [{system: x}]\n",
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path, text):
    with pytest.raises(PlummerError):
        _policy(tmp_path, text)


SITE_RULES = "sites:\n  north:\n    paths: {Patient.gender: drop}\n"
PATIENT = '{"resourceType": "Patient", "id": "7", "gender": "male", "active": true}'


def test_a_site_has_rules_of_its_own_and_others_the_policys(tmp_path):
    scrubber = Scrubber(_policy(tmp_path, SITE_RULES), text=None)
    made = [scrubber.scrub(PATIENT, SubjectContext(), "41", site) for site in ("north", "south", "north", "")]
    kept = [b'"gender"' in one.body for one in made]
    assert kept == [False, True, False, True]
    assert made[0].actions["path.Patient.gender.drop"] == 1


def test_site_rules_are_part_of_the_sha256_and_of_nothing_else(tmp_path):
    policy, plain = _policy(tmp_path, SITE_RULES), _policy(tmp_path, "")
    assert policy.sha256 != plain.sha256
    assert (policy.rules, policy.of_site("south").rules) == (plain.rules, plain.rules)
    assert pickle.loads(pickle.dumps(policy)).of_site("north").by_path["Patient.gender"].action == "drop"  # noqa: S301


@pytest.mark.parametrize(
    ("block", "code"),
    [
        ("{paths: {Patient.telecom: walk}}", "policy_site_loosens"),
        ("{types: {HumanName: mask}}", "policy_site_loosens"),
        ("{paths: {Patient.colour: drop}}", "policy_unknown_path"),
        ("{paths: {Patient.gender: verbatim}}", "policy_bad_action"),
        ("{k: 30}", "policy_bad_value"),
        ("{paths: [Patient.gender]}", "policy_bad_value"),
    ],
    ids=["looser", "type", "path", "action", "setting", "list"],
)
def test_a_site_may_only_be_stricter(tmp_path, block, code):
    with pytest.raises(PlummerError) as caught:
        _policy(tmp_path, f"sites:\n  north: {block}\n")
    assert caught.value.code == code


def test_a_diff_says_what_changes_for_a_site(tmp_path):
    plain, own = _policy(tmp_path, ""), _policy(tmp_path, SITE_RULES)
    for pair, verdict in (((plain, own), "tightens"), ((own, plain), "loosens")):
        (change,) = diff(*pair).settings
        assert (change.setting, str(change.verdict)) == ("sites.north", verdict)
    assert diff(own, own).settings == ()
