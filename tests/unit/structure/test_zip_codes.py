"""D-11 through the whole structured pass: no ZIP code of five or nine digits survives anywhere it may stand.

The table itself is proven in tests/unit/policy; here every prefix goes through the scrubber in every place
and form that a postal code has. The prefixes that earlier censuses restricted are typed in again by hand.
"""

import json
import re
from functools import cache
from typing import Any

import pytest
from helpers import EchoingCleaner

from plummer.deid.context import SubjectContext
from plummer.deid.geography import populations
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubber

_EARLIER = "036 059 063 102 203 205 369 556 692 790 821 823 830 831 878 879 884 890 893"
OF_2000_AND_2010 = set(_EARLIER.split())
FORMS = ("{0}01", "{0}01-2345", "{0}012345", "{0}01 2345", " {0}01 ", "{0}01\n")
PREFIXES = [f"{number:03d}" for number in range(1_000)]
HOLDERS = ("Patient", "Practitioner", "Organization", "RelatedPerson", "Location", "Claim")


@cache
def restricted(strict: bool) -> frozenset[str]:
    """Prefixes that must be 000: at most 20,000 people, or in no table at all."""
    small = {prefix for prefix in PREFIXES if populations().get(prefix, 0) <= 20_000}
    return frozenset(small | OF_2000_AND_2010 if strict else small)


def holder(kind: str, address: dict[str, Any]) -> dict[str, Any]:
    """A resource that has an address where its type has one, and in an extension and a contained one."""
    place = {
        "Location": {"address": address},
        "Claim": {"accident": {"date": "2020", "locationAddress": address}},
    }
    other = {"resourceType": "Location", "id": "l", "address": address}
    extension = {"url": "http://x.invalid/address", "valueAddress": address}
    own = place.get(kind, {"address": [address]})
    return {"resourceType": kind, "id": "x", "contained": [other], "extension": [extension], **own}


def released(policy: Any, kind: str, address: dict[str, Any]) -> str:
    context = SubjectContext("4")
    return (
        Scrubber(policy, EchoingCleaner())
        .scrub(json.dumps(holder(kind, address)), context, "n")
        .body.decode()
    )


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("policy") / "union.yaml"
    path.write_text("extends: safe_harbor\nversion: '1.0.0'\nprofile: safe_harbor\nzip3: union\n")
    named = {name: load_policy(name) for name in ("safe_harbor", "expert_determination")}
    return named | {"union": load_policy(str(path))}


@pytest.mark.parametrize("name", ["safe_harbor", "union", "expert_determination"])
def test_every_prefix_in_every_form_leaves_three_digits_at_most(name: str, policies: dict[str, Any]) -> None:
    scrubber, context = Scrubber(policies[name], EchoingCleaner()), SubjectContext("4")
    closed = restricted(strict=name == "union")
    for prefix in PREFIXES:
        codes = [form.format(prefix) for form in FORMS]
        patient = {"resourceType": "Patient", "address": [{"postalCode": code} for code in codes]}
        body = scrubber.scrub(json.dumps(patient), context, "n").body
        kept = [address.get("postalCode") for address in json.loads(body).get("address", [])]
        assert kept == [("000" if prefix in closed else prefix)] * len(FORMS), prefix
        assert not re.search(r"[0-9]{5}", body.decode()), prefix


def test_the_restricted_prefixes_are_eighteen_or_twenty_three(policies: dict[str, Any]) -> None:
    known = set(populations())
    assert len(restricted(strict=False) & known) == 18
    assert len(restricted(strict=True) & known) == 23
    assert set(PREFIXES) - known <= restricted(strict=False)


@pytest.mark.parametrize("kind", HOLDERS)
@pytest.mark.parametrize("name", ["safe_harbor", "union", "expert_determination"])
def test_no_residue_stands_in_any_place_of_an_address(kind: str, name: str, policies: dict[str, Any]) -> None:
    address = {
        "text": "7 Elm St, Qzxville 02139-4307",
        "line": ["7 Elm St", "02139"],
        "city": "Qzxville 02139",
        "district": "02139",
        "state": "MA",
        "postalCode": "02139-4307",
        "_postalCode": {"extension": [{"url": "http://x.invalid", "valueString": "02139"}]},
        "country": "US",
    }
    body = released(policies[name], kind, address)
    assert "02139" not in body
    assert "4307" not in body
    assert not re.search(r"(?<![0-9])[0-9]{5}(?![0-9])", body)


@pytest.mark.parametrize("country", ["CA", "GB", "Canada", "DE", "MX"])
def test_a_code_of_another_country_goes_whole(country: str, policies: dict[str, Any]) -> None:
    for code in ("K1A 0B1", "10115", "SW1A 1AA", "02139"):
        body = released(policies["safe_harbor"], "Patient", {"postalCode": code, "country": country})
        assert 'postalCode":' not in body.replace("_postalCode", "")


@pytest.mark.parametrize("code", ["2139", "021", "021390", "O2139", "٠٢١٣٩", "02139-43", "02139/02140", ""])
def test_what_is_no_zip_code_leaves_nothing_of_itself(code: str, policies: dict[str, Any]) -> None:
    body = released(policies["safe_harbor"], "Patient", {"postalCode": code, "country": "US"})
    kept = re.findall(r'"postalCode":"([^"]*)"', body)
    assert set(kept) <= {"000"}
