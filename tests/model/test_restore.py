"""A saved model that was damaged or belongs to another run is refused."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nntrain.errors import NNTrainError
from nntrain.model.restore import load_model
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir

Trained = Callable[[str], RunDir]


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
