"""Who may open a release, and what of it is written down."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from research_home import add_release

import plummer
from plummer.pipelines.research import open_release
from plummer.pipelines.research.access import VARIABLE, Access, entries
from plummer.schemas.errors import PlummerError


def refused(*arguments: object, **options: object) -> tuple[str, int]:
    with pytest.raises(PlummerError) as raised:
        open_release(*arguments, **options)
    return raised.value.code, int(raised.value.exit_code)


def test_the_door_is_the_packages_own(folder, recorded):
    release = plummer.open_release(folder, purpose="sepsis model")
    (entry,) = recorded()
    assert (entry["run_id"], entry["purpose"], entry["action"]) == (release.run_id, "sepsis model", "open")
    assert (entry["release"], entry["manifest_sha256"]) == ("r/1.0.0", release.manifest_sha256)
    assert (entry["state"], entry["signed"]) == ("candidate", False)
    assert repr(release) == "<release r/1.0.0, candidate: events, subjects, codes, resources, notes>"


def test_an_opened_release_is_frozen(release):
    with pytest.raises(AttributeError):
        release.opened = None
    with pytest.raises(TypeError):
        release.tables["events"] = None


@pytest.mark.parametrize("purpose", ["", "  ", "a\nb", "a\x00b", "x" * 501])
def test_a_purpose_is_asked_for(folder, home, purpose):
    assert refused(folder, purpose) == ("purpose_missing", 2)
    assert not (home / "identified").exists()


def test_a_changed_release_is_refused_and_not_recorded(folder, home):
    path = next((folder / "events").glob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert refused(folder, "p") == ("release_changed", 5)
    assert not (home / "identified").exists()


def test_what_is_no_release_is_refused(tmp_path):
    assert refused(tmp_path, "p") == ("not_a_release", 2)


def test_a_withdrawn_release_is_refused_wherever_it_lies(home, tmp_path):
    folder = add_release(home, "2.0.0", "withdrawn")
    assert refused(folder, "p") == ("release_withdrawn", 4)
    assert refused("r/2.0.0", "p", home=home) == ("release_withdrawn", 4)
    copy = shutil.copytree(folder, tmp_path / "copy")
    assert refused(copy, "p", home=home) == ("release_withdrawn", 4)
    # nobody is there to ask
    assert open_release(copy, "p").opened.state == "unknown"


def test_a_ledger_that_cannot_be_read_opens_nothing(folder, home):
    (home / "ledger.sqlite").write_bytes(b"no database" * 100)
    assert refused(folder, "p") == ("ledger_unreadable", 5)


def test_a_signature_can_be_required(folder):
    assert refused(folder, "p", require_signed=True) == ("release_unsigned", 5)
    (folder / "manifest.sig").write_bytes(b"signed")
    assert open_release(folder, "p", require_signed=True).opened.signed


def test_a_release_is_found_by_name_in_its_home(home):
    add_release(home, "1.1.0")
    assert open_release("r", "p", home=home).facts["version"] == "1.1.0"
    assert open_release("r/1.0.0", "p", home=home).facts["version"] == "1.0.0"


def test_what_cannot_be_recorded_is_not_read(folder, tmp_path, monkeypatch):
    release = open_release(folder, "p")
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file" / "ledger"))
    assert refused(folder, "p") == ("access_unrecorded", 2)
    shutil.rmtree(release.opened.access.ledger.parent)
    release.opened.access.ledger.parent.write_text("")
    for read in (release.events.arrow, release.events.duckdb, lambda: release.sql("select 1 from codes")):
        with pytest.raises(PlummerError, match="access_unrecorded"):
            read()


def test_where_it_is_recorded(folder, tmp_path, monkeypatch):
    copy = shutil.copytree(folder, tmp_path / "copy")
    open_release(copy, "no home")
    own = tmp_path / "state" / "plummer" / "access.jsonl"
    assert [entry["purpose"] for entry in entries(own)] == ["no home"]
    assert own.stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv(VARIABLE, str(tmp_path / "named.jsonl"))
    open_release(folder, "named")
    assert [entry["purpose"] for entry in entries(tmp_path / "named.jsonl")] == ["named"]


@pytest.mark.parametrize("harm", ["change", "drop", "insert", "swap", "spoil"])
def test_a_changed_ledger_shows(tmp_path, harm):
    ledger = tmp_path / "access.jsonl"
    for number in range(5):
        Access(ledger, {"run_id": "q"}).record("sql", number=number)
    assert [entry["number"] for entry in entries(ledger)] == [0, 1, 2, 3, 4]
    lines = ledger.read_bytes().splitlines(keepends=True)
    done = {
        "change": [*lines[:1], lines[1].replace(b"sql", b"SQL"), *lines[2:]],
        "drop": [*lines[:1], *lines[2:]],
        "insert": [*lines[:2], lines[1], *lines[2:]],
        "swap": [lines[1], lines[0], *lines[2:]],
        "spoil": [*lines[:2], b"{\n", *lines[3:]],
    }[harm]
    ledger.write_bytes(b"".join(done))
    with pytest.raises(PlummerError) as raised:
        list(entries(ledger))
    assert (raised.value.code, raised.value.exit_code) == ("access_chain", 5)


def test_two_who_read_at_once_leave_one_chain(tmp_path):
    ledger = tmp_path / "access.jsonl"
    access = Access(ledger, {"long": "x" * 1000})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: access.record("sql", number=number), range(200)))
    assert sorted(entry["number"] for entry in entries(ledger)) == list(range(200))


def test_a_line_longer_than_a_block_is_chained(tmp_path):
    ledger = tmp_path / "access.jsonl"
    for _ in range(3):
        Access(ledger, {}).record("sql", long="x" * 200_000)
    assert len(list(entries(ledger))) == 3


HEAVY = ("pyspark", "dagster", "great_expectations", "presidio_analyzer", "spacy", "pandas")
CODE = """
import json, sys, time
import plummer
light = sorted(sys.modules.keys() & {"pyarrow", "duckdb", "plummer.pipelines"})
release = plummer.open_release(sys.argv[1], purpose="a test")
rows = release.sql("select count(*) from events").fetchall()
release.events.arrow("code"), release.timeline(1).svg()
print(json.dumps([light, sorted(sys.modules.keys() & set(sys.argv[2:])), rows]))
"""


def test_no_spark_and_no_dagster_come_in_by_this_door(folder, release):
    done = subprocess.run(
        [sys.executable, "-c", CODE, folder, *HEAVY], check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == [[], [], [[len(release.events)]]]
