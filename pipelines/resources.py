"""Dagster resources: the job's surroundings, opened once per process and home."""

import os
from functools import cache
from pathlib import Path

import dagster as dg

from plummer.pipelines.home import Home
from plummer.pipelines.instance import prepare
from plummer.pipelines.job import Job
from plummer.pipelines.lock import hold


@cache
def _job(root: str, storage: str, run_id: str) -> Job:
    home = Home.at(Path(root), storage or None)
    prepare(home)
    hold(home.root)  # the command line holds it already
    return Job(home, run_id)


def home_of_process() -> Home:
    """The home that the environment names."""
    root = os.environ.get("PLUMMER_HOME", "plummer_home")
    return Home.at(Path(root).absolute(), os.environ.get("PLUMMER_STORAGE") or None)


class HomeResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The home that the process works on; its place comes from the environment, not from run config."""

    def job(self, run_id: str) -> Job:
        """The run's surroundings (policy, key, ledger, session)."""
        home = home_of_process()
        return _job(str(home.root), os.environ.get("PLUMMER_STORAGE", ""), run_id)
