"""A config as text: YAML to a tree with the place of every path, and `--set`."""
