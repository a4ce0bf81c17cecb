"""What Keras refuses is an error at the layer in the config."""

from collections.abc import Callable
from typing import Any

import pytest

from nntrain.errors import ConfigError

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


def test_a_layer_that_does_not_fit_into_memory_is_named(prepare: Prepare) -> None:
    model = "data: iris\nmodel: [{Dense: 1000}, {Dense: {units: 1000000000, activation: relu}}]\n"
    with pytest.raises(ConfigError, match="out of memory: `Dense` is too large for this machine"):
        prepare(model)
