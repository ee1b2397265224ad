"""OHDSI's Synthea CDM (28 persons): each row against the event that comes of it, and its Parquet twin.

What the event must be is read from the tables by another, simple-minded way: csv.DictReader and the CONCEPT
table. Events are compared as received; what follows (pseudonyms, shifts) treats every source alike.
"""

import csv
import gzip
from collections import Counter

import pyarrow as pa
import pytest
from omop_case import MAPPING, built, landed
from pyarrow import parquet

from plummer.pipelines.deliveries import discover
from plummer.pipelines.landing.second_opinion import second_opinion
from plummer.pipelines.timeline import decode, load_mappings, map_resource

FOLDER = "omop-synthea27nj"
CLASS = {"9201": "IMP", "9202": "AMB", "9203": "EMER"}
OF_DAY = {
    "condition_occurrence": ("condition", "condition_concept_id", "condition_start_date"),
    "drug_exposure": ("medication_dispense", "drug_concept_id", "drug_exposure_start_date"),
    "procedure_occurrence": ("procedure", "procedure_concept_id", "procedure_date"),
    "device_exposure": ("device_use", "device_concept_id", "device_exposure_start_date"),
    "measurement": ("observation", "measurement_concept_id", "measurement_date"),
    "observation": ("observation", "observation_concept_id", "observation_date"),
}


def rows(folder, table):
    with gzip.open(folder / "csv" / f"{table.upper()}.csv.gz", "rt", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def expected(folder):
    """Events by table: person, kind, code, day, number and unit."""
    concepts = {row["concept_id"]: row for row in rows(folder, "concept")}
    found = {}
    for table, (kind, code, day) in OF_DAY.items():
        for row in rows(folder, table):
            concept = concepts[row[code]]
            name = f"{concept['vocabulary_id']}//{concept['concept_code']}"
            number = row.get("value_as_number", "")
            unit = concepts.get(row.get("unit_concept_id", ""), {}).get("concept_code", "") if number else ""
            if number and not unit:
                unit = row["unit_source_value"]
            key = (row["person_id"], kind, name, row[day], number, unit)
            found.setdefault(table, Counter())[key] += 1
    for table in ("visit_occurrence", "visit_detail"):
        column = table.replace("_occurrence", "")
        for row in rows(folder, table):
            for side in ("start", "end"):
                code = f"ENCOUNTER_{side.upper()}//{CLASS[row[f'{column}_concept_id']]}"
                key = (row["person_id"], f"encounter_{side}", code, row[f"{column}_{side}_date"], "", "")
                found.setdefault(table, Counter())[key] += 1
    for row in rows(folder, "person"):
        born = f"{row['year_of_birth']}-{int(row['month_of_birth']):02}-{int(row['day_of_birth']):02}"
        found.setdefault("person", Counter())[row["person_id"], "birth", "MEDS_BIRTH", born, "", ""] += 1
    for row in rows(folder, "death"):
        key = (row["person_id"], "death", "MEDS_DEATH", row["death_date"], "", "")
        found["person"][key] += 1
        cause = (row["person_id"], "observation", "LOINC//69453-9", row["death_date"], "", "")
        found.setdefault("death", Counter())[cause] += 1
    return found


def told(outcomes):
    """The same of the resources that landed."""
    mappings, found = load_mappings(), {}
    for path, outcome in outcomes:
        table = path.rpartition("/")[2].split(".")[0].lower()
        for event in map_resource(mappings, decode(outcome.body), 1, "x", None):
            if event.event_type == "demographic":
                continue
            day = "" if event.time is None else event.time.date().isoformat()
            key = (outcome.patient_id, event.event_type, event.code, day)
            value = (event.numeric_text or "", event.unit or "")
            found.setdefault(table, Counter())[*key, *value] += 1
    return found


@pytest.fixture(scope="module")
def outcomes(shared, tmp_path_factory):
    """What the CDM lands as, with the path of each unit's file."""
    return list(landed(shared / FOLDER, tmp_path_factory.mktemp("lookups")))


@pytest.mark.shared
def test_each_row_is_the_event_that_the_tables_say(shared, outcomes):
    assert Counter(o.reason for _, o in outcomes) == {None: 24_822, "unknown_file_kind": 1}  # SOURCE.txt
    good = [(path, outcome) for path, outcome in outcomes if outcome.reason is None]
    assert {second_opinion(o.body)[1] for _, o in good[::50]} == {()}
    found, wanted = told(good), expected(shared / FOLDER)
    shares = {}
    for table, events in wanted.items():
        both = (events & found[table]).total()
        shares[table] = both / events.total(), both / found[table].total()
        print(f"{table:21} {events.total():6} {shares[table][0]:8.2%} {shares[table][1]:8.2%}")
    assert set(shares.values()) == {(1.0, 1.0)}


@pytest.mark.shared
def test_a_twin_in_parquet_gives_the_same_resources(shared, outcomes, tmp_path):
    """Typed as a warehouse would: ids as numbers, some of them as floats for their gaps, days as dates."""
    twin = tmp_path / "twin"
    for path in sorted((shared / FOLDER / "csv").glob("*.csv.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            names, *cells = csv.reader(lines)
        columns = {name: typed(name, [row[at] for row in cells]) for at, name in enumerate(names)}
        folder = twin / path.name.split(".")[0].lower()
        folder.mkdir(parents=True)
        parquet.write_table(pa.table(columns), folder / "part-00000.snappy.parquet", row_group_size=1_000)
    one = {(o.resource_type, o.resource_id): (o.body, o.line) for _, o in outcomes if o.reason is None}
    two = {(o.resource_type, o.resource_id): (o.body, o.line) for _, o in landed(twin, tmp_path / "lookups")}
    # the first row of a CSV file is its second line
    assert sum(two.get(key) != (body, line - 1) for key, (body, line) in one.items()) == 0
    assert len(one) == len(two) == 24_822


def typed(name, cells):
    if name.endswith("_id") and not any(cell and not cell.isdecimal() for cell in cells):
        gaps = "" in cells
        kind = pa.float64() if gaps else pa.int64()
        return pa.array([None if not cell else (float if gaps else int)(cell) for cell in cells], kind)
    if name == "value_as_number":
        return pa.array([float(cell) if cell else None for cell in cells], pa.float64())
    if name.endswith("_date") and all(len(cell) in {0, 10} for cell in cells):
        text = pa.array([cell or None for cell in cells], pa.string())
        return text.cast(pa.timestamp("s")).cast(pa.date32())
    if name.endswith("_datetime"):
        return pa.array([cell or None for cell in cells], pa.string()).cast(pa.timestamp("us"))
    return pa.array([cell or None for cell in cells], pa.string())


@pytest.mark.shared
def test_what_is_left_is_counted_by_column(shared, outcomes, tmp_path):
    delivery = discover("omop", "main", str(shared / FOLDER), MAPPING)
    made = {one.name: (one.rows, one.refused, one.repeated) for one in built(delivery, tmp_path)}
    assert made == {
            "cdm_source": (1, 0, 0), "concept": (2_294, 0, 0), "death": (3, 0, 0), "location": (0, 0, 0),
        }  # fmt: skip
    assert sum(file.unnamed for file in delivery.files) == 0
    counts = Counter()
    for _, outcome in outcomes:
        counts.update(outcome.uncarried or {})
    assert counts["measurement.visit_detail_id"] == 10_040
    assert counts["visit_occurrence.preceding_visit_occurrence_id"] == 1_791 - 28
    assert not [name for name in counts if name.endswith((":unmapped", ":unknown"))]
