"""Activations at points that were worked out by hand, and small nets whose weights are given."""

from typing import Any

import numpy as np
import pytest
import tensorflow as tf


def activated(layer: str, values: Any, prepare: Any, training: bool = False) -> np.ndarray:
    """What a layer, the first of a net from YAML, makes of a row of values."""
    model = prepare(f"model: [{layer}, ReLU, {{Dense: {{units: 1}}}}]", [values]).model
    return model.layers[0](np.array([values], "float32"), training=training).numpy()[0]


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ("ELU", [-0.8646647168, -0.3934693403, 0, 3]),
        ("{Activation: elu}", [-0.8646647168, -0.3934693403, 0, 3]),
        ("{LeakyReLU: 0.01}", [-0.02, -0.005, 0, 3]),
        ("{LeakyReLU: 0.1}", [-0.2, -0.05, 0, 3]),
        ("LeakyReLU", [-0.6, -0.15, 0, 3]),
        ("{RReLU: {lower: 0.1, upper: 0.3}}", [-0.4, -0.1, 0, 3]),
        ("{PReLU: {alpha_initializer: {Constant: 0.25}}}", [-0.5, -0.125, 0, 3]),
        ("PReLU", [0, 0, 0, 3]),
        ("Heaviside", [0, 0, 1, 1]),
        ("ReLU", [0, 0, 0, 3]),
    ],
)
def test_values_at_inference(layer: str, expected: list[float], prepare: Any) -> None:
    np.testing.assert_allclose(activated(layer, [-2, -0.5, 0, 3], prepare), expected, rtol=1e-6)


def test_softmax_of_one_two_three(prepare: Any) -> None:
    found = activated("{Activation: softmax}", [1, 2, 3], prepare)
    np.testing.assert_allclose(found, [0.09003057, 0.24472848, 0.6652409], rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "at", "expected"),
    [("sigmoid", 0, 0.25), ("tanh", 0, 1), ("relu", 2, 1), ("relu", -2, 0), ("elu", -2, np.exp(-2))],
)
def test_derivatives(name: str, at: float, expected: float, prepare: Any) -> None:
    model = prepare(f"model: [{{Activation: {name}}}, ReLU, {{Dense: {{units: 1}}}}]", [[0.0]]).model
    x = tf.constant([[at]], "float32")
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = model.layers[0](x)
    assert tape.gradient(y, x).numpy().item() == pytest.approx(expected, rel=1e-6)


def test_the_slopes_of_rrelu_vary_between_the_bounds_in_training(prepare: Any) -> None:
    values = -np.ones(1000)
    slopes = -activated("{RReLU: {lower: 0.1, upper: 0.3}}", values, prepare, training=True)
    assert slopes.min() >= 0.1
    assert slopes.max() <= 0.3
    # A uniform draw in [0.1, 0.3] has mean 0.2 and standard deviation 0.2 / √12.
    assert slopes.mean() == pytest.approx(0.2, abs=5 * 0.2 / np.sqrt(12 * 1000))
    assert slopes.std() == pytest.approx(0.2 / np.sqrt(12), rel=0.1)


def test_rrelu_is_the_same_function_at_every_inference(prepare: Any) -> None:
    layer = prepare("model: [RReLU, {Dense: {units: 1}}]", [[-1.0] * 4]).model.layers[0]
    x = -np.ones((1, 4), "float32")
    assert (layer(x, training=True).numpy() != layer(x, training=True).numpy()).all()
    np.testing.assert_array_equal(layer(x, training=False), layer(x, training=False))
    np.testing.assert_allclose(layer(x, training=False), -np.full((1, 4), (0.125 + 1 / 3) / 2), rtol=1e-6)


def test_prelu_learns_its_slope_from_the_negative_inputs(prepare: Any) -> None:
    text = """
    model: [{PReLU: {alpha_initializer: {Constant: 0.25}}}, {Dense: {units: 1, kernel_initializer: Ones}}]
    train: {optimizer: {SGD: {learning_rate: 1}}, loss: HalfSquaredError, batch_size: full}
    """
    x = np.array([[-2.0, 1.0], [-1.0, -3.0], [4.0, 5.0]])
    training = prepare(text, x, [[1.0], [0.0], [2.0]])
    error = (np.where(x > 0, x, 0.25 * x).sum(axis=1) - [1, 0, 2]) / 3
    training.step()
    np.testing.assert_allclose(training.weights()[0] - 0.25, -(error @ np.where(x < 0, x, 0)), rtol=1e-5)


def test_a_two_two_one_net_computes_xor(prepare: Any) -> None:
    """The weights of Goodfellow et al. 2016, section 6.1."""
    text = """
    model:
      - Dense:
          units: 2
          activation: relu
          kernel_initializer: {Values: [[1, 1], [1, 1]]}
          bias_initializer: {Values: [0, -1]}
      - Dense: {units: 1, kernel_initializer: {Values: [[1], [-2]]}}
    """
    found = prepare(text, [[0, 0], [0, 1], [1, 0], [1, 1]]).outputs()
    np.testing.assert_array_equal(found.ravel(), [0, 1, 1, 0])


@pytest.mark.parametrize("knots", [5, 10, 20])
def test_a_hidden_layer_of_relus_interpolates_a_parabola(knots: int, prepare: Any) -> None:
    """f(x) = Σ w_i ReLU(x + b_i) through the points of x² at distance h is wrong by h²/4 at most."""
    step = 1 / knots
    places = np.arange(knots) * step
    slopes = np.diff(np.append(places, 1) ** 2) / step
    changes = np.diff(slopes, prepend=0)
    text = f"""
    model:
      - Dense:
          units: {knots}
          activation: relu
          kernel_initializer: {{Values: {[[1.0] * knots]}}}
          bias_initializer: {{Values: {(-places).tolist()}}}
      - Dense: {{units: 1, kernel_initializer: {{Values: {changes[:, None].tolist()}}}}}
    """
    x = np.linspace(0, 1, 2 * knots + 1)[:, None]
    error = np.abs(prepare(text, x).outputs() - x**2).max()
    assert error == pytest.approx(step**2 / 4, abs=1e-6)
