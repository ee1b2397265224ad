"""A name that a person had is looked for in notes, though its version is superseded (D-04, R-10)."""

import json

import pytest

from plummer.pipelines import delta
from plummer.pipelines.stages.current import current_and_former
from plummer.pipelines.stages.identities import identities
from plummer.pipelines.stages.index import index
from plummer.schemas.tables import IDENTITIES, INDEX

pytestmark = pytest.mark.spark


def test_a_former_name_stays_known_and_a_deleted_patient_does_not(spark, home, land_folder, shared, tmp_path):
    """hostile/bundles/03_history: p1 was Oldname; in a second delivery p2 is deleted."""
    history = json.loads((shared / "hostile" / "bundles" / "03_history.json").read_text())
    old = history["entry"][0]["resource"]
    old["birthDate"] = "1931-01-01"
    old["address"] = [{"city": "Oldtown"}]
    history["entry"].append({"resource": {**old, "id": "p2", "name": [{"family": "Gonename"}]}})
    (tmp_path / "history.json").write_text(json.dumps(history))
    landed = land_folder(tmp_path)
    assert landed.account.numbers == (4, 3, 0, 0, 1)
    rows, former = current_and_former(spark, home)
    assert [row.resource_id for row in rows.collect()] == ["p1"]
    assert former is not None
    index(spark, home, rows, key=bytes(32), zone="UTC", former=former)
    names = delta.read(spark, home, INDEX).where("kind = 'name'")
    assert names.select("target").distinct().count() == 1
    identities(spark, home)
    (known,) = delta.read(spark, home, IDENTITIES).collect()
    assert known.patient_key == "main/p1"
    assert {"Oldname", "Testfamily"} <= {part for name in known.names for part in name.split()}
    assert known.addresses == ["Oldtown"]
    assert known.dates == ["1970-03-04"]
