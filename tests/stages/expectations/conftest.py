"""Small tables that satisfy every suite, made by hand."""

import hashlib
from datetime import datetime, timedelta

import pytest
from pyspark.sql.types import StructField, StructType

from plummer.expectations.suites import SUITES, SuiteContext

POLICY = "a" * 64
S1, S2 = 7_001, 9_223_372_036_854_775_807


def pid(letter: str) -> str:
    return letter * 26


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def day(n: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(days=n)  # noqa: DTZ001 (TIMESTAMP_NTZ)


def _resource(ident: str, line: int) -> tuple:
    body = f'{{"resourceType":"Patient","id":"{ident}"}}'
    key = f"main/{ident}"
    return (
        "main",
        "Patient",
        ident,
        key,
        None,
        None,
        sha(body),
        body,
        "load-1",
        "P.ndjson",
        line,
        None,
        None,
    )


def _event(subject: int, seq: int, time: datetime | None, code: str, kind: str, **more: object) -> tuple:
    return (
        subject,
        time,
        code,
        more.get("number"),
        more.get("text"),
        more.get("token"),
        more.get("unit"),
        kind,
        pid("e"),
        "Observation",
        pid("o"),
        more.get("end"),
        time,
        seq,
        "final",
        None,
        None,
        None,
        None,
        more.get("number"),
        more.get("unit"),
        [],
        [],
    )


EVENTS = [
    _event(S1, 0, None, "GENDER//female", "demographic"),
    _event(S1, 1, day(-10_958), "MEDS_BIRTH", "birth"),
    _event(S1, 2, day(0), "SNOMED//38341003", "condition", end=day(3)),
    _event(S1, 3, day(5), "LOINC//8480-6", "observation", number=120.5, token="120.50", unit="mm[Hg]"),
    _event(S1, 4, day(9), "MEDS_DEATH", "death"),
    _event(S2, 0, None, "AGE//90+", "demographic"),
    _event(S2, 1, day(0), "SNOMED//38341003", "condition"),
]
CODES = sorted({row[2] for row in EVENTS})
_BODY = '{{"resourceType":"{}","id":"{}","valueDateTime":"2014"}}'

ROWS = {
    "resources": [_resource("p1", 1), _resource("p2", 2)],
    "quarantine": [
        ("main", "load-1", "P.ndjson", 3, None, "json_invalid", 1, sha("{"), b"{"),
        ("main", "load-1", "x.bin", 0, None, "unknown_file_kind", 9, sha("x"), None),
    ],
    "loads": [
        ("load-1", "main", "fhir", None, "P.ndjson", sha("f"), 90, 4, 2, 1, 1, 0),
        ("load-1", "main", "fhir", None, "x.bin", sha("x"), 9, 1, 0, 0, 1, 0),
    ],
    "identities": [
        ("main/p1", "patient", ["Ann Example"], ["999"], [], [], [], ["1950-01-01"]),
        ("main/Practitioner/d1", "staff", ["Doc Example"], [], [], [], [], []),
    ],
    "crosswalk": [
        ("main", 1, "subject", b"0123456789abcdef", bytes(40), str(S1)),
        ("main", 1, "resource", b"fedcba9876543210", bytes(40), pid("r")),
    ],
    "deid_resources": [
        ("Patient", str(S1), S1, _BODY.format("Patient", S1), POLICY, "plummer-0.1.0", {"R1": 2}, []),
        (
            "Observation",
            pid("o"),
            S1,
            _BODY.format("Observation", pid("o")),
            POLICY,
            "0.1.0",
            {"R2": 1},
            [{"NAME": 1}],
        ),
        ("Location", pid("l"), None, _BODY.format("Location", pid("l")), POLICY, "0.1.0", {"R2": 1}, []),
    ],
    "deid_notes": [
        (pid("n") + "-0", S1, pid("e"), "LOINC//34117-2", day(5), "Seen on [DAY 5], in 2014.", {"NAME": 2}),
        (pid("n") + "-1", S1, None, None, None, "Second part.", {}),
    ],
    "events": EVENTS,
    "subjects": [
        (S1, "2011-2013", None, "female", 9, 5, 1, 2),
        (S2, "2008-2010", None, None, 0, 2, 0, 0),
    ],
    "codes": [
        (
            code,
            None,
            ["SNOMED//138875005"] if code.startswith("SNOMED") else [],
            sum(row[2] == code for row in EVENTS),
            len({row[0] for row in EVENTS if row[2] == code}),
            None,
        )
        for code in CODES
    ],
}


def in_years(table: str, rows: list[tuple]) -> list[tuple]:
    """The same tables as time mode year has them."""
    if table == "events":
        return [tuple(day(15_340) if isinstance(v, datetime) else v for v in row) for row in rows]
    if table == "deid_notes":
        return [(*row[:4], None, *row[5:]) for row in rows]
    if table == "subjects":
        return [(*row[:4], None, *row[5:]) for row in rows]
    return rows


@pytest.fixture(scope="session")
def make(spark):
    """Builds a table of a suite from rows; nullable throughout, so that bad rows can be made."""

    def build(table, rows):
        schema = StructType.fromDDL(SUITES[table].spec.ddl)
        loose = StructType([StructField(f.name, f.dataType) for f in schema.fields])
        return spark.createDataFrame(rows, loose).coalesce(1)

    return build


@pytest.fixture(scope="session")
def good(make):
    """The good tables of time mode relative, in memory."""
    return {table: make(table, rows).cache() for table, rows in ROWS.items()}


@pytest.fixture(scope="session")
def good_in_years(make):
    """The good tables of time mode year."""
    return {table: make(table, in_years(table, rows)).cache() for table, rows in ROWS.items()}


@pytest.fixture(scope="session")
def contexts(spark, good, good_in_years):
    spark.conf.set("spark.sql.shuffle.partitions", "1")
    return {
        "relative": (good, SuiteContext("relative", good, POLICY)),
        "year": (good_in_years, SuiteContext("year", good_in_years, POLICY)),
    }
