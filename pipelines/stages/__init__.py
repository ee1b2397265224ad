"""The stages: one plain function on Spark per file, no Dagster import."""
