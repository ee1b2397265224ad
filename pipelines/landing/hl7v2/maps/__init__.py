"""How segments become resources: one YAML file a segment, and those of datatypes, tables and names."""
