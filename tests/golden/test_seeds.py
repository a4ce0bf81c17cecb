"""What the seed fixes, and what one more layer leaves as it was."""

from typing import Any

import numpy as np
import pytest

NOISY = """
seed: SEED
model:
  - GaussianNoise: 0.1
  - Dense: {units: 8, activation: relu}
  - Dropout: 0.5
  - Dense: {units: 8}
  - BatchNormalization
  - RReLU
train: {epochs: 3, batch_size: 8}
"""


def trained(seed: int, prepare: Any) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    training = prepare(NOISY.replace("SEED", str(seed)), random.normal(size=(30, 4)), np.arange(30) % 3, classes=3)
    training.fit()
    return training.weights()


@pytest.fixture(scope="module")
def run_of_seed_0(prepare: Any) -> list[np.ndarray]:
    return trained(0, prepare)


def test_two_runs_with_seed_0_are_equal_to_the_bit(run_of_seed_0: list[np.ndarray], prepare: Any) -> None:
    for first, second in zip(run_of_seed_0, trained(0, prepare), strict=True):
        np.testing.assert_array_equal(first, second)


def test_another_seed_gives_another_run(run_of_seed_0: list[np.ndarray], prepare: Any) -> None:
    kernels = [weight for weight in run_of_seed_0 if weight.ndim == 2]
    others = [weight for weight in trained(1, prepare) if weight.ndim == 2]
    assert all((kernel != other).all() for kernel, other in zip(kernels, others, strict=True))


def test_the_seed_decides_weights_and_order_apart(prepare: Any) -> None:
    texts = [f"seed: {seed}\nmodel: [{{Dense: {{units: 1}}}}]" for seed in (0, 1)]
    first, second = (prepare(text, np.zeros((20, 4))) for text in texts)
    assert (first.weights()[0] != second.weights()[0]).all()
    assert (first.order(1) != second.order(1)).any()


def test_one_more_layer_at_the_end_leaves_the_weights_of_the_others(prepare: Any) -> None:
    before = "model: [{Dense: {units: 4}}, ReLU, {Dense: {units: 4}}, ReLU"
    short = prepare(before + "]", np.zeros((1, 3))).weights()
    long = prepare(before + ", {Dense: {units: 4}}, ReLU]", np.zeros((1, 3))).weights()
    for index in range(4):
        np.testing.assert_array_equal(short[index], long[index])


def test_equal_layers_draw_different_weights(prepare: Any) -> None:
    model = prepare("model: [{Repeat: {times: 2, layers: [{Dense: {units: 4}}, ReLU]}}]", np.zeros((1, 4))).model
    assert (model.layers[0].kernel.numpy() != model.layers[2].kernel.numpy()).all()


def test_training_leaves_the_random_numbers_of_python_and_numpy_alone(prepare: Any) -> None:
    import random

    random.seed(1)
    np.random.seed(1)
    expected = random.Random(1).random(), np.random.RandomState(1).random()
    trained(0, prepare)
    assert (random.random(), np.random.random()) == expected
