"""Scrub every current resource in one stream of compartments (docs/architecture.md)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from plummer.deid.keys import RootKey
from plummer.deid.policy import Policy
from plummer.deid.structure import Scrubber
from plummer.deid.text import TextEngine
from plummer.pipelines import delta
from plummer.pipelines.home import Home
from plummer.pipelines.job import StepResult
from plummer.pipelines.stages.current import current
from plummer.schemas.tables import DEID_RESOURCES, IDENTITIES
