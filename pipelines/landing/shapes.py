"""Whether each known element has R4's JSON type, and each date exists; unknown elements are let through.

The element table is compiled into msgspec structs, one per type and backbone element, so the check
runs at the speed of a C parser. Its messages are thrown away: only the verdict leaves.

https://hl7.org/fhir/R4/json.html: repeating elements are arrays, others never; primitives are
strings, numbers or booleans; ``_name`` holds the id and extensions of primitive ``name``; null stands
only in arrays of primitives, in step with their extensions.
"""

import sys
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Annotated, Any, Final, Union

import msgspec

from plummer.pipelines.landing.dates import PATTERNS
from plummer.pipelines.landing.refusal import Refused
from plummer.schemas.fhir import Element, elements, primitive_types, resource_types

_MODULE: Final = "plummer.pipelines.landing.shapes_compiled"
_UNDATED: Final = "plummer.pipelines.landing.shapes_undated"
SUFFIX: Final = "_"
"""A struct's field is its element's key and this, since keys such as ``class`` can't be fields."""
_NUMBERS: Final = frozenset({"integer", "decimal", "positiveInt", "unsignedInt"})


def check_shape(text: bytes, resource_type: str) -> None:
    """Refuse a resource in which a known element has a wrong JSON type, or a date is none.

    Args:
        text: the resource, already known to be one valid JSON object.
        resource_type: its type, one of R4's.

    Raises:
        Refused: ``type_mismatch``, or ``invalid_date`` where a date is all that is wrong.

    Example:
        >>> check_shape(b'{"resourceType":"Patient","name":[{"family":"A"}],"x":[]}', "Patient")
        >>> check_shape(b'{"resourceType":"Patient","name":{"family":"A"}}', "Patient")
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: type_mismatch
        >>> check_shape(b'{"resourceType":"Patient","birthDate":"2024-02-30"}', "Patient")
        Traceback (most recent call last):
        plummer.pipelines.landing.refusal.Refused: invalid_date
    """
    if _fits(text, resource_type, _MODULE):
        return
    if _fits(text, resource_type, _UNDATED):
        raise Refused("invalid_date")
    raise Refused("type_mismatch")


def read_typed(text: bytes) -> Any:  # noqa: ANN401 - a struct made from the table
    """A resource of whatever type of R4 as its struct; keys that the table lacks are lost.

    Raises:
        msgspec.MsgspecError: it isn't JSON, not of a type of R4, or of another shape; also ValueError and
            RecursionError. Their messages may hold values.

    Example:
        >>> read_typed(b'{"resourceType":"Patient","id":"a","shoe":1}').id_
        'a'
    """
    return _any_decoder()(text)


@cache
def _any_decoder() -> Callable[[bytes], Any]:
    return msgspec.json.Decoder(_compiled(_MODULE).AnyResource).decode


def _fits(text: bytes, resource_type: str, module: str) -> bool:
    try:
        _decoder(resource_type, module).decode(text)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return False
    return True


@cache
def _decoder(resource_type: str, module: str) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(struct_of(resource_type, module))


def struct_of(resource_type: str, module: str = _MODULE) -> Any:  # noqa: ANN401 - a class made from the table
    """The struct of a resource type; its fields' keys are all that `read_typed` keeps of one.

    Example:
        >>> "birthDate" in struct_of("Patient").__struct_encode_fields__
        True
    """
    return getattr(_compiled(module), _struct_name(resource_type))


@cache
def _compiled(name: str) -> ModuleType:
    """Structs of every type and backbone element, those of `_UNDATED` without the forms of dates."""
    module = ModuleType(name)
    sys.modules[name] = module  # msgspec resolves forward references through it
    for kind, pattern in PATTERNS.items():
        dated: Any = Annotated[str, msgspec.Meta(pattern=pattern)]
        setattr(module, kind, str if name == _UNDATED else dated)
    children: dict[str, list[Element]] = {}
    for path, element in elements().items():
        children.setdefault(path.rpartition(".")[0], []).append(element)
    for context, parts in children.items():
        setattr(module, _struct_name(context), _struct(name, context, parts, children))
    union = tuple(getattr(module, _struct_name(name)) for name in sorted(resource_types()))
    module.AnyResource = Union[union]  # type: ignore[attr-defined]  # noqa: UP007 - built from a tuple
    return module


def _struct_name(context: str) -> str:
    return "T_" + context.replace(".", "__").replace("[x]", "_x")


def _struct(
    module: str, context: str, parts: list[Element], children: dict[str, list[Element]]
) -> type[msgspec.Struct]:
    keys = {key: kind for part in parts for key, kind in _keys(part, children).items()}
    names = {f"{key}{SUFFIX}": key for key in keys}
    fields = [(name, keys[key], msgspec.UNSET) for name, key in names.items()]
    tagged = context in resource_types()
    return msgspec.defstruct(
        _struct_name(context),
        fields,
        rename=names,
        module=module,
        gc=False,
        tag_field="resourceType" if tagged else None,
        tag=context if tagged else None,
    )


def _keys(element: Element, children: dict[str, list[Element]]) -> dict[str, str]:
    """JSON keys of an element with their types, as annotations to be resolved in the module."""
    name = element.path.rpartition(".")[2]
    kinds = element.types or ("",)
    found: dict[str, str] = {}
    for kind in kinds:
        key = name[:-3] + kind[:1].upper() + kind[1:] if name.endswith("[x]") else name
        found |= _typed(key, kind, element, children)
    return found


def _typed(key: str, kind: str, element: Element, children: dict[str, list[Element]]) -> dict[str, str]:
    if kind in primitive_types() or kind == "xhtml":
        return _primitive(key, kind, element.repeats)
    context = element.same_as or (element.path if element.path in children else kind)
    target = "AnyResource" if kind == "Resource" else _struct_name(context)
    if target != "AnyResource" and context not in children:
        return {}
    return {key: f"list[{target}]" if element.repeats else target}


def _primitive(key: str, kind: str, repeats: bool) -> dict[str, str]:
    text = kind if kind in PATTERNS else "str"
    plain = "bool" if kind == "boolean" else "float" if kind in _NUMBERS else text
    beside = _struct_name("Element")
    if repeats:
        return {key: f"list[{plain} | None]", f"_{key}": f"list[{beside} | None]"}
    return {key: plain, f"_{key}": beside}
