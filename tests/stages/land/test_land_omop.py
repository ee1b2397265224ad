"""OMOP through the landing stage: tables that others ask for, a retry, and a death that comes later."""

import json
import shutil
from pathlib import Path

import pytest

from plummer.pipelines import delta
from plummer.pipelines.deliveries import discover, register
from plummer.pipelines.landing.mapping import mapping_text
from plummer.pipelines.stages import land_retry
from plummer.pipelines.stages.current import current
from plummer.pipelines.stages.land import land
from plummer.schemas.errors import PlummerError
from plummer.schemas.tables import RESOURCES

CDM = Path(__file__).parents[2] / "unit" / "landing" / "omop" / "persons" / "cdm"
SOURCE = "cdm_release_date\n{}\n"


def patients(spark, home):
    rows = current(spark, home).where("resource_type = 'Patient'").collect()
    return {row["resource_id"]: json.loads(row["body"]).get("deceasedDateTime") for row in rows}


@pytest.mark.slow
def test_a_cdm_from_first_landing_to_a_death_that_was_mended(spark, home, tmp_path):
    folder = tmp_path / "cdm"
    shutil.copytree(CDM, folder)
    (folder / "cdm_source.csv").write_text(SOURCE.format("2021-01-01"))
    (folder / "cost.csv").write_text("cost_id\n1\n2\n")
    measured = "measurement_id,person_id,measurement_concept_id,measurement_date\n"
    (folder / "measurement.csv").write_text(measured + "1,1,4306655,2020-01-01\n2,99,4306655,2020-01-01\n")
    first = discover("omop", "main", str(folder), mapping_text("omop"))
    register(home, first)
    landed = land(spark, home, first)
    assert landed.account.numbers == (11, 10, 0, 1, 0)
    assert landed.reasons == {"invalid_date": 1}
    left = {
        "cost": 2, "person.gender_source_value": 3, "provider.care_site_id": 1, "provider.year_of_birth": 1,
    }  # fmt: skip
    assert landed.uncarried == left
    assert landed.warnings == {"fields_uncarried": 7, "files_ignored": 1, "subjects_unknown": 1}
    assert patients(spark, home) == {"1": "2020-03-04T05:06:07Z", "2": "2021-04-05", "3": None, "4": None}
    assert not (home.folder / "identified" / "lookups").exists()

    looked = land_retry.look_again(home, first.delivery_id, ["death.csv"])
    assert ([f.path for f in looked.delivery.files], looked.gone) == (["death.csv"], 0)
    retried = land_retry.retry_load(spark, home, looked.delivery)
    assert (retried.files, retried.before, retried.after, retried.loaded) == (1, 1, 1, 0)

    death = folder / "death.csv"
    death.write_text(death.read_text().replace("04/05/2021", "2021-04-05"))
    (folder / "cdm_source.csv").write_text(SOURCE.format("2021-06-01"))
    assert land_retry.look_again(home, first.delivery_id, ["person.csv"]) == land_retry.Looked(1)
    second = discover("omop", "main", str(folder), mapping_text("omop"))
    register(home, second)
    # the persons' file is as it was, but what they are made of isn't
    assert land(spark, home, second).account.numbers == (11, 2, 9, 0, 0)
    assert patients(spark, home)["3"] == "2021-04-05"
    released = delta.read(spark, home, RESOURCES).where("resource_id = '3'").select("last_updated").collect()
    assert sorted(row[0] for row in released) == ["2021-01-01T00:00:00Z", "2021-06-01T00:00:00Z"]

    (folder / "location.csv").write_text("city\nTestville\n")
    with pytest.raises(PlummerError) as caught:
        land(spark, home, discover("omop", "main", str(folder), mapping_text("omop")))
    assert (caught.value.code, caught.value.ref) == ("lookup_unreadable", "location: schema_drift")
