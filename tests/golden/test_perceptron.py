"""The rule of the perceptron (Rosenblatt 1957): AND and OR converge, XOR never does."""

from typing import Any

import numpy as np
import pytest

POINTS = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
PERCEPTRON = """
model: [{Dense: {units: 1, kernel_initializer: Zeros}}, Heaviside]
train:
  epochs: 30
  batch_size: 1
  shuffle: false
  optimizer: {SGD: {learning_rate: 1.0}}
  loss: HalfSquaredError
"""


def weights_by_hand(targets: list[int], epochs: int) -> tuple[np.ndarray, float]:
    """w + (t - y) x, one example after the other."""
    weights, bias = np.zeros(2), 0.0
    for _ in range(epochs):
        for x, target in zip(POINTS, targets, strict=True):
            error = target - float(weights @ x + bias >= 0)
            weights, bias = weights + error * x, bias + error
    return weights, bias


TABLES = [([0, 0, 0, 1], True), ([0, 1, 1, 1], True), ([0, 1, 1, 0], False)]


@pytest.mark.parametrize(("targets", "converges"), TABLES, ids=["AND", "OR", "XOR"])
def test_the_rule_of_the_perceptron(targets: list[int], converges: bool, prepare: Any) -> None:
    training = prepare(PERCEPTRON, POINTS, np.array(targets)[:, None])
    _, recorder = training.fit()
    for epoch in (1, 2, 7, 30):
        kernel, bias = recorder.weights[epoch - 1]
        expected, expected_bias = weights_by_hand(targets, epoch)
        np.testing.assert_array_equal(kernel[:, 0], expected)
        assert bias.item() == expected_bias
    right = (training.outputs()[:, 0] == targets).all()
    assert right == converges
    right_in_no_epoch = all(((POINTS @ kernel[:, 0] + bias >= 0) != targets).any() for kernel, bias in recorder.weights)
    assert right_in_no_epoch != converges


def test_classes_may_be_learnt_too(prepare: Any) -> None:
    text = PERCEPTRON.replace("  loss: HalfSquaredError\n", "")  # which is the loss of choice
    training = prepare(text, POINTS, [0, 0, 0, 1], classes=2)
    training.fit()
    assert training.metrics()["accuracy"] == 1.0
