"""The layers of the networks that are best on tables compute their formulas."""

from typing import Any

import keras
import numpy as np
import pytest

from nntrain.config.data_schema import Schema
from nntrain.config.load import from_document
from nntrain.document import yaml_file
from nntrain.model.build import build
from nntrain.model.table_layers import FeatureScale, NTKDense, ParametricActivation, PeriodicEmbedding, PlaneFeatures

X = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")


def test_a_feature_scale_begins_as_the_identity() -> None:
    layer = FeatureScale()
    assert np.array_equal(np.asarray(layer(X)), X)
    layer.scale.assign([1, 2, -1])
    assert np.array_equal(np.asarray(layer(X)), X * [1, 2, -1])


def test_a_parametric_activation_goes_from_the_activation_to_the_identity() -> None:
    layer = ParametricActivation("selu")
    selu = np.asarray(keras.activations.selu(X))
    assert np.asarray(layer(X)) == pytest.approx(selu, abs=1e-6)
    layer.alpha.assign([0, 0.5, 1])
    assert np.asarray(layer(X)) == pytest.approx(np.stack([X[:, 0], (X + selu)[:, 1] / 2, selu[:, 2]], 1), abs=1e-6)


def test_an_ntk_dense_divides_by_the_root_of_its_inputs_and_begins_with_normal_numbers() -> None:
    x = np.random.default_rng(0).normal(size=(200, 400)).astype("float32")
    layer = NTKDense(300, activation="relu")
    found = np.asarray(layer(x))
    kernel, bias = (weight.numpy() for weight in layer.weights)
    assert found == pytest.approx(np.maximum(x @ kernel / 20 + bias, 0), abs=1e-4)
    assert kernel.std() == pytest.approx(1, abs=0.02) and bias.std() == pytest.approx(1, abs=0.15)


def test_features_of_two_numbers_take_their_place() -> None:
    layer = PlaneFeatures(["y", "x2", "sin_x"])
    expected = np.stack([X[:, 1], X[:, 0] ** 2, np.sin(X[:, 0]), X[:, 2]], 1)
    assert np.asarray(layer(X)) == pytest.approx(expected, abs=1e-6)
    assert layer.compute_output_shape(X.shape) == expected.shape
    with pytest.raises(ValueError, match="two numbers"):
        PlaneFeatures(["x"]).build((None, 1))


@pytest.mark.parametrize("kind", ["pbld", "plr"])
def test_a_periodic_embedding_is_the_formula_of_its_paper(kind: str) -> None:
    layer = PeriodicEmbedding(units=4, frequencies=6, kind=kind, columns=2)
    found = np.asarray(layer(X))
    weights = {weight.name: weight.numpy() for weight in layer.weights}
    angle = 2 * np.pi * X[:, :2, None] * weights["frequency"]
    waves = np.concatenate([np.sin(angle), np.cos(angle)], -1) if kind == "plr" else np.cos(angle + weights["phase"])
    columns = [waves[:, c] @ weights["kernel"][c] + weights["bias"][c] for c in range(2)]
    if kind == "plr":
        expected = [np.maximum(column, 0) for column in columns]
    else:
        expected = [np.concatenate([column, X[:, [c]]], 1) for c, column in enumerate(columns)]
    assert found.shape == layer.compute_output_shape(X.shape)
    assert found == pytest.approx(np.concatenate([*expected, X[:, 2:]], 1), abs=1e-5)


def test_frequencies_and_phases_begin_as_in_the_paper() -> None:
    layer = PeriodicEmbedding(frequencies=2000, stddev=0.1)
    layer.build((None, 1))
    assert np.std(layer.frequency) == pytest.approx(0.1, rel=0.1)
    assert np.abs(layer.phase).max() == pytest.approx(np.pi, rel=0.01)


@pytest.mark.parametrize(
    ("model", "sizes", "columns"),
    [
        ("[TableEncoding, PeriodicEmbedding]", (0, 3, 0, 12), 2),
        ("[TableEncoding, FeatureScale, PeriodicEmbedding]", (0, 3, 0, 0), 3),
        ("[TableEncoding, {PeriodicEmbedding: {columns: 1}}]", (0, 3, 0, 0), 1),
        ("[TableEncoding, {Dense: 5}, PeriodicEmbedding]", (0, 3, 0, 0), 5),
        ("[TableEncoding, PeriodicEmbedding]", (3, 3, 12, 12), 0),
        ("[Normalization, PeriodicEmbedding]", (), 4),
    ],
)
def test_behind_a_table_encoding_the_numbers_are_embedded(model: str, sizes: Any, columns: int) -> None:
    text = f"data: {{table: {{path: a.csv, target: y}}}}\nmodel: {model}\n"
    resolved = from_document(yaml_file.parse(text, "config.yaml")).resolve(Schema((4,), ("a", "b"), sizes=sizes))
    layer = next(layer for layer in build(resolved).layers if isinstance(layer, PeriodicEmbedding))
    assert [weight.shape[0] for weight in layer.weights] == [columns] * (4 if columns else 0)
    assert layer.output.shape[1] == columns * 4 + layer.input.shape[1] - columns


def test_more_columns_than_there_are_cannot_be_embedded() -> None:
    with pytest.raises(ValueError, match="it embeds 4 columns of a table"):
        PeriodicEmbedding(columns=4)(X)
