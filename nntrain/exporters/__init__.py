"""Formats of `nntrain export`: one module each, with its `Options` and `export(options, exported, folder)`."""
