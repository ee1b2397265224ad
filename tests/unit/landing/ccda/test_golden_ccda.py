"""Golden documents: NAME/in.xml comes to NAME/out.json, resource by resource at its line.

``PLUMMER_WRITE_GOLDEN=1`` writes what comes out, to be read before it is committed.
"""

import io
import json
import os
from pathlib import Path

import pytest
from fhir.resources.R4B import get_fhir_model_class

from plummer.pipelines.landing.ccda.document import map_document
from plummer.pipelines.landing.ccda.door import DOOR
from plummer.pipelines.landing.ccda.xml_tree import read_xml
from plummer.pipelines.landing.tasks import ReadTask

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/in.xml"))


def outcomes(data):
    return list(DOOR.read(io.BytesIO(data), ReadTask("d.xml", "", "ccda", len(data), "", 0, len(data))))


def shown(outcome):
    if outcome.reason:
        return {"line": outcome.line, "refused": outcome.reason}
    return {"line": outcome.line, "resource": json.loads(outcome.body)}


@pytest.mark.parametrize("case", CASES)
def test_a_document_comes_to_its_resources(case):
    data = (HERE / case / "in.xml").read_bytes()
    found = outcomes(data)
    got = {
        "units": [shown(outcome) for outcome in found],
        "left": dict(sorted(map_document(read_xml(data)).left.items())),
    }
    path = HERE / case / "out.json"
    if os.environ.get("PLUMMER_WRITE_GOLDEN"):
        units = ",\n".join(json.dumps(unit, ensure_ascii=False) for unit in got["units"])
        path.write_text(f'{{"left": {json.dumps(got["left"])}, "units": [\n{units}\n]}}\n')
    assert got == json.loads(path.read_text())
    for outcome in found:
        if outcome.reason is None:
            get_fhir_model_class(outcome.resource_type).model_validate_json(outcome.body)
