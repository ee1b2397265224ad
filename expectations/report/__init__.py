"""The compliance report, rendered from typed and value-free results."""
