"""From a path's tree to closures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from plummer.pipelines.views.fhirpath import types
from plummer.pipelines.views.fhirpath.code import Code, Env, Function, Values, constant, number, single
from plummer.pipelines.views.fhirpath.errors import path_error
from plummer.pipelines.views.fhirpath.functions import FUNCTIONS
from plummer.pipelines.views.fhirpath.navigate import of_type, step
from plummer.pipelines.views.fhirpath.operators import operator
from plummer.pipelines.views.fhirpath.parser import (
    Binary,
    Call,
    Index,
    Literal,
    Member,
    Negative,
    Tree,
    TypeTest,
    Variable,
    parse,
)

__all__ = ["Code", "Env", "compile_path"]

_FOCUS: Final[Function] = lambda focus, _: focus  # noqa: E731 (the one identity)


@dataclass(slots=True)
class Compiler:
    """Compiles paths of one view.

    Attributes:
        constants: the view's own variables, without ``%``.
        warnings: what the view's author should hear.
        this: the type of ``$this``.
        root: the resource type.
    """

    constants: Mapping[str, Code]
    warnings: list[str] = field(default_factory=list)
    this: str = ""
    root: str = ""

    def warn(self, line: str) -> None:
        """Keep something to tell the view's author, once."""
        if line not in self.warnings:
            self.warnings.append(line)

    def code(self, tree: Tree, focus: str) -> Code:  # noqa: PLR0911 (one per kind of tree)
        """The code of a tree over values of a type."""
        match tree:
            case Literal():
                return constant([] if tree.value is None else [tree.value], tree.type)
            case Member():
                return self._member(tree, focus)
            case Call():
                return self._call(tree, focus)
            case Variable():
                return self._variable(tree.name, focus)
            case Index():
                return self._index(tree, focus)
            case Negative():
                return _negative(self.code(tree.operand, focus))
            case Binary():
                return operator(tree.op, self.code(tree.left, focus), self.code(tree.right, focus))
            case TypeTest():
                base = self.code(tree.operand, focus)
                return of_type(base, tree.type) if tree.op == "as" else _is(base, tree.type)

    def _member(self, tree: Member, focus: str) -> Code:
        if tree.base is None and types.is_resource(tree.name):
            return of_type(Code(_FOCUS, focus), tree.name)
        base = Code(_FOCUS, focus) if tree.base is None else self.code(tree.base, focus)
        found, known = step(base, tree.name)
        if not known:
            self.warn(f"R4 has no element {tree.name} in {base.type}")
        return found

    def _call(self, tree: Call, focus: str) -> Code:
        build = FUNCTIONS.get(tree.name)
        if build is None:
            raise path_error(f"there is no function {tree.name}()")
        base = Code(_FOCUS, focus) if tree.base is None else self.code(tree.base, focus)
        if not build.least <= len(tree.args) <= build.most:
            raise path_error(f"{tree.name}() takes another number of arguments")
        return build.make(self, base, tree.args, focus)

    def _variable(self, name: str, focus: str) -> Code:
        if name == "$this":
            return Code(lambda _, env: env.this, focus)
        if name == "$index":
            return Code(lambda _, env: [env.index], "integer")
        if name == "%rowIndex":
            return Code(lambda _, env: [env.row], "integer")
        if name in ("%resource", "%rootResource", "%context"):
            return Code(lambda _, env: [env.root], self.root)
        if name[1:] in self.constants:
            return self.constants[name[1:]]
        raise path_error(f"nothing defines {name}")

    def _index(self, tree: Index, focus: str) -> Code:
        base, place = self.code(tree.base, focus), self.code(tree.place, focus)

        def go(values: Values, env: Env) -> Values:
            at = number(place.run(values, env), "an index")
            found = base.run(values, env)
            return [found[int(at)]] if at is not None and 0 <= at < len(found) else []

        return Code(go, base.type)


def _negative(base: Code) -> Code:
    def go(focus: Values, env: Env) -> Values:
        value = number(base.run(focus, env), "'-'")
        return [] if value is None else [-value]

    return Code(go, base.type)


def _is(base: Code, kind: str) -> Code:
    wanted = of_type(base, kind)

    def go(focus: Values, env: Env) -> Values:
        if single(base.run(focus, env), "'is'") is None:
            return []
        return [bool(wanted.run(focus, env))]

    return Code(go, "boolean")


def compile_path(
    path: str, focus: str, constants: Mapping[str, Code], warnings: list[str], root: str
) -> Code:
    """Compile a path.

    Args:
        path: FHIRPath.
        focus: type or context of what it will be run on, ``""`` where that isn't known.
        constants: the view's variables, without ``%``.
        warnings: gets a line for each element that R4 doesn't have.
        root: the view's resource type.

    Raises:
        PlummerError: ``view_path``.

    Example:
        >>> code = compile_path("name.where(use = 'usual').given.first()", "Patient", {}, [], "Patient")
        >>> ann = {"resourceType": "Patient", "name": [{"use": "usual", "given": ["Ann", "B."]}]}
        >>> code.run([ann], Env([ann], 0, 0, ann)), code.type
        (['Ann'], 'string')
    """
    return Compiler(constants, warnings, focus, root).code(parse(path), focus)
