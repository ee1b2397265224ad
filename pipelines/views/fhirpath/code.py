"""What a path becomes: a closure over JSON values, with what is known of its result."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from plummer.pipelines.views.fhirpath.errors import mistyped, several
from plummer.pipelines.views.fhirpath.parser import Tree

Values = list[Any]


class Env:
    """What a path can see beside its focus.

    Attributes:
        this: the item that the innermost where, select or forEach is at, as a list.
        index: its 0-based place there.
        row: ``%rowIndex``, the 0-based place in the innermost forEach or repeat of the view.
        root: the resource.
    """

    __slots__ = ("index", "root", "row", "this")

    def __init__(self, this: Values, index: int, row: int, root: Mapping[str, Any]) -> None:
        self.this = this
        self.index = index
        self.row = row
        self.root = root


Function = Callable[[Values, Env], Values]


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled path.

    Attributes:
        run: from focus and surroundings to the values.
        type: the values' type or context in the element table, ``""`` where it isn't known.
        source: for a step to an element: what it was a step from, and the element's name.
        choice: for a step to a choice element: the type of each JSON key.
    """

    run: Function
    type: str = ""
    source: "tuple[Code, str] | None" = None
    choice: Mapping[str, str] = field(default_factory=dict)


class Compiles(Protocol):
    """What the builders of functions need of the compiler."""

    def code(self, tree: Tree, focus: str) -> Code:
        """The code of a tree over values of a type."""

    def warn(self, line: str) -> None:
        """Keep something to tell the view's author."""


def constant(values: Values, kind: str) -> Code:
    """Code that always gives the same values."""
    return Code(lambda _, __: values, kind)


def single(values: Values, what: str) -> Any:  # noqa: ANN401 (JSON)
    """The one value, or None where there is none.

    Raises:
        PlummerError: ``view_collection`` where there are more.
    """
    if not values:
        return None
    if len(values) > 1:
        raise several(what)
    return values[0]


def truth(values: Values, what: str) -> bool | None:
    """The one value as a condition: a value that isn't boolean counts as true (singleton evaluation)."""
    value = single(values, what)
    return value if value is None or isinstance(value, bool) else True


def text(values: Values, what: str) -> str | None:
    """The one value, which must be a string.

    Raises:
        PlummerError: ``view_type`` or ``view_collection``.
    """
    value = single(values, what)
    if value is not None and not isinstance(value, str):
        raise mistyped(what)
    return value


def number(values: Values, what: str) -> int | Decimal | None:
    """The one value, which must be a number.

    Raises:
        PlummerError: ``view_type`` or ``view_collection``.
    """
    value = single(values, what)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
        raise mistyped(what)
    return value


def boolean(value: bool | None) -> Values:
    """A condition's outcome as a collection."""
    return [] if value is None else [value]
