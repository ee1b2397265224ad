"""FHIR R4 element table (HL7, CC0) and what can be asked of it."""
