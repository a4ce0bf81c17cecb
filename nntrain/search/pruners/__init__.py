"""Pruners, which stop poor trials early: one module each, with its `Options` and `make(options)`."""
