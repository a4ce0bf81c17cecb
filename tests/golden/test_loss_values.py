"""Losses at points that were worked out by hand, and pairs of losses that are the same."""

from math import log
from typing import Any

import numpy as np
import pytest

FIXED = """
model:
  - Dense: {{units: {units}, use_bias: false, kernel_initializer: Identity, activation: {activation}}}
train: {{loss: {loss}}}
"""


def loss_of(loss: str, outputs: Any, y: Any, prepare: Any, activation: str = "linear", classes: Any = None) -> float:
    """The loss of a net whose last layer adds nothing to its inputs but the activation."""
    text = FIXED.format(units=np.shape(outputs)[1], activation=activation, loss=loss)
    return prepare(text, outputs, y, classes=classes).metrics()["loss"]


def test_binary_crossentropy_of_four_fifths(prepare: Any) -> None:
    found = loss_of("bce", [[log(4)]], [1], prepare, "sigmoid", classes=2)
    assert found == pytest.approx(0.2231435513, rel=1e-6)


LOGITS = np.array([[2.0, -1.0, 0.5], [-9.0, 9.0, 0.0], [0.1, 0.2, 0.3], [3.0, -3.0, 9.5]])
CLASSES = [2, 0, 1, 2]


def test_categorical_and_sparse_crossentropy_are_equal(prepare: Any) -> None:
    log_sums = np.log(np.exp(LOGITS).sum(axis=1))
    expected = np.mean(log_sums - LOGITS[np.arange(4), CLASSES])
    one_hot = loss_of("categorical_crossentropy", LOGITS, CLASSES, prepare, "softmax", classes=3)
    sparse = loss_of("sparse_categorical_crossentropy", LOGITS, CLASSES, prepare, "softmax", classes=3)
    # The metrics are a few units large and float32.
    assert one_hot == pytest.approx(sparse, rel=1e-7)
    assert sparse == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("name", ["CategoricalCrossentropy", "SparseCategoricalCrossentropy"])
def test_crossentropy_of_logits_is_that_of_their_softmax(name: str, prepare: Any) -> None:
    logits = loss_of(f"{{{name}: {{from_logits: true}}}}", LOGITS, CLASSES, prepare, classes=3)
    assert logits == pytest.approx(loss_of(name, LOGITS, CLASSES, prepare, "softmax", classes=3), rel=1e-6)


def test_binary_crossentropy_of_logits_is_that_of_their_sigmoid(prepare: Any) -> None:
    z, t = np.array([[-9.0], [-2.0], [0.0], [1.0], [9.0]]), [1, 0, 1, 1, 0]
    logits = loss_of("{BinaryCrossentropy: {from_logits: true}}", z, t, prepare, classes=2)
    # One minus a sigmoid near 1 keeps four digits of a float32.
    assert logits == pytest.approx(loss_of("bce", z, t, prepare, "sigmoid", classes=2), rel=2e-5)
    signs = 2 * np.array(t) - 1
    assert logits == pytest.approx(np.mean(np.log1p(np.exp(-signs * z.ravel()))), rel=1e-6)


def test_the_logistic_loss_is_the_crossentropy_of_the_sigmoid(prepare: Any) -> None:
    """-log σ(t y) for labels t of -1 and 1 (Louppe, Deep Learning 101)."""
    outputs, labels = np.array([[2.0], [-1.0], [0.5], [-30.0]]), [1, 1, 0, 0]
    signs = np.array([1, 1, -1, -1])
    expected = np.log1p(np.exp(-signs * outputs[:, 0])).mean()
    assert loss_of("LogisticLoss", outputs, labels, prepare, classes=2) == pytest.approx(expected, rel=1e-6)
    same = loss_of("{BinaryCrossentropy: {from_logits: true}}", outputs, labels, prepare, classes=2)
    assert same == pytest.approx(expected, rel=1e-6)


def test_the_logistic_loss_decides_at_zero(prepare: Any) -> None:
    text = FIXED.format(units=1, activation="linear", loss="LogisticLoss")
    training = prepare(text, [[0.3], [-0.3], [0.2], [0.1]], [1, 0, 1, 0], classes=2)
    assert training.metrics()["accuracy"] == 0.75


def test_half_squared_error_is_a_sum_over_outputs_and_a_mean_over_examples(prepare: Any) -> None:
    outputs, y = [[1.0, 2.0], [3.0, 5.0]], [[0.0, 0.0], [0.0, 1.0]]
    assert loss_of("HalfSquaredError", outputs, y, prepare) == pytest.approx((5 / 2 + 25 / 2) / 2, rel=1e-6)
    assert loss_of("{HalfSquaredError: {reduction: sum}}", outputs, y, prepare) == pytest.approx(15, rel=1e-6)


def test_the_squared_error_weighs_an_outlier_more_than_the_absolute_error(prepare: Any) -> None:
    outputs, y = [[1.0], [10.0]], [[0.0], [0.0]]
    assert loss_of("mse", outputs, y, prepare) == pytest.approx(50.5, rel=1e-6)
    assert loss_of("mae", outputs, y, prepare) == pytest.approx(5.5, rel=1e-6)
    assert loss_of("huber", outputs, y, prepare) == pytest.approx((0.5 + 9.5) / 2, rel=1e-6)


def test_softmax_with_half_squared_error_goes_through_the_full_jacobian(prepare: Any) -> None:
    """The gradient of ½‖s(z) - t‖² is J (s - t) with J = diag(s) - s sᵀ."""
    text = """
    model: [{Dense: {units: 3, kernel_initializer: Zeros, bias_initializer: {Values: [0.5, -1, 2]},
                     activation: softmax}}]
    train: {loss: HalfSquaredError, optimizer: {SGD: {learning_rate: 1}}}
    """
    training = prepare(text, [[0.0]], [1], classes=3)
    z = np.array([0.5, -1.0, 2.0])
    s = np.exp(z) / np.exp(z).sum()
    gradient = (np.diag(s) - np.outer(s, s)) @ (s - [0, 1, 0])
    training.step()
    np.testing.assert_allclose(z - training.weights()[1], gradient, atol=3e-7)


def test_logistic_regression_finds_the_weights_of_two_gaussians(prepare: Any) -> None:
    """Means (∓1, 0) and covariance I give P(1 | x) = σ(2 x₁): w = Σ⁻¹(μ₁ - μ₀) = (2, 0), b = 0."""
    random = np.random.default_rng(3)
    y = np.repeat([0, 1], 50_000)
    x = random.normal(size=(100_000, 2)) + np.stack([2 * y - 1, np.zeros_like(y)], axis=1)
    text = """
    model: [{Dense: {units: 1, activation: sigmoid}}]
    train: {batch_size: full, shuffle: false, optimizer: {SGD: {learning_rate: 5.0}}}
    """
    training = prepare(text, x, y, classes=2)
    for _ in range(40):
        training.step()
    kernel, bias = training.weights()
    np.testing.assert_allclose(kernel.ravel(), [2, 0], atol=0.04)
    assert bias.item() == pytest.approx(0, abs=0.04)
