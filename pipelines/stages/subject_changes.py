"""Which pseudonym of an earlier release has become part of which, and which has come apart again.

Records of one person may be merged or separated after a release (docs/decisions/0011-merged-patients.md).
What was released under a pseudonym stays explained: a new release lists each pseudonym of an earlier one
under which a person was and under which they are now. Pseudonyms only; of people in neither release nothing
is said.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.stages.merges import survivors
from plummer.schemas.tables import CROSSWALK, INDEX, MERGES, SUBJECTS

MERGED: Final = "merged"
SEPARATED: Final = "separated"
MOVED: Final = "moved"


def subject_changes(
    spark: SparkSession, home: Home, earlier: Mapping[str, int], *, domain: str, epoch: int
) -> list[dict[str, str]]:
    """What has become of the pseudonyms of earlier releases.

    Args:
        spark: the session.
        home: the home, its tables as they are to be released.
        earlier: ``NAME/VERSION`` of earlier releases to the version of ``identified/merges`` that they were
            made from, -1 where there was no such table.
        domain: of the pseudonyms of the new release.
        epoch: of the same.

    Returns:
        One entry per release and record: ``release``, ``was`` and ``is`` (pseudonyms), and ``how``:
        ``merged`` (its pseudonym is part of another's now), ``separated`` (it was part of another's and has
        its own again) or ``moved`` (part of yet another's). A release of another profile, domain or epoch
        has other pseudonyms, and nothing is said of it.
    """
    now = survivors(spark, home)
    found: list[dict[str, str]] = []
    for release, version in sorted(earlier.items()):
        moved = _moved(survivors(spark, home, version), now)
        if moved.isEmpty():
            continue
        folder = home.releases / release / "subjects"
        if not folder.is_dir():
            continue
        there = delta.read_uri(spark, folder.as_uri(), SUBJECTS).select("subject_id")
        found += _told(release, _named(spark, home, moved, domain, epoch), there)
    return found


def merges_version(home: Home) -> int:
    """The version of ``identified/merges`` to keep with a release; -1 where there is no such table."""
    return delta.current_version(home, MERGES)


def _moved(then: DataFrame, now: DataFrame) -> DataFrame:
    """Records (own, was, is: SITE/ID) whose subject differs."""
    both = then.withColumnRenamed("survivor", "was").join(
        now.withColumnRenamed("survivor", "is"), "patient_key", "full"
    )
    own = f.col("patient_key")
    named = both.select(
        own.alias("own"), f.coalesce("was", own).alias("was"), f.coalesce("is", own).alias("is")
    )
    return named.where("was <> is")


def _named(spark: SparkSession, home: Home, moved: DataFrame, domain: str, epoch: int) -> DataFrame:
    """The same with pseudonyms; a person who isn't in the home any more has none."""
    names = delta.read(spark, home, INDEX).where("kind = 'name' and label = 'Patient' and lookup = target")
    drawn = delta.read(spark, home, CROSSWALK).where(
        (f.col("domain") == domain) & (f.col("epoch") == epoch) & (f.col("kind") == "subject")
    )
    known = names.select("owner", "lookup").join(drawn.select("lookup", "pseudonym"), "lookup")
    for column in ("own", "was", "is"):
        one = known.select(f.col("owner").alias(column), f.col("pseudonym").alias(f"{column}_id"))
        moved = moved.join(one.distinct(), column)
    return moved.select("own_id", "was_id", "is_id")


def _told(release: str, moved: DataFrame, there: DataFrame) -> Sequence[dict[str, Any]]:
    how = (
        f.when(f.col("is_id") == f.col("own_id"), SEPARATED)
        .when(f.col("was_id") == f.col("own_id"), MERGED)
        .otherwise(MOVED)
    )
    of = there.select(f.col("subject_id").cast("string").alias("was_id"))
    rows = moved.join(of, "was_id", "left_semi").select("was_id", "is_id", how.alias("how")).distinct()
    return [
        {"release": release, "was": row["was_id"], "is": row["is_id"], "how": row["how"]}
        for row in rows.orderBy("was_id", "is_id").toLocalIterator()
    ]
