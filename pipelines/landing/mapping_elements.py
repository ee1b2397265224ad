"""What a mapping says of one element: which cells or constant, of which type, and for which rows."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from plummer.deid.policy.settings import is_zone
from plummer.pipelines.landing.dates import PATTERNS
from plummer.pipelines.landing.mapping_dates import OFFSET, DateFormat, compile_format
from plummer.pipelines.landing.mapping_model import OMIT, Choice, Leaf, Plan, When
from plummer.pipelines.landing.mapping_plan import inside
from plummer.schemas.fhir import Element, child, is_known_code, primitive_types, resource_types

At = tuple[str, ...]
_COLUMN: Final = frozenset({"column", "columns", "required"})
_SOURCE: Final = frozenset({"constant", "values", "else", "formats", "zone"}) | _COLUMN
_CODING: Final = frozenset({"system", "code", "display", "text"})
_QUANTITY: Final = frozenset({"value", "unit", "system", "code"})
_INTEGERS: Final = frozenset({"integer", "unsignedInt", "positiveInt"})


class Wrong(Exception):  # noqa: N818 - a verdict on a mapping, turned into `mapping_invalid` where the line is known
    """What is wrong with a mapping, and at which keys."""

    def __init__(self, why: str, at: At) -> None:
        super().__init__(why)
        self.why = why
        self.at = at


class ElementReader:
    """Reads the elements of a mapping.

    Args:
        zone: of times that have none of their own, "" where none is declared.

    Attributes:
        columns: every column named since it was last set.
    """

    def __init__(self, zone: str) -> None:
        self.zone = zone
        self.columns: set[str] = set()

    def plan(self, element: Element | None, spec: Any, at: At) -> Plan:  # noqa: ANN401 - YAML
        """The plan for one element: one specification, or several of which the first that fits is taken.

        Raises:
            Wrong: see `Wrong`.
            NoPlace: a part of it that R4 doesn't know.
        """
        if element is None:
            raise Wrong("R4 has no such element", at)
        several = spec if isinstance(spec, list) else [spec]
        options = [self._option(element, one, (*at, str(i))) for i, one in enumerate(several)]
        if not options:
            raise Wrong("at least one specification belongs here", at)
        if any(not conditions for conditions, _ in options[:-1]):
            raise Wrong("all but the last of several need conditions (when)", at)
        only = options[0]
        return only[1] if len(options) == 1 and not only[0] else Choice(tuple(options))

    def _option(self, element: Element, spec: Any, at: At) -> tuple[tuple[When, ...], Plan]:  # noqa: ANN401
        block = _block(spec, at)
        conditions = _block(block.pop("when", {}), (*at, "when"))
        whens = tuple(
            When(self._column(name, at), frozenset(self.texts(texts, (*at, "when"))))
            for name, texts in conditions.items()
        )
        return whens, self._form(element, block, at)

    def _form(self, element: Element, block: dict[str, Any], at: At) -> Plan:
        kind = element.types[0]
        if kind in primitive_types():
            return self._leaf(element, kind, block, at)
        if kind == "Reference":
            return self._reference(element, block, at)
        if kind in {"Coding", "CodeableConcept"} and block.keys() == {"coding"}:
            return self._coding(element, kind, _block(block["coding"], at), at)
        if block.keys() == {"quantity"} and child(kind, "comparator"):
            return self._quantity(element, _block(block["quantity"], at), at)
        raise Wrong("this element is written by its parts, or as coding, quantity or reference", at)

    def _coding(self, element: Element, kind: str, block: dict[str, Any], at: At) -> Plan:
        _only(block, _CODING if kind == "CodeableConcept" else _CODING - {"text"}, at)
        if "code" not in block and "text" not in block:
            raise Wrong("a coding has a code, or at least a text", at)
        tree = inside(element)
        for name, source in block.items():
            below = "coding." if kind == "CodeableConcept" and name != "text" else ""
            node = tree.at(below + name)
            node.put(self.plan(node.element, _source(source), at))
        return tree.frozen()

    def _quantity(self, element: Element, block: dict[str, Any], at: At) -> Plan:
        _only(block, _QUANTITY, at)
        if "value" not in block:
            raise Wrong("a quantity has a value", at)
        tree = inside(element)
        columns = self._columns(_block(_source(block["value"]), at), at)
        if not columns:
            raise Wrong("a quantity's value comes from a column", at)
        tree.at("value").put(Leaf("number", columns))
        tree.at("comparator").put(Leaf("comparator", columns))
        for name in (name for name in block if name != "value"):
            node = tree.at(name)
            node.put(self.plan(node.element, _source(block[name]), at))
        return tree.frozen()

    def _reference(self, element: Element, block: dict[str, Any], at: At) -> Plan:
        _only(block, _COLUMN | {"reference"}, at)
        target = block.get("reference")
        known = isinstance(target, str) and target in resource_types()
        if not known or (element.targets and target not in element.targets):
            raise Wrong("reference is a type that this element may point to", at)
        columns = self._columns(block, at)
        if not columns:
            raise Wrong("a reference comes from a column", at)
        tree = inside(element)
        leaf = Leaf("string", columns, reference=str(target), required=_flag(block, at))
        tree.at("reference").put(leaf)
        return tree.frozen()

    def _leaf(self, element: Element, kind: str, block: dict[str, Any], at: At) -> Leaf:
        _only(block, _SOURCE, at)
        columns = self._columns(block, at)
        if bool(columns) == ("constant" in block):
            raise Wrong("either column, columns or constant belongs here", at)
        if kind == "xhtml":
            raise Wrong("a narrative can't be mapped", at)
        if not columns:
            _only(block, frozenset({"constant"}), at)
            return Leaf(kind, constant=_constant(element, kind, block["constant"], at))
        values = self._values(element, kind, block, at)
        formats = self._formats(kind, block, at) if values is None else ()
        zone = str(block.get("zone", self.zone))
        self.check_zone(zone, at)
        local = [form for form in formats if not form.zoned and (form.timed or kind == "instant")]
        if kind != "date" and local and not zone:
            raise Wrong("a time without a zone needs one: zone, here or for the whole mapping", at)
        return Leaf(
            kind, columns, values=values, otherwise=_otherwise(element, kind, block, at), formats=formats,
            zone=zone, required=_flag(block, at),
        )  # fmt: skip

    def _values(
        self, element: Element, kind: str, block: dict[str, Any], at: At
    ) -> Mapping[str, bytes] | None:
        if "values" not in block:
            if "else" in block:
                raise Wrong("else goes with values", at)
            return None
        listed = _block(block["values"], at)
        return {_text(key, at): _constant(element, kind, value, at) for key, value in listed.items()}

    def _formats(self, kind: str, block: dict[str, Any], at: At) -> tuple[DateFormat, ...]:
        texts = self.texts(block.get("formats", []), (*at, "formats"))
        if (kind in PATTERNS) != bool(texts):
            raise Wrong("formats belong to a date, and every date has some", at)
        found = [compile_format(text) for text in texts]
        formats = tuple(form for form in found if form is not None)
        if len(formats) != len(found):
            raise Wrong("not a form of a date: see docs/mapping.md", (*at, "formats"))
        return formats

    def check_zone(self, zone: str, at: At) -> None:
        """Refuse what is no zone.

        Raises:
            Wrong: see `Wrong`.
        """
        if zone and OFFSET.fullmatch(zone) is None and not is_zone(zone):
            raise Wrong("zone is an offset such as -05:00 or a name such as America/New_York", at)

    def texts(self, value: object, at: At) -> list[str]:
        """One text or a list of them."""
        return [_text(one, at) for one in (value if isinstance(value, list) else [value])]

    def _columns(self, block: dict[str, Any], at: At) -> tuple[str, ...]:
        if "column" in block and "columns" in block:
            raise Wrong("column or columns, not both", at)
        if "columns" in block and not isinstance(block["columns"], list):
            raise Wrong("columns is a list", at)
        named = block.get("columns", [block["column"]] if "column" in block else [])
        return tuple(self._column(name, at) for name in named)

    def _column(self, name: object, at: At) -> str:
        text = _text(name, at)
        if not text:
            raise Wrong("a column has a name", at)
        self.columns.add(text)
        return text


def _source(source: Any) -> Any:  # noqa: ANN401 - YAML
    """Inside a coding or quantity a bare text is the name of a column."""
    return {"column": source} if isinstance(source, str) else source


def _block(value: Any, at: At) -> dict[str, Any]:  # noqa: ANN401 - YAML
    if not isinstance(value, dict):
        raise Wrong("a map of settings belongs here", at)
    return dict(value)


def _only(block: Mapping[str, Any], keys: frozenset[str], at: At) -> None:
    if block.keys() - keys:
        raise Wrong("unknown key", (*at, str(next(key for key in block if key not in keys))))


def _flag(block: Mapping[str, Any], at: At) -> bool:
    value = block.get("required", False)
    if not isinstance(value, bool):
        raise Wrong("required is true or false", at)
    return value


def _text(value: object, at: At) -> str:
    """A text, or a whole number or truth value as it was written."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int):
        return str(value)
    raise Wrong("a text belongs here; write numbers with a point in quotes", at)


def _otherwise(element: Element, kind: str, block: Mapping[str, Any], at: At) -> object:
    if "else" not in block:
        return None
    return OMIT if block["else"] is None else _constant(element, kind, block["else"], at)


def _constant(element: Element, kind: str, value: object, at: At) -> bytes:
    if not _fits(kind, value):
        raise Wrong("the value isn't of the element's type", at)
    if element.binding == "required" and kind == "code" and not is_known_code(element.path, str(value)):
        raise Wrong("R4 doesn't allow this code here", at)
    return json.dumps(value, ensure_ascii=False).encode()


def _fits(kind: str, value: object) -> bool:
    if kind == "boolean":
        return isinstance(value, bool)
    if kind in _INTEGERS:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "decimal":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, str) or not value.strip():
        return False
    return kind not in PATTERNS or re.search(PATTERNS[kind], value) is not None
