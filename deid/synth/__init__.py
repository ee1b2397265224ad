"""Synthetic patients with rich notes and gold spans of every planted identifier."""
