"""Small gold sets, and predictions made from them."""

from plummer.deid.evaluate import GoldNote, GoldSpan, Predicted, evaluate
from plummer.deid.evaluate.labels import meaning, of_text
from plummer.deid.text.spans import Span


def note(text: str, *spans: tuple[str, str], **more: object) -> GoldNote:
    """A note whose gold is given as (value in the text, label), each value once."""
    found = [GoldSpan(text.index(value), text.index(value) + len(value), label) for value, label in spans]
    return GoldNote("n", text, tuple(sorted(found, key=lambda span: span.start)), **more)


def said(text: str, *values: tuple[str, str]) -> tuple[Span, ...]:
    """Predictions given as (value in the text, type)."""
    spans = [Span(text.index(v), text.index(v) + len(v), kind, 1.0, "test") for v, kind in values]
    return tuple(sorted(spans, key=lambda span: span.start))


def perfect(one: GoldNote) -> tuple[Span, ...]:
    """The gold as predictions, each with its reported type."""
    return tuple(Span(s.start, s.end, meaning(s.label, {}).types[0], 1.0, "gold") for s in one.spans)


def within(one: GoldNote, view: str) -> tuple[Span, ...]:
    """Of the perfect predictions those that count in a view."""
    return tuple(
        span for span, gold in zip(perfect(one), one.spans, strict=True)
        if of_text(meaning(gold.label, {}), one.text[gold.start : gold.end]).counts_in(view)
    )  # fmt: skip


def views(notes, predicted, **more):
    """The views of an evaluation, without resampling unless asked for."""
    return evaluate(notes, Predicted(predicted), **{"resamples": 0, **more})["views"]
