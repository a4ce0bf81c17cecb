"""The file of a model, and whether it is the one that was trained."""

import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from nntrain.data.row_file import Examples
from nntrain.errors import NNTrainError
from nntrain.model.custom import Network
from nntrain.model.restore import load_model
from nntrain.storage.run_dir import RunDir

ROWS = 32  # whose outputs are compared
TOLERANCE = 1e-3  # of the largest output; the same layers on the same rows differ by less on a GPU

ZIP_YEAR = 1980  # the first one that a ZIP file can hold


def save(model: Any, path: Path) -> None:
    """Write a Keras model as a `.keras` file, also on a machine whose clock is not set; raises OSError."""
    if time.localtime().tm_year < ZIP_YEAR:
        first = time.struct_time((ZIP_YEAR, 1, 1, 0, 0, 0, 1, 1, 0))
        clock = SimpleNamespace(time=time.time, localtime=lambda *_: first)
        zipfile.time = clock  # type: ignore[attr-defined]  # Keras gives its files the time of this module
    model.save(path)


def refuse_another(run_dir: RunDir, trained: Network, x: Examples) -> None:
    """Raise NNTrainError unless the saved model, read back, has the trained weights to the bit and predicts the same.

    x: (n, *shape), of which the first rows are predicted: a layer may compute with more than its weights.
    """
    saved = load_model(run_dir).model
    pairs = zip(trained.weights, saved.weights, strict=True)
    unequal = [ours.path for ours, theirs in pairs if not _equal(ours.numpy(), theirs.numpy())]
    if unequal:
        raise _not_the_trained_one(run_dir, f"`{unequal[0]}` has other values")
    rows = np.asarray(x[:ROWS], "float32")
    expected, found = (np.asarray(model(rows, training=False)) for model in (trained, saved))
    finite = np.isfinite(expected)
    expected, found = np.where(finite, expected, 0), np.where(finite, found, 0)
    if not np.abs(expected - found).max() <= TOLERANCE * np.abs(expected).max():
        raise _not_the_trained_one(run_dir, "it predicts other values")


def _equal(first: np.ndarray, second: np.ndarray) -> bool:
    return first.dtype == second.dtype and first.tobytes() == second.tobytes()


def _not_the_trained_one(run_dir: RunDir, why: str) -> NNTrainError:
    help = f"do not use it; this is a fault of nntrain: report it with `{run_dir.path / 'config.yaml'}`"
    return NNTrainError(f"the model in `{run_dir}` is not the one that was trained: {why}", help=help)
