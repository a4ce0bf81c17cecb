"""What Keras refuses only in a training is found by a step of every layer, at its place in the config."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from nntrain.errors import ConfigError
from nntrain.model.rehearsal import rehearsed_on_errors

Prepare = Callable[..., Any]


@pytest.mark.parametrize(
    ("layers", "path", "message"),
    [
        ("[{Softmax: {axis: 5}}, {Dense: 3}]", (0, "Softmax", "axis"), "`axis` of `Softmax`: "),
        (
            "[{Dropout: {rate: 0.5, noise_shape: [null, 3]}}, {Dense: 3}]",
            (0, "Dropout", "noise_shape"),
            "`noise_shape`",
        ),
        (
            "[{Rescaling: {scale: 1, offset: [1, 2]}}, {Dense: 3}]",
            (0, "Rescaling", "offset"),
            "`offset` of `Rescaling`",
        ),
        ("[{RandomFlip: horizontal}, {Dense: 3}]", (0, "RandomFlip"), "`RandomFlip` needs images, but its input has "),
        (
            "[{Dense: {units: 3, kernel_constraint: {MaxNorm: {axis: 4}}}}]",
            (0, "Dense", "kernel_constraint"),
            "`kernel_constraint` of `Dense`: ",
        ),
    ],
)
def test_a_layer_that_cannot_be_trained_is_an_error_at_its_option(
    prepare: Prepare, layers: str, path: tuple[Any, ...], message: str
) -> None:
    prepared = prepare(f"data: iris\nmodel: {layers}\n").prepared
    with pytest.raises(ConfigError) as raised:
        prepared.rehearse()
    (problem,) = raised.value.problems
    assert problem.path == ("model", *path) and problem.message.startswith(message)
    assert problem.span is not None and problem.span.line == 2


def test_a_rehearsal_changes_nothing(prepare: Prepare) -> None:
    layers = "[BatchNormalization, {Dropout: 0.5}, {Dense: {units: 3, kernel_constraint: {MaxNorm: 0.1}}}]"
    prepared = prepare(f"data: iris\nmodel: {layers}\n").prepared
    before = [np.array(variable) for variable in prepared.model.variables]
    prepared.rehearse()
    for variable, value in zip(prepared.model.variables, before, strict=True):
        np.testing.assert_array_equal(variable, value)


def test_an_error_that_no_layer_has_caused_is_raised_as_it_is(prepare: Prepare) -> None:
    prepared = prepare("data: iris\nmodel: [{Dense: 3}]\n").prepared
    with pytest.raises(ValueError, match="ours"), rehearsed_on_errors(prepared.resolved, prepared.model):
        raise ValueError("ours")
