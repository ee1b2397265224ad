"""What landing says of one unit of what was read."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from plummer.pipelines.landing.limits import MAX_QUARANTINE_BODY

DELETED: Final = "(deleted)"
"""In the place of a reason: the unit asks for a deletion, which is taken. Never written to a table."""


@dataclass(slots=True)
class Outcome:
    """One unit of the account: a resource or deletion that is taken, or a line, entry or file that isn't.

    Attributes:
        line: 1-based physical line, 0 for a whole file.
        entry: 0-based position in the outermost Bundle, else None.
        sequence: position among the units of the same line and entry (nested Bundles).
        reason: why it was refused, None if it was taken, `DELETED` for a deletion.
        size: bytes of the record, or of what was refused.
        content_sha256: hex digest of the same bytes.
        body: the record's exact slice; None for refused files and above the quarantine's limit.
        uncarried: of a mapped format, what isn't carried over of what was read since the outcome before
            (`plummer.pipelines.landing.uncarried`).
    """

    line: int
    entry: int | None
    sequence: int
    reason: str | None
    size: int
    content_sha256: str
    body: bytes | None
    resource_type: str | None = None
    resource_id: str | None = None
    patient_id: str | None = None
    version_id: str | None = None
    last_updated: str | None = None
    full_url: str | None = None
    uncarried: Mapping[str, int] | None = None


def refused(reason: str, body: bytes, line: int, entry: int | None = None, sequence: int = 0) -> Outcome:
    """The outcome of refused bytes.

    Example:
        >>> refused("nul_byte", b"x", 3).body
        b'x'
    """
    kept = body if len(body) <= MAX_QUARANTINE_BODY else None
    return Outcome(line, entry, sequence, reason, len(body), hashlib.sha256(body).hexdigest(), kept)
