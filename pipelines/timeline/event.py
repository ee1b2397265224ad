"""One event, before its place among the subject's events is known."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

BIRTH: Final = "MEDS_BIRTH"
DEATH: Final = "MEDS_DEATH"
AGE_90: Final = "AGE//90+"


class Event(NamedTuple):
    """The columns of `timeline/events` but seq, and what seq and the codes table are made from.

    A NamedTuple and not a dataclass, since there are millions and making a frozen one takes thrice as long.

    Attributes:
        subject_id: pseudonym of the subject.
        time: when it happened as released; None where static or unknown.
        code: SYSTEM//code.
        numeric_value: 32-bit value, None where there is none or it doesn't fit.
        text_value: coded or categorical value.
        numeric_text: the number token as received.
        unit: UCUM code, else the unit as received.
        event_type: kind of event.
        encounter_id: pseudonym of the encounter.
        source_table: resource type it comes from.
        source_id: pseudonym of the resource it comes from.
        end_time: end of what happened.
        available_time: when it was known.
        status: the resource's own status.
        verification: how sure its statement is.
        interpretation: what its value means (high, low).
        range_low, range_high: what the value is held against, in its unit.
        ucum_value: the number in `ucum_unit`.
        ucum_unit: canonical UCUM unit of the code's values; None where the unit is unknown.
        members: pseudonyms of the resources that a panel or report holds.
        flags: what is odd about it (`plummer.schemas.flags`).
        order: rank of the true instant among the subject's, where the scrubbed time lost it.
        position: 0-based place among the events of its resource.
        display: the code system's display of the code.
        static: the event has no time by its nature, not because it is unknown.
    """

    subject_id: int
    time: datetime | None
    code: str
    numeric_value: float | None
    text_value: str | None
    numeric_text: str | None
    unit: str | None
    event_type: str
    encounter_id: str | None
    source_table: str
    source_id: str
    end_time: datetime | None
    available_time: datetime | None
    status: str | None
    verification: str | None
    interpretation: str | None
    range_low: float | None
    range_high: float | None
    ucum_value: float | None
    ucum_unit: str | None
    members: tuple[str, ...]
    flags: tuple[str, ...]
    order: int | None
    position: int
    display: str | None
    static: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a resource became: its events, or the reason why it has none."""

    events: tuple[Event, ...]
    reason: str | None = None
