"""A site's zone: declared by the policy, written down with the first delivery, and kept."""

import pytest

from plummer.deid.policy import load_policy
from plummer.pipelines.deliveries import Delivery, load, register
from plummer.pipelines.home import Home
from plummer.pipelines.zones import in_zone, left_out
from plummer.schemas.errors import PlummerError


@pytest.fixture
def home(tmp_path):
    made = Home.at(tmp_path / "home")
    made.create()
    return made


@pytest.fixture(scope="module")
def policies(tmp_path_factory):
    """The shipped policy, and what it is with a zone for the site north."""
    folder = tmp_path_factory.mktemp("policies")

    def policy(zone):
        path = folder / f"{zone.replace('/', '-')}.yaml"
        path.write_text(f"extends: safe_harbor\nversion: 1.0.0\nsite_timezones: {{north: {zone}}}\n")
        return load_policy(str(path))

    return {"": load_policy("safe_harbor")} | {zone: policy(zone) for zone in ("Europe/Oslo", "Asia/Kolkata")}


def delivery(kind="hl7v2", site="north", letter="a"):
    return Delivery("d" + letter * 26, kind, site, "file:///in", ())


def test_the_declared_zone_is_written_down_and_holds_for_what_comes_later(home, policies):
    first = in_zone(home, policies["Europe/Oslo"], delivery())
    assert first.zone == "Europe/Oslo"
    register(home, first)
    assert load(home, first.delivery_id).zone == "Europe/Oslo"
    assert in_zone(home, policies[""], delivery(letter="b")).zone == "Europe/Oslo"
    with pytest.raises(PlummerError, match="site_zone_changed"):
        in_zone(home, policies["Asia/Kolkata"], delivery(letter="b"))
    assert in_zone(home, policies["Asia/Kolkata"], delivery(kind="ccda")).zone == "Asia/Kolkata"
    assert in_zone(home, policies["Asia/Kolkata"], delivery(site="main")).zone == ""


def test_what_was_read_without_a_zone_stays_so(home, policies):
    register(home, in_zone(home, policies[""], delivery()))
    later = in_zone(home, policies["Europe/Oslo"], delivery(letter="b"))
    assert (later.zone, left_out(policies["Europe/Oslo"], later)) == ("", True)
    assert not left_out(policies[""], later)


def test_kinds_that_bring_their_zone_are_left_alone(home, policies):
    for kind in ("fhir", "csv"):
        found = in_zone(home, policies["Europe/Oslo"], delivery(kind))
        assert (found.zone, left_out(policies["Europe/Oslo"], found)) == ("", False)
