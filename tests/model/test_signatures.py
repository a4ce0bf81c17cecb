"""The defaults that the package holds are those in the signatures of Keras."""

import inspect

import keras

from nntrain.config import keras_defaults
from nntrain.config.keras.optimizers import Adam
from nntrain.model import signatures


def test_the_file_in_the_package_is_that_of_the_installed_keras() -> None:
    held = keras_defaults.FILE.read_text(encoding="utf-8")
    assert held == keras_defaults.as_text(signatures.defaults()), "the defaults are behind Keras: run scripts/reference"


def test_they_are_those_of_the_signature() -> None:
    found = keras_defaults.of(Adam)
    parameters = inspect.signature(keras.optimizers.Adam).parameters
    assert {name: parameters[name].default for name in found} == found and found["learning_rate"] == 0.001
    assert "clipnorm" in found and "name" not in found
