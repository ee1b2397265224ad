"""Leaf of the product: table contracts, FHIR element table, event mappings, codes, findings.

Nothing here imports Spark, Dagster or another folder of Plummer.
"""
