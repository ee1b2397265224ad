"""Contracts of the tables: columns, types, nullability, which columns may carry statistics.

Types are Spark SQL type strings. Times are ``timestamp_ntz`` in microseconds, since MEDS 0.4 refuses
zoned ones. Delta writes per-file minima and maxima of columns into its log in clear, so `stats`
names the only columns that may have them.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Column:
    """One column: name, Spark SQL type, what it holds, whether it may be null."""

    name: str
    type: str
    about: str
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One Delta table: path below the storage root, columns, columns that may carry statistics."""

    path: str
    columns: tuple[Column, ...]
    stats: tuple[str, ...] = ()

    @property
    def zone(self) -> str:
        """The first path segment: identified, deid, timeline or released."""
        return self.path.split("/", 1)[0]

    @property
    def ddl(self) -> str:
        """The schema as a Spark DDL string, nullability included.

        Example:
            >>> TableSpec("deid/x", (Column("a", "string", "", nullable=False),)).ddl
            '`a` string NOT NULL'
        """
        return ", ".join(f"`{c.name}` {c.type}{'' if c.nullable else ' NOT NULL'}" for c in self.columns)

    @property
    def row_ddl(self) -> str:
        """The columns as Python workers hand rows over: Spark takes no NOT NULL from them.

        Example:
            >>> TableSpec("deid/x", (Column("a", "string", "", nullable=False),)).row_ddl
            '`a` string'
        """
        return ", ".join(f"`{c.name}` {c.type}" for c in self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(c.name for c in self.columns)


def _required(name: str, kind: str, about: str) -> Column:
    return Column(name, kind, about, nullable=False)


_PLACE: Final = (
    _required("file", "string", "path below the source, with /"),
    _required("line", "bigint", "1-based physical line of the decompressed file; 0 = the whole file"),
    Column("entry", "int", "0-based position in a Bundle, else null"),
)

RESOURCES: Final = TableSpec(
    "identified/resources",
    (
        _required("site", "string", "name of the site the delivery came from"),
        _required("resource_type", "string", "FHIR resource type"),
        _required("resource_id", "string", "logical id as received (or the uuid of its fullUrl)"),
        Column("patient_key", "string", "SITE/ID of the patient whose compartment it is in"),
        Column("version_id", "string", "meta.versionId as received"),
        Column("last_updated", "string", "meta.lastUpdated as received"),
        _required("content_sha256", "string", "sha256 of body, hex"),
        _required("body", "string", "the record's exact slice, without line end and BOM"),
        _required("load_id", "string", "delivery that brought it"),
        *_PLACE,
        Column("full_url", "string", "fullUrl of the Bundle entry, else null"),
    ),
)

QUARANTINE: Final = TableSpec(
    "identified/quarantine",
    (
        _required("site", "string", "name of the site the delivery came from"),
        _required("load_id", "string", "delivery that brought it"),
        *_PLACE,
        _required("reason", "string", "stable code, see docs/codes.md"),
        _required("bytes", "bigint", "size of the refused line or file in bytes"),
        _required("content_sha256", "string", "sha256 of the refused bytes, hex"),
        Column("body", "binary", "the refused bytes; null for whole files and above 1 MiB"),
    ),
)

DELETIONS: Final = TableSpec(
    "identified/deletions",
    (
        _required("site", "string", "name of the site the delivery came from"),
        _required("resource_type", "string", "FHIR resource type of what was deleted"),
        _required("resource_id", "string", "its logical id as received"),
        Column("version_id", "string", "the version that the deletion made, where its entry says it"),
        Column("deleted_at", "string", "when, by its entry, else the export's own transactionTime"),
        _required("load_id", "string", "delivery that brought it"),
        *_PLACE,
    ),
)

LOADS: Final = TableSpec(
    "identified/loads",
    (
        _required("load_id", "string", "delivery"),
        _required("site", "string", "site"),
        _required("kind", "string", "source kind"),
        Column("transaction_time", "string", "the export's own transactionTime, where a manifest says it"),
        _required("file", "string", "path below the source"),
        _required("sha256", "string", "sha256 of the file's bytes as received"),
        _required("bytes", "bigint", "size of the file as received"),
        _required("read", "bigint", "units read: lines, Bundle entries, resource files, refused files"),
        _required("loaded", "bigint", "rows that went to identified/resources"),
        _required("duplicate", "bigint", "same type, id and content as one before"),
        _required("quarantined", "bigint", "rows that went to identified/quarantine"),
        _required("deleted", "bigint", "deletions honoured"),
    ),
)

UNCARRIED: Final = TableSpec(
    "identified/uncarried",
    (
        _required("load_id", "string", "delivery"),
        _required("file", "string", "path below the source; empty for rows of lookups"),
        _required("field", "string", "what a mapping can't carry, by the name that its format gives it"),
        _required("n", "bigint", "how often it holds something"),
    ),
)

COMPLETION: Final = TableSpec(
    "identified/completion",
    (
        _required("site", "string", "site"),
        _required("load_id", "string", "delivery"),
        _required("file", "string", "path of the manifest below the source"),
        _required("group", "string", "id of the exported Group; empty for a whole system or all patients"),
        _required("resource_type", "string", "FHIR resource type; * = all others, of which nothing came"),
        Column("exported_at", "string", "the export's transactionTime, as received"),
        Column("since", "string", "its request's _since: only what changed later is in it"),
        Column("reason", "string", "why the type isn't whole, null where it is"),
        _required("files", "bigint", "files of the type that came"),
        _required("read", "bigint", "units read from them"),
    ),
)

INCOMPLETE: Final = TableSpec(
    "identified/incomplete",
    (
        _required("site", "string", "site"),
        _required("resource_type", "string", "Encounter; under a policy that withholds, any that names one"),
        _required("resource_id", "string", "its id at the site"),
        _required("lookup", "binary", "its lookup in the crosswalk"),
        _required("withheld", "boolean", "whether the policy keeps it out of all that follows landing"),
    ),
)

INDEX: Final = TableSpec(
    "identified/index",
    (
        _required(
            "owner", "string", "patient_key of the compartment, or shared:NN for resources outside one"
        ),
        _required(
            "kind", "string", "name | ref | time | fact | link | merge | same | linkage (pipelines/index)"
        ),
        _required("source", "string", "SITE/Type/id of the resource that says it"),
        Column("lookup", "binary", "keyed HMAC of site and name (kind name, ref, link, merge, linkage)"),
        Column(
            "target",
            "binary",
            "kind name, merge, linkage: keyed HMAC of site and Type/id of the resource itself",
        ),
        Column(
            "label",
            "string",
            "kind name: resource type; fact: names, ids, phones, emails, addresses, dates; merge: type of "
            "Patient.link, or why it isn't followed",
        ),
        Column("value", "string", "kind fact: the identifier as received"),
        Column("micros", "bigint", "kind time: wall-clock instant of an event, microseconds"),
    ),
)

MERGES: Final = TableSpec(
    "identified/merges",
    (
        _required("kind", "string", "replaced | link | same"),
        _required("patient_key", "string", "SITE/ID of the replaced record, or of the one with the link"),
        Column("survivor", "string", "kind replaced: SITE/ID of the record in use, whose the subject is"),
        Column("lookup", "binary", "kind replaced: keyed HMAC of site and Patient/id of the replaced record"),
        Column("target", "binary", "kind replaced: the same of the record in use"),
        Column("code", "string", "kind link, same: what became of it, see docs/codes.md"),
    ),
)

IDENTITIES: Final = TableSpec(
    "identified/identities",
    (
        _required(
            "patient_key", "string", "SITE/ID of the patient; SITE/Type/id of other persons and places"
        ),
        _required("kind", "string", "patient | relative | staff | organisation"),
        Column("names", "array<string>", "names as written, relatives' and practitioners' included"),
        Column("ids", "array<string>", "identifier values"),
        Column("phones", "array<string>", "telephone and fax numbers"),
        Column("emails", "array<string>", "e-mail addresses and URLs"),
        Column("addresses", "array<string>", "address lines, cities, postal codes"),
        Column("dates", "array<string>", "birth dates"),
    ),
)

NEEDLES: Final = TableSpec(
    "identified/needles",
    (
        _required("id", "string", "ordinal, e.g. n17; findings carry it instead of the value"),
        _required("value", "string", "identifier that must stand nowhere outside the identified zone"),
        _required("path", "string", "FHIR path it came from, e.g. Patient.name.family"),
    ),
)

POPULATION: Final = TableSpec(
    "identified/population",
    (
        _required("kind", "string", "label | day"),
        _required("first", "string", "system of a label's code, or the resource type of a day"),
        _required("second", "string", "code of a label, or the path Type.element of a day"),
        _required("third", "string", "display of a label, or a day in ISO form"),
        _required("subjects", "bigint", "distinct subjects that have it"),
    ),
)

TOLD: Final = TableSpec(
    "identified/told",
    (
        _required("owner", "string", "the subject, or shared:NN"),
        _required("kind", "string", "as in population"),
        _required("first", "string", "as in population"),
        _required("second", "string", "as in population"),
        _required("third", "string", "as in population"),
    ),
)

REFUSED: Final = TableSpec(
    "identified/refused",
    (
        _required("owner", "string", "the subject, or shared:NN"),
        _required("source", "string", "SITE/Type/id of the current record that scrubbing refused"),
        _required("reason", "string", "stable code, see docs/codes.md"),
        _required("n", "bigint", "how often: a record once, a note of it once each"),
    ),
)

CROSSWALK: Final = TableSpec(
    "identified/crosswalk",
    (
        _required("domain", "string", "audience within which pseudonyms agree"),
        _required("epoch", "int", "key generation"),
        _required("kind", "string", "subject | resource | identifier | secret"),
        _required("lookup", "binary", "HMAC of the length-prefixed site and real id"),
        _required(
            "sealed",
            "binary",
            "AES-256-GCM of the real id, of kind secret of id#secret; the other columns are associated data",
        ),
        _required("pseudonym", "string", "subject_id in decimal, else 26 base32 characters"),
    ),
)

DEID_RESOURCES: Final = TableSpec(
    "deid/resources",
    (
        _required("resource_type", "string", "FHIR resource type"),
        _required("resource_id", "string", "pseudonym; a Patient's is its subject_id in decimal"),
        Column("subject_id", "bigint", "pseudonym of the subject; null where no patient is named"),
        _required("body", "string", "the scrubbed resource as JSON"),
        _required("policy_sha256", "string", "policy that scrubbed it"),
        _required("engine_version", "string", "version of the engine that scrubbed it"),
        _required("actions", "map<string,int>", "times each policy rule decided, by rule id"),
        _required("note_counts", "array<map<string,int>>", "per attachment: replacements by type"),
    ),
    stats=("resource_type",),
)

DEID_NOTES: Final = TableSpec(
    "deid/notes",
    (
        _required("note_id", "string", "pseudonym: resource id and attachment ordinal"),
        Column("subject_id", "bigint", "pseudonym of the subject"),
        Column("encounter_id", "string", "pseudonym of the encounter"),
        Column("note_type", "string", "code of the document type (system//code)"),
        Column("time", "timestamp_ntz", "released time of the note"),
        _required("text", "string", "the scrubbed text"),
        _required("counts", "map<string,int>", "replacements by type"),
    ),
    stats=("subject_id",),
)

EVENTS: Final = TableSpec(
    "timeline/events",
    (
        _required("subject_id", "bigint", "MEDS: pseudonym of the subject"),
        Column("time", "timestamp_ntz", "MEDS: when it happened; null = static"),
        _required("code", "string", "MEDS: SYSTEM//code"),
        Column("numeric_value", "float", "MEDS: 32-bit value"),
        Column("text_value", "string", "MEDS: coded or categorical value"),
        Column("numeric_text", "string", "the number token as received"),
        Column("unit", "string", "UCUM code, else the unit as received"),
        _required("event_type", "string", "kind of event, e.g. observation"),
        Column("encounter_id", "string", "pseudonym of the encounter"),
        _required("source_table", "string", "resource type it comes from"),
        _required("source_id", "string", "pseudonym of the resource it comes from"),
        Column("end_time", "timestamp_ntz", "end of what happened"),
        Column("available_time", "timestamp_ntz", "when it was known, from clinical statements only"),
        _required("seq", "bigint", "0-based order within the subject, from true times"),
        Column("status", "string", "the resource's own status (of a condition the clinical one)"),
        Column("verification", "string", "how sure the statement is: confirmed, provisional, preliminary"),
        Column("interpretation", "string", "what the value means, SYSTEM//code"),
        Column("range_low", "float", "low end of the reference range, in unit"),
        Column("range_high", "float", "high end of the reference range, in unit"),
        Column("ucum_value", "float", "numeric_value in ucum_unit"),
        Column("ucum_unit", "string", "canonical UCUM unit of the code's values; null = unknown"),
        _required("members", "array<string>", "source_ids of what a panel or report holds"),
        _required("flags", "array<string>", "what is odd about the event (schemas/flags.py)"),
    ),
    stats=("subject_id", "time"),
)

SUBJECTS: Final = TableSpec(
    "timeline/subjects",
    (
        _required("subject_id", "bigint", "pseudonym of the subject"),
        Column("anchor_year_band", "string", "three years that hold the first event, e.g. 2011-2013"),
        Column("birth_year_band", "string", "time modes other than relative; never with over 89"),
        Column("sex", "string", "administrative gender"),
        Column("span_days", "bigint", "whole days from first to latest event (not in time_mode year)"),
        _required("events", "bigint", "number of events"),
        _required("encounters", "bigint", "number of encounters"),
        _required("notes", "bigint", "number of notes"),
    ),
    stats=("subject_id",),
)

CODES: Final = TableSpec(
    "timeline/codes",
    (
        _required("code", "string", "SYSTEM//code as in events"),
        Column("description", "string", "display of the code system"),
        _required("parents", "array<string>", "parent codes"),
        _required("events", "bigint", "events that carry it"),
        _required("subjects", "bigint", "subjects that have it"),
        Column("source", "string", "whose the description is: hl7 (R4's own tables) or records"),
    ),
)

TALLIES: Final = TableSpec(
    "timeline/tallies",
    (
        _required("subject_id", "bigint", "pseudonym of the subject"),
        _required("kind", "string", "code | excluded | mapped | no_time"),
        _required("name", "string", "kind code: the code; else the resource type"),
        Column("detail", "string", "kind code: a display of it; excluded: the reason"),
        _required("n", "bigint", "events, or resources"),
        _required("subjects", "bigint", "kind code: 1 in one row of each code of the subject; else 0"),
    ),
)

RELEASE_TABLES: Final = {
    "events": EVENTS,
    "subjects": SUBJECTS,
    "codes": CODES,
    "resources": DEID_RESOURCES,
    "notes": DEID_NOTES,
}
"""Folders of a release, and the contract each table keeps there."""

ALL_TABLES: Final = (
    RESOURCES, QUARANTINE, DELETIONS, LOADS, UNCARRIED, COMPLETION, INCOMPLETE, INDEX, MERGES, IDENTITIES,
    NEEDLES, TOLD, POPULATION, REFUSED, CROSSWALK, DEID_RESOURCES, DEID_NOTES, EVENTS, SUBJECTS, CODES,
    TALLIES,
)  # fmt: skip
