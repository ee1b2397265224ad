"""What fhir.resources says of a resource, without a word of the resource itself.

It knows FHIR R4B: 18 resource types of R4 are absent from it and required bindings go unchecked, so unless it
is asked to (`held_to`) it decides nothing; the byte checks and R4's element table do. Its messages quote
values: only its error types and the names of known elements are kept.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

import msgspec

from plummer.pipelines.landing.outcome import Outcome, refused
from plummer.schemas.fhir import elements

VALID: Final = "valid"
NOT_COVERED: Final = "not_covered"
_UNKNOWN: Final = "(unknown)"
Finding = tuple[str, str]
"""Element path below the resource, without list positions, and pydantic's error type."""


def second_opinion(body: str | bytes) -> tuple[str, tuple[Finding, ...]]:
    """Check one resource against fhir.resources' R4B model.

    Args:
        body: a resource as JSON that landing has accepted.

    Returns:
        Its type, and what was found: empty where it is valid, one (``""``, ``not_covered``) where R4B has
        no such type.

    Example:
        >>> second_opinion('{"resourceType": "Patient", "active": true}')
        ('Patient', ())
        >>> second_opinion('{"resourceType": "Observation", "status": "final", "shoe": 1}')
        ('Observation', (('(unknown)', 'extra_forbidden'), ('code', 'missing')))
    """
    resource = msgspec.json.decode(body)
    kind: str = resource["resourceType"]
    model = _model(kind)
    if model is None:
        return kind, (("", NOT_COVERED),)
    return kind, tuple(sorted(set(_errors(model, resource))))


def held_to(outcome: Outcome) -> Outcome:
    """The same outcome, refused as ``not_conformant`` where fhir.resources has something against it.

    A type that R4B doesn't have is never refused.

    Example:
        >>> from plummer.pipelines.landing.quick import quick
        >>> held_to(quick(b'{"resourceType":"Patient","id":"a","birthDate":"1970"}', 1)).reason is None
        True
    """
    if outcome.reason is not None or outcome.body is None:
        return outcome
    _, findings = second_opinion(outcome.body)
    if not findings or findings == (("", NOT_COVERED),):
        return outcome
    no = refused("not_conformant", outcome.body, outcome.line, outcome.entry, outcome.sequence)
    no.uncarried = outcome.uncarried
    return no


def _errors(model: Any, resource: dict[str, Any]) -> Iterator[Finding]:  # noqa: ANN401 (fhir.resources has no types)
    from pydantic import ValidationError

    try:
        model.model_validate(resource)
    except ValidationError as error:
        for found in error.errors(include_input=False, include_context=False, include_url=False):
            yield ".".join(_safe(part) for part in found["loc"] if isinstance(part, str)), found["type"]
    except (ValueError, TypeError, RecursionError) as error:
        yield "", type(error).__name__


@cache
def _model(kind: str) -> Any:  # noqa: ANN401 (as above)
    from fhir.resources.R4B import get_fhir_model_class

    try:
        return get_fhir_model_class(kind)
    except (KeyError, LookupError, ValueError):
        return None


@cache
def _names() -> frozenset[str]:
    """Every key that R4 knows, choice types spelt out."""
    found = {"resourceType"}
    for path, element in elements().items():
        name = path.rsplit(".", 1)[-1]
        if name.endswith("[x]"):
            found |= {f"{name[:-3]}{kind[0].upper()}{kind[1:]}" for kind in element.types}
        else:
            found.add(name)
    return frozenset(found)


def _safe(part: str) -> str:
    """A key that R4 knows, or a word for what isn't one: an unknown key is text of the record."""
    return part if part.removeprefix("_") in _names() else _UNKNOWN
