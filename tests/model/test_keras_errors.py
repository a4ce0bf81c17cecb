"""What Keras refuses is an error at the layer in the config."""

from collections.abc import Callable
from typing import Any

import pytest

from nntrain.errors import ConfigError
from nntrain.training import memory

Prepare = Callable[..., Any]


@pytest.mark.parametrize(
    ("layers", "line", "message", "help"),
    [
        (
            "[{Conv2D: {filters: 2, kernel_size: 3}}, Flatten, {Dense: 3}]",
            2,
            "`Conv2D` needs images, but its input has the shape 4",
            "add `Reshape: [height, width, channels]` before it",
        ),
        (
            "[{Reshape: [2, 2, 1]}, {Conv2D: {filters: 2, kernel_size: 3}}, Flatten, {Dense: 3}]",
            2,
            "`Conv2D` does not fit into its input of the shape 2 x 2 x 1",
            "use a smaller window, `padding: same`, or one pooling less",
        ),
        ("[{Reshape: [3, 2]}, Flatten, {Dense: 3}]", 2, "`Reshape` cannot take an input of the shape 4: ", ""),
    ],
)
def test_what_keras_refuses_is_an_error_at_the_layer(
    prepare: Prepare, layers: str, line: int, message: str, help: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        prepare(f"data: iris\nmodel: {layers}\n")
    (problem,) = raised.value.problems
    assert problem.message.startswith(message) and problem.help == help
    assert problem.span is not None and problem.span.line == line
    assert "\n" not in problem.message and "Arguments received" not in problem.message


@pytest.mark.parametrize(
    ("layer", "option", "message"),
    [
        (
            "Dense: {units: 8, activation: relu, kernel_initializer: {Values: [[1, 2, 3]]}}",
            "kernel_initializer",
            "`kernel_initializer` of `Dense`: the values have the shape 1 x 3, the weight has 4 x 8",
        ),
        (
            "Dense: {units: 8, activation: relu, bias_initializer: {Values: 3}}",
            "bias_initializer",
            "`bias_initializer` of `Dense`: the values have the shape of one number, the weight has 8",
        ),
        (
            "BatchNormalization: {gamma_initializer: {Values: [1, 2, 3]}}",
            "gamma_initializer",
            "`gamma_initializer` of `BatchNormalization`: the values have the shape 3, the weight has 4",
        ),
        ("PReLU: {shared_axes: 4}", "shared_axes", "`shared_axes` of `PReLU`: "),
        ("BatchNormalization: {axis: 5}", "axis", "`axis` of `BatchNormalization`: "),
        (
            "Dense: {units: 8, bias_initializer: orthogonal}",
            "bias_initializer",
            "`bias_initializer` of `Dense`: The ten",
        ),
        (
            "Normalization: {mean: [1, 2], variance: [1, 2]}",
            "",
            "the options of `Normalization` do not fit: Incompatible shapes: [1,2] vs. [1,4]",
        ),
    ],
)
def test_an_option_that_keras_refuses_is_blamed_and_not_the_input(
    prepare: Prepare, layer: str, option: str, message: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        prepare(f"data: iris\nmodel: [{{{layer}}}, {{Dense: 3}}]\n")
    (problem,) = raised.value.problems
    assert problem.message.startswith(message) and problem.help
    assert problem.path == ("model", 0, layer.partition(":")[0], *([option] if option else []))


def test_values_of_another_shape_are_an_error_that_gives_the_right_one(prepare: Prepare) -> None:
    with pytest.raises(ConfigError) as raised:
        prepare(
            "data: iris\nmodel: [{Dense: {units: 8, activation: relu, kernel_initializer: {Values: [[1, 2, 3]]}}}]\n"
        )
    assert raised.value.problems[0].help == "give values of the shape 4 x 8"


def test_a_layer_that_does_not_fit_into_memory_is_named(prepare: Prepare, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the limit of the machine is unknown, the layer is tried."""
    monkeypatch.setattr(memory, "available", lambda: None)
    model = "data: iris\nmodel: [{Dense: 1000}, {Dense: {units: 1000000000, activation: relu}}]\n"
    with pytest.raises(ConfigError, match="out of memory: `Dense` is too large for this machine"):
        prepare(model)
