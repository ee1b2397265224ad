"""The files: determinism, independence of patients, refusals, counts, sizes."""

import time
from pathlib import Path

import pytest
from synth_helpers import Export, rows

from plummer.deid.synth import generate
from plummer.schemas.errors import ExitCode, PlummerError


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    generate(4, 11, tmp_path / "a")
    generate(4, 11, tmp_path / "b")
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_another_seed_gives_other_patients(tmp_path: Path) -> None:
    generate(2, 11, tmp_path / "a")
    generate(2, 12, tmp_path / "b")
    assert not {r["id"] for r in rows(tmp_path / "a/Patient.ndjson")} & {
        r["id"] for r in rows(tmp_path / "b/Patient.ndjson")
    }


def test_a_patient_does_not_depend_on_how_many_there_are(tmp_path: Path) -> None:
    generate(2, 5, tmp_path / "few")
    generate(6, 5, tmp_path / "many")
    few, many = tree(tmp_path / "few"), tree(tmp_path / "many")
    assert all(many[name].startswith(data) for name, data in few.items())


@pytest.mark.parametrize("patients", [0, -3])
def test_fewer_than_one_patient_is_refused(tmp_path: Path, patients: int) -> None:
    with pytest.raises(PlummerError) as error:
        generate(patients, 1, tmp_path / "out")
    assert (error.value.code, error.value.exit_code) == ("patients_not_positive", ExitCode.USAGE)
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("x")
    with pytest.raises(PlummerError) as error:
        generate(1, 1, tmp_path)
    assert (error.value.code, error.value.exit_code) == ("out_not_empty", ExitCode.USAGE)
    assert [p.name for p in tmp_path.iterdir()] == ["kept"]


def test_an_empty_folder_is_accepted_and_progress_counts_up(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    generate(3, 1, tmp_path, progress=lambda done, all_: seen.append((done, all_)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_the_summary_counts_what_was_written(export: Export) -> None:
    counted = {p.stem: len(rows(p)) for p in export.folder.glob("*.ndjson")}
    assert dict(export.summary.resources) == counted
    assert list(export.summary.resources) == sorted(counted)
    assert export.summary.patients == counted["Patient"] == 25
    assert export.summary.notes == len(export.gold) == counted["DocumentReference"]
    assert export.summary.spans == sum(len(row["spans"]) for row in export.gold)
    assert export.summary.needles == len(export.needles)


def test_records_are_rich(export: Export) -> None:
    """About 40 to 120 resources a patient, 3 to 12 encounters, every family of resources."""
    expected = {
        "Patient",
        "RelatedPerson",
        "Practitioner",
        "Organization",
        "Location",
        "Encounter",
        "Condition",
        "Observation",
        "Procedure",
        "MedicationRequest",
        "MedicationAdministration",
        "Immunization",
        "AllergyIntolerance",
        "DiagnosticReport",
        "DocumentReference",
        "Coverage",
        "Device",
        "ServiceRequest",
    }
    assert set(export.summary.resources) == expected
    visits: dict[str, int] = {}
    for encounter in export.of("Encounter"):
        visits[encounter["subject"]["reference"]] = visits.get(encounter["subject"]["reference"], 0) + 1
    assert len(visits) == 25
    assert all(3 <= n <= 12 for n in visits.values())
    assert 40 <= sum(export.summary.resources.values()) / 25 <= 140


def test_there_are_the_very_old_the_dead_and_children(export: Export) -> None:
    births = [p["birthDate"] for p in export.of("Patient")]
    assert sum(b < "1935-06-30" for b in births) >= 2
    assert sum(b > "2008-01-01" for b in births) >= 2
    assert any("deceasedDateTime" in p for p in export.of("Patient"))


def test_it_is_quick(tmp_path: Path) -> None:
    """25 patients take about half a second of CPU; ten times that would hurt the demo."""
    start = time.process_time()
    generate(25, 3, tmp_path)
    assert time.process_time() - start < 5
