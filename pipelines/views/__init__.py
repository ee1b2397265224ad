"""SQL on FHIR v2: ViewDefinitions over released resources, without Spark."""
