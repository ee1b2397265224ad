"""Functions of text. Patterns run on RE2, in linear time: a view can't hang a run."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from plummer.pipelines.views.fhirpath.builder import Builder, plain, with_arguments
from plummer.pipelines.views.fhirpath.code import Values, number, text
from plummer.pipelines.views.fhirpath.errors import mistyped, path_error


def _text(rule: Callable[[str], object], what: str) -> Callable[[Values], Values]:
    def go(values: Values) -> Values:
        value = text(values, what)
        return [] if value is None else [rule(value)]

    return go


def _with_text(rule: Callable[..., object], what: str) -> Callable[..., Values]:
    def go(values: Values, *others: Values) -> Values:
        given = [text(one, what) for one in (values, *others)]
        return [] if any(one is None for one in given) else [rule(*given)]

    return go


def _join(values: Values, separator: Values | None = None) -> Values:
    """Of nothing the empty text, as the official tests ask."""
    between = text(separator or [], "join()") or ""
    if any(not isinstance(value, str) for value in values):
        raise mistyped("join()")
    return [between.join(values)]


def _substring(values: Values, start: Values, length: Values | None = None) -> Values:
    value, first = text(values, "substring()"), number(start, "substring()")
    count = number(length, "substring()") if length else None
    if value is None or first is None or not 0 <= first < len(value):
        return []
    end = len(value) if count is None else int(first) + max(0, int(count))
    return [value[int(first) : end]]


@lru_cache(maxsize=256)
def _pattern(written: str) -> Any:  # noqa: ANN401 (re2 has no types)
    import re2

    try:
        return re2.compile(written)
    except re2.error:
        raise path_error("a pattern is not one that RE2 takes") from None


def _replaced(value: str, pattern: str, by: str) -> str:
    return value.replace(pattern, by)


BUILDERS: Final[Mapping[str, Builder]] = {
    "join": with_arguments(_join, "string", 0, 1),
    "substring": with_arguments(_substring, "string", 1, 2),
    "length": plain(_text(len, "length()"), "integer"),
    "upper": plain(_text(str.upper, "upper()"), "string"),
    "lower": plain(_text(str.lower, "lower()"), "string"),
    "trim": plain(_text(str.strip, "trim()"), "string"),
    "toChars": plain(lambda values: list(text(values, "toChars()") or ""), "string"),
    "indexOf": with_arguments(_with_text(str.find, "indexOf()"), "integer", 1),
    "startsWith": with_arguments(_with_text(str.startswith, "startsWith()"), "boolean", 1),
    "endsWith": with_arguments(_with_text(str.endswith, "endsWith()"), "boolean", 1),
    "contains": with_arguments(_with_text(str.__contains__, "contains()"), "boolean", 1),
    "replace": with_arguments(_with_text(_replaced, "replace()"), "string", 2),
    "matches": with_arguments(
        _with_text(lambda value, written: _pattern(written).search(value) is not None, "matches()"),
        "boolean",
        1,
    ),
    "replaceMatches": with_arguments(
        _with_text(lambda value, written, by: _pattern(written).sub(by, value), "replaceMatches()"),
        "string",
        2,
    ),
    "split": with_arguments(
        lambda values, by: [p for v in [text(values, "split()")] if v for p in v.split(text(by, "split()"))],
        "string",
        1,
    ),
}
