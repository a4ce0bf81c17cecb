"""What dropout keeps, and what equal units never lose."""

from typing import Any

import numpy as np
import pytest

from nntrain.errors import ConfigError


@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_dropout_keeps_the_mean_in_training_and_everything_at_inference(rate: float, prepare: Any) -> None:
    x = np.ones((1, 100_000), "float32")
    layer = prepare(f"model: [{{Dropout: {rate}}}, {{Dense: {{units: 1}}}}]", x).model.layers[0]
    kept = layer(x, training=True).numpy()
    # `rate` is the share that is dropped, not the share that is kept.
    np.testing.assert_allclose(np.unique(kept), [0, 1 / (1 - rate)], rtol=1e-6)
    assert (kept == 0).mean() == pytest.approx(rate, abs=5 * np.sqrt(rate * (1 - rate) / x.size))
    assert kept.mean() == pytest.approx(1, abs=5 * np.sqrt(rate / (1 - rate) / x.size))
    np.testing.assert_array_equal(layer(x, training=False), x)


def test_a_noise_shape_drops_whole_examples(prepare: Any) -> None:
    x = np.ones((200, 3), "float32")
    text = "model: [{Dropout: {rate: 0.5, noise_shape: [null, 1]}}, {Dense: {units: 1}}]"
    kept = prepare(text, x).model.layers[0](x, training=True).numpy()
    assert (kept == kept[:, :1]).all()
    assert set(np.unique(kept)) == {0, 2}


SYMMETRIC = """
model:
  - Dense: {units: 3, activation: tanh, kernel_initializer: KERNEL}
  - Dense: {units: 1, kernel_initializer: {Constant: 0.5}}
train: {optimizer: {SGD: {learning_rate: 0.5}}, batch_size: 5}
"""


def test_units_that_begin_equal_stay_equal(prepare: Any) -> None:
    random = np.random.default_rng(0)
    x, y = random.normal(size=(50, 2)), random.normal(size=(50, 1))
    equal = prepare(SYMMETRIC.replace("KERNEL", "{Values: [[0.1, 0.1, 0.1], [-0.3, -0.3, -0.3]]}"), x, y)
    mixed = prepare(SYMMETRIC.replace("KERNEL", "glorot_normal"), x, y)
    for training in (equal, mixed):
        training.step(0, 10)
    kernel, bias, head, _ = equal.weights()
    assert (kernel == kernel[:, :1]).all()
    assert (bias == bias[0]).all()
    assert (head == head[0]).all()
    assert (kernel[:, 0] != [0.1, -0.3]).all()
    other = mixed.weights()[0]
    assert len({tuple(column) for column in other.T}) == 3


@pytest.mark.parametrize("initializer", ["Zeros", "Ones", "{Constant: 0.1}"])
def test_a_constant_kernel_of_a_hidden_layer_is_refused(initializer: str, prepare: Any) -> None:
    with pytest.raises(ConfigError, match="stay equal"):
        prepare(SYMMETRIC.replace("KERNEL", initializer), [[0.0, 0.0]])
