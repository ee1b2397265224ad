"""Event mappings, one YAML file per resource type: data, not code."""
