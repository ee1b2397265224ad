"""The mapping as it is written, checked once: rules, and the parts of a resource that they give."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from plummer.pipelines.landing.ccda.paths import ARC, compiled
from plummer.pipelines.landing.ccda.tables import document
from plummer.pipelines.landing.ccda.values import is_kind

ENTRIES: Final = ("problems", "medications", "findings", "care")
FILES: Final = ("people", "documents", *ENTRIES)
_RULE: Final = frozenset({
    "resource", "element", "template", "section", "mood", "top", "negation", "another", "needs", "id",
    "fixed", "elements",
})  # fmt: skip
_LEAF: Final = frozenset({"from", "as", "values", "else"})
_ONE_OF: Final = (frozenset({"constant"}), frozenset({"first"}), frozenset({"when", "then", "else"}),
                  frozenset({"each", "do"}))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value: the first that the path leads to and that says something, in FHIR's type ``kind``."""

    path: str
    kind: str
    values: Mapping[str, Any] | None = None
    otherwise: Any = None


@dataclass(frozen=True, slots=True)
class Constant:
    """The same always; ``$patient`` and the like stand for what the document is about."""

    value: Any


@dataclass(frozen=True, slots=True)
class First:
    """The first of some that says something."""

    options: "tuple[Part, ...]"


@dataclass(frozen=True, slots=True)
class When:
    """One or the other, by whether a path leads anywhere."""

    path: str
    then: "Part"
    otherwise: "Part | None"


@dataclass(frozen=True, slots=True)
class Each:
    """One for every element that a path leads to."""

    path: str
    do: "Part"


@dataclass(frozen=True, slots=True)
class Items:
    """A list: everything that its parts lead to."""

    parts: "tuple[Part, ...]"


@dataclass(frozen=True, slots=True)
class Branch:
    """An object."""

    parts: "tuple[tuple[str, Part], ...]"


Part = Leaf | Constant | First | When | Each | Items | Branch


@dataclass(frozen=True, slots=True)
class Rule:
    """How an element becomes a resource.

    Attributes:
        name: the rule's name.
        resource: type of the resource.
        elements: names of the elements that it takes.
        templates: roots of templates of which one must be there; any where empty.
        sections: LOINC codes of the sections where it holds; any where empty.
        moods: its ``moodCode``, of which one must be there; any where empty.
        top: whether it holds only for what stands in an entry or organizer, not within another statement.
        negation: whether it says what ``negationInd`` means; where it doesn't, what is negated isn't taken.
        another: whether it is about somebody else than the patient, where the statement says so.
        needs: a path that must lead somewhere.
        id: where its ids are.
        fixed: elements of which the template leaves no choice.
        body: its elements.
    """

    name: str
    resource: str
    elements: frozenset[str]
    templates: frozenset[str]
    sections: frozenset[str]
    moods: frozenset[str]
    top: bool
    negation: bool
    another: bool
    needs: str
    id: str
    fixed: frozenset[str]
    body: Branch


@cache
def rules(file: str) -> Mapping[str, Rule]:
    """The rules of one file, by name.

    Raises:
        ValueError: the mapping isn't one.

    Example:
        >>> rules("people")["organization"].resource
        'Organization'
    """
    shared = "parts" if file in ENTRIES else ""
    return {name: _rule(name, told) for name, told in document(file, shared)["rules"].items()}


@cache
def entry_rules() -> tuple[Rule, ...]:
    """The rules of entries: the first that fits takes a statement, a general one only where no other does.

    Example:
        >>> entry_rules()[0].name, entry_rules()[-1].top
        ('condition', True)
    """
    found = [told for file in ENTRIES for told in rules(file).values()]
    return tuple(sorted(found, key=lambda told: told.top))


@cache
def rule(name: str) -> Rule:
    """A rule by its name.

    Raises:
        KeyError: there is none.
    """
    return next(rules(file)[name] for file in FILES if name in rules(file))


def _rule(name: str, told: Mapping[str, Any]) -> Rule:
    if not told.keys() <= _RULE:
        raise ValueError(f"rule {name} has unknown keys")
    body = part(told["elements"])
    if not isinstance(body, Branch):
        raise ValueError(f"rule {name} makes no object")
    return Rule(
        name, told["resource"], _set(told, "element"),
        frozenset(ARC + root for root in _set(told, "template")),
        _set(told, "section"), _set(told, "mood"), bool(told.get("top")), bool(told.get("negation")),
        bool(told.get("another")), told.get("needs", ""), told.get("id", "id"), _set(told, "fixed"), body,
    )  # fmt: skip


def _set(told: Mapping[str, Any], key: str) -> frozenset[str]:
    found = told.get(key, [])
    return frozenset(str(item) for item in (found if isinstance(found, list) else [found]))


def part(told: Any) -> Part:  # noqa: ANN401 - YAML
    """A part of a rule.

    Raises:
        ValueError: it has no known form.

    Example:
        >>> part("code as concept")
        Leaf(path='code', kind='concept', values=None, otherwise=None)
    """
    if isinstance(told, str):
        return _leaf({"from": told.partition(" as ")[0], "as": told.partition(" as ")[2]})
    if isinstance(told, list):
        return Items(tuple(part(item) for item in told))
    if not isinstance(told, dict):
        raise ValueError("a part of a rule has no known form")
    keys = told.keys()
    if "from" in keys:
        return _leaf(told)
    if any(keys <= form for form in _ONE_OF):
        return _special(told)
    return Branch(tuple((name, part(inner)) for name, inner in told.items()))


def _special(told: Mapping[str, Any]) -> Part:
    if "constant" in told:
        return Constant(told["constant"])
    if "first" in told:
        return First(tuple(part(item) for item in told["first"]))
    if "each" in told:
        _check(told["each"])
        return Each(told["each"], part(told["do"]))
    _check(told["when"])
    return When(told["when"], part(told["then"]), part(told["else"]) if "else" in told else None)


def _leaf(told: Mapping[str, Any]) -> Leaf:
    if not told.keys() <= _LEAF:
        raise ValueError("a value of a rule has unknown keys")
    path, kind = str(told["from"]), str(told.get("as") or "string")
    _check(path)
    if not is_kind(kind):
        raise ValueError(f"no kind of value: {kind}")
    return Leaf(path, kind, cast("Mapping[str, Any] | None", told.get("values")), told.get("else"))


def _check(path: str) -> None:
    """Whether it is a path, from the element or from a place of the document."""
    compiled(from_place(path)[1])


def from_place(path: str) -> tuple[str, str]:
    """The place that a path begins at, "" for the element itself, and the way from there.

    Example:
        >>> from_place("$section[code]"), from_place("$document/title"), from_place("id")
        (('section', '.[code]'), ('document', 'title'), ('', 'id'))
    """
    match = re.fullmatch(r"\$([a-z]+)(?:/(.+)|(\[.+\]))", path)
    if match is None:
        return "", path
    return match[1], match[2] or f".{match[3]}"
