"""The model of a run, rebuilt from its own config with the weights that were saved."""

from dataclasses import dataclass

from nntrain.config.data_schema import Facts
from nntrain.config.experiment import Experiment
from nntrain.config.load import load
from nntrain.errors import NNTrainError
from nntrain.model.build import build
from nntrain.model.custom.network import Network
from nntrain.storage import run_files
from nntrain.storage.run_files import RunDir


@dataclass(frozen=True)
class SavedModel:
    """A trained model with what it takes (`features`, `dtype`) and gives (`classes`, `targets`)."""

    experiment: Experiment
    facts: Facts
    model: Network
    classes: tuple[str, ...]
    features: tuple[str, ...]
    targets: tuple[str, ...]
    dtype: str


def load_model(run_dir: RunDir) -> SavedModel:
    """Rebuilds the model from resolved.yaml and loads its weights, after hash, names, shapes and dtypes were checked.

    Raises NNTrainError when a file of the run is missing, damaged or belongs to another run.
    """
    saved = run_dir.verified_model()
    experiment = load(run_dir.path / run_files.RESOLVED).experiment
    classes = tuple(saved["classes"])
    facts = Facts(tuple(saved["input"]["shape"]), len(classes) or None, saved["target_count"])
    model = build(experiment, facts)
    found = [{"path": w.path, "shape": list(w.shape), "dtype": str(w.dtype)} for w in model.weights]
    if found != saved["weights"]:
        raise NNTrainError(f"the model of `{run_dir}` does not fit its resolved.yaml", help="train the run again")
    model.plain().load_weights(run_dir.model)
    features, targets = tuple(saved["input"]["features"]), tuple(saved["targets"])
    return SavedModel(experiment, facts, model, classes, features, targets, saved["input"]["dtype"])
