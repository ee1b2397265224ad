"""The free-text engine: layers of detection inside Presidio's frame, and replacement by profile."""

from plummer.deid.text.engine import TextEngine
from plummer.deid.text.spans import TYPES, ScrubbedText, Span

__all__ = ["TYPES", "ScrubbedText", "Span", "TextEngine"]
