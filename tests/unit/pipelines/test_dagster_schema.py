"""The words of Dagster's schema are those of the Dagster that is installed."""

from dagster._core.storage.event_log.schema import SqlEventLogStorageMetadata
from dagster._core.storage.runs.schema import RunStorageSqlMetadata
from dagster._core.storage.schedules.schema import ScheduleStorageSqlMetadata

from plummer.expectations.scan import Needle, split_needles
from plummer.pipelines.static_text import static_text


def test_every_table_and_column_is_listed():
    schemas = (SqlEventLogStorageMetadata, RunStorageSqlMetadata, ScheduleStorageSqlMetadata)
    tables = [table for schema in schemas for table in schema.tables.values()]
    names = {table.name for table in tables} | {column.name for table in tables for column in table.columns}
    assert {name.replace("_", " ") for name in names} <= {line.removeprefix("- ") for line in static_text()}


def test_a_name_that_is_a_word_of_it_is_looked_for_at_its_own_path_only():
    needle = Needle("n1", "Assigned", ("Practitioner.name.family",))
    assert split_needles([needle], static_text()) == ((), (needle,))
