"""Opens container after container and searches every text on the way."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from plummer.expectations.scan.decode_text import is_binary, kind_of_text, raw_texts, texts
from plummer.expectations.scan.embedded import (
    Runs,
    decodings,
    is_text,
    is_wide,
    long_enough,
    may_spell,
    wrapped,
)
from plummer.expectations.scan.folding import SEPARATOR
from plummer.expectations.scan.matcher import Hit, Matcher
from plummer.expectations.scan.source import Blob, Content, Decoder, Limits, Raw, UnopenedError
from plummer.expectations.scan.views import views

_CHUNK: Final = 1 << 24
_OVERLAP: Final = 1024
_WORTH_STRINGS: Final = 64
"""Shorter runs that spell neither text nor a container are ids and hashes."""


@dataclass(slots=True)
class Trail:
    """What was seen below one file.

    Attributes:
        hits: (position of the needle, form) by place.
        unopened: (place, reason).
        containers: by kind.
        budget: decoded bytes that are still allowed.
    """

    budget: int
    hits: dict[str, set[Hit]] = field(default_factory=dict)
    unopened: set[tuple[str, str]] = field(default_factory=set)
    containers: Counter[str] = field(default_factory=Counter)
    found: int = 0

    def spend(self, size: int) -> None:
        """Count decoded bytes.

        Raises:
            UnopenedError: ``too_much_output`` beyond the budget.
        """
        self.budget -= size
        if self.budget < 0:
            raise UnopenedError("too_much_output")

    def add(self, place: str, hits: set[Hit]) -> None:
        """Note hits at a place."""
        if hits:
            self.found += 1
            self.hits.setdefault(place, set()).update(hits)


class Walker:
    """Walks one file's containers with one matcher.

    Args:
        matcher: finds the needles in a text.
        decoders: containers that can be opened, in the order of asking.
        limits: bounds.
        known: sha256 in hex of parts of a container whose every byte is known to be nobody's; they aren't
            searched, and counted as containers of the kind ``known``.
    """

    def __init__(
        self,
        matcher: Matcher,
        decoders: Sequence[Decoder],
        limits: Limits,
        known: AbstractSet[str] = frozenset(),
    ) -> None:
        self._matcher = matcher
        self._decoders = tuple(decoders)
        self._limits = limits
        self._known = known
        self._runs = Runs()

    def trail(self, size: int) -> Trail:
        """A new trail for a file of a size."""
        return Trail(max(self._limits.floor, size * self._limits.ratio))

    def blob(self, blob: Blob, trail: Trail, place: str = "", depth: int = 0) -> None:
        """Open a blob; whatever goes wrong is noted as unopened, never passed over."""
        try:
            if depth > self._limits.depth:
                raise UnopenedError("too_deep")
            head = blob.head()
            decoder = self._decoder(head, blob.name)
            if decoder is None:
                self._plain(blob, head, trail, place, depth)
                return
            trail.containers[decoder.kind] += 1
            for name, content in decoder.parts(blob, self._limits):
                self._part(content, trail, _join(place, name), depth + 1)
        except UnopenedError as error:
            trail.unopened.add((place, error.reason))
        except OSError:
            trail.unopened.add((place, "unreadable"))
        except Exception:
            trail.unopened.add((place, "corrupt"))

    def _decoder(self, head: bytes, name: str) -> Decoder | None:
        return next((decoder for decoder in self._decoders if decoder.accepts(head, name)), None)

    def _part(self, content: Content, trail: Trail, place: str, depth: int) -> None:
        match content:
            case str():
                trail.spend(len(content))
                self.text(content, trail, place, depth)
            case bytes():
                if self._known and hashlib.sha256(content).hexdigest() in self._known:
                    trail.containers["known"] += 1
                elif content:
                    self.blob(Blob.of(content), trail, place, depth)
            case Raw():
                trail.spend(len(content.data))
                for text in raw_texts(content.data):
                    self.text(text, trail, place, depth)
            case Blob():
                self.blob(content, trail, place, depth)
            case UnopenedError():
                trail.unopened.add((place, content.reason))

    def _plain(self, blob: Blob, head: bytes, trail: Trail, place: str, depth: int) -> None:
        binary = is_binary(head)
        trail.containers["binary" if binary else kind_of_text(head, blob)] += 1
        with blob.opener() as stream:
            for data in self._chunks(stream):
                trail.spend(len(data))
                for text in raw_texts(data) if binary else texts(data, head):
                    self.text(text, trail, place, depth)

    def _chunks(self, stream: BinaryIO) -> Iterator[bytes]:
        """Pieces that end at a line's end where there is one, each with the end of the piece before."""
        tail = b""
        rest = b""
        while data := stream.read(_CHUNK):
            rest += data
            if len(rest) > self._limits.held:
                raise UnopenedError("line_too_long")
            cut = rest.rfind(b"\n") + 1 if len(data) == _CHUNK else len(rest)
            if cut:
                yield tail + rest[:cut]
                tail, rest = rest[max(0, cut - _OVERLAP) : cut], rest[cut:]
        if rest:
            yield tail + rest

    def text(self, text: str, trail: Trail, place: str, depth: int) -> None:
        """Search a text, its other readings and what is encoded in it."""
        self._reading(text, trail, place, depth)
        for name, view in views(text):
            self._reading(view, trail, _join(place, name), depth)

    def _reading(self, text: str, trail: Trail, place: str, depth: int) -> None:
        trail.add(place, self._matcher.words(text))
        tokens = self._runs.tokens(text)
        before = trail.found + len(trail.unopened)
        trail.add(place, self._matcher.digests(token for token in tokens if long_enough(token)))
        if depth > self._limits.depth:
            return
        self._spelled(tokens, wrapped(text), trail, place, depth + 1)
        if trail.found + len(trail.unopened) == before:
            self._runs.remember(tokens)

    def _spelled(self, tokens: list[str], broken: list[str], trail: Trail, place: str, depth: int) -> None:
        """Search what runs spell: texts together, since they are many and short."""
        # A line of a broken run ends too early for what it spells to be a whole container or run.
        lines = {line.rstrip("=") for run in broken for line in run.split()}
        runs = ["".join(run.split()).rstrip("=") for run in broken]
        runs += [token for token in tokens if token not in lines and may_spell(token)]
        self._decoded(runs, trail, place, depth)
        parts = [text for line in sorted(lines) for one in decodings(line) for text in _strings(one.data)]
        if parts:
            self.text(SEPARATOR.join(parts), trail, _join(place, "base64"), self._limits.depth + 1)

    def _decoded(self, runs: list[str], trail: Trail, place: str, depth: int) -> None:
        found: dict[str, list[str]] = {}
        for one in (one for run in runs for one in decodings(run)):
            trail.spend(len(one.data))
            if one.whole and self._decoder(one.data, "") is not None:
                self.blob(Blob.of(one.data), trail, _join(place, one.how), depth)
            else:
                found.setdefault(one.how, []).extend(_strings(one.data))
        for how, strings in found.items():
            self.text(SEPARATOR.join(strings), trail, _join(place, how), depth)


def _strings(data: bytes) -> Iterator[str]:
    if is_text(data):
        yield from texts(data, data)
    if is_wide(data) or (len(data) >= _WORTH_STRINGS and not is_text(data)):
        yield from raw_texts(data)


def _join(place: str, name: str) -> str:
    return f"{place}/{name}" if place and name else place or name
