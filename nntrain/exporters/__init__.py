"""Formats of `nntrain export`: one module each, with its `Options` and `export(options, subject, folder)`."""
