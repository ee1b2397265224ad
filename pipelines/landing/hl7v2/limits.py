"""Limits of one message; what goes beyond is refused, never cut."""

from typing import Final

from plummer.pipelines.landing.limits import MIB

MAX_MESSAGE: Final = 64 * MIB
"""Longest message, with the documents that stand in it; a longer one is skipped over and hashed."""

MAX_SEGMENTS: Final = 20_000
MAX_FIELDS: Final = 1_000
"""Of a segment; HL7 has none with more than some ninety."""

MAX_REPETITIONS: Final = 5_000
"""Of a field; texts of many lines come as repetitions."""

MAX_MARKS: Final = 1_000_000
"""Delimiters within the fields of a message; each part of a field costs some sixty bytes."""

MAX_PARTS: Final = 1_000
"""Components of a repetition, subcomponents of a component."""
