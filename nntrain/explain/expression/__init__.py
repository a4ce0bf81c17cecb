"""Automatic differentiation of an expression in pure Python: it needs no TensorFlow and starts at once."""
