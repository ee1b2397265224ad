"""Free text on its way through the text engine, with tags or surrogates as the policy says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from plummer.deid.structure.state import State
from plummer.deid.text.spans import Span
from plummer.deid.text.surrogates import Replacement, Surrogates, Writer

HELD: Final = "\ue000"
"""Stands for a surrogate while other rules look at the text; of the private use area, so no letter."""


@dataclass(frozen=True, slots=True)
class CleanNote:
    """A scrubbed text, its surrogates still held back.

    Attributes:
        text: the text with `HELD` in the place of each surrogate.
        counts: how many identifiers of each type were replaced.
        made: the surrogates in order.
    """

    text: str
    counts: Mapping[str, int]
    made: tuple[str, ...] = ()

    def filled(self, text: str) -> str:
        """A text made from this one, with its surrogates.

        Example:
            >>> CleanNote(HELD + " coughs", {}, ("Hodan",)).filled(HELD + " [WORD]")
            'Hodan [WORD]'
        """
        made: Iterator[str] = iter(self.made)
        return re.sub(HELD, lambda _: next(made), text) if self.made else text


class _Held:
    """Writes a mark and keeps the surrogate: rules that look words up must not see an invented name."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.made: list[str] = []

    def written(self, span: Span, value: str) -> str:
        self.made.append(self._writer.written(span, value))
        return HELD


def scrub_note(text: str, state: State) -> CleanNote:
    """Scrub a note or an element's free text.

    Raises:
        PlummerError: as the text engine; the text must not stay.
    """
    context = state.subject.context
    state.texts += 1
    surrogates = _surrogates(state)
    if surrogates is None:
        cleaned = state.text.scrub(text, context.known, context.dates)
        return CleanNote(cleaned.text, cleaned.counts)
    held = _Held(surrogates.of_note(f"{state.resource_id}#{state.texts}"))
    cleaned = state.text.scrub(text.replace(HELD, " "), context.known, context.dates, held)
    return CleanNote(cleaned.text, cleaned.counts, tuple(held.made))


def _surrogates(state: State) -> Surrogates | None:
    """The subject's surrogates; none under tags, or without a subject's secret to draw them from."""
    subject, how = state.subject, Replacement(state.policy.text)
    if how is Replacement.TAGS or not subject.context.secret:
        return None
    if subject.surrogates is None:
        subject.surrogates = Surrogates(
            subject.context.secret,
            subject.context.known,
            how,
            by_value=state.policy.profile != "safe_harbor",
            taken=state.taken,
        )
    return subject.surrogates
