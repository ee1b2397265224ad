"""Extension URLs that stand in a scrubbed resource in place of a removed value.

The scrubber (plummer.deid.structure) writes them, the timeline (plummer.pipelines.timeline) reads
them; both take the names from here.
"""

from typing import Final

DATA_ABSENT_REASON: Final = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
"""HL7's own: ``masked`` where a value was removed, ``unknown`` where a reference's target isn't here."""

RELATIVE_DAY: Final = "urn:plummer:relative-day"
"""valueInteger: whole days since the subject's first event (time_mode relative)."""

EVENT_ORDER: Final = "urn:plummer:event-order"
"""valueInteger: rank of the true instant among the subject's instants; keeps order, tells no interval."""

AGE_AT_FIRST_EVENT: Final = "urn:plummer:age-at-first-event"
"""valueInteger, on Patient.birthDate: whole years at the first event; never with AGE_90_PLUS."""

AGE_90_PLUS: Final = "urn:plummer:age-90-plus"
"""valueBoolean true, on Patient.birthDate: 90 or more at the latest event (45 CFR 164.514(b)(2)(i)(C))."""

FLAG: Final = "urn:plummer:flag"
"""valueCode: what is odd about a date (`plummer.schemas.flags`); never what stood there."""
