"""What is compared: each method returns the error of each fold, 1 - accuracy or the root mean squared error."""

import contextlib
import io
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from folds import Folds
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from nntrain.cli.requests import Fit
from nntrain.storage.find_runs import find
from nntrain.terminal import Terminal


@dataclass(frozen=True)
class Score:
    """error: of the test split. seconds: of the fit."""

    error: float
    seconds: float


def boosting(folds: Folds, seed: int) -> list[Score]:
    """Scikit-learn's HistGradientBoosting as it is, with its own treatment of categories and missing values."""
    kind = HistGradientBoostingRegressor if folds.is_regression else HistGradientBoostingClassifier
    return _fitted(folds, lambda: kind(categorical_features="from_dtype", random_state=seed))


def perceptron(folds: Folds, seed: int) -> list[Score]:
    """Scikit-learn's MLP behind medians, standardized numbers and one-hot categories; a standardized target."""
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = [("numbers", numbers, make_column_selector(dtype_include="number"))]
    columns += [("words", words, make_column_selector(dtype_include="category"))]

    def made() -> Any:
        kind = MLPRegressor if folds.is_regression else MLPClassifier
        model = make_pipeline(ColumnTransformer(columns), kind(max_iter=500, random_state=seed))
        return TransformedTargetRegressor(model, transformer=StandardScaler()) if folds.is_regression else model

    return _fitted(folds, made)


def _fitted(folds: Folds, made: Callable[[], Any]) -> list[Score]:
    return [_one_fold(folds, made(), train, test) for train, test in folds]


def _one_fold(folds: Folds, model: Any, train: np.ndarray, test: np.ndarray) -> Score:
    begin = time.perf_counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an MLP that has not converged
        model.fit(folds.x.iloc[train], folds.y[train])
    seconds = time.perf_counter() - begin
    wrong = model.predict(folds.x.iloc[test]) - folds.y[test]
    error = np.sqrt((wrong**2).mean()) if folds.is_regression else (wrong != 0).mean()
    return Score(float(error), seconds)


def network(config: Path, folds: Folds, seed: int, changes: Sequence[str]) -> list[Score]:
    """`nntrain fit CONFIG --folds K --seed S`; changes: as of `--set`.

    The loss of a regression is of a standardized target, so the deviation of the training split brings it back.
    """
    runs, name = config.parent / "runs", f"{config.stem}-{seed}-{time.time_ns()}"
    request = Fit(
        config=str(config), folds=folds.count, seed=seed, assignments=changes, name=name, runs_dir=runs, no_doctor=True
    )
    with contextlib.redirect_stdout(io.StringIO()):
        request.run(Terminal(quiet=True))
    summaries = [find(runs, f"{name}/fold-{index + 1}").read_json("summary.json") for index in range(folds.count)]
    tests = [summary["metrics"]["test"] for summary in summaries]
    seconds = [summary["seconds"] for summary in summaries]
    if folds.is_regression:
        errors = [found["loss"] ** 0.5 * scale for found, scale in zip(tests, folds.deviations(), strict=True)]
    else:
        errors = [1 - found["accuracy"] for found in tests]
    return [Score(*pair) for pair in zip(errors, seconds, strict=True)]
