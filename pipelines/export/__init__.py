"""Standard outputs of a verified release; nothing here needs Spark."""
