"""Plots of a search, one module a plot: `draw(...)` returns the bytes of a PNG."""
