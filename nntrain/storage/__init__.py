"""Whole files, locks, downloads, the journal of a search, and the files in `runs/`."""
