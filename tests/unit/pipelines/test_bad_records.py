"""Records made to break a walk: each is taken or refused by a clear code, and nothing after it suffers.

Issue B's list: cyclic contained references, 60-deep extensions, a Provenance line of a megabyte, references
to nobody, a contained resource that names itself, nesting beyond the limit.
"""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from plummer.deid.context import SubjectContext
from plummer.deid.dates import DateContext, TimeMode
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubber, days_of, labels_of
from plummer.deid.structure.census import Census
from plummer.deid.structure.fidelity import Fidelity
from plummer.pipelines.index.batches import Indexer
from plummer.pipelines.index.sites import Sites
from plummer.pipelines.landing.limits import MAX_DEPTH
from plummer.pipelines.landing.records import check_line
from plummer.pipelines.landing.second_opinion import second_opinion
from plummer.schemas.extensions import DATA_ABSENT_REASON

RACE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-race"
UNKNOWN = {"extension": [{"url": DATA_ABSENT_REASON, "valueCode": "unknown"}]}
Json = dict[str, Any]


class NoText:
    """Takes every label away, so that what stays was kept by a structured rule."""

    def scrub(self, text: str, known: object, dates: object) -> Any:
        raise AssertionError("there are no notes here")

    def scrub_phrase(self, text: str, known: object) -> str:
        return ""


def observation(name: str, *members: str, **more: Any) -> Json:
    found: Json = {"resourceType": "Observation", "id": name, "status": "final", "code": {"text": "x"}}
    return found | ({"hasMember": [{"reference": target} for target in members]} if members else {}) | more


def wrapped(inner: Json, times: int, wrap: Callable[[Json], Json]) -> Json:
    for _ in range(times):
        inner = wrap(inner)
    return inner


def extensions(depth: int, url: str) -> list[Json]:
    return [wrapped({"url": url, "valueString": "v"}, depth - 1, lambda e: {"url": url, "extension": [e]})]


def landed(resource: Json) -> Any:
    (outcome,) = check_line(json.dumps(resource).encode(), 1)
    return outcome


def scrubbed(resource: Json, profile: str = "expert_determination") -> tuple[Json, Any]:
    """A record through everything that walks it, from its line to the comparison with its source."""
    outcome = landed(resource)
    assert outcome.reason is None
    body = outcome.body
    row = {
        name: getattr(outcome, name) for name in ("resource_type", "resource_id", "full_url", "line", "entry")
    }
    row |= {"site": "main", "patient_key": None, "body": body.decode(), "load_id": "l"}
    assert list(Indexer(bytes(32), Sites("UTC")).rows(row))
    parsed = msgspec.json.decode(body)
    labels_of(parsed)
    days_of(parsed, "UTC")
    second_opinion(body)
    policy = load_policy(profile)
    assert not [seen for seen in Census(policy).count(body) if seen.kind == "record"]
    shift = 9 if policy.time_mode is TimeMode.SHIFT else 0
    made = Scrubber(policy, NoText()).scrub(
        body, SubjectContext("4", DateContext(policy.time_mode, shift_days=shift)), "n"
    )
    found = Fidelity(policy.time_mode, "UTC")
    found.enter(subject=True)
    found.compare(body, made.body)
    found.leave()
    assert found.time.total == 0
    return json.loads(made.body), made


def references(value: Any) -> list[str]:
    if isinstance(value, list):
        return [name for item in value for name in references(item)]
    if not isinstance(value, dict):
        return []
    own = [value["reference"]] if isinstance(value.get("reference"), str) else []
    return own + [name for item in value.values() for name in references(item)]


def test_contained_resources_that_name_each_other_in_a_circle_keep_their_circle() -> None:
    ring = [observation("a", "#b"), observation("b", "#c"), observation("c", "#a")]
    out, made = scrubbed(observation("o", "#a", contained=ring))
    assert [inner["id"] for inner in out["contained"]] == ["c1", "c2", "c3"]
    assert references(out) == ["#c1", "#c2", "#c3", "#c1"]
    assert not made.missing_references


def test_a_contained_resource_that_names_itself_and_its_container() -> None:
    out, made = scrubbed(observation("o", "#a", contained=[observation("a", "#a", "#")]))
    assert references(out) == ["#c1", "#c1", "#"]
    assert not made.missing_references


def test_a_contained_reference_to_nobody_is_refused_when_landing() -> None:
    outcome = landed(observation("o", "#a", contained=[observation("b")]))
    assert (outcome.reason, outcome.line) == ("dangling_contained_reference", 1)


@pytest.mark.parametrize("profile", ["safe_harbor", "expert_determination", "limited_data_set"])
def test_references_to_nobody_lose_their_value_and_are_counted_by_path(profile: str) -> None:
    names = [
        "Patient/nobody",
        "",
        "urn:uuid:",
        "//",
        "Patient/",
        "Observation?identifier=|",
        "?",
        "http://h.invalid",
    ]
    out, made = scrubbed(observation("o", *names, subject={"reference": "Patient/nobody"}), profile)
    assert references(out) == []
    assert [member["_reference"] for member in out["hasMember"]] == [UNKNOWN] * len(names)
    assert made.missing_references == {"Observation.hasMember": len(names), "Observation.subject": 1}
    assert "nobody" not in json.dumps(out)


@pytest.mark.parametrize("url", [RACE, "http://unlisted.invalid"])
def test_sixty_extensions_in_one_another(url: str) -> None:
    patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1950-01-02",
               "extension": extensions(60, url), "_gender": {"extension": extensions(60, url)}}  # fmt: skip
    out, made = scrubbed(patient)
    assert out["gender"] == "female"
    assert "valueString" not in json.dumps(out)
    assert made.actions["extension.not_listed.drop"] == 2


def test_sixty_questionnaire_items_in_one_another_keep_their_answer() -> None:
    answer = {"linkId": "1", "answer": [{"valueInteger": 3}]}
    items = wrapped(answer, 59, lambda item: {"linkId": "1", "item": [item]})
    out, _ = scrubbed(
        {"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "item": [items]}
    )
    assert '"valueInteger": 3' in json.dumps(out)


def test_resources_contained_in_one_another_fifty_times() -> None:
    # R4 forbids it (dom-2); it is walked all the same, and only the outermost level's ids are known
    inner = observation("x", valueInteger=3)
    out, _ = scrubbed(wrapped(inner, 50, lambda one: observation("x", contained=[one])))
    assert json.dumps(out).count('"Observation"') == 51
    assert '"x"' not in json.dumps(out)


@pytest.mark.parametrize("levels", [MAX_DEPTH + 1, 1_000, 100_000])
@pytest.mark.parametrize("key", ["extension", "contained", "item", "unknown"])
def test_deeper_than_the_limit_is_refused_when_landing(key: str, levels: int) -> None:
    text = '{"resourceType":"Basic","id":"b","' + key + '":' + '{"x":' * levels + "1" + "}" * levels + "}"
    (outcome,) = check_line(text.encode(), 1)
    assert outcome.reason == "nesting_too_deep"


def test_what_is_as_deep_as_the_limit_passes_every_walk() -> None:
    deep = wrapped(
        {"url": "x", "valueString": "v"}, (MAX_DEPTH - 4) // 2, lambda e: {"url": "x", "extension": [e]}
    )
    scrubbed({"resourceType": "Patient", "id": "p", "extension": [deep], "_gender": {"extension": [deep]}})


def test_a_provenance_of_a_megabyte_is_one_record_with_its_losses_counted() -> None:
    targets = [{"reference": f"Observation/{n:08d}"} for n in range(30_000)]
    agent = {"who": {"reference": "Practitioner/nobody"}}
    provenance = {"resourceType": "Provenance", "id": "v", "recorded": "2020-01-01T00:00:00Z"}
    provenance |= {"target": targets, "agent": [agent]}
    assert len(json.dumps(provenance)) > 2**20
    out, made = scrubbed(provenance)
    assert references(out) == []
    assert made.missing_references == {"Provenance.target": 30_000, "Provenance.agent.who": 1}
    assert len(out["target"]) == 30_000


def test_a_bad_record_leaves_the_next_one_alone() -> None:
    """The scrubber keeps caches; what a strange record puts there mustn't reach a plain one."""
    scrubber = Scrubber(load_policy("expert_determination"), NoText())
    context = SubjectContext("4", DateContext(TimeMode.SHIFT, shift_days=9))
    plain = json.dumps(observation("o", "Observation/other", effectiveDateTime="2019-05-03"))
    before = scrubber.scrub(plain, context, "n")
    for strange in (
        observation("o", "#a", contained=[observation("a", "#a")]),
        observation("o", *[f"Observation/{n}" for n in range(1_000)]),
        {"resourceType": "Patient", "id": "p", "extension": extensions(60, RACE)},
    ):
        scrubber.scrub(json.dumps(strange), context, "n")
    assert scrubber.scrub(plain, context, "n") == before
