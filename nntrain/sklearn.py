"""Estimators of scikit-learn that train with nntrain: `NNTrainClassifier` and `NNTrainRegressor`.

    from nntrain.sklearn import NNTrainClassifier

    cross_val_score(NNTrainClassifier(hidden=(50,), epochs=20), x, y)

They take what scikit-learn gives its estimators, rows of numbers. A table with words goes through a
`ColumnTransformer`, or to `nntrain.fit` with the data source `table`.
"""

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from nntrain import backend
from nntrain.api import arguments
from nntrain.api.arguments import Assignments, Config
from nntrain.api.run import Run
from nntrain.config.load import from_document
from nntrain.config.plugin import PluginFile, in_use
from nntrain.document.yaml_file import Document
from nntrain.errors import ConfigError, DataError
from nntrain.plugins.load import Given, used
from nntrain.runs.checked import checked
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import Terminal
from nntrain.training.run_context import RunContext
from nntrain.training.signals import interruptible

_NEEDED = (run_files.RESOLVED, run_files.MODEL, run_files.MODEL_FACTS, run_files.SUMMARY, run_files.METRICS)
_MOST_SEED = 2**31 - 1


class _Estimator(BaseEstimator):
    """What the two have in common: a network that is trained on arrays, in a run directory.

    config: a dict or the path of a YAML file, whose section `data` is replaced by the rows; without it the model has
    `hidden` layers of so many units (one number is one layer) between a `Normalization` and an output layer that fits
    the target; that of numbers is followed by `TargetNormalization`, so their scale is free. epochs, batch_size,
    optimizer, learning_rate: in place of those of the config, which are nntrain's where it has none.
    validation: the share of the rows that is held back to choose the best epoch. set, plugin: as in `nntrain.fit`.
    runs_dir: where the run is kept; without it the run directory is a temporary one.
    """

    def __init__(
        self,
        config: Config | None = None,
        *,
        hidden: int | Sequence[int] = (100,),
        activation: str = "relu",
        epochs: int | None = None,
        batch_size: int | None = None,
        optimizer: str | Mapping[str, Any] | None = None,
        learning_rate: float | None = None,
        validation: float | None = None,
        set: Assignments | None = None,
        plugin: Given = None,
        random_state: Any = None,
        runs_dir: str | os.PathLike[str] | None = None,
        device: backend.Device = "auto",
        quiet: bool = True,
    ) -> None:
        self.config = config
        self.hidden = hidden
        self.activation = activation
        self.epochs = epochs
        self.batch_size = batch_size
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.validation = validation
        self.set = set
        self.plugin = plugin
        self.random_state = random_state
        self.runs_dir = runs_dir
        self.device = device
        self.quiet = quiet

    @property
    def run_(self) -> Run:
        """The run, with `history`, `model`, `config`, `metrics` and `path`."""
        check_is_fitted(self)
        return self._fitted.run

    def _train(self, x: np.ndarray, y: np.ndarray, labels: Mapping[str, Any], output: Sequence[Any] = ()) -> Self:
        """Train on (n, features) float32 and on int32 classes (n,) or float32 numbers (n, targets).

        labels: the options of the data source about them. output: the last layers where there is no config; by default
        those that nntrain adds. Raises ValueError for a config or data that nntrain refuses, as scikit-learn expects.
        """
        with tempfile.TemporaryDirectory(prefix="nntrain-") as folder:
            file = Path(folder, "arrays.npz")
            np.savez(file, x=x, y=y)
            runs = Path(folder if self.runs_dir is None else self.runs_dir)
            try:
                with used(self.plugin):
                    run_dir = self._fit(self._document({"path": str(file), **labels}, output), runs)
                    self._fitted = _Fitted.of(run_dir, kept=self.runs_dir is not None)
            except (ConfigError, DataError) as error:
                raise ValueError(str(error)) from error
        return self

    def _fit(self, document: Document, runs: Path) -> RunDir:
        terminal = Terminal(quiet=self.quiet)
        config = checked(from_document(document), terminal, runs)
        name = run_files.new_name(None, arguments.name_of(self.config or {}), runs)
        backend.start(self.device)
        from nntrain.runs import ensembles, experiment, treatment

        kept = self.runs_dir is not None
        context = RunContext(watch=interruptible, doctor=kept, final=kept)
        treatment.refuse_blind(config, context)
        fit = experiment.train if config.experiment.train.ensemble is None else ensembles.fit
        return fit(config, runs, name, terminal, context).run_dir

    def _document(self, source: Mapping[str, Any], output: Sequence[Any]) -> Document:
        given = {"model": [*self._layers(), *output]} if self.config is None else self.config
        document = arguments.document(given, None, self._seed())
        splits = {"validation": self.validation or "none", "test": "none"}
        tree = {**document.tree, "data": {"npz_file": {**source, **splits}}}
        if train := self._train_section(tree.get("train") or {}):
            tree["train"] = train
        return arguments.changed(replace(document, tree=tree), self.set)

    def _layers(self) -> list[Any]:
        sizes = self.hidden if isinstance(self.hidden, Iterable) else (self.hidden,)
        return ["Normalization", *({"Dense": {"units": units, "activation": self.activation}} for units in sizes)]

    def _train_section(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the section `train` with the arguments of this estimator that are not None."""
        own = {"epochs": self.epochs, "batch_size": self.batch_size, "optimizer": self.optimizer}
        section = {**given, **{name: value for name, value in own.items() if value is not None}}
        if self.learning_rate is not None:
            given = section.get("optimizer", "Adam")
            optimizers = given if isinstance(given, Mapping) else {given: None}
            rate = {"learning_rate": self.learning_rate}
            section["optimizer"] = {name: {**(options or {}), **rate} for name, options in optimizers.items()}
        return arguments.plain(section, ("train",))

    def _seed(self) -> int | None:
        if self.random_state is None or isinstance(self.random_state, int):
            return self.random_state
        return int(check_random_state(self.random_state).randint(_MOST_SEED))

    def _rows(self, x: Any) -> np.ndarray:
        """Return the rows, (n, features) float32, which have the columns of the training."""
        check_is_fitted(self)
        return np.asarray(validate_data(self, x, dtype="float32", reset=False))

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "_fitted")


class NNTrainClassifier(ClassifierMixin, _Estimator):
    """A network that predicts a class; its arguments are those of `_Estimator`."""

    def fit(self, X: Any, y: Any) -> Self:
        """Train on rows of numbers and their classes."""
        x, y = validate_data(self, X, y, dtype="float32")
        check_classification_targets(y)
        self.classes_, index = np.unique(column_or_1d(y, warn=True), return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"a classifier needs two classes, and `y` has one class: `{self.classes_[0]}`")
        names = [str(label) for label in self.classes_]
        is_named = all(names) and len(set(names)) == len(names)  # else the classes are their positions
        labels = {"task": "classification", **({"classes": names} if is_named else {})}
        return self._train(x, index.astype("int32"), labels)

    def predict(self, X: Any) -> np.ndarray:
        """Return the class of each row, (n,), by the threshold of the model where it has one."""
        rows, run = self._rows(X), self._fitted.run
        places = {name: place for place, name in enumerate(run.classes)}
        return np.asarray(self.classes_[[places[name] for name in run.predict(rows)]])

    def predict_proba(self, X: Any) -> np.ndarray:
        """Return the probability of each class, (n, classes) float32, in the order of `classes_`.

        Raises ValueError where the model of the config gives scores that are no probabilities.
        """
        rows = self._rows(X)
        try:
            return self._fitted.run.predict_proba(rows)
        except ConfigError as error:
            raise ValueError(str(error)) from error


class NNTrainRegressor(RegressorMixin, _Estimator):
    """A network that predicts one number or several; its arguments are those of `_Estimator`."""

    def fit(self, X: Any, y: Any) -> Self:
        """Train on rows of numbers and their targets, (n,) or (n, targets)."""
        x, y = validate_data(self, X, y, dtype="float32", multi_output=True, y_numeric=True)
        self._is_column = y.ndim == 1
        numbers = np.asarray(y, "float32").reshape(len(y), -1)
        return self._train(x, numbers, {"task": "regression"}, [{"Dense": numbers.shape[1]}, "TargetNormalization"])

    def predict(self, X: Any) -> np.ndarray:
        """Return the numbers of each row, of the shape of `y` in `fit`."""
        rows = self._rows(X)
        found = self._fitted.run.outputs(rows).astype("float64")  # which scikit-learn asks for
        return found[:, 0] if self._is_column else found

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class _Fitted:
    """The run of an estimator: a directory that is kept, or the files of a temporary one, which a pickle holds."""

    def __init__(self, files: dict[str, bytes], path: Path | None, plugins: tuple[PluginFile, ...]) -> None:
        self.files = files
        self.path = path
        self.plugins = plugins

    @classmethod
    def of(cls, run_dir: RunDir, kept: bool) -> Self:
        """Return the files of a run directory, and its path if it is kept."""
        files = {name: run_dir.file(name).read_bytes() for name in _NEEDED}
        return cls(files, run_dir.path if kept else None, tuple(each.file for each in in_use()))

    @cached_property
    def run(self) -> Run:
        """The run; where its directory is not kept, its files are in a temporary folder while this object lives."""
        with used(self.plugins):
            return self._run()

    def _run(self) -> Run:
        if self.path is not None and self.path.is_dir():
            return Run(RunDir(self.path))
        directory = RunDir(Path(tempfile.mkdtemp(prefix="nntrain-")))
        for name, content in self.files.items():
            directory.write(name, content)
        run = Run(directory)
        weakref.finalize(run, shutil.rmtree, directory.path, ignore_errors=True)
        return run

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process can make the run of."""
        return {"files": self.files, "path": self.path, "plugins": self.plugins}
