"""A text cleaner that replaces whatever it is given, and resources planted with canaries on every path."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from plummer.deid.context import KnownIdentifiers, SubjectContext
from plummer.deid.dates import DateContext
from plummer.deid.policy import load_policy
from plummer.deid.structure import Scrubbed, Scrubber
from plummer.schemas.errors import PlummerError
from plummer.schemas.fhir import Element, elements, primitive_types

CANARY = "Qzxbdfghjk"


@dataclass
class Cleaned:
    text: str
    counts: Mapping[str, int] = field(default_factory=lambda: {"NAME": 1})


class FlaggingCleaner:
    """Replaces every text, so that whatever survives never went through a cleaner."""

    def scrub(self, text: str, known: KnownIdentifiers, dates: DateContext) -> Cleaned:
        return Cleaned("[CLEANED]")

    def scrub_phrase(self, text: str, known: KnownIdentifiers) -> str:
        return "[CLEANED]"


class EchoingCleaner:
    """Changes nothing, so that what is missing was removed by the structured rules."""

    def scrub(self, text: str, known: KnownIdentifiers, dates: DateContext) -> Cleaned:
        return Cleaned(text, {})

    def scrub_phrase(self, text: str, known: KnownIdentifiers) -> str:
        return text


class FailingCleaner:
    """Can't scrub anything."""

    def scrub(self, text: str, known: KnownIdentifiers, dates: DateContext) -> Cleaned:
        raise PlummerError("text_timeout", "took too long")

    def scrub_phrase(self, text: str, known: KnownIdentifiers) -> str:
        raise PlummerError("text_timeout", "took too long")


@cache
def _scrubber(profile: str, cleaner: type) -> Scrubber:
    return Scrubber(load_policy(profile), cleaner())


def scrub(
    resource: dict[str, Any] | str,
    context: SubjectContext | None = None,
    profile: str = "safe_harbor",
    cleaner: Any = None,
) -> tuple[dict[str, Any], Scrubbed]:
    body = resource if isinstance(resource, str) else json.dumps(resource)
    result = _scrubber(profile, type(cleaner or EchoingCleaner())).scrub(
        body, context or SubjectContext(), "p7"
    )
    return json.loads(result.body), result


def _primitive(kind: str, canary: str) -> Any:
    fixed = {
        "boolean": True,
        "decimal": 1,
        "integer": 1,
        "positiveInt": 1,
        "unsignedInt": 1,
        "date": "1931-02-03",
        "dateTime": "1931-02-03T04:05:06Z",
        "instant": "1931-02-03T04:05:06Z",
        "time": "04:05:06",
        "base64Binary": base64.b64encode(canary.encode()).decode(),
    }
    urls = {"uri", "url", "canonical", "oid", "uuid"}
    return fixed.get(kind, f"https://{canary}.invalid/x" if kind in urls else canary)


_BY_PARENT: dict[str, list[Element]] = {}
for _path, _element in elements().items():
    _BY_PARENT.setdefault(_path.rpartition(".")[0], []).append(_element)


def _value(element: Element, kind: str, canary: str, depth: int) -> Any:
    if kind in primitive_types():
        return _primitive(kind, canary)
    if kind == "Resource":
        return {"resourceType": "Basic", "id": canary, "author": {"display": canary}}
    if kind in {"BackboneElement", "Element"} and not element.same_as:
        return planted(element.path, canary, depth)
    return planted(element.same_as or kind, canary, depth - 1)


def planted(context: str, canary: str, depth: int) -> dict[str, Any]:
    """An object of a context with a canary on every path and in every type of a choice at once.

    Backbone elements are followed to their ends, datatypes and content references ``depth`` levels.
    """
    found: dict[str, Any] = {}
    for element in _BY_PARENT.get(context, ()) if depth else ():
        name = element.path.rpartition(".")[2]
        for kind in element.types or ("BackboneElement",):
            key = name[:-3] + kind[0].upper() + kind[1:] if name.endswith("[x]") else name
            value = _value(element, kind, canary, depth)
            found[key] = [value, value] if element.repeats else value
            if kind in primitive_types():
                twin = {
                    "id": canary,
                    "extension": [{"url": f"https://{canary}.invalid", "valueString": canary}],
                }
                found[f"_{key}"] = [twin, twin] if element.repeats else twin
    return found


def every_string(value: Any) -> list[str]:
    """All keys and strings of a JSON value; base64 also decoded."""
    if isinstance(value, dict):
        return [text for key, item in value.items() for text in [key, *every_string(item)]]
    if isinstance(value, list):
        return [text for item in value for text in every_string(item)]
    if not isinstance(value, str):
        return [str(value)]
    try:
        return [value, base64.b64decode(value, validate=True).decode("latin-1")]
    except ValueError:
        return [value]
