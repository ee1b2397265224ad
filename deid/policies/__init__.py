"""The shipped policies, one YAML file per profile."""
