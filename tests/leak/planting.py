"""Resources with a token of its own on every path that R4's element table knows, and the search for them."""

import base64
import html
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any
from urllib.parse import quote, unquote

from plummer.schemas.fhir import Element, elements, primitive_types, resource_types

VARIANTS = 3
LETTERS = "bcdfghjklmnpqrstvwxz"
TOKEN = re.compile(r"qzx[bcdfghjklmnpqrstvwxz]{6}", re.IGNORECASE)
DATE = "1931-02-03"
SYSTEMS = (
    "http://loinc.org",
    "http://snomed.info/sct",
    "http://terminology.hl7.org/CodeSystem/v3-ActCode",
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://hl7.org/fhir/sid/cvx",
    "http://hl7.org/fhir/sid/mvx",
    "http://hl7.org/fhir/sid/ndc",
    "http://dicom.nema.org/resources/ontology/DCM",
    "http://nucc.org/provider-taxonomy",
    "http://unitsofmeasure.org",
    "urn:ietf:bcp:47",
    "urn:iso:std:iso:3166",
    "urn:ietf:rfc:3986",
    "urn:oid:2.16.840.1.113883.6.238",
    "urn:oid:1.2.840.114350.1.13.0.1.7.4.698084.130",
    "https://bluebutton.cms.gov/resources/codesystem/adjudication",
    "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
    "http://hl7.org/fhir/us/core/CodeSystem/us-core-category",
)
CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core"
EXTENSIONS = (
    f"{CORE}-race",
    f"{CORE}-birthsex",
    "http://hl7.org/fhir/StructureDefinition/data-absent-reason",
)
CONTENT_TYPES = (
    "text/plain",
    "text/html",
    "application/pdf",
    "text/rtf",
    "application/xml",
    "image/png",
    None,
)
DEEPEST = 4
"""Datatypes within datatypes; deeper ones are decided by the same rules."""

NUMBERS = frozenset({"decimal", "integer", "positiveInt", "unsignedInt"})

_BY_PARENT: dict[str, list[Element]] = {}
for _path, _element in elements().items():
    _BY_PARENT.setdefault(_path.rpartition(".")[0], []).append(_element)


class Planter:
    """Makes resources; remembers which token stands on which path."""

    def __init__(self, variant: int) -> None:
        self.variant = variant
        self.paths: dict[str, str] = {}
        self._count = count()

    def token(self, path: str) -> str:
        number, letters = next(self._count), ""
        for _ in range(6):
            number, digit = divmod(number, 20)
            letters += LETTERS[digit]
        token = f"Qzx{letters}"
        self.paths[token.lower()] = path
        return token

    def resource(self, kind: str) -> dict[str, Any]:
        found = self._object(kind, kind, (kind,))
        found["extension"] = [self._extension(f"{kind}.extension", deep=True) for _ in EXTENSIONS]
        found["modifierExtension"] = [self._extension(f"{kind}.modifierExtension", deep=True)]
        unknown = self.token(f"{kind}.unknown")
        found[unknown] = {unknown: self.token(f"{kind}.unknown.value")}
        found[f"_{unknown}"] = {"id": unknown, "extension": [{"url": unknown, "valueString": unknown}]}
        return found | {"resourceType": kind}

    def _object(self, context: str, path: str, trail: tuple[str, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for element in _BY_PARENT.get(context, ()):
            name = element.path.rpartition(".")[2]
            if name in {"extension", "modifierExtension"}:
                found[name] = [self._extension(f"{path}.{name}")]
                continue
            for kind in self._kinds(element):
                key = name[:-3] + kind[0].upper() + kind[1:] if name.endswith("[x]") else name
                self._put(found, key, element, kind, f"{path}.{key}", trail)
        return self._dressed(context, path, found)

    def _kinds(self, element: Element) -> list[str]:
        kinds = list(element.types or ("BackboneElement",))
        if len(kinds) == 1:
            return kinds
        return kinds[self.variant :: VARIANTS] or [kinds[self.variant % len(kinds)]]

    def _put(  # noqa: PLR0917
        self, found: dict[str, Any], key: str, element: Element, kind: str, path: str, trail: tuple[str, ...]
    ) -> None:
        if kind in primitive_types():
            found[key] = self._listed(element, self._primitive(kind, path))
            twin = {"id": self.token(f"{path}.id"), "extension": [self._extension(f"{path}.extension")]}
            found[f"_{key}"] = self._listed(element, twin)
            return
        value = self._complex(element, kind, path, trail)
        if value is not None:
            found[key] = self._listed(element, value)

    @staticmethod
    def _listed(element: Element, value: Any) -> Any:
        return [value] if element.repeats else value

    def _complex(self, element: Element, kind: str, path: str, trail: tuple[str, ...]) -> Any:
        if kind == "Resource":
            inner = "Patient" if path.endswith("contained") else "Basic"
            return None if inner in trail[1:] else self._inner(inner, path, trail)
        below = element.same_as or (element.path if kind in {"BackboneElement", "Element"} else kind)
        if trail.count(below) > (1 if element.same_as else 0) or len(trail) > DEEPEST:
            return None
        return self._object(below, path, (*trail, below))

    def _inner(self, kind: str, path: str, trail: tuple[str, ...]) -> dict[str, Any]:
        return self._object(kind, f"{path}({kind})", (*trail, kind, "Resource")) | {"resourceType": kind}

    def _extension(self, path: str, *, deep: bool = False) -> dict[str, Any]:
        url = EXTENSIONS[self.variant] if deep or self.variant else f"https://{self.token(path)}.invalid/x"
        nested = [{"url": name, "valueString": self.token(f"{path}.{name}")} for name in ("text", "detailed")]
        found = {"url": url, "id": self.token(f"{path}.id"), "extension": nested}
        if not deep:
            return found | {"valueString": self.token(f"{path}.valueString")}
        for element in _BY_PARENT["Extension"]:
            if element.path.endswith("[x]"):
                for kind in self._kinds(element):
                    key = f"value{kind[0].upper()}{kind[1:]}"
                    self._put(found, key, element, kind, f"{path}.{key}", ("Extension",))
        nested.append({"url": self.token(f"{path}.url"), "valueString": self.token(f"{path}.nested")})
        return found

    def _dressed(self, context: str, path: str, found: dict[str, Any]) -> dict[str, Any]:
        """What makes a value look right to the rule that decides it."""
        number = len(self.paths)
        if context in {"Coding", "Quantity", "Age", "Count", "Duration", "Distance"} and self.variant:
            found["system"] = SYSTEMS[number % len(SYSTEMS)]
        if context == "Quantity" and self.variant == 2:
            found |= {"system": "http://unitsofmeasure.org", "code": f"{{{self.token(f'{path}.code')}}}"}
        if context in {"Attachment", "Binary"}:
            found["contentType"] = CONTENT_TYPES[number % len(CONTENT_TYPES)]
        if context == "Reference":
            found["reference"] = self._reference(path, number)
        if context == "Address" and self.variant:
            found["country"] = "US"
        return found

    def _reference(self, path: str, number: int) -> str:
        token = self.token(f"{path}.reference")
        forms = (
            f"Patient/{token}",
            f"https://h.invalid/fhir/Patient/{token}/_history/2",
            f"urn:uuid:{token}",
            f"#{token}",
            f"Patient?identifier=x|{token}",
            f"Encounter/{token}#{token}",
        )
        return forms[number % len(forms)]

    def _primitive(self, kind: str, path: str) -> Any:
        fixed = {
            "boolean": True,
            "date": DATE,
            "dateTime": f"{DATE}T04:05:06-05:00",
            "instant": f"{DATE}T04:05:06-05:00",
            "time": "04:05:06",
        }
        if kind in fixed:
            return fixed[kind]
        return 7 if kind in NUMBERS else self._text(kind, path)

    def _text(self, kind: str, path: str) -> str:
        token = self.token(path)
        if kind == "base64Binary":
            return base64.b64encode(f"<p>{token}</p>".encode()).decode()
        if kind == "xhtml":
            return f'<div xmlns="http://www.w3.org/1999/xhtml"><b>{token}</b></div>'
        if kind in {"uri", "url", "canonical", "oid", "uuid"}:
            return self._uri(kind, token)
        if kind in {"string", "markdown"}:
            return (token, f"Seen by {token.lower()} for a cough", f"{token.upper()} {token}")[self.variant]
        return (token, token.lower(), token.upper()[:3] + token[3:])[self.variant]

    def _uri(self, kind: str, token: str) -> str:
        if kind in {"oid", "uuid"}:
            return f"urn:{kind}:{token}"
        return (
            f"https://{token}.invalid/p?name={token}#{token}",
            f"http://terminology.hl7.org/CodeSystem/{token}|1.0",
            f"http://hl7.org/fhir/{quote(token[0])}%7A{token[2:]}",
        )[self.variant]


def every_text(value: Any) -> Iterator[str]:
    """All keys and values of JSON as text, base64 also decoded, percent and HTML escapes resolved."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from every_text(item)
    elif isinstance(value, list):
        for item in value:
            yield from every_text(item)
    elif value is not None:
        text = str(value)
        yield text
        yield unquote(text)
        yield html.unescape(text)
        with suppress(ValueError):
            yield base64.b64decode(text, validate=True).decode("latin-1")


def leaked(out: Any, planter: Planter) -> set[str]:
    """Paths whose token stands anywhere in the output."""
    found = (match[0].lower() for text in every_text(out) for match in TOKEN.finditer(text))
    return {planter.paths.get(token, "?") for token in found}


def kinds() -> list[str]:
    return sorted(resource_types())
