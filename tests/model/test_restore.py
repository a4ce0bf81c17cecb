"""A saved model that was damaged or belongs to another run is refused."""

import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
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


def signed(run: RunDir, **facts: object) -> None:
    """Change model.json as anybody can, with the hash of the model that is there."""
    saved = run.read_json(run_files.MODEL_FACTS)
    digest = hashlib.sha256(run.model.read_bytes()).hexdigest()
    run.write_json(run_files.MODEL_FACTS, {**saved, "sha256": digest, **facts})


def test_a_larger_model_than_the_one_that_was_saved_is_not_built(trained: Trained, tmp_path: Path) -> None:
    run = copied(trained("moons"), tmp_path)
    resolved = run.path / run_files.RESOLVED
    resolved.write_text(resolved.read_text().replace("units: 4", "units: 1000000000"))
    with pytest.raises(NNTrainError, match=r"does not fit its resolved.yaml"):
        load_model(run)
    weights = json.dumps(run.read_json(run_files.MODEL_FACTS)["weights"]).replace("[4", "[1000000000")
    signed(run, weights=json.loads(weights.replace("4]", "1000000000]")))
    with pytest.raises(NNTrainError, match=r"the weights of `.*` take [0-9,]+ bytes, and `.*model.keras` has [0-9,]+"):
        load_model(run)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda file: file["layers/dense/vars/0"].write_direct(np.full((2, 4), np.nan, "f4")), "that are not finite"),
        (lambda file: file.pop("layers/dense/vars/1"), "lacks the weights `dense/bias`"),
        (lambda file: file.pop("layers"), "lacks the weights `dense/kernel`, `dense/bias`"),
    ],
)
def test_weights_that_are_not_finite_or_missing_are_refused(
    trained: Trained, tmp_path: Path, change: Callable[[h5py.File], None], message: str
) -> None:
    run = copied(trained("moons"), tmp_path)
    with zipfile.ZipFile(run.model) as archive:
        content = io.BytesIO(archive.read("model.weights.h5"))
    with h5py.File(content, "r+") as file:
        change(file)
    with zipfile.ZipFile(run.model, "w") as archive:
        archive.writestr("model.weights.h5", content.getvalue())
    signed(run)
    with pytest.raises(NNTrainError, match=message):
        load_model(run)
