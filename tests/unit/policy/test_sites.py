"""Settings of single sites: zones, and identifiers by which sites know one person."""

import pytest

from plummer.deid.policy import load_policy
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
