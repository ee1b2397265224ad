"""HL7 v2 messages, mapped to FHIR R4 resources by rules that are data (`maps/`)."""
