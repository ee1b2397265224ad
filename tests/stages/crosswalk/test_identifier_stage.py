"""Identifiers that a policy asks for: drawn once, the same for whoever has them, kept through a reseal."""

import pytest
from crosswalk_home import ROOT, indexed, rows

from plummer.deid.keys import RootKey
from plummer.deid.policy import load_policy
from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.index.crosswalk import CrosswalkKeys
from plummer.pipelines.stages.crosswalk import crosswalk
from plummer.pipelines.stages.current import owner_of_record
from plummer.pipelines.stages.identifiers import context_rows, wanted
from plummer.pipelines.stages.reseal import reseal
from plummer.schemas.tables import CROSSWALK, RESOURCES

pytestmark = pytest.mark.spark
CLAIM = {"system": "http://claim.invalid", "value": "C-77"}
MRNS = [{"system": "http://mrn.invalid", "value": str(n)} for n in (1, 2)]
RAW = [
    ({"resourceType": "Patient", "id": f"p{n}", "identifier": [CLAIM, mrn]}, f"main/p{n}", None)
    for n, mrn in enumerate(MRNS, 1)
]
RULES = (
    "extends: safe_harbor\nversion: '9'\nprofile: safe_harbor\n"
    "types:\n  'Identifier;system=http://claim.invalid': pseudonymise\n"
)


def drawn(spark, home, policy, key):
    """Owner to the pseudonyms that its records are given."""
    found = wanted(spark, home, policy, key.subkey("lookup"), owner_of_record())
    rows = context_rows(spark, home, found, domain=key.domain, epoch=key.epoch).collect()
    return {(row["owner"], row["value"]) for row in rows}


def test_one_identifier_of_two_patients_has_one_drawn_pseudonym(spark, tmp_path):
    (tmp_path / "policy.yaml").write_text(RULES)
    policy, home, keys = (
        load_policy(tmp_path / "policy.yaml"),
        Home.at(tmp_path / "home"),
        CrosswalkKeys.of(ROOT),
    )
    delta.overwrite(home, RESOURCES, spark.createDataFrame(list(rows(RAW)), RESOURCES.ddl))
    indexed(spark, home, RAW)
    assert wanted(spark, home, load_policy("safe_harbor"), b"k" * 32, owner_of_record()) is None
    for added in (2 + 2 + 1, 0):
        found = wanted(spark, home, policy, ROOT.subkey("lookup"), owner_of_record())
        assert crosswalk(spark, home, keys, random=True, identifiers=found).added == added
    made = drawn(spark, home, policy, ROOT)
    assert {owner for owner, _ in made} == {"main/p1", "main/p2"}
    ((pseudonym,),) = ({value for _, value in made},)
    assert len(pseudonym) == 26
    stored = delta.read(spark, home, CROSSWALK).where("kind = 'identifier'").collect()
    assert [row["pseudonym"] for row in stored] == [pseudonym]
    assert b"C-77" not in bytes(stored[0]["sealed"])
    new = RootKey("main", 1, bytes(range(32))).resealed()
    reseal(spark, home, delta.current_version(home, CROSSWALK), ROOT, new)
    assert drawn(spark, home, policy, new) == made
