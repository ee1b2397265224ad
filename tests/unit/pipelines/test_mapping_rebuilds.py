"""A changed event mapping rebuilds what was made from it, and nothing else."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from plummer.pipelines import steps
from plummer.pipelines.home import Home
from plummer.schemas.mappings import Fingerprints


class _Job:
    """Says what goes into a step, and runs nothing."""

    key = SimpleNamespace(fingerprint="k", epoch=1, domain="main", subkey=str)
    home = Home.at(Path("a home without tables"))
    policy = SimpleNamespace(
        site_timezone="UTC",
        site_timezones={},
        link_identifiers=(),
        incomplete_encounters="keep",
        time_mode=SimpleNamespace(value="relative"),
    )
    ledger = SimpleNamespace(stage=lambda _: None)

    def state(self, *names):
        return list(names)

    def once(self, step, inputs, run):
        return inputs


def inputs(monkeypatch, step, told):
    monkeypatch.setattr(steps, "fingerprints", lambda: told)
    return getattr(steps, step)(_Job())


@pytest.mark.parametrize(
    ("step", "by_code", "by_times"),
    [("index", False, True), ("notes", True, True), ("timeline", True, True), ("identities", False, False)],
)
def test_a_change_of_the_mapping_rebuilds_the_steps_that_read_it(monkeypatch, step, by_code, by_times):
    before = inputs(monkeypatch, step, Fingerprints("a", "t"))
    assert inputs(monkeypatch, step, Fingerprints("a", "t")) == before
    assert (inputs(monkeypatch, step, Fingerprints("b", "t")) != before) is by_code
    assert (inputs(monkeypatch, step, Fingerprints("b", "u")) != before) is by_times
