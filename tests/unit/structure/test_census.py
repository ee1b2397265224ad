"""The census decides as the scrubber does, and names what no rule lists."""

import json

import pytest
from helpers import planted, scrub

from plummer.deid.policy import PROFILES, load_policy
from plummer.deid.structure.census import Census
from plummer.schemas.fhir import resource_types

BY_PARENT = {
    "type.Attachment.attachment", "type.base64Binary.drop", "path.Binary.data.attachment",
    "type.Age.age", "type.Quantity.quantity", "type.Count.quantity", "type.Distance.quantity",
    "type.Duration.quantity", "type.Age.quantity", "type.code.code", "type.string.drop", "type.uri.drop",
}  # fmt: skip
"""Parts of quantities and attachments are their parent's in a census, and their datatype's in a scrub."""


def rules(counted):
    found: dict[str, int] = {}
    for seen, count in counted.items():
        if seen.kind == "path":
            found[seen.rule] = found.get(seen.rule, 0) + count
    return found


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("kind", sorted(resource_types())[::7])
def test_every_rule_counts_as_often_as_in_a_scrub(profile, kind):
    resource = {"resourceType": kind, **planted(kind, "Qzxbdfghjk", 2)}
    _, made = scrub(resource, profile=profile)
    counted = rules(Census(load_policy(profile)).count(json.dumps(resource)))
    told = {rule for rule in made.actions if rule.startswith(("type.", "path."))}
    compared = (told | {rule for rule in counted if rule.startswith(("type.", "path."))}) - BY_PARENT
    assert compared
    assert {rule: counted.get(rule, 0) for rule in compared} == {
        rule: made.actions.get(rule, 0) for rule in compared
    }


def test_what_no_rule_lists_is_named():
    body = {
        "resourceType": "Patient",
        "nick": 1,
        "_birthDate": {"extension": [{"url": "urn:a", "valueString": "x"}]},
        "contained": [
            {"resourceType": "Practitioner", "name": [{"family": "x"}]},
            {"resourceType": "Nothing"},
        ],
        "maritalStatus": {"coding": [{"system": "urn:b", "code": "1"}, {"code": "2"}]},
        "id": "7",
    }
    found = Census(load_policy("safe_harbor")).count(json.dumps(body))
    told = {(seen.kind, seen.path): seen.action for seen in found}
    assert told["unknown", "Patient.nick"] == "drop"
    assert told["extension", "Patient._birthDate.extension(urn:a)"] == "drop"
    assert told["path", "Patient.contained(Practitioner).name"] == "drop"
    assert told["unknown", "Patient.contained"] == "drop"
    assert ("code_system", "urn:b") in told
    assert ("code_system", "") in told
    assert told["path", "Patient.id"] == "reference"
    assert "x" not in {seen.path for seen in found}


@pytest.mark.parametrize(
    "body", ["{", "[]", '{"resourceType": "Nothing"}', '{"resourceType": 7}', "[" * 5000]
)
def test_what_cannot_be_walked_is_a_record_of_its_own(body):
    [seen] = Census(load_policy("safe_harbor")).count(body)
    assert (seen.kind, seen.path, seen.action) == ("record", "?", "drop")


def test_depth_and_recursion_are_bounded():
    item: dict = {"linkId": "1"}
    for _ in range(300):
        item = {"linkId": "1", "item": [item]}
    found = Census(load_policy("safe_harbor")).count(
        json.dumps({"resourceType": "QuestionnaireResponse", "item": [item]})
    )
    names = (
        "QuestionnaireResponse.item",
        "QuestionnaireResponse.item.linkId",
        "QuestionnaireResponse.item.item",
    )
    assert {seen.path for seen in found} == set(names)
