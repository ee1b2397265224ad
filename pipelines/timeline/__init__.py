"""From a scrubbed resource to events, in pure Python.

What becomes what is data: `plummer.schemas.mappings`.
"""

from plummer.pipelines.timeline.raw import raw_event_times
from plummer.schemas.mappings import Mappings, load_mappings

__all__ = ["Mappings", "load_mappings", "raw_event_times"]
