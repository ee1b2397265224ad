"""The structured scrubber: a compiled policy over parsed FHIR JSON."""

from plummer.deid.structure.scrubber import ENGINE_VERSION, Scrubbed, Scrubber
from plummer.deid.structure.state import CleanedText, TextCleaner

__all__ = ["ENGINE_VERSION", "CleanedText", "Scrubbed", "Scrubber", "TextCleaner"]
