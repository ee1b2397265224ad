"""What the compliance report is made of: numbers, codes, versions; never a value of a record.

Whoever fills it (plummer.pipelines) takes every number from a table or a stage's result. Labels are
codes, paths of FHIR elements, rule ids and event types; file names never stand here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from plummer.expectations.gates import Gate
from plummer.expectations.results import SuiteResult


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy that decided: name, version, sha256 of its file."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Accounting:
    """Where every unit read went; ``read`` is the sum of the others (invariant 4)."""

    read: int
    loaded: int
    duplicate: int
    quarantined: int
    deleted: int


@dataclass(frozen=True, slots=True)
class Input:
    """What came in with this run.

    Attributes:
        accounting: of this run, from identified/loads.
        files: files read.
        bytes: their bytes as received.
        by_type: rows loaded by FHIR resource type, from identified/resources.
        quarantine: rows by reason code, from identified/quarantine.
    """

    accounting: Accounting
    files: int
    bytes: int
    by_type: Mapping[str, int]
    quarantine: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often one rule of the policy decided.

    Attributes:
        rule: the rule's id.
        identifier_class: what it is about, e.g. ``names`` or ``dates``.
        action: what it does, e.g. ``drop``.
        count: values it decided, from deid/resources.
    """

    rule: str
    identifier_class: str
    action: str
    count: int


@dataclass(frozen=True, slots=True)
class Notes:
    """Free text: notes released, notes refused because they couldn't be scanned, replacements by type."""

    released: int
    refused: int
    replacements: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReferenceCount:
    """References at one FHIR path whose target isn't in the home, or belongs to another patient."""

    path: str
    missing: int
    foreign: int


@dataclass(frozen=True, slots=True)
class LeakScan:
    """The leak scan in numbers; ``full`` needles are looked for everywhere, ``reduced`` at one path.

    Attributes:
        findings: the first hits: id of the value in ``identified/needles``, file, place in it, form.
    """

    files: int
    bytes: int
    containers: Mapping[str, int]
    needles_full: int
    needles_reduced: int
    controls_planted: int
    controls_found: int
    hits: int
    unopened: int = 0
    findings: tuple[tuple[str, str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SecondOpinion:
    """What fhir.resources (R4B) says of the landed records.

    Attributes:
        sampled: records looked at.
        valid: those it has nothing against.
        not_covered: those of a type that R4B doesn't have.
        findings: resource type, path below it, kind of error, records it was found in.
        mode: ``sampled``, ``full``, or ``enforce``: what it has something against was refused.
    """

    sampled: int
    valid: int
    not_covered: int
    findings: tuple[tuple[str, str, str, int], ...] = ()
    mode: str = "sampled"


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Records as received beside what was released of them, compared in the identified zone.

    Attributes:
        records: records as received that were compared.
        of: records that could have been; where there are more, whole subjects were drawn by a hash.
        subjects: persons whose time was compared.
        resources: records with coded clinical content, by FHIR resource type.
        content: by type and kind (code, value, unit, status, time), what the source had and what was kept.
        timeline: by kind, times that aren't as they were; ``events`` and ``missing`` are no violations.
        failed: records that couldn't be read again.
    """

    records: int
    of: int
    subjects: int
    resources: Mapping[str, int]
    content: Mapping[str, Mapping[str, tuple[int, int]]]
    timeline: Mapping[str, int]
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Timeline:
    """The timelines in numbers; the report withholds small ones.

    Attributes:
        subjects: persons, from timeline/subjects.
        events: rows of timeline/events.
        codes: rows of timeline/codes.
        events_by_type: events by event type; adds up to ``events``.
        events_per_subject: persons by how many events they have (label to count, in order); adds up
            to ``subjects``.
        span_years: persons by years from first to latest event, likewise.
        sex: persons by administrative gender, likewise.
        codes_by_system: distinct codes by the prefix of their system.
        left_out: by resource type and reason, resources that became no event (``not_mapped``, ``no_code``).
    """

    subjects: int
    events: int
    codes: int
    events_by_type: Mapping[str, int]
    events_per_subject: Mapping[str, int]
    span_years: Mapping[str, int]
    sex: Mapping[str, int]
    codes_by_system: Mapping[str, int]
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Release:
    """The release that was written: name, version, state (candidate, published, withdrawn)."""

    name: str
    version: str
    state: str


@dataclass(frozen=True, slots=True)
class ReportData:
    """All that a report says.

    Attributes:
        run_id: the run.
        profile: ``safe_harbor``, ``expert_determination`` or ``limited_data_set``.
        time_mode: what became of dates.
        started: when the run began, ISO 8601, UTC.
        finished: when validation ended.
        policy: the policy that decided.
        versions: component to version.
        inputs: what came in.
        rules: what the policy's rules did.
        notes: what happened to free text.
        references: references that lead nowhere.
        suites: every expectation.
        gates: every gate.
        scan: the leak scan, None if it wasn't run.
        timeline: the timelines.
        tables: rows by table path.
        digests: sha256 by what was digested (policy, engine's data files, tables' content).
        seconds: wall time by stage.
        release: the release written, None if a gate was closed.
        k: smallest count of persons that is shown.
        opinion: fhir.resources' second opinion, None where it wasn't asked.
        fidelity: what scrubbing kept of content and time, None where it wasn't compared.
    """

    run_id: str
    profile: str
    time_mode: str
    started: str
    finished: str
    policy: Policy
    versions: Mapping[str, str]
    inputs: Input
    rules: tuple[RuleCount, ...]
    notes: Notes
    references: tuple[ReferenceCount, ...]
    suites: tuple[SuiteResult, ...]
    gates: tuple[Gate, ...]
    scan: LeakScan | None
    timeline: Timeline
    tables: Mapping[str, int]
    digests: Mapping[str, str] = field(default_factory=dict)
    seconds: Mapping[str, float] = field(default_factory=dict)
    release: Release | None = None
    k: int = 11
    opinion: SecondOpinion | None = None
    fidelity: Fidelity | None = None
