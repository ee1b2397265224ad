"""How a function of a path is compiled."""

from collections.abc import Callable
from dataclasses import dataclass

from plummer.pipelines.views.fhirpath.code import Code, Compiles, Env, Function, Values
from plummer.pipelines.views.fhirpath.parser import Tree

Make = Callable[[Compiles, Code, tuple[Tree, ...], str], Code]


@dataclass(frozen=True, slots=True)
class Builder:
    """How to compile one function.

    Attributes:
        make: from compiler, base, arguments and the focus' type to code.
        least: fewest arguments.
        most: most arguments.
    """

    make: Make
    least: int = 0
    most: int = 0


def plain(rule: Callable[[Values], Values], kind: str = "") -> Builder:
    """A function of the values alone; with no type named, of the values' own type."""

    def make(_: Compiles, base: Code, __: tuple[Tree, ...], ___: str) -> Code:
        run = base.run
        return Code(lambda focus, env: rule(run(focus, env)), kind or base.type)

    return Builder(make)


def with_arguments(
    rule: Callable[..., Values], kind: str, least: int, most: int | None = None, *, own: bool = False
) -> Builder:
    """A function of the values and of arguments that see the same focus as the function.

    Args:
        rule: from the values, and those of each argument given, to the result.
        kind: the result's type.
        least: fewest arguments.
        most: most, where it isn't the same.
        own: the result's type is the base's.
    """

    def make(compiler: Compiles, base: Code, args: tuple[Tree, ...], focus: str) -> Code:
        run, others = base.run, [compiler.code(arg, focus).run for arg in args]

        def go(values: Values, env: Env) -> Values:
            return rule(run(values, env), *(other(values, env) for other in others))

        return Code(go, base.type if own else kind)

    return Builder(make, least, least if most is None else most)


def each(values: Values, env: Env, run: Function) -> "list[tuple[object, Values]]":
    """Each value with what an expression gives for it, ``$this`` and ``$index`` set."""
    out: list[tuple[object, Values]] = []
    for index, item in enumerate(values):
        this = [item]
        out.append((item, run(this, Env(this, index, env.row, env.root))))
    return out
