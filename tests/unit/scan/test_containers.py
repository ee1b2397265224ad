"""Each container kind gives up a planted needle; each damaged one is reported, never passed over."""

import base64
import gzip
import io
import json
import lzma
import pickle
import sqlite3
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from plummer.expectations.scan import Limits, Needle, Scanner, ScanReport, controls, scan
from plummer.schemas.errors import ExitCode

VALUE = "Zephyrine Quillfeather"
NEEDLE = Needle("n1", VALUE)


def scanned(folder: Path, *needles: Needle) -> ScanReport:
    report = scan([folder], needles or [NEEDLE])
    assert report.controls.found == report.controls.planted > 40
    assert "quillfeather" not in (repr(report) + json.dumps(report.to_json())).lower()
    return report


@pytest.mark.parametrize("kind", sorted(controls.PLANTERS))
def test_every_control_kind_finds_a_needle(kind: str, tmp_path: Path) -> None:
    value = "qzxplanted" + "bcd"
    folder = tmp_path / "in"
    folder.mkdir()
    controls.PLANTERS[kind](folder, value)
    report = scan([folder], [Needle("n7", value), Needle("n8", "Somebody Else")])
    assert {finding.needle for finding in report.findings} == {"n7"}
    assert report.exit_code == ExitCode.FINDING
    assert report.unopened == ()
    other = scan([folder], [Needle("n8", "Somebody Else")])
    assert (other.hits, other.exit_code, other.unopened) == (0, ExitCode.DONE, ())


def parquet_types(path: Path) -> None:
    rows = {
        "plain": ["x", VALUE],
        "bytes": [b"\xff\x00", VALUE.encode()],
        "structs": [{"a": {"b": "x"}}, {"a": {"b": VALUE}}],
        "lists": [["x"], [VALUE, "y"]],
        "number": [1, 4_155_550_100],
        "day": pa.array([0, 1], pa.date32()),
        "dictionary": pa.array(["x", VALUE]).dictionary_encode(),
        "map": pa.array([[("k", "x")], [(VALUE, "v")]], pa.map_(pa.string(), pa.string())),
    }
    pq.write_table(pa.table(rows), path, compression="zstd", write_statistics=False, row_group_size=1)


def test_parquet_names_the_place_in_every_type_of_column(tmp_path: Path) -> None:
    parquet_types(tmp_path / "a.parquet")
    report = scanned(tmp_path, NEEDLE, Needle("n2", "415-555-0100"), Needle("n3", "1970-01-02"))
    places = {(finding.needle, finding.place) for finding in report.findings}
    columns = ("plain", "bytes", "structs.a.b", "lists", "dictionary", "map.key")
    expected = {("n1", f"row group 1/column {column}") for column in columns}
    assert expected <= places
    assert {("n2", "row group 1/column number"), ("n3", "row group 1/column day")} <= places
    assert report.containers["parquet"] == 1


def test_delta_table_is_searched_whole(tmp_path: Path) -> None:
    deltalake = pytest.importorskip("deltalake")
    table = str(tmp_path / "table")
    for text in (f"seen with {VALUE} today", "nothing"):
        deltalake.write_deltalake(table, pa.table({"body": [text]}), mode="overwrite")
    delta = deltalake.DeltaTable(table)
    delta.create_checkpoint()
    report = scanned(tmp_path)
    paths = {Path(finding.path).name.split("-")[0].partition(".")[2] or "part" for finding in report.findings}
    # The old file is no longer in the table and still on disk; its statistics are in log and checkpoint.
    assert "part" in paths
    assert any("_delta_log" in finding.path for finding in report.findings)
    assert report.containers["delta_log"] >= 2
    assert report.containers["parquet"] >= 3


def test_sqlite_names_table_and_column_and_finds_deleted_rows(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "runs.db")) as database:
        database.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY, tags TEXT, mrn INTEGER)")
        database.execute("CREATE TABLE gone (name TEXT)")
        database.execute("INSERT INTO runs VALUES (1, ?, 90125551)", (json.dumps({"name": VALUE}),))
        database.execute("PRAGMA secure_delete = OFF")
        database.executemany("INSERT INTO gone VALUES (?)", [("first",), ("Ottoline Brackwater",), ("last",)])
        database.commit()
        database.execute("DELETE FROM gone WHERE name LIKE 'Otto%'")
        database.commit()
    report = scanned(tmp_path, NEEDLE, Needle("n2", "Ottoline Brackwater"), Needle("n3", "90125551"))
    places = {(finding.needle, finding.place) for finding in report.findings}
    assert {("n1", "sqlite:runs.tags"), ("n2", "raw bytes"), ("n3", "sqlite:runs.mrn")} <= places


LONG = [("." * before + "BrackwaterOttoline" + "." * 500,) for before in range(700)]


def test_half_a_word_of_a_live_row_is_no_find(tmp_path: Path) -> None:
    """One row for each offset of the word in its cell: every border of a page cuts some of them."""
    with closing(sqlite3.connect(tmp_path / "live.db", isolation_level=None)) as database:
        database.execute("PRAGMA page_size = 512")
        database.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY, tags TEXT)")
        database.executemany("INSERT INTO runs (tags) VALUES (?)", LONG)
        database.execute("CREATE INDEX by_tags ON runs (tags)")
    needles = Needle("n1", "Brackwater"), Needle("n2", "Ottoline"), Needle("n3", "BrackwaterOttoline")
    assert {(f.needle, f.place) for f in scanned(tmp_path, *needles).findings} == {("n3", "sqlite:runs.tags")}


@pytest.mark.parametrize("rows", [1, 200, 700])
def test_what_was_deleted_is_found_in_pages_and_in_free_pages(rows: int, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "live.db", isolation_level=None)) as database:
        database.execute("PRAGMA page_size = 512")
        database.execute("PRAGMA secure_delete = OFF")
        database.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY, tags TEXT)")
        database.executemany(
            "INSERT INTO runs (tags) VALUES (?)", [(f"a row that stays {n}",) for n in range(40)]
        )
        database.executemany("INSERT INTO runs (tags) VALUES (?)", [("." * 60 + VALUE,)] * rows)
        database.executemany("INSERT INTO runs (tags) VALUES (?)", [("another row",)] * 40)
        database.execute("DELETE FROM runs WHERE tags LIKE '.%'")
    assert {f.place for f in scanned(tmp_path).findings} == {"raw bytes"}


def test_archives_within_archives(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("note.json", json.dumps({"data": base64.b64encode(VALUE.encode()).decode()}))
    outer = io.BytesIO()
    with tarfile.open(fileobj=outer, mode="w:xz") as tar:
        member = tarfile.TarInfo("a.zip")
        member.size = len(inner.getvalue())
        tar.addfile(member, io.BytesIO(inner.getvalue()))
    (tmp_path / "outer.bin").write_bytes(outer.getvalue())
    report = scanned(tmp_path)
    assert [finding.place for finding in report.findings] == ["a.zip/note.json/base64"]
    assert dict(report.containers) == {"json": 1, "tar": 1, "xz": 1, "zip": 1}


def test_member_names_and_gzip_header_names(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(f"notes/{VALUE}.txt", "nothing")
    with gzip.GzipFile(f"{VALUE}.json", "wb", fileobj=(tmp_path / "b.gz").open("wb")) as stream:
        stream.write(b"nothing")
    report = scanned(tmp_path)
    assert {finding.place for finding in report.findings} == {"member name", "header"}


def encrypted_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "nothing")
    data = bytearray(buffer.getvalue())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def small_parquet() -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({"text": ["nothing"] * 100}), buffer, compression="zstd")
    return buffer.getvalue()


def damaged_parquet() -> bytes:
    buffer = io.BytesIO()
    text = [str(number * 7919) for number in range(2000)]
    pq.write_table(
        pa.table({"t": text}), buffer, compression="none", write_page_checksum=True, use_dictionary=False
    )
    data = bytearray(buffer.getvalue())
    data[2000] ^= 1
    return bytes(data)


def damaged_sqlite() -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE t (a TEXT)")
        database.executemany("INSERT INTO t VALUES (?)", [("nothing" * 100,)] * 100)
        database.commit()
        return database.serialize()[:8192]


RANDOMISH = zlib.compress(bytes(range(256)) * 200)
DAMAGED: dict[str, Callable[[], bytes]] = {
    "zip/encrypted": encrypted_zip,
    "zip/truncated": lambda: encrypted_zip()[:40],
    "gzip/truncated": lambda: gzip.compress(RANDOMISH)[:-12],
    "gzip/trailing": lambda: gzip.compress(b"nothing") + b"more",
    "zlib/truncated": lambda: RANDOMISH[:-12],
    "zlib/trailing": lambda: zlib.compress(b"nothing") + b"more",
    "zstd/truncated": lambda: zstandard.ZstdCompressor().compress(RANDOMISH)[:-4],
    "xz/truncated": lambda: lzma.compress(RANDOMISH)[:-20],
    "parquet/truncated": lambda: small_parquet()[:-40],
    "parquet/damaged page": damaged_parquet,
    "parquet/encrypted": lambda: b"PARE" + small_parquet()[4:-4] + b"PARE",
    "sqlite/truncated": damaged_sqlite,
    "pickle/truncated": lambda: pickle.dumps(["nothing"] * 50)[:-20],
    "png/truncated": lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR",
    "pdf": lambda: b"%PDF-1.7 nothing",
    "7z": lambda: b"7z\xbc\xaf\x27\x1c nothing",
    "office": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "base64 of a pdf": lambda: json.dumps({"data": base64.b64encode(b"%PDF-1.7 nothing").decode()}).encode(),
}


@pytest.mark.parametrize("kind", sorted(DAMAGED))
def test_a_container_that_cannot_be_opened_ends_6(kind: str, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(DAMAGED[kind]())
    report = scanned(tmp_path)
    assert report.hits == 0
    assert len(report.unopened) == 1
    assert report.exit_code == ExitCode.MISSING_COMPONENT == 6
    assert report.to_json()["error"]["code"] == "container_unopened"  # type: ignore[index]


def test_bombs_end_6(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(gzip.compress(bytes(3_000_000)))
    nested = b"nothing"
    for _ in range(6):
        nested = gzip.compress(nested)
    (tmp_path / "b.gz").write_bytes(nested)
    report = Scanner([NEEDLE], limits=Limits(floor=1 << 20, ratio=2, depth=4)).scan([tmp_path])
    assert {one.reason for one in report.unopened} == {"too_much_output", "too_deep"}
    assert report.exit_code == ExitCode.MISSING_COMPONENT


def test_hits_before_the_damage_are_kept(tmp_path: Path) -> None:
    text = f"{VALUE}\n".encode() + RANDOMISH * 30
    (tmp_path / "a.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("good.txt", VALUE)
        archive.writestr("bad.gz", gzip.compress(text)[:-8])
    report = scanned(tmp_path)
    assert (report.exit_code, report.hits, len(report.unopened)) == (ExitCode.FINDING, 1, 1)


def test_links_and_special_files_are_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "elsewhere")
    (folder / "broken").symlink_to(tmp_path / "absent")
    report = scanned(folder)
    assert {one.reason for one in report.unopened} == {"linked_folder", "unreadable"}


def test_random_bytes_are_binary_and_clean(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(RANDOMISH[2:] + bytes([1, 2, 3]))
    (tmp_path / "sealed.parquet").write_bytes(b"")
    pq.write_table(pa.table({"sealed": [RANDOMISH[9:40], RANDOMISH[40:90]]}), tmp_path / "sealed.parquet")
    report = scanned(tmp_path)
    assert (report.hits, report.unopened, report.exit_code) == (0, (), ExitCode.DONE)
    assert report.containers["binary"] >= 1
