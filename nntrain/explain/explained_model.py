"""What is explained: a config as it begins to train, or a run with its trained weights."""

from dataclasses import dataclass
from pathlib import Path

from nntrain.config.load import Config, load_run
from nntrain.config.resolve import Resolved
from nntrain.data.dataset import Dataset, load_data
from nntrain.errors import ConfigError
from nntrain.evaluation.evaluate import refuse_other_data
from nntrain.model.custom import Network
from nntrain.model.restore import load_model
from nntrain.runs.resume import load_checkpoint
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.training.checkpoint import Store
from nntrain.training.prepare import prepare

INITIAL = "initial weights"


@dataclass(frozen=True)
class ExplainedModel:
    """A float32 model with its data; `weights` says in words where its weights come from."""

    name: str
    resolved: Resolved
    model: Network
    data: Dataset
    weights: str


def of_config(config: Config) -> ExplainedModel:
    """Return the model of a config with its initial weights; raises as `prepare` does."""
    prepared = prepare(config)
    weights = prepared.taken or INITIAL
    return ExplainedModel(Path(config.document.file).name, prepared.resolved, prepared.model, prepared.data, weights)


def of_run(run_dir: RunDir) -> ExplainedModel:
    """Return the model of a run: the saved one, or that of its last checkpoint where it was stopped before the end.

    Raises NNTrainError where it has neither, and DataError where its data have changed.
    """
    config = load_run(run_dir)
    if (run_dir.path / run_files.SUMMARY).is_file():
        data, saved = load_data(config), load_model(run_dir)
        refuse_other_data(run_dir, data)
        return ExplainedModel(run_dir.path.name, saved.resolved, saved.model, data, "the weights of the run")
    prepared = prepare(config, initialize=False)
    refuse_other_data(run_dir, prepared.data)
    found = load_checkpoint(Store(run_dir.checkpoints, run_dir.key()), prepared)
    if found is None:
        message = f"`{run_dir}` was stopped before its first checkpoint"
        raise ConfigError(message, help=f"run `nntrain resume {run_dir}`, or explain its config")
    model, position = prepared.model, found.state.facts["position"]
    for index, variable in enumerate(model.variables):
        variable.assign(found.state.arrays[f"model.{index}"])
    place = f"epoch {position['epoch']}, after {position['step']} of its steps"
    return ExplainedModel(run_dir.path.name, prepared.resolved, model, prepared.data, f"the checkpoint of {place}")
