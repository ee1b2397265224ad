"""What a loaded policy is: values only, so that it can be pickled to Spark workers and compared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from plummer.deid.dates import TimeMode
from plummer.deid.policy.conditions import Condition
from plummer.deid.policy.links import LinkIdentifier
from plummer.deid.policy.parameters import Parameters

DARTS_SYSTEM: Final = "http://hl7.org/fhir/us/darts/CodeSystem/darts-policy-identifiers"
"""HL7 DARTS (STU 1 ballot), https://build.fhir.org/ig/HL7/fhir-darts: how a service is asked for a policy."""
DARTS: Final[Mapping[str, str]] = {
    "safe_harbor": "HHS_SAFE_HARBOR_DETERMINISTIC_METHOD",
    "expert_determination": "HHS_EXPERT_DETERMINATION_METHOD",
}
"""DARTS has no identifier for a limited data set: it isn't de-identified."""


class Action(StrEnum):
    """What is done to an element; the words a policy file may use. See `ABOUT` for what each does."""

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
    PSEUDONYMISE = "pseudonymise"
    GENERALISE = "generalise"
    SUBSTITUTE = "substitute"
    PERTURB = "perturb"


ABOUT: Final[Mapping[Action, str]] = {
    Action.KEEP: "a number, or true or false, as received",
    Action.DROP: "nothing remains",
    Action.MASK: "removed, and marked as removed (data-absent-reason: masked)",
    Action.WALK: "looked into: each part has its own rule",
    Action.DATE: "treated as the time mode says",
    Action.BIRTH: "a birth date: as the time mode says, closed from 90 years on",
    Action.AGE: "kept under 90, masked from 90 on",
    Action.CLEAN: "free text, scrubbed as a note",
    Action.PHRASE: "a short label, scrubbed",
    Action.CODE: "kept if HL7's own list for this element has it",
    Action.CODING: "kept if its system is listed and the code has that system's form; the label is scrubbed",
    Action.QUANTITY: "the number, and the unit if it is one",
    Action.REFERENCE: "the id is replaced by a pseudonym",
    Action.ATTACHMENT: "text inside is scrubbed; anything else goes",
    Action.ZIP3: "the first three digits of a ZIP code, 000 where few people live",
    Action.STATE: "kept if it is a state of the United States",
    Action.COUNTRY: "kept if it is a country",
    Action.EXTENSION: "kept if its URL is listed",
    Action.NUMBERS: "a series of numbers written as text",
    Action.VERBATIM: "a text as received; the limited data set only",
    Action.PSEUDONYMISE: "replaced by a pseudonym, the same wherever it stands",
    Action.GENERALISE: "made coarser: a band of numbers, a month or year, or one of the listed cases",
    Action.SUBSTITUTE: "replaced by the policy's own constant",
    Action.PERTURB: "a number moved by a little, the same for the same value of a subject",
}
"""One sentence for each action, for `explain`, the reports and docs/policy.md."""

LOOKS_INSIDE: Final = frozenset(
    {Action.WALK, Action.QUANTITY, Action.AGE, Action.ATTACHMENT, Action.PERTURB, Action.PSEUDONYMISE}
)
"""Actions that leave the parts of an object to the parts' own rules."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a policy: ``type.HumanName.drop`` or ``path.Patient.gender.code``.

    Attributes:
        scope: ``type``, ``path`` or ``default``.
        target: datatype, element path, or what the default is about.
        action: what happens.
        when: conditions that must all hold; a rule without any is what is left for the rest.
        parameters: of ``generalise``, ``substitute`` and ``perturb``.
        origin: the profile whose file holds the rule, empty for a file of one's own.
        line: line of that file, 0 for a default.
    """

    scope: str
    target: str
    action: Action
    when: tuple[Condition, ...] = ()
    parameters: Parameters | None = None
    origin: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    @property
    def key(self) -> str:
        """How the policy file names what the rule is about, conditions included."""
        return ";".join([self.target, *(str(condition) for condition in self.when)])

    @property
    def id(self) -> str:
        """The stable name under which tables and reports count the rule."""
        return f"{self.scope}.{self.key}.{self.action}"

    @property
    def place(self) -> str:
        """File and line for a reader."""
        if not self.line:
            return "default deny" if self.scope == "default" else "the list of extensions"
        return f"{self.origin}.yaml:{self.line}" if self.origin else f"line {self.line}"


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
        site_timezones: the same for sites that have one of their own.
        link_identifiers: systems by whose values patients of several sites are one person.
        k: smallest group that may be counted outside the identified zone.
        quarantine_limit: largest share of quarantined records of a release.
        min_subjects: fewest subjects for which a gate's measure means anything.
        text: how identifiers in free text are replaced: by ``tags``, by ``surrogates`` that are one patient's
            own, or by ones ``randomised`` per mention.
        zip3_strict: whether a prefix restricted in any census since 2000 becomes 000.
        staff: ``pseudonymise`` or ``drop`` references to practitioners.
        facilities: ``pseudonymise`` or ``drop`` references to organisations and places, or leave the
            ``type_only``.
        pdf: whether the ``text`` of a PDF is scrubbed as a note, or ``drop``: the PDF goes.
        row_level_sql: ``allow``, or ``forbid``: a release's reader may count persons only.
        incomplete_encounters: ``keep``, their events marked, or ``drop`` encounters of exports that came in
            half, with all that names them.
        sites: the policy of a site that has rules of its own, all stricter; it differs in its rules alone.
        code_systems: system URL (``*`` at its end = any ending) to the form its codes have.
        placeholder_dates: days that stand for "not known" at this site, beside those that every site has.
        vendor_systems: prefixes of vendors' systems of which whole-number codes are kept.
        extensions: extension URL to the nested names that are kept.
        rules: every type and path rule.
        by_path, by_type: the rules without conditions, by target.
        conditional: (scope, target) to the rules with conditions, in the order in which they are tried.
        through: paths that lead into a datatype on the way to a rule (``Patient.address`` for
            ``Patient.address.postalCode``).
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
    pdf: str
    row_level_sql: str
    code_systems: Mapping[str, str]
    vendor_systems: tuple[str, ...]
    placeholder_dates: frozenset[str]
    extensions: Mapping[str, frozenset[str]]
    rules: tuple[Rule, ...]
    by_path: Mapping[str, Rule] = field(default_factory=dict, repr=False, compare=False)
    by_type: Mapping[str, Rule] = field(default_factory=dict, repr=False, compare=False)
    conditional: Mapping[tuple[str, str], tuple[Rule, ...]] = field(
        default_factory=dict, repr=False, compare=False
    )
    through: frozenset[str] = field(default=frozenset(), repr=False, compare=False)
    site_timezones: Mapping[str, str] = field(default_factory=dict)
    link_identifiers: tuple[LinkIdentifier, ...] = ()
    incomplete_encounters: str = "keep"
    sites: Mapping[str, "Policy"] = field(default_factory=dict, repr=False)

    def zone_of(self, site: str) -> str:
        """IANA zone in whose wall clock a site's dates are compared."""
        return self.site_timezones.get(site, self.site_timezone)

    def of_site(self, site: str) -> "Policy":
        """The policy under which a site's records are scrubbed."""
        return self.sites.get(site, self)

    @property
    def darts(self) -> str | None:
        """HL7 DARTS' identifier of this kind of policy; None where DARTS has none."""
        return DARTS.get(self.profile)
