"""The layer `Ensemble`: the mean of probabilities or numbers, and a file that plain Keras loads."""

from pathlib import Path

import keras
import numpy as np
import pytest

import nntrain.keras  # noqa: F401  # registers the layer
from nntrain.model.ensemble import Ensemble

X = np.random.default_rng(0).normal(size=(7, 3)).astype("float32")


def network(units: int, activation: str | None) -> keras.Sequential:
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, "relu"), keras.layers.Dense(units, activation)])


def probabilities(logits: np.ndarray) -> np.ndarray:
    if logits.shape[1] == 1:
        return 1 / (1 + np.exp(-logits))
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


@pytest.mark.parametrize("units", [1, 3])
def test_it_is_the_mean_of_the_outputs_and_of_logits_that_of_their_probabilities(units: int) -> None:
    members = [network(units, None) for _ in range(3)]
    outputs = [np.asarray(member(X)) for member in members]
    np.testing.assert_allclose(Ensemble(members)(X), np.mean(outputs, axis=0), atol=1e-6)
    mean = np.mean([probabilities(each.astype("float64")) for each in outputs], axis=0)
    np.testing.assert_allclose(probabilities(np.asarray(Ensemble(members, logits=True)(X))), mean, atol=1e-6)


def test_large_logits_stay_finite() -> None:
    members = [network(1, None) for _ in range(2)]
    for member in members:
        member.layers[-1].kernel.assign(1e6 * np.ones((4, 1)))
    assert np.isfinite(np.asarray(Ensemble(members, logits=True)(X))).all()


def test_plain_keras_loads_its_file_again(tmp_path: Path) -> None:
    model = keras.Sequential([keras.Input((3,)), Ensemble([network(2, "softmax") for _ in range(2)])])
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again(X), model(X))
    assert len(again.layers[-1].members) == 2 and again.count_params() == model.count_params()
