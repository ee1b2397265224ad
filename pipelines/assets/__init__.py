"""Dagster assets: thin wrappers around the stages."""
