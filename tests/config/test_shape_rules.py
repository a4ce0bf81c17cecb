"""Shapes are compared when the data are known: at once for a built-in source, else when they were read."""

import pytest

from nntrain.config.data_schema import Schema
from nntrain.config.load import Config, from_document
from nntrain.document import yaml_file
from nntrain.errors import ConfigError

IMAGES = Schema((28, 28, 1), tuple(map(str, range(10))))
COLOUR = Schema((8, 8, 3), ("cat", "dog", "owl"))


def config(model: str, data: str = "{npz_file: {path: a.npz}}", train: str = "{}") -> Config:
    return from_document(yaml_file.parse(f"data: {data}\nmodel: {model}\ntrain: {train}\n", "c.yaml"))


@pytest.mark.parametrize(
    ("model", "schema", "message"),
    [
        ("[{Dense: {units: 10, activation: softmax}}]", IMAGES, "(28, 28, 10), but one row of 10 is needed"),
        ("[{Dense: {units: 9, activation: relu}}, {Dense: {units: 10, activation: softmax}}]", IMAGES, "(28, 28, 10)"),
        ("[{Conv2D: {filters: 4, kernel_size: 3}}, {Dense: {units: 3, activation: softmax}}]", COLOUR, "(?, ?, 3)"),
        ("[{Dense: 1}]", Schema((8, 8), target_count=1), "(8, 1), but one row of 1 is needed"),
    ],
)
def test_an_output_of_more_than_one_row_is_refused(model: str, schema: Schema, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(model).resolve(schema)
    (problem,) = caught.value.problems
    assert problem.message.startswith("the output has the shape ") and message in problem.message
    assert problem.help == "add `Flatten` before `Dense`"
    fixed = model[:-1].rpartition("{Dense")
    assert config(f"{fixed[0]}Flatten, {fixed[1]}{fixed[2]}]").resolve(schema)


def test_it_is_found_before_the_data_are_read_where_their_shape_is_known() -> None:
    with pytest.raises(ConfigError, match=r"the output has the shape \(28, 28, 10\)"):
        config("[{Dense: {units: 10, activation: softmax}}]", data="fashion_mnist")


def test_a_dense_on_an_image_is_a_warning_beside_the_flatten_that_is_added() -> None:
    found = config("[{Dense: {units: 32, activation: relu}}]", data="fashion_mnist")
    assert [layer.called() for layer in found.known.added] == ["Flatten", "Dense"] if found.known else False
    (warning,) = found.warnings
    assert (
        warning.message == "`Dense` sees only the last axis of (28, 28, 1), and its output has the shape (28, 28, 32)"
    )
    assert config("[Flatten, {Dense: {units: 32, activation: relu}}]", data="fashion_mnist").warnings == ()


def test_a_sigmoid_over_exclusive_classes_says_which_loss_it_gets() -> None:
    sigmoid = "[{Dense: {units: 3, activation: sigmoid}}]"
    (warning,) = config(sigmoid, data="iris").warnings
    assert warning.message == "with `sigmoid` each class is decided by itself, and the loss is `BinaryCrossentropy`"
    assert config(sigmoid, data="iris", train="{loss: binary_crossentropy}").warnings == ()
    assert config(sigmoid.replace("sigmoid", "softmax"), data="iris").warnings == ()
    assert config("[{Dense: {units: 1, activation: sigmoid}}]", data="{toy_2d: xor}").warnings == ()


@pytest.mark.parametrize(
    ("layer", "schema", "path", "message"),
    [
        ("Softmax: {axis: 0}", IMAGES, "axis", "`axis` is that of the batch, "),
        ("Softmax: {axis: [-1, -4]}", IMAGES, "axis", "`axis` is that of the batch, "),
        (
            "Dropout: {rate: 0.5, noise_shape: [32, 1, 1, 1]}",
            IMAGES,
            "noise_shape",
            "`noise_shape` begins with 32 rows",
        ),
        ("RandomCrop: {height: 29, width: 28}", IMAGES, "height", "`height: 29` is more than the images have"),
        ("RandomCrop: {height: 8, width: 9}", COLOUR, "width", "`width: 9` is more than the images have"),
    ],
)
def test_an_option_that_does_not_fit_the_shape_is_refused(layer: str, schema: Schema, path: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        config(f"[{{{layer}}}, Flatten]").resolve(schema)
    (problem,) = caught.value.problems
    assert problem.path[-1] == path and problem.message.startswith(message)


@pytest.mark.parametrize(
    "layer",
    [
        "Softmax: {axis: -1}",
        "Softmax: {axis: [1, 2]}",
        "Dropout: {rate: 0.5, noise_shape: [null, 1, 1, 1]}",
        "RandomCrop: {height: 28, width: 20}",
    ],
)
def test_an_option_that_fits_the_shape_is_taken(layer: str) -> None:
    assert config(f"[{{{layer}}}, Flatten]").resolve(IMAGES)
