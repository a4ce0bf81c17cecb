from typing import Any

import pytest

from nntrain.config.keras.layers import Layer
from nntrain.config.shapes import flow, output_shape, shown
from nntrain.model.build import keras_object

MODELS: list[list[Any]] = [
    [{"Dense": 10}],
    ["Flatten", {"Dense": 3}],
    [{"Reshape": [14, 56]}, {"Dense": 3}],
    [{"Reshape": [28, 28, 1]}, {"Conv2D": {"filters": 4, "kernel_size": 3}}, "MaxPooling2D", "GlobalAveragePooling2D"],
    [{"Reshape": [28, 28, 1]}, {"SeparableConv2D": {"filters": 4, "kernel_size": 3}}, {"Dense": 5}],
    [{"Reshape": [28, 28, 1]}, {"DepthwiseConv2D": {"kernel_size": 3}}, {"ZeroPadding2D": 1}, {"AveragePooling2D": 2}],
    [{"Reshape": [28, 28, 1]}, {"GlobalMaxPooling2D": {"keepdims": True}}, "Flatten"],
    [{"Reshape": [28, 28, 1]}, {"Resizing": {"height": 7, "width": 5}}, {"RandomCrop": {"height": 3, "width": 4}}],
    ["BatchNormalization", "LayerNormalization", {"Dropout": 0.5}, {"Activation": "relu"}, {"Rescaling": "1/255"}],
    ["Flatten", "TableEncoding", {"Dense": 3}],
    [{"Repeat": {"times": 2, "layers": [{"Dense": 8}, "ReLU"]}}, {"Dense": 1}],
]


@pytest.mark.parametrize("tree", MODELS, ids=str)
def test_the_shapes_are_those_of_keras_where_they_are_known(tree: list[Any]) -> None:
    import keras

    x = keras.Input((28, 28))
    for _, spec, before, after in flow([Layer.parse(item) for item in tree], (28, 28)):
        assert len(before) == len(x.shape) - 1
        x = keras_object(spec)(x)
        assert len(after) == len(x.shape) - 1
        assert [size for size, real in zip(after, x.shape[1:], strict=True) if size not in (None, real)] == []


def test_a_model_without_layers_passes_its_input_on() -> None:
    assert output_shape([], (28, 28)) == (28, 28)


def test_shapes_in_words() -> None:
    assert [shown(shape) for shape in ((4,), (28, None, 3))] == ["(4,)", "(28, ?, 3)"]
