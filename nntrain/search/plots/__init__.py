"""Plots of a search: one module each, with its `Options` and `draw(options)`, which returns the bytes of a PNG."""
