"""Training and development text of our own making: templates, names, noise; no text of any patient."""
