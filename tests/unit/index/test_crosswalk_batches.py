import pyarrow as pa
import pytest

from plummer.deid.keys import RootKey
from plummer.pipelines.index.crosswalk import (
    CrosswalkKeys,
    Drawing,
    digest_batches,
    draw_batches,
    open_batches,
    seal_batches,
    sum_digests,
)
from plummer.schemas.errors import PlummerError

KEYS = CrosswalkKeys.of(RootKey("main", 1, bytes(32)))
COLUMNS = ("domain", "epoch", "kind", "lookup", "sealed", "pseudonym")


def targets(count):
    return pa.RecordBatch.from_pylist(
        [
            {"kind": "subject", "lookup": bytes([n]) * 16, "source": f"main/Patient/{n}", "ordinal": n}
            for n in range(count)
        ]
    )


def crosswalk(count=5, seed=b"s" * 32):
    drawn = draw_batches(iter([targets(count)]), keys=KEYS, drawing=Drawing(seed))
    return next(seal_batches(drawn, keys=KEYS)).to_pylist()


def digest(rows, key=KEYS.mac, splits=1):
    parts = []
    for at in range(splits):
        batch = pa.RecordBatch.from_pylist(rows[at::splits])
        parts += [row["part"] for made in digest_batches(iter([batch]), key=key) for row in made.to_pylist()]
    return sum_digests(iter(parts))


def test_the_digest_is_of_the_rows_and_not_of_their_order():
    rows = crosswalk()
    assert digest(rows) == digest(rows[::-1]) == digest(rows, splits=3)


@pytest.mark.parametrize("column", COLUMNS)
def test_s03_a_changed_or_swapped_column_changes_the_digest(column):
    rows = crosswalk()
    changed = {"domain": "other", "epoch": 2, "kind": "resource"}.get(column, rows[1][column])
    assert digest([{**rows[0], column: changed}, *rows[1:]]) != digest(rows)
    if column in ("lookup", "sealed", "pseudonym"):
        swapped = [{**rows[0], column: rows[1][column]}, {**rows[1], column: rows[0][column]}, *rows[2:]]
        assert digest(swapped) != digest(rows)


def test_s03_a_row_added_or_removed_or_another_key_changes_the_digest():
    rows = crosswalk()
    assert len({digest(rows), digest(rows[1:]), digest([*rows, rows[0]]), digest(rows, b"x" * 32)}) == 4


@pytest.mark.parametrize("column", COLUMNS)
def test_s03_a_changed_column_does_not_open(column):
    rows = crosswalk()
    opened = next(open_batches(iter([pa.RecordBatch.from_pylist(rows)]), keys=KEYS)).to_pylist()
    assert [row["source"] for row in opened] == [f"main/Patient/{n}" for n in range(5)]
    changed = {"domain": "other", "epoch": 2, "kind": "resource"}.get(column, rows[1][column])
    with pytest.raises(PlummerError, match="crosswalk_tampered"):
        next(open_batches(iter([pa.RecordBatch.from_pylist([{**rows[0], column: changed}])]), keys=KEYS))


def test_a_repeated_task_draws_the_same_and_another_seed_does_not():
    first, again, other = crosswalk(), crosswalk(), crosswalk(seed=b"t" * 32)
    assert [row["pseudonym"] for row in first] == [row["pseudonym"] for row in again]
    assert not {row["pseudonym"] for row in first} & {row["pseudonym"] for row in other}
    assert [row["sealed"] for row in first] != [row["sealed"] for row in again]


def test_keys_never_show():
    for secret in (KEYS.seal, KEYS.mac, KEYS.resource, KEYS.subject):
        assert repr(secret) not in repr(KEYS)
    assert "sss" not in repr(Drawing(b"s" * 32))
