"""CSV through the landing stage: rows with file and line, a balanced account, a mapping that is raised."""

import json

import pytest

from plummer.pipelines import delta
from plummer.pipelines.deliveries import discover, register
from plummer.pipelines.stages import land_retry
from plummer.pipelines.stages.current import current
from plummer.pipelines.stages.land import land
from plummer.schemas.tables import LOADS, QUARANTINE, RESOURCES

MAPPING = """
version: 1
files:
  people.csv:
    resource: Patient
    id: Id
    elements:
      birthDate: {column: BORN, formats: [YYYY-MM-DD]}
      gender: {column: SEX, values: {F: female}}
ignore: [log.csv]
"""
ROWS = """Id,BORN,SEX,SSN
p1,1970-01-01,F,999-00-1111
p1,1970-01-01,F,999-00-1111

p2,1970-01-02,M,1
p3,01/02/1970,F,1
p4,1970-01-04,F,1
p4,1970-01-05,F,1
"""


@pytest.mark.slow
def test_a_delivery_of_rows_from_first_landing_to_a_better_mapping(spark, home, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "people.csv").write_text(ROWS)
    (folder / "log.csv").write_text("x\n")
    first = discover("csv", "main", str(folder), MAPPING)
    register(home, first)
    landed = land(spark, home, first)
    assert landed.account.numbers == (6, 3, 1, 2, 0)
    assert landed.reasons == {"invalid_date": 1, "value_unmapped": 1}
    assert landed.warnings == {"columns_unnamed": 1, "files_ignored": 1, "key_repeated": 1}
    rows = delta.read(spark, home, RESOURCES).orderBy("line").collect()
    assert [(r["file"], r["line"], r["entry"], r["patient_key"]) for r in rows] == [
        ("people.csv", 2, None, "main/p1"),
        ("people.csv", 7, None, "main/p4"),
        ("people.csv", 8, None, "main/p4"),
    ]  # fmt: skip
    wrong = delta.read(spark, home, QUARANTINE).orderBy("line").collect()
    assert [(r["line"], bytes(r["body"])) for r in wrong] == [
        (5, b"p2,1970-01-02,M,1"), (6, b"p3,01/02/1970,F,1"),
    ]  # fmt: skip

    again = land(spark, home, discover("csv", "main", str(folder), MAPPING))
    assert (again.unchanged, again.account.numbers) == (True, (6, 0, 6, 0, 0))

    looked = land_retry.look_again(home, first.delivery_id, ["people.csv"])
    same = looked.delivery
    assert (same.mapping, [f.path for f in same.files], looked.gone) == (MAPPING, ["people.csv"], 0)

    better = MAPPING.replace("version: 1", "version: 2").replace("{F: female}", "{F: female, M: male}")
    second = discover("csv", "main", str(folder), better)
    register(home, second)
    raised = land(spark, home, second)
    assert (raised.account.numbers, raised.reasons) == ((6, 4, 1, 1, 0), {"invalid_date": 1})
    now = {r["resource_id"]: json.loads(r["body"]) for r in current(spark, home).collect()}
    assert {name: body["meta"]["versionId"] for name, body in now.items()} == dict.fromkeys(
        ("p1", "p2", "p4"), "2"
    )
    assert now["p2"]["gender"] == "male"
    assert delta.read(spark, home, LOADS).select("load_id").distinct().count() == 2
