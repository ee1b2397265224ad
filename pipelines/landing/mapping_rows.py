"""From a row to a resource, by a plan (`plummer.pipelines.landing.mapping_model`); pure and value-free."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from plummer.pipelines.landing.mapping_dates import read_date
from plummer.pipelines.landing.mapping_model import (
    OMIT,
    Branch,
    FileMapping,
    Items,
    Leaf,
    Memo,
    Plan,
    RowMapping,
)
from plummer.pipelines.landing.refusal import Refused

Cells = Mapping[str, str]
_REMEMBERED: Final = 2_048
_ENCODE: Final = msgspec.json.Encoder().encode
_R4_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_DATES: Final = frozenset({"date", "dateTime", "instant"})
_NUMBER: Final = re.compile(
    r"(?P<sign>-?)(?P<whole>0|[1-9][0-9]*|(?=\.))(?P<rest>(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
)
_COMPARED: Final = re.compile(r"(<=|>=|<|>) *(?=[-.0-9])")
_FORMS: Final[Mapping[str, re.Pattern[str]]] = {
    "boolean": re.compile(r"true|false"),
    "integer": re.compile(r"0|-?[1-9][0-9]{0,9}"),
    "unsignedInt": re.compile(r"0|[1-9][0-9]{0,9}"),
    "positiveInt": re.compile(r"[1-9][0-9]{0,9}"),
    "time": re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"),
    "id": _R4_ID,
    "code": re.compile(r"\S+(?: \S+)*"),
    **dict.fromkeys(("uri", "url", "canonical", "oid", "uuid"), re.compile(r"\S+")),
}
_BARE: Final = frozenset({"boolean", "integer", "unsignedInt", "positiveInt"})


def logical_id(cells: Sequence[str], prefix: str = "") -> str:
    """The id of what some cells name: the cell itself where R4 allows it as an id, else a hash.

    Args:
        cells: the cells.
        prefix: of the id, so that two tables that both count from 1 don't name each other's rows.

    The same cells give the same id in every file, so that references find it.

    Example:
        >>> logical_id(["p-1"])
        'p-1'
        >>> logical_id(["p 1"]) == logical_id(["p 1"]) != logical_id(["p", "1"])
        True
        >>> logical_id(["1"], "visit-")
        'visit-1'
    """
    if len(cells) == 1 and _R4_ID.fullmatch(prefix + cells[0]):
        return prefix + cells[0]
    whole = [prefix, *cells] if prefix else list(cells)
    told = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    return "h" + base64.b32encode(hashlib.sha256(told).digest())[:30].decode().lower()


def row_to_resource(mapping: RowMapping, file: FileMapping, cells: Cells) -> bytes:
    """The resource that a row is, as JSON.

    Args:
        mapping: the mapping.
        file: the part of it that fits the row's file.
        cells: the row's cells under the names of the columns that ``file`` names, blanks around them cut,
            and those of other tables under theirs (`Join`).

    Raises:
        Refused: ``missing_id``, ``required_empty``, ``value_unmapped``, ``invalid_date``,
            ``ambiguous_date``, ``invalid_number`` or ``invalid_value``.
    """
    shown = {name: "" if cell in mapping.empty else cell for name, cell in cells.items()}
    meant = file.for_row(shown)
    if meant is None:
        raise Refused("value_unmapped")
    key = [shown.get(name, "") for name in meant.key]
    if not key[0]:
        raise Refused("missing_id")
    body = _render(meant.body, shown) or b"{}"
    name = _ENCODE(logical_id(key, meant.prefix))
    head = b'{"resourceType":"%s","id":%s' % (meant.resource.encode(), name)
    return head + (b"," if len(body) > 2 else b"") + body[1:]


def released_at(mapping: RowMapping, cells: Cells) -> str | None:
    """When what a row stands in was released, by the mapping's ``released``; None where it doesn't say."""
    if mapping.released is None:
        return None
    told = _render(mapping.released, cells)
    return str(json.loads(told)) if told else None


def _render(plan: Plan, cells: Cells) -> bytes:
    """A plan's JSON, nothing where it comes out empty."""
    if isinstance(plan, Memo):
        return _remembered(plan, cells)
    if isinstance(plan, Leaf):
        return _leaf(plan, cells)
    if isinstance(plan, Branch):
        return _branch(plan, cells)
    if isinstance(plan, Items):
        items = [item for part in plan.items if (item := _render(part, cells))]
        if plan.distinct:
            items = list(dict.fromkeys(items))
        return b"[%s]" % b",".join(items) if items else b""
    for conditions, option in plan.options:
        if all(when.holds(cells) for when in conditions):
            return _render(option, cells)
    return b""


def _remembered(memo: Memo, cells: Cells) -> bytes:
    key = tuple([cells.get(name, "") for name in memo.columns])
    found = memo.known.get(key)
    if found is None:
        if len(memo.known) >= _REMEMBERED:
            memo.known.clear()
        found = memo.known[key] = _render(memo.plan, cells)
    return found


def _branch(branch: Branch, cells: Cells) -> bytes:
    made = [(key + value, told) for key, plan, told in branch.parts if (value := _render(plan, cells))]
    if not made or (branch.from_row and not any(told for _, told in made)):
        return b""
    return b"{%s}" % b",".join(part for part, _ in made)


def _leaf(leaf: Leaf, cells: Cells) -> bytes:
    if not leaf.columns:
        return leaf.constant
    shown = [cell for name in leaf.columns if (cell := cells.get(name, ""))]
    if leaf.reference:
        # half a key would name somebody else
        whole = len(shown) == len(leaf.columns)
        text = f"{leaf.reference}/{logical_id(shown, leaf.prefix)}" if whole else ""
    else:
        text = " ".join(shown[:1] if leaf.first else shown)
    if not text:
        if leaf.required:
            raise Refused("required_empty")
        return b""
    return _ENCODE(text) if leaf.reference else _value(leaf, text)


def _value(leaf: Leaf, text: str) -> bytes:
    if leaf.values is None:
        try:
            return _typed(leaf, text)
        except Refused:
            if leaf.otherwise is OMIT:
                return b""
            raise
    listed = leaf.values.get(text)
    if listed is not None:
        return listed
    if leaf.otherwise is None:
        raise Refused("value_unmapped")
    return leaf.otherwise if isinstance(leaf.otherwise, bytes) else b""


def _typed(leaf: Leaf, text: str) -> bytes:
    kind = leaf.kind
    if kind in _DATES:
        return _ENCODE(read_date(text, kind, leaf.formats, leaf.zone))
    if kind == "comparator":
        compared = _COMPARED.match(text)
        return _ENCODE(compared[1]) if compared else b""
    if kind in {"decimal", "number"}:
        return _number(_COMPARED.sub("", text, count=1) if kind == "number" else text)
    if kind == "base64Binary":
        return _ENCODE(base64.b64encode(text.encode()).decode())
    form = _FORMS.get(kind)
    if form is not None and form.fullmatch(text) is None:
        raise Refused("invalid_value")
    return text.encode() if kind in _BARE else _ENCODE(text)


def _number(text: str) -> bytes:
    """The number's own digits: 7.30 stays 7.30."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise Refused("invalid_number")
    return f"{match['sign']}{match['whole'] or '0'}{match['rest']}".encode()
