"""DiagnosticReport and DocumentReference: the resources that carry notes."""

import base64
import random
from typing import Final

from plummer.deid.synth import fhir
from plummer.deid.synth.encounters import subject, visit_reference
from plummer.deid.synth.fhir import Json
from plummer.deid.synth.identifiers import draw_id
from plummer.deid.synth.notes import Note
from plummer.deid.synth.people import Person
from plummer.deid.synth.site import Doctor
from plummer.deid.synth.story import Visit

NOTE_TYPES: Final = {
    "progress_soap": ("11506-3", "Progress note"),
    "discharge_summary": ("18842-5", "Discharge summary"),
    "radiology": ("18748-4", "Diagnostic imaging study"),
    "pathology": ("11526-1", "Pathology study"),
    "ed_triage": ("34111-5", "Emergency department Note"),
    "nursing": ("34746-8", "Nurse Note"),
    "phone_encounter": ("34748-4", "Telephone encounter Note"),
    "operative": ("11504-8", "Surgical operation note"),
    "referral_letter": ("57133-1", "Referral note"),
    "consult": ("11488-4", "Consult note"),
}
_OTHER: Final = ("34109-9", "Note")
_BY_OTHER: Final = frozenset({"radiology", "pathology", "operative", "consult"})


def author(visit: Visit, style: str) -> Doctor:
    """Who writes a note of this style."""
    return visit.other if style in _BY_OTHER else visit.doctor


def _attachment(note: Note, visit: Visit, title: str) -> Json:
    data = base64.b64encode(note.text.encode()).decode()
    plain = {"contentType": "text/plain; charset=utf-8", "language": "en-US", "data": data}
    return {**plain, "title": title, "creation": fhir.instant(visit.end)}


def document(rng: random.Random, person: Person, visit: Visit, note: Note) -> Json:
    """The DocumentReference of a note, the text in base64."""
    code, display = NOTE_TYPES.get(note.style, _OTHER)
    writer = author(visit, note.style)
    id_ = draw_id(rng)
    return fhir.resource(
        "DocumentReference",
        id_,
        visit.end,
        identifier=[fhir.identifier(fhir.SITE + "document", id_[:8].upper() + "-" + visit.number)],
        status="current",
        docStatus="final",
        type_=fhir.concept(fhir.LOINC, code, display),
        category=[
            fhir.concept(
                fhir.US_CORE.replace("StructureDefinition", "CodeSystem")
                + "us-core-documentreference-category",
                "clinical-note",
                "Clinical Note",
            )
        ],
        subject=subject(person),
        date=fhir.instant(visit.end),
        author=[fhir.reference("Practitioner", writer.id, f"Dr. {writer.name.full}")],
        custodian=fhir.reference("Organization", visit.facility.id, visit.facility.name),
        content=[{"attachment": _attachment(note, visit, display)}],
        context={"encounter": [visit_reference(visit)], "period": fhir.period(visit.start, visit.end)},
    )


def laboratory_report(rng: random.Random, person: Person, visit: Visit, results: list[Json]) -> Json:
    """The DiagnosticReport of a laboratory panel with references to its results."""
    return fhir.resource(
        "DiagnosticReport",
        draw_id(rng),
        status="final",
        category=[fhir.status("v2-0074", "LAB")],
        code=fhir.concept(fhir.LOINC, "11502-2", "Laboratory report"),
        subject=subject(person),
        encounter=visit_reference(visit),
        effectiveDateTime=fhir.instant(visit.start),
        issued=fhir.instant(fhir.later(visit.start, 90)),
        performer=[fhir.reference("Organization", visit.facility.id, visit.facility.name)],
        result=[fhir.reference("Observation", result["id"]) for result in results],
        conclusion=f"Reviewed with {person.name.full}." if rng.random() < 0.2 else None,
    )


def note_report(rng: random.Random, person: Person, visit: Visit, note: Note) -> Json:
    """The DiagnosticReport of an imaging or pathology study; it presents the same note."""
    code, display = NOTE_TYPES[note.style]
    return fhir.resource(
        "DiagnosticReport",
        draw_id(rng),
        identifier=[fhir.identifier(fhir.SITE + "accession", visit.accession, "ACSN")],
        status="final",
        category=[fhir.status("v2-0074", "RAD" if note.style == "radiology" else "SP")],
        code=fhir.concept(fhir.LOINC, code, display),
        subject=subject(person),
        encounter=visit_reference(visit),
        effectiveDateTime=fhir.instant(visit.start),
        issued=fhir.instant(visit.end),
        resultsInterpreter=[fhir.reference("Practitioner", visit.other.id, f"Dr. {visit.other.name.full}")],
        conclusion=f"{visit.problem.display}: see report.",
        presentedForm=[_attachment(note, visit, display)],
    )
