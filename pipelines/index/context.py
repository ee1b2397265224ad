"""Context rows of the compartments stream, and the `SubjectContext` that they become."""

from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, cast

from plummer.deid.context import Identify, KnownIdentifiers, SubjectContext, nobody
from plummer.deid.dates import EPOCH, DateContext, TimeMode, parse_fhir_date
from plummer.pipelines.index.lookups import LookupNames, LookupReferences, Lookups

CONTEXT_DDL: Final = (
    "owner string, part int, kind string, lookup binary, label string, value string, micros bigint"
)
"""Columns of a context row; `part` is 0, so that a compartment's context sorts before its resources (1).

Kinds: ``subject`` (value: subject_id), ``secret`` (lookup, label, value in base64: see `Sealed`),
``identifier`` (lookup, value: its pseudonym),
``ref`` (lookup, value: ``Type/pseudonym``), ``foreign``
(lookup), ``time`` (micros), ``fact`` (label, value), ``birth`` (value: the patient's own birth date; label
`REPLACED_BIRTH` where a record states it that another has replaced).
"""
CONTEXT_PART: Final = 0
RESOURCE_PART: Final = 1
REPLACED_BIRTH: Final = "replaced"

_LABELS: Final = ("names", "ids", "phones", "emails", "addresses", "dates")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A subject's secret as the crosswalk keeps it: a row's lookup, public name, and what is sealed."""

    lookup: bytes
    name: str
    text: bytes = field(repr=False)


class ContextBuilder:
    """Gathers the context rows of one compartment; its size is that of one compartment.

    Example:
        >>> builder = ContextBuilder("main/7")
        >>> builder.add({"kind": "subject", "value": "42"})
        >>> builder.add({"kind": "time", "micros": 86_400_000_000})
        >>> context = builder.build(TimeMode.RELATIVE, "UTC", lookups=Lookups(bytes(32), "main"))
        >>> context.subject_id, context.dates.first
        ('42', datetime.date(1970, 1, 2))
    """

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.sealed: Sealed | None = None
        self.identifiers: dict[bytes, str] = {}
        self._subject: str | None = None
        self._birth: tuple[bool, str] | None = None
        self._references: dict[bytes, str] = {}
        self._foreign: set[bytes] = set()
        self._instants: set[int] = set()
        self._facts: dict[str, set[str]] = {label: set() for label in _LABELS}

    def add(self, row: Mapping[str, Any]) -> None:
        """Take one context row (`CONTEXT_DDL`; columns that its kind doesn't use may be absent).

        Raises:
            ValueError: a kind or label that no context row has.
        """
        match row["kind"]:
            case "ref":
                self._references[bytes(row["lookup"])] = row["value"]
            case "time":
                self._instants.add(row["micros"])
            case "fact":
                self._fact(row["label"], row["value"])
            case "foreign":
                self._foreign.add(bytes(row["lookup"]))
            case "subject":
                self._subject = row["value"]
            case "secret":
                self.sealed = Sealed(bytes(row["lookup"]), row["label"], b64decode(row["value"]))
            case "identifier":
                self.identifiers[bytes(row["lookup"])] = row["value"]
            case "birth":
                # what the record in use states; of its dates the earlier: the older age closes more
                stated = (row.get("label") == REPLACED_BIRTH, row["value"])
                self._birth = min(self._birth or stated, stated)
            case _:
                raise ValueError("unknown kind of context row")

    def build(  # noqa: PLR0913 (what a context has)
        self,
        mode: TimeMode,
        zone: str,
        shift: int = 0,
        *,
        lookups: Lookups,
        secret: bytes = b"",
        identify: Identify = nobody,
    ) -> SubjectContext:
        """The context of the compartment, for resources of one site.

        Args:
            mode: the policy's time mode.
            zone: IANA zone of the site.
            shift: whole days to take off (`plummer.deid.pseudonyms.date_shift`), for mode SHIFT.
            lookups: keyed hashes of the site whose resources are next; a shared owner may hold
                resources of several sites, so keep one per site.
            secret: the subject's own bytes; none for resources of nobody.
            identify: pseudonyms of identifiers.
        """
        known = KnownIdentifiers(**{label: tuple(sorted(self._facts[label])) for label in _LABELS})
        return SubjectContext(
            subject_id=self._subject,
            dates=self._dates(mode, zone, shift),
            known=known,
            references=LookupReferences(lookups, self._references),
            # asked only whether a name is in it, and names can't be had back from lookups
            foreign=cast("frozenset[str]", LookupNames(lookups, self._foreign)),
            secret=secret,
            identify=identify,
        )

    def _fact(self, label: str, value: str) -> None:
        if label not in self._facts:
            raise ValueError("unknown label of a fact")
        self._facts[label].add(value)

    def _dates(self, mode: TimeMode, zone: str, shift: int) -> DateContext:
        instants = tuple(sorted(self._instants))
        birth = parse_fhir_date(self._birth[1], zone) if self._birth else None
        return DateContext(
            mode=mode,
            zone=zone,
            first=_first(instants, birth.wall.date() if birth else None),
            last=_day(instants[-1]) if instants else None,
            shift_days=shift,
            instants=instants,
            birth=birth.wall.date() if birth else None,
        )


def _first(instants: Sequence[int], birth: date | None) -> date | None:
    """The day of the first event that isn't long before the birth, so that a wrong date moves no others.

    Where all are, the birth date is the wrong one.
    """
    days = [_day(micros) for micros in instants]
    lived = (day for day in days if birth is None or day + timedelta(days=1) >= birth)
    return next(lived, days[0] if days else None)


def _day(micros: int) -> date:
    return (EPOCH + timedelta(microseconds=micros)).date()
