"""References: rewritten to the pseudonym of their target, or gone (design.md, issue B).

https://hl7.org/fhir/R4/references.html
"""

from typing import Final

from plummer.deid.structure.json import Value
from plummer.deid.structure.state import UNKNOWN, Act, Json, State
from plummer.schemas.fhir import resource_types

STAFF: Final = frozenset({"Practitioner", "PractitionerRole"})
FACILITIES: Final = frozenset({"Organization", "Location", "HealthcareService", "OrganizationAffiliation"})


def _candidates(value: Json, targets: tuple[str, ...]) -> list[str]:
    """The names under which a logical reference (identifier only) could be looked up."""
    identifier, kind = value.get("identifier"), value.get("type")
    if not isinstance(identifier, dict) or not isinstance(identifier.get("value"), str):
        return []
    system = identifier.get("system")
    key = f"{system if isinstance(system, str) else ''}|{identifier['value']}"
    kinds = [kind] if isinstance(kind, str) else [name for name in targets if name != "Resource"]
    return [f"{name}?identifier={key}" for name in kinds]


def reference_act(path: str, targets: tuple[str, ...]) -> Act:
    """The act for a Reference at ``path``."""

    def contained(name: str, state: State) -> Json | None:
        new = state.contained.get(name)
        if name and new is None:
            state.missing[path] += 1
            return {"_reference": {"extension": [UNKNOWN]}}
        return {"reference": f"#{new or ''}"}

    def found(target: str, state: State) -> Json | None:
        kind = target.partition("/")[0]
        policy = state.policy
        if kind in FACILITIES and policy.facilities == "type_only":
            state.counts["reference.facility.type_only"] += 1
            return {"type": kind}
        if (kind in STAFF and policy.staff == "drop") or (kind in FACILITIES and policy.facilities == "drop"):
            state.counts["reference.people_and_places.drop"] += 1
            return None
        state.counts["reference.found.pseudonymise"] += 1
        return {"reference": target}

    def missing(kind: Value, state: State) -> Json:
        state.missing[path] += 1
        state.counts["reference.missing.unknown"] += 1
        out: Json = {"_reference": {"extension": [UNKNOWN]}}
        return out | ({"type": kind} if isinstance(kind, str) and kind in resource_types() else {})

    def act(value: Value, state: State, _: Json) -> Json | None:
        try:  # most references name what an earlier one named
            known = state.subject.found[value["reference"]]
        except (KeyError, TypeError):
            return look(value, state)
        state.counts["reference.found.pseudonymise"] += 1
        return known

    def look(value: Value, state: State) -> Json | None:
        if not isinstance(value, dict):
            state.counts["default.shape.drop"] += 1
            return None
        reference = value.get("reference")
        names: list[str] = []
        if isinstance(reference, str):
            name = state.subject.name_of(reference)
            if name is None:
                return contained(reference.strip()[1:], state)
            names.append(name)
        if "identifier" in value:
            names += _candidates(value, targets)
        context = state.subject.context
        for name in names:
            if name in context.foreign:
                state.foreign[path] += 1
                state.counts["reference.foreign.drop"] += 1
                return None
            if (target := context.references.get(name)) is not None:
                new = found(target, state)
                if new is not None and "reference" in new and name is names[0] and isinstance(reference, str):
                    state.subject.found[reference] = new
                return new
        if not names:  # a display alone names its target in words
            state.counts["reference.display_only.drop"] += 1
            return None
        return missing(value.get("type") or names[0].partition("/")[0].partition("?")[0], state)

    return act


def patient_link_act(walk: Act) -> Act:
    """The act for a Patient.link; one that leads to the record itself goes.

    Records that a link has merged are one subject, whose Patient would refer to itself.
    """

    def act(value: Value, state: State, parent: Json) -> Value:
        kept = walk(value, state, parent)
        other = kept.get("other") if isinstance(kept, dict) else None
        if isinstance(other, dict) and other.get("reference") == f"Patient/{state.resource_id}":
            state.counts["patient_link.to_itself.drop"] += 1
            return None
        return kept

    return act
