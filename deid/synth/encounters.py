"""Encounter, Condition, Procedure, AllergyIntolerance."""

import random
from datetime import date
from typing import Final

from plummer.deid.synth import fhir
from plummer.deid.synth.catalog import ALLERGIES, PROCEDURES, Problem
from plummer.deid.synth.fhir import Json
from plummer.deid.synth.identifiers import draw_id
from plummer.deid.synth.people import Person
from plummer.deid.synth.story import Story, Visit

_CLASS: Final = {
    "AMB": ("ambulatory", "185349003", "Encounter for check up"),
    "EMER": ("emergency", "50849002", "Emergency room admission"),
    "IMP": ("inpatient encounter", "32485007", "Hospital admission"),
    "VR": ("virtual", "185317003", "Telephone encounter"),
}


def subject(person: Person) -> Json:
    """The reference by which a resource names its patient, with the name as display."""
    return fhir.reference("Patient", person.id, person.name.full)


def visit_reference(visit: Visit) -> Json:
    """The reference by which a resource names its encounter."""
    return fhir.reference("Encounter", visit.id)


def encounter(person: Person, visit: Visit) -> Json:
    """The Encounter of a visit."""
    class_display, code, display = _CLASS[visit.kind]
    stay = (
        {"dischargeDisposition": fhir.status("discharge-disposition", "home")} if visit.kind == "IMP" else {}
    )
    doctor = fhir.reference("Practitioner", visit.doctor.id, f"Dr. {visit.doctor.name.full}")
    return fhir.resource(
        "Encounter",
        visit.id,
        visit.end,
        identifier=[fhir.identifier(fhir.SITE + "visit", visit.number, "VN")],
        status="finished",
        class_=fhir.coding(fhir.TERMINOLOGY + "v3-ActCode", visit.kind, class_display),
        type_=[fhir.concept(fhir.SNOMED, code, display)],
        subject=subject(person),
        participant=[{"type": [fhir.status("v3-ParticipationType", "ATND")], "individual": doctor}],
        period=fhir.period(visit.start, visit.end),
        reasonCode=[fhir.concept(fhir.SNOMED, visit.problem.snomed, visit.problem.display)],
        hospitalization=stay,
        location=[{"location": fhir.reference("Location", visit.facility.location_id, visit.facility.name)}],
        serviceProvider=fhir.reference("Organization", visit.facility.id, visit.facility.name),
    )


def condition(rng: random.Random, story: Story, problem: Problem, onset: date) -> Json:
    """A Condition coded in SNOMED CT and ICD-10-CM; an acute one resolves at its visit's end."""
    visit = next((v for v in story.visits if v.problem == problem), story.visits[0])
    codes = [
        fhir.coding(fhir.SNOMED, problem.snomed, problem.display),
        fhir.coding(fhir.ICD10, problem.icd10, problem.display),
    ]
    clinical = "active" if problem.chronic else "resolved"
    return fhir.resource(
        "Condition",
        draw_id(rng),
        clinicalStatus=fhir.status("condition-clinical", clinical),
        verificationStatus=fhir.status("condition-ver-status", "confirmed"),
        category=[fhir.status("condition-category", "problem-list-item")],
        code={"coding": codes, "text": problem.display},
        subject=subject(story.person),
        encounter=visit_reference(visit),
        onsetDateTime=fhir.day(onset),
        abatementDateTime=None if problem.chronic else fhir.instant(visit.end),
        recordedDate=fhir.instant(visit.start),
        note=[{"text": f"Discussed with {story.person.relatives[0].name.full}."}]
        if rng.random() < 0.3
        else None,
    )


def procedure(rng: random.Random, person: Person, visit: Visit) -> Json | None:
    """The Procedure that goes with the visit's problem, if one does."""
    found = PROCEDURES.get(visit.problem.icd10)
    if found is None or visit.kind == "VR":
        return None
    actor = fhir.reference("Practitioner", visit.other.id, f"Dr. {visit.other.name.full}")
    return fhir.resource(
        "Procedure",
        draw_id(rng),
        status="completed",
        code=fhir.concept(fhir.SNOMED, *found),
        subject=subject(person),
        encounter=visit_reference(visit),
        performedPeriod=fhir.period(fhir.later(visit.start, 20), fhir.later(visit.start, 75)),
        performer=[{"actor": actor}],
        location=fhir.reference("Location", visit.facility.location_id),
        reasonCode=[fhir.concept(fhir.SNOMED, visit.problem.snomed, visit.problem.display)],
    )


def allergy(rng: random.Random, story: Story) -> Json:
    """An AllergyIntolerance with a reaction."""
    code, display, category, manifestation = rng.choice(ALLERGIES)
    return fhir.resource(
        "AllergyIntolerance",
        draw_id(rng),
        clinicalStatus=fhir.status("allergyintolerance-clinical", "active"),
        verificationStatus=fhir.status("allergyintolerance-verification", "confirmed"),
        type_="allergy",
        category=[category],
        criticality=rng.choice(("low", "high")),
        code=fhir.concept(fhir.SNOMED, code, display),
        patient=fhir.reference("Patient", story.person.id),
        recordedDate=fhir.instant(story.visits[0].start),
        reaction=[{"manifestation": [fhir.concept(fhir.SNOMED, *manifestation)], "severity": "moderate"}],
    )
