"""Which needles that were found are words of a kept code, or of the language, and no leak.

Asked only where the scan found something, since it reads every de-identified resource once more. A needle
is excused where its word stands in the code or display of a coding that was kept; or where it is one of the
words that the text engine leaves standing (`is_common`) and every place of it is one where the
engine does so: in lower case or at the beginning of a sentence, not after a title.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
import pyarrow as pa

from plummer.deid.recognizers.standing import is_common, may_be_name
from plummer.deid.recognizers.words import is_frequent
from plummer.expectations.scan import Needle, split_needles

EXCUSES_DDL: Final = "id string, kind string"
CODE, WORD, NAME = "code", "word", "name"
_TOKEN: Final = re.compile(r"[^\W_]+")
_CODED: Final = ("code", "display")


def texts_of(node: object) -> Iterator[tuple[str, bool]]:
    """Every string of a resource, and whether it is the code or display of a kept coding.

    Example:
        >>> coding = {"system": "http://loinc.org", "code": "1-8", "display": "Vision"}
        >>> sorted(texts_of({"coding": [coding], "text": "Sight"}))
        [('1-8', True), ('Sight', False), ('Vision', True), ('http://loinc.org', False)]
    """
    stack: list[tuple[object, bool]] = [(node, False)]
    while stack:
        item, coded = stack.pop()
        if isinstance(item, str):
            yield item, coded
        elif isinstance(item, list):
            stack.extend((value, coded) for value in item)
        elif isinstance(item, Mapping):
            kept = "system" in item and "code" in item
            stack.extend((value, kept and key in _CODED) for key, value in item.items())


def kinds_of_places(text: str, singles: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Needle and kind (word or name) for each place of a needle of one word in a text.

    Example:
        >>> list(kinds_of_places("a young man, seen by Young", {"young": ["n1"]}))
        [('n1', 'word'), ('n1', 'name')]
    """
    for match in _TOKEN.finditer(text):
        word = match.group()
        for needle in singles.get(word.casefold(), ()):
            common = is_common(word) or is_frequent(word)
            yield needle, WORD if common and not may_be_name(text, *match.span()) else NAME


def excuse_rows(needles: Sequence[Needle], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Distinct needle and kind of place in the bodies of one task: the body of a ``mapInArrow``."""
    singles: dict[str, list[str]] = {}
    for needle in needles:
        singles.setdefault(needle.value.casefold(), []).append(needle.id)
    kept: set[str] = set()
    found: set[tuple[str, str]] = set()
    for batch in batches:
        for body in batch.column("body").to_pylist():
            for text, coded in texts_of(msgspec.json.decode(body)):
                if coded:
                    kept.add(text)
                else:
                    found.update(kinds_of_places(text, singles))
    found.update((needle.id, CODE) for needle in split_needles(needles, kept)[1])
    yield _to_arrow(sorted(found))


def excused(rows: Sequence[tuple[str, str]]) -> frozenset[str]:
    """Needles that stand in a kept coding, or only where the engine leaves a word standing.

    Example:
        >>> sorted(excused([("a", "code"), ("a", "name"), ("b", "word"), ("c", "word"), ("c", "name")]))
        ['a', 'b']
    """
    kinds: dict[str, set[str]] = {}
    for needle, kind in rows:
        kinds.setdefault(needle, set()).add(kind)
    return frozenset(needle for needle, of in kinds.items() if CODE in of or of == {WORD})


def _to_arrow(rows: Sequence[tuple[str, str]]) -> pa.RecordBatch:
    columns: list[Any] = [pa.array([row[at] for row in rows], pa.string()) for at in range(2)]
    return pa.RecordBatch.from_arrays(columns, ["id", "kind"])
