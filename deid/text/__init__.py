"""The free-text engine: Presidio as the frame, the patient's own record, replacement."""
