"""Needles that also stand in kept text by right, and so can be looked for only where they came from."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from plummer.expectations.scan.folding import SEPARATOR, tokens_of
from plummer.expectations.scan.matcher import Matcher
from plummer.expectations.scan.needles import MIN_LENGTH, Needle


def split_needles(
    needles: Iterable[Needle], vocabulary: AbstractSet[str]
) -> tuple[tuple[Needle, ...], tuple[Needle, ...]]:
    """Part needles into those searched everywhere and those searched only at their own paths.

    Reduced are values under 5 characters, values without letter or digit, and values whose words stand
    in a row in any string of the vocabulary.

    Args:
        needles: what must not be found.
        vocabulary: strings that are kept by right: displays of kept codes, static text.

    Returns:
        (full, reduced), each in the order given.

    Example:
        >>> needles = [Needle("a", "Parkinson"), Needle("b", "Public"), Needle("c", "Li")]
        >>> full, reduced = split_needles(needles, {"Parkinson's disease"})
        >>> [needle.id for needle in full], [needle.id for needle in reduced]
        (['b'], ['a', 'c'])
    """
    given: Sequence[Needle] = tuple(needles)
    searchable = [index for index, needle in enumerate(given) if _searchable(needle)]
    matcher = Matcher([given[index].value for index in searchable])
    static = matcher.words(SEPARATOR.join(sorted(vocabulary)))
    full = set(searchable) - {searchable[index] for index, form in static if form == "exact"}
    return (
        tuple(needle for index, needle in enumerate(given) if index in full),
        tuple(needle for index, needle in enumerate(given) if index not in full),
    )


def _searchable(needle: Needle) -> bool:
    return len(needle.value.strip()) >= MIN_LENGTH and bool(tokens_of(needle.value))
