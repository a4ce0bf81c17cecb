"""Random layers whose numbers are drawn before the step: the numbers and outputs of Keras's own code."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nntrain.model import custom
from nntrain.model.random_layers import SeedAtStep, drawing

SHAPE = (6, 4, 5, 3)
KINDS: list[tuple[str, dict[str, Any]]] = [
    ("Dropout", {"rate": 0.3}),
    ("Dropout", {"rate": 0.3, "noise_shape": (None, 1, None, 3)}),
    ("AlphaDropout", {"rate": 0.2}),
    ("AlphaDropout", {"rate": 0.2, "noise_shape": (None, 4, 1, 1)}),
    ("SpatialDropout2D", {"rate": 0.4}),
    ("GaussianNoise", {"stddev": 0.5}),
    ("GaussianDropout", {"rate": 0.25}),
    ("RReLU", {}),
]
IDS = [f"{name}{'-broadcast' if 'noise_shape' in options else ''}" for name, options in KINDS]


def inputs(dtype: str = "float32") -> tf.Tensor:
    return tf.constant(np.random.default_rng(0).normal(1, 2, SHAPE), dtype)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize(("name", "options"), KINDS, ids=IDS)
def test_numbers_drawn_ahead_are_those_that_keras_draws_in_its_steps(
    name: str, options: dict[str, Any], dtype: str
) -> None:
    policy = dtype if dtype == "float32" else f"mixed_{dtype}"
    ours = getattr(custom, name)(**options, seed=7, dtype=policy)
    keras_class = getattr(keras.layers, name, custom.RReLU)
    theirs, x = keras_class(**options, seed=7, dtype=policy), inputs(dtype)
    seed = SeedAtStep(tf.convert_to_tensor(ours.seed_generator.state.value))
    for _ in range(3):
        ours.numbers = ours.draw(SHAPE, seed)
        ahead = tf.cast(ours(x, training=True), "float32")
        ours.numbers = None
        ours_inside, theirs_inside = (tf.cast(layer(x, training=True), "float32") for layer in (ours, theirs))
        assert (ours_inside.numpy() == theirs_inside.numpy()).all()
        np.testing.assert_allclose(ahead, theirs_inside, rtol=1e-6 if dtype == "float32" else 2**-7)
        assert (seed.state.numpy() == ours.seed_generator.state.numpy()).all()
    assert not np.array_equal(ahead, tf.cast(x, "float32"))


@pytest.mark.parametrize(("name", "options"), KINDS, ids=IDS)
def test_at_inference_numbers_are_not_used(name: str, options: dict[str, Any]) -> None:
    layer = getattr(custom, name)(**options)
    expected = layer(inputs())
    layer.numbers = layer.draw(SHAPE, layer.seed_generator)
    assert (layer(inputs()).numpy() == expected.numpy()).all()


def test_a_share_of_the_inputs_is_dropped_and_the_mean_stays() -> None:
    layer = custom.Dropout(0.3, seed=1)
    kept = layer.draw((1000, 100), layer.seed_generator)
    outputs = layer.combine(tf.ones((1000, 100)), kept).numpy()
    assert abs(kept.numpy().mean() - 0.7) < 0.01 and abs(outputs.mean() - 1) < 0.01


def test_a_broadcast_shape_drops_whole_rows() -> None:
    layer = custom.Dropout(0.5, noise_shape=(None, 1), seed=1)
    assert layer.draw((8, 20), layer.seed_generator).shape == (8, 1)


@pytest.mark.parametrize("name", ["GaussianNoise", "GaussianDropout"])
def test_noise_has_the_mean_and_deviation_of_the_options(name: str) -> None:
    layer = getattr(custom, name)(0.2, seed=1)
    numbers = layer.draw((1000, 100), layer.seed_generator).numpy()
    mean, deviation = (0, 0.2) if name == "GaussianNoise" else (1, 0.5)
    assert abs(numbers.mean() - mean) < 0.01 and abs(numbers.std() - deviation) < 0.01


def test_layers_without_a_rate_draw_nothing() -> None:
    made = [
        custom.Dropout(0.0),
        custom.GaussianNoise(0.0),
        keras.layers.Dropout(0.5),
        custom.RReLU(),
        custom.Dropout(0.1),
    ]
    assert drawing(made) == made[3:]


def test_plain_keras_loads_its_own_class(tmp_path: Path) -> None:
    drop = [getattr(custom, name)(**options, seed=3) for name, options in KINDS if name != "RReLU"]
    model = keras.Sequential([keras.Input(SHAPE[1:]), *drop])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert [type(layer) for layer in loaded.layers] == [getattr(keras.layers, type(layer).__name__) for layer in drop]
    assert (loaded(inputs(), training=True).numpy() == model(inputs(), training=True).numpy()).all()
