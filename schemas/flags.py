"""Stable codes of what is odd about an event that is kept (`events.flags`).

A flag says that something is wrong and never what stood there: no date, no number, no text.
"""

from collections.abc import Mapping
from typing import Final

IMPOSSIBLE_DATE: Final = "impossible_date"
BEFORE_BIRTH: Final = "before_birth"
AFTER_DEATH: Final = "after_death"
END_BEFORE_START: Final = "end_before_start"
UNKNOWN_UNIT: Final = "unknown_unit"
TEXT_FOR_NUMBER: Final = "text_for_number"
NUMBER_OUT_OF_RANGE: Final = "number_out_of_range"
INCOMPLETE_ENCOUNTER: Final = "incomplete_encounter"

FLAGS: Final[Mapping[str, str]] = {
    IMPOSSIBLE_DATE: "one of its dates is what systems write where they know none, or of an impossible year",
    BEFORE_BIRTH: "one of its dates is more than a day before the subject's birth",
    AFTER_DEATH: "it begins more than 60 days after the subject's death",
    END_BEFORE_START: "it ends before it begins",
    UNKNOWN_UNIT: "its unit is none of UCUM's, so its number has no ucum_value",
    TEXT_FOR_NUMBER: "its value came as text, and is a number",
    NUMBER_OUT_OF_RANGE: "its number is beyond a 32-bit float; numeric_text has it",
    INCOMPLETE_ENCOUNTER: "its encounter came in an export that lacks something, so events may be missing",
}
"""Code to meaning; a code, once released, never changes its meaning."""

LIMIT: Final = 0.05
"""Share of a table's events that may carry one flag before the report warns."""

DAYS_AFTER_DEATH: Final = 60
"""What is written of the dead for so long (results, bills, an autopsy) isn't odd."""
