"""A page about runs, groups and searches: one HTML file of their files alone; it needs no server."""
