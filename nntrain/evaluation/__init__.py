"""Metrics, intervals, baselines and predictions of a trained model."""
