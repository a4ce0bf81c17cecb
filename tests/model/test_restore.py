"""A saved model that was damaged or belongs to another run is refused; `init_from` takes weights where they fit."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nntrain.config.load import from_document
from nntrain.document import yaml_file
from nntrain.errors import ConfigError, NNTrainError
from nntrain.model.restore import load_model
from nntrain.runs import experiment
from nntrain.runs.experiment import Training
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.prepare import Prepared, prepare

Trained = Callable[[str], RunDir]
CONFIG = """
data: iris
model:
  - Dense: {units: 8, activation: relu, FIRST}
  - Dense: {units: UNITS, activation: relu}
train: {epochs: 2, OPTIONS}
"""


def copied(run: RunDir, folder: Path) -> RunDir:
    """The run in a folder of its own, to be changed."""
    return RunDir(Path(shutil.copytree(run.path, folder / run.path.name)))


def test_a_flipped_bit_in_the_model_is_refused(trained: Trained, tmp_path: Path) -> None:
    run = copied(trained("moons"), tmp_path)
    content = bytearray(run.model.read_bytes())
    content[len(content) // 2] ^= 1
    run.model.write_bytes(content)
    with pytest.raises(NNTrainError, match="is not the file that was saved: its SHA-256 differs") as raised:
        load_model(run)
    assert raised.value.exit_code == 1


def test_model_json_of_another_run_and_a_missing_model_are_refused(trained: Trained, tmp_path: Path) -> None:
    run = copied(trained("moons"), tmp_path)
    shutil.copy(trained("plane").path / run_files.MODEL_FACTS, run.path)
    with pytest.raises(NNTrainError, match="SHA-256 differs"):
        load_model(run)
    run.model.unlink()
    with pytest.raises(NNTrainError, match=r"model.keras` cannot be read: No such file"):
        load_model(run)
    (run.path / run_files.MODEL_FACTS).unlink()
    with pytest.raises(NNTrainError, match="the model of `.*` was not kept"):
        load_model(run)


def test_a_model_that_does_not_fit_resolved_yaml_is_refused(trained: Trained, tmp_path: Path) -> None:
    run = copied(trained("moons"), tmp_path)
    for name in (run_files.MODEL_FACTS, run_files.MODEL):
        shutil.copy(trained("iris").path / name, run.path)
    with pytest.raises(NNTrainError) as raised:
        load_model(run)
    assert "does not fit" in str(raised.value) or "the data have 3 classes" in str(raised.value)


def prepared(options: str = "save: best", units: int = 4, first: str = "name: body") -> Prepared:
    text = CONFIG.replace("FIRST", first).replace("UNITS", str(units)).replace("OPTIONS", options)
    return prepare(from_document(yaml_file.parse(text, "config.yaml")))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> RunDir:
    run = RunDir.create(tmp_path_factory.mktemp("source"), "source")
    experiment.run(Training(prepared(), run, Terminal(quiet=True)))
    return run


def test_the_weights_of_a_run_are_taken_where_name_and_shape_agree(source: RunDir) -> None:
    taken = prepared(f"init_from: {source.path}", units=5)
    theirs = load_model(source).model
    for ours, other in zip(taken.model.layers[0].weights, theirs.layers[0].weights, strict=True):
        assert np.array_equal(ours.numpy(), other.numpy())
    assert taken.taken.startswith(
        f"3 of 6 weights are those of {source.path}; the others are initialized: dense/kernel, dense/bias"
    )


def test_a_layer_that_is_not_trainable_stays_as_it_was_taken(source: RunDir, tmp_path: Path) -> None:
    first = "name: body, trainable: false"
    run = RunDir.create(tmp_path, "run")
    experiment.run(Training(prepared(f"init_from: {source.path}", first=first), run, Terminal(quiet=True)))
    ours, theirs = (load_model(each).model.layers for each in (run, source))
    assert np.array_equal(ours[0].weights[0].numpy(), theirs[0].weights[0].numpy())
    assert not np.array_equal(ours[1].weights[0].numpy(), theirs[1].weights[0].numpy())


def test_a_keras_file_is_a_source_too(source: RunDir) -> None:
    taken = prepared(f"init_from: {source.model}")
    theirs = load_model(source).model
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in zip(taken.model.weights, theirs.weights, strict=True))


def test_a_missing_source_is_an_error_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        prepared(f"init_from: {tmp_path / 'none'}")
    assert f"`{tmp_path / 'none'}` is neither a run nor a file" in str(caught.value)
    assert "(train.init_from)" in str(caught.value)
