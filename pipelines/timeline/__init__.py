"""The interpreter of the event mappings, on parsed resources."""
