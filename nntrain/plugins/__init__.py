"""A user's own file of Keras classes, loaded so that a config names them like Keras's own."""
