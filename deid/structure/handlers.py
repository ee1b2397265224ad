"""How an act's result is written: values, arrays with their ``_name`` twins, and marks of what was removed.

https://hl7.org/fhir/R4/json.html#primitive: a primitive ``x`` may have an ``_x`` with extensions; for arrays
both are arrays of the same length with nulls.
"""

from collections.abc import Callable
from dataclasses import dataclass

from plummer.deid.structure.json import Value
from plummer.deid.structure.state import MASK, MASKED, Act, Json, Marked, State

Handler = Callable[[Json, Json, Value, State], None]
"""(object being written, object being read, value, state)."""
ExtensionFilter = Callable[[Value, State], list[Json]]


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a handler writes: the JSON key, the rule it counts, and whether R4 demands the element."""

    key: str
    rule: str
    required: bool
    primitive: bool


def _mark(out: Json, key: str, extensions: tuple[Json, ...] | list[Json]) -> None:
    """Add extensions to a twin; twins may be shared between resources, so they are never changed."""
    if not extensions:
        return
    twin = out.get(key)
    before = twin["extension"] if isinstance(twin, dict) else []
    out[key] = {"extension": [*before, *extensions]}


def complex_handler(slot: Slot, act: Act) -> Handler:
    """Write an object or an array of objects."""
    key, rule, required = slot.key, slot.rule, slot.required

    def array(obj: Json, values: list[Value], state: State) -> list[Value]:
        state.counts[rule] += len(values)
        found = []
        for value in values:
            new = act(value, state, obj)
            if new is not None:
                found.append(new if new.__class__ is dict else {"extension": list(new.extensions)})
        return found

    def handler(out: Json, obj: Json, value: Value, state: State) -> None:
        new: Value
        if value.__class__ is list:
            new = array(obj, value, state) or ([{"extension": [MASK]}] if required else None)
        else:
            state.counts[rule] += 1
            new = act(value, state, obj)
            if new.__class__ is Marked:
                new = {"extension": list(new.extensions)}
            elif new is None and required:
                new = {"extension": [MASK]}
        if new is not None:
            out[key] = new

    return handler


def primitive_handler(slot: Slot, act: Act, extensions: ExtensionFilter) -> Handler:
    """Write a primitive, or an array of them together with its twin."""
    key, rule, required = slot.key, slot.rule, slot.required
    twin = f"_{key}"

    def item(value: Value, side: Value, obj: Json, state: State) -> tuple[Value, Json | None]:
        new = None
        kept = extensions(side.get("extension"), state) if isinstance(side, dict) else []
        if value is not None:
            state.counts[rule] += 1
            new = act(value, state, obj)
            if new.__class__ is Marked:
                kept, new = [*kept, *new.extensions], new.value
        return new, {"extension": kept} if kept else None

    def array(out: Json, obj: Json, values: list[Value], state: State) -> None:
        sides = obj.get(twin)
        sides = sides if isinstance(sides, list) else []
        sides = [*sides, *[None] * (len(values) - len(sides))]
        pairs = [item(value, side, obj, state) for value, side in zip(values, sides, strict=False)]
        pairs = [pair for pair in pairs if pair[0] is not None or pair[1] is not None]
        if not pairs and required:
            pairs = [(None, {"extension": [MASK]})]
        if any(new is not None for new, _ in pairs):
            out[key] = [new for new, _ in pairs]
        if any(side is not None for _, side in pairs):
            out[twin] = [side for _, side in pairs]

    def handler(out: Json, obj: Json, value: Value, state: State) -> None:
        if value.__class__ is list:
            array(out, obj, value, state)
            return
        state.counts[rule] += 1
        new = act(value, state, obj)
        if new is None:
            if not required:
                return
            new = MASKED
        if new.__class__ is Marked:
            _mark(out, twin, new.extensions)
            new = new.value
        if new is not None:
            out[key] = new

    return handler


def repeated_handler(slot: Slot, slow: Handler) -> Handler:
    """Write a code that this place has kept before at once; there are few, whoever the subject."""
    key, rule = slot.key, slot.rule
    kept: set[str] = set()

    def handler(out: Json, obj: Json, value: Value, state: State) -> None:
        if value.__class__ is str and value in kept:
            state.counts[rule] += 1
            out[key] = value
            return
        slow(out, obj, value, state)
        if value.__class__ is str and out.get(key) == value:
            kept.add(value)

    return handler


def dated_handler(slot: Slot, kind: str, slow: Handler) -> Handler:
    """Write a date that this subject has had before at once, unless days of many subjects are known."""
    key, rule = slot.key, slot.rule

    def handler(out: Json, obj: Json, value: Value, state: State) -> None:
        if value.__class__ is str and not state.population.days:
            known = state.subject.dates.get((kind, value))
            if known.__class__ is str:
                state.counts[rule] += 1
                out[key] = known
                return
        slow(out, obj, value, state)

    return handler


def twin_handler(key: str, extensions: ExtensionFilter) -> Handler:
    """Write what is allowed of an ``_x``; where ``x`` is an array its own handler has done so."""
    twin = f"_{key}"

    def handler(out: Json, obj: Json, value: Value, state: State) -> None:
        if isinstance(value, dict):
            _mark(out, twin, extensions(value.get("extension"), state))
        elif isinstance(value, list) and not isinstance(obj.get(key), list):
            kept = [extensions(v.get("extension"), state) if isinstance(v, dict) else [] for v in value]
            if any(kept):
                out[twin] = [{"extension": exts} if exts else None for exts in kept]

    return handler


def counting_handler(rule: str) -> Handler:
    """Write nothing, and count it."""

    def handler(out: Json, obj: Json, value: Value, state: State) -> None:
        state.counts[rule] += 1

    return handler


def dropping_handler(rule: str) -> Handler:
    """Write nothing, and count what was there."""

    def handler(out: Json, obj: Json, value: Value, state: State) -> None:
        state.counts[rule] += len(value) if value.__class__ is list else 1

    return handler


def silent_handler(out: Json, obj: Json, value: Value, state: State) -> None:
    """Write nothing: the element is written elsewhere."""
