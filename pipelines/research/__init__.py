"""The researchers' door: a verified release as tables, SQL, timelines and cohorts, without Spark."""

from plummer.pipelines.research.release import Release, open_release

__all__ = ["Release", "open_release"]
