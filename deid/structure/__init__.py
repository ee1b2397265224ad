"""The structured scrubber: a compiled policy over parsed FHIR JSON."""

from plummer.deid.structure.population import (
    NOBODY,
    Population,
    days_of,
    labels_of,
    least_subjects,
    population,
)
from plummer.deid.structure.scrubber import ENGINE_VERSION, Scrubbed, Scrubber
from plummer.deid.structure.state import CleanedText, TextCleaner

__all__ = [
    "ENGINE_VERSION",
    "NOBODY",
    "CleanedText",
    "Population",
    "Scrubbed",
    "Scrubber",
    "TextCleaner",
    "days_of",
    "labels_of",
    "least_subjects",
    "population",
]
