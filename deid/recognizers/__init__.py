"""Recognizers of the free-text engine, one per file."""
