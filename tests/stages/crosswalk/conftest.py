import shutil
from pathlib import Path

import pytest
from crosswalk_home import RESOURCES_RAW, ROOT, indexed

from plummer.pipelines.home import Home
from plummer.pipelines.index.crosswalk import CrosswalkKeys
from plummer.pipelines.stages.crosswalk import crosswalk
from plummer.pipelines.stages.identities import identities


@pytest.fixture(scope="session")
def keys():
    return CrosswalkKeys.of(ROOT)


@pytest.fixture(scope="session")
def states():
    """States of the crosswalk of `home` after its first and its second run."""
    return []


@pytest.fixture(scope="session")
def home(spark, tmp_path_factory, keys, states):
    """A home whose first five resources came before the others; tests only read it."""
    made = Home.at(tmp_path_factory.mktemp("home"))
    for raw in (RESOURCES_RAW[:5], RESOURCES_RAW):
        indexed(spark, made, raw)
        states.append(crosswalk(spark, made, keys, random=True))
    identities(spark, made)
    return made


@pytest.fixture
def copied(home, tmp_path):
    """A home of its own with the same tables."""
    shutil.copytree(Path(home.root) / "identified", tmp_path / "identified")
    return Home.at(tmp_path)
