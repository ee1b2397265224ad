"""Files to lines: ranges equal the whole, gzip is believed only at its end, sources are read safely."""

import gzip
import io
import json
import os
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plummer.pipelines.deliveries import discover, load, register
from plummer.pipelines.home import Home
from plummer.pipelines.landing import framing, gzipped, reader
from plummer.pipelines.landing.refusal import Refused
from plummer.pipelines.landing.scan import scan
from plummer.pipelines.landing.tasks import ReadTask, apply_scan, pack, split
from plummer.schemas.errors import ExitCode, PlummerError

LINE = '{"resourceType":"Patient","id":"%s"}'


def told(outcomes):
    rows = [(o.line, o.entry, o.reason, o.resource_id, o.content_sha256) for o in outcomes]
    return sorted(rows, key=repr)


def read_all(tasks):
    return told(outcome for task in tasks for outcome in reader.read_task(task))


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="ab\n", max_size=200).map(str.encode), st.integers(1, 50), st.integers(1, 9))
def test_ranges_give_the_lines_of_the_whole(monkeypatch_block, data, size, block):
    monkeypatch_block(block)
    whole = [(line.number, line.data) for line in framing.iter_lines(io.BytesIO(data))]
    assert whole == [(n, part) for n, part in enumerate(data.split(b"\n"), 1)][: len(whole)]
    cut, before = [], 0
    for start in range(0, len(data), size):
        end = min(len(data), start + size)
        lines = reader._range(io.BytesIO(data), start, end, before)
        cut += [(line.number, line.data) for line in lines]
        before += framing.count_newlines(io.BytesIO(data[start:end]), end - start)
    assert cut == whole


@pytest.fixture(scope="module")
def monkeypatch_block():
    patch = pytest.MonkeyPatch()
    yield lambda size: patch.setattr(framing, "BLOCK", size)
    patch.undo()


def test_long_lines_are_skipped_by_hash(monkeypatch_block):
    monkeypatch_block(4)
    lines = list(framing.iter_lines(io.BytesIO(b"ab\n" + b"x" * 50 + b"\ncd"), limit=10))
    assert [(x.number, x.data, x.size) for x in lines] == [(1, b"ab", 2), (2, None, 50), (3, b"cd", 2)]
    monkeypatch_block(1 << 20)


def tasks_of(path, size=1 << 20):
    delivery = discover("fhir", "main", str(path))
    files = (ReadTask(f.path, f.uri, f.form, f.bytes, f.sha256, 0, f.bytes) for f in delivery.files)
    return split(files, size)


@settings(max_examples=30, deadline=None)
@given(st.integers(40, 3000), st.integers(1, 4))
def test_cut_and_striped_files_give_the_units_of_the_whole(tmp_path_factory, size, width):
    folder = tmp_path_factory.mktemp("cut")
    text = "\ufeff" + "\r\n".join(LINE % n if n % 7 else "" if n % 2 else "{" for n in range(1500))
    (folder / "a.ndjson").write_text(text, newline="")
    whole = read_all(tasks_of(folder))
    tasks = tasks_of(folder, size)
    tasks = apply_scan(tasks, [scan(task) for task in tasks], width)
    assert read_all(tasks) == whole
    assert sorted(str(task) for part in pack(tasks, width) for task in part) == sorted(map(str, tasks))
    striped = [
        ReadTask("a", task.uri, "ndjson", 1, "", 0, len(text.encode()), 0, n, 3, True)
        for task in tasks_of(folder)
        for n in range(3)
    ]
    assert read_all(striped) == whole


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(1, 400), st.data())
def test_gzip_is_whole_or_refused(parts, size, data):
    packed = b"".join(map(gzip.compress, parts))
    stream = gzipped.GzipReader(io.BytesIO(packed))
    pieces = []
    while piece := stream.read(size):
        pieces.append(piece)
    assert b"".join(pieces) == b"".join(parts)
    assert gzipped.verify(io.BytesIO(packed + b"\0" * 100)) == len(b"".join(parts))
    ends = {0}
    for part in parts:
        ends.add(max(ends) + len(gzip.compress(part)))
    cut = data.draw(st.integers(1, len(packed) - 1))
    if cut not in ends:
        with pytest.raises(Refused, match="gzip_truncated"):
            gzipped.verify(io.BytesIO(packed[:cut]))


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (gzip.compress(b"abc")[:-8] + b"\0\0\0\0\3\0\0\0", "gzip_crc"),
        (gzip.compress(b"abc") + b"junk", "gzip_corrupt"),
        (gzip.compress(b"\0" * (80 << 20), 9), "gzip_bomb"),
        (zlib.compress(b"abc"), "gzip_corrupt"),
    ],
    ids=["sum", "junk", "bomb", "zlib"],
)
def test_gzip_reasons(packed, reason):
    with pytest.raises(Refused, match=reason):
        gzipped.verify(io.BytesIO(packed))


def test_large_gzips_are_scanned_striped_and_whole(tmp_path, monkeypatch):
    from plummer.pipelines.landing import tasks as module

    monkeypatch.setattr(module, "SMALL_GZIP", 10)
    monkeypatch.setattr(module, "RANGE", 2000)
    lines = "\n".join(LINE % n for n in range(3000)).encode()
    (tmp_path / "a.ndjson.gz").write_bytes(gzip.compress(lines))
    (tmp_path / "b.ndjson.gz").write_bytes(gzip.compress(lines)[:-9])
    (tmp_path / "c.ndjson.gz").write_bytes(gzip.compress(gzip.compress(os.urandom(5000))))
    tasks = tasks_of(tmp_path)
    tasks = apply_scan(tasks, [scan(task) for task in tasks], 3)
    assert [(t.path[0], t.stripe, t.refusal) for t in tasks] == [
        ("a", 0, ""), ("a", 1, ""), ("a", 2, ""), ("b", 0, "gzip_truncated"), ("c", 0, "binary_content"),
    ]  # fmt: skip
    found = read_all(tasks)
    assert len([row for row in found if row[2] is None]) == 3000
    assert [row[2] for row in found if row[2]] == ["binary_content", "gzip_truncated"]


def test_pretty_printed_json_is_one_record_where_it_begins(tmp_path):
    bundle = {"resourceType": "Bundle", "entry": [{"resource": json.loads(LINE % "a")}] * 2}
    (tmp_path / "b.json").write_text("\n" + json.dumps(bundle, indent=2))
    (tmp_path / "p.json").write_text("\n\n" + json.dumps(json.loads(LINE % "z"), indent=2))
    (tmp_path / "lines.json").write_text(LINE % "x" + "\n" + LINE % "y" + "\n{")
    (tmp_path / "broken.json").write_text('{"resourceType": "Patient",')
    found = {(row[0], row[1], row[2], row[3]) for row in read_all(tasks_of(tmp_path))}
    assert found == {
        (6, 0, None, "a"), (12, 1, None, "a"), (3, None, None, "z"), (1, None, None, "x"),
        (2, None, None, "y"), (3, None, "json_truncated", None), (0, None, "json_truncated", None),
    }  # fmt: skip


def test_what_is_passed_over_and_what_is_unknown(tmp_path):
    source, outside = tmp_path / "in", tmp_path / "outside.ndjson"
    for name in (
        "a.ndjson",
        "sub/b.json",
        ".hidden.ndjson",
        "_SUCCESS",
        "gold/g.ndjson",
        "_x/c.ndjson",
        "n.pdf",
    ):
        path = source / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(LINE % "q")
    outside.write_text(LINE % "secret")
    (source / "link.ndjson").symlink_to(outside)
    (source / "up").symlink_to(tmp_path)
    os.mkfifo(source / "pipe.ndjson")
    (source / "manifest.json").write_text('{"transactionTime": "2024", "output": []}')
    (source / "log.ndjson").write_text('{"exportId": "1", "eventId": "kickoff"}\n')
    (source / "sub" / "manifest.json").write_text(LINE % "m")
    delivery = discover("fhir", "main", str(source))
    assert {file.path: file.form for file in delivery.files} == {
        "a.ndjson": "ndjson", "sub/b.json": "json", "n.pdf": "other", "link.ndjson": "other", "up": "other",
        "pipe.ndjson": "other", "manifest.json": "manifest", "log.ndjson": "log", "sub/manifest.json": "json",
    }  # fmt: skip


def test_a_name_that_is_not_utf8_travels_encoded(tmp_path):
    (tmp_path / os.fsdecode(b"J\xfcrgen.ndjson")).write_text(LINE % "a")
    (task,) = tasks_of(tmp_path)
    assert task.path == "J%FCrgen.ndjson"
    assert [outcome.resource_id for outcome in reader.read_task(task)] == ["a"]


def test_delivery_id_tells_content_and_place_but_no_name(tmp_path):
    one, two = tmp_path / "one", tmp_path / "Jane-Doe-MRN123"
    for folder in (one, two):
        folder.mkdir()
        (folder / "a.ndjson").write_text(LINE % "a")
    first, second = (discover("fhir", "main", str(folder)) for folder in (one, two))
    assert first.delivery_id == second.delivery_id != discover("fhir", "north", str(one)).delivery_id
    assert "Jane" not in repr(second)
    (two / "a.ndjson").write_text(LINE % "b")
    assert discover("fhir", "main", str(two)).delivery_id != first.delivery_id
    assert [file.path for file in discover("fhir", "main", str(one / "a.ndjson")).files] == ["a.ndjson"]
    home = Home.at(tmp_path / "home")
    path = register(home, first)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load(home, first.delivery_id) == first
    with pytest.raises(PlummerError, match="delivery_unknown"):
        load(home, "../../etc/passwd")


@pytest.mark.parametrize(
    ("kind", "site", "files", "code", "exit_code"),
    [
        ("fhir", "main", None, "source_missing", ExitCode.USAGE),
        ("fhir", "main", [], "nothing_to_land", ExitCode.NOTHING_TO_DO),
        ("fhir", "main", ["a.csv"], "nothing_to_land", ExitCode.NOTHING_TO_DO),
        ("fire", "main", ["a.ndjson"], "kind_unknown", ExitCode.USAGE),
        ("fhir", "a/b", ["a.ndjson"], "site_invalid", ExitCode.USAGE),
    ],
)
def test_refusals(tmp_path, kind, site, files, code, exit_code):  # noqa: PLR0917
    source = tmp_path / "in"
    if files is not None:
        source.mkdir()
        for name in files:
            (source / name).write_text("x")
    with pytest.raises(PlummerError) as caught:
        discover(kind, site, str(source))
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    assert str(tmp_path) not in str(caught.value)
