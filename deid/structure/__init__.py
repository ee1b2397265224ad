"""The structured scrubber: one pass over a parsed FHIR resource under a policy."""
