"""A cohort's task in the YAML of ACES (https://eventstreamaces.readthedocs.io): the part that is read here.

Read are predicates on a code (exact, ``regex``, ``any``) with bounds of the value, ``and`` and ``or`` of
predicates, a trigger, and windows bounded by a time, an offset or the next or last event. What isn't read
is refused by name, never passed over: static predicates, other columns, demographics.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import yaml

from plummer.schemas.errors import ExitCode, PlummerError

ANY_EVENT: Final = "_ANY_EVENT"
_PREDICATE: Final = frozenset(
    {"code", "value_min", "value_max", "value_min_inclusive", "value_max_inclusive"}
)
_WINDOW: Final = frozenset(
    {"start", "end", "start_inclusive", "end_inclusive", "has", "label", "index_timestamp"}
)
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_POINT: Final = re.compile(rf"({_NAME}(?:\.(?:start|end))?)\s*(?:(->|<-|\+|-)\s*(.+))?")
_EXPRESSION: Final = re.compile(rf"(and|or)\(\s*({_NAME}(?:\s*,\s*{_NAME})*)\s*\)")
_RANGE: Final = re.compile(r"\(?\s*(None|\d+)\s*,\s*(None|\d+)\s*\)?")
_SPAN: Final = re.compile(r"(\d+)\s*([a-z]+)\s*")
_UNITS: Final = {
    **dict.fromkeys(("w", "week", "weeks"), 604_800), **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3_600),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Predicate:
    """What an event must be: one of codes or of a pattern, with a value in bounds; or a mix of others."""

    codes: frozenset[str] = frozenset()
    pattern: str = ""
    low: float | None = None
    high: float | None = None
    low_inclusive: bool = False
    high_inclusive: bool = False
    mix: str = ""
    of: tuple[str, ...] = ()

    def takes_code(self, code: str) -> bool:
        """Whether a code is one of those."""
        return code in self.codes or bool(self.pattern and re.search(self.pattern, code))

    def takes_value(self, value: float | None) -> bool:
        """Whether a value is in bounds; none is where a bound is asked for."""
        if self.low is None and self.high is None:
            return True
        if value is None:
            return False
        above = self.low is None or value > self.low or (self.low_inclusive and value == self.low)
        below = self.high is None or value < self.high or (self.high_inclusive and value == self.high)
        return above and below


@dataclass(frozen=True, slots=True)
class Point:
    """An end of a window: another point, or one found from it.

    Attributes:
        base: ``trigger``, ``start``, ``end`` or ``WINDOW.start``; empty for the record's first or last time.
        offset: what is added to it.
        seek: 1 for the next event of the predicate, -1 for the last one before, 0 for none.
        predicate: what is sought.
    """

    base: str = ""
    offset: timedelta = timedelta(0)
    seek: int = 0
    predicate: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time after or before the trigger, and how many events it must hold."""

    name: str
    start: Point
    end: Point
    start_inclusive: bool
    end_inclusive: bool
    has: tuple[tuple[str, int | None, int | None], ...]
    label: str
    index: str

    @property
    def may_fail(self) -> bool:
        """Whether the event that bounds it, or the record's own end, may not be where it is looked for."""
        return any(point.seek or not point.base for point in (self.start, self.end))

    def other(self, point: str) -> str:
        """The name of its other end."""
        return f"{self.name}.{'start' if point.endswith('.end') else 'end'}"


@dataclass(frozen=True, slots=True)
class Task:
    """Who is in a cohort, when a prediction is made, and what is predicted."""

    predicates: Mapping[str, Predicate]
    trigger: str
    windows: tuple[Window, ...]


def read_task(text: str) -> Task:
    """A task from its YAML.

    Raises:
        PlummerError: ``task_malformed``, or ``task_unsupported`` with the place of what isn't read (exit 2).

    Example:
        >>> read_task("{predicates: {a: {code: X}}, trigger: a, windows: {}}").trigger
        'a'
    """
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError):
        raise _malformed("") from None
    shown = _mapping(raw, "")
    _known(shown, {"predicates", "trigger", "windows", "metadata", "description"}, "")
    named = _mapping(shown.get("predicates"), "predicates")
    predicates = {str(name): _predicate(one, f"predicates.{name}") for name, one in named.items()}
    for name, one in predicates.items():
        _declared(one.of, predicates, f"predicates.{name}")
    windows = _mapping(shown.get("windows"), "windows")
    made = tuple(_window(str(name), one, predicates, windows) for name, one in windows.items())
    _declared([str(shown.get("trigger"))], predicates, "trigger")
    if sum(bool(one.index) for one in made) > 1 or sum(bool(one.label) for one in made) > 1:
        raise _malformed("windows")
    return Task(predicates, str(shown["trigger"]), made)


def _predicate(raw: object, at: str) -> Predicate:
    shown = _mapping(raw, at)
    if "expr" in shown:
        _known(shown, {"expr"}, at)
        found = _EXPRESSION.fullmatch(str(shown["expr"]).strip())
        if not found:
            raise _unsupported(f"{at}.expr")
        return Predicate(mix=found[1], of=tuple(re.split(r"\s*,\s*", found[2])))
    _known(shown, _PREDICATE, at)
    codes, pattern = _codes(shown.get("code"), f"{at}.code")
    low, high = (_number(shown.get(name), f"{at}.{name}") for name in ("value_min", "value_max"))
    low_inclusive, high_inclusive = (shown.get(f"value_{name}_inclusive") is True for name in ("min", "max"))
    return Predicate(codes, pattern, low, high, low_inclusive, high_inclusive)


def _codes(raw: object, at: str) -> tuple[frozenset[str], str]:
    if isinstance(raw, str):
        return frozenset({raw}), ""
    shown = _mapping(raw, at)
    _known(shown, {"regex", "any"}, at)
    pattern, named = shown.get("regex", ""), shown.get("any", [])
    if not isinstance(pattern, str) or not isinstance(named, list) or len(shown) != 1:
        raise _malformed(at)
    try:
        re.compile(pattern)
    except re.error:
        raise _malformed(at) from None
    return frozenset(map(str, named)), pattern


def _window(
    name: str, raw: object, predicates: Mapping[str, Predicate], windows: Mapping[str, Any]
) -> Window:
    at = f"windows.{name}"
    shown = _mapping(raw, at)
    _known(shown, _WINDOW, at)
    start, end = (_point(shown.get(side), f"{at}.{side}", name, windows) for side in ("start", "end"))
    has = tuple(
        (str(one), *_range(bounds, f"{at}.has"))
        for one, bounds in _mapping(shown.get("has") or {}, at).items()
    )
    label, index = str(shown.get("label") or ""), str(shown.get("index_timestamp") or "")
    sought = [point.predicate for point in (start, end) if point.seek]
    _declared([*sought, *(one for one, _, _ in has), *([label] if label else [])], predicates, at)
    if index not in ("", "start", "end"):
        raise _malformed(f"{at}.index_timestamp")
    inclusive = (shown.get("start_inclusive", True) is True, shown.get("end_inclusive", True) is True)
    return Window(name, start, end, *inclusive, has, label, index)


def _point(raw: object, at: str, window: str, windows: Mapping[str, Any]) -> Point:
    if raw is None:
        return Point()
    found = _POINT.fullmatch(str(raw).strip())
    if not found:
        raise _unsupported(at)
    base, sign, rest = found[1], found[2], found[3]
    if base in ("start", "end"):
        base = f"{window}.{base}"
    if base != "trigger" and base.partition(".")[0] not in windows:
        raise _malformed(at)
    if sign in ("->", "<-"):
        return Point(base, seek=1 if sign == "->" else -1, predicate=rest.strip())
    return Point(base, _span(rest, at) * (-1 if sign == "-" else 1)) if sign else Point(base)


def _span(text: str, at: str) -> timedelta:
    parts = _SPAN.findall(text.strip().lower())
    if not parts or _SPAN.sub("", text.strip().lower()) or any(unit not in _UNITS for _, unit in parts):
        raise _unsupported(at)
    return timedelta(seconds=sum(int(number) * _UNITS[unit] for number, unit in parts))


def _range(raw: object, at: str) -> tuple[int | None, int | None]:
    found = _RANGE.fullmatch(", ".join(map(str, raw)) if isinstance(raw, list) else str(raw))
    if not found:
        raise _malformed(at)
    low, high = (None if part == "None" else int(part) for part in found.groups())
    return low, high


def _number(raw: object, at: str) -> float | None:
    if raw is None or (isinstance(raw, int | float) and not isinstance(raw, bool)):
        return raw
    raise _malformed(at)


def _mapping(raw: object, at: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict):
        raise _malformed(at)
    return raw


def _known(shown: Mapping[str, Any], known: frozenset[str] | set[str], at: str) -> None:
    odd = sorted(str(key) for key in shown if key not in known)
    if odd:
        name = odd[0] if re.fullmatch(_NAME, odd[0]) else "a key"
        raise _unsupported(f"{at}.{name}".strip("."))


def _declared(names: Sequence[str], predicates: Mapping[str, Predicate], at: str) -> None:
    if any(name not in predicates and name != ANY_EVENT for name in names):
        raise _malformed(at)


def _malformed(at: str) -> PlummerError:
    return PlummerError("task_malformed", "not a task configuration of ACES", ExitCode.USAGE, at)


def _unsupported(at: str) -> PlummerError:
    message = "a part of ACES that a cohort here doesn't read; export meds --task hands the task to ACES"
    return PlummerError("task_unsupported", message, ExitCode.USAGE, at)
