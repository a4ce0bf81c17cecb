"""From a config to a compiled Keras model: what is fitted to the data, and what is drawn from the seed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from sklearn import metrics as scores

from nntrain.config.load import from_document, load
from nntrain.data import dataset
from nntrain.document import yaml_file
from nntrain.model.build import build, described, encode_labels, outline, seeded, weights_of
from nntrain.model.callbacks import build_callbacks
from nntrain.model.restore import load_model
from nntrain.storage.run_dir import RunDir

Prepare = Callable[..., Any]


def moments(layer: Any) -> tuple[np.ndarray, np.ndarray]:
    return np.ravel(layer.adapt_mean), np.ravel(layer.adapt_variance)


def test_normalization_is_fitted_on_the_training_split_only(prepare: Prepare) -> None:
    net = prepare("data: iris\nmodel: [Normalization, {Dense: 3}]\n")
    x = net.data.train.x.astype("float64")
    mean, variance = moments(net.model.layers[0])
    assert mean == pytest.approx(x.mean(axis=0), rel=1e-5) and variance == pytest.approx(x.var(axis=0), rel=1e-4)
    every = np.concatenate([split.x for split in (net.data.train, net.data.validation, net.data.test)])
    assert np.abs(mean - every.mean(axis=0)).max() > 1e-3


def test_normalization_behind_other_layers_is_fitted_to_what_they_give_at_inference(
    prepare: Prepare, tmp_path: Path
) -> None:
    x = np.random.default_rng(0).integers(0, 256, (90, 4, 4, 1), dtype="uint8")
    np.savez(tmp_path / "images.npz", x=x, y=np.arange(90) % 3)
    net = prepare(
        """
        data: {npz_file: {path: images.npz}}
        model: [RandomFlip, {Rescaling: 1/255}, Flatten, Normalization, {Dense: 3}]
        """
    )
    seen = net.data.train.x.reshape(len(net.data.train), 16) / 255
    mean, variance = moments(net.model.layers[3])
    assert mean == pytest.approx(seen.mean(axis=0), abs=1e-5)
    assert variance == pytest.approx(seen.var(axis=0), abs=1e-5)


def test_a_constant_column_is_left_as_it_is(prepare: Prepare, tmp_path: Path) -> None:
    """As in scikit-learn's StandardScaler: a column without variance has no scale, so a new value stays in proportion.

    0.1 as float32 is no sum of a few powers of two: 240 equal numbers have a mean that is not quite one of them.
    """
    x = np.random.default_rng(0).normal(size=(300, 3)).astype("float32")
    x[:, 1] = 0.1
    x[:240, 2] = 7
    np.savez(tmp_path / "flat.npz", x=x, y=np.arange(300) % 2)
    data = "{npz_file: {path: flat.npz, test: {last: 60}, validation: none}}"
    layer = prepare(f"data: {data}\nmodel: [Normalization, {{Dense: 2}}]\n").model.layers[0]
    found = np.asarray(layer(np.float32([[0, 0.1, 7], [0, 0.3, 8]])))
    assert np.abs(found[:, 1:] - [[0, 0], [0.2, 1]]).max() < 1e-6
    assert moments(layer)[1][0] == pytest.approx(x[:240, 0].var(), rel=1e-4)


def test_normalization_scales_by_its_variables_whenever_they_are_set(prepare: Prepare) -> None:
    """Also in a function that was compiled before: what is saved is what was computed with."""
    layer = prepare("data: iris\nmodel: [Normalization, {Dense: 3}]\n").model.layers[0]
    compiled, x = tf.function(layer), np.float32([[1, 2, 3, 4]])
    compiled(x)
    layer.adapt_mean.assign([1, 2, 3, 3])
    layer.adapt_variance.assign([1, 1, 1, 0.25])
    assert np.array_equal(compiled(x), [[0, 0, 0, 2]]) and np.array_equal(layer(x), [[0, 0, 0, 2]])


def test_normalization_survives_save_and_restore(trained: Callable[[str], RunDir]) -> None:
    run = trained("iris")
    config = load(run.path / "resolved.yaml").experiment
    train = dataset.load(config.data).train.x
    for model in (load_model(run).model, keras.saving.load_model(run.model, compile=False)):
        mean, variance = moments(model.layers[0])
        assert mean == pytest.approx(train.mean(axis=0), rel=1e-5)
        assert variance == pytest.approx(train.var(axis=0), rel=1e-4)


def test_layers_that_are_not_trainable_stay_as_they_were(prepare: Prepare) -> None:
    net = prepare(
        """
        data: iris
        model:
          - Dense: {units: 4, activation: tanh, trainable: false}
          - BatchNormalization: {trainable: false}
          - Dense: 3
        train: {epochs: 2, save: last}
        """
    )
    frozen, moving = net.weights()[:6], net.weights()[6:]
    net.fit()
    assert all(np.array_equal(a, b) for a, b in zip(frozen, net.weights()[:6], strict=True))
    assert not any(np.array_equal(a, b) for a, b in zip(moving, net.weights()[6:], strict=True))


def test_a_layer_draws_the_same_weights_whatever_layers_stand_behind_it(prepare: Prepare) -> None:
    short = prepare("data: iris\nmodel: [{Dense: {units: 4, activation: tanh}}, {Dense: 3}]\n")
    long = prepare("data: iris\nmodel: [{Dense: {units: 4, activation: tanh}}, {Dropout: 0.1}, {Dense: 3}]\n")
    other = prepare("seed: 1\ndata: iris\nmodel: [{Dense: {units: 4, activation: tanh}}, {Dense: 3}]\n")
    assert np.array_equal(short.weights()[0], long.weights()[0])
    assert not np.array_equal(short.weights()[0], other.weights()[0])


def test_equal_layers_at_different_places_draw_different_weights(prepare: Prepare) -> None:
    model = "[{Dense: {units: 4, activation: tanh}}, {Dense: {units: 4, activation: tanh}}, {Dense: 3}]"
    net = prepare(f"data: iris\nmodel: {model}\n")
    assert not np.array_equal(net.weights()[0], net.weights()[2])


def test_building_leaves_the_state_of_random_as_it_was() -> None:
    import random

    random.seed(1)
    expected = random.random()
    random.seed(1)
    with seeded(5, "here"):
        drawn = random.random()
    assert random.random() == expected
    with seeded(5, "here"):
        assert random.random() == drawn
    with seeded(5, "there"):
        assert random.random() != drawn


def test_the_names_of_layers_start_again_in_each_model_and_a_given_name_is_kept(prepare: Prepare) -> None:
    text = "data: iris\nmodel: [{Dense: {units: 4, name: dense_1, activation: tanh}}, {Dense: 4}, {Dense: 3}]\n"
    names = [[layer.name for layer in prepare(text).model.layers] for _ in range(2)]
    assert names[0] == names[1] == ["dense_1", "dense", "dense_2"]
    plain = prepare("data: iris\nmodel: [{Dense: {units: 4, activation: tanh}}, {Dense: 3}]\n")
    assert [layer.name for layer in plain.model.layers] == ["dense", "dense_1"]


@pytest.mark.parametrize(
    ("source", "model", "loss", "expected"),
    [
        ("iris", "{Dense: {units: 3, activation: softmax}}", "SparseCategoricalCrossentropy", [0, 1, 2]),
        (
            "iris",
            "{Dense: {units: 3, activation: softmax}}",
            "CategoricalCrossentropy",
            [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        ),
        ("{toy_2d: moons}", "{Dense: {units: 1, activation: sigmoid}}", "BinaryCrossentropy", [[0], [1], [1]]),
    ],
)
def test_labels_are_what_the_loss_compares(prepare: Prepare, source: str, model: str, loss: str, expected: Any) -> None:
    net = prepare(f"data: {source}\nmodel: [{model}]\ntrain: {{loss: {loss}}}\n")
    y = np.array([0, 1, 2 if source == "iris" else 1], "int32")
    found = encode_labels(y, net.prepared.resolved)
    assert found.tolist() == expected


@pytest.mark.parametrize(
    ("output", "loss"),
    [
        ("{Dense: {units: 3, activation: softmax}}", "SparseCategoricalCrossentropy"),
        ("{Dense: 3}", "CategoricalCrossentropy"),
    ],
)
def test_metrics_of_classes_are_those_of_scikit_learn_for_every_loss_and_output_layer(
    prepare: Prepare, output: str, loss: str
) -> None:
    logits = "true" if "softmax" not in output else "false"
    net = prepare(
        f"""
        data: iris
        model: [{output}]
        train:
          loss: {{{loss}: {{from_logits: {logits}}}}}
          metrics: [accuracy, F1Score, {{TopK: 2}}, {{AUC: {{num_thresholds: 2000}}}}]
        """
    )
    net.model.set_weights([np.random.default_rng(1).normal(0, 0.1, (4, 3)), np.zeros(3)])
    split = net.data.train
    found = net.scorer.evaluate(split)
    outputs = net.scorer.outputs(split.x)
    predicted = outputs.argmax(axis=1)
    assert found["accuracy"] == pytest.approx(scores.accuracy_score(split.y, predicted), abs=1e-6)
    assert found["f1_score"] == pytest.approx(scores.f1_score(split.y, predicted, average="macro"), abs=1e-6)
    assert found["top_k_accuracy"] == pytest.approx(scores.top_k_accuracy_score(split.y, outputs, k=2), abs=1e-6)
    area = np.mean([scores.roc_auc_score(split.y == index, outputs[:, index]) for index in range(3)])
    assert found["auc"] == pytest.approx(area, abs=0.02)


def test_callbacks_get_the_mode_of_their_metric(prepare: Prepare) -> None:
    net = prepare(
        """
        data: iris
        model: [{Dense: 3}]
        train:
          metrics: [accuracy, F1Score]
          callbacks:
            - EarlyStopping: {monitor: val_f1_score, patience: 2}
            - ReduceLROnPlateau: {monitor: accuracy, patience: 2}
            - StopAtTarget: {monitor: val_loss, target: 0.1}
            - EarlyStopping: {monitor: val_loss, patience: 2, mode: min}
        """
    )
    callbacks = build_callbacks(net.prepared.resolved.experiment)
    assert [callback.mode for callback in callbacks] == ["max", "max", "min", "min"]


@pytest.mark.parametrize(
    "model",
    [
        "[Normalization, {Dense: {units: 8, activation: relu, use_bias: false}}, Dropout: 0.1, BatchNormalization]",
        "[{Reshape: [2, 2, 1]}, {Conv2D: {filters: 3, kernel_size: 2}}, LayerNormalization, Flatten]",
    ],
)
def test_the_weights_of_a_model_are_known_before_it_is_built(model: str) -> None:
    resolved = from_document(yaml_file.parse(f"data: iris\nmodel: {model}", "net.yaml")).known
    assert resolved is not None
    found = weights_of(resolved)
    assert found == described(build(resolved).weights) and len(found) > 3


def test_no_memory_is_taken_for_the_weights_of_a_model_that_is_described() -> None:
    text = (
        "data: iris\nmodel: [{Dense: {units: 50000000, activation: relu}}, {Dense: {units: 500000, activation: relu}}]"
    )
    resolved = from_document(yaml_file.parse(text, "net.yaml")).known
    assert resolved is not None
    assert [one["shape"] for one in weights_of(resolved)[:3]] == [[4, 50_000_000], [50_000_000], [50_000_000, 500_000]]


def test_an_outline_leaves_nothing_that_keras_would_make_later(prepare: Prepare) -> None:
    """A layer that builds itself by a call ends a scope, at which Keras gives values to all that wait for one."""
    resolved = prepare("data: iris\nmodel: [Normalization, {Dense: 3}]\n").prepared.resolved
    weights = [weight for _, layer in outline(resolved) for weight in layer.weights]
    with keras.StatelessScope():
        pass
    assert weights and all(weight._value is None for weight in weights)
