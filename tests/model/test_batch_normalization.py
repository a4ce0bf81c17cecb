"""BatchNormalization of images: the values, gradients and moving averages of Keras's layer, and its file."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from nntrain.model.batch_normalization import BatchNormalization

SHAPE = (6, 5, 4, 3)
COMPILERS = ("graph", "xla")


def images(dtype: str = "float32") -> tf.Tensor:
    x = np.random.default_rng(0).normal([1.0, -2.0, 3.0], [1.0, 5.0, 0.3], SHAPE)
    return tf.constant(x, dtype)


def twins(dtype: str = "float32", shape: tuple[int, ...] = SHAPE, **options: Any) -> list[Any]:
    """Our layer and Keras's, with the same weights, none of them 0 or 1."""
    draw, layers = np.random.default_rng(1), [kind(dtype=policy(dtype), **options) for kind in KINDS]
    for layer in layers:
        layer.build(shape)
    values = [draw.uniform(0.5, 2, weight.shape) for weight in layers[0].weights]
    for layer in layers:
        layer.set_weights(values)
    return layers


KINDS = (BatchNormalization, keras.layers.BatchNormalization)


def policy(dtype: str) -> str:
    return dtype if dtype == "float32" else f"mixed_{dtype}"


def step(layer: Any, x: tf.Tensor) -> tuple[np.ndarray, list[np.ndarray]]:
    """The outputs in training and the gradients of a loss that is not the same for all of them."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.cast(layer(x, training=True), "float32")
        loss = tf.reduce_sum(y**2 * tf.reshape(tf.linspace(0.0, 1.0, tf.size(y)), tf.shape(y)))
    sources = [x, *(weight.value for weight in layer.trainable_weights)]
    return y.numpy(), [np.asarray(tf.cast(each, "float32")) for each in tape.gradient(loss, sources)]


def uses_the_kernel(layer: Any, x: tf.Tensor, training: bool) -> bool:
    graph = tf.function(lambda inputs: layer(inputs, training=training)).get_concrete_function(x).graph
    return any(operation.type == "FusedBatchNormV3" for operation in graph.get_operations())


@pytest.mark.parametrize("options", [{}, {"center": False}, {"scale": False}, {"momentum": 0.5, "epsilon": 1e-2}])
def test_values_gradients_and_moving_averages_are_those_of_keras(options: dict[str, Any]) -> None:
    ours, theirs = twins(**options)
    x = images()
    assert uses_the_kernel(ours, x, True) and uses_the_kernel(ours, x, False)
    ours, theirs = twins(**options)
    for _ in range(3):
        (y, gradients), (expected, expected_gradients) = step(ours, x), step(theirs, x)
        np.testing.assert_allclose(y, expected, rtol=1e-5, atol=1e-5)
        for found, wanted in zip(gradients, expected_gradients, strict=True):
            np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-4 * np.abs(wanted).max())
    for found, wanted in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-5)
    np.testing.assert_allclose(ours(x, training=False), theirs(x, training=False), rtol=1e-5, atol=1e-5)


def test_far_from_zero_it_is_nearer_to_the_exact_values_than_keras() -> None:
    x = 100 * images() + 1000
    exact = keras.layers.BatchNormalization(dtype="float64")(tf.cast(x, "float64"), training=True).numpy()
    ours, theirs = (np.abs(kind()(x, training=True).numpy() - exact).max() for kind in KINDS)
    assert ours <= theirs


@pytest.mark.parametrize("training", [True, False])
def test_bfloat16_is_within_a_rounding_of_keras(training: bool) -> None:
    ours, theirs = twins("bfloat16")
    x = images("bfloat16")
    assert uses_the_kernel(ours, x, training)
    ours, theirs = twins("bfloat16")
    y, expected = (tf.cast(layer(x, training=training), "float32").numpy() for layer in (ours, theirs))
    assert np.abs(y - expected).max() <= 2.0**-7 * np.abs(expected).max()
    assert (np.abs(y - expected) <= 2.0**-7 * np.abs(expected) + 1e-6).all()


def test_a_single_value_has_the_variance_of_keras() -> None:
    ours, theirs = twins(shape=(1, 1, 1, 3))
    x = images()[:1, :1, :1]
    for layer in (ours, theirs):
        layer(x, training=True)
    for found, wanted in zip(ours.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-6)


@pytest.mark.parametrize(
    ("options", "shape"),
    [
        ({"axis": 1}, SHAPE),
        ({"renorm": True}, SHAPE),
        ({"synchronized": True}, SHAPE),
        ({"epsilon": 1e-6}, SHAPE),
        ({}, SHAPE[:3]),
        ({}, SHAPE[:2]),
        ({}, (*SHAPE, 2)),
        ({"dtype": "float64"}, SHAPE),
    ],
)
def test_what_the_kernel_has_not_is_computed_by_keras(options: dict[str, Any], shape: tuple[int, ...]) -> None:
    ours, theirs = (kind(**options) for kind in KINDS)
    x = tf.constant(np.random.default_rng(2).normal(size=shape), options.get("dtype", "float32"))
    assert not uses_the_kernel(ours, x, True)
    theirs.build(shape)
    ours.set_weights(theirs.get_weights())
    np.testing.assert_array_equal(ours(x, training=True), theirs(x, training=True))


def test_rows_of_a_mask_are_counted_by_keras() -> None:
    ours, theirs = twins()
    mask = np.arange(np.prod(SHAPE[:3])).reshape(SHAPE[:3]) % 2 == 0
    np.testing.assert_array_equal(ours(images(), training=True, mask=mask), theirs(images(), training=True, mask=mask))
    np.testing.assert_array_equal(ours.moving_variance, theirs.moving_variance)


@pytest.mark.trains
def test_a_training_that_xla_compiles_is_as_exact(prepare: Any) -> None:
    """Of the kernel XLA makes E[x²] - E[x]², which has no digits left this far from zero."""
    layers = "[{Rescaling: {scale: 1, offset: 3000}}, {Reshape: [2, 2, 1]}, BatchNormalization, Flatten, {Dense: 3}]"
    nets = [prepare(f"data: iris\nmodel: {layers}\ntrain: {{epochs: 1, compile: {each}}}\n") for each in COMPILERS]
    for net in nets:
        net.fit()
    graph, xla = (net.model.layers[2].moving_variance.numpy() for net in nets)
    np.testing.assert_allclose(xla, graph, rtol=1e-4)


def test_a_frozen_layer_normalizes_by_its_moving_averages() -> None:
    ours, theirs = twins()
    ours.trainable = theirs.trainable = False
    before = ours.get_weights()
    np.testing.assert_allclose(ours(images(), training=True), theirs(images(), training=True), rtol=1e-6)
    assert all(np.array_equal(*pair) for pair in zip(before, ours.get_weights(), strict=True))


def test_its_file_is_that_of_keras(tmp_path: Path) -> None:
    ours, theirs = twins()
    assert ours.get_config() | {"name": ""} == theirs.get_config() | {"name": ""}
    model = keras.Sequential([keras.Input(SHAPE[1:]), ours])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert type(loaded.layers[-1]) is keras.layers.BatchNormalization
    np.testing.assert_allclose(loaded(images(), training=False), model(images(), training=False), rtol=1e-5, atol=1e-5)
