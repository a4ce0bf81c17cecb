"""One experiment from its config to its run directory; resume, reproduce, groups."""
