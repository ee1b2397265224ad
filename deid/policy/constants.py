"""Whether a policy's own constant may stand at a place of R4."""

import re
from decimal import Decimal
from typing import Any, Final

from plummer.schemas.fhir import child, is_known_code, primitive_types, required_codes

_TEXTS: Final = frozenset({"string", "markdown", "uri", "url", "canonical", "code"})
_CODE: Final = re.compile(r"[^\s]+(\s[^\s]+)*")
_INTEGERS: Final = {"integer": -(2**31), "unsignedInt": 0, "positiveInt": 1}
_CLOSED: Final = frozenset(
    {"Reference", "Extension", "Resource", "Narrative", "Attachment", "Meta", "Signature"}
)


def fits(kind: str, path: str, value: Any) -> bool:  # noqa: ANN401 (anything that YAML holds)
    """Whether a constant may stand for an element of a kind; never a date, reference, extension or bytes.

    Args:
        kind: the datatype.
        path: the element's path as the specification writes it, for a code's list.
        value: the constant.

    Example:
        >>> fits("code", "Patient.gender", "unknown"), fits("code", "Patient.gender", "Jane")
        (True, False)
        >>> fits("HumanName", "Patient.name", {"family": "Example", "given": ["A"]})
        True
    """
    if kind in primitive_types():
        return _fits_primitive(kind, path, value)
    if kind in _CLOSED or not isinstance(value, dict) or not value:
        return False
    return all(_fits_part(kind, name, part) for name, part in value.items())


def _fits_part(context: str, name: object, part: Any) -> bool:  # noqa: ANN401
    element = child(context, name) if isinstance(name, str) and name not in {"id", "extension"} else None
    if element is None or isinstance(part, list) != element.repeats:
        return False
    parts = part if isinstance(part, list) else [part]
    return bool(parts) and all(fits(element.types[0], element.path, item) for item in parts)


def _fits_primitive(kind: str, path: str, value: Any) -> bool:  # noqa: ANN401
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "decimal":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind in _INTEGERS:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and _INTEGERS[kind] <= value < 2**31
    if kind not in _TEXTS or not isinstance(value, str) or not value.strip():
        return False
    if kind == "code":
        listed = path not in required_codes() or is_known_code(path, value)
        return _CODE.fullmatch(value) is not None and listed
    return True


def whole(text: str) -> bool:
    """Whether a number's text is of a whole number.

    Example:
        >>> whole("5"), whole("0.5")
        (True, False)
    """
    return Decimal(text) == Decimal(text).to_integral_value()
