"""Layers, optimizers, losses and so on as a config names them: Keras's names and arguments."""
