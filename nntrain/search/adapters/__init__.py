"""Optuna and KerasTuner behind the interface of our search engines."""
