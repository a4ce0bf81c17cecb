"""The training loop. `loop.fit` is the one way in."""
