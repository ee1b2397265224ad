"""Settings that the scrubber reads: facilities, PDF, placeholder days."""

import base64
import json

import pytest
from policy_files import EXPERT, HEAD, loaded, scrub_with

from plummer.deid.context import SubjectContext
from plummer.deid.structure import Scrubber


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("pseudonymise", {"reference": "Location/abc"}), ("type_only", {"type": "Location"}), ("drop", None)],
)
def test_a_facility_keeps_as_much_as_the_policy_says(tmp_path, setting, expected):
    policy = loaded(tmp_path, f"{HEAD}facilities: {setting}\n")
    context = SubjectContext(references={"Location/7": "Location/abc", "Practitioner/7": "Practitioner/abd"})
    resource = {
        "resourceType": "Encounter",
        "location": [{"location": {"reference": "Location/7", "display": "Ward"}}],
        "participant": [{"individual": {"reference": "Practitioner/7"}}],
    }
    out = json.loads(Scrubber(policy, None).scrub(json.dumps(resource), context, "p").body)
    found = out.get("location", [{}])[0].get("location")
    assert (None if found is None or "extension" in found else found) == expected
    assert out["participant"][0]["individual"] == {"reference": "Practitioner/abd"}
    assert "Ward" not in json.dumps(out)


@pytest.mark.parametrize("content_type", ["application/pdf", "text/plain"])
def test_a_pdf_goes_where_the_policy_says_so_whatever_it_is_called(tmp_path, content_type):
    data = base64.b64encode(b"%PDF-1.4 nothing").decode()
    binary = {"resourceType": "Binary", "contentType": content_type, "data": data}
    out = scrub_with(loaded(tmp_path, HEAD + "pdf: drop\n"), binary)
    assert out["*"]["attachment.other.mask"] == 1
    assert "data" not in out
    kept = scrub_with(loaded(tmp_path, HEAD), {**binary, "contentType": "text/plain", "data": "SGk="})
    assert "data" in kept


def test_a_placeholder_of_the_site_is_masked_and_never_shifted(tmp_path):
    policy = loaded(tmp_path, EXPERT + "placeholder_dates: [2001-01-01]\n")
    for value, stays in (("2001-01-01", False), ("2001-01-01T00:00:00Z", False), ("2001-01-02", True)):
        out = scrub_with(policy, {"resourceType": "Condition", "recordedDate": value})
        assert ("recordedDate" in out) is stays
        assert ("_recordedDate" in out) is not stays
    assert "birthDate" not in scrub_with(policy, {"resourceType": "Patient", "birthDate": "2001-01-01"})
