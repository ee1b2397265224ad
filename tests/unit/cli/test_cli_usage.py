"""Help, wrong usage, exit codes and the JSON object that ends standard output."""

import json
import os
import subprocess
import sys

import pytest
import typer

from plummer.pipelines.cli.main import app

# the job's definitions are imported by `run`; dagster itself uses what pydantic has deprecated
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*")

GROUP = typer.main.get_command(app)


def commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in GROUP.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", None)
        found += [(name,)] if inner is None else [(name, below) for below in inner]
    return found


def test_commands_are_the_contracts() -> None:
    assert {" ".join(names) for names in commands()} == {
        "demo", "synth", "run", "status", "report", "sql", "ui", "doctor", "keys init", "keys check",
        "keys rotate",
        "scan",
        "text scrub", "text evaluate", "view list", "view run", "view test", "release list", "export meds",
        "policy check", "policy explain", "policy diff", "policy import-ms", "policy coverage", "policy try",
        "release verify", "quarantine list", "quarantine show", "quarantine retry",
    }  # fmt: skip


@pytest.mark.parametrize("names", commands(), ids=" ".join)
def test_every_help_has_an_example(plummer, names) -> None:
    ended = plummer(*names, "--help")
    assert ended.code == 0
    assert f"plummer {' '.join(names)}" in ended.out.partition("Example")[2]


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--json"),
        ("run", "--nonsense", "--json"),
        ("release", "verify", "--json"),
        ("synth", "--patients", "many", "--out", "x", "--json"),
        ("scan", "--json", "somewhere"),
        ("nonsense", "--json"),
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_2_with_one_object(plummer, arguments) -> None:
    ended = plummer(*arguments)
    assert ended.code == 2
    assert ended.last["error"]["code"] == "usage"
    assert len(ended.out.splitlines()) == 1


def test_wrong_usage_without_json_prints_no_object(plummer) -> None:
    ended = plummer("run", "--nonsense")
    assert (ended.code, ended.out) == (2, "")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--source", "fhir"), "source_form"),
        (("--source", "nope=."), "kind_unknown"),
        (("--source", "csv=."), "mapping_missing"),
        (("--source", "csv=.", "--mapping", "nowhere.yaml"), "mapping_unreadable"),
        (("--source", "csv=.", "--mapping", os.devnull), "mapping_invalid"),
        (("--source", "fhir=.", "--mapping", "nowhere.yaml"), "mapping_unused"),
        (("--source", "synthea-csv=.", "--mapping", "nowhere.yaml"), "mapping_unused"),
        (("--source", "synthea-csv=/nowhere/at/all"), "source_missing"),
        (("--source", "fhir=/nowhere/at/all"), "source_missing"),
        (("--source", "fhir=.", "--to", "nowhere"), "stage_unknown"),
        (("--source", "fhir=.", "--conformance", "nowhere"), "conformance_unknown"),
        (("--source", "fhir=.", "--profile", "nowhere.yaml"), "policy_unreadable"),
        (("--source", "fhir=.", "--release", "../up"), "release_name"),
        (("--source", "fhir=.", "--release", "a/b"), "release_name"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_run_refuses_before_it_makes_a_home(plummer, tmp_path, arguments, code) -> None:
    home = tmp_path / "home"
    ended = plummer("run", *arguments, "--home", home, "--json")
    assert ended.code == 2
    assert ended.last["error"]["code"] == code
    assert not home.exists()


def test_empty_folder_ends_3_before_a_home_is_made(plummer, tmp_path) -> None:
    (tmp_path / "in" / "gold").mkdir(parents=True)
    (tmp_path / "in" / "gold" / "Patient.ndjson").write_text("{}\n")
    (tmp_path / "in" / "_hidden.ndjson").write_text("{}\n")
    ended = plummer("run", "--source", f"fhir={tmp_path / 'in'}", "--home", tmp_path / "home", "--json")
    assert (ended.code, ended.last["error"]["code"]) == (3, "nothing_to_land")
    assert not (tmp_path / "home").exists()


def test_folder_without_any_fhir_file_ends_3(plummer, tmp_path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "notes.txt").write_text("hello")
    ended = plummer("run", "--source", f"fhir={tmp_path / 'in'}", "--home", tmp_path / "home", "--json")
    assert (ended.code, ended.last["error"]["code"]) == (3, "nothing_to_land")
    assert not (tmp_path / "home").exists()


def test_storage_in_an_object_store_is_refused_for_a_release(plummer, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PLUMMER_STORAGE", "s3a://bucket/tables")
    ended = plummer("run", "--source", "fhir=.", "--home", tmp_path / "home", "--json")
    assert (ended.code, ended.last["error"]["code"]) == (2, "storage_not_local")
    assert not (tmp_path / "home").exists()


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "Patient.ndjson").write_text('{"resourceType":"Patient","id":"a"}\n')
    return f"fhir={folder}"


def table_files(home) -> list[str]:
    return [path.name for path in (home / "identified").rglob("*") if path.is_file()]


def test_key_that_others_may_read_ends_5(plummer, tmp_path, source) -> None:
    home = tmp_path / "home"
    assert plummer("keys", "init", "--home", home).code == 0
    (home / "keys" / "main.key").chmod(0o644)
    for command in (("run", "--source", source), ("keys", "check")):
        ended = plummer(*command, "--home", home, "--json")
        assert (ended.code, ended.last["error"]["code"]) == (5, "key_mode")
    assert table_files(home) == []
    assert not (home / "ledger.sqlite").exists()


def test_data_without_a_key_and_with_a_wrong_key_ends_5(plummer, tmp_path, source) -> None:
    from plummer.pipelines.ledger import Ledger

    home = tmp_path / "home"
    assert plummer("keys", "init", "--home", home).code == 0
    Ledger(home / "ledger.sqlite").put("key:main", "0123456789abcdef")
    ended = plummer("run", "--source", source, "--home", home, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (5, "key_mismatch")
    (home / "keys" / "main.key").unlink()
    ended = plummer("run", "--source", source, "--home", home, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (5, "key_missing")
    assert table_files(home) == []
    assert Ledger(home / "ledger.sqlite").runs() == []


def test_busy_home_ends_2(plummer, tmp_path, source) -> None:
    from plummer.pipelines.lock import writer

    home = tmp_path / "home"
    home.mkdir()
    with writer(home):
        ended = plummer("run", "--source", source, "--home", home, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (2, "home_busy")


def test_no_java_ends_6_and_names_the_command(tmp_path, source) -> None:
    (tmp_path / "nojava").mkdir()
    env = {**os.environ, "JAVA_HOME": str(tmp_path / "nojava")}
    env.pop("PLUMMER_HOME", None)
    code = "from plummer.pipelines.cli.main import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", code, "run", "--source", source, "--home", str(tmp_path / "home"), "--json"],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = json.loads(ended.stdout.splitlines()[-1])
    assert (ended.returncode, told["error"]["code"]) == (6, "java_missing")
    assert "apt-get install" in told["error"]["message"]
    assert told["accounting"]["read"] == 0
    assert "Traceback" not in ended.stderr


def test_interrupt_ends_130(plummer, tmp_path, source, monkeypatch) -> None:
    from plummer.pipelines import runner

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(runner, "_run_job", interrupted)
    home = tmp_path / "home"
    ended = plummer("run", "--source", source, "--home", home, "--json")
    assert (ended.code, ended.last["error"]["code"]) == (130, "interrupted")


def test_unexpected_error_tells_its_class_only(plummer, tmp_path, source, monkeypatch) -> None:
    from plummer.pipelines import runner

    def broken(*_: object) -> None:
        raise ValueError("MRN-SECRET-123")

    monkeypatch.setattr(runner, "_run_job", broken)
    ended = plummer("run", "--source", source, "--home", tmp_path / "home", "--json")
    assert (ended.code, ended.last["error"]["ref"]) == (70, "ValueError")
    assert "MRN-SECRET-123" not in ended.out + ended.err


@pytest.mark.parametrize(
    ("name", "told"),
    [("pyspark.sql", (6, "pipeline_missing")), ("plummer.pipelines.nowhere", (70, "internal"))],
)
def test_absent_package_is_told_from_a_fault(plummer, source, monkeypatch, name, told) -> None:
    from plummer.pipelines import runner

    def broken(*_: object) -> None:
        raise ModuleNotFoundError("No module", name=name)

    monkeypatch.setattr(runner, "_run_job", broken)
    ended = plummer("run", "--source", source, "--home", f"{source[5:]}-home", "--json")
    assert (ended.code, ended.last["error"]["code"]) == told


def test_reader_that_leaves_does_no_harm(tmp_path) -> None:
    code = "from plummer.pipelines.cli.main import main; main()"
    command = f"{sys.executable} -c '{code}' doctor --home {tmp_path} --json | true; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "BrokenPipe" not in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.returncode not in (70, 120)
