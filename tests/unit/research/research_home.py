"""A home with one release of 57 invented subjects, made by hand."""

from pathlib import Path

from made_release import day, event, make_release, note, resource

from plummer.pipelines.ledger import Ledger, Release
from plummer.pipelines.manifest import manifest_sha256

SEX = {
    **dict.fromkeys(range(1, 31), "female"),
    **dict.fromkeys(range(31, 56), "male"),
    56: "other",
    57: "other",
}


def rows() -> list[dict]:
    """57 subjects with a static event, a haemoglobin a day, and a note."""
    found = []
    for one, sex in SEX.items():
        found += [event(one, None, f"GENDER//{sex}"), event(one, day(0), "ENCOUNTER_START//IMP")]
        for at in range(2 + one % 3):
            found.append(event(one, day(at), "LOINC//718-7", numeric_value=10.0 + one % 5, unit="g/dL"))
    return found


def add_release(home: Path, version: str, state: str = "candidate", **more: object) -> Path:
    folder = home / "released" / "r" / version
    make_release(folder, rows(), facts={"name": "r", "version": version, **more}, files=3,
                 people={one: {"sex": sex} for one, sex in SEX.items()},
                 notes=[note(one, 1, f"Short of breath on day {one}") for one in SEX],
                 resources=[resource(one, "Patient") for one in SEX])  # fmt: skip
    made = Release("r", version, state, "f", "run", manifest_sha256(folder), version)
    Ledger(home / "ledger.sqlite").record_release(made)
    return folder
