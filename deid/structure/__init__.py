"""The structured scrubber: a compiled policy over parsed FHIR JSON."""

from plummer.deid.structure.population import (
    CONSTANT_SHARE,
    CONSTANT_SUBJECTS,
    NOBODY,
    Population,
    days_of,
    labels_of,
    population,
)
from plummer.deid.structure.scrubber import ENGINE_VERSION, Scrubbed, Scrubber
from plummer.deid.structure.state import CleanedText, TextCleaner

__all__ = [
    "CONSTANT_SHARE",
    "CONSTANT_SUBJECTS",
    "ENGINE_VERSION",
    "NOBODY",
    "CleanedText",
    "Population",
    "Scrubbed",
    "Scrubber",
    "TextCleaner",
    "days_of",
    "labels_of",
    "population",
]
