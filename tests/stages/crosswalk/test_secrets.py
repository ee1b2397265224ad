"""A subject's random secret: drawn once, sealed, kept through a reseal, and in no relation to key or name."""

from functools import partial

import pytest
from crosswalk_home import RESOURCES_RAW, ROOT, indexed
from test_rotation import place

from plummer.deid.pseudonyms import subject_secret
from plummer.pipelines import delta, rotation
from plummer.pipelines.home import Home
from plummer.pipelines.index.context import ContextBuilder
from plummer.pipelines.index.crosswalk import SECRET, CrosswalkKeys, open_batches
from plummer.pipelines.scrubbing.settings import Vault
from plummer.pipelines.stages.contexts import contexts
from plummer.pipelines.stages.crosswalk import crosswalk, state, verify
from plummer.pipelines.stages.identities import identities
from plummer.schemas.tables import CROSSWALK

pytestmark = pytest.mark.spark
__all__ = ["place"]
SUBJECTS = {"main/p1", "main/p2"}


def secrets(spark, home, key=ROOT):
    """Owner to secret, as a worker of the scrub stage learns it."""
    rows = contexts(spark, home, domain=key.domain, epoch=key.epoch, secrets=True).where("kind = 'secret'")
    vault = Vault(key.domain, key.epoch, key.subkey("seal"))
    found = {}
    for row in rows.collect():
        builder = ContextBuilder(row["owner"])
        builder.add(row.asDict())
        assert row["owner"] not in found
        found[row["owner"]] = vault.secret(builder.sealed)
    return found


def without_secrets(spark, home):
    """What the crosswalk was before there were secrets."""
    old = delta.read(spark, home, CROSSWALK).where("kind <> 'secret'").collect()
    delta.overwrite(home, CROSSWALK, spark.createDataFrame(old, CROSSWALK.ddl))
    return {bytes(row["sealed"]) for row in old}


def test_every_subject_has_one_and_nobody_can_compute_it(spark, home, tmp_path):
    found = secrets(spark, home)
    assert found.keys() == SUBJECTS
    assert {len(secret) for secret in found.values()} == {32}
    other = Home.at(tmp_path)
    indexed(spark, other, RESOURCES_RAW)
    crosswalk(spark, other, CrosswalkKeys.of(ROOT), random=True)
    identities(spark, other)
    # the same people under the same key
    again = secrets(spark, other)
    keyed = {subject_secret(ROOT.subkey("surrogate"), owner) for owner in SUBJECTS}
    assert len({*found.values(), *again.values(), *keyed}) == 6


def test_no_secret_stands_in_the_table_in_clear(spark, home, keys):
    found = {secret.hex() for secret in secrets(spark, home).values()}
    rows = delta.read(spark, home, CROSSWALK).collect()
    assert sum(row["kind"] == SECRET for row in rows) == len(SUBJECTS)
    for row in rows:
        shown = f"{row['pseudonym']} {bytes(row['lookup']).hex()} {bytes(row['sealed'])!r}"
        assert not any(secret[:16] in shown for secret in found)
    opened = delta.read(spark, home, CROSSWALK).mapInArrow(
        partial(open_batches, keys=keys), "lookup binary, source string"
    )
    assert not any(secret in row["source"] for row in opened.collect() for secret in found)


def test_a_home_made_before_gets_them_and_keeps_every_row(spark, copied, keys):
    before = without_secrets(spark, copied)
    assert secrets(spark, copied) == {}
    recorded = state(spark, copied, keys)
    assert crosswalk(spark, copied, keys, random=True).added == len(SUBJECTS)
    drawn = secrets(spark, copied)
    assert drawn.keys() == SUBJECTS
    assert before < {bytes(row["sealed"]) for row in delta.read(spark, copied, CROSSWALK).collect()}
    # a run killed before the ledger knew of them is told from one that was tampered with
    verify(spark, copied, keys, recorded, recorded.table.version)
    assert crosswalk(spark, copied, keys, random=True).added == 0
    assert secrets(spark, copied) == drawn


def test_where_ids_are_keyed_nothing_is_drawn(spark, copied, keys):
    without_secrets(spark, copied)
    assert crosswalk(spark, copied, keys, random=False).added == 0


@pytest.mark.slow
def test_a_reseal_keeps_them_and_an_epoch_draws_new_ones(spark, place):
    before = secrets(spark, place)
    key = rotation.rotate(place, "main", "reseal")
    indexed(spark, place, RESOURCES_RAW, key)
    assert secrets(spark, place, key) == before
    assert crosswalk(spark, place, CrosswalkKeys.of(key), random=True).added == 0
    newer = rotation.rotate(place, "main", "epoch")
    indexed(spark, place, RESOURCES_RAW, newer)
    crosswalk(spark, place, CrosswalkKeys.of(newer), random=True)
    after = secrets(spark, place, newer)
    assert after.keys() == SUBJECTS
    assert not set(after.values()) & set(before.values())
