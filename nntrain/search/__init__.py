"""Hyperparameter search: an engine proposes values, trials are trained with them, their scores go back to it."""
