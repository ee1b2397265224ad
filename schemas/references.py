"""One form for the many ways a FHIR reference names its target.

https://hl7.org/fhir/R4/references.html: relative, absolute, versioned, ``urn:uuid:``, ``urn:oid:``,
``#contained`` and conditional (``Type?identifier=system|value``) references.
"""

import re
from typing import Final

_TYPED: Final = re.compile(
    r"(?:^|/)([A-Z][A-Za-z]+)/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?$"
)
_CONDITIONAL: Final = re.compile(r"(?:^|/)([A-Z][A-Za-z]+)\?identifier=(.+)$", re.DOTALL)


def normalise_reference(reference: str) -> str | None:
    """The name under which a reference's target is looked up, or None for a contained one.

    ``Type/id`` for literal references (base URL and version dropped), ``urn:...`` unchanged but
    lower-cased for uuids, ``Type?identifier=system|value`` for conditional ones, and anything else
    unchanged, so that it simply finds no target.

    Example:
        >>> normalise_reference("https://h.invalid/fhir/Patient/7/_history/2")
        'Patient/7'
        >>> normalise_reference("urn:uuid:ABCD"), normalise_reference("#p1")
        ('urn:uuid:abcd', None)
        >>> normalise_reference("Practitioner?identifier=http://x.invalid|99")
        'Practitioner?identifier=http://x.invalid|99'
    """
    reference = reference.strip()
    if reference.startswith("#"):
        return None
    if reference[:9].lower() == "urn:uuid:":
        return reference.lower()
    if (conditional := _CONDITIONAL.search(reference)) is not None:
        return f"{conditional[1]}?identifier={conditional[2]}"
    typed = _TYPED.search(reference)
    return f"{typed[1]}/{typed[2]}" if typed is not None else reference
