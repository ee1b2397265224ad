"""The sensor: only what is whole and has stopped growing, once by its id, and no name in the cursor."""

import json

import dagster as dg
import pytest

from plummer.pipelines.deliveries import load
from plummer.pipelines.home import Home
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.lock import writer
from plummer.pipelines.request import RunRequest

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:dagster.*")
LINE = '{"resourceType":"Patient","id":"Gudrun"}\n'


@pytest.fixture
def watched(tmp_path, monkeypatch):
    """A watched folder with one delivery, not marked yet."""
    folder = tmp_path / "incoming" / "Gudrun"
    folder.mkdir(parents=True)
    (folder / "Patient.ndjson").write_text(LINE)
    monkeypatch.setenv("PLUMMER_WATCH", f"fhir@north={folder.parent}")
    monkeypatch.setenv("PLUMMER_HOME", str(tmp_path / "home"))
    return folder


class Ticks:
    """Looks again and again, with the cursor of the look before."""

    def __init__(self):
        self.cursor = None

    def __call__(self):
        from plummer.pipelines.definitions import defs
        from plummer.pipelines.sensors import delivery_sensor

        with dg.DagsterInstance.ephemeral() as instance:
            context = dg.build_sensor_context(instance=instance, cursor=self.cursor, definitions=defs)
            result = delivery_sensor(context)
        if isinstance(result, dg.SkipReason):
            return result.skip_message
        self.cursor = result.cursor
        return [request.partition_key for request in result.run_requests]


def test_taken_once_when_marked_and_unchanged_between_two_looks(watched, tmp_path):
    tick = Ticks()
    assert [tick(), tick()] == [[], []]
    (watched / "_SUCCESS").write_text("")
    assert tick() == []
    (watched / "Patient.ndjson").write_text(LINE * 2)
    assert tick() == []
    (delivery,) = tick()
    assert [tick(), tick()] == [[], []]
    told = load(Home.at(tmp_path / "home"), delivery)
    assert (told.site, len(told.files)) == ("north", 1)
    assert "Gudrun" not in tick.cursor
    assert "Patient" not in tick.cursor


def test_it_waits_while_another_run_writes_to_the_home(watched, tmp_path):
    (watched / "_SUCCESS").write_text("")
    home = Home.at(tmp_path / "home")
    home.create()
    tick = Ticks()
    tick()
    with writer(home.root):
        assert [tick(), tick()] == ["home_busy", "home_busy"]
    assert len(tick()) == 1


def test_messages_are_read_in_the_zone_that_the_homes_policy_declares(watched, tmp_path, monkeypatch):
    policy = tmp_path / "policy.yaml"
    policy.write_text(
        "version: '9'\nprofile: safe_harbor\nextends: safe_harbor\nsite_timezones: {north: Europe/Oslo}\n"
    )
    home = Home.at(tmp_path / "home")
    home.create()
    RunRequest("r", str(policy)).save(Ledger(home.ledger))
    monkeypatch.setenv("PLUMMER_WATCH", f"hl7v2@north={watched.parent}")
    (watched / "a.hl7").write_text("MSH|^~\\&|")
    (watched / "_SUCCESS").write_text("")
    tick = Ticks()
    tick()
    (delivery,) = tick()
    assert load(home, delivery).zone == "Europe/Oslo"


def test_a_later_delivery_beside_it_and_a_changed_one_are_taken_too(watched):
    (watched / "manifest.json").write_text(json.dumps({"transactionTime": "x", "output": []}))
    tick = Ticks()
    tick()
    (first,) = tick()
    (watched.parent / "two").mkdir()
    (watched.parent / "two" / "Patient.ndjson").write_text(LINE)
    (watched.parent / "two" / "_SUCCESS").write_text("")
    (watched / "More.ndjson").write_text(LINE)
    tick()
    assert len({first, *tick()}) == 3


def test_what_cannot_be_landed_is_tried_once(watched):
    (watched / "_SUCCESS").write_text("")
    (watched / "Patient.ndjson").unlink()
    tick = Ticks()
    assert [tick(), tick(), tick()] == [[], [], []]
    assert json.loads(tick.cursor)["done"]


def test_nothing_is_watched_where_nothing_is_said(monkeypatch, tmp_path):
    monkeypatch.delenv("PLUMMER_WATCH", raising=False)
    assert Ticks()() == "PLUMMER_WATCH is not set"
    monkeypatch.setenv("PLUMMER_WATCH", f"fhir={tmp_path / 'Gudrun'}")
    assert Ticks()() == "watch_unreadable"
