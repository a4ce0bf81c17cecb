"""The model of a run as a layer in a model of Keras with branches."""

from typing import Any

import keras
import numpy as np
import pytest

pytestmark = pytest.mark.trains


def test_a_run_is_a_branch_of_a_functional_model(trained: Any) -> None:
    model = keras.saving.load_model(trained("iris").path / "model.keras")
    model.trainable = False
    inputs = keras.Input(model.input_shape[1:])
    branches = [model(inputs), keras.layers.Dense(2)(inputs)]
    whole = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.Concatenate()(branches)))
    whole.compile("sgd", "mse")
    before, rows = [each.numpy() for each in model.weights], np.random.default_rng(0).normal(size=(8, 4))
    other = whole.layers[2].get_weights()[0]
    whole.fit(rows, np.ones(8), verbose=0)
    assert not np.array_equal(other, whole.layers[2].get_weights()[0])
    for weight, kept in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), kept)
