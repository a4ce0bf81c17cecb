"""Hyperparameter search: ask an engine, train trials, tell it their scores."""
