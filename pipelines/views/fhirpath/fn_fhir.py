"""FHIR's own functions: extensions, types, keys for joins, and boundaries of what is written imprecisely."""

import re
from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Final

from plummer.pipelines.views.fhirpath import temporal
from plummer.pipelines.views.fhirpath.builder import Builder
from plummer.pipelines.views.fhirpath.code import Code, Compiles, Env, Values, number, single, text
from plummer.pipelines.views.fhirpath.navigate import of_type, step
from plummer.pipelines.views.fhirpath.parser import Tree, type_name
from plummer.pipelines.views.fhirpath.types import TEMPORAL

# a relative or absolute reference to a resource, with or without a version; neither urn: nor #contained
_REFERENCE: Final = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/([A-Za-z0-9.-]{1,64})(?:/_history/[^/]+)?")


def _extension(compiler: Compiles, base: Code, args: tuple[Tree, ...], focus: str) -> Code:
    held, _ = step(base, "extension")
    url = compiler.code(args[0], focus).run

    def go(values: Values, env: Env) -> Values:
        wanted = text(url(values, env), "extension()")
        return [one for one in held.run(values, env) if isinstance(one, dict) and one.get("url") == wanted]

    return Code(go, "Extension")


def _of_type(_: Compiles, base: Code, args: tuple[Tree, ...], __: str) -> Code:
    return of_type(base, type_name(args[0]))


def _is(_: Compiles, base: Code, args: tuple[Tree, ...], __: str) -> Code:
    wanted, run = of_type(base, type_name(args[0])).run, base.run

    def go(focus: Values, env: Env) -> Values:
        return [bool(wanted(focus, env))] if single(run(focus, env), "is()") is not None else []

    return Code(go, "boolean")


def _resource_key(_: Compiles, base: Code, __: tuple[Tree, ...], ___: str) -> Code:
    run = base.run

    def go(focus: Values, env: Env) -> Values:
        return [one["id"] for one in run(focus, env) if isinstance(one, dict) and one.get("id")]

    return Code(go, "string")


def _reference_key(_: Compiles, base: Code, args: tuple[Tree, ...], __: str) -> Code:
    wanted = type_name(args[0]) if args else ""
    run = base.run

    def go(focus: Values, env: Env) -> Values:
        found = (key_of(one.get("reference"), wanted) for one in run(focus, env) if isinstance(one, dict))
        return [key for key in found if key]

    return Code(go, "string")


def key_of(reference: object, wanted: str = "") -> str:
    """The key of the resource that a reference names, the same as getResourceKey() of that resource.

    Args:
        reference: as FHIR writes it.
        wanted: the resource type it must name, or nothing for any.

    Returns:
        The logical id; nothing for a reference by urn, to a contained resource or to another type.

    Example:
        >>> key_of("Patient/7"), key_of("https://a.example/r4/Patient/7/_history/2")
        ('7', '7')
        >>> key_of("Patient/7", "Group")
        ''
    """
    found = _REFERENCE.fullmatch(reference) if isinstance(reference, str) else None
    return found[2] if found and wanted in ("", found[1]) else ""


def _boundary(*, high: bool) -> Builder:
    what = "highBoundary()" if high else "lowBoundary()"

    def make(compiler: Compiles, base: Code, args: tuple[Tree, ...], focus: str) -> Code:
        run, kind = base.run, base.type
        digits = compiler.code(args[0], focus).run if args else None

        def go(values: Values, env: Env) -> Values:
            value = single(run(values, env), what)
            given = number(digits(values, env), what) if digits else None
            places = None if given is None else int(given)
            found = boundary(value, kind, high=high, digits=places)
            return [] if found is None else [found]

        return Code(go, "dateTime" if kind == "instant" else kind)

    return Builder(make, 0, 1)


def boundary(value: object, kind: str, *, high: bool, digits: int | None = None) -> Decimal | str | None:
    """The least or greatest value that a value can stand for, given how precisely it is written.

    Example:
        >>> boundary(Decimal("1.0"), "decimal", high=False), boundary("1970-06", "date", high=True)
        (Decimal('0.95'), '1970-06-30')
    """
    if isinstance(value, str):
        told = kind if kind in TEMPORAL else ("dateTime" if "T" in value else "date")
        return temporal.boundary(value, told, high=high, digits=digits)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    exact = Decimal(value)
    exponent = exact.as_tuple().exponent
    half = Decimal(5).scaleb((exponent if isinstance(exponent, int) else 0) - 1)
    found = exact + half if high else exact - half
    if digits is None:
        return found
    if not 0 <= digits <= 28:
        return None
    return found.quantize(Decimal(1).scaleb(-digits), ROUND_CEILING if high else ROUND_FLOOR)


BUILDERS: Final[Mapping[str, Builder]] = {
    "extension": Builder(_extension, 1, 1),
    "ofType": Builder(_of_type, 1, 1),
    "as": Builder(_of_type, 1, 1),
    "is": Builder(_is, 1, 1),
    "getResourceKey": Builder(_resource_key),
    "getReferenceKey": Builder(_reference_key, 0, 1),
    "lowBoundary": _boundary(high=False),
    "highBoundary": _boundary(high=True),
}
