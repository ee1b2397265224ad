"""Homes that are built step by step in this process, without Dagster: only the steps are in question."""

import secrets
import shutil

import pytest
from pyspark.sql import functions as f

from plummer.pipelines import delta, steps
from plummer.pipelines.content_hash import content_sha256
from plummer.pipelines.deliveries import discover, register
from plummer.pipelines.first_key import ensure_key
from plummer.pipelines.home import Home
from plummer.pipelines.job import Job
from plummer.pipelines.ledger import Ledger
from plummer.pipelines.request import RunRequest
from plummer.schemas.tables import (
    CODES,
    DEID_NOTES,
    DEID_RESOURCES,
    EVENTS,
    IDENTITIES,
    INDEX,
    MERGES,
    POPULATION,
    SUBJECTS,
    TALLIES,
    TOLD,
)  # fmt: skip

AFTER_LANDING = ("index", "identities", "crosswalk", "scrub", "notes", "timeline")
COMPARED = (
    IDENTITIES, MERGES, POPULATION, TOLD, DEID_RESOURCES, DEID_NOTES, EVENTS, SUBJECTS, CODES, TALLIES,
)  # fmt: skip
# which resource of a compartment named something first depends on the order of reading
_INDEX = ("owner", "kind", "lookup", "target", "label", "value", "micros")


class Hospital:
    """One home with what may be done to it."""

    def __init__(self, spark, root, profile="safe_harbor"):
        self.spark, self.profile = spark, profile
        self.home = Home.at(root)
        self.home.create()
        ensure_key(self.home, "main")

    def job(self):
        request = RunRequest("r" + secrets.token_hex(10), self.profile)
        request.save(Ledger(self.home.ledger))
        return Job(self.home, request.run_id)

    def deliver(self, folder, upto=AFTER_LANDING):
        """Land a folder and run the steps; what each said of whom it touched."""
        delivery = discover("fhir", "main", str(folder))
        register(self.home, delivery)
        job = self.job()
        steps.land(job, delivery.delivery_id)
        return self.build(job, upto)

    def build(self, job=None, upto=AFTER_LANDING):
        job = job or self.job()
        return {name: getattr(steps, name)(job).details["touched"] for name in upto}

    def whole(self, root):
        """A copy of the home with the same crosswalk, all after landing made anew from nothing."""
        shutil.copytree(self.home.root, root, ignore=shutil.ignore_patterns("scratch"))
        copy = Hospital(self.spark, root, self.profile)
        ledger = Ledger(copy.home.ledger)
        for step in AFTER_LANDING:
            ledger.forget_stage(step)
        for spec in (*COMPARED, INDEX):
            shutil.rmtree(root / spec.path, ignore_errors=True)
        copy.build()
        return copy

    def hashes(self):
        found = {}
        for spec in COMPARED:
            if delta.exists(self.home, spec):
                found[spec.path] = content_sha256(delta.read(self.spark, self.home, spec))
        if MERGES.path in found and not delta.read(self.spark, self.home, MERGES).take(1):
            del found[MERGES.path]  # an empty table says what none says
        index = delta.read(self.spark, self.home, INDEX).select(*_INDEX).distinct()
        return {**found, INDEX.path: content_sha256(index)}

    def rows(self, spec):
        return [row.asDict() for row in delta.read(self.spark, self.home, spec).collect()]

    def count(self, spec, condition="true"):
        return delta.read(self.spark, self.home, spec).where(f.expr(condition)).count()


@pytest.fixture(scope="module")
def hospital_at(spark):
    return lambda root, profile="safe_harbor": Hospital(spark, root, profile)


@pytest.fixture
def hospital(hospital_at, tmp_path):
    return hospital_at(tmp_path / "home")
