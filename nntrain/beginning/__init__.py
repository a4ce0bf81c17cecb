"""The first config for a file: what is in it, and the templates that a config is written from."""
