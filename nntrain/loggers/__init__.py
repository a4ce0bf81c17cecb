"""Loggers: each module is one, which writes the epochs of a run where another program shows them."""
