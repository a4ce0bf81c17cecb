"""What a config may say. Nothing here imports NumPy, TensorFlow or Keras."""
