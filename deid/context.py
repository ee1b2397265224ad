"""What a scrubber must know of a subject before it touches one of their resources."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from plummer.deid.dates import DateContext, TimeMode


@dataclass(frozen=True, slots=True)
class KnownIdentifiers:
    """The identifiers that the patient's own record names; the ``known`` object of `text scrub`.

    Attributes:
        names: full names as written ("Jane Q. Public"), of the patient, relatives, contacts and the
            practitioners of their encounters.
        ids: MRNs, SSNs, licences, accession numbers, resource ids that may appear in text.
        phones: telephone and fax numbers as written.
        emails: e-mail addresses and URLs.
        addresses: address lines, cities and postal codes.
        dates: ISO dates that are identifying in themselves (birth date).
    """

    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()


Identify = Callable[[str, str, str], str | None]
"""(system, path, value) to the identifier's pseudonym; the path counts only where there is no system."""


def nobody(_system: str, _path: str, _value: str) -> None:
    """No identifier has a pseudonym."""


@dataclass(frozen=True, slots=True)
class SubjectContext:
    """Everything about one compartment that the structured and the text scrubber need.

    Attributes:
        subject_id: the pseudonym in decimal, None for resources that name no patient.
        dates: how this subject's dates are treated.
        known: what the record itself names, for the text engine's first layer.
        references: normalised reference name (plummer.schemas.references) to the pseudonymised
            reference ``Type/pseudonym``; a name that is absent has no target in the home.
        foreign: names whose target lies in another subject's compartment; dropped and counted.
        secret: the subject's own secret for surrogates and perturbation; empty for resources of nobody.
        identify: the pseudonym of an identifier; None where it has none.
    """

    subject_id: str | None = None
    dates: DateContext = field(default_factory=lambda: DateContext(TimeMode.RELATIVE))
    known: KnownIdentifiers = field(default_factory=KnownIdentifiers)
    references: Mapping[str, str] = field(default_factory=dict)
    foreign: frozenset[str] = frozenset()
    secret: bytes = field(default=b"", repr=False)
    identify: Identify = field(default=nobody, repr=False)
