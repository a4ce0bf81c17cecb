"""Data sets: reading, splitting and checking."""
