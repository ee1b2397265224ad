"""A release made by hand becomes MEDS: nothing is lost, order and splits hold, and bytes repeat."""

import hashlib
import json
import random
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_release import day, event, make_release

from plummer.pipelines.export import meds_shards
from plummer.pipelines.export.meds import export_meds
from plummer.pipelines.export.meds_codes import is_code
from plummer.pipelines.export.meds_format import DATA, SPLITS, split_of
from plummer.pipelines.export.meds_rows import Rows
from plummer.pipelines.export.meds_shards import Subjects
from plummer.pipelines.export.released import open_release
from plummer.schemas.errors import PlummerError


def story(subject: int) -> list[dict]:
    """Static first, a birth before the axis begins, then days; two events of one instant."""
    return [
        event(subject, None, "GENDER//female", event_type="demographic"),
        event(subject, day(-9_000), "MEDS_BIRTH"),
        event(subject, day(0), "LOINC//4548-4", numeric_value=7.5, unit="%", available_time=day(1)),
        event(subject, day(0), "LOINC//718-7", text_value="high"),
        event(subject, day(3), "ENCOUNTER_START//IMP", encounter_id="e" * 26, end_time=day(5)),
    ]


def stories(count: int) -> list[dict]:
    return [row for subject in range(1, count + 1) for row in story(subject)]


def exported(release: Path, out: Path, **options) -> Path:
    export_meds(open_release(release), out, **options)
    return out


def rows_of(out: Path) -> list[dict]:
    """Every event, shard after shard."""
    return [row for path in sorted(out.rglob("data/*/*.parquet")) for row in pq.read_table(path).to_pylist()]


def digests(out: Path) -> dict[str, str]:
    files = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_every_event_arrives_in_the_order_of_its_subject(tmp_path):
    release = make_release(tmp_path / "r", stories(40), files=3, subjects=[77])
    out = exported(release, tmp_path / "out")
    rows = rows_of(out)
    for subject in range(1, 41):
        mine = [row for row in rows if row["subject_id"] == subject]
        wanted = [{**row, "resource_id": row["source_id"], "flags": None} for row in story(subject)]
        assert mine == [{name: row[name] for name in DATA.names} for row in wanted]
    assert len(rows) == 200


def test_a_subject_is_in_one_file_and_contiguous_in_it(tmp_path):
    release = make_release(tmp_path / "r", stories(60), files=4)
    out = exported(release, tmp_path / "out", shard_events=20)
    seen: set[int] = set()
    files = sorted(out.rglob("data/*/*.parquet"))
    assert len(files) >= 12
    for path in files:
        ids = pq.read_table(path)["subject_id"].to_pylist()
        runs = [one for at, one in enumerate(ids) if at == 0 or ids[at - 1] != one]
        assert len(runs) == len(set(runs))
        assert not seen & set(runs)
        assert {SPLITS[split_of(one)] for one in runs} == {path.parent.name}
        seen.update(runs)
    assert seen == set(range(1, 61))
    for split in SPLITS:
        names = sorted(int(path.stem) for path in files if path.parent.name == split)
        assert names == list(range(len(names)))


def test_a_shard_takes_no_subject_once_it_is_full(tmp_path):
    release = make_release(tmp_path / "r", stories(60))
    out = exported(release, tmp_path / "out", shard_events=12)
    sizes = [pq.read_metadata(path).num_rows for path in sorted((out / "data" / "train").glob("*"))]
    assert set(sizes[:-1]) == {15}  # 5, 10, and the third passes 12


def test_splits_name_every_subject_also_one_without_events(tmp_path):
    release = make_release(tmp_path / "r", stories(30), subjects=[500, 501])
    table = pq.read_table(exported(release, tmp_path / "out") / "metadata" / "subject_splits.parquet")
    assert table["subject_id"].to_pylist() == [*range(1, 31), 500, 501]
    assert table["split"].to_pylist() == [SPLITS[split_of(one)] for one in [*range(1, 31), 500, 501]]


def test_splits_stay_when_others_join_or_leave(tmp_path):
    first = make_release(tmp_path / "a", stories(50))
    later = make_release(tmp_path / "b", [row for one in range(20, 90) for row in story(one)])
    splits = [
        dict(zip(*pq.read_table(exported(release, tmp_path / f"{n}") / "metadata/subject_splits.parquet")
                 .to_pydict().values(), strict=True))
        for n, release in enumerate((first, later))
    ]  # fmt: skip
    both = splits[0].keys() & splits[1].keys()
    assert len(both) == 31
    assert all(splits[0][one] == splits[1][one] for one in both)


def test_splits_are_near_80_10_10():
    drawn = [split_of(random.Random(7).getrandbits(62) + n) for n in range(20_000)]
    shares = [drawn.count(split) / len(drawn) for split in range(3)]
    assert shares == pytest.approx([0.8, 0.1, 0.1], abs=0.01)


def test_the_same_release_gives_the_same_bytes(tmp_path):
    release = make_release(tmp_path / "r", stories(60), files=2)
    first = digests(exported(release, tmp_path / "one", shard_events=50))
    assert digests(exported(release, tmp_path / "two", shard_events=50)) == first
    assert len(first) > 5


def test_bytes_depend_on_the_rows_and_not_on_the_release_s_files(tmp_path, monkeypatch):
    monkeypatch.setattr(meds_shards, "_GROUP_ROWS", 7)
    a = exported(make_release(tmp_path / "a", stories(60)), tmp_path / "one")
    b = exported(make_release(tmp_path / "b", stories(60), files=9), tmp_path / "two")
    found, again = digests(a), digests(b)
    assert {name: one for name, one in found.items() if name != "metadata/dataset.json"} == {
        name: one for name, one in again.items() if name != "metadata/dataset.json"
    }
    groups = pq.read_metadata(a / "data" / "train" / "0.parquet")
    assert {groups.row_group(n).num_rows for n in range(groups.num_row_groups - 1)} == {7}


def test_dataset_json_says_what_it_is_made_from_and_no_path(tmp_path):
    release = make_release(tmp_path / "r", stories(3), facts={"time_mode": "relative", "version": "2.1.0"})
    text = (exported(release, tmp_path / "out") / "metadata" / "dataset.json").read_text()
    told = json.loads(text)
    assert (told["dataset_name"], told["dataset_version"], told["etl_name"]) == ("made", "2.1.0", "plummer")
    assert told["meds_version"].startswith("0.4")
    assert told["raw_source_id_columns"] == []
    named = told["code_modifier_columns"] + told["other_extension_columns"]
    assert set(DATA.names[5:]) == set(named)
    digest = hashlib.sha256((release / "manifest.json").read_bytes()).hexdigest()
    assert told["plummer"] == {
        "manifest_sha256": digest, "policy_sha256": "0" * 64, "profile": "safe_harbor",
        "time_mode": "relative", "time": "happened", "units": "received",
    }  # fmt: skip
    assert str(tmp_path) not in text


def test_codes_are_complete_and_keep_description_and_parents(tmp_path):
    out = exported(make_release(tmp_path / "r", stories(3)), tmp_path / "out")
    table = pq.read_table(out / "metadata" / "codes.parquet").to_pylist()
    assert {row["code"] for row in rows_of(out)} == {row["code"] for row in table}
    assert table[0] == {"code": "ENCOUNTER_START//IMP", "description": "about ENCOUNTER_START//IMP",
                        "parent_codes": []}  # fmt: skip


def test_no_text_is_told_by_a_footer(tmp_path):
    out = exported(make_release(tmp_path / "r", stories(3)), tmp_path / "out")
    for path in out.rglob("*.parquet"):
        group = pq.read_metadata(path).row_group(0)
        for number in range(group.num_columns):
            column = group.column(number)
            assert column.physical_type != "BYTE_ARRAY" or column.statistics is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda rows: rows[::-1], "release_order"),
        (lambda rows: [*rows, event(1, day(9), "X")], "release_order"),
        (lambda rows: [*rows[:-1], {**rows[-1], "time": None}], "release_order"),
        (lambda rows: [*rows[:-1], {**rows[-1], "seq": 0}], "release_order"),
        (lambda rows: [*rows, event(2**40, None, "seen by her aunt")], "code_of_text"),
        (lambda rows: [event(-5, None, "X"), *rows], "release_subjects"),
    ],
)
def test_a_release_that_breaks_its_own_rules_is_refused(tmp_path, change, code):
    release = make_release(tmp_path / "r", change(stories(5)))
    with pytest.raises(PlummerError) as error:
        exported(release, tmp_path / "out")
    assert (error.value.code, int(error.value.exit_code)) == (code, 5)
    assert [path.name for path in tmp_path.iterdir()] == ["r"]


def test_a_code_that_the_table_of_codes_lacks_is_refused(tmp_path):
    release = make_release(tmp_path / "r", stories(5), codes=["GENDER//female"])
    with pytest.raises(PlummerError, match="release_codes: 4 codes"):
        exported(release, tmp_path / "out")


def test_fewer_events_than_the_manifest_says_are_refused(tmp_path):
    release = make_release(tmp_path / "r", stories(5), facts={"tables": {"events": {"rows": 26}}})
    with pytest.raises(PlummerError, match="release_table"):
        exported(release, tmp_path / "out")


def test_two_subjects_with_one_id_are_refused():
    with pytest.raises(PlummerError, match="release_subjects"):
        Subjects.of([np.array([4, 9]), np.array([2, 9])])


def test_an_event_of_a_stranger_is_refused():
    subjects = Subjects.of([np.array([4, 9])])
    assert subjects.splits_of(np.array([9, 4, 9])).tolist() == [split_of(9), split_of(4), split_of(9)]
    for stranger in (1, 5, 10):
        with pytest.raises(PlummerError, match="release_subjects"):
            subjects.splits_of(np.array([4, stranger]))


def test_undated_events_are_counted_and_left_out_on_request(tmp_path):
    """A static event and one of unknown time look alike in MEDS; the kind of event tells them apart."""
    rows = [
        event(1, None, "GENDER//male", event_type="demographic"),
        event(1, None, "AGE//90+", event_type="birth"),
        event(1, None, "SNOMED//44054006", event_type="condition"), event(1, day(1), "LOINC//718-7"),
        event(2, None, "SNOMED//38341003", event_type="condition"),
    ]  # fmt: skip
    release = open_release(make_release(tmp_path / "r", rows))
    kept = export_meds(release, tmp_path / "all")
    left = export_meds(release, tmp_path / "dated", drop_undated=True)
    assert (kept.events, kept.undated, left.events, left.undated) == (5, 2, 3, 2)
    assert [row["code"] for row in rows_of(tmp_path / "dated")] == [
        "GENDER//male",
        "AGE//90+",
        "LOINC//718-7",
    ]
    assert pq.read_metadata(tmp_path / "dated" / "metadata" / "subject_splits.parquet").num_rows == 2


def test_an_empty_release_is_an_empty_data_set(tmp_path):
    out = exported(make_release(tmp_path / "r", []), tmp_path / "out")
    assert list((out / "data").iterdir()) == []
    assert pq.read_metadata(out / "metadata" / "subject_splits.parquet").num_rows == 0


@settings(deadline=None, max_examples=40)
@given(
    counts=st.lists(st.integers(1, 9), min_size=1, max_size=25),
    cuts=st.lists(st.integers(1, 11), min_size=1, max_size=40),
    limit=st.integers(1, 12),
)
def test_however_rows_arrive_the_shards_are_the_same(tmp_path_factory, counts, cuts, limit):
    """Shards depend on the rows alone: not on the batches they come in."""
    rows = pa.table(
        {
            "subject_id": pa.array(
                [n + 1 for n, count in enumerate(counts) for _ in range(count)], pa.int64()
            ),
            "time": pa.array([day(k) for count in counts for k in range(count)], pa.timestamp("us")),
            "code": ["X"] * sum(counts),
            "numeric_value": pa.array([float(k) for count in counts for k in range(count)], pa.float32()),
            **{name: pa.nulls(sum(counts), pa.string()) for name in ("text_value", "unit", "event_type")},
            **{name: pa.nulls(sum(counts), pa.string()) for name in ("encounter_id", "source_id")},
            **{name: pa.nulls(sum(counts), pa.timestamp("us")) for name in ("end_time", "available_time")},
            "seq": pa.array([k for count in counts for k in range(count)], pa.int64()),
            "flags": pa.nulls(sum(counts), pa.string()),
        }
    ).select(meds_shards.COLUMNS)
    subjects = Subjects.of([np.arange(1, len(counts) + 1)])
    found = []
    for sizes in ([len(rows)], cuts):
        folder = tmp_path_factory.mktemp("data")
        batches, at = [], 0
        while at < len(rows):
            size = sizes[len(batches) % len(sizes)]
            batches += rows.slice(at, size).combine_chunks().to_batches()
            at += size
        made = meds_shards.write_shards(folder, batches, subjects, limit)
        assert (made.events, made.codes) == (len(rows), {"X"})
        assert sum(made.shards.values()) == len(list(folder.rglob("*.parquet")))
        found.append(digests(folder))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("LOINC//4548-4", True), ("NOT_DONE//SNOMED//1", True), ("MEDS_BIRTH", True),
        ("v2-0211//UNICODE UTF-8", True), ("v2-0207//Not present", True), ("v2-0207//not at all", False),
        ("local-1a2b3c//John Smith", False), ("X//a\nb", False), ("X//" + "a" * 130, False), ("", False),
    ],
)  # fmt: skip
def test_what_counts_as_a_code(text, good):
    assert is_code(text) is good


def test_an_event_stands_where_it_was_known(tmp_path):
    late = event(3, day(1), "LOINC//600-7", available_time=day(9))
    undated = event(3, None, "SNOMED//1", event_type="condition", available_time=day(2))
    rows = [event(3, None, "GENDER//male", event_type="demographic"), undated, event(3, day(0), "A//1"), late,
            event(3, day(5), "A//2", available_time=day(4))]  # fmt: skip
    release = make_release(tmp_path / "r", [*stories(2), *rows, *story(5)])
    out = exported(release, tmp_path / "out", rows=Rows(known=True))
    found = rows_of(out)
    mine = [(row["code"], row["time"]) for row in found if row["subject_id"] == 3]
    assert mine == [
        ("GENDER//male", None), ("A//1", day(0)), ("SNOMED//1", day(2)), ("A//2", day(5)),
        ("LOINC//600-7", day(9)),
    ]  # fmt: skip
    assert len(found) == 20
    assert json.loads((out / "metadata" / "dataset.json").read_text())["plummer"]["time"] == "known"


DAYS = st.integers(0, 9)
TOLD = st.lists(st.tuples(st.integers(1, 4), DAYS, st.none() | DAYS), max_size=40)


@given(TOLD, st.integers(1, 7))
@settings(max_examples=60, deadline=None)
def test_known_times_keep_every_event_and_the_order_of_subjects(told, size):
    told = sorted(told, key=lambda one: one[:2])
    columns = {
        "subject_id": [s for s, _, _ in told], "time": [day(t) for _, t, _ in told],
        "available_time": [None if a is None else day(a) for _, _, a in told], "seq": list(range(len(told))),
        "code": [str(n) for n in range(len(told))],
    }  # fmt: skip
    when = pa.timestamp("us")
    kinds = pa.schema([("subject_id", pa.int64()), ("time", when), ("available_time", when),
                       ("seq", pa.int64()), ("code", pa.string())])  # fmt: skip
    batches = pa.table(columns, kinds).to_batches(max_chunksize=size)
    found = [row for batch in Rows(known=True).of(batches) for row in batch.to_pylist()]
    assert sorted(int(row["code"]) for row in found) == list(range(len(told)))
    assert [(r["subject_id"], r["time"]) for r in found] == sorted(
        (r["subject_id"], r["time"]) for r in found
    )
    assert [row["seq"] for row in found] == list(range(len(told)))
    assert all(row["time"] >= (row["available_time"] or row["time"]) for row in found)


def test_units_and_flags(tmp_path):
    rows = [
        event(1, day(0), "LOINC//718-7", numeric_value=134.0, unit="g/L", ucum_value=13.4, ucum_unit="g/dL"),
        event(1, day(1), "A//1", numeric_value=3.0, unit="sugars", flags=["unknown_unit", "after_death"]),
    ]
    release = make_release(tmp_path / "r", rows)
    plain = rows_of(exported(release, tmp_path / "a"))
    assert [(r["numeric_value"], r["unit"], r["flags"]) for r in plain] == [
        (134.0, "g/L", None), (3.0, "sugars", "unknown_unit,after_death"),
    ]  # fmt: skip
    told = Rows(canonical=True, drop_flagged=True)
    (left,) = rows_of(exported(release, tmp_path / "b", rows=told))
    assert (round(left["numeric_value"], 4), left["unit"], told.flagged) == (13.4, "g/dL", 1)
