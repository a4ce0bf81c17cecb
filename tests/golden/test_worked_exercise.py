"""The backpropagation exercise of the Tor Vergata lectures (2024/25), and its misprints.

x = [0.5, 0.1], t = [0.01, 0.99], logistic units, L = ½‖y - t‖². Keras's kernel has a column for each unit, so it is
the transposed W of a = W x + b.
"""

from typing import Any

import numpy as np
import pytest

INTENDED = ([[0.15, 0.25], [0.20, 0.30]], [[0.40, 0.50], [0.45, 0.55]])
PRINTED = ([[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.50], [0.50, 0.55]])
PRINTED_TRANSPOSED = ([[0.15, 0.25], [0.20, 0.30]], [[0.40, 0.50], [0.50, 0.55]])

# Kernels; y; L; L after one step of gradient descent with the rates 0.1, 0.5 and 1.
READINGS = {
    "intended": (
        INTENDED,
        (0.7548067435409049, 0.7769055198526518),
        0.30007317134663797,
        (0.29645755410408653, 0.2818332273141128, 0.2632732640079768),
    ),
    "as printed, a = W x + b": (
        PRINTED,
        (0.760082092466, 0.776447188372),
        0.304113974396477,
        (0.300555505, 0.286152024, 0.267845665),
    ),
    "as printed, a = transposed W x + b": (
        PRINTED_TRANSPOSED,
        (0.760531696845, 0.776905519853),
        0.304353542719061,
        (0.300789598, 0.286362124, 0.268021481),
    ),
}
# db1, dW1, db2, dW2 with the rows of W, as the lectures write them.
GRADIENTS = {
    "intended": (
        [0.008728335094040833, 0.00979135215747009],
        [[0.004364167547020416, 0.0008728335094040833], [0.004895676078735045, 0.0009791352157470091]],
        [0.1378440083135158, -0.03693424555905108],
        [[0.08400900104113325, 0.08596415904372867], [-0.02250956796443911, -0.023033437566448666]],
    ),
    "as printed, a = W x + b": (
        [0.008601942407, 0.011335483145],
        [[0.004300971203, 0.000860194241], [0.005667741572, 0.001133548314]],
        [0.136782949045, -0.037067846142],
        [[0.083525035222, 0.084497376077], [-0.022635081172, -0.022898583177]],
    ),
    "as printed, a = transposed W x + b": (
        [0.008618393525, 0.011273534937],
        [[0.004309196763, 0.000861839353], [0.005636767469, 0.001127353494]],
        [0.136689260554, -0.036934245559],
        [[0.083305240269, 0.085244019509], [-0.022509567964, -0.023033437566]],
    ),
}

EXERCISE = """
model:
  - Dense: {{units: 2, kernel_initializer: {{Values: {first}}}, bias_initializer: {{Constant: 0.35}}}}
  - Activation: sigmoid
  - Dense: {{units: 2, kernel_initializer: {{Values: {second}}}, bias_initializer: {{Constant: 0.6}}}}
  - Activation: sigmoid
train: {{loss: {loss}, optimizer: {{SGD: {{learning_rate: {rate}}}}}}}
"""

every_reading = pytest.mark.parametrize("reading", READINGS)


def exercise(reading: str, prepare: Any, rate: float = 1.0, loss: str = "HalfSquaredError") -> Any:
    first, second = READINGS[reading][0]
    text = EXERCISE.format(first=first, second=second, rate=rate, loss=loss)
    return prepare(text, [[0.5, 0.1]], [[0.01, 0.99]])


@every_reading
def test_the_forward_pass(reading: str, prepare: Any) -> None:
    _, outputs, loss, _ = READINGS[reading]
    training = exercise(reading, prepare)
    np.testing.assert_allclose(training.outputs()[0], outputs, rtol=3e-7)
    assert training.metrics()["loss"] == pytest.approx(loss, rel=3e-7)


def test_the_hidden_layer(prepare: Any) -> None:
    training = exercise("intended", prepare)
    dense, sigmoid, *_ = training.model.layers
    hidden = sigmoid(dense(training.data.train.x)).numpy()[0]
    np.testing.assert_allclose(hidden, [0.6094497836283251, 0.623633628298226], rtol=3e-7)


@every_reading
def test_the_gradients(reading: str, prepare: Any) -> None:
    """A step of plain gradient descent with rate 1 takes the gradient off the weights."""
    training = exercise(reading, prepare)
    before = training.weights()
    training.step()
    first, first_bias, second, second_bias = (b - a for b, a in zip(before, training.weights(), strict=True))
    for found, expected in zip((first_bias, first.T, second_bias, second.T), GRADIENTS[reading], strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-7)


@every_reading
@pytest.mark.parametrize("index", range(3), ids=["rate 0.1", "rate 0.5", "rate 1"])
def test_the_loss_after_one_step(reading: str, index: int, prepare: Any) -> None:
    training = exercise(reading, prepare, rate=(0.1, 0.5, 1.0)[index])
    training.step()
    assert training.metrics()["loss"] == pytest.approx(READINGS[reading][3][index], rel=1e-6)


def test_the_squared_error_of_keras_is_the_same_for_two_outputs(prepare: Any) -> None:
    loss = exercise("intended", prepare, loss="mse").metrics()["loss"]
    assert loss == pytest.approx(0.30007317134663797, rel=3e-7)
