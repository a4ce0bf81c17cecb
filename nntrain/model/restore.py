"""The model of a run, rebuilt from its own config with the weights that were saved."""

from dataclasses import dataclass

from nntrain.config.data_schema import Schema
from nntrain.config.load import load
from nntrain.config.resolve import Resolved, resolve
from nntrain.errors import NNTrainError
from nntrain.model.build import build
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
    """Build the model of resolved.yaml, check hash, names, shapes and dtypes of the saved weights, and load them.

    Raises NNTrainError when a file of the run is missing, damaged or belongs to another run.
    """
    saved = run_dir.verified_model()
    experiment = load(run_dir.path / run_files.RESOLVED).experiment
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
    model.plain().load_weights(run_dir.model)
    return SavedModel(resolved, model, inputs["dtype"])
