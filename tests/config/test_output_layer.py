from typing import Any

import pytest

from nntrain.config.data_schema import Schema
from nntrain.config.keras.layers import Layer
from nntrain.config.output_layer import after_output_layer, expected_units, find_output_layer

IRIS = Schema((4,), tuple("012"))
TWO = Schema((2,), tuple("01"))
NUMBERS = Schema((2,))
THREE_NUMBERS = Schema((2,), target_count=3)


def dense(units: int, activation: str | None = None) -> dict[str, Any]:
    return {"Dense": {"units": units, **({"activation": activation} if activation else {})}}


def output(layers: list[Any], schema: Schema | None = IRIS) -> tuple[int, str, int | None] | None:
    """Where the output stands, its activation and its units."""
    found = find_output_layer([Layer.parse(layer) for layer in layers], schema)
    if found is None:
        return None
    index = found.path[1]
    assert isinstance(index, int)
    return index, found.activation, found.units


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "softmax"])
def test_a_last_dense_with_the_activation_of_an_output_is_the_output_layer(activation: str) -> None:
    for schema in (IRIS, TWO, NUMBERS, None):
        assert output([dense(8, "relu"), dense(3, activation)], schema) == (1, activation, 3)


def test_a_dense_without_activation_is_a_linear_output_layer_even_with_a_wrong_number_of_units() -> None:
    assert output([dense(5)]) == (0, "linear", 5)


@pytest.mark.parametrize("activation", ["relu", "tanh", "selu", "gelu"])
def test_a_hidden_activation_at_the_end_is_not_that_of_an_output_layer(activation: str) -> None:
    assert output([dense(8, activation)]) is None
    assert output([dense(8, activation)], None) is None
    assert output([dense(3, activation)]) is None


@pytest.mark.parametrize("last", ["ReLU", "Flatten", "GlobalAveragePooling2D", {"LeakyReLU": 0.1}, {"Reshape": [3]}])
def test_a_hidden_layer_at_the_end_is_not_an_output_layer(last: Any) -> None:
    assert output([dense(3), last]) is None


def test_an_empty_model_has_no_output_layer() -> None:
    assert find_output_layer([], IRIS) is None
    assert output(["Normalization"]) is None


def test_a_relu_over_as_many_units_as_a_regression_has_targets_is_the_output_layer() -> None:
    assert output([dense(8, "relu"), dense(1, "relu")], NUMBERS) == (1, "relu", 1)
    assert output([dense(3, "tanh")], THREE_NUMBERS) == (0, "tanh", 3)
    assert output([dense(8, "relu")], NUMBERS) is None


def test_one_tanh_unit_for_two_classes_is_the_output_layer() -> None:
    assert output([dense(1, "tanh")], TWO) == (0, "tanh", 1)
    assert output([dense(2, "relu")], TWO) is None


def test_softmax_and_activation_layers_are_output_layers_with_the_units_before_them() -> None:
    assert output([dense(8, "relu"), dense(3), "Softmax"]) == (2, "softmax", 3)
    assert output([dense(3), {"Activation": "sigmoid"}]) == (1, "sigmoid", 3)
    assert output([dense(3), "BatchNormalization", {"Activation": "softmax"}]) == (2, "softmax", 3)
    assert output([dense(3), {"Activation": "relu"}]) is None
    assert output([dense(6), {"Reshape": [3, 2]}, "Softmax"]) == (2, "softmax", None)
    assert output(["Flatten", "Softmax"]) == (1, "softmax", None)


def test_the_output_layer_knows_the_dense_that_has_its_units() -> None:
    found = find_output_layer([Layer.parse(dense(3)), Layer.parse("Softmax")], IRIS)
    assert found is not None
    assert found.units_path == ("model", 0, "Dense")


@pytest.mark.parametrize(
    "trailing", [["BatchNormalization"], [{"Dropout": 0.5}], ["BatchNormalization", {"Dropout": 0.5}]]
)
def test_before_dropout_or_normalization_only_a_dense_that_fits_is_the_output_layer(
    trailing: list[Any],
) -> None:
    assert output([dense(3), *trailing]) == (0, "linear", 3)
    assert output([dense(64), *trailing]) is None
    assert output([dense(64, "softmax"), *trailing]) == (0, "softmax", 64)
    assert output([dense(1), *trailing], TWO) == (0, "linear", 1)
    assert output([dense(1), *trailing], NUMBERS) == (0, "linear", 1)
    assert output([dense(64)], NUMBERS) == (0, "linear", 64)
    assert output([dense(64), *trailing], NUMBERS) is None


def test_the_output_layer_may_stand_inside_repeat() -> None:
    found = find_output_layer([Layer.parse({"Repeat": {"times": 1, "layers": [dense(3, "softmax")]}})], IRIS)
    assert found is not None
    assert found.path == ("model", 0, "Repeat", "layers", 0, "Dense")


def test_what_drops_after_the_output_layer_is_found() -> None:
    model = [Layer.parse(layer) for layer in (dense(3, "softmax"), {"Dropout": 0.5}, "BatchNormalization")]
    found = find_output_layer(model, IRIS)
    assert found is not None
    assert [path for path, _ in after_output_layer(model, found)] == [("model", 1, "Dropout")]


def test_the_units_that_fit_the_data() -> None:
    assert [expected_units(schema) for schema in (IRIS, TWO, NUMBERS, THREE_NUMBERS)] == [(3,), (1, 2), (1,), (3,)]
