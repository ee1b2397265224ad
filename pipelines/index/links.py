"""What a Patient's ``link`` says of its other records (https://hl7.org/fhir/R4/patient.html#links).

``replaced-by`` and ``replaces`` say that two records are one person's, seen from the old and from the
new one; R4 doesn't ask that both say it. ``seealso`` and ``refer`` name another record of value and
leave open which of the two is in use, so nothing is merged by them. A Linkage says that records are one
person's and all stay in use (https://hl7.org/fhir/R4/linkage.html).
"""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from plummer.pipelines.index.walk import conditional_name
from plummer.schemas.references import normalise_reference

REPLACED_BY: Final = "replaced-by"
REPLACES: Final = "replaces"
MERGING: Final = frozenset({REPLACED_BY, REPLACES})
_NOT_MERGING: Final = {"seealso": "link_seealso", "refer": "link_refer"}


class PatientLink(NamedTuple):
    """One link: the name to look for with ``replaced-by`` or ``replaces``, or why there is none.

    Attributes:
        label: ``replaced-by``, ``replaces``, or a code of docs/codes.md where nothing is to be looked for.
        name: normalised name of the other record, None with a code.
    """

    label: str
    name: str | None = None


def patient_links(patient: dict[str, Any], full_url: str | None) -> Iterator[PatientLink]:
    """Every link of a Patient, in order.

    An absolute URL is taken only where it has the base of the record's own fullUrl: on another server
    the same id is another person.

    Args:
        patient: the parsed resource.
        full_url: its Bundle entry's fullUrl.

    Example:
        >>> link = {"other": {"reference": "Patient/8"}, "type": "replaced-by"}
        >>> [tuple(found) for found in patient_links({"link": [link, {**link, "type": "refer"}]}, None)]
        [('replaced-by', 'Patient/8'), ('link_refer', None)]
    """
    links = patient.get("link")
    for link in links if type(links) is list else ():
        if type(link) is dict:
            yield _read(link.get("type"), link.get("other"), full_url)


def linked_patients(linkage: dict[str, Any]) -> tuple[str, ...]:
    """Names of the Patients that a Linkage calls one person; none where it is of anything else too.

    Args:
        linkage: the parsed resource.

    Example:
        >>> items = [{"resource": {"reference": f"Patient/{number}"}} for number in (8, 9)]
        >>> linked_patients({"active": True, "item": items})
        ('Patient/8', 'Patient/9')
        >>> linked_patients({"active": False, "item": items}), linked_patients({"item": items[:1]})
        ((), ())
    """
    items = linkage.get("item")
    names = [_name_of(item) for item in items] if type(items) is list else []
    told = tuple(dict.fromkeys(name for name in names if name))
    whole = linkage.get("active") is not False and len(told) > 1
    return told if whole and all(name and name.startswith("Patient/") for name in names) else ()


def _name_of(item: object) -> str | None:
    resource = item.get("resource") if type(item) is dict else None
    reference = resource.get("reference") if type(resource) is dict else None
    # a URL would be of another server, where the same id is another person
    return normalise_reference(reference) if type(reference) is str and "://" not in reference else None


def _read(kind: object, other: object, full_url: str | None) -> PatientLink:
    if type(kind) is not str or (kind not in MERGING and kind not in _NOT_MERGING):
        return PatientLink("link_type_unknown")
    if kind in _NOT_MERGING:
        return PatientLink(_NOT_MERGING[kind])
    if type(other) is not dict:
        return PatientLink("merge_target_unnamed")
    reference = other.get("reference")
    if type(reference) is not str:
        name = conditional_name("Patient", other.get("identifier"))
    else:
        name = normalise_reference(reference)
        if name and _is_elsewhere(reference.strip(), name, full_url):
            return PatientLink("merge_target_elsewhere")
    return PatientLink(kind, name) if name else PatientLink("merge_target_unnamed")


def _is_elsewhere(reference: str, name: str, full_url: str | None) -> bool:
    """Whether it is an absolute URL that isn't known to be of the record's own server."""
    if "://" not in reference.partition("?")[0]:
        return False
    base, found, _ = (full_url or "").rpartition("/Patient/")
    return not found or not reference.startswith(f"{base}/{name}")
