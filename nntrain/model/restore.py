"""Saved weights: in the model of their run, or in another model as the start of its training, `train.init_from`."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import keras
import numpy as np

from nntrain.config.data_schema import Schema
from nntrain.config.load import load
from nntrain.config.messages import listed
from nntrain.config.resolve import Resolved, resolve
from nntrain.errors import ConfigError, NNTrainError, Problem
from nntrain.model import weights_file
from nntrain.model.build import build
from nntrain.model.custom import Network
from nntrain.storage import run_files
from nntrain.storage.find_runs import is_run
from nntrain.storage.run_dir import RunDir

_INIT_FROM = ("train", "init_from")


@dataclass(frozen=True)
class SavedModel:
    """A trained model with what describes it; `dtype` is that of its inputs."""

    resolved: Resolved
    model: Network
    dtype: str


def load_model(run_dir: RunDir) -> SavedModel:
    """Build the run's model and load its checked weights; raises NNTrainError for missing, damaged or other files."""
    saved = run_dir.verified_model("weights", "input", "classes", "targets", "target_count")
    experiment = load(run_dir.file(run_files.RESOLVED)).experiment
    inputs = saved["input"]
    schema = Schema(
        shape=tuple(inputs["shape"]),
        classes=tuple(saved["classes"]),
        features=tuple(inputs["features"]),
        targets=tuple(saved["targets"]),
        target_count=saved["target_count"],
    )
    resolved = resolve(experiment, schema)
    model = build(resolved)
    found = [{"path": w.path, "shape": list(w.shape), "dtype": str(w.dtype)} for w in model.weights]
    if found != saved["weights"]:
        raise NNTrainError(f"the model of `{run_dir}` does not fit its resolved.yaml", help="train the run again")
    with run_dir.open(run_files.MODEL) as file:
        _load_all(model, file, run_dir)
    return SavedModel(resolved, model, inputs["dtype"])


def _load_all(model: Network, file: BinaryIO, run_dir: RunDir) -> None:
    try:
        taken = weights_file.load_weights(model.plain(), file)
    except weights_file.Unreadable as error:
        raise NNTrainError(f"`{run_dir.model}` {error}", help="train the run again") from None
    if missing := [weight.path for weight in model.weights if weight.path not in taken]:
        raise NNTrainError(f"`{run_dir.model}` lacks the weights {listed(missing)}", help="train the run again")


def take_weights(model: Network, source: str) -> str:
    """Set every weight that the source has under the same name and shape; return a sentence about them.

    source: the value of `train.init_from`, a run directory or a `.keras` or `.weights.h5` file of a model with the same
    layers. Raises ConfigError when no weight fits.
    """
    path = Path(source)
    if not path.exists():
        raise ConfigError(problems=[Problem(f"`{source}` is neither a run nor a file", _INIT_FROM, "check the path")])
    taken = _from_run(model, path) if is_run(path) else _from_file(model, path)
    if not taken:
        help = "give a model whose first layers have the same names and sizes"
        raise ConfigError(problems=[Problem(f"no weight of `{source}` fits this model", _INIT_FROM, help)])
    left = [weight.path for weight in model.weights if weight.path not in taken]
    rest = f"; the others are initialized: {', '.join(left)}" if left else ""
    return f"{len(taken)} of {len(model.weights)} weights are those of {source}{rest}"


def _from_run(model: Network, path: Path) -> set[str]:
    theirs = {weight.path: weight for weight in load_model(RunDir(path)).model.weights}
    taken = set()
    for weight in model.weights:
        other = theirs.get(weight.path)
        if other is not None and other.shape == weight.shape:
            weight.assign(other)
            taken.add(weight.path)
    return taken


def _from_file(model: Network, path: Path) -> set[str]:
    before = {weight.path: keras.ops.convert_to_numpy(weight).copy() for weight in model.weights}
    try:
        model.plain().load_weights(path, skip_mismatch=True)
    except (ValueError, OSError, KeyError) as error:
        raise ConfigError(problems=[Problem(f"`{path}` holds no weights: {error}", _INIT_FROM)]) from None
    return {w.path for w in model.weights if not np.array_equal(before[w.path], keras.ops.convert_to_numpy(w))}
