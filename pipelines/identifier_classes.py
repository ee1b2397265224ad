"""Which class of identifier a policy rule is about, for the report."""

from typing import Final

_CLASSES: Final = (
    ("merged patients", ("patient_link.",)),
    ("names", ("HumanName", ".name")),
    ("addresses", ("Address", "postalCode", "Location.position")),
    ("telephone, e-mail and URLs", ("ContactPoint", "telecom", ".url", "type.uri", "type.url")),
    ("identifiers and numbers", ("Identifier", "identifier", "type.id", "serial", "udi", "lotNumber")),
    ("dates", ("date", "Date", "instant", "Period", "Timing", "type.time", ".birth")),
    ("ages", ("Age", ".age")),
    ("references", ("Reference", "reference.")),
    ("narrative and attachments", ("Narrative", "Attachment", "attachment", "base64Binary", "note_error")),
    ("free text", ("clean", "phrase", "Annotation", "markdown")),
    ("codes", ("code", "Code", "Coding", "vendor_system")),
    ("extensions and unknown", ("extension", "Extension", "default.")),
)
OTHER: Final = "other elements"


def class_of(rule: str) -> str:
    """Class of identifiers that a rule id is about.

    Example:
        >>> class_of("type.HumanName.drop"), class_of("code_system.loinc.keep"), class_of("type.Money.keep")
        ('names', 'codes', 'other elements')
    """
    return next((name for name, marks in _CLASSES if any(mark in rule for mark in marks)), OTHER)
