"""Steps from values to their elements."""

from collections.abc import Mapping
from typing import Any

from plummer.pipelines.views.fhirpath import types
from plummer.pipelines.views.fhirpath.code import Code, Env, Function, Values


def step(base: Code, name: str) -> tuple[Code, bool]:
    """The code of ``base.name``, and whether R4 knows the element (or can't, for want of the base's type)."""
    if base.type and types.is_primitive(base.type):
        return _of_primitive(base, name), name in ("id", "extension")
    if not base.type:
        return Code(_loose(base.run, name), "", (base, name)), True
    kind = types.member(base.type, name)
    if kind is not None:
        return Code(_key(base.run, name), kind, (base, name)), True
    kinds = types.choice(base.type, name)
    if kinds:
        return Code(_keys(base.run, tuple(kinds)), "", (base, name), kinds), True
    return Code(_loose(base.run, name), "", (base, name)), False


def of_type(base: Code, kind: str) -> Code:
    """``ofType`` and ``as``: for a choice element the one JSON key of the type."""
    if base.source is not None and not base.type:
        before, name = base.source
        key = types.key_of(name, kind)
        run = _typed_key(before.run, key, "" if base.choice else name, kind)
        return Code(run, kind, (before, key))
    if base.type:
        if types.is_a(base.type, kind):
            return Code(base.run, base.type, base.source)
        if types.is_a(kind, base.type) or "." in base.type:
            return Code(_filter(base.run, kind), kind)
        return Code(lambda _, __: [], kind)
    return Code(_filter(base.run, kind), kind)


def _key(run: Function, name: str) -> Function:
    # written out, since most of a view's time is spent here
    def go(focus: Values, env: Env) -> Values:
        out: Values = []
        for item in run(focus, env):
            value = item.get(name) if isinstance(item, dict) else None
            if isinstance(value, list):
                out += value if None not in value else [one for one in value if one is not None]
            elif value is not None:
                out.append(value)
        return out

    return go


def _keys(run: Function, names: tuple[str, ...]) -> Function:
    def go(focus: Values, env: Env) -> Values:
        out: Values = []
        for item in run(focus, env):
            if isinstance(item, dict):
                for name in names:
                    value = item.get(name)
                    if value is not None:
                        _put(out, value)
                        break
        return out

    return go


def _put(out: Values, value: Any) -> None:  # noqa: ANN401 (JSON)
    if isinstance(value, list):
        out += [one for one in value if one is not None]
    else:
        out.append(value)


def _loose(run: Function, name: str) -> Function:
    """Where the type isn't known: the key itself, or one that a choice element of this name could have."""

    def go(focus: Values, env: Env) -> Values:
        out: Values = []
        for item in run(focus, env):
            if isinstance(item, dict):
                value = item.get(name)
                if value is None:
                    value = _guessed(item, name)
                if value is not None:
                    _put(out, value)
        return out

    return go


def _guessed(item: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 (JSON)
    return next((value for key, value in item.items() if types.is_choice_key(key, name)), None)


def _typed_key(run: Function, key: str, plain: str, kind: str) -> Function:
    def go(focus: Values, env: Env) -> Values:
        out: Values = []
        for item in run(focus, env):
            if isinstance(item, dict):
                value = item.get(key)
                if value is not None:
                    _put(out, value)
                elif plain and plain in item:
                    kept: Values = []
                    _put(kept, item[plain])
                    out.extend(one for one in kept if types.could_be(one, kind))
        return out

    return go


def _filter(run: Function, kind: str) -> Function:
    def go(focus: Values, env: Env) -> Values:
        return [one for one in run(focus, env) if types.could_be(one, kind)]

    return go


def shadow(base: Code) -> Function | None:
    """What JSON keeps beside a primitive, an element without a value included: its ids and extensions.

    Returns:
        A function to the objects under ``_name``, or None for a path that isn't a step to an element.
    """
    if base.source is None or (base.type and not types.is_primitive(base.type)):
        return None
    before, name = base.source
    return _keys(before.run, tuple(f"_{key}" for key in (base.choice or (name,))))


def _of_primitive(base: Code, name: str) -> Code:
    """``birthDate.extension``: JSON keeps a primitive's id and extensions beside it, under ``_birthDate``."""
    if base.source is None or name not in ("id", "extension"):
        return Code(lambda _, __: [])
    before, own = base.source
    shadow = _key(before.run, f"_{own}")
    return Code(_key(shadow, name), "Extension" if name == "extension" else "string")
