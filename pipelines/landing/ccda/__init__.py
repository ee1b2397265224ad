"""C-CDA documents (R1.1 and R2.1) to FHIR resources; the mapping is data, beside this file."""
