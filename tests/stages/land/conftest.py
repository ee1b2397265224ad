from pathlib import Path

import pytest

from plummer.pipelines.deliveries import discover
from plummer.pipelines.home import Home
from plummer.pipelines.stages.land import land


@pytest.fixture
def home(tmp_path) -> Home:
    made = Home.at(tmp_path / "home")
    made.create()
    return made


@pytest.fixture
def land_folder(spark, home):
    """Lands a folder and returns what `land` said."""

    def run(folder: Path, site: str = "main"):
        return land(spark, home, discover("fhir", site, str(folder)))

    return run
