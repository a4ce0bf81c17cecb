"""What trainings and searches leave, as objects: a run that predicts, a group of runs, a search."""

import os
import warnings
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from nntrain import backend
from nntrain.api import page
from nntrain.config.load import load_run, refuse_other_plugins
from nntrain.config.plugin import in_use
from nntrain.document import yaml_file
from nntrain.errors import ConfigError
from nntrain.plugins.load import Given, used
from nntrain.storage import find_runs, run_files
from nntrain.storage.run_dir import RunDir, not_ended

if TYPE_CHECKING:
    import keras
    import numpy as np
    import pandas as pd

    from nntrain.evaluation.evaluate import Evaluation
    from nntrain.evaluation.predictions import Predictions
    from nntrain.model.restore import SavedModel
    from nntrain.training.scorer import Scorer

Split = Literal["train", "validation", "test"]


class _Directory:
    """What is in the directory of a run, a group or a search."""

    def __init__(self, directory: RunDir) -> None:
        self._directory = RunDir(directory.path.absolute())  # a notebook may change its working folder
        self._plugins = tuple(each.file for each in in_use())

    @property
    def path(self) -> Path:
        """The directory."""
        return self._directory.path

    @cached_property
    def summary(self) -> dict[str, Any]:
        """The content of summary.json; raises NNTrainError where it is missing."""
        return self._directory.read_json(run_files.SUMMARY)

    def __repr__(self) -> str:
        return f"nntrain.{type(self).__name__}({str(self.path)!r}{self._remark()})"

    def _remark(self) -> str:
        return ""

    def _repr_html_(self) -> str:
        """Return what a notebook shows: the name, the numbers and the plots."""
        return page.html(repr(self), self._numbers(), self._directory)

    def _numbers(self) -> "pd.DataFrame":
        raise NotImplementedError


class Run(_Directory):
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
        """A row for each epoch, as in metrics.csv."""
        from nntrain.api import tables

        return tables.from_rows(self._directory.read_rows())

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
        return self.outputs(data)

    def outputs(self, data: Any) -> "np.ndarray":
        """Return what the model predicts: (n, classes) probabilities or scores, or (n, targets) numbers, float32."""
        return self._predictions(data).outputs

    def evaluate(
        self, split: Split | None = None, data: Any = None, *, baselines: bool = False, importance: bool = False
    ) -> "Evaluation":
        """Return metrics, interval, classes and confusion matrix on a split, or on other rows with their labels.

        split: by default the last of training, validation and test. data: a DataFrame with the columns and targets of
        the training, a pair (x, y) of arrays, or the path of a file. importance: whether
        that of each column is computed. Raises as `nntrain eval` does.
        """
        if data is not None and split is not None:
            raise ConfigError("`data` and `split` exclude each other", help="use one of the two")
        backend.start()
        from nntrain.api import rows
        from nntrain.evaluation import evaluate

        with used(self._plugins):
            if data is None:
                return evaluate.evaluate(self._directory, split, baselines, importance)
            with rows.labelled_file(self._saved, data) as file:
                found = evaluate.evaluate_file(self._directory, file.path, baselines, importance)
                return rows.named(found, file)

    def _predictions(self, data: Any) -> "Predictions":
        saved, scorer = self._saved, self._scorer
        from nntrain.api import rows

        with used(self._plugins):
            found = rows.predictions(saved, scorer, data)
        for note in found.notes:
            warnings.warn(note, stacklevel=3)
        return found

    @cached_property
    def _saved(self) -> "SavedModel":
        backend.start()
        from nntrain.model.restore import load_model

        with used(self._plugins):
            return load_model(self._directory)

    @cached_property
    def _scorer(self) -> "Scorer":
        saved = self._saved
        from nntrain.training.scorer import Scorer

        return Scorer.restored(saved)

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
        return {"_directory": self._directory, "_plugins": self._plugins}


class Group(_Directory):
    """A config that was trained for several seeds or folds: `fit(..., seeds=5)`."""

    @cached_property
    def runs(self) -> dict[str, Run]:
        """The runs that have ended, by name."""
        with used(self._plugins):
            return {name: Run(RunDir(self.path / name)) for name in self.summary["runs"]}

    @cached_property
    def statistics(self) -> "pd.DataFrame":
        """Mean, standard deviation and 95 % interval of each metric: a row for each metric of each split."""
        import pandas as pd

        found = self.summary["statistics"]
        return pd.DataFrame(
            {(split, name): values for split, metrics in found.items() for name, values in metrics.items()}
        ).T

    def _remark(self) -> str:
        return f", {len(self.summary.get('runs', {}))} runs"

    def _numbers(self) -> "pd.DataFrame":
        return self.statistics


class Search(_Directory):
    """A search of hyperparameters: `tune(...)`."""

    @cached_property
    def trials(self) -> "pd.DataFrame":
        """A row for each trial, as in trials.csv."""
        import io

        import pandas as pd

        return pd.read_csv(io.StringIO(self._directory.read_text(run_files.TRIALS)))

    @cached_property
    def best(self) -> dict[str, Any]:
        """The config of the best trial, as in best.yaml; `fit` takes it."""
        file = self._directory.file(run_files.BEST)
        tree: dict[str, Any] = yaml_file.read(file).tree
        return tree

    def _remark(self) -> str:
        best = self.summary.get("best") or {}
        return f", best {self.summary.get('objective')} {best['score']:.4g}" if "score" in best else ""

    def _numbers(self) -> "pd.DataFrame":
        return self.trials


def load(run: str | os.PathLike[str], runs_dir: str | os.PathLike[str] = "runs", *, plugin: Given = None) -> Any:
    """Return what is at a path, or has this name in `runs_dir`: a `Run`, a `Group` or a `Search`.

    plugin: the file of own classes that it was trained with, or several. Raises ConfigError where nothing is, and for a
    run without a plug-in of its training.
    """
    found = find_runs.find(Path(runs_dir), os.fspath(run))
    with used(plugin):
        if isinstance(found, find_runs.Search):
            return Search(found)
        if isinstance(found, find_runs.Group):
            return Group(found)
        refuse_other_plugins(found)
        return Run(found)
