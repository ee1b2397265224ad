"""A Patient that stands for merged records doesn't refer to itself; other links stay as references do."""

import json

import pytest
from helpers import EchoingCleaner

from plummer.deid.context import SubjectContext
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubber

CONTEXT = SubjectContext(
    subject_id="42",
    references={
        "Patient/new": "Patient/42",
        "Patient/old": "Patient/42",
        "RelatedPerson/r": "RelatedPerson/abc",
    },
    foreign=frozenset({"Patient/other"}),
)


def _scrubbed(*links):
    patient = {"resourceType": "Patient", "id": "new", "link": list(links)}
    scrubber = Scrubber(load_policy("safe_harbor"), EchoingCleaner())
    made = scrubber.scrub(json.dumps(patient), CONTEXT, "42")
    return json.loads(made.body), made


def _link(reference, kind="replaces"):
    return {"other": {"reference": reference}, "type": kind}


@pytest.mark.parametrize(
    "reference", ["Patient/old", "Patient/new", "https://h.invalid/Patient/old/_history/2"]
)
def test_a_link_to_the_record_itself_goes_and_is_counted(reference):
    body, made = _scrubbed(_link(reference))
    assert "link" not in body
    assert made.actions["patient_link.to_itself.drop"] == 1


def test_other_links_stay_beside_it():
    body, made = _scrubbed(_link("Patient/old"), _link("RelatedPerson/r", "seealso"))
    assert body["link"] == [{"other": {"reference": "RelatedPerson/abc"}, "type": "seealso"}]
    assert made.actions["patient_link.to_itself.drop"] == 1


def test_a_link_to_another_subject_still_loses_its_reference():
    body, made = _scrubbed(_link("Patient/other", "seealso"), _link("Patient/nobody", "seealso"))
    assert not [link for link in body["link"] if "reference" in link.get("other", {})]
    assert made.foreign_references == {"Patient.link.other": 1}
    assert made.missing_references == {"Patient.link.other": 1}
