"""The page of the playground: its markup, its style and its scripts, served or as one file."""
