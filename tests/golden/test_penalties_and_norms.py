"""Penalties, worked out on W = [[1, -2]], and the norm that a constraint keeps after every step."""

from math import sqrt
from typing import Any

import numpy as np
import pytest

PENALIZED = """
model:
  - Dense:
      units: 2
      kernel_initializer: {Values: [[1, -2]]}
      kernel_regularizer: REGULARIZER
train: {optimizer: {SGD: {learning_rate: 1}}, batch_size: full}
"""


@pytest.mark.parametrize(
    ("regularizer", "penalty", "gradient"),
    [
        ("{L1: 0.001}", 0.003, [0.001, -0.001]),
        ("{L2: 0.001}", 0.005, [0.002, -0.004]),
        ("{L1L2: {l1: 0.001, l2: 0.001}}", 0.008, [0.003, -0.005]),
        ("{L2Norm: 0.001}", 0.001 * sqrt(5), [0.001 / sqrt(5), -0.002 / sqrt(5)]),
    ],
)
def test_the_penalty_and_its_gradient(regularizer: str, penalty: float, gradient: list[float], prepare: Any) -> None:
    """The input is 0, so nothing but the penalty moves the kernel."""
    training = prepare(PENALIZED.replace("REGULARIZER", regularizer), [[0.0]], [[0.0, 0.0]])
    metrics = training.metrics()
    assert metrics["loss"] == pytest.approx(penalty, rel=1e-6)
    assert metrics["regularization_loss"] == pytest.approx(penalty, rel=1e-6)
    training.step()
    np.testing.assert_allclose([1, -2] - training.weights()[0][0], gradient, atol=2e-7)


ALL = """
model:
  - Dense: {units: 2, kernel_initializer: {Values: [[1, -2]]}, bias_initializer: {Constant: 1}}
  - Dense: {units: 1, kernel_initializer: {Values: [[3], [0]]}}
train:
  optimizer: {SGD: {learning_rate: 1}}
  regularizer: REGULARIZER
"""


@pytest.mark.parametrize(
    ("regularizer", "penalty", "kernel", "bias"),
    [
        ("{L1: 0.001}", 0.008, [0.001, -0.001], [0.001, 0.001]),
        ("{L2: 0.001}", 0.016, [0.002, -0.004], [0.002, 0.002]),
        ("{L2Norm: 0.001}", 0.004, [0.001 / 4, -0.002 / 4], [0.001 / 4, 0.001 / 4]),
    ],
)
def test_one_penalty_on_all_weights_with_biases(
    regularizer: str, penalty: float, kernel: list[float], bias: list[float], prepare: Any
) -> None:
    """The weights 1, -2, 1, 1, 3, 0, 0 have the norm 4; the error is 0, so nothing but the penalty moves them."""
    training = prepare(ALL.replace("REGULARIZER", regularizer), [[0.0]], [[3.0]])
    metrics = training.metrics()
    assert metrics["loss"] == pytest.approx(penalty, rel=1e-6)
    assert metrics["regularization_loss"] == pytest.approx(penalty, rel=1e-6)
    training.step()
    first, shift = training.weights()[:2]
    np.testing.assert_allclose([1, -2] - first[0], kernel, atol=2e-7)
    np.testing.assert_allclose(1 - shift, bias, atol=2e-7)


def test_the_unsquared_norm_does_not_push_weights_that_are_zero(prepare: Any) -> None:
    text = PENALIZED.replace("[[1, -2]]", "[[0, 0]]").replace("REGULARIZER", "{L2Norm: 0.1}")
    training = prepare(text, [[0.0]], [[0.0, 0.0]])
    training.step()
    np.testing.assert_array_equal(training.weights()[0], [[0, 0]])


def test_the_regularization_loss_is_what_the_loss_holds_beside_the_data(prepare: Any) -> None:
    """The last batch of the evaluation is a short one; Keras takes the penalty on activities for each example."""
    text = """
    model:
      - Dense:
          units: 5
          activation: tanh
          kernel_regularizer: {L2: 0.01}
          bias_regularizer: {L1: 0.1}
          activity_regularizer: {L2: 0.1}
      - Dense: {units: 2, kernel_regularizer: {L2Norm: 0.02}}
    train: {batch_size: 64}
    """
    random = np.random.default_rng(0)
    x, y = random.normal(size=(1500, 3)) * np.linspace(0.1, 2, 1500)[:, None], random.normal(size=(1500, 2))
    training = prepare(text, x, y)
    training.step(0, 20)
    metrics = training.metrics()
    first, bias, second, _ = training.weights()
    penalty = 0.01 * (first**2).sum() + 0.1 * np.abs(bias).sum() + 0.02 * np.linalg.norm(second)
    penalty += 0.1 * (np.tanh(x @ first + bias) ** 2).sum() / len(x)
    data_loss = np.mean((training.outputs() - y) ** 2)
    assert abs(bias).sum() > 0
    assert metrics["regularization_loss"] == pytest.approx(penalty, abs=1e-6)
    assert metrics["loss"] - metrics["regularization_loss"] == pytest.approx(data_loss, abs=1e-6)


CONSTRAINED = """
model:
  - Dense: {units: 3, activation: tanh, kernel_initializer: {Values: KERNEL}CONSTRAINT}
  - Dense: {units: 1, kernel_initializer: Ones}
train: {optimizer: {SGD: {learning_rate: RATE}}, batch_size: 4}
"""
KERNEL = "[[0.9, 0.1, 0.0], [-0.8, 0.2, 0.3], [0.7, -0.1, 0.2], [0.6, 0.1, -0.1]]"


def constrained(constraint: str, rate: str, prepare: Any) -> Any:
    random = np.random.default_rng(1)
    x, y = random.normal(size=(80, 4)), 5 * random.normal(size=(80, 1))
    text = CONSTRAINED.replace("KERNEL", KERNEL).replace("CONSTRAINT", constraint).replace("RATE", rate)
    return prepare(text, x, y)


def test_no_column_is_longer_than_max_norm_after_any_step(prepare: Any) -> None:
    training = constrained(", kernel_constraint: {MaxNorm: 1.0}", "0.5", prepare)
    reached = []
    for step in range(20):
        training.step(step)
        reached.append(np.linalg.norm(training.weights()[0], axis=0).max())
    assert max(reached) <= 1 + 1e-6
    assert min(reached) == pytest.approx(1, rel=1e-3)


def test_max_norm_leaves_shorter_columns_as_they_are(prepare: Any) -> None:
    """Keras divides by norm + 1e-7, so a short column loses a millionth at most."""
    free, bound = constrained("", "1e-3", prepare), constrained(", kernel_constraint: {MaxNorm: 1.0}", "1e-3", prepare)
    for training in (free, bound):
        training.step()
    free_kernel, bound_kernel = free.weights()[0], bound.weights()[0]
    assert np.linalg.norm(free_kernel[:, 0]) > 1.4
    assert np.linalg.norm(bound_kernel[:, 0]) == pytest.approx(1, rel=1e-6)
    np.testing.assert_allclose(bound_kernel[:, 1:], free_kernel[:, 1:], rtol=1e-6)
