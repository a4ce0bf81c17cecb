"""The program of the format `python`, which is copied as it is."""
