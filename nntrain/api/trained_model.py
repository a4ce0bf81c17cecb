"""What the model of a run computes in Python: predictions for rows in memory, and scores."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from nntrain.api import rows
from nntrain.api.scores import Scores
from nntrain.evaluation import evaluate
from nntrain.evaluation.predict import PredictOptions
from nntrain.evaluation.predictions import Predictions
from nntrain.model.restore import SavedModel, load_model
from nntrain.runs import evaluation_plots
from nntrain.storage.run_dir import RunDir
from nntrain.training.scorer import Scorer


@dataclass(frozen=True)
class TrainedModel:
    """The model of a run, which is loaded when it is needed."""

    run_dir: RunDir

    @cached_property
    def saved(self) -> SavedModel:
        """The model with its experiment; raises NNTrainError where it is missing or damaged."""
        return load_model(self.run_dir)

    @cached_property
    def _scorer(self) -> Scorer:
        return Scorer.restored(self.saved)

    def predictions(self, data: Any, with_input: bool, top: int, mc_dropout: int) -> Predictions:
        """Return the predictions for a DataFrame, an array or a path; arguments and errors as of `Run.predictions`."""
        return rows.predictions(self.saved, self._scorer, data, PredictOptions(with_input, top, mc_dropout))

    @staticmethod
    def table(data: Any, found: Predictions, with_input: bool) -> pd.DataFrame:
        """Return the predictions for the data as a table; with_input: after the columns of the data."""
        return rows.table(data, found, with_input)

    def evaluate_split(self, split: str | None, baselines: bool, importance: bool, plot: bool) -> Scores:
        """Return the scores on a split, by default the last one; raises as `evaluation.evaluate` does."""
        found = evaluate.evaluate(self.run_dir, split, baselines, importance)
        return Scores.of(found, evaluation_plots.of_split(self.run_dir, found, split) if plot else [])

    def evaluate_rows(self, data: Any, baselines: bool, importance: bool, plot: bool) -> Scores:
        """Return the scores on a DataFrame, a pair (x, y) or a file; raises DataError where the rows do not fit."""
        with rows.labelled_file(self.saved, data) as file:
            found = rows.named(evaluate.evaluate_file(self.run_dir, file.path, baselines, importance), file)
            plots = evaluation_plots.of_file(self.run_dir, found, file.path, file.name) if plot else []
            return Scores.of(found, plots)
