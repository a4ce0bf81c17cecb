"""What a run has written is read back and compared with what it has trained."""

import shutil
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from nntrain.errors import NNTrainError
from nntrain.model.restore import load_model
from nntrain.runs import experiment, saved_model
from nntrain.runs.experiment import Training
from nntrain.runs.saved_model import refuse_another
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from tests.conftest import BARE

NORMALIZED = """
    data: {table: {path: DATA, target: label, validation: 0.2, test: 0.2}}
    model: [Normalization, {Dense: {units: 4, activation: relu}}]
    train: {epochs: 2}
    """
X = np.random.default_rng(0).normal(size=(20, 4)).astype("float32")


@pytest.fixture
def run(trained: Any, tmp_path: Path) -> RunDir:
    return RunDir(Path(shutil.copytree(trained("iris").path, tmp_path / "iris")))


def test_the_saved_model_is_the_one_that_was_saved(run: RunDir) -> None:
    refuse_another(run, load_model(run).model, X)


def test_predictions_that_are_not_finite_are_the_same_without_a_warning(run: RunDir) -> None:
    refuse_another(run, load_model(run).model, np.full_like(X, 3e38))


def test_a_weight_that_differs_in_one_bit_is_found(run: RunDir) -> None:
    model = load_model(run).model
    bias = model.layers[1].weights[1]
    bias.assign(np.nextafter(bias.numpy(), np.float32(9)))
    with pytest.raises(NNTrainError, match="is not the one that was trained: `dense/bias` has other values") as raised:
        refuse_another(run, model, X)
    assert "report it with" in str(raised.value)


def test_a_layer_that_computes_with_more_than_its_weights_is_found(run: RunDir) -> None:
    model = load_model(run).model
    model.layers[1].activation = keras.activations.tanh
    with pytest.raises(NNTrainError, match="it predicts other values"):
        refuse_another(run, model, X)


def test_a_run_that_writes_another_model_fails(prepare: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepared = prepare("data: iris\nmodel: [{Dense: 3}]\ntrain: {epochs: 1}\n").prepared
    place = RunDir.create(tmp_path, "run")
    save = keras.Sequential.save

    def doubled(model: Any, path: Path) -> None:
        other = keras.models.clone_model(model)
        other.set_weights([2 * weight for weight in model.get_weights()])
        save(other, path)

    monkeypatch.setattr(keras.Sequential, "save", doubled)
    with pytest.raises(NNTrainError, match="is not the one that was trained"):
        experiment.run(Training(prepared, place, Terminal(quiet=True), BARE))
    assert place.read_json(run_files.ENVIRONMENT)["exit_status"] == 1


def written(folder: Path, name: str, scale: float) -> Path:
    x = np.random.default_rng(1).normal(size=(100, 3))
    rows = [
        "a,b,c,label",
        *(f"{a},{b},{c},{'pos' if s > 0 else 'neg'}" for (a, b, c), s in zip(x * scale + scale, x[:, 0], strict=True)),
    ]
    (folder / name).write_text("\n".join(rows) + "\n")
    return folder / name


def test_with_weights_of_another_run_a_normalization_trains_with_what_it_saves(
    fit: Any, prepare: Any, tmp_path: Path
) -> None:
    """Mean and variance are those of the run that gave the weights, in training and in the file."""
    first = fit(NORMALIZED.replace("DATA", str(written(tmp_path, "a.csv", 1.0))))
    second = fit(NORMALIZED.replace("DATA", str(written(tmp_path, "b.csv", 100.0))), f"train.init_from={first.path}")
    net = prepare((second.path / run_files.RESOLVED).read_text(), "train.epochs=1")
    model = keras.saving.load_model(second.model, compile=False)
    predicted = np.asarray(model(net.data.test.x))
    right = (predicted[:, 0] > 0.5) == net.data.test.y
    assert second.read_json(run_files.SUMMARY)["metrics"]["test"]["accuracy"] == pytest.approx(right.mean())
    assert np.array_equal(model.layers[0].adapt_mean, load_model(first).model.layers[0].adapt_mean)


def test_a_clock_that_is_not_set_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    unset = SimpleNamespace(time=lambda: 5.0, localtime=lambda *_: time.gmtime(5))
    monkeypatch.setattr(zipfile, "time", unset)
    with pytest.raises(ValueError, match="before 1980"):
        model.save(tmp_path / "plain.keras")
    monkeypatch.setattr(time, "localtime", unset.localtime)
    saved_model.save(model, tmp_path / "ours.keras")
    again = keras.saving.load_model(tmp_path / "ours.keras")
    assert np.array_equal(again.get_weights()[0], model.get_weights()[0])
