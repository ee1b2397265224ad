"""`plummer view` in this process: exit codes, forms, and the last line of standard output."""

import json

import pyarrow.parquet as pq
import pytest
from made_release import event, make_release

from plummer.pipelines.research.access import VARIABLE, entries

VIEW = {
    "name": "who", "resource": "Patient",
    "select": [{"column": [
        {"name": "id", "path": "id", "type": "id"}, {"name": "n", "path": "1.50", "type": "decimal"},
    ]}],
}  # fmt: skip


@pytest.fixture
def data(tmp_path):
    (tmp_path / "data").mkdir()
    rows = [{"resourceType": "Patient", "id": f"p{n}"} for n in range(3)]
    (tmp_path / "data" / "Patient.ndjson").write_text("\n".join(map(json.dumps, rows)))
    return tmp_path / "data"


@pytest.fixture
def view(tmp_path):
    path = tmp_path / "view.json"
    path.write_text(json.dumps(VIEW))
    return path


def test_ndjson_then_the_object(plummer, view, data):
    ended = plummer("view", "run", view, "--on", data, "--json")
    assert ended.code == 0
    *rows, last = ended.out.splitlines()
    assert rows == [f'{{"id":"p{n}","n":1.50}}' for n in range(3)]
    assert json.loads(last) == {
        "view": "who", "resource": "Patient", "on": str(data), "rows": 3, "out": None, "warnings": [],
        "columns": [
            {"name": "id", "type": "id", "collection": False},
            {"name": "n", "type": "decimal", "collection": False},
        ],
    }  # fmt: skip


def test_a_table_for_a_person(plummer, view, data):
    ended = plummer("view", "run", view, "--on", data, "--format", "table", "--limit", "2")
    assert ended.out.splitlines() == ["id  n", "--  ----", "p0  1.50", "p1  1.50"]


def test_a_parquet_file(plummer, view, data, tmp_path):
    out = tmp_path / "rows.parquet"
    assert plummer("view", "run", view, "--on", data, "--format", "parquet", "--out", out).code == 0
    assert pq.read_table(out)["id"].to_pylist() == ["p0", "p1", "p2"]


def test_a_run_that_fails_leaves_no_file(plummer, view, data, tmp_path):
    (data / "z.ndjson").write_text("{")
    out = tmp_path / "rows.ndjson"
    ended = plummer("view", "run", view, "--on", data, "--out", out, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (2, "view_source")
    assert [path.name for path in tmp_path.iterdir() if "rows" in path.name] == []


def test_a_ready_view_by_its_name(plummer, data):
    ended = plummer("view", "run", "patient", "--on", data, "--limit", "1", "--json")
    assert json.loads(ended.out.splitlines()[0])["id"] == "p0"
    assert ended.last["rows"] == 1


def test_an_element_that_r4_does_not_have_is_told(plummer, view, data):
    typo = {**VIEW, "select": [{"column": [{"name": "x", "path": "birthdate", "type": "date"}]}]}
    view.write_text(json.dumps(typo))
    ended = plummer("view", "run", view, "--on", data, "--json")
    assert ended.code == 0
    assert ended.last["warnings"] == ["R4 has no element birthdate in Patient"]
    assert "R4 has no element birthdate" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("nowhere.json",), "view_missing"),
        (("patient", "--on", "nowhere"), "view_source"),
        (("patient", "--home", "nowhere"), "view_source"),
        (("patient", "--format", "csv"), "view_format"),
        (("patient", "--format", "parquet"), "view_format"),
        (("patient", "--out", "no/such/folder/x"), "out_unwritable"),
    ],
)
def test_errors(plummer, data, arguments, code, monkeypatch):
    monkeypatch.chdir(data)
    on = () if {"--on", "--home"} & set(arguments) else ("--on", data)
    ended = plummer("view", "run", *arguments, *on, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (2, code)


@pytest.fixture
def release(tmp_path):
    """Makes a release whose policy says so; it holds no resource."""

    def make(**policy):
        facts = {"policy": {"sha256": "0" * 64, "version": "1.0.0", **policy}}
        return make_release(tmp_path / "home" / "r", [event(1, None, "A")], resources=[], facts=facts)

    return make


def test_a_view_over_a_release_is_written_down(plummer, release, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "access.jsonl"))
    assert plummer("view", "run", "patient", "--on", release(), "--purpose", "sepsis").code == 0
    told = list(entries(tmp_path / "access.jsonl"))
    assert [(one["action"], one["purpose"]) for one in told] == [("open", "sepsis"), ("view", "sepsis")]
    assert "id" in told[-1]["columns"]


def test_a_policy_that_forbids_single_rows_forbids_views(plummer, release, tmp_path, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(tmp_path / "access.jsonl"))
    ended = plummer("view", "run", "patient", "--on", release(row_level_sql=False), "--json")
    assert (ended.code, ended.last["error"]["code"]) == (4, "row_level_forbidden")


def test_list_names_the_ready_views(plummer):
    ended = plummer("view", "list", "--json")
    assert len(ended.last["views"]) == 8
    assert ended.out.startswith("condition\tCondition\t")


@pytest.mark.parametrize(("tag", "code"), [("shareable", 1), ("experimental", 0)])
def test_only_a_shareable_failure_ends_with_one(plummer, tmp_path, tag, code):
    tests = [
        {"title": "good", "tags": ["shareable"], "view": VIEW, "expect": []},
        {"title": "bad", "tags": [tag], "view": VIEW, "expectError": True},
    ]
    (tmp_path / "t").mkdir()
    (tmp_path / "t" / "own.json").write_text(json.dumps({"title": "own", "resources": [], "tests": tests}))
    report = tmp_path / "report.json"
    ended = plummer("view", "test", tmp_path / "t", "--report", report, "--json")
    assert ended.code == code
    assert (ended.last["tests"], ended.last["passed"]) == (2, 1)
    assert json.loads(report.read_text()) == {
        "own.json": {
            "tests": [
                {"name": "good", "result": {"passed": True}},
                {"name": "bad", "result": {"passed": False, "reason": "an error was expected"}},
            ]
        }
    }


def test_a_folder_without_tests_ends_3(plummer, tmp_path):
    assert plummer("view", "test", tmp_path, "--json").last["error"]["code"] == "tests_missing"
    assert plummer("view", "test", tmp_path).code == 3
