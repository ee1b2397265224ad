"""MedicationRequest, MedicationAdministration, Immunization, Device, ServiceRequest."""

import random

from plummer.deid.synth import fhir
from plummer.deid.synth.catalog import DRUGS, VACCINES
from plummer.deid.synth.encounters import subject, visit_reference
from plummer.deid.synth.fhir import Json
from plummer.deid.synth.identifiers import digits, draw_id
from plummer.deid.synth.lists import words
from plummer.deid.synth.people import Person
from plummer.deid.synth.story import Story, Visit


def _medicine(key: str) -> Json:
    return fhir.concept(fhir.RXNORM, DRUGS[key].code, DRUGS[key].display)


def medication_request(rng: random.Random, person: Person, visit: Visit, key: str) -> Json:
    """A prescription with dosage; the free text sometimes speaks of the patient by name."""
    drug = DRUGS[key]
    told = f" Explained to {person.name.full}." if rng.random() < 0.15 else ""
    timing = {"repeat": {"frequency": 1, "period": fhir.number("1"), "periodUnit": "d"}}
    return fhir.resource(
        "MedicationRequest",
        draw_id(rng),
        status=rng.choice(("active", "completed", "stopped")),
        intent="order",
        medicationCodeableConcept=_medicine(key),
        subject=subject(person),
        encounter=visit_reference(visit),
        authoredOn=fhir.instant(visit.start),
        requester=fhir.reference("Practitioner", visit.doctor.id, f"Dr. {visit.doctor.name.full}"),
        reasonCode=[fhir.concept(fhir.SNOMED, visit.problem.snomed, visit.problem.display)],
        dosageInstruction=[
            {
                "text": f"Take {drug.sig}.{told}",
                "timing": timing,
                "doseAndRate": [{"doseQuantity": {"value": fhir.number("1")}}],
            }
        ],
        dispenseRequest={
            "numberOfRepeatsAllowed": rng.randint(0, 3),
            "quantity": {"value": fhir.number("30")},
        },
    )


def administration(rng: random.Random, person: Person, visit: Visit, key: str) -> Json:
    """A dose given on the ward."""
    start = fhir.later(visit.start, rng.randint(30, 50))
    return fhir.resource(
        "MedicationAdministration",
        draw_id(rng),
        status="completed",
        medicationCodeableConcept=_medicine(key),
        subject=subject(person),
        context=visit_reference(visit),
        effectivePeriod=fhir.period(start, fhir.later(start, 15)),
        performer=[{"actor": fhir.reference("Practitioner", visit.doctor.id)}],
        dosage={"text": DRUGS[key].short, "dose": {"value": fhir.number("1.0"), "unit": "tablet"}},
    )


def immunization(rng: random.Random, person: Person, visit: Visit) -> Json:
    """A vaccine that fits the age."""
    group = "child" if person.age(visit.day) < 18 else "adult"
    return fhir.resource(
        "Immunization",
        draw_id(rng),
        status="completed",
        vaccineCode=fhir.concept(fhir.CVX, *rng.choice(VACCINES[group])),
        patient=subject(person),
        encounter=visit_reference(visit),
        occurrenceDateTime=fhir.instant(visit.start),
        primarySource=True,
        location=fhir.reference("Location", visit.facility.location_id),
        lotNumber=f"LOT{digits(rng, 6)}",
        performer=[{"actor": fhir.reference("Practitioner", visit.doctor.id)}],
    )


def device(rng: random.Random, story: Story) -> Json:
    """An implanted pacemaker with serial number and UDI."""
    serial = story.person.device_serial
    udi = f"(01)00{digits(rng, 12)}(21){serial}"
    return fhir.resource(
        "Device",
        draw_id(rng),
        udiCarrier=[{"deviceIdentifier": f"00{digits(rng, 12)}", "carrierHRF": udi}],
        status="active",
        manufacturer=rng.choice(words()["maker"]),
        manufactureDate=fhir.day(story.visits[0].day.replace(day=1)),
        serialNumber=serial,
        type_=fhir.concept(fhir.SNOMED, "14106009", "Cardiac pacemaker"),
        patient=fhir.reference("Patient", story.person.id),
    )


def referral(rng: random.Random, person: Person, visit: Visit) -> Json:
    """A ServiceRequest to a specialist."""
    return fhir.resource(
        "ServiceRequest",
        draw_id(rng),
        status="completed",
        intent="order",
        code=fhir.concept(fhir.SNOMED, "3457005", "Patient referral"),
        subject=subject(person),
        encounter=visit_reference(visit),
        authoredOn=fhir.instant(visit.end),
        requester=fhir.reference("Practitioner", visit.doctor.id),
        performer=[fhir.reference("Practitioner", visit.other.id)],
        reasonCode=[fhir.concept(fhir.SNOMED, visit.problem.snomed, visit.problem.display)],
        patientInstruction="Bring your list of medicines." if rng.random() < 0.5 else None,
    )
