"""Measurements between two epochs: right, and without any effect on the training."""

from typing import Any

import keras
import numpy as np
import pytest

from nntrain.doctor.checkup import case_of
from nntrain.doctor.probe import Probe
from nntrain.doctor.vital_signs import BEYOND, VitalSigns

NET = """
data: iris
model:
  - Normalization
  - Dense: 8
  - BatchNormalization
  - ReLU
  - Dropout: 0.3
  - Dense: {units: 6, activation: tanh, kernel_regularizer: {L2: 1e-3}}
  - Dense: {units: 3, activation: softmax}
train: {epochs: 3, batch_size: 16}
"""


def _probe(training: Any) -> Probe:
    return Probe(training.model, case_of(training.prepared).placed, training.arrays)


def test_measuring_changes_no_variable_and_no_random_state(prepare: Any) -> None:
    training = prepare(NET)
    assert training.scorer
    before = [np.array(each.value) for each in training.model.variables]
    _probe(training).measure(0)
    for old, variable in zip(before, training.model.variables, strict=True):
        assert np.array_equal(old, variable.value), variable.path


def test_a_training_with_the_probe_ends_with_the_same_bits(prepare: Any) -> None:
    plain, probed = prepare(NET), prepare(NET)
    plain.fit()
    history = probed.fit(observe=_probe(probed))
    assert [signs["epoch"] for signs in history.signs][0] == 0
    assert [signs["epoch"] for signs in history.signs][-1] == 3
    for one, other in zip(plain.weights(), probed.weights(), strict=True):
        assert np.array_equal(one, other)
    assert [row["loss"] for row in plain.history.rows] == [row["loss"] for row in history.rows]


@pytest.mark.parametrize("limit", ("callbacks: [{EarlyStopping: {patience: 2, min_delta: 1000}}]", "steps: 16"))
def test_the_end_of_a_training_that_ends_early_is_measured(limit: str, prepare: Any) -> None:
    """After epoch 3, which is no power of two; by the clock some epochs before may be measured too."""
    training = prepare(NET.replace("epochs: 3", f"epochs: 50, {limit}" if "steps" not in limit else limit))
    history = training.fit(observe=_probe(training))
    assert len(history.rows) == 3
    assert history.signs[-1]["epoch"] == 3


def test_every_layer_with_a_kernel_is_measured_at_its_activation(prepare: Any) -> None:
    training = prepare(NET)
    assert training.scorer
    signs = _probe(training).measure(0)
    assert [layer.layer for layer in signs.layers] == ["model.1.Dense", "model.5.Dense", "model.6.Dense"]
    first, second, last = signs.layers
    assert first.dead is not None
    assert 0 <= first.dead < 1
    assert second.dead is None
    assert second.saturated is not None
    assert last.saturated is None
    assert all(layer.gradient > 0 and layer.weight > 0 and layer.moved == 0 for layer in signs.layers)


def test_the_gradient_is_that_of_the_loss(prepare: Any) -> None:
    """One linear layer and the squared error: the gradient is 2 / n · xᵀ (x w - y)."""
    text = "data: {toy_2d: {kind: reg_plane, size: 60}}\nmodel: [{Dense: 1}]\ntrain: {epochs: 1}\n"
    training = prepare(text)
    assert training.scorer
    signs = _probe(training).measure(0)
    x, y = training.data.train.x, training.data.train.y
    kernel = training.model.layers[0].kernel.value.numpy()
    expected = 2 / len(x) * x.T @ (x @ kernel - y)
    assert signs.layers[0].gradient == pytest.approx(np.linalg.norm(expected), rel=1e-4)
    assert signs.loss == pytest.approx(float(np.mean((x @ kernel - y) ** 2)), rel=1e-4)


def test_dead_units_are_those_that_no_row_moves(prepare: Any) -> None:
    training = prepare(
        NET, "model=[{Dense: {units: 4, activation: relu, bias_initializer: {Constant: -99}}}, {Dense: 3}]"
    )
    assert training.scorer
    assert _probe(training).measure(0).layers[0].dead == 1.0


def test_what_is_not_finite_is_a_large_number(prepare: Any) -> None:
    training = prepare(NET)
    assert training.scorer
    training.model.layers[-1].kernel.assign(keras.ops.full((6, 3), float("nan")))
    signs = _probe(training).measure(1)
    assert signs.loss == BEYOND
    assert VitalSigns.of(signs.as_json()) == VitalSigns(1, BEYOND, signs.layers)


def test_measurements_wait_until_the_training_has_taken_long_enough(prepare: Any) -> None:
    training = prepare(NET)
    assert training.scorer
    probe = _probe(training)
    assert probe(0, is_last=False) is not None
    probe._spent = 100.0
    assert probe(1, is_last=False) is None
    assert probe(2, is_last=False) is None
    assert probe(3, is_last=True) is not None, "the last one is always measured"
    assert probe(5, is_last=False) is None
    probe.is_timed = False
    assert probe(2, is_last=False) is not None
    assert probe(5, is_last=False) is None
