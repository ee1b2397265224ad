"""R-15 on the crosswalk: resealing keeps every pseudonym, an epoch makes new ones, a kill harms neither."""

from dataclasses import asdict
from functools import partial

import pytest
from crosswalk_home import RESOURCES_RAW, ROOT, indexed

from plummer.deid.keys import _write, key_path, load_key, next_path
from plummer.pipelines import delta, rotation
from plummer.pipelines.first_key import known_key
from plummer.pipelines.index.crosswalk import CrosswalkKeys, open_batches
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.stages.crosswalk import CrosswalkState, crosswalk, state, verify
from plummer.schemas.errors import PlummerError
from plummer.schemas.tables import CROSSWALK

pytestmark = pytest.mark.spark
SUBJECTS = 2


@pytest.fixture
def place(spark, copied, keys):
    """A home with key, ledger and crosswalk."""
    copied.create()
    _write(key_path(copied.keys), ROOT)
    ledger = Ledger(copied.ledger)
    found = state(spark, copied, keys)
    ledger.put("crosswalk", {"table": asdict(found.table), "digest": found.digest})
    ledger.put("key:main", ROOT.fingerprint)
    return copied


def opened(spark, home, key):
    """Real id to pseudonym of the key's epoch, as the key opens the rows."""
    rows = delta.read(spark, home, CROSSWALK).where(f"epoch = {key.epoch} and kind <> 'secret'")
    names = rows.mapInArrow(
        partial(open_batches, keys=CrosswalkKeys.of(key)), "lookup binary, source string"
    ).collect()
    pseudonyms = {bytes(row["lookup"]): row["pseudonym"] for row in rows.collect()}
    return {row["source"]: pseudonyms[bytes(row["lookup"])] for row in names}


def recorded(home):
    told = Ledger(home.ledger).get("crosswalk")
    return CrosswalkState(delta.TableRef(**told["table"]), told["digest"])


def sealed(spark, home):
    return {bytes(row["sealed"]) for row in delta.read(spark, home, CROSSWALK).collect()}


def test_reseal_keeps_pseudonyms_and_locks_with_another_key(spark, place):
    before, locked = opened(spark, place, ROOT), sealed(spark, place)
    key = rotation.rotate(place, "main", "reseal")
    assert (key.epoch, load_key(place.keys), known_key(place, "main")) == (1, key, key)
    assert key.subkey("date-shift") == ROOT.subkey("date-shift")
    assert opened(spark, place, key) == before
    assert not sealed(spark, place) & locked
    verify(spark, place, CrosswalkKeys.of(key), recorded(place))
    with pytest.raises(PlummerError, match="crosswalk_tampered"):
        verify(spark, place, CrosswalkKeys.of(ROOT), recorded(place))


def test_after_resealing_nobody_is_drawn_twice_and_no_old_file_stays(spark, place):
    key = rotation.rotate(place, "main", "reseal")
    indexed(spark, place, RESOURCES_RAW, key)
    assert crosswalk(spark, place, CrosswalkKeys.of(key), random=True).added == 0
    live = delta.read(spark, place, CROSSWALK).inputFiles()
    folder = place.folder / CROSSWALK.path
    assert {path.name for path in folder.glob("*.parquet")} == {name.rsplit("/", 1)[-1] for name in live}


def test_an_epoch_makes_every_pseudonym_anew_and_keeps_the_old_rows(spark, place):
    before = opened(spark, place, ROOT)
    key = rotation.rotate(place, "main", "epoch")
    assert key.epoch == 2
    verify(spark, place, CrosswalkKeys.of(key), recorded(place))
    indexed(spark, place, RESOURCES_RAW, key)
    assert crosswalk(spark, place, CrosswalkKeys.of(key), random=True).added == len(before) + SUBJECTS
    after = opened(spark, place, key)
    assert after.keys() == before.keys()
    assert not set(after.values()) & set(before.values())
    assert opened(spark, place, ROOT) == before


@pytest.mark.parametrize("way", ["epoch", pytest.param("reseal", marks=pytest.mark.slow)])
@pytest.mark.parametrize("where", ["adopt_next", "ledger"])
def test_killed_half_way_no_run_starts_and_the_same_command_finishes(spark, place, monkeypatch, way, where):
    before = opened(spark, place, ROOT)

    class Killed(BaseException):
        pass

    def kill(*_):
        raise Killed

    with monkeypatch.context() as patch:
        if where == "adopt_next":
            patch.setattr(rotation, "adopt_next", kill)
        else:
            patch.setattr(Ledger, "put", kill)
        with pytest.raises(Killed):
            rotation.rotate(place, "main", way)
    with pytest.raises(PlummerError, match="rotation_unfinished"):
        known_key(place, "main")
    key = rotation.rotate(place, "main", way)
    assert known_key(place, "main") == key
    assert not next_path(place.keys).exists()
    old = key if way == "reseal" else ROOT
    assert opened(spark, place, old) == before
    verify(spark, place, CrosswalkKeys.of(key), recorded(place))


def test_a_tampered_crosswalk_is_not_resealed(spark, place):
    told = Ledger(place.ledger).get("crosswalk")
    Ledger(place.ledger).put("crosswalk", {**told, "digest": "0" * 64})
    with pytest.raises(PlummerError, match="crosswalk_tampered"):
        rotation.rotate(place, "main", "reseal")
    assert load_key(place.keys) == ROOT


def test_a_home_that_was_killed_while_drawing_runs_first(place):
    Ledger(place.ledger).put("crosswalk_drawing", value=True)
    with pytest.raises(PlummerError, match="run_unfinished"):
        rotation.rotate(place, "main", "epoch")
