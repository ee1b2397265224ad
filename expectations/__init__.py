"""What must hold of a table or a release: suites, leak scan, gates, value-free reports. No Dagster."""
