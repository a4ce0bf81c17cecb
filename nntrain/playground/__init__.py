"""A page on which a small network trains before one's eyes, by nntrain, or in one file by JavaScript."""
