"""The model of a run, rebuilt with its saved weights."""

import io
from dataclasses import dataclass
from typing import BinaryIO

from nntrain.config.data_schema import Schema
from nntrain.config.load import load
from nntrain.config.messages import listed
from nntrain.config.resolve import Resolved, resolve
from nntrain.errors import NNTrainError
from nntrain.model import weights_file
from nntrain.model.build import build, weights_of
from nntrain.model.custom import Network
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir


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
        sizes=tuple(inputs.get("sizes", ())),
        missing=tuple(inputs.get("missing", ())),
    )
    resolved = resolve(experiment, schema)
    if weights_of(resolved) != saved["weights"]:
        raise NNTrainError(f"the model of `{run_dir}` does not fit its resolved.yaml", help="train the run again")
    with run_dir.open(run_files.MODEL) as file:
        needed, size = weights_file.bytes_of(saved["weights"]), file.seek(0, io.SEEK_END)
        if needed > size:
            message = f"the weights of `{run_dir}` take {needed:,} bytes, and `{run_dir.model}` has {size:,}"
            raise NNTrainError(message, help="train the run again")
        model = build(resolved)
        _load_all(model, file, run_dir)
    return SavedModel(resolved, model, inputs["dtype"])


def _load_all(model: Network, file: BinaryIO, run_dir: RunDir) -> None:
    try:
        taken = weights_file.load_weights(model.plain(), file)
    except weights_file.Unreadable as error:
        raise NNTrainError(f"`{run_dir.model}` {error}", help="train the run again") from None
    if missing := [weight.path for weight in model.weights if weight.path not in taken]:
        raise NNTrainError(f"`{run_dir.model}` lacks the weights {listed(missing)}", help="train the run again")
