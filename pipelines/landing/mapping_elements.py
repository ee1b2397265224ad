"""What a mapping says of one element: which cells or constant, of which type, and for which rows."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from plummer.deid.policy.settings import is_zone
from plummer.pipelines.landing.dates import PATTERNS
from plummer.pipelines.landing.mapping_dates import OFFSET, DateFormat, compile_format
from plummer.pipelines.landing.mapping_model import OMIT, Choice, Leaf, Memo, Plan, When, columns_of
from plummer.pipelines.landing.mapping_names import Names, Wrong, joined_name
from plummer.pipelines.landing.mapping_plan import inside
from plummer.schemas.fhir import Element, child, is_known_code, primitive_types, resource_types

At = tuple[str, ...]
_COLUMN: Final = frozenset({"column", "columns", "first", "required"})
_SOURCE: Final = frozenset({"constant", "values", "else", "formats", "zone"}) | _COLUMN
_CODING: Final = frozenset({"system", "code", "display", "text"})
_QUANTITY: Final = frozenset({"value", "comparator", "unit", "system", "code"})
_AGAIN: Final = frozenset({"Coding", "CodeableConcept", "Reference", "date", "dateTime", "instant"})
"""Types whose values come again and again from row to row."""
_MOST_CELLS: Final = 6
_PREFIX: Final = re.compile(r"[A-Za-z0-9.-]{0,32}")
_INTEGERS: Final = frozenset({"integer", "unsignedInt", "positiveInt"})


class ElementReader:
    """Reads the elements of a mapping.

    Args:
        names: what the mapping names once for all of its elements.

    Attributes:
        columns: every column of the file itself named since it was last set.
        required: those of them without which a row is refused.
        joins: cells of other tables that were named: column, table, column of the table.
        common: those that every file's rows need.
    """

    def __init__(self, names: Names) -> None:
        self.names = names
        self.columns: set[str] = set()
        self.required: set[str] = set()
        self.joins: set[tuple[str, str, str]] = set()
        self.common: frozenset[tuple[str, str, str]] = frozenset()

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
        plan = only[1] if len(options) == 1 and not only[0] else Choice(tuple(options))
        return _remembered(plan) if element.types[0] in _AGAIN else plan

    def _option(self, element: Element, spec: Any, at: At) -> tuple[tuple[When, ...], Plan]:  # noqa: ANN401
        block = _block(spec, at)
        conditions = self.conditions(block, at)
        if "concept" in block:
            return conditions, self._concept(element, block, at)
        return conditions, self._form(element, block, at)

    def conditions(self, block: dict[str, Any], at: At) -> tuple[When, ...]:
        """Take ``when`` and ``unless`` out of a block."""
        return tuple(
            When(self._column(name, at), frozenset(self.texts(texts, (*at, word))), negated=word == "unless")
            for word in ("when", "unless")
            for name, texts in _block(block.pop(word, {}), (*at, word)).items()
        )

    def _concept(self, element: Element, block: dict[str, Any], at: At) -> Plan:
        """A coding from the id of a concept, by way of the mapping's ``concepts``."""
        _only(block, frozenset({"concept"}), at)
        if self.names.concepts is None or element.types[0] not in {"Coding", "CodeableConcept"}:
            raise Wrong("a concept stands where a coding does, in a mapping with concepts", at)
        return self.plan(element, self.names.concepts.codings(_text(block["concept"], at)), at)

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
        if "comparator" not in block:
            tree.at("comparator").put(Leaf("comparator", columns))
        for name in (name for name in block if name != "value"):
            node = tree.at(name)
            node.put(self.plan(node.element, _source(block[name]), at))
        return tree.frozen()

    def _reference(self, element: Element, block: dict[str, Any], at: At) -> Plan:
        _only(block, _COLUMN - {"first"} | {"reference", "prefix"}, at)
        target = block.get("reference")
        known = isinstance(target, str) and target in resource_types()
        if not known or (element.targets and target not in element.targets):
            raise Wrong("reference is a type that this element may point to", at)
        columns = self._columns(block, at)
        if not columns:
            raise Wrong("a reference comes from a column", at)
        tree = inside(element)
        prefix = id_prefix(block, at)
        leaf = Leaf("string", columns, reference=str(target), prefix=prefix, required=self._flag(block, at))
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
        zone = str(block.get("zone", self.names.zone))
        self.check_zone(zone, at)
        local = [form for form in formats if not form.zoned and (form.timed or kind == "instant")]
        if kind != "date" and local and not zone:
            raise Wrong("a time without a zone needs one: zone, here or for the whole mapping", at)
        return Leaf(
            kind, columns, values=values, otherwise=_otherwise(element, kind, block, at), formats=formats,
            zone=zone, required=self._flag(block, at), first="first" in block,
        )  # fmt: skip

    def _values(
        self, element: Element, kind: str, block: dict[str, Any], at: At
    ) -> Mapping[str, bytes] | None:
        if "values" not in block:
            if block.get("else") is not None:
                raise Wrong("else goes with values; without them it can only be null", at)
            return None
        listed = _block(block["values"], at)
        return {_text(key, at): _constant(element, kind, value, at) for key, value in listed.items()}

    def _formats(self, kind: str, block: dict[str, Any], at: At) -> tuple[DateFormat, ...]:
        named = block.get("formats", [])
        listed = self.names.formats.get(named) if isinstance(named, str) else None
        texts = self.texts(named, (*at, "formats")) if listed is None else list(listed)
        if (kind in PATTERNS) != bool(texts):
            raise Wrong("formats belong to a date, and every date has some", at)
        found = [compile_format(text) for text in texts]
        formats = tuple(form for form in found if form is not None)
        if len(formats) != len(found):
            raise Wrong("not a form of a date: see docs/mapping.md", (*at, "formats"))
        return formats

    @staticmethod
    def check_zone(zone: str, at: At) -> None:
        """Refuse what is no zone.

        Raises:
            Wrong: see `Wrong`.
        """
        if zone and OFFSET.fullmatch(zone) is None and not is_zone(zone):
            raise Wrong("zone is an offset such as -05:00 or a name such as America/New_York", at)

    @staticmethod
    def texts(value: object, at: At) -> list[str]:
        """One text or a list of them."""
        return [_text(one, at) for one in (value if isinstance(value, list) else [value])]

    def _columns(self, block: dict[str, Any], at: At) -> tuple[str, ...]:
        told = [word for word in ("column", "columns", "first") if word in block]
        if len(told) > 1:
            raise Wrong("column, columns or first, one of them", at)
        named = block[told[0]] if told else []
        if told not in ([], ["column"]) and not isinstance(named, list):
            raise Wrong("columns is a list, and so is first", at)
        return tuple(self._column(name, at) for name in ([named] if told == ["column"] else named))

    def _column(self, name: object, at: At) -> str:
        text = _text(name, at)
        if "->" in text:
            return self._elsewhere(text, at)
        if not text:
            raise Wrong("a column has a name", at)
        self.columns.add(text)
        return text

    def _elsewhere(self, text: str, at: At) -> str:
        """The cell of another table: ``column -> table.column``."""
        own, _, there = (part.strip() for part in text.partition("->"))
        table, _, column = there.partition(".")
        lookup = self.names.lookups.get(table)
        if lookup is None or column not in lookup.columns or bool(own) != bool(lookup.key):
            raise Wrong("no such column of a table under lookups: COLUMN -> TABLE.COLUMN", at)
        if own:
            self.columns.add(own)
        self.joins.add((own, table, column))
        return joined_name(own, table, column)

    def _flag(self, block: Mapping[str, Any], at: At) -> bool:
        value = block.get("required", False)
        if not isinstance(value, bool):
            raise Wrong("required is true or false", at)
        if value and "column" in block:
            self.required.add(str(block["column"]))
        return bool(value)


def _remembered(plan: Plan) -> Plan:
    columns = tuple(sorted(columns_of(plan)))
    return Memo(plan, columns) if 0 < len(columns) <= _MOST_CELLS else plan


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


def id_prefix(block: Mapping[str, Any], at: At) -> str:
    """The prefix of an id, "" where there is none.

    Raises:
        Wrong: see `Wrong`.
    """
    prefix = block.get("prefix", "")
    if not isinstance(prefix, str) or _PREFIX.fullmatch(prefix) is None:
        raise Wrong("prefix is up to 32 letters, digits, - and .", at)
    return prefix


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
