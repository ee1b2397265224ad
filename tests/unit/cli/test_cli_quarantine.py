"""`quarantine list` and `show`: no value but on a terminal, and that written down; no Spark is started."""

import json
import os
import pty
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from plummer.pipelines.home import Home
from plummer.pipelines.stages.land_retry import SCRUBBING
from plummer.schemas.tables import LOADS, QUARANTINE

_MAIN = "from plummer.pipelines.cli.main import main; main()"
_BODY = b'{"resourceType":"Patient","name":"Zzcanary\x1b[2J\xe2\x80\xae"'


def table(home, spec, rows):
    """A Delta table at version 0, written by hand."""
    folder = home.root / spec.path
    (folder / "_delta_log").mkdir(parents=True)
    made = pa.Table.from_pylist(rows)
    pq.write_table(
        made.select([name for name in spec.names if name in made.column_names]), folder / "p.parquet"
    )
    add = {"add": {"path": "p.parquet", "stats": json.dumps({"numRecords": len(rows)})}}
    (folder / "_delta_log" / f"{0:020}.json").write_text(json.dumps(add))


@pytest.fixture
def home(tmp_path):
    made = Home.at(tmp_path / "home")
    made.create()
    loads = [{"load_id": "dx", "file": name} for name in ("Ann Zzcanary.ndjson", "b.json", "c.ndjson")]
    table(made, LOADS, loads)
    shared = {"site": "main", "content_sha256": "00"}
    table(
        made,
        QUARANTINE,
        [
            {**shared, "load_id": "dx", "file": "c.ndjson", "line": 12, "entry": None,
             "reason": "invalid_date", "bytes": len(_BODY), "body": _BODY},
            {**shared, "load_id": "dx", "file": "b.json", "line": 3, "entry": 4, "reason": "missing_id",
             "bytes": 9, "body": b"{}"},
            {**shared, "load_id": "dx", "file": "Ann Zzcanary.ndjson", "line": 0, "entry": None,
             "reason": "gzip_crc", "bytes": 99, "body": None},
            {**shared, "load_id": "cut off", "file": "b.json", "line": 1, "entry": None,
             "reason": "missing_id", "bytes": 1, "body": b"{"},
        ],
    )  # fmt: skip
    return made


def test_list_names_units_by_number_and_never_by_value(plummer, home):
    ended = plummer("quarantine", "list", "--home", home.root, "--json")
    assert ended.code == 0
    assert ended.last == {
        "units": 3,
        "reasons": {"gzip_crc": 1, "invalid_date": 1, "missing_id": 1},
        "listed": [
            {"ref": "dx:1:0", "reason": "gzip_crc", "bytes": 99},
            {"ref": "dx:2:3:4", "reason": "missing_id", "bytes": 9},
            {"ref": "dx:3:12", "reason": "invalid_date", "bytes": len(_BODY)},
        ],
    }
    assert "anary" not in ended.out + ended.err
    few = plummer(
        "quarantine", "list", "--reason", "missing_id", "--limit", "1", "--home", home.root, "--json"
    )
    assert (few.last["units"], few.last["listed"][0]["ref"]) == (1, "dx:2:3:4")


def on_a_terminal(*arguments):
    """Exit code and what the terminal showed."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", _MAIN, *map(str, arguments)]
    with subprocess.Popen(command, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            shown += part
    return process.returncode, shown.decode()


def test_show_writes_to_a_terminal_only_what_cannot_steer_it_and_into_the_access_ledger(home):
    code, shown = on_a_terminal("quarantine", "show", "dx:3:12", "--home", home.root)
    assert code == 0, shown
    assert "Zzcanary" in shown
    assert "invalid_date" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    (line,) = (home.root / "identified" / "access.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert (told["action"], told["ref"]) == ("quarantine_show", "dx:3:12")
    assert told["user"]
    assert "canary" not in line


def test_show_into_a_pipe_is_refused_before_anything_is_read(plummer, home):
    ended = plummer("quarantine", "show", "dx:3:12", "--home", home.root)
    assert ended.code == 2
    assert "not_a_terminal" in ended.err
    assert "anary" not in ended.out + ended.err
    assert not (home.root / "identified" / "access.jsonl").exists()


def test_where_nothing_can_be_written_down_nothing_is_shown(home):
    (home.root / "identified" / "access.jsonl").mkdir()
    code, shown = on_a_terminal("quarantine", "show", "dx:3:12", "--home", home.root)
    assert (code, "Zzcanary" in shown) == (2, False)


def test_an_unknown_reference_and_a_missing_home(plummer, home, tmp_path):
    code, shown = on_a_terminal("quarantine", "show", "dx:9:9", "--home", home.root)
    assert (code, "refused_unknown" in shown) == (2, True)
    for command in ("list", "retry"):
        ended = plummer("quarantine", command, "--home", tmp_path / "none", "--json")
        assert (ended.code, ended.last["error"]["code"]) == (2, "home_missing")


def test_what_scrubbing_refuses_is_told_from_what_landing_refuses():
    """Codes of docs/codes.md; json_invalid is of both, and treated as landing's."""
    import re
    from pathlib import Path

    page = (Path(__file__).resolve().parents[3] / "docs" / "codes.md").read_text()
    sections = {part.split("\n", 1)[0]: part for part in re.split(r"^#{2,3} ", page, flags=re.MULTILINE)}

    def codes(*titles):
        return set(re.findall(r"^\| `([a-z0-9_]+)` \|", "".join(sections[t] for t in titles), re.MULTILINE))

    landing = codes("Landing: a whole file", "Landing: a line, a Bundle entry, or a `.json` document")
    scrubbing = codes("Scrubbing: a record", "Scrubbing: a note") - {"json_invalid"}
    ours = {code for code in scrubbing if code in SCRUBBING or code.startswith(("note_", "attachment_"))}
    assert ours == scrubbing
    assert not landing & scrubbing
