"""The first steps of each optimizer, against the lectures' numbers and against Keras's formula worked by hand."""

from math import sqrt
from typing import Any

import numpy as np
import pytest

GRADIENTS = (1.0, 0.5, -0.2)


def fixed_gradients(optimizer: str, prepare: Any, gradients: tuple[float, ...] = GRADIENTS) -> list[float]:
    """The weight after each step from 1, where step i sees the gradient i.

    The prediction is w x and the target far below, so the gradient of the absolute error is x.
    """
    text = f"""
    model: [{{Dense: {{units: 1, use_bias: false, kernel_initializer: {{Values: [[1.0]]}}}}}}]
    train: {{optimizer: {optimizer}, loss: mae, batch_size: 1, shuffle: false}}
    """
    training = prepare(text, np.reshape(gradients, (-1, 1)), np.full((len(gradients), 1), -1000.0))
    found = []
    for step in range(len(gradients)):
        training.step(step)
        found.append(training.weights()[0].item())
    return found


def test_momentum(prepare: Any) -> None:
    found = fixed_gradients("{SGD: {learning_rate: 0.1, momentum: 0.9}}", prepare)
    assert found == pytest.approx([0.9, 0.76, 0.654], rel=1e-6)


def test_adagrad_with_an_accumulator_that_begins_at_zero(prepare: Any) -> None:
    options = "{learning_rate: 0.1, initial_accumulator_value: 0, epsilon: 1e-10}"
    found = fixed_gradients(f"{{Adagrad: {options}}}", prepare)
    assert found == pytest.approx([0.900000000005, 0.855278640457, 0.872887658583], rel=1e-6)


def test_adagrad_begins_at_a_tenth_in_keras(prepare: Any) -> None:
    accumulator, weight, expected = 0.1, 1.0, []
    for gradient in GRADIENTS:
        accumulator += gradient**2
        weight -= 0.1 * gradient / sqrt(accumulator + 1e-7)
        expected.append(weight)
    found = fixed_gradients("{Adagrad: {learning_rate: 0.1}}", prepare)
    assert found == pytest.approx(expected, rel=1e-6)


def test_rmsprop_with_momentum(prepare: Any) -> None:
    options = "{learning_rate: 0.1, rho: 0.9, momentum: 0.9, epsilon: 1e-10}"
    found = fixed_gradients(f"{{RMSprop: {options}}}", prepare)
    # The third weight is small beside the numbers that it is made of.
    assert found == pytest.approx([0.683772234141, 0.251725288778, -0.076117533945], rel=1e-6, abs=2e-7)


def adam_of_keras(epsilon: float) -> list[float]:
    """Keras puts epsilon outside the root, and scales the rate in place of the moments (section 2 of the paper)."""
    first, second, weight, found = 0.0, 0.0, 1.0, []
    for step, gradient in enumerate(GRADIENTS, start=1):
        first += (gradient - first) * 0.1
        second += (gradient**2 - second) * 0.001
        rate = 0.1 * sqrt(1 - 0.999**step) / (1 - 0.9**step)
        weight -= rate * first / (sqrt(second) + epsilon)
        found.append(weight)
    return found


@pytest.mark.parametrize("epsilon", [1e-8, 0.1], ids=["as in the paper", "so large that its place matters"])
def test_adam_as_keras_computes_it(epsilon: float, prepare: Any) -> None:
    found = fixed_gradients(f"{{Adam: {{learning_rate: 0.1, epsilon: {epsilon:f}}}}}", prepare)
    # 1 - 0.999^t loses three digits of a float32.
    assert found == pytest.approx(adam_of_keras(epsilon), abs=5e-6)


@pytest.mark.parametrize(
    "lecture",
    [(0.9000000005, 0.806782037365, 0.747110934412), (0.900000001, 0.806782038298, 0.747110935561)],
    ids=["epsilon inside the root", "epsilon outside"],
)
def test_adam_is_that_of_the_lectures_wherever_epsilon_is(lecture: tuple[float, ...], prepare: Any) -> None:
    found = fixed_gradients("{Adam: {learning_rate: 0.1, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8}}", prepare)
    # sqrt(1 - 0.999) scales Keras's epsilon to 3.2e-7, the largest of the differences.
    assert found == pytest.approx(lecture, abs=5e-6)


BOWL = """
model: [{{Dense: {{units: 1, use_bias: false, kernel_initializer: {{Values: [[1.0]]}}}}}}]
train: {{optimizer: {{SGD: {options}}}, loss: HalfSquaredError, batch_size: 1, shuffle: false}}
"""


def in_a_bowl(options: str, steps: int, prepare: Any, curvature: float = 1.0) -> Any:
    """A training on J = 1/2 a w² from w = 1: predict w x for x = √a, and want 0."""
    return prepare(BOWL.format(options=options), np.full((steps, 1), sqrt(curvature)))


@pytest.mark.parametrize(("rate", "expected"), [(0.1, 0.121577), (1.9, 0.121577), (2.0, 1.0), (2.1, 6.7275)])
def test_gradient_descent_converges_below_two_over_the_curvature(rate: float, expected: float, prepare: Any) -> None:
    training = in_a_bowl(f"{{learning_rate: {rate}}}", 20, prepare)
    training.step(0, 20)
    assert abs(training.weights()[0].item()) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("curvature", [0.25, 4.0])
def test_the_threshold_falls_with_the_curvature(curvature: float, prepare: Any) -> None:
    reached = []
    for share in (0.99, 1.0, 1.01):
        training = in_a_bowl(f"{{learning_rate: {share * 2 / curvature}}}", 50, prepare, curvature)
        training.step(0, 50)
        reached.append(abs(training.weights()[0].item()))
    assert reached[0] < 0.5
    assert reached[1] == pytest.approx(1, rel=1e-5)
    assert reached[2] > 2


def test_nesterov_looks_ahead_of_the_weight(prepare: Any) -> None:
    """Keras stores w + m v, the point where the gradient is taken; the lectures' w is that less m v."""
    training = in_a_bowl("{learning_rate: 0.1, momentum: 0.9, nesterov: true}", 5, prepare)
    stored, plain = [], []
    for step in range(5):
        training.step(step)
        weight, velocity = training.weights()[0].item(), training.model.optimizer.momentums[0].numpy().item()
        stored.append(weight)
        plain.append(weight - 0.9 * velocity)
    assert plain == pytest.approx([0.9, 0.729, 0.51759, 0.2945889, 0.0844991], abs=1e-6)
    expected, weight, velocity = [], 1.0, 0.0
    for _ in range(5):
        velocity = 0.9 * velocity - 0.1 * weight
        weight += 0.9 * velocity - 0.1 * weight
        expected.append(weight)
    assert stored == pytest.approx(expected, abs=1e-6)


def test_clipping_by_value_cuts_each_part_of_the_gradient(prepare: Any) -> None:
    found = clipped_step("clipvalue: 1.0", prepare)
    np.testing.assert_allclose(found, [-1, -0.5, 0.2, 1], rtol=1e-6)


def test_clipping_by_norm_keeps_the_direction(prepare: Any) -> None:
    gradient = np.array([-3, -0.5, 0.2, 7])
    for option in ("clipnorm", "global_clipnorm"):
        found = clipped_step(f"{option}: 1.0", prepare)
        np.testing.assert_allclose(found, gradient / np.linalg.norm(gradient), rtol=1e-6)


def clipped_step(option: str, prepare: Any) -> np.ndarray:
    """How far one step of rate 1 moves four weights whose gradients are -3, -0.5, 0.2 and 7."""
    text = f"""
    model: [{{Dense: {{units: 1, use_bias: false, kernel_initializer: Zeros}}}}]
    train: {{optimizer: {{SGD: {{learning_rate: 1, {option}}}}}, loss: mae}}
    """
    training = prepare(text, [[-3, -0.5, 0.2, 7]], [[-1000.0]])
    training.step()
    return -training.weights()[0].ravel()
