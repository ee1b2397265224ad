"""Records that must be scrubbed again, since the names of the home are others."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from plummer.pipelines import delta
from plummer.pipelines.base import Base
from plummer.pipelines.delta_log import files
from plummer.pipelines.delta_replace import difference
from plummer.pipelines.home import Home
from plummer.schemas.tables import IDENTITIES

MOST_WORDS: Final = 2_000
"""More words than these are looked for no faster than by scrubbing."""


def changed_words(spark: SparkSession, home: Home, base: Base) -> frozenset[str] | None:
    """Parts of names that the home knew or knows now, not both; None where they are too many."""
    uri = home.table(IDENTITIES)
    went, came = (_words(rows) for rows in difference(spark, home, IDENTITIES, base.of(IDENTITIES)))
    either = went.unionByName(came).groupBy("word").count().where("count = 1").select("word")
    both = sorted(set(files(uri, base.of(IDENTITIES))) & set(files(uri)))
    new = either.join(_words(delta.read_files(spark, IDENTITIES, both)), "word", "left_anti")
    found = [row["word"] for row in new.limit(MOST_WORDS + 1).collect()]
    return None if len(found) > MOST_WORDS else frozenset(found)


def records_with(records: DataFrame, words: frozenset[str]) -> DataFrame:
    """Owner and source of records (owner, source, body) in which one of some words may stand as a name."""
    run = partial(_records_naming, words=words)
    return records.select("owner", "source", "body").mapInArrow(run, "owner string, source string")


def _words(rows: DataFrame) -> DataFrame:
    people = rows.where("kind <> 'organisation'").select("names")
    return people.mapInArrow(_name_tokens, "word string").distinct()


def _records_naming(batches: Iterator[pa.RecordBatch], *, words: frozenset[str]) -> Iterator[pa.RecordBatch]:
    from plummer.pipelines.scrubbing.sweep import records_naming  # the text engine is the workers' to load

    return records_naming(batches, words=words)


def _name_tokens(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    from plummer.pipelines.scrubbing.sweep import name_tokens

    return name_tokens(batches)
