"""Batch normalization on the batch [1, 2, 3, 4]: mean 2.5, biased variance 1.25."""

from typing import Any

import numpy as np
import pytest

BATCH = np.array([[1.0], [2.0], [3.0], [4.0]])


def normalized(options: str, prepare: Any) -> Any:
    text = f"model: [{{BatchNormalization: {options}}}, {{Dense: {{units: 1, kernel_initializer: Zeros}}}}]"
    return prepare(text + "\ntrain: {batch_size: full, optimizer: {SGD: {learning_rate: 1e-9}}}", BATCH)


@pytest.mark.parametrize(
    ("options", "outer", "inner"),
    [("{}", 1.3411044520, 0.4470348173), ("{epsilon: 1e-5}", 1.3416354200, 0.4472118067)],
    ids=["Keras's epsilon", "epsilon 1e-5"],
)
def test_a_batch_is_normalized_by_its_own_mean_and_biased_variance(
    options: str, outer: float, inner: float, prepare: Any
) -> None:
    training = normalized(options, prepare)
    found = training.model.layers[0](training.data.train.x, training=True).numpy().ravel()
    np.testing.assert_allclose(found, [-outer, -inner, inner, outer], rtol=1e-6)


@pytest.mark.parametrize("steps", [1, 7])
def test_moving_averages_take_a_hundredth_of_the_batch_at_each_step(steps: int, prepare: Any) -> None:
    training = normalized("{}", prepare)
    for _ in range(steps):
        training.step()
    layer = training.model.layers[0]
    kept = 0.99**steps
    assert layer.moving_mean.numpy().item() == pytest.approx((1 - kept) * 2.5, rel=1e-5)
    assert layer.moving_variance.numpy().item() == pytest.approx(kept + (1 - kept) * 1.25, rel=1e-5)


def test_inference_normalizes_by_the_moving_averages(prepare: Any) -> None:
    training = normalized("{momentum: 0.5}", prepare)
    training.step()
    expected = (BATCH - 1.25) / np.sqrt(1.125 + 1e-3)
    found = training.model.layers[0](training.data.train.x, training=False).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-6)
