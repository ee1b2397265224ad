"""Observation: laboratory values, vital signs with components, smoking status."""

import random
from datetime import datetime

from plummer.deid.synth import fhir
from plummer.deid.synth.catalog import SMOKING, TESTS
from plummer.deid.synth.encounters import subject, visit_reference
from plummer.deid.synth.fhir import Json
from plummer.deid.synth.identifiers import draw_id
from plummer.deid.synth.people import Person
from plummer.deid.synth.story import Story, Visit

_VITALS = (
    ("8867-4", "Heart rate", "/min", 52, 118, 0),
    ("9279-1", "Respiratory rate", "/min", 12, 24, 0),
    ("8310-5", "Body temperature", "Cel", 36.1, 39.2, 1),
    ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry", "%", 90, 100, 0),
)


def _category(code: str) -> list[Json]:
    return [fhir.status("observation-category", code)]


def _observation(rng: random.Random, person: Person, visit: Visit, code: Json, **value: object) -> Json:
    when: datetime = fhir.later(visit.start, rng.randint(5, 9))
    return fhir.resource(
        "Observation",
        draw_id(rng),
        fhir.later(when, 30) if rng.random() < 0.5 else None,
        status="final",
        category=value.pop("category"),
        code=code,
        subject=subject(person),
        encounter=visit_reference(visit),
        effectiveDateTime=fhir.instant(when),
        issued=fhir.instant(fhir.later(when, 30)),
        performer=[fhir.reference("Practitioner", visit.doctor.id)],
        **value,
    )


def laboratory(rng: random.Random, person: Person, visit: Visit, key: str) -> Json:
    """A laboratory value with interpretation and reference range."""
    test = TESTS[key]
    token = f"{rng.uniform(*test.spread):.{test.decimals}f}"
    flag = "L" if float(token) < float(test.low) else "H" if float(token) > float(test.high) else "N"
    limits = {"low": fhir.quantity(test.low, test.unit), "high": fhir.quantity(test.high, test.unit)}
    return _observation(
        rng,
        person,
        visit,
        fhir.concept(fhir.LOINC, test.code, test.display),
        category=_category("laboratory"),
        valueQuantity=fhir.quantity(token, test.unit),
        interpretation=[fhir.status("v3-ObservationInterpretation", flag)],
        referenceRange=[limits],
    )


def blood_pressure(rng: random.Random, person: Person, visit: Visit) -> Json:
    """A blood pressure panel with systolic and diastolic components."""
    low, high = (96, 178) if person.age(visit.day) >= 16 else (84, 116)
    systolic = rng.randint(low, high)
    parts = (
        ("8480-6", "Systolic blood pressure", systolic),
        ("8462-4", "Diastolic blood pressure", round(systolic * rng.uniform(0.52, 0.68))),
    )
    components = [
        {"code": fhir.concept(fhir.LOINC, code, display), "valueQuantity": fhir.quantity(str(mmhg), "mm[Hg]")}
        for code, display, mmhg in parts
    ]
    panel = fhir.concept(fhir.LOINC, "85354-9", "Blood pressure panel with all children optional")
    return _observation(rng, person, visit, panel, category=_category("vital-signs"), component=components)


def vitals(rng: random.Random, person: Person, visit: Visit) -> list[Json]:
    """Blood pressure and one to three other vital signs."""
    out = [blood_pressure(rng, person, visit)]
    for code, display, unit, low, high, decimals in rng.sample(_VITALS, rng.randint(1, 3)):
        value = fhir.quantity(f"{rng.uniform(low, high):.{decimals}f}", unit)
        what = fhir.concept(fhir.LOINC, code, display)
        out.append(
            _observation(rng, person, visit, what, category=_category("vital-signs"), valueQuantity=value)
        )
    return out


def smoking(rng: random.Random, story: Story) -> Json:
    """Tobacco smoking status as a coded value."""
    what = fhir.concept(fhir.LOINC, "72166-2", "Tobacco smoking status")
    return _observation(
        rng,
        story.person,
        story.visits[0],
        what,
        category=_category("social-history"),
        valueCodeableConcept=fhir.concept(fhir.SNOMED, *SMOKING[story.smoking]),
    )
