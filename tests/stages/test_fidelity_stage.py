"""Source beside released tables: what was kept is counted, and damage to any subject's time (D-16)."""

import hashlib
import json
import shutil
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from deltalake import DeltaTable

from plummer.deid.keys import RootKey
from plummer.deid.policy import load_policy
from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.index.crosswalk import CrosswalkKeys
from plummer.pipelines.index.lookups import Lookups
from plummer.pipelines.stages.crosswalk import crosswalk
from plummer.pipelines.stages.fidelity import fidelity
from plummer.pipelines.stages.index import index
from plummer.schemas.tables import DEID_RESOURCES, RESOURCES

pytestmark = pytest.mark.spark
ROOT = RootKey("main", 1, bytes(range(32)))
POLICY = load_policy("expert_determination")
SUBJECTS = 6


def _stay(patient, number):
    day = date(2019, 5, 1) + timedelta(days=patient * 40 + number * 3)
    return {
        "resourceType": "Encounter",
        "id": f"e{patient}-{number}",
        "status": "finished",
        "subject": {"reference": f"Patient/p{patient}"},
        "period": {"start": f"{day}T10:00:00Z", "end": f"{day}T11:00:00Z"},
    }


def _moved(resource, back):
    period = resource.get("period", {})
    moved = {
        name: f"{date.fromisoformat(text[:10]) - timedelta(days=back)}{text[10:]}"
        for name, text in period.items()
    }
    return {**resource, **({"period": moved} if moved else {})}


RECORDS = [
    *({"resourceType": "Patient", "id": f"p{n}"} for n in range(SUBJECTS)),
    *(_stay(patient, number) for patient in range(SUBJECTS) for number in range(4)),
    {
        "resourceType": "Medication",
        "id": "m",
        "code": {"coding": [{"system": "http://s.invalid", "code": "1"}]},
    },
]


def _patient_key(resource):
    name = resource.get("subject", {}).get("reference", f"Patient/{resource['id']}")
    return None if resource["resourceType"] == "Medication" else f"main/{name[8:]}"


def _row(line, resource):
    body = json.dumps(resource)
    digest = hashlib.sha256(body.encode()).hexdigest()
    names = ("main", resource["resourceType"], resource["id"], _patient_key(resource))
    return (*names, None, None, digest, body, "load-1", "a.ndjson", line, None, None)


@pytest.fixture(scope="module")
def landed(spark, tmp_path_factory):
    """A home up to its crosswalk."""
    home = Home.at(tmp_path_factory.mktemp("fidelity") / "home")
    home.create()
    rows = spark.createDataFrame([_row(n, r) for n, r in enumerate(RECORDS, 1)], RESOURCES.ddl)
    delta.append(home, RESOURCES, rows, delta.Transaction("t"))
    index(spark, home, rows, key=ROOT.subkey("lookup"), zone=POLICY.site_timezone)
    crosswalk(spark, home, CrosswalkKeys.of(ROOT, random=False), random=False)
    return home


@pytest.fixture
def compared(spark, landed, tmp_path):
    """Compares with a released table of the given bodies, by id as received."""

    def go(released, **settings):
        home = Home.at(shutil.copytree(landed.root, tmp_path / f"home{len(list(tmp_path.iterdir()))}"))
        table = DeltaTable(str(Path(home.root) / "identified" / "crosswalk")).to_pyarrow_table().to_pylist()
        pseudonyms = {row["lookup"]: row["pseudonym"] for row in table}
        lookups = Lookups(ROOT.subkey("lookup"), "main")
        names = {name: f"{r['resourceType']}/{name}" for name, r in released.items()}
        rows = [
            (r["resourceType"], pseudonyms[lookups.of(names[name])], None, json.dumps(r), "p", "e", {}, [])
            for name, r in released.items()
        ]
        delta.overwrite(home, DEID_RESOURCES, spark.createDataFrame(rows, DEID_RESOURCES.ddl))
        return fidelity(spark, home, POLICY, ROOT, **settings)

    return go


def _released():
    """Every subject moved by a shift of their own."""
    shifts = {f"main/p{n}": n + 3 for n in range(SUBJECTS)}
    return {r["id"]: _moved(r, shifts.get(_patient_key(r), 0)) for r in RECORDS}


def test_whole_tables_are_compared(compared):
    found = compared(_released())
    assert (found.records, found.of, found.subjects, found.failed) == (
        len(RECORDS),
        len(RECORDS),
        SUBJECTS,
        0,
    )
    assert found.resources == {"Encounter": 4 * SUBJECTS, "Medication": 1}
    assert found.content == {
        "Encounter": {"status": (24, 24), "time": (48, 48)},
        "Medication": {"code": (2, 2)},
    }
    assert found.timeline["events"] == 3 * 4 * SUBJECTS
    assert sum(found.timeline.values()) == found.timeline["events"]


def test_what_is_lost_refused_or_moved_is_counted(compared):
    released = _released()
    del released["e0-0"]  # refused
    released["e1-1"] = {k: v for k, v in released["e1-1"].items() if k != "status"}
    released["e2-3"] = _moved(released["e2-3"], 1)
    released["m"] = {"resourceType": "Medication"}
    found = compared(released)
    assert found.content["Encounter"] == {"status": (24, 22), "time": (48, 46)}
    assert found.content["Medication"] == {"code": (2, 0)}
    assert found.timeline["intervals"] == 1
    assert found.timeline["missing"] == 1
    assert found.timeline["order"] == found.timeline["stays"] == found.timeline["unshifted"] == 0


def test_a_sample_is_of_whole_subjects_and_the_same_again(compared):
    found = compared(_released(), sample=15)
    assert 1 <= found.subjects < SUBJECTS
    assert found.timeline["events"] == 12 * found.subjects
    assert found.of == len(RECORDS)
    assert asdict(found) == asdict(compared(_released(), sample=15))


def test_a_sample_has_a_subject_however_small(compared):
    assert compared(_released(), sample=0).subjects == 1
