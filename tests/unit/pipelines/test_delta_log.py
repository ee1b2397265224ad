"""A log that is torn, behind, or edited is refused before anything reads the table (R-07)."""

import json

import pytest

from plummer.pipelines.delta_log import latest_version, log_sha256, require_whole, version_and_rows
from plummer.schemas.errors import PlummerError


@pytest.fixture
def table(tmp_path):
    log = tmp_path / "timeline" / "events" / "_delta_log"
    log.mkdir(parents=True)
    for version, rows in enumerate((2, 3, 5)):
        add = {"add": {"path": f"p{version}", "stats": json.dumps({"numRecords": rows})}}
        (log / f"{version:020d}.json").write_text(json.dumps({"commitInfo": {}}) + "\n" + json.dumps(add))
    return log


def uri(log) -> str:
    return log.parent.as_uri()


def test_whole_log_passes(table) -> None:
    require_whole(uri(table), 2)
    require_whole(uri(table), 1)
    assert latest_version(uri(table)) == 2
    assert version_and_rows(uri(table)) == (2, 10)


def test_an_edited_commit_is_found(table) -> None:
    """R-07: any byte of any commit; a reader of Delta takes what it finds."""
    known = log_sha256(uri(table), 2)
    require_whole(uri(table), 2, log=known)
    for version in range(3):
        path = table / f"{version:020d}.json"
        told = path.read_text()
        path.write_text(told.replace("numRecords", "numrecords"))
        with pytest.raises(PlummerError, match="table_log_torn"):
            require_whole(uri(table), 2, log=known)
        path.write_text(told)
    (table / f"{3:020d}.json").write_text("{}")
    require_whole(uri(table), 2, log=known)


def test_removed_files_are_not_counted(table) -> None:
    remove = {"remove": {"path": "p1"}}
    (table / f"{3:020d}.json").write_text(json.dumps(remove))
    assert version_and_rows(uri(table)) == (3, 7)


@pytest.mark.parametrize("version", [0, 1, 2])
def test_empty_commit_is_torn(table, version) -> None:
    (table / f"{version:020d}.json").write_bytes(b"")
    with pytest.raises(PlummerError, match="table_log_torn") as caught:
        require_whole(uri(table), 2)
    assert int(caught.value.exit_code) == 5
    assert caught.value.ref == "timeline/events"


def test_missing_commit_is_torn(table) -> None:
    (table / f"{1:020d}.json").unlink()
    with pytest.raises(PlummerError, match="table_log_torn"):
        require_whole(uri(table), 2)


def test_log_behind_the_ledger(table) -> None:
    (table / f"{2:020d}.json").unlink()
    with pytest.raises(PlummerError, match="table_behind") as caught:
        require_whole(uri(table), 2)
    assert int(caught.value.exit_code) == 5


def test_log_that_has_moved_on_is_refused_only_where_asked(table) -> None:
    require_whole(uri(table), 1)
    with pytest.raises(PlummerError, match="table_behind"):
        require_whole(uri(table), 1, exactly=True)


def test_no_table(tmp_path) -> None:
    assert latest_version((tmp_path / "none").as_uri()) == -1
    with pytest.raises(PlummerError, match="table_behind"):
        require_whole((tmp_path / "none").as_uri(), 0)
