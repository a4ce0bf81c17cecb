"""The metrics of a trained model on one split of its data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nntrain.config.load import load_run
from nntrain.data.dataset import Dataset, load_data
from nntrain.data.examples import Split
from nntrain.errors import ConfigError, DataError
from nntrain.evaluation import intervals, linear_models, scores
from nntrain.evaluation.baselines import Baseline, baselines
from nntrain.evaluation.column_importance import ColumnImportance, columns_of, importances, in_words_of_score
from nntrain.evaluation.labelled import read_labelled
from nntrain.evaluation.metric_intervals import of_metrics
from nntrain.model.restore import SavedModel, load_model
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import shown_number
from nntrain.training.memory import refuse_large_batch
from nntrain.training.scorer import Scorer

_KEYS = {"metrics": "figures", "metric_intervals": "figure_intervals"}  # of the JSON
Table = tuple[str, Sequence[str], list[list[Any]]]  # title, columns, rows


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate` returns.

    `metrics` are the loss and the metrics of the config. `value` is the score that `score` names, accuracy or the mean
    absolute error of a regression, and `interval` its 95 % bootstrap interval. `classes`, `confusion` and
    `mistakes` (the most frequent ones) are for classes, `regression` for numbers. `metric_classes` holds the class of
    each metric that is of one. `class_intervals`, `regression_intervals` and `metric_intervals` are 95 % bootstrap
    intervals. `importance` is that of the columns, where it was asked for.
    """

    split: str
    rows: int
    metrics: dict[str, float]
    score: str
    value: float
    interval: tuple[float, float]
    classes: list[scores.ClassScore]
    confusion: np.ndarray | None
    mistakes: list[scores.ConfusedPair]
    baselines: list[Baseline]
    regression: dict[str, float]
    metric_classes: dict[str, str]
    class_intervals: list[intervals.OfClass]
    regression_intervals: dict[str, intervals.Interval]
    metric_intervals: dict[str, intervals.Interval]
    importance: list[ColumnImportance]

    def as_json(self) -> dict[str, Any]:
        """Return all of it for `--json`, where the metrics have the key `figures`."""
        fields = asdict(self)
        fields["confusion"] = None if self.confusion is None else self.confusion.tolist()
        return {_KEYS.get(name, name): value for name, value in fields.items()}

    def intervals_in_words(self) -> list[str]:
        """Return the interval of each metric as tables show it, empty where a metric has none."""
        around = self.metric_intervals
        return [in_words(around[name]) if name in around else "" for name in self.metrics]

    def tables(self, model: str) -> list[Table]:
        """Return the tables to print after the metrics; `model` is the name of the run among the baselines."""
        found: list[Table] = []
        if self.confusion is not None:
            names = [each.name for each in self.classes]
            found.append(self._class_table())
            found.append(self._mistakes(names))
        if self.regression:
            rows = [[name, value, in_words(self.regression_intervals[name])] for name, value in self.regression.items()]
            found.append(("regression", ("metric", "value", "95 %"), rows))
        if self.importance:
            found.append(self._importance_table())
        if self.baselines:
            found.append(self._baseline_table(model))
        if linear := [(each.name, each.linear) for each in self.baselines if each.linear]:
            title = "their weights in the units of the columns: P(class) = σ(w · x + b), softmax of several classes"
            found.append((title, ("model", "class", *linear[0][1].features, "b"), linear_models.rows(linear)))
        return found

    def _class_table(self) -> Table:
        columns = ("class", "rows", "precision", "95 %", "recall", "95 %", "f1", "95 %")
        rows: list[list[Any]] = []
        for each, around in zip(self.classes, self.class_intervals, strict=True):
            pairs = ((each.precision, around.precision), (each.recall, around.recall), (each.f1, around.f1))
            rows.append([each.name, each.support, *(cell for value, pair in pairs for cell in (value, in_words(pair)))])
        return "classes", columns, rows

    def _mistakes(self, names: Sequence[str]) -> Table:
        if self.confusion is not None and len(names) <= scores.MANY_CLASSES:
            rows = [[name, *map(int, row)] for name, row in zip(names, self.confusion, strict=True)]
            return "confusion matrix (a row for each true class)", ("true \\ predicted", *names), rows
        rows = [[each.true, each.predicted, each.rows, each.support] for each in self.mistakes]
        return "the most frequent mistakes", ("true", "predicted", "rows", "of"), rows

    def _importance_table(self) -> Table:
        worse = in_words_of_score(self.confusion is not None)
        rows: list[list[Any]] = [[each.name, each.mean, each.sd] for each in self.importance]
        return "importance of the columns, by permuting each between the rows", ("column", worse, "± sd"), rows

    @property
    def compared(self) -> tuple[str, float]:
        """The score by which models are compared, and its value: accuracy, R² of a regression, or D² of counts."""
        if not self.regression:
            return "accuracy", self.value
        score, name = ("D²", "d2_score") if "d2_score" in self.regression else ("R²", "r2_score")
        return score, self.regression[name]

    def _baseline_table(self, model: str) -> Table:
        score, value = self.compared
        rows: list[list[Any]] = [[model, value, "", ""]]
        rows += [[each.name, each.score, each.train_rows, round(each.seconds, 2)] for each in self.baselines]
        split = f"the {self.split} split" if self.split in ("train", "validation", "test") else self.split
        return f"baselines on {split}", ("model", score, "trained on rows", "seconds"), rows


def in_words(interval: intervals.Interval) -> str:
    """Return an interval as tables show it."""
    low, high = interval
    return f"{shown_number(low)} to {shown_number(high)}"


def evaluate_file(
    run_dir: RunDir, file: Path, with_baselines: bool = False, with_importance: bool = False
) -> Evaluation:
    """Score a run on a file with labels; only baselines need the data of the training. Raises as `evaluate` does."""
    saved = load_model(run_dir)
    split = read_labelled(saved, file)
    fitted = baselines(same_data(run_dir), split, saved.resolved.experiment.seed) if with_baselines else []
    scorer = Scorer.restored(saved, split.x)
    return _evaluation(scorer, str(file), split, fitted, _importance(scorer, split, saved) if with_importance else [])


def evaluate(
    run_dir: RunDir, split_name: str | None, with_baselines: bool = False, with_importance: bool = False
) -> Evaluation:
    """Score a run on one of its splits, by default the last of training, validation and test that exists.

    A test split that the config holds back is scored only where it is named.

    Raises ConfigError when the run has no such split or no columns, DataError when the data are not those of the
    training, and NNTrainError as `load_model` does.
    """
    data = same_data(run_dir)
    return evaluate_saved(load_model(run_dir), data, split_name, with_baselines, with_importance)


def evaluate_saved(
    saved: SavedModel, data: Dataset, split_name: str | None, with_baselines: bool, with_importance: bool = False
) -> Evaluation:
    """Score a model that was loaded before, with the data of its training, as `evaluate` does."""
    name = name_of_split(saved, data, split_name)
    refuse_large_batch(saved.resolved, len(data.splits[name]))
    scorer = Scorer.restored(saved, data.train.x)
    fitted = baselines(data, data.splits[name], saved.resolved.experiment.seed) if with_baselines else []
    importance = _importance(scorer, data.splits[name], saved) if with_importance else []
    return _evaluation(scorer, name, data.splits[name], fitted, importance)


def _importance(scorer: Scorer, split: Split, saved: SavedModel) -> list[ColumnImportance]:
    """Return the importance of the columns; raises ConfigError where a row has another shape."""
    schema = saved.resolved.schema
    if len(schema.shape) != 1:
        shape = " x ".join(map(str, schema.shape))
        raise ConfigError(f"`--importance` is of columns, and a row of the run has {shape} values", help="leave it out")
    return importances(scorer, split, columns_of(schema.features, schema.shape[0], saved.table))


def name_of_split(saved: SavedModel, data: Dataset, split_name: str | None) -> str:
    """Return the split to score, by default the last that exists and is not held back; raises ConfigError as above."""
    held = saved.resolved.experiment.data.hold_out_test and split_name is None
    last = [name for name in data.splits if not (held and name == "test")][-1]
    if (name := split_name or last) not in data.splits:
        raise ConfigError(f"the run has no {name} split", help=f"use `--split {last}`")
    return name


def same_data(run_dir: RunDir) -> Dataset:
    """Return the run's data; raises DataError unless they are those of its training."""
    data = load_data(load_run(run_dir))
    refuse_other_data(run_dir, data)
    return data


def refuse_other_data(run_dir: RunDir, data: Dataset) -> None:
    """Raise DataError unless these are the data that the run was trained on."""
    if data.digest != run_dir.read_json(run_files.ENVIRONMENT).get("data_sha256"):
        message = f"the data are not those that `{run_dir}` was trained on"
        raise DataError(
            message, help=f"restore the data, or score other rows with `nntrain eval {run_dir} --data FILE`"
        )


def _evaluation(
    scorer: Scorer, name: str, split: Split, fitted: list[Baseline], importance: list[ColumnImportance]
) -> Evaluation:
    schema = scorer.resolved.schema
    raw, classes = scorer.program.predict(split.x), schema.classes
    predicted = scorer.decided(scorer.scores(raw))
    confusion = scores.confusion_matrix(split.y, predicted, len(classes)) if classes else None
    each = predicted == split.y if classes else np.abs(predicted - split.y).mean(axis=1, dtype="float64")
    metrics, interval = scorer.evaluate(split), scores.bootstrap_interval(each)
    of_numbers, around_numbers = ({}, {}) if classes else _of_numbers(split.y, predicted, schema.counts)
    known = {"accuracy": interval} if classes else around_numbers  # the same metric has the same interval
    around = of_metrics(scorer, scorer.arrays(split).y, raw, metrics["loss"], known) | known
    return Evaluation(
        split=name,
        rows=len(split),
        metrics=metrics,
        score="accuracy" if classes else "mean absolute error",
        value=float(each.mean()),
        interval=interval,
        classes=scores.class_table(split.y, predicted, classes) if classes else [],
        confusion=confusion,
        mistakes=scores.most_confused(split.y, predicted, classes) if classes else [],
        baselines=fitted,
        regression=of_numbers,
        metric_classes=scorer.resolved.metric_classes,
        class_intervals=[] if confusion is None else intervals.of_classes(confusion),
        regression_intervals=around_numbers,
        metric_intervals={name: around[name] for name in metrics if name in around},
        importance=importance,
    )


def _of_numbers(
    y: np.ndarray, predicted: np.ndarray, counts: bool
) -> tuple[dict[str, float], dict[str, intervals.Interval]]:
    """Return the metrics of numbers, and of counts, with their intervals; y and predicted: (n, targets)."""
    found, around = scores.regression_scores(y, predicted), intervals.of_regression(y, predicted)
    if counts:
        found, around = found | scores.count_scores(y, predicted), around | intervals.of_counts(y, predicted)
    return found, around
