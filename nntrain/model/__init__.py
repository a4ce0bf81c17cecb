"""A config as a compiled Keras model."""
