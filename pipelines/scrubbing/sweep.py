"""Which records may read otherwise since somebody's name came to be known, or is known no longer.

Every note is searched for the names of every person of the home (`plummer.deid.recognizers.site_name`), so
one new patient concerns notes of others. Records are looked through for the words alone, at the speed of a
search, and one too many is scrubbed again in vain; one too few would keep a name.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from plummer.deid.structure.attachments import decode_text
from plummer.deid.structure.documents import document_text
from plummer.deid.text.known_forms import person
from plummer.deid.text.shadow import fold
from plummer.schemas.errors import PlummerError

_RUN: Final = re.compile(r"[^\W_]+")
_SIMPLE: Final = re.compile(r"[^\W_A-Z]*|[^\W_][^\W\d_A-Z]*")
# what doesn't stand in a body as the engine will read it: attachments, escapes, markup, folded letters
_UNLIKE: Final = r'"data"|\\|<|&|[^\x00-\x7F]'
_REMEMBERED: Final = 200_000


def name_tokens(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Lists of names to the words that are looked for, each once a batch, as `TextEngine` has them."""
    for batch in batches:
        names = {name for found in batch.column("names").to_pylist() for name in found or ()}
        words = {part for name in names for part in person(name).parts if len(part) > 1}
        yield pa.RecordBatch.from_arrays([pa.array(sorted(words), pa.string())], ["word"])


def records_naming(batches: Iterator[pa.RecordBatch], *, words: frozenset[str]) -> Iterator[pa.RecordBatch]:
    """Batches with bodies to the rows in which one of some words stands as a name may, without the body."""
    pattern = "|".join([*(re.escape(word) for word in sorted(words)), _UNLIKE])
    search = Search(words)
    for batch in batches:
        likely = batch.filter(pc.match_substring_regex(batch.column("body"), pattern, ignore_case=True))
        named = [search.in_record(body) for body in likely.column("body").to_pylist()]
        yield likely.drop_columns(["body"]).filter(pa.array(named, pa.bool_()))


class Search:
    """Looks for words that begin with a capital, in texts and in attachments.

    Example:
        >>> search = Search(frozenset({"hodan"}))
        >>> [search.in_text(text) for text in ("Ms Hodan, 40", "hodan", "McHodan", "Hodanberg")]
        [True, False, True, False]
    """

    def __init__(self, words: frozenset[str]) -> None:
        self._words = words
        self._without: set[str] = set()

    def in_record(self, body: str) -> bool:
        """Whether any text of a record, as JSON, has one of the words."""
        return any(self._has(text) for text in _texts(msgspec.json.decode(body)))

    def in_text(self, text: str) -> bool:
        """Whether a text has one of the words, with a capital, also as part of a word in mixed case."""
        return any(self._in_run(run.group()) for run in _RUN.finditer(fold(text)))

    def _has(self, text: str) -> bool:
        if text in self._without:
            return False
        if self.in_text(text):
            return True
        if len(self._without) < _REMEMBERED:
            self._without.add(text)
        return False

    def _in_run(self, run: str) -> bool:
        if _SIMPLE.fullmatch(run):
            return not run[0].islower() and run.casefold() in self._words
        # a part that another rule takes may leave the rest standing as a word
        edges = [at for at, char in enumerate(run) if not char.islower()]
        ends = [*edges, len(run)]
        return any(run[start:end].casefold() in self._words for start in edges for end in ends if end > start)


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 (any JSON)
    if isinstance(value, str):
        yield value
        if "<" in value or "&" in value:
            with suppress(PlummerError):  # what can't be read as a page isn't scrubbed as one
                yield document_text(value.encode(), "text/html")
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        yield from _attached(value)
        for name, item in value.items():
            if name != "data":
                yield from _texts(item)


def _attached(value: dict[str, Any]) -> Iterator[str]:
    data, kind = value.get("data"), value.get("contentType")
    if isinstance(data, str):
        if not isinstance(kind, str):
            yield data
        with suppress(PlummerError):  # the scrubber won't read it either
            yield decode_text(data, kind if isinstance(kind, str) else "text/plain")
