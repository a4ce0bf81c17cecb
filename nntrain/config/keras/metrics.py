"""Keras's metrics; `accuracy` is the one that fits labels and output layer."""

from collections.abc import Iterable
from math import inf
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nntrain.config.named import Named, snake_case
from nntrain.config.value_types import NonNegativeInt, PositiveInt, Share, Text, omitted


class Metric(Named):
    """The family of metrics. `task` is the kind of data that it can score, `bounds` are its least and largest value."""

    noun = "metric"
    several = True
    task: ClassVar[Literal["classes", "numbers"]] = "classes"
    default_name: ClassVar[str] = ""  # where Keras's is not its identifier
    better: ClassVar[Literal["min", "max"]] = "max"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    name: Text = omitted

    @property
    def column(self) -> str:
        """Its name in metrics.csv."""
        return self.name or self.default_name or snake_case(self.called())


class Accuracy(Metric):
    """Share of examples whose class is predicted correctly."""

    aliases = ("acc", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy")


class TopK(Metric):
    """Share of examples whose class is among the k most probable."""

    aliases = ("TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy", "top_k")
    shorthand = "k"
    default_name = "top_k_accuracy"
    k: PositiveInt = 5


class _Thresholds(Metric):
    thresholds: Share = omitted
    top_k: PositiveInt = omitted
    class_id: NonNegativeInt = omitted


class Precision(_Thresholds):
    """Share of the examples predicted as a class that belong to it."""


class Recall(_Thresholds):
    """Share of the examples of a class that are predicted as it."""


class F1Score(Metric):
    """Harmonic mean of precision and recall, averaged over the classes."""

    average: Literal["macro", "micro", "weighted"] = "macro"
    threshold: Annotated[float, Field(gt=0, le=1)] = omitted


class AUC(Metric):
    """Area under the ROC or precision-recall curve, each class against the rest."""

    curve: Literal["ROC", "PR"] = omitted
    num_thresholds: PositiveInt = omitted
    summation_method: Literal["interpolation", "minoring", "majoring"] = omitted


class MeanSquaredError(Metric):
    """Mean of (t - y)²."""

    aliases = ("mse",)
    task = "numbers"
    better = "min"
    bounds = (0.0, inf)


class MeanAbsoluteError(Metric):
    """Mean of |t - y|."""

    aliases = ("mae",)
    task = "numbers"
    better = "min"
    bounds = (0.0, inf)


class RootMeanSquaredError(Metric):
    """Root of the mean of (t - y)²."""

    aliases = ("rmse",)
    task = "numbers"
    better = "min"
    bounds = (0.0, inf)


class R2Score(Metric):
    """Share of the variance that is explained; predicting the mean scores 0."""

    aliases = ("r2", "R2")
    task = "numbers"
    bounds = (-inf, 1.0)


def find_metric(column: str, metrics: Iterable[Metric] | None) -> Metric | None:
    """Return the metric that is called so in metrics.csv; where none are chosen, of all with their own names."""
    known = (member.model_validate({}) for member in Metric.members().values()) if metrics is None else metrics
    return next((metric for metric in known if metric.column == column), None)


def direction(monitor: str, metrics: Iterable[Metric] | None) -> Literal["min", "max"]:
    """Return whether less or more of a monitored value is better; one that is not a metric is a loss."""
    metric = find_metric(monitor.removeprefix("val_"), metrics)
    return metric.better if metric else "min"
