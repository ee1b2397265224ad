"""The commands that need neither a run nor Spark: release, keys, scan, text, synth, status, report."""

import json
from pathlib import Path

import pytest

from plummer.pipelines.manifest import write_manifest


@pytest.fixture
def release(tmp_path) -> Path:
    folder = tmp_path / "r" / "1.0.0"
    (folder / "events").mkdir(parents=True)
    (folder / "events" / "part-0.parquet").write_bytes(b"rows")
    (folder / "report.html").write_text("<p>")
    write_manifest(folder, {"name": "r", "version": "1.0.0"})
    return folder


def test_verify_intact_and_unsigned(plummer, release) -> None:
    ended = plummer("release", "verify", release, "--json")
    assert ended.code == 0
    assert ended.last == {
        "path": str(release), "intact": True, "signed": False, "files": 2,
        "added": [], "removed": [], "changed": [],
    }  # fmt: skip
    assert plummer("release", "verify", release, "--require-signed").code == 1


def test_verify_finds_a_renamed_a_changed_and_an_added_file(plummer, release) -> None:
    (release / "events" / "part-0.parquet").rename(release / "events" / "part-9.parquet")
    ended = plummer("release", "verify", release, "--json")
    assert ended.code == 1
    assert (ended.last["added"], ended.last["removed"]) == (
        ["events/part-9.parquet"],
        ["events/part-0.parquet"],
    )
    (release / "report.html").write_text("<b>")
    assert plummer("release", "verify", release, "--json").last["changed"] == ["report.html"]


def test_verify_refuses_what_is_no_release(plummer, tmp_path) -> None:
    ended = plummer("release", "verify", tmp_path, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (2, "not_a_release")


def test_release_list_of_an_empty_home(plummer, tmp_path) -> None:
    ended = plummer("release", "list", "--home", tmp_path / "none", "--json")
    assert (ended.code, ended.last) == (0, {"releases": []})
    assert not (tmp_path / "none").exists()


def test_keys_init_twice_ends_2_and_keeps_the_key(plummer, tmp_path) -> None:
    first = plummer("keys", "init", "--home", tmp_path, "--json")
    assert first.code == 0
    key = tmp_path / "keys" / "main.key"
    before = key.read_bytes()
    assert key.stat().st_mode & 0o777 == 0o600
    again = plummer("keys", "init", "--home", tmp_path, "--json")
    assert (again.code, again.last["error"]["code"]) == (2, "key_exists")
    assert key.read_bytes() == before
    checked = plummer("keys", "check", "--home", tmp_path, "--json")
    assert checked.code == 0
    assert checked.last["fingerprint"] == first.last["fingerprint"]
    assert before.hex() not in first.out + checked.out


def test_keys_check_without_a_key_ends_5(plummer, tmp_path) -> None:
    ended = plummer("keys", "check", "--home", tmp_path / "none", "--json")
    assert (ended.code, ended.last["error"]["code"]) == (5, "key_missing")


@pytest.fixture
def searched(tmp_path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.txt").write_text("nothing to see")
    (tmp_path / "needles.txt").write_text("Quetzalcroft\n")
    return folder


def test_scan_clean_and_with_a_hit(plummer, searched, tmp_path) -> None:
    asked = ("scan", searched, "--needles", tmp_path / "needles.txt", "--json")
    clean = plummer(*asked)
    assert (clean.code, clean.last["hits"]) == (0, 0)
    assert clean.last["controls"]["planted"] == clean.last["controls"]["found"] > 0
    (searched / "b.json").write_text(json.dumps({"x": "saw QUETZALCROFT today"}))
    found = plummer(*asked)
    assert (found.code, found.last["findings"][0]["needle"]) == (1, "n1")
    assert "quetzalcroft" not in (found.out + found.err).casefold()


@pytest.mark.parametrize(
    ("needles", "code"), [("abc\n", "needle_short"), ("", "needles_empty"), (None, "needles_unreadable")]
)
def test_scan_refuses_bad_needles(plummer, searched, tmp_path, needles, code) -> None:
    path = tmp_path / "needles.txt"
    path.unlink() if needles is None else path.write_text(needles)
    ended = plummer("scan", searched, "--needles", path, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (2, code)


def test_scan_of_a_path_that_isnt_there(plummer, tmp_path, searched) -> None:
    ended = plummer("scan", tmp_path / "none", "--needles", tmp_path / "needles.txt", "--json")
    assert (ended.code, ended.last["error"]["code"]) == (2, "path_missing")


def test_scan_of_a_truncated_container_ends_6(plummer, searched, tmp_path) -> None:
    (searched / "c.gz").write_bytes(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03cut")
    assert plummer("scan", searched, "--needles", tmp_path / "needles.txt").code == 6


def test_text_scrub_keeps_order_and_tells_spans(plummer, tmp_path) -> None:
    notes = [{"id": "2", "text": "MRN 00123456 seen."}, {"id": "1", "text": "No identifier."}]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(note) + "\n" for note in notes))
    ended = plummer("text", "scrub", "--in", tmp_path / "in.jsonl", "--out", tmp_path / "out.jsonl")
    assert (ended.code, ended.out) == (0, "")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == ["2", "1"]
    assert rows[0]["text"] == "MRN [MRN] seen."
    assert [(s["start"], s["end"], s["type"]) for s in rows[0]["spans"]] == [(4, 12, "MRN")]
    assert rows[1]["spans"] == []
    shown = plummer("text", "scrub", "--in", tmp_path / "in.jsonl", "--detect-only")
    assert shown.code == 0
    assert all("text" not in json.loads(line) for line in shown.out.splitlines())


SURROGATES = "extends: safe_harbor\nversion: '1'\nprofile: {}\ntime_mode: {}\ntext: surrogates\n"


def _scrubbed(plummer, folder, profile, mode, *more):
    (folder / "policy.yaml").write_text(SURROGATES.format(profile, mode))
    return plummer("text", "scrub", "--in", folder / "in.jsonl", "--profile", folder / "policy.yaml", *more)


@pytest.mark.parametrize(
    ("profile", "mode"), [("safe_harbor", "relative"), ("expert_determination", "shift")]
)
def test_text_scrub_gives_a_patient_one_name(plummer, tmp_path, profile, mode) -> None:
    notes = [
        {"id": n, "patient_id": patient, "text": f"Mr. Oyelaran coughs. {n} Seen by Dr. Qorax Brimble."}
        for n, patient in enumerate(["a", "b", "a"])
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(note) + "\n" for note in notes))
    home = tmp_path / "home"
    assert plummer("keys", "init", "--home", home).code == 0
    runs = [_scrubbed(plummer, tmp_path, profile, mode, "--home", home) for _ in range(2)]
    assert [ended.code for ended in runs] == [0, 0]
    texts = [json.loads(line)["text"] for line in runs[0].out.splitlines()]
    assert texts[0].replace(" 0 ", " 2 ") == texts[2]
    assert texts[0].split(" coughs")[0] != texts[1].split(" coughs")[0]
    assert "Oyelaran" not in runs[0].out
    # random under safe_harbor, from the key under a determination
    assert (runs[0].out == runs[1].out) is (profile != "safe_harbor")


def test_text_scrub_with_keyed_surrogates_needs_the_key(plummer, tmp_path) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "Mr. Oyelaran coughs."}\n')
    ended = _scrubbed(plummer, tmp_path, "expert_determination", "shift", "--home", tmp_path / "home")
    assert ended.code == 5
    assert "Oyelaran" not in ended.out + ended.err


@pytest.mark.parametrize("line", ["not json", '{"id":"1"}', "[]", '{"id":"1","text":3}'])
def test_text_scrub_refuses_a_bad_line(plummer, tmp_path, line) -> None:
    (tmp_path / "in.jsonl").write_text(line + "\n")
    ended = plummer("text", "scrub", "--in", tmp_path / "in.jsonl")
    assert ended.code == 2
    assert "text_input" in ended.err
    assert line not in ended.err


def test_synth_writes_once(plummer, tmp_path) -> None:
    out = tmp_path / "synth"
    ended = plummer("synth", "--patients", "1", "--seed", "5", "--out", out, "--json")
    assert (ended.code, ended.last["patients"], ended.last["out"]) == (0, 1, str(out))
    again = plummer("synth", "--patients", "1", "--seed", "5", "--out", out, "--json")
    assert (again.code, again.last["error"]["code"]) == (2, "out_not_empty")
    none = plummer("synth", "--patients", "0", "--out", tmp_path / "x", "--json")
    assert (none.code, none.last["error"]["code"]) == (2, "patients_not_positive")


def test_status_and_report_without_a_home(plummer, tmp_path) -> None:
    for command, code in (("status", "home_missing"), ("report", "report_missing")):
        ended = plummer(command, "--home", tmp_path / "none", "--json")
        assert (ended.code, ended.last["error"]["code"]) == (2, code)
    assert not (tmp_path / "none").exists()
