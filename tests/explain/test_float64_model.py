"""A float64 model beside its float32 one."""

from typing import Any

import keras
import numpy as np
import pytest

from nntrain.explain.float64_model import Float64Model, decimals, precision


def test_decimals_are_those_that_were_written() -> None:
    assert decimals(np.array([0.1, -0.35, 1e-7, 3.0], "float32")).tolist() == [0.1, -0.35, 1e-7, 3.0]
    assert decimals(np.array([[1, 2]], "uint8")).tolist() == [[1.0, 2.0]]
    assert decimals(np.zeros((0, 2), "float32")).shape == (0, 2)
    values = np.random.default_rng(0).normal(size=(500, 500)).astype("float32")
    np.testing.assert_array_equal(decimals(values).astype("float32"), values)


def test_precision_ends_with_its_block() -> None:
    with precision():
        assert keras.losses.MeanSquaredError().dtype == "float64"
    assert keras.losses.MeanSquaredError().dtype == "float32"
    assert keras.layers.Dense(1).dtype == "float32"


MANY = """
data: {toy_2d: {kind: moons, size: 40}}
model:
  - Normalization
  - Dense: {units: 4, activation: tanh}
  - PReLU
  - BatchNormalization
  - LayerNormalization
  - Reshape: {target_shape: [2, 2, 1]}
  - Conv2D: {filters: 3, kernel_size: 2, padding: same, activation: elu}
  - DepthwiseConv2D: {kernel_size: 2, padding: same}
  - MaxPooling2D: 2
  - Flatten
  - Dense: {units: 1, activation: sigmoid}
"""


def test_its_outputs_are_those_of_float32(subject_of: Any) -> None:
    subject = subject_of(MANY)
    x = subject.data.train.x[:8]
    expected = subject.model(x, training=True).numpy()
    with precision():
        float64_model = Float64Model(subject.resolved, subject.model)
        outputs = float64_model.forward(keras.ops.convert_to_tensor(decimals(x)))
        again = float64_model.forward(keras.ops.convert_to_tensor(decimals(x)))
    assert outputs[-1].dtype == "float64"
    np.testing.assert_allclose(outputs[-1].numpy(), expected, atol=2e-6)
    np.testing.assert_array_equal(outputs[-1], again[-1])
    assert [(step.name, step.symbol) for step in float64_model.steps][1:4] == [
        ("dense", "a"),
        ("dense", "h"),
        ("p_re_lu", "h"),
    ]


@pytest.mark.parametrize("layer", ["Dropout: 0.5", "GaussianNoise: 0.5", "RReLU: {}", "GaussianDropout: 0.5"])
def test_every_pass_draws_the_same_numbers(layer: str, subject_of: Any) -> None:
    subject = subject_of(f"data: iris\nmodel: [{{Dense: {{units: 50}}}}, {{{layer}}}, {{Dense: {{units: 3}}}}]")
    x = decimals(-np.abs(subject.data.train.x[:2]))
    with precision():
        float64_model = Float64Model(subject.resolved, subject.model)
        again = Float64Model(subject.resolved, subject.model)
        first, second, third = (
            each.forward(keras.ops.convert_to_tensor(x))[1].numpy() for each in (float64_model, float64_model, again)
        )
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first, third)


def test_the_mask_of_dropout_is_the_one_of_the_pass(subject_of: Any) -> None:
    subject = subject_of("data: iris\nmodel: [{Dense: {units: 50}}, {Dropout: 0.5}, {Dense: {units: 3}}]")
    with precision():
        float64_model = Float64Model(subject.resolved, subject.model)
        x = keras.ops.convert_to_tensor(decimals(subject.data.train.x[:2]))
        before, after, *_ = (output.numpy() for output in float64_model.forward(x))
        masks = float64_model.masks(x)
    assert list(masks) == [1]
    np.testing.assert_array_equal(masks[1] * before, after)
    assert set(np.unique(masks[1])) == {0.0, 2.0}


@pytest.mark.parametrize(
    "layer",
    ["RandomFlip: horizontal", "RandomRotation: 0.1", "RandomZoom: 0.1", "RandomContrast: 0.1", "RandomErasing: {}"],
)
def test_augmentation_computes_in_float32(layer: str, subject_of: Any, tmp_path: Any) -> None:
    images = np.random.default_rng(0).integers(0, 256, (12, 6, 6, 1), dtype="uint8")
    np.savez(tmp_path / "images.npz", x=images, y=np.arange(12) % 2)
    data = "data: {npz_file: {path: images.npz, validation: none, test: none}}"
    subject = subject_of(f"{data}\nmodel: [{{Rescaling: 1/255}}, {{{layer}}}, Flatten]")
    with precision():
        float64_model = Float64Model(subject.resolved, subject.model)
        outputs = float64_model.forward(keras.ops.convert_to_tensor(decimals(images[:2])))
    assert outputs[1].dtype == "float64"
    assert np.isfinite(outputs[-1].numpy()).all()


def test_a_penalty_has_the_number_that_was_written(subject_of: Any) -> None:
    text = "data: iris\nmodel: [{Dense: {units: 3, kernel_regularizer: {L1L2: {l1: 0.1, l2: 0.3}}}}]"
    subject = subject_of(text)
    with precision():
        float64_model = Float64Model(subject.resolved, subject.model)
        found = float(float64_model.penalty(float64_model.forward(keras.ops.zeros((1, 4), "float64"))))
    kernel = decimals(subject.model.weights[0].numpy())
    assert found == pytest.approx(0.1 * np.abs(kernel).sum() + 0.3 * np.square(kernel).sum(), rel=1e-14)


@pytest.mark.parametrize(("name", "expected"), [("L2Norm", 0.3 * 5**0.5), ("L1", 0.3 * 5)])
def test_the_penalty_on_all_weights_is_that_of_one_vector(subject_of: Any, name: str, expected: float) -> None:
    layer = "{Dense: {units: 1, kernel_initializer: Ones, bias_initializer: Ones}}"
    made = subject_of(f"data: iris\nmodel: [{layer}, {{Dense: 3}}]\ntrain: {{regularizer: {{{name}: 0.3}}}}")
    with precision():
        float64_model = Float64Model(made.resolved, made.model)
        float64_model.weights[2].assign(keras.ops.zeros((1, 3), "float64"))
        outputs = float64_model.forward(keras.ops.zeros((1, 4), "float64"))
        assert float(float64_model.penalty(outputs)) == pytest.approx(expected, rel=1e-12)
