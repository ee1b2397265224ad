"""C-CDA through the landing stage: units with file and line, versions by document, what is left counted."""

import json
import shutil
from pathlib import Path

import pytest

from plummer.pipelines import delta
from plummer.pipelines.deliveries import discover, register
from plummer.pipelines.stages.current import current
from plummer.pipelines.stages.land import land
from plummer.schemas.tables import QUARANTINE, RESOURCES

CASES = Path(__file__).parents[2] / "unit" / "landing" / "ccda"


def deliver(spark, home, folder, *cases):
    for case in cases:
        shutil.copy(CASES / case / "in.xml", folder / f"{case}.xml")
    delivery = discover("ccda", "main", str(folder))
    register(home, delivery)
    return land(spark, home, delivery)


@pytest.mark.slow
def test_documents_of_one_patient_from_first_to_replaced(spark, home, tmp_path):
    (tmp_path / "cut.xml").write_text("<ClinicalDocument")
    first = deliver(spark, home, tmp_path, "summary", "sloppy")
    assert first.account.read == first.account.loaded + first.account.quarantined
    assert first.reasons == {"invalid_date": 1, "invalid_number": 1, "xml_truncated": 1}
    assert first.uncarried["2.16.840.1.113883.10.20.22.4.131/act"] == 1
    assert first.warnings == {"fields_uncarried": sum(first.uncarried.values())}
    rows = {(r["file"], r["line"], r["resource_type"]) for r in delta.read(spark, home, RESOURCES).collect()}
    expected = json.loads((CASES / "summary" / "out.json").read_text())["units"]
    assert rows >= {("summary.xml", unit["line"], unit["resource"]["resourceType"]) for unit in expected}
    wrong = {r["line"]: r["body"] for r in delta.read(spark, home, QUARANTINE).collect()}
    assert wrong[0] is None
    assert all(bytes(body).startswith(b"<observation") for line, body in wrong.items() if line)

    second = deliver(spark, home, tmp_path, "replacement")
    assert not second.unchanged
    assert second.account.duplicate >= first.account.read
    now = [json.loads(row["body"]) for row in current(spark, home).collect()]
    problems = [body for body in now if body["resourceType"] == "Condition"]
    assert {body["identifier"][0]["value"]: body.get("abatementDateTime") for body in problems} == {
        "P-1": "2024-02", "P-2": "2020-06-30", "P-3": None,
    }  # fmt: skip
    documents = [body for body in now if body["resourceType"] == "Composition"]
    assert sorted(body["meta"].get("versionId", "") for body in documents) == ["", "2"]
