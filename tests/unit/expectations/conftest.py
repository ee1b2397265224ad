import pytest

from plummer.expectations import gates
from plummer.expectations.report import (
    Accounting,
    Fidelity,
    Input,
    LeakScan,
    Notes,
    Policy,
    ReferenceCount,
    Release,
    ReportData,
    RuleCount,
    SecondOpinion,
    Timeline,
)
from plummer.expectations.results import ExpectationResult, SuiteResult

_FINDINGS = (("Goal", "", "missing", 4), ("Patient", "contact", "extra_forbidden", 30))


def check(table, name, *, passed=True, unexpected=0, severity="error", code="", limit=0.0, elements=3141):
    about = "a code is SYSTEM//code or a name MEDS reserves"
    return ExpectationResult(
        table, f"{table}.{name}", "conformance", passed, unexpected, elements, limit, severity, code, about
    )


@pytest.fixture
def report():
    """A run of 25 patients."""
    suites = (
        SuiteResult(
            "events",
            3141,
            (
                check("events", "code.format"),
                check(
                    "events", "time.not_after_death", passed=False, unexpected=37, severity="warn", limit=0.05
                ),
            ),
            1.23,
        ),
        SuiteResult("subjects", 25, (check("subjects", "sex.value_set", elements=25),), 0.41),
    )
    return ReportData(
        run_id="0f3b6c1e",
        profile="safe_harbor",
        time_mode="relative",
        started="2026-11-23T10:00:00Z",
        finished="2026-11-23T10:01:12Z",
        policy=Policy("safe_harbor", "1.0.0", "ab" * 32),
        opinion=SecondOpinion(
            900, 880, 12, (("Goal", "", "missing", 4), ("Patient", "contact", "extra_forbidden", 30))
        ),
        versions={"plummer": "0.1.0", "pyspark": "4.1.4", "great-expectations": "1.24.1"},
        inputs=Input(
            Accounting(4321, 4290, 14, 17, 0),
            26,
            7_654_321,
            {
                "Patient": 25,
                "Observation": 2718,
                "Condition": 312,
                "Encounter": 601,
                "Goal": 4,
                "CarePlan": 630,
            },
            {"json_invalid": 12, "unknown_file_kind": 5},
        ),
        rules=(
            RuleCount("patient_name", "names", "drop", 118),
            RuleCount("birth_date", "dates", "generalise", 26),
            RuleCount("effective", "dates", "relative", 2719),
            RuleCount("zip", "geography", "zip3", 29),
        ),
        notes=Notes(211, 2, {"NAME": 733, "DATE": 402, "PHONE": 97}),
        references=(
            ReferenceCount("Encounter.location.location", 45, 0),
            ReferenceCount("Observation.subject", 0, 1),
        ),
        suites=suites,
        gates=(
            gates.balance(4321, 4321),
            gates.quarantine_share(4321, 17),
            gates.schema(suites, ["events", "subjects"]),
            gates.leaks(0, 19, 19),
            gates.references(0),
            gates.k_anonymity(3, 25, 11),
            gates.timeline_invariance(0, 25),
            gates.signatures(0),
        ),
        scan=LeakScan(57, 1_234_567, {"parquet": 23, "delta_log": 9, "html": 1}, 871, 64, 19, 19, 0),
        timeline=Timeline(
            25,
            3141,
            287,
            {"observation": 2500, "condition": 312, "encounter": 300, "death": 4, "birth": 25},
            {"1-9": 0, "10-99": 12, "100-999": 13},
            {"under 1": 2, "1-4": 11, "5-9": 12},
            {"female": 14, "male": 11},
            {"LOINC": 143, "SNOMED": 128, "RXNORM": 16},
            left_out={"Location": {"not_mapped": 40}, "Condition": {"no_code": 3, "entered_in_error": 25}},
        ),
        tables={"timeline/events": 3141, "timeline/subjects": 25, "deid/notes": 211},
        digests={"policy": "ab" * 32, "timeline/events": "cd" * 32},
        seconds={"land": 3.2, "scrub": 9.7},
        release=Release("safe_harbor", "1.0.0", "candidate"),
        fidelity=Fidelity(
            4290,
            4290,
            25,
            {"Observation": 2718, "Condition": 312, "Goal": 4, "CarePlan": 630, "Encounter": 601},
            {
                "Observation": {"code": (5436, 5436), "value": (2001, 1999), "time": (2718, 2718)},
                "Condition": {"code": (624, 600), "time": (312, 312)},
                "Goal": {"status": (4, 3)},
                "CarePlan": {"status": (630, 630)},
                "Encounter": {"status": (601, 601), "time": (1202, 1202)},
            },
            {"events": 8_011, "missing": 23, "order": 0, "intervals": 0},
        ),
    )
