"""What one pass over a raw resource tells: names, references, times, identities."""
