"""The metrics of a trained model on one split of its data."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nntrain.config.load import load_run
from nntrain.data.dataset import Dataset, load_data, sha256
from nntrain.data.examples import Split
from nntrain.errors import ConfigError, DataError
from nntrain.evaluation import intervals, linear_models, scores
from nntrain.evaluation.baselines import Baseline, baselines
from nntrain.evaluation.labelled import read_labelled
from nntrain.model.restore import SavedModel, load_model
from nntrain.storage import run_files
from nntrain.storage.run_dir import RunDir
from nntrain.terminal import shown_number
from nntrain.training.memory import refuse_large_batch
from nntrain.training.scorer import Scorer

Table = tuple[str, Sequence[str], list[list[Any]]]  # title, columns, rows


@dataclass(frozen=True)
class Evaluation:
    """What `evaluate` returns.

    `metrics` are the loss and the metrics of the config. `value` is the score that `score` names, accuracy or the mean
    absolute error of a regression, and `interval` its 95 % bootstrap interval. `classes`, `confusion` and
    `mistakes` (the most frequent ones) are for classes, `regression` for numbers. `metric_classes` holds the class of
    each metric that is of one. `class_intervals` and `regression_intervals` are 95 % bootstrap intervals.
    """

    split: str
    rows: int
    metrics: dict[str, float]
    score: str
    value: float
    interval: tuple[float, float]
    classes: list[scores.ClassScore]
    confusion: np.ndarray | None
    mistakes: list[scores.Mistake]
    baselines: list[Baseline]
    regression: dict[str, float]
    metric_classes: dict[str, str]
    class_intervals: list[intervals.OfClass]
    regression_intervals: dict[str, intervals.Interval]

    def as_json(self) -> dict[str, Any]:
        """Return all of it for `--json`, where the metrics have the key `figures`."""
        fields = asdict(self)
        fields["confusion"] = None if self.confusion is None else self.confusion.tolist()
        return {"figures" if name == "metrics" else name: value for name, value in fields.items()}

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

    def _baseline_table(self, model: str) -> Table:
        score, value = ("R²", self.regression["r2_score"]) if self.regression else ("accuracy", self.value)
        rows: list[list[Any]] = [[model, value, "", ""]]
        rows += [[each.name, each.score, each.train_rows, round(each.seconds, 2)] for each in self.baselines]
        split = f"the {self.split} split" if self.split in ("train", "validation", "test") else self.split
        return f"baselines on {split}", ("model", score, "trained on rows", "s"), rows


def in_words(interval: intervals.Interval) -> str:
    """Return an interval as tables show it."""
    low, high = interval
    return f"{shown_number(low)} to {shown_number(high)}"


def evaluate_file(run_dir: RunDir, file: Path, with_baselines: bool) -> Evaluation:
    """Score a run on a file with labels; only baselines need the data of the training. Raises as `evaluate` does."""
    saved = load_model(run_dir)
    split = read_labelled(saved, file)
    fitted = baselines(same_data(run_dir), split, saved.resolved.experiment.seed) if with_baselines else []
    return _evaluation(Scorer.restored(saved, split.x), str(file), split, fitted)


def evaluate(run_dir: RunDir, split_name: str | None, with_baselines: bool) -> Evaluation:
    """Score a run on one of its splits, by default the last of training, validation and test that exists.

    A test split that the config holds back is scored only where it is named.

    Raises ConfigError when the run has no such split, DataError when the data are not those of the training, and
    NNTrainError as `load_model` does.
    """
    data = same_data(run_dir)
    return evaluate_saved(load_model(run_dir), data, split_name, with_baselines)


def evaluate_saved(saved: SavedModel, data: Dataset, split_name: str | None, with_baselines: bool) -> Evaluation:
    """Score a model that was loaded before, with the data of its training, as `evaluate` does."""
    name = name_of_split(saved, data, split_name)
    refuse_large_batch(saved.resolved, len(data.splits[name]))
    scorer = Scorer.restored(saved, data.train.x)
    fitted = baselines(data, data.splits[name], saved.resolved.experiment.seed) if with_baselines else []
    return _evaluation(scorer, name, data.splits[name], fitted)


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
    if sha256(data) != run_dir.read_json(run_files.ENVIRONMENT).get("data_sha256"):
        message = f"the data are not those that `{run_dir}` was trained on"
        raise DataError(message, help="restore the data, or score other rows with `--data FILE`")


def _evaluation(scorer: Scorer, name: str, split: Split, fitted: list[Baseline]) -> Evaluation:
    predicted, classes = scorer.predicted(split.x), scorer.resolved.schema.classes
    confusion = scores.confusion_matrix(split.y, predicted, len(classes)) if classes else None
    each = predicted == split.y if classes else np.abs(predicted - split.y).mean(axis=1, dtype="float64")
    return Evaluation(
        split=name,
        rows=len(split),
        metrics=scorer.evaluate(split),
        score="accuracy" if classes else "mean absolute error",
        value=float(each.mean()),
        interval=scores.bootstrap_interval(each),
        classes=scores.class_table(split.y, predicted, classes) if classes else [],
        confusion=confusion,
        mistakes=scores.most_confused(split.y, predicted, classes) if classes else [],
        baselines=fitted,
        regression={} if classes else scores.regression_scores(split.y, predicted),
        metric_classes=scorer.resolved.metric_classes,
        class_intervals=[] if confusion is None else intervals.of_classes(confusion),
        regression_intervals={} if classes else intervals.of_regression(split.y, predicted),
    )
