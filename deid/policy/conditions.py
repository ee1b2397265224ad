"""Conditions of a rule, as its key writes them: ``Identifier;system=http://…|urn:oid:1.2*``.

A condition compares one field with a list of values. ``A|B`` allows either, ``A*`` any value that begins with
``A``, ``*`` any value at all. Several conditions (``;``) must all hold. The field is one of the object that
the rule is about (``system``, ``type.coding.code``), or, where the rule is about a string or number or the
field begins with ``../``, of the object around it.
"""

from dataclasses import dataclass
from typing import Final

BESIDE: Final = "../"
_MOST: Final = 64


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison.

    Attributes:
        field: path of JSON names from the object, without ``../``.
        beside: whether the path starts at the object around the element.
        exact: values that satisfy it.
        prefixes: beginnings that satisfy it.
    """

    field: str
    beside: bool
    exact: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()

    def __str__(self) -> str:
        """As a policy writes it, values in order.

        Example:
            >>> str(parse_condition("system=b|a*"))
            'system=b|a*'
        """
        values = "|".join([*self.exact, *(f"{prefix}*" for prefix in self.prefixes)])
        return f"{BESIDE if self.beside else ''}{self.field}={values}"

    def admits(self, value: str) -> bool:
        """Whether a value satisfies it.

        Example:
            >>> parse_condition("system=urn:oid:1.*").admits("urn:oid:1.2")
            True
        """
        return (
            value in self.exact or value.startswith(self.prefixes) if self.prefixes else value in self.exact
        )

    def covers(self, other: "Condition") -> bool:
        """Whether every value that satisfies ``other`` satisfies this one.

        Example:
            >>> parse_condition("use=h*").covers(parse_condition("use=home"))
            True
        """
        if (self.field, self.beside) != (other.field, other.beside):
            return False
        return all(map(self.admits, other.exact)) and all(
            prefix.startswith(self.prefixes) for prefix in other.prefixes
        )

    def meets(self, other: "Condition") -> bool:
        """Whether some value could satisfy both; conditions on different fields always may."""
        if (self.field, self.beside) != (other.field, other.beside):
            return True
        overlap = any(
            mine.startswith(theirs) or theirs.startswith(mine)
            for mine in self.prefixes
            for theirs in other.prefixes
        )
        return overlap or any(map(self.admits, other.exact)) or any(map(other.admits, self.exact))


def parse_key(key: str) -> tuple[str, tuple[Condition, ...]] | None:
    """The target and conditions of a rule's key; None where it isn't written as one.

    Example:
        >>> target, conditions = parse_key("Identifier;system=http://a.org;use=usual|official")
        >>> target, [str(condition) for condition in conditions]
        ('Identifier', ['system=http://a.org', 'use=usual|official'])
    """
    target, *parts = key.split(";")
    found = [parse_condition(part) for part in parts]
    conditions = tuple(condition for condition in found if condition is not None)
    return (target, conditions) if len(conditions) == len(found) else None


def parse_condition(text: str) -> Condition | None:
    """One condition; None where it isn't written as one."""
    field, equals, values = text.partition("=")
    beside = field.startswith(BESIDE)
    field = field.removeprefix(BESIDE)
    listed = values.split("|")
    if not (equals and field and all(listed)) or len(listed) > _MOST or len(set(listed)) < len(listed):
        return None
    if any("*" in value[:-1] for value in listed) or text != text.strip():
        return None
    exact = tuple(value for value in listed if not value.endswith("*"))
    return Condition(field, beside, exact, tuple(value[:-1] for value in listed if value.endswith("*")))


def all_cover(wide: tuple[Condition, ...], narrow: tuple[Condition, ...]) -> bool:
    """Whether whatever satisfies all of ``narrow`` satisfies all of ``wide``.

    Example:
        >>> _, usual = parse_key("Identifier;use=usual")
        >>> all_cover((), usual), all_cover(usual, ())
        (True, False)
    """
    return all(any(one.covers(other) for other in narrow) for one in wide)


def may_meet(one: tuple[Condition, ...], other: tuple[Condition, ...]) -> bool:
    """Whether an element could satisfy both; where fields repeat, a list may hold a value for each.

    Lists of values are why conditions on a path of several steps are always taken to meet.
    """
    return all(a.meets(b) for a in one for b in other if "." not in a.field)
