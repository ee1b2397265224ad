"""HL7's own code systems, code by code, so that a code of theirs is known rather than guessed from its shape.

Made by ``scripts/make_code_tables.py`` from HL7's R4 definitions (CC0-1.0); the few of US Core that
R4 doesn't hold are written here (https://hl7.org/fhir/us/core/terminology.html, CC0-1.0).
"""

import gzip
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

_US_CORE: Final = "http://hl7.org/fhir/us/core/CodeSystem/"
_WRITTEN: Final[Mapping[str, Mapping[str, str]]] = {
    f"{_US_CORE}us-core-documentreference-category": {"clinical-note": "Clinical Note"},
    f"{_US_CORE}careplan-category": {"assess-plan": "Assessment and Plan of Treatment"},
    f"{_US_CORE}condition-category": {"health-concern": "Health Concern"},
    f"{_US_CORE}us-core-provenance-participant-type": {"transmitter": "Transmitter"},
    f"{_US_CORE}us-core-tags": {"patient-supplied": "Patient Supplied"},
    f"{_US_CORE}us-core-observation-category": {"clinical-test": "Clinical Test"},
    f"{_US_CORE}us-core-category": {
        "sdoh": "SDOH",
        "functional-status": "Functional Status",
        "disability-status": "Disability Status",
        "cognitive-status": "Cognitive Status",
        "treatment-intervention-preference": "Treatment Intervention Preference",
        "care-experience-preference": "Care Experience Preference",
        "observation-adi-documentation": "Observation ADI Documentation",
    },
    "http://terminology.hl7.org/CodeSystem/observation-category": {
        "sdoh": "Social Determinants of Health",
        "functional-status": "Functional Status",
        "disability-status": "Disability Status",
    },
    "http://terminology.hl7.org/CodeSystem/condition-category": {"health-concern": "Health Concern"},
}


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    packed = files("plummer.schemas.fhir").joinpath("r4_code_tables.json.gz").read_bytes()
    tables: dict[str, dict[str, str]] = json.loads(gzip.decompress(packed))
    for system, codes in _WRITTEN.items():
        tables[system] = {**codes, **tables.get(system, {})}
    return tables


def code_table(system: str) -> Mapping[str, str] | None:
    """The codes of one of HL7's code systems with their displays, or None if it isn't one of them.

    Example:
        >>> code_table("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus")["M"]
        'Married'
        >>> code_table("http://loinc.org") is None
        True
    """
    return _tables().get(system)


def displays() -> frozenset[str]:
    """Every display of every table: what HL7 calls its concepts.

    Example:
        >>> "Married" in displays()
        True
    """
    return frozenset(text for table in _tables().values() for text in table.values() if text)
