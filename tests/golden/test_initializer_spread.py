"""The standard deviation of fresh weights is the one that the initializer's paper asks for."""

from math import sqrt
from typing import Any

import numpy as np
import pytest

INITIALIZERS = {
    "glorot_normal": "glorot_normal",
    "xavier for relu": "{VarianceScaling: {scale: 2, mode: fan_avg}}",
    "he_normal": "he_normal",
    "lecun_normal": "lecun_normal",
}
# (inputs, units): the standard deviations in the order above.
SPREADS = {
    (784, 300): (0.0429537, 0.0607457, 0.0505076, 0.0357143),
    (300, 100): (0.0707107, 0.1, 0.0816497, 0.0577350),
    (100, 10): (0.1348400, 0.1906925, 0.1414214, 0.1),
    (2, 4): (0.5773503, 0.8164966, 1, 0.7071068),
}


def model(inputs: int, units: int, initializer: str, kernels: int = 2) -> str:
    """Hidden layers whose kernels are all (inputs, units), with layers between them that bring the width back."""
    layer = f"{{Dense: {{units: {units}, kernel_initializer: {initializer}}}}}"
    return f"model: [{f', {{Dense: {{units: {inputs}}}}}, '.join([layer] * kernels)}, ReLU]"


@pytest.mark.parametrize("shape", SPREADS)
@pytest.mark.parametrize("name", INITIALIZERS)
def test_the_spread_of_a_kernel(name: str, shape: tuple[int, int], prepare: Any) -> None:
    expected = SPREADS[shape][list(INITIALIZERS).index(name)]
    # The standard error of the spread of n draws is sigma / sqrt(2 n) for a normal, and less for a truncated one.
    kernels = 2 * max(1, 240 // (shape[0] * shape[1]))
    built = prepare(model(*shape, INITIALIZERS[name], kernels), np.zeros((1, shape[0]))).model
    values = np.concatenate([layer.kernel.numpy().ravel() for layer in built.layers[: 2 * kernels : 2]])
    tolerance = 0.01 if shape == (784, 300) else 5 / sqrt(2 * values.size)
    assert values.std() == pytest.approx(expected, rel=tolerance)
    assert abs(values.mean()) < 5 * expected / sqrt(values.size)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_normal_draws_are_cut_at_two_standard_deviations_and_widened_to_keep_the_spread(
    name: str, prepare: Any
) -> None:
    kernel = prepare(model(784, 300, INITIALIZERS[name]), np.zeros((1, 784))).model.layers[0].kernel.numpy()
    sigma = SPREADS[784, 300][list(INITIALIZERS).index(name)]
    assert np.abs(kernel).max() == pytest.approx(2 * sigma / 0.87962566, rel=1e-3)


def test_he_keeps_the_signal_through_fifty_layers_of_relu_and_others_lose_it(prepare: Any) -> None:
    signals = {}
    for name, initializer in {
        "he": "he_normal",
        "small": "{RandomNormal: {stddev: 0.01}}",
        "large": "{RandomNormal: {stddev: 1.0}}",
    }.items():
        layer = f"{{Dense: {{units: 100, activation: relu, kernel_initializer: {initializer}, use_bias: false}}}}"
        text = f"model: [{{Repeat: {{times: 50, layers: [{layer}]}}}}, {{Dense: {{units: 1}}}}]"
        x = np.random.default_rng(0).normal(size=(32, 100))
        training = prepare(text, x)
        flow = training.data.train.x
        for layer in training.model.layers[:20]:
            flow = layer(flow)
        signals[name] = float(np.sqrt(np.mean(np.square(flow.numpy()))))
    assert 0.1 < signals["he"] < 10
    assert signals["small"] < 1e-20
    assert signals["large"] > 1e15
