"""Mixed precision: every metric, every layer, averaged weights, and gradients that are too small for float16."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nntrain.training.loop import START
from nntrain.training.programs.resident import Program
from nntrain.training.state import capture, restore

Prepare = Callable[..., Any]
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
both = pytest.mark.parametrize("precision", PRECISIONS[1:])

CLASSES = "[accuracy, {SparseTopKCategoricalAccuracy: 2}, {TopK: {k: 1, name: top}}, Precision, Recall, F1Score, AUC]"
NUMBERS = "[mse, mae, rmse, r2]"
MOONS, PLANE = "{toy_2d: {kind: moons, size: 100, noise: 0.1}}", "{toy_2d: {kind: reg_plane, size: 100}}"
OUTPUT_ACTIVATIONS = {
    "softmax": ("iris", "{Dense: {units: 3, activation: softmax}}", CLASSES),
    "logits": ("iris", "{Dense: 3}", CLASSES),
    "softmax layer": ("iris", "{Dense: 3}, Softmax", CLASSES),
    "sigmoid": (MOONS, "{Dense: {units: 1, activation: sigmoid}}", CLASSES),
    "numbers": (PLANE, "{Dense: 1}", NUMBERS),
}


def net(prepare: Prepare, output: str, precision: str, engine: str = "resident") -> Any:
    data, layer, metrics = OUTPUT_ACTIVATIONS[output]
    train = f"{{epochs: 2, precision: {precision}, engine: {engine}, metrics: {metrics}}}"
    return prepare(
        f"data: {data}\nmodel: [Normalization, {{Dense: {{units: 8, activation: tanh}}}}, {layer}]\ntrain: {train}\n"
    )


@pytest.mark.parametrize("output", [output for output in OUTPUT_ACTIVATIONS if output != "softmax"])
def test_every_metric_is_nearly_that_of_float32(prepare: Prepare, output: str) -> None:
    single = net(prepare, output, "float32")
    exact = single.scorer.evaluate(single.data.train)
    for precision in PRECISIONS[1:]:
        mixed = net(prepare, output, precision)
        mixed.model.set_weights(single.weights())
        assert mixed.scorer.evaluate(mixed.data.train) == pytest.approx(exact, rel=0.05, abs=0.05), precision
        assert mixed.scorer.outputs(mixed.data.train.x).dtype == np.float32


def test_every_metric_of_a_training_is_nearly_that_of_float32(prepare: Prepare) -> None:
    """For the output that the others leave out."""
    single, *others = (net(prepare, "softmax", precision) for precision in PRECISIONS)
    exact = single.fit().rows
    for mixed in others:
        for one, row in zip(exact, mixed.fit().rows, strict=True):
            assert row == pytest.approx(one | {"seconds": row["seconds"]}, rel=0.05, abs=0.05)
        assert mixed.scorer.outputs(mixed.data.train.x).dtype == np.float32


def test_the_metrics_work_under_plain_model_fit(prepare: Prepare) -> None:
    row = net(prepare, "softmax", "mixed_float16", "keras").fit().rows[-1]
    assert 0 < row["top_k_accuracy"] <= 1 and row["top"] == row["accuracy"]


AUGMENTED = """
    data: {toy_2d: {kind: moons, size: 100}}
    model:
      - Rescaling: 1/2
      - Reshape: [1, 2, 1]
      - Resizing: {height: 9, width: 9}
      - RandomErasing: {value_range: [0, 1]}
      - RandomTranslation: {height_factor: 0.1, width_factor: 0.1}
      - Conv2D: {filters: 2, kernel_size: 3}
      - Flatten
    train: {epochs: 1}
    """


@both
def test_preprocessing_and_augmentation_compute_in_float32(prepare: Prepare, precision: str) -> None:
    """Keras's `RandomErasing` fails in float16, and a feature above 65,504 is infinite there."""
    trained = prepare(AUGMENTED, f"train.precision={precision}")
    types = [layer.compute_dtype for layer in trained.model.layers]
    low = precision.removeprefix("mixed_")
    assert types == ["float32", low, "float32", "float32", "float32", low, low, "float32"]
    assert np.isfinite(trained.fit().rows[-1]["loss"])


FAINT = """
    data: iris
    model:
      - Normalization
      - Dense: {units: 4, activation: tanh}
      - Dense: {units: 3, activation: softmax, kernel_initializer: {RandomNormal: {stddev: 1e-8}}}
    train:
      epochs: 1
      batch_size: full
      precision: mixed_float16
      optimizer: {Adam: {learning_rate: 0.01, epsilon: 1e-14}}
    """


def moved(net: Any) -> float:
    """How far the kernel of the first Dense moves, whose gradient is below the smallest float16."""
    before = net.model.layers[1].kernel.numpy()
    net.fit()
    return float(np.abs(net.model.layers[1].kernel.numpy() - before).max())


def test_a_gradient_below_the_smallest_float16_trains_because_the_loss_is_scaled(prepare: Prepare) -> None:
    assert moved(prepare(FAINT)) > 1e-3
    assert moved(prepare(FAINT, "train.optimizer.Adam.loss_scale_factor=1")) == 0


def test_averaged_weights_take_the_place_of_the_last_ones(prepare: Prepare) -> None:
    option = "train.optimizer={SGD: {use_ema: true, learning_rate: 0.1}}"
    trained = prepare(FAINT, option, "train.save=last", "train.epochs=3")
    trained.fit()
    averages = trained.model.optimizer.inner_optimizer._model_variables_moving_average
    for weight, average in zip(trained.model.trainable_weights, averages, strict=True):
        assert np.array_equal(weight.numpy(), average.numpy())


def test_the_scale_of_the_loss_is_part_of_the_state(prepare: Prepare) -> None:
    first, second = prepare(FAINT), prepare(FAINT)
    for each in (first, second):
        assert isinstance(each.scorer.program, Program)
    first.model.optimizer.dynamic_scale.assign(8.0)
    restore(capture(first.model, (), first.history, START), second.model, (), second.history)
    assert float(second.model.optimizer.dynamic_scale.numpy()) == 8.0
