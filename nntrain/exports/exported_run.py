"""A trained run as its exporters see it: the model, what it predicts, and rows to compare with."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from nntrain.data.dataset import Dataset
from nntrain.data.examples import Split
from nntrain.model.build import build, outputs_of
from nntrain.model.custom import Network
from nntrain.model.restore import SavedModel, load_model
from nntrain.model.size import multiplications
from nntrain.storage.run_dir import RunDir
from nntrain.training.scorer import Scorer

ROWS = 1000
"""The most rows that are predicted in both, and that int8 is calibrated on."""


@dataclass(frozen=True)
class ExportedRun:
    """A run to export, and its data, of which up to 1,000 rows are predicted."""

    run_dir: RunDir
    saved: SavedModel
    data: Dataset

    @classmethod
    def of(cls, run_dir: RunDir, data: Dataset) -> "ExportedRun":
        """Return a run with its data; raises NNTrainError as `load_model` does."""
        return cls(run_dir, load_model(run_dir), data)

    @property
    def name(self) -> str:
        """The name of the run."""
        return self.run_dir.path.name

    @cached_property
    def scorer(self) -> Scorer:
        """What `predict` computes with."""
        return Scorer.restored(self.saved)

    @cached_property
    def rows(self) -> Split:
        """Rows of the validation split, then of the training split: the test split stays apart."""
        splits = [split for split in (self.data.validation, self.data.train) if split is not None]
        x = np.concatenate([np.asarray(split.x[:ROWS]) for split in splits])[:ROWS]
        return Split(x, np.concatenate([split.y[:ROWS] for split in splits])[:ROWS])

    @property
    def calibration(self) -> np.ndarray:
        """Float32 (n, *shape): rows of the training split, evenly chosen."""
        count = len(self.data.train)
        places = np.unique(np.linspace(0, count - 1, min(count, ROWS)).astype(np.int64))
        return np.asarray(self.data.train.take(places).x, "float32")

    @cached_property
    def expected(self) -> np.ndarray:
        """What `predict` gives for the rows, as `scores`."""
        return self.scorer.outputs(self.rows.x)

    def scores(self, outputs: np.ndarray) -> np.ndarray:
        """Return float32 (n, classes) probabilities or scores, or (n, targets), of the outputs of the model."""
        if not self.saved.resolved.schema.classes:
            return outputs.reshape(len(outputs), -1)
        return np.asarray(outputs_of(self.saved.resolved, self.saved.model).scores(outputs))

    @cached_property
    def products(self) -> int:
        """The multiplications of an input and a weight that one row takes."""
        return sum(multiplications(layer) for layer in self.saved.model.layers)

    @property
    def is_mixed(self) -> bool:
        """Whether the model was trained, and predicts, in less than float32."""
        return self.saved.resolved.train.precision != "float32"

    @cached_property
    def exact(self) -> Network:
        """The model with the same weights that computes in float32."""
        saved = self.saved
        if not self.is_mixed:
            return saved.model
        experiment = saved.resolved.experiment
        train = experiment.train.model_copy(update={"precision": "float32"})
        resolved = replace(saved.resolved, experiment=experiment.model_copy(update={"train": train}))
        model = build(resolved)
        for ours, theirs in zip(model.weights, saved.model.weights, strict=True):
            ours.assign(theirs.numpy())
        return model
