"""What is explained: a config as it begins to train, or a run with its trained weights, and some rows of its data."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nntrain.config.load import Config, load_run
from nntrain.config.resolve import Resolved
from nntrain.data.dataset import Dataset, load_data
from nntrain.errors import ConfigError
from nntrain.evaluation.evaluate import refuse_other_data
from nntrain.model.build import encode_labels
from nntrain.model.custom import Network
from nntrain.model.restore import load_model
from nntrain.runs.resume import load_checkpoint
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.training.checkpoint import Store
from nntrain.training.prepare import prepare
from nntrain.training.programs.arrays import epoch_order
from nntrain.training.scorer import training_weights

INITIAL = "initial weights"


@dataclass(frozen=True)
class Subject:
    """A float32 model with its data; `weights` says in words where its weights come from."""

    name: str
    resolved: Resolved
    model: Network
    data: Dataset
    weights: str


@dataclass(frozen=True)
class Batch:
    """Rows of the training split: x (n, *shape), y as the loss takes it, weights (n,) of the examples or None."""

    first: int  # the number of the first row, from 1; 0 where they do not follow each other
    x: np.ndarray
    y: np.ndarray
    weights: np.ndarray | None

    @property
    def title(self) -> str:
        """The rows in words."""
        last = self.first + len(self.x) - 1
        return f"row {self.first}" if len(self.x) == 1 else f"the mean of rows {self.first} to {last}"


def of_config(config: Config) -> Subject:
    """Return the model of a config with its initial weights; raises as `prepare` does."""
    prepared = prepare(config)
    weights = prepared.taken or INITIAL
    return Subject(Path(config.document.file).name, prepared.resolved, prepared.model, prepared.data, weights)


def of_run(run_dir: RunDir) -> Subject:
    """Return the model of a run: the saved one, or that of its last checkpoint where it was stopped before the end.

    Raises NNTrainError where it has neither, and DataError where its data have changed.
    """
    config = load_run(run_dir)
    if (run_dir.path / run_files.SUMMARY).is_file():
        data, saved = load_data(config), load_model(run_dir)
        refuse_other_data(run_dir, data)
        return Subject(run_dir.path.name, saved.resolved, saved.model, data, "the weights of the run")
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
    return Subject(run_dir.path.name, prepared.resolved, model, prepared.data, f"the checkpoint of {place}")


def batch_of(subject: Subject, first: int, count: int) -> Batch:
    """Return `count` rows of the training split from row `first`, counted from 1; raises ConfigError outside it."""
    rows = len(subject.data.train)
    if first > rows or first + count - 1 > rows:
        option, most = ("--example", rows) if first > rows else ("--batch", rows - first + 1)
        given = first if first > rows else count
        message = f"`{option} {given}` is outside the training split, which has {rows:,} rows"
        raise ConfigError(message, help=f"write `{option} {most}` or less")
    return _rows(subject, first, np.arange(first - 1, first - 1 + count))


def first_rows(subject: Subject, count: int) -> Batch:
    """Return the rows that a training sees first; raises ConfigError for more than there are."""
    rows = len(subject.data.train)
    if count > rows:
        message = f"`--batch {count}` is more than the {rows:,} rows of the training split"
        raise ConfigError(message, help=f"write `--batch {rows}` or less")
    order = epoch_order(subject.resolved.experiment.seed, 1, rows, subject.resolved.train.shuffle)
    return _rows(subject, 0, order[:count])


def _rows(subject: Subject, first: int, chosen: np.ndarray) -> Batch:
    split = subject.data.train
    weights = training_weights(subject.resolved, split)
    taken = split.take(chosen)
    y = encode_labels(taken.y, subject.resolved)
    return Batch(first, np.asarray(taken.x), y, None if weights is None else weights[chosen])
