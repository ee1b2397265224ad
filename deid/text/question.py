"""What goes along with an identifier where the text is one short question.

A clinician's question to a search engine or a model is a sentence or two. It has no use for a title, for the
state of a town or for the word between an institution and its town, and little else for identifiers to hide
among: there recall is bought with them. In notes they stay: a state is no identifier (45 CFR 164.514(b)(2)).
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from plummer.deid.recognizers.words import STATE
from plummer.deid.text.spans import Span

_LONGEST: Final = 400
_OPENING: Final = re.compile(
    r"\W*(?:(?:best|latest|current|updated?s?|recommended|preferred|optimal|appropriate)\s"
    r"|(?:guidelines?|guidance|contraindications?|management|mgmt|mngmt|tx|treatment|recommendations?|recs?|advice|options"
    r"|effectiveness|prognosis|safety|side\seffects?|protocols?|approach|need|please|query|f/u|evidence|thoughts)\b)",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Miss|Prof)\b\.?\s{1,2}$", re.IGNORECASE)
_STATE: Final = re.compile(rf",?\s{{1,2}}{STATE}\b")


def is_question(text: str) -> bool:
    """Whether a text is one short paragraph that asks something.

    Example:
        >>> is_question("Best statin for John S., 70yo?"), is_question("Seen by Dr. Lee.")
        (True, False)
    """
    if len(text) > _LONGEST or "\n" in text.strip():
        return False
    return "?" in text or _OPENING.match(text) is not None


def whole(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The spans of a question with the title, the state and the word between that belong to them.

    Args:
        text: the input; another text than a question keeps its spans.
        spans: sorted and apart.

    Example:
        >>> text = "Is Dr. Lee of Elm Clinic in Reno, NV right?"
        >>> places = {"NAME": (7, 10), "ORGANIZATION": (14, 24), "CITY": (28, 32)}
        >>> found = [Span(*place, kind, 1.0, "x") for kind, place in places.items()]
        >>> [text[s.start : s.end] for s in whole(text, found)]
        ['Dr. Lee', 'Elm Clinic in', 'Reno, NV']
    """
    if not spans or not is_question(text):
        return tuple(spans)
    out = []
    floor = 0
    for span, following in zip(spans, [*spans[1:], None], strict=True):
        made = _wider(text, span, following, floor)
        out.append(made)
        floor = made.end
    return tuple(out)


def _wider(text: str, span: Span, following: Span | None, floor: int) -> Span:
    if span.type == "NAME" and (title := _TITLE.search(text, max(span.start - 7, floor), span.start)):
        return replace(span, start=title.start())
    ceiling = following.start if following else len(text)
    if span.type == "CITY" and (state := _STATE.match(text, span.end, ceiling)):
        return replace(span, end=state.end())
    between = text[span.end : ceiling]
    if span.type == "ORGANIZATION" and following and following.type == "CITY" and between == " in ":
        return replace(span, end=ceiling - 1)
    return span
