"""The Keras classes of nntrain, in modules named as in Keras; `model/build.py` looks here first."""
