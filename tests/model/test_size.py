import keras
import pytest

from nntrain.model.size import Parameters, count, multiplications
from tests.conftest import Prepare


def built(shape: tuple[int, ...], layer: keras.layers.Layer) -> keras.layers.Layer:
    keras.Sequential([keras.Input(shape), layer])
    return layer


@pytest.mark.parametrize(
    ("shape", "layer", "parameters", "products"),
    [
        ((4,), keras.layers.Dense(40), Parameters(200), 160),
        ((4,), keras.layers.Dense(3, trainable=False), Parameters(frozen=15), 12),
        ((5, 6), keras.layers.Dense(2), Parameters(14), 60),
        ((8, 8, 3), keras.layers.Conv2D(4, 3, padding="same"), Parameters(112), 8 * 8 * 9 * 3 * 4),
        ((8, 8, 3), keras.layers.SeparableConv2D(5, 3), Parameters(47), 6 * 6 * (27 + 15)),
        ((6, 6, 5), keras.layers.DepthwiseConv2D(2), Parameters(25), 5 * 5 * 20),
        ((8,), keras.layers.BatchNormalization(), Parameters(16, statistics=16), 0),
        ((8,), keras.layers.BatchNormalization(trainable=False), Parameters(frozen=16, statistics=16), 0),
        ((4,), keras.layers.Normalization(), Parameters(constants=9), 0),
        ((4,), keras.layers.Normalization(trainable=False), Parameters(constants=9), 0),
        ((4,), keras.layers.Dropout(0.5), Parameters(), 0),
    ],
    ids=lambda value: value.name if isinstance(value, keras.layers.Layer) else "",
)
def test_the_parameters_and_multiplications_of_a_layer(
    shape: tuple[int, ...], layer: keras.layers.Layer, parameters: Parameters, products: int
) -> None:
    assert count([built(shape, layer)]) == parameters
    assert multiplications(layer) == products
    assert parameters.as_json()["total"] == layer.count_params()


def test_iris_with_40_hidden_units_has_323_parameters(prepare: Prepare) -> None:
    """5 x 40 + 41 x 3, as every lecture counts them; the 9 numbers of Normalization are no parameters to train."""
    model = prepare("data: iris\nmodel: [Normalization, {Dense: {units: 40, activation: relu}}]\n").model
    assert count(model.layers) == Parameters(323, constants=9)
