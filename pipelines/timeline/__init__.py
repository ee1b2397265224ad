"""From a scrubbed resource to events and notes, in pure Python.

What becomes what is data: `plummer.schemas.mappings`.
"""

from plummer.pipelines.timeline.event import Event, Outcome
from plummer.pipelines.timeline.interpret import interpret, map_resource
from plummer.pipelines.timeline.notes import Note, extract_notes
from plummer.pipelines.timeline.raw import raw_event_times
from plummer.pipelines.timeline.tokens import NumberToken, decode
from plummer.schemas.mappings import Mappings, load_mappings

__all__ = [
    "Event", "Mappings", "Note", "NumberToken", "Outcome", "decode", "extract_notes", "interpret",
    "load_mappings", "map_resource", "raw_event_times",
]  # fmt: skip
