"""What proposes the values of a search: one file an engine, whose name in the YAML is that of its class."""
