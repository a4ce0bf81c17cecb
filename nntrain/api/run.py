"""A run in Python: its model, which predicts and is evaluated, and what its training has measured."""

import warnings
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from nntrain import backend
from nntrain.api import arguments
from nntrain.api.directory import Directory
from nntrain.config.load import load_run
from nntrain.errors import ConfigError
from nntrain.plugins.load import used
from nntrain.storage import run_files
from nntrain.storage.run_dir import not_ended

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd

    from nntrain.api.scores import Scores
    from nntrain.api.trained_model import TrainedModel
    from nntrain.evaluation.predictions import Predictions
    from nntrain.model.restore import SavedModel

Split = Literal["train", "validation", "test"]


class Run(Directory):
    """A run: its model, which predicts and is evaluated as the commands do, and what its training has measured.

    The files are read when they are needed. `load` and `fit` return it.
    """

    @cached_property
    def metrics(self) -> dict[str, dict[str, float | None]]:
        """The loss and the metrics of the kept model, by split; None for what is not finite.

        Raises NNTrainError where the training has not ended.
        """
        if "metrics" not in self.summary:
            raise not_ended(self.path)
        found: dict[str, dict[str, float | None]] = self.summary["metrics"]
        return found

    @cached_property
    def config(self) -> dict[str, Any]:
        """The config with every default of nntrain written out, as in resolved.yaml; `fit` takes it."""
        with used(self._plugins):
            return load_run(self._directory).tree

    @cached_property
    def history(self) -> "pd.DataFrame":
        """A row for each epoch, as in metrics.csv: the numbers that were written, to the bit."""
        import pandas as pd

        return pd.DataFrame(
            [{name: _number(cell) for name, cell in row.items()} for row in self._directory.read_rows()]
        )

    @cached_property
    def diagnosis(self) -> dict[str, Any]:
        """What the doctor has found, the content of diagnosis.json: `findings` have `message`, `help`, `set`, ….

        Raises NNTrainError where it has not looked, such as with `no_doctor`.
        """
        return self._directory.read_json(run_files.DIAGNOSIS)

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the columns of `predict_proba`; none for a regression."""
        return self._saved.resolved.schema.classes

    @cached_property
    def model(self) -> "keras.Sequential":
        """The Keras model, with its weights."""
        return self._saved.model.plain()

    def predict(self, data: Any) -> "np.ndarray":
        """Return the class of each row, (n,) texts; for a regression the numbers, (n,) or (n, targets) float32.

        data: a DataFrame, an array of rows, or the path of anything that `nntrain predict` reads. The columns of a
        DataFrame are found by their names, as those of a file. Raises DataError where the rows do not fit, and warns of
        what is ignored: other columns, and categories that no training row has.
        """
        import numpy as np

        found = self._predictions(data)
        if self.classes:
            return np.array(found.classes, object)
        return found.outputs[:, 0] if found.outputs.shape[1] == 1 else found.outputs

    def predict_proba(self, data: Any) -> "np.ndarray":
        """Return the probability of each class, (n, classes) float32, in the order of `classes`.

        Raises ConfigError where the model has no probabilities, and DataError as `predict` does.
        """
        if not self._saved.resolved.are_probabilities:
            what = "scores" if self.classes else "numbers"
            raise ConfigError(f"the model of `{self.path}` predicts {what}, not probabilities", help="use `outputs`")
        return self._predictions(data).outputs

    def outputs(self, data: Any) -> "np.ndarray":
        """Return what the model predicts: (n, classes) probabilities or scores, or (n, targets) numbers, float32."""
        return self._predictions(data).outputs

    def predictions(
        self, data: Any, *, with_input: bool = False, top: int | None = None, mc_dropout: int | None = None
    ) -> "pd.DataFrame":
        """Return the table that `nntrain predict` writes, a row for each of `data`, with the index of a DataFrame.

        with_input: whether the columns of the input stand before the predictions. top: the most probable classes alone,
        only this many. mc_dropout: mean and spread of this many outputs with dropout on. Raises as `predict` does, and
        ConfigError for options that the run does not allow.
        """
        counts = arguments.count("top", top, 1), arguments.count("mc_dropout", mc_dropout, 2)
        return self._trained.table(data, self._predictions(data, with_input, *counts), with_input)

    def evaluate(
        self,
        split: Split | None = None,
        data: Any = None,
        *,
        baselines: bool = False,
        importance: bool = False,
        plot: bool = False,
    ) -> "Scores":
        """Return metrics, interval, classes and confusion matrix on a split, or on other rows with their labels.

        split: by default the last of training, validation and test. data: a DataFrame with the columns and targets of
        the training, a pair (x, y) of arrays, or the path of a file. importance: whether that of each column is
        computed. plot: whether the rows are drawn into the plots of the run, which a notebook then shows too. Raises as
        `nntrain eval` does.
        """
        if data is not None and split is not None:
            raise ConfigError("`data` and `split` exclude each other", help="use one of the two")
        trained = self._trained
        with used(self._plugins):
            if data is None:
                return trained.evaluate_split(split, baselines, importance, plot)
            return trained.evaluate_rows(data, baselines, importance, plot)

    def _predictions(self, data: Any, with_input: bool = False, top: int = 0, mc_dropout: int = 0) -> "Predictions":
        trained = self._trained
        with used(self._plugins):
            found = trained.predictions(data, with_input, top, mc_dropout)
        for note in found.notes:
            warnings.warn(note, stacklevel=3)
        return found

    @cached_property
    def _saved(self) -> "SavedModel":
        trained = self._trained
        with used(self._plugins):
            return trained.saved

    @cached_property
    def _trained(self) -> "TrainedModel":
        backend.start(self._device)
        from nntrain.api.trained_model import TrainedModel

        return TrainedModel(self._directory)

    def _remark(self) -> str:
        metrics = self.summary.get("metrics") if (self.path / run_files.SUMMARY).is_file() else None
        if not metrics:
            return ", not ended"
        split = next(name for name in ("validation", "train") if name in metrics)
        found = [f"{name} {value:.4g}" for name, value in metrics[split].items() if value is not None]
        return f", {split} {', '.join(found[:2])}"

    def _numbers(self) -> "pd.DataFrame":
        import pandas as pd

        return pd.DataFrame(self.summary.get("metrics", {}))

    def __getstate__(self) -> dict[str, Any]:
        """Return the directory alone: what is read from it is read again."""
        return {"_directory": self._directory, "_plugins": self._plugins, "_device": self._device}


def _number(cell: str) -> float:
    """Return the number of a cell, NaN for an empty one."""
    return int(cell) if cell.isdecimal() else float(cell or "nan")
