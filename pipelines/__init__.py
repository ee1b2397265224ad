"""Spark stages and the only place with Dagster: stages, assets, checks, command line."""
