"""Synthetic patients: a FHIR bulk export with rich notes and gold spans of every planted identifier."""

from plummer.deid.synth.export import SynthSummary, generate

__all__ = ["SynthSummary", "generate"]
