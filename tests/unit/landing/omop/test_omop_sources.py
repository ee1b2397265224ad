"""Which folders are a CDM: what must be there, and what a source is told that isn't one."""

import pytest
from omop_case import MAPPING

from plummer.pipelines.deliveries import discover
from plummer.schemas.errors import ExitCode, PlummerError


@pytest.mark.parametrize(
    ("names", "code", "exit_code", "ref"),
    [
        (["person.csv"], "source_table_missing", ExitCode.USAGE, "concept"),
        (["CONCEPT.csv", "measurement.csv"], "source_table_missing", ExitCode.USAGE, "person"),
        (["concept.csv", "location.csv"], "nothing_to_land", ExitCode.NOTHING_TO_DO, "omop"),
        (["patients.csv"], "nothing_to_land", ExitCode.NOTHING_TO_DO, "omop"),
    ],
)
def test_a_source_that_lacks_a_table(tmp_path, names, code, exit_code, ref):
    for name in names:
        (tmp_path / name).write_text("x\n1\n")
    with pytest.raises(PlummerError) as caught:
        discover("omop", "main", str(tmp_path), MAPPING)
    assert (caught.value.code, caught.value.exit_code, caught.value.ref) == (code, exit_code, ref)


def test_the_forms_of_a_cdms_files(tmp_path):
    names = ["PERSON.CSV", "concept.csv", "cost.csv", "vocabulary.csv", "death/part-0.csv", "notes.csv"]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("person_id,person_x\n1\n")
    found = discover("omop", "main", str(tmp_path), MAPPING)
    assert {file.path: (file.form, file.unnamed) for file in found.files} == {
        "PERSON.CSV": ("csv", 1), "concept.csv": ("lookup:csv", 0), "cost.csv": ("left:csv", 0),
        "vocabulary.csv": ("ignored", 0), "death/part-0.csv": ("csv", 0), "notes.csv": ("other", 0),
    }  # fmt: skip
    assert [file.path for file in found.lookups] == ["concept.csv", "death/part-0.csv"]
