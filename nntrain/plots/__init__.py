"""Plots of a run: one module each, with its `Options` and `draw(options)`, which returns the bytes of a PNG."""
