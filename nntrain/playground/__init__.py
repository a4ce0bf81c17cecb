"""A page on which a small network trains while you watch, by nntrain, or in one file by JavaScript."""
