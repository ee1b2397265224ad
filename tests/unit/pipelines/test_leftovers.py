"""What a failed write leaves behind goes; what any commit names stays."""

import json

import pytest

from plummer.pipelines.leftovers import clear
from plummer.schemas.errors import PlummerError


@pytest.fixture
def table(tmp_path):
    """Two commits: the second took the first one's file out, as an overwrite does."""
    folder = tmp_path / "deid" / "resources"
    log = folder / "_delta_log"
    log.mkdir(parents=True)
    (log / f"{0:020d}.json").write_text(json.dumps({"add": {"path": "a%20b.parquet"}}))
    remove, add = {"remove": {"path": "a%20b.parquet"}}, {"add": {"path": "year=1/c.parquet"}}
    (log / f"{1:020d}.json").write_text(f"{json.dumps(remove)}\n{json.dumps(add)}\n")
    (folder / "year=1").mkdir()
    for name in ("a b.parquet", ".a b.parquet.crc", "year=1/c.parquet", "year=1/.c.parquet.crc"):
        (folder / name).write_bytes(b"x")
    return folder


def _files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_nothing_that_a_commit_names_is_removed(table):
    before = _files(table)
    assert clear(table.as_uri()) == 0
    assert _files(table) == before


def test_half_written_files_and_their_checksums_go(table):
    before = _files(table)
    for name in ("d.parquet", ".d.parquet.crc", "year=1/.e.parquet.crc", "_delta_log/.x.json.1.tmp"):
        (table / name).write_bytes(b"half")
    assert clear(table.as_uri()) == 4
    assert _files(table) == before


def test_of_a_table_that_never_came_to_be_nothing_stays(tmp_path):
    (tmp_path / "part.parquet").write_bytes(b"half")
    assert clear(tmp_path.as_uri()) == 1


def test_with_a_torn_log_nothing_is_removed(table):
    (table / "d.parquet").write_bytes(b"half")
    (table / "_delta_log" / f"{0:020d}.json").unlink()
    before = _files(table)
    with pytest.raises(PlummerError, match="table_log_torn"):
        clear(table.as_uri())
    assert _files(table) == before


def test_a_table_elsewhere_is_left_alone():
    assert clear("s3://bucket/deid/resources") == 0
