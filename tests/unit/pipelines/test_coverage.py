"""Coverage: lines added up, held against what was accepted, and shown without names or small counts."""

import json
import stat

import pyarrow as pa
import pytest

from plummer.deid.policy import load_policy
from plummer.deid.structure.census import Seen
from plummer.pipelines import coverage as module
from plummer.pipelines.cli.policy_coverage import rows
from plummer.pipelines.coverage import Line, count_batches, coverage
from plummer.pipelines.home import Home
from plummer.pipelines.ledger import Ledger
from plummer.schemas.errors import PlummerError

SAFE_HARBOR = load_policy("safe_harbor")
PATIENT = {"resourceType": "Patient", "name": [{"family": "A"}, {"family": "B"}], "gender": "male"}
ODD = {**PATIENT, "zzsecretzz": 1, "extension": [{"url": "urn:zzsecretzz", "valueString": "x"}]}


NORTH = "north"


def batches(*bodies, size=2, site="main"):
    for start in range(0, len(bodies), size):
        texts = [json.dumps(body) for body in bodies[start : start + size]]
        yield pa.RecordBatch.from_pydict({"site": [site] * len(texts), "body": texts})


def counted(policy, *bodies, site="main"):
    told = batches(*bodies, site=site)
    return [
        Line(
            Seen(*(row[name] for name in ("kind", "path", "rule", "action", "site"))),
            row["elements"],
            row["records"],
        )
        for batch in count_batches(policy, told)
        for row in batch.to_pylist()
    ]


@pytest.fixture
def home(tmp_path, monkeypatch):
    place = Home.at(tmp_path / "home")
    place.create()
    Ledger(place.ledger)
    log = place.root / "identified" / "resources" / "_delta_log"
    log.mkdir(parents=True)
    (log / f"{0:020d}.json").write_text("{}")
    holder = {"bodies": [PATIENT] * 20, "passes": 0}

    def without_spark(_, policy):
        holder["passes"] += 1
        return counted(policy, *holder["bodies"])

    monkeypatch.setattr(module, "_counted", without_spark)
    return place, holder


def land(place, holder, *bodies):
    holder["bodies"] = [*holder["bodies"], *bodies]
    log = place.root / "identified" / "resources" / "_delta_log"
    (log / f"{len(list(log.iterdir())):020d}.json").write_text("{}")


def test_elements_and_records_are_counted_across_batches():
    found = {line.seen.path: (line.elements, line.records) for line in counted(SAFE_HARBOR, *[PATIENT] * 5)}
    assert found == {"Patient.name": (10, 5), "Patient.gender": (5, 5)}


def test_nothing_is_counted_again_while_nothing_has_changed(home):
    place, holder = home
    first = coverage(place)
    assert coverage(place).lines == first.lines
    assert holder["passes"] == 1
    coverage(place, load_policy("limited_data_set"))
    land(place, holder, ODD)
    coverage(place)
    assert holder["passes"] == 3


def test_a_reviewer_accepts_and_then_sees_the_difference_only(home):
    place, holder = home
    before = coverage(place)
    assert {line.change for line in before.lines} == {"new"}
    accepted = coverage(place, accept="A. Reviewer")
    assert accepted.changed() == ()
    assert Ledger(place.ledger).get("coverage_accepted")["sha256"] == before.sha256 == accepted.sha256
    land(place, holder, *[ODD] * 3)
    after = coverage(place)
    assert after.accepted == before.sha256 != after.sha256
    assert {line.seen.path for line in after.dropped_unseen()} == {
        "Patient.zzsecretzz", "Patient.extension(urn:zzsecretzz)",
    }  # fmt: skip
    holder["bodies"] = [{"resourceType": "Patient", "gender": "male"}]
    land(place, holder)
    assert {line.seen.path for line in coverage(place).lines if line.change == "not_seen"} == {"Patient.name"}


def test_more_of_the_same_is_no_difference(home):
    place, holder = home
    coverage(place, accept="A. Reviewer")
    land(place, holder, *[PATIENT] * 100)
    assert coverage(place).changed() == ()


def test_another_policy_decides_otherwise(home, tmp_path):
    place, _ = home
    coverage(place, accept="A. Reviewer")
    own = tmp_path / "own.yaml"
    own.write_text('extends: safe_harbor\nversion: "2"\nprofile: safe_harbor\ntypes:\n  HumanName: mask\n')
    changed = coverage(place, load_policy(own)).changed()
    assert [(line.seen.path, line.seen.action, line.change) for line in changed] == [
        ("Patient.name", "mask", "decided_otherwise")
    ]


@pytest.fixture
def of_north(tmp_path):
    """A policy with a rule of one site's own."""
    own = tmp_path / "sites.yaml"
    rule = "sites: {north: {paths: {Patient.gender: drop}}}"
    own.write_text(f'extends: safe_harbor\nversion: "2"\nprofile: safe_harbor\n{rule}\n')
    return load_policy(own)


def test_a_sites_own_rule_is_a_line_of_its_own_and_the_others_are_the_policys(of_north):
    told = {}
    for site in ("main", NORTH):
        for line in counted(of_north, *[PATIENT] * 3, site=site):
            told.setdefault(line.seen.site, {})[line.seen.path, site] = line.seen.action
    assert told == {
        "": {
            ("Patient.name", "main"): "drop",
            ("Patient.gender", "main"): "code",
            ("Patient.name", NORTH): "drop",
        },
        NORTH: {("Patient.gender", NORTH): "drop"},
    }


def test_a_sites_new_rule_is_to_be_accepted_and_is_shown_with_the_site(home, of_north, monkeypatch):
    place, _ = home
    before = coverage(place, accept="A. Reviewer")
    both = [*counted(of_north, *[PATIENT] * 20), *counted(of_north, *[PATIENT] * 20, site=NORTH)]
    lines = {line.seen: line for line in both}.values()
    monkeypatch.setattr(module, "_counted", lambda *_: list(lines))
    after = coverage(place, of_north)
    changed = [(line.seen.path, line.seen.site, line.change) for line in after.changed()]
    assert changed == [("Patient.gender", NORTH, "decided_otherwise")]
    assert after.sha256 != before.sha256
    (row,) = [row for row in rows(after, of_north.k) if row["site"]]
    assert (row["action"], row["elements"], row["dropped_unseen"]) == ("drop", 20, True)
    assert coverage(place, of_north, accept="A. Reviewer").changed() == ()
    assert coverage(place, of_north).lines == coverage(place, of_north, accept="A. Reviewer").lines


def test_neither_names_from_the_data_nor_small_counts_are_shown(home):
    place, holder = home
    land(place, holder, *[ODD] * 3)
    shown = rows(coverage(place), SAFE_HARBOR.k)
    assert "zzsecretzz" not in json.dumps(shown)
    told = {row["path"]: row for row in shown}
    assert told["unknown #1"]["elements"] is None
    assert told["extension #1"]["records"] is None
    assert (told["Patient.name"]["elements"], told["Patient.name"]["records"]) == (46, 23)
    assert "zzsecretzz" in (module.folder(place) / "seen.json").read_text()


def test_the_files_are_the_owners_alone(home):
    place, _ = home
    coverage(place, accept="A. Reviewer")
    for name in ("seen.json", "accepted.json"):
        assert stat.S_IMODE((module.folder(place) / name).stat().st_mode) == 0o600
    assert stat.S_IMODE(module.folder(place).stat().st_mode) == 0o700


def test_a_damaged_file_stops_and_is_not_taken_for_none(home):
    place, _ = home
    coverage(place, accept="A. Reviewer")
    (module.folder(place) / "accepted.json").write_text("{")
    with pytest.raises(PlummerError, match="coverage_damaged"):
        coverage(place)


def test_without_home_or_data_it_says_so(tmp_path):
    with pytest.raises(PlummerError, match="home_missing"):
        coverage(Home.at(tmp_path / "none"))
    empty = Home.at(tmp_path / "empty")
    empty.create()
    Ledger(empty.ledger)
    with pytest.raises(PlummerError, match="step_missing"):
        coverage(empty)
