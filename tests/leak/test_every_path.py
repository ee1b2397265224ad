"""D-01: an identifier on any path of any of R4's 148 resource types is gone from what is scrubbed.

The resources come from the element table. The text engine here changes nothing, so what is missing is missing
by the structured rules alone.
"""

import json
from functools import cache

import pytest
from planting import DATE, VARIANTS, Planter, every_text, kinds, leaked

from plummer.deid.context import SubjectContext
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.policy import PROFILES, load_policy
from plummer.deid.structure import Scrubber

pytestmark = pytest.mark.filterwarnings("error")

KEPT_BY_LAW = {"limited_data_set": ("address.city", "Address.city")}
"""45 CFR 164.514(e)(2)(ii): town or city, state and ZIP code stay; a state or ZIP code must look like one."""


class Echo:
    """A text engine that finds nothing."""

    class _Text:
        def __init__(self, text: str) -> None:
            self.text, self.counts = text, {}

    def scrub(self, text: str, known: object, dates: object) -> "_Text":
        return self._Text(text)

    def scrub_phrase(self, text: str, known: object) -> str:
        return text


@cache
def scrubber(profile: str) -> Scrubber:
    return Scrubber(load_policy(profile), Echo())


def scrubbed(resource: dict, profile: str) -> dict:
    mode = load_policy(profile).time_mode
    dates = DateContext(mode, shift_days=0 if mode is TimeMode.RELATIVE else 77)
    return json.loads(scrubber(profile).scrub(json.dumps(resource), SubjectContext("4", dates), "p7").body)


def check(kind: str, profile: str, variant: int) -> int:
    planter = Planter(variant)
    resource = planter.resource(kind)
    out = scrubbed(resource, profile)
    allowed = KEPT_BY_LAW.get(profile, ())
    found = {path for path in leaked(out, planter) if not path.endswith(allowed or ("\0",))}
    assert not found, sorted(found)
    if profile == "safe_harbor":
        texts = [text for text in every_text(out) if "1931" in text or "04:05" in text]
        assert not texts, kind
    return len(planter.paths)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", kinds())
def test_no_token_on_any_path_survives(kind: str, profile: str) -> None:
    variant = (kinds().index(kind) + PROFILES.index(profile)) % VARIANTS
    assert check(kind, profile, variant) > 100


@pytest.mark.slow
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("variant", range(VARIANTS))
def test_no_token_on_any_path_survives_in_any_variant(variant: int, profile: str) -> None:
    planted = sum(check(kind, profile, variant) for kind in kinds())
    assert planted > 12_371  # what another generator plants


def test_dates_are_planted_and_tokens_are_found_where_they_stand() -> None:
    planter = Planter(0)
    resource = planter.resource("Observation")
    assert DATE in json.dumps(resource)
    # some tokens gave their place to a well-known system or a listed content type
    assert len(leaked(resource, planter)) > 0.95 * len(set(planter.paths.values()))
