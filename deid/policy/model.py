"""What a loaded policy is: values only, so that it can be pickled to Spark workers and compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from plummer.deid.dates import TimeMode


class Action(StrEnum):
    """What is done to an element; the words a policy file may use.

    ``keep`` a boolean or number as received; ``drop`` it; ``mask`` it, saying that a value was there;
    ``walk`` into its parts, each decided by its own rule; ``date`` and ``birth`` treat as the time mode says;
    ``age`` closes 90 and over; ``clean`` scrubs a text as a note and ``phrase`` as a short label; ``code``
    keeps what R4 itself lists; ``coding`` and ``quantity`` keep what the listed code systems allow;
    ``reference`` rewrites to the pseudonym; ``attachment`` scrubs text inside and drops anything else;
    ``zip3``, ``state`` and ``country`` keep the permitted part of an address; ``extension`` keeps
    listed URLs; ``numbers`` keeps a series of numbers written as text; ``verbatim`` keeps a text as received.
    """

    KEEP = "keep"
    DROP = "drop"
    MASK = "mask"
    WALK = "walk"
    DATE = "date"
    BIRTH = "birth"
    AGE = "age"
    CLEAN = "clean"
    PHRASE = "phrase"
    CODE = "code"
    CODING = "coding"
    QUANTITY = "quantity"
    REFERENCE = "reference"
    ATTACHMENT = "attachment"
    ZIP3 = "zip3"
    STATE = "state"
    COUNTRY = "country"
    EXTENSION = "extension"
    NUMBERS = "numbers"
    VERBATIM = "verbatim"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy: ``type.HumanName.drop`` or ``path.Patient.gender.code``.

    Attributes:
        scope: ``type``, ``path`` or ``default``.
        target: datatype, element path, or what the default is about.
        action: what happens.
    """

    scope: str
    target: str
    action: Action

    @property
    def id(self) -> str:
        """The stable name under which tables and reports count the rule."""
        return f"{self.scope}.{self.target}.{self.action}"


@dataclass(frozen=True, slots=True)
class Decision:
    """Which rule decides a path: the rule's id, its action, and the path at which it decided."""

    rule: str
    action: Action
    path: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy file, checked.

    Attributes:
        profile: ``safe_harbor``, ``expert_determination`` or ``limited_data_set``.
        version: the policy's own version.
        sha256: of the merged policy in canonical JSON; comments and order don't change it.
        time_mode: what becomes of dates.
        site_timezone: IANA zone in whose wall clock dates are compared.
        k: smallest group that may be counted outside the identified zone.
        quarantine_limit: largest share of quarantined records of a release.
        min_subjects: fewest subjects for which a gate's measure means anything.
        text: how identifiers in text are replaced (``tags``).
        zip3_strict: whether a prefix restricted in any census since 2000 becomes 000.
        staff: ``pseudonymise`` or ``drop`` references to practitioners.
        facilities: ``pseudonymise`` or ``drop`` references to organisations and places.
        code_systems: system URL (``*`` at its end = any ending) to the form its codes have.
        vendor_systems: prefixes of vendors' systems of which whole-number codes are kept.
        extensions: extension URL to the nested names that are kept.
        rules: every type and path rule.
    """

    profile: str
    version: str
    sha256: str
    time_mode: TimeMode
    site_timezone: str
    k: int
    quarantine_limit: float
    min_subjects: int
    text: str
    zip3_strict: bool
    staff: str
    facilities: str
    code_systems: Mapping[str, str]
    vendor_systems: tuple[str, ...]
    extensions: Mapping[str, frozenset[str]]
    rules: tuple[Rule, ...]
    by_path: Mapping[str, Rule] = field(default_factory=dict, repr=False, compare=False)
    by_type: Mapping[str, Rule] = field(default_factory=dict, repr=False, compare=False)
