"""Functions over collections: filters, subsets, sets, conditions."""

from collections.abc import Mapping
from typing import Final

from plummer.pipelines.views.fhirpath.builder import Builder, each, plain, with_arguments
from plummer.pipelines.views.fhirpath.code import (
    Code,
    Compiles,
    Env,
    Function,
    Values,
    boolean,
    number,
    single,
    truth,
)
from plummer.pipelines.views.fhirpath.errors import path_error, several
from plummer.pipelines.views.fhirpath.navigate import shadow
from plummer.pipelines.views.fhirpath.operators import distinct, equal
from plummer.pipelines.views.fhirpath.parser import Tree

MAX_REPEAT: Final = 100_000


def _where(compiler: Compiles, base: Code, args: tuple[Tree, ...], _: str) -> Code:
    run, test = base.run, compiler.code(args[0], base.type).run

    def go(focus: Values, env: Env) -> Values:
        return [one for one, met in each(run(focus, env), env, test) if truth(met, "where()") is True]

    return Code(go, base.type)


def _select(compiler: Compiles, base: Code, args: tuple[Tree, ...], _: str) -> Code:
    run, chosen = base.run, compiler.code(args[0], base.type)

    def go(focus: Values, env: Env) -> Values:
        return [value for _, found in each(run(focus, env), env, chosen.run) for value in found]

    return Code(go, chosen.type)


def _exists(compiler: Compiles, base: Code, args: tuple[Tree, ...], focus: str) -> Code:
    run = _where(compiler, base, args, focus).run if args else present(base)
    return Code(lambda values, env: [bool(run(values, env))], "boolean")


def present(base: Code) -> Function:
    """Values, or what stands for them: a primitive that has an extension but no value exists too."""
    run, beside = base.run, shadow(base)
    if beside is None:
        return run
    return lambda values, env: run(values, env) or beside(values, env)


def _empty(_: Compiles, base: Code, __: tuple[Tree, ...], ___: str) -> Code:
    run = present(base)
    return Code(lambda values, env: [not run(values, env)], "boolean")


def _every(compiler: Compiles, base: Code, args: tuple[Tree, ...], _: str) -> Code:
    run, test = base.run, compiler.code(args[0], base.type).run

    def go(focus: Values, env: Env) -> Values:
        return [all(truth(met, "all()") is True for _, met in each(run(focus, env), env, test))]

    return Code(go, "boolean")


def _repeat(compiler: Compiles, base: Code, args: tuple[Tree, ...], _: str) -> Code:
    first = compiler.code(args[0], base.type)
    again = compiler.code(args[0], first.type)
    kind = first.type if again.type == first.type else ""
    run = base.run

    def go(focus: Values, env: Env) -> Values:
        out: Values = []
        queue = [value for _, found in each(run(focus, env), env, first.run) for value in found]
        while queue:
            fresh = distinct([one for one in queue if not any(equal(one, seen) is True for seen in out)])
            out += fresh
            if len(out) > MAX_REPEAT:
                raise path_error("repeat() doesn't end")
            queue = [value for _, found in each(fresh, env, again.run) for value in found]
        return out

    return Code(go, kind)


def _iif(compiler: Compiles, base: Code, args: tuple[Tree, ...], _: str) -> Code:
    test, *results = (compiler.code(arg, base.type) for arg in args)
    run = base.run

    def go(focus: Values, env: Env) -> Values:
        values = run(focus, env)
        if truth(test.run(values, env), "iif()") is True:
            return results[0].run(values, env)
        return results[1].run(values, env) if len(results) > 1 else []

    kinds = {one.type for one in results}
    return Code(go, kinds.pop() if len(kinds) == 1 else "")


def _single(values: Values) -> Values:
    if len(values) > 1:
        raise several("single()")
    return values


def _not(values: Values) -> Values:
    value = truth(values, "not()")
    return boolean(None if value is None else not value)


def _count_of(values: Values, what: str) -> int:
    found = number(values, what)
    return 0 if found is None else max(0, int(found))


def _within(values: Values, others: Values) -> bool:
    return all(any(equal(one, other) is True for other in others) for one in values)


def _intersect(values: Values, others: Values) -> Values:
    return distinct([one for one in values if any(equal(one, other) is True for other in others)])


def _exclude(values: Values, others: Values) -> Values:
    return [one for one in values if not any(equal(one, other) is True for other in others)]


BUILDERS: Final[Mapping[str, Builder]] = {
    "where": Builder(_where, 1, 1),
    "select": Builder(_select, 1, 1),
    "exists": Builder(_exists, 0, 1),
    "all": Builder(_every, 1, 1),
    "repeat": Builder(_repeat, 1, 1),
    "iif": Builder(_iif, 2, 3),
    "empty": Builder(_empty),
    "not": plain(_not, "boolean"),
    "count": plain(lambda values: [len(values)], "integer"),
    "first": plain(lambda values: values[:1]),
    "last": plain(lambda values: values[-1:]),
    "tail": plain(lambda values: values[1:]),
    "single": plain(_single),
    "distinct": plain(distinct),
    "isDistinct": plain(lambda values: [len(distinct(values)) == len(values)], "boolean"),
    "allTrue": plain(lambda values: [all(one is True for one in values)], "boolean"),
    "anyTrue": plain(lambda values: [any(one is True for one in values)], "boolean"),
    "allFalse": plain(lambda values: [all(one is False for one in values)], "boolean"),
    "anyFalse": plain(lambda values: [any(one is False for one in values)], "boolean"),
    "skip": with_arguments(lambda values, n: values[_count_of(n, "skip()") :], "", 1, own=True),
    "take": with_arguments(lambda values, n: values[: _count_of(n, "take()")], "", 1, own=True),
    "union": with_arguments(lambda values, other: distinct([*values, *other]), "", 1),
    "combine": with_arguments(lambda values, other: [*values, *other], "", 1),
    "intersect": with_arguments(_intersect, "", 1, own=True),
    "exclude": with_arguments(_exclude, "", 1, own=True),
    "subsetOf": with_arguments(lambda values, other: [_within(values, other)], "boolean", 1),
    "supersetOf": with_arguments(lambda values, other: [_within(other, values)], "boolean", 1),
    "hasValue": plain(lambda values: [len(values) == 1 and not isinstance(values[0], dict)], "boolean"),
    "getValue": plain(
        lambda values: [
            v for v in [single(values, "getValue()")] if v is not None and not isinstance(v, dict)
        ]
    ),
}
