"""What a raw extract says, read by the tests' own code: neither landing nor `pipelines.needles` is asked."""

import gzip
import json
from collections import Counter
from dataclasses import dataclass, field

PERSONS = {"Patient", "RelatedPerson", "Practitioner"}
IDENTIFYING = (
    ("id",),
    ("name", "family"),
    ("address", "line"),
    ("telecom", "value"),
    ("identifier", "value"),
)
MEDICATION_TYPES = (
    "MedicationRequest",
    "MedicationAdministration",
    "MedicationStatement",
    "MedicationDispense",
)
CODED_TYPES = ("Observation", "Condition", "Encounter", "Procedure", *MEDICATION_TYPES)


class Token(str):
    """A JSON number as it was written."""


@dataclass(frozen=True)
class Coded:
    """A coded statement: the codes by which it may be known, its number and the number's unit."""

    codes: frozenset
    number: str | None = None
    unit: str | None = field(default=None)


def resources(folder):
    """Every resource below a folder, the entries of Bundles in the place of the Bundles."""
    for file in sorted(folder.rglob("*")):
        name = file.name.removesuffix(".gz")
        if not file.is_file() or not name.endswith((".json", ".ndjson")) or "gold" in file.parts:
            continue
        read = gzip.open if file.suffix == ".gz" else open
        with read(file, "rt", encoding="utf-8") as stream:
            for text in stream if name.endswith(".ndjson") else [stream.read()]:
                if text.strip():
                    yield from unbundled(json.loads(text, parse_float=Token, parse_int=Token))


def unbundled(resource):
    if resource.get("resourceType") != "Bundle":
        yield resource
        return
    for entry in resource.get("entry", ()):
        if "resource" in entry:
            yield from unbundled({"id": entry.get("fullUrl", "")[9:], **entry["resource"]})


def needles(found):
    """(value, FHIR path) of every person among the resources, contained ones included."""
    pairs = set()
    for resource in found:
        for person in (resource, *resource.get("contained", ())):
            if person.get("resourceType") in PERSONS:
                kind = person["resourceType"]
                for path in IDENTIFYING:
                    if person is resource or path != ("id",):  # a contained id is an anchor in its document
                        pairs |= {(v.strip(), ".".join((kind, *path))) for v in strings(person, path)}
    return {(value, path) for value, path in pairs if value}


def strings(node, path):
    """Strings at a path, through lists."""
    if isinstance(node, list):
        return [found for item in node for found in strings(item, path)]
    if not path:
        return [node] if isinstance(node, str) and not isinstance(node, Token) else []
    return strings(node[path[0]], path[1:]) if isinstance(node, dict) and path[0] in node else []


def coded(found):
    """Per resource type how often each coded statement is made."""
    found = list(found)
    drugs = {name: r.get("code") for r in found if r["resourceType"] == "Medication" for name in names_of(r)}
    made = {kind: Counter() for kind in CODED_TYPES}
    for resource in found:
        kind = resource["resourceType"]
        if kind in made and not erroneous(resource) and patient_of(resource):
            made[kind].update(statement for statement in statements(resource, drugs) if statement.codes)
    return {kind: counter for kind, counter in made.items() if counter}


def erroneous(resource):
    return resource.get("status") == "entered-in-error" or "entered-in-error" in codes(
        resource.get("verificationStatus")
    )


def patient_of(resource):
    return strings(resource, ("subject", "reference")) or strings(resource, ("patient", "reference"))


def names_of(resource):
    return [f"{resource['resourceType']}/{resource['id']}", f"urn:uuid:{resource['id']}"]


def statements(resource, drugs):
    kind = resource["resourceType"]
    if kind == "Observation":
        for item in (resource, *resource.get("component", ())):
            whole = {"value": item["valueInteger"]} if "valueInteger" in item else {}
            yield measured(item.get("code"), item.get("valueQuantity", whole))
    elif kind == "Encounter":
        yield Coded(codes(resource.get("class")))
        for concept in resource.get("type", ()):
            yield Coded(codes(concept))
    elif kind in MEDICATION_TYPES:
        named = strings(resource, ("medicationReference", "reference"))
        drug = resource.get("medicationCodeableConcept") or drugs.get("".join(named))
        yield measured(drug, next(doses(resource), {}))
    else:
        yield Coded(codes(resource.get("code")))


def doses(resource):
    """The dose that was given, or the first one that was ordered."""
    if "dose" in given(resource):
        yield given(resource)["dose"]
    for dosage in resource.get("dosageInstruction", ()):
        yield from (rate["doseQuantity"] for rate in dosage.get("doseAndRate", ()) if "doseQuantity" in rate)


def given(resource):
    return resource["dosage"] if isinstance(resource.get("dosage"), dict) else {}


def measured(concept, quantity):
    if "value" not in quantity:
        return Coded(codes(concept))
    return Coded(codes(concept), str(quantity["value"]), quantity.get("code", quantity.get("unit")))


def codes(concept):
    if not isinstance(concept, dict):
        return frozenset()
    return frozenset(c["code"] for c in concept.get("coding", [concept]) if "code" in c)


def kept(wanted, events):
    """How many of the wanted statements are events, each event taken once; an event has one code."""
    left, count = Counter(events), 0
    for statement, times in wanted.items():
        for _ in range(times):
            one = next((o for o in options(statement) if left[o]), None)
            left.subtract([one] if one else [])
            count += one is not None
    return count


def options(statement):
    for code in sorted(statement.codes):
        yield Coded(frozenset([code]), statement.number, statement.unit)
