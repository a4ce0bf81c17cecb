"""How little of a gradient comes through a chain of sigmoids."""

from typing import Any

import pytest


def chain(units: list[str], loss: str, rate: float) -> str:
    layers = [f"{{Dense: {{units: 1, kernel_initializer: Ones, {unit}}}}}" for unit in units]
    return f"""
    model: [{", ".join(layers)}]
    train: {{loss: {loss}, optimizer: {{SGD: {{learning_rate: {rate}}}}}}}
    """


def test_the_derivative_of_three_sigmoids_is_below_a_quarter_cubed(prepare: Any) -> None:
    """Louppe, Deep Learning 101: ŷ = σ(w₃ σ(w₂ σ(w₁ x))) with all w and x 1."""
    training = prepare(chain(["activation: sigmoid, use_bias: false"] * 3, "mae", 100), [[1.0]], [[-1000.0]])
    assert training.outputs().item() == pytest.approx(0.6626302265, rel=1e-6)
    training.step()
    # The absolute error has the gradient of the prediction; a large rate keeps the digits of the change.
    derivative = (1 - training.weights()[0].item()) / 100
    assert derivative == pytest.approx(0.009641584541509552, rel=1e-5)
    assert derivative <= (1 / 4) ** 3


def test_the_derivative_of_three_relus_is_the_product_of_the_weights(prepare: Any) -> None:
    text = chain(["activation: relu, use_bias: false"] * 2 + ["use_bias: false"], "mae", 1)
    for weight in ("0.5", "1.5", "3"):
        text = text.replace("Ones", f"{{Values: [[{weight}]]}}", 1)
    training = prepare(text, [[2.0]], [[-1000.0]])
    training.step()
    assert 0.5 - training.weights()[0].item() == 1.5 * 3 * 2


def test_the_gradients_of_four_sigmoid_neurons(prepare: Any) -> None:
    """Payberah, Training Deep Feedforward Networks: weights 1, biases 0, input 0.5, C = ½(a₄ - 1)²."""
    training = prepare(chain(["activation: sigmoid"] * 4, "HalfSquaredError", 1), [[0.5]], [[1.0]])
    training.step()
    gradients = [-bias.item() for bias in training.weights()[1::2]]
    assert gradients == pytest.approx([-0.00092353330, -0.00392986687, -0.01729191907, -0.07675314033], rel=1e-6)
    assert gradients[0] / gradients[2] == pytest.approx(0.0534, abs=5e-5)
    assert gradients[0] / gradients[2] < 1 / 16
