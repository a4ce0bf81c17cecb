"""What is said where a conversion fails; the converter of these tests writes Keras files, their runtime is Keras."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from nntrain.errors import ConfigError, NNTrainError
from nntrain.evaluation.evaluate import same_data
from nntrain.exporters.keras import Options
from nntrain.exports import converting
from nntrain.exports.converting import Converter
from nntrain.exports.exported_run import ExportedRun


@pytest.fixture
def subject(trained: Any, monkeypatch: pytest.MonkeyPatch) -> ExportedRun:
    def run(runtime: str, file: Path, x: np.ndarray) -> tuple[np.ndarray, str]:
        return np.asarray(keras.models.load_model(file)(x, training=False)), runtime

    monkeypatch.setattr(converting, "outputs", run)
    monkeypatch.setattr("nntrain.exports.other_process.outputs", run)
    return ExportedRun.of(trained("iris"), same_data(trained("iris")))


def save(model: Any, file: Path) -> None:
    keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers]).save(file)


def save_but_dense(model: Any, file: Path) -> None:
    if any(layer.name == "dense" for layer in model.layers):
        raise OverflowError("an operator that nobody knows")
    keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers]).save(file)


def save_other_normalization(model: Any, file: Path) -> None:
    if model.layers[0].name == "normalization":
        model = keras.Sequential([keras.Input((4,)), keras.layers.Rescaling(2.0)])
    keras.Sequential([keras.Input(model.input_shape[1:]), *model.layers]).save(file)


def test_a_model_that_converts_answers(subject: ExportedRun, tmp_path: Path) -> None:
    found = Converter(save, save, "Keras").convert(subject, Options(), tmp_path / "model.keras")
    np.testing.assert_allclose(found.found, found.expected, atol=1e-6)
    assert found.runtime == "Keras"


def test_the_layers_that_fail_alone_are_named(subject: ExportedRun, tmp_path: Path) -> None:
    converter = Converter(save_but_dense, save_but_dense, "Keras")
    with pytest.raises(ConfigError) as caught:
        converter.convert(subject, Options(), tmp_path / "model.keras")
    assert str(caught.value).splitlines()[:2] == [
        "error: `keras` cannot hold the layer `Dense`",
        "  --> model.1.Dense",
    ]
    converter = Converter(save_but_dense, save_other_normalization, "Keras")
    with pytest.raises(ConfigError, match="`Normalization`: it computes something else"):
        converter.convert(subject, Options(), tmp_path / "model.keras")


def test_without_such_a_layer_the_error_of_the_converter_is_said(subject: ExportedRun, tmp_path: Path) -> None:
    with pytest.raises(NNTrainError, match="exported as `keras`: an operator that nobody knows"):
        Converter(save_but_dense, save, "Keras").convert(subject, Options(), tmp_path / "model.keras")


def test_a_runtime_that_cannot_be_loaded_is_no_fault_of_a_layer(subject: ExportedRun, tmp_path: Path) -> None:
    def save_nothing(model: Any, file: Path) -> None:
        raise NNTrainError("the runtime of the export cannot be loaded")

    with pytest.raises(NNTrainError, match="^error: the runtime of the export cannot be loaded$"):
        Converter(save_nothing, save_nothing, "Keras").convert(subject, Options(), tmp_path / "model.keras")
