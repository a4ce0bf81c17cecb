"""What nntrain adds to Keras, in modules named as Keras's own: build.py looks here first."""
