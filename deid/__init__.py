"""De-identification as plain Python: policy, keys, dates, structure and text. No Spark, no Dagster."""
