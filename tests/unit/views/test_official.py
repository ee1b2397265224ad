"""The official tests of SQL on FHIR v2: all of them, the experimental ones too."""

import json

import pytest

from plummer.pipelines.views.suite import Outcome, counts, report, run_suite
from plummer.schemas.errors import PlummerError

RESOURCES = [{"resourceType": "Patient", "id": "a", "active": True}, {"resourceType": "Patient", "id": "b"}]


@pytest.fixture
def one_test(tmp_path):
    def run(test: dict) -> Outcome:
        raw = {"title": "t", "resources": RESOURCES, "tests": [{"title": "x", "tags": ["shareable"], **test}]}
        (tmp_path / "t.json").write_text(json.dumps(raw))
        (outcome,) = run_suite(tmp_path)
        return outcome

    return run


def view(path: str, kind: str = "string") -> dict:
    return {"resource": "Patient", "select": [{"column": [{"name": "v", "path": path, "type": kind}]}]}


@pytest.mark.shared
def test_all_official_tests_pass(shared):
    outcomes = run_suite(shared / "sql-on-fhir-tests")
    assert [(one.file, one.title, one.reason) for one in outcomes if not one.passed] == []
    found = {tag: row["passed"] for tag, row in counts(outcomes).items()}
    assert found == {"all": 134, "shareable": 123, "experimental": 11}


@pytest.mark.shared
def test_the_report_has_the_official_form(shared):
    told = report(run_suite(shared / "sql-on-fhir-tests"))
    files = {
        path.name: json.loads(path.read_text()) for path in (shared / "sql-on-fhir-tests").glob("*.json")
    }
    assert set(told) == set(files)
    for name, raw in files.items():
        assert told[name] == {
            "tests": [{"name": test["title"], "result": {"passed": True}} for test in raw["tests"]]
        }


@pytest.mark.parametrize(
    ("test", "passes"),
    [
        ({"view": view("id"), "expect": [{"v": "b"}, {"v": "a"}]}, True),
        ({"view": view("id"), "expect": [{"v": "a"}]}, False),
        ({"view": view("id"), "expect": [{"v": "a"}, {"v": "a"}]}, False),
        ({"view": view("id"), "expect": [{"w": "a"}, {"w": "b"}]}, False),
        ({"view": view("active", "boolean"), "expect": [{"v": True}, {"v": None}]}, True),
        ({"view": view("active", "boolean"), "expect": [{"v": 1}, {"v": None}]}, False),
        ({"view": view("1.50", "decimal"), "expect": [{"v": 1.5}, {"v": 1.5}]}, True),
        ({"view": view("id"), "expectColumns": ["v"]}, True),
        ({"view": view("id"), "expectColumns": ["w"]}, False),
        ({"view": view("id"), "expectError": True}, False),
        ({"view": view("@@"), "expectError": True}, True),
        ({"view": view("@@"), "expect": []}, False),
    ],
)
def test_the_runner_fails_what_is_wrong(one_test, test, passes):
    outcome = one_test(test)
    assert outcome.passed is passes
    assert bool(outcome.reason) is not passes
    (row,) = report([outcome])["t.json"]["tests"]
    assert ("reason" in row["result"]) is not passes


def test_folders_without_tests_and_other_files(tmp_path):
    with pytest.raises(PlummerError, match="tests_missing") as caught:
        run_suite(tmp_path)
    assert int(caught.value.exit_code) == 3
    (tmp_path / "a.json").write_text('{"resources": []}')
    with pytest.raises(PlummerError, match="tests_malformed"):
        run_suite(tmp_path)
