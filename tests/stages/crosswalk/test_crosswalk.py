import re
import shutil
from functools import partial
from pathlib import Path

import pytest
from crosswalk_home import RESOURCES_RAW, ROOT, indexed

from plummer.deid.keys import RootKey
from plummer.deid.pseudonyms import keyed_resource_id, keyed_subject_id, lookup
from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.index.crosswalk import CrosswalkKeys, Drawing, draw_batches, open_batches
from plummer.pipelines.stages.crosswalk import (
    _ordinals,
    _targets,
    crosswalk,
    draw_until_unique,
    state,
    verify,
)
from plummer.schemas.errors import ExitCode, PlummerError
from plummer.schemas.tables import CROSSWALK

pytestmark = pytest.mark.spark
LOOKUP = ROOT.subkey("lookup")
SUBJECTS = 2
"""Patients of the home; each has a row for its secret too."""
DRAWN = "kind string, lookup binary, source string, pseudonym string"


def table(spark, home, domain="main", version=None):
    rows = (
        delta.read(spark, home, CROSSWALK, version)
        .where(f"domain = '{domain}' and kind <> 'secret'")
        .collect()
    )
    return {bytes(row["lookup"]): row for row in rows}


def test_every_resource_gets_one_pseudonym_and_keeps_it(spark, home, states):
    first, second = states
    assert (first.added, first.table.rows) == (5 + SUBJECTS, 5 + SUBJECTS)
    assert (second.added, second.table.rows) == (len(RESOURCES_RAW) - 5, len(RESOURCES_RAW) + SUBJECTS)
    before, after = table(spark, home, version=first.table.version), table(spark, home)
    assert {key: after[key] for key in before} == before
    assert len({row["pseudonym"] for row in after.values()}) == len(RESOURCES_RAW)
    for resource, _, _ in RESOURCES_RAW:
        row = after[lookup(LOOKUP, "main", f"{resource['resourceType']}/{resource['id']}")]
        if resource["resourceType"] == "Patient":
            assert row["kind"] == "subject"
            assert 1 <= int(row["pseudonym"]) <= 2**63 - 1
        else:
            assert row["kind"] == "resource"
            assert re.fullmatch("[a-z2-7]{26}", row["pseudonym"])


def test_the_same_again_writes_no_version(spark, copied, keys, states):
    again = crosswalk(spark, copied, keys, random=True)
    assert (again.added, again.table, again.digest) == (0, states[1].table, states[1].digest)


@pytest.mark.parametrize("first", [True, False])
def test_drawn_and_computed_ids_of_one_home_stay_apart(spark, tmp_path, first):
    """A home run under a keyed profile and later under safe_harbor, or the other way round."""
    made = Home.at(tmp_path)
    indexed(spark, made, RESOURCES_RAW)
    for random in (first, not first):
        assert crosswalk(spark, made, CrosswalkKeys.of(ROOT, random=random), random=random).added
    drawn, computed = table(spark, made), table(spark, made, "main.keyed")
    assert drawn.keys() == computed.keys()
    assert not {row["pseudonym"] for row in drawn.values()} & {row["pseudonym"] for row in computed.values()}
    for at, row in computed.items():
        assert row["kind"] == drawn[at]["kind"]
    for random in (first, not first):
        assert crosswalk(spark, made, CrosswalkKeys.of(ROOT, random=random), random=random).added == 0


def test_another_domain_has_keyed_ids_of_its_own(spark, copied, home):
    other = CrosswalkKeys.of(RootKey("two", 1, bytes(range(32))), random=False)
    assert crosswalk(spark, copied, other, random=False).added == len(RESOURCES_RAW)
    made, old = table(spark, copied, "two.keyed"), table(spark, home)
    assert table(spark, copied) == old
    assert not {row["pseudonym"] for row in made.values()} & {row["pseudonym"] for row in old.values()}
    for resource, _, _ in RESOURCES_RAW:
        name = f"{resource['resourceType']}/{resource['id']}"
        patient = resource["resourceType"] == "Patient"
        key, keyed = (other.subject, keyed_subject_id) if patient else (other.resource, keyed_resource_id)
        assert made[lookup(LOOKUP, "main", name)]["pseudonym"] == str(keyed(key, "main", name))


def test_a_killed_run_draws_what_is_missing_and_never_the_same_ids(spark, copied, home, keys, monkeypatch):
    shutil.rmtree(Path(copied.root) / "identified" / "crosswalk")

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(delta, "append", killed)
        with pytest.raises(KeyboardInterrupt):
            crosswalk(spark, copied, keys, random=True)
    assert state(spark, copied, keys).table.rows == 0
    assert crosswalk(spark, copied, keys, random=True).added == len(RESOURCES_RAW) + SUBJECTS
    mine, theirs = ({row["pseudonym"] for row in table(spark, h).values()} for h in (copied, home))
    assert not mine & theirs


def test_sealed_ids_open_with_the_key_only(spark, home, keys):
    stored = delta.read(spark, home, CROSSWALK)
    opened = stored.mapInArrow(partial(open_batches, keys=keys), "lookup binary, source string").collect()
    assert {row["source"] for row in opened} == {
        f"main/{resource['resourceType']}/{resource['id']}" for resource, _, _ in RESOURCES_RAW
    }
    assert not any(b"main/" in bytes(row["sealed"]) for row in stored.collect())


def test_s03_a_changed_table_is_refused_and_a_reordered_one_is_not(spark, copied, keys, states):
    good = delta.read(spark, copied, CROSSWALK).collect()
    delta.overwrite(copied, CROSSWALK, spark.createDataFrame(good[::-1], CROSSWALK.ddl).repartition(3))
    verify(spark, copied, keys, states[1])
    swapped = [{**good[0].asDict(), "pseudonym": good[1]["pseudonym"]}, *(row.asDict() for row in good[1:])]
    delta.overwrite(copied, CROSSWALK, spark.createDataFrame(swapped, CROSSWALK.ddl))
    with pytest.raises(PlummerError) as raised:
        verify(spark, copied, keys, states[1])
    assert (raised.value.code, raised.value.exit_code) == ("crosswalk_tampered", ExitCode.INTEGRITY)


def test_s03_after_a_kill_only_rows_that_the_key_sealed_may_have_come(spark, copied, keys, states):
    first = states[0]
    verify(spark, copied, keys, first, first.table.version)
    forged = {**delta.read(spark, copied, CROSSWALK).first().asDict(), "lookup": b"f" * 16}
    spark.createDataFrame([forged], CROSSWALK.ddl).write.format("delta").mode("append").save(
        copied.table(CROSSWALK)
    )
    with pytest.raises(PlummerError, match="crosswalk_tampered"):
        verify(spark, copied, keys, first, first.table.version)


def test_a_collision_is_drawn_again_or_counted_up(spark):
    known = spark.createDataFrame([("subject", b"k", "5")], "kind string, lookup binary, pseudonym string")
    seeds = []

    def attempt(drawing):
        seeds.append(drawing.seed)
        made = {b"a": 5, b"b": 6, b"c": 6}
        rows = [("subject", key, "s", str(value + drawing.bumps.get(key, 0))) for key, value in made.items()]
        return spark.createDataFrame(rows, DRAWN)

    unique = draw_until_unique(attempt, known, random=False)
    values = {bytes(row["lookup"]): row["pseudonym"] for row in unique.collect()}
    assert len({"5", *values.values()}) == 4
    assert set(seeds) == {None}

    seeds.clear()
    with pytest.raises(PlummerError, match="pseudonym_collision"):
        draw_until_unique(lambda drawing: attempt(Drawing(drawing.seed)), known, random=True)
    assert len(set(seeds)) == len(seeds) == 8


def test_a_draw_does_not_depend_on_partitions(spark, home, keys):
    drawn = []
    for parts in (1, 5):
        new = _ordinals(_targets(spark, home, None).repartition(parts)).repartition(parts)
        made = new.mapInArrow(partial(draw_batches, keys=keys, drawing=Drawing(b"s" * 32)), DRAWN)
        drawn.append({row["source"]: row["pseudonym"] for row in made.collect()})
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == len(RESOURCES_RAW)
