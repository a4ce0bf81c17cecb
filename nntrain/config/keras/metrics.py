"""Keras's metrics; `accuracy` is the one that fits labels and head."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nntrain.config.named import Named
from nntrain.config.section import omitted
from nntrain.config.value_types import NonNegativeInt, PositiveInt, Share, Text


class Metric(Named):
    """The family of metrics. `task` says which data it can score."""

    noun = "metric"
    several = True
    task: ClassVar[Literal["classes", "numbers", "any"]] = "any"
    default_name: ClassVar[str] = ""
    better: ClassVar[Literal["min", "max"]] = "max"
    name: Text = omitted

    @property
    def column(self) -> str:
        """Its name in metrics.csv."""
        return self.name or self.default_name


class Accuracy(Metric):
    """Share of examples whose class is predicted right."""

    task = "classes"
    aliases = ("acc", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy")
    default_name = "accuracy"


class TopK(Metric):
    """Share of examples whose class is among the k most probable."""

    task = "classes"
    aliases = ("TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy", "top_k")
    shorthand = "k"
    default_name = "top_k_accuracy"
    k: PositiveInt = 5


class _Thresholds(Metric):
    task = "classes"
    thresholds: Share = omitted
    top_k: PositiveInt = omitted
    class_id: NonNegativeInt = omitted


class Precision(_Thresholds):
    """Of what was predicted as the class, the share that is."""

    default_name = "precision"


class Recall(_Thresholds):
    """Of what is the class, the share that was predicted."""

    default_name = "recall"


class F1Score(Metric):
    """Harmonic mean of precision and recall, averaged over the classes."""

    task = "classes"
    default_name = "f1_score"
    average: Literal["macro", "micro", "weighted"] = "macro"
    threshold: Annotated[float, Field(gt=0, le=1)] = omitted


class AUC(Metric):
    """Area under the ROC or precision-recall curve, by classes against the rest."""

    task = "classes"
    default_name = "auc"
    curve: Literal["ROC", "PR"] = omitted
    num_thresholds: PositiveInt = omitted
    summation_method: Literal["interpolation", "minoring", "majoring"] = omitted


class MeanSquaredError(Metric):
    """Mean of (t - y)²."""

    aliases = ("mse",)
    task = "numbers"
    default_name = "mean_squared_error"
    better = "min"


class MeanAbsoluteError(Metric):
    """Mean of |t - y|."""

    aliases = ("mae",)
    task = "numbers"
    default_name = "mean_absolute_error"
    better = "min"


class RootMeanSquaredError(Metric):
    """Root of the mean of (t - y)²."""

    aliases = ("rmse",)
    task = "numbers"
    default_name = "root_mean_squared_error"
    better = "min"


class R2Score(Metric):
    """Share of the variance that is explained; 0 is the mean as prediction."""

    aliases = ("r2", "R2")
    task = "numbers"
    default_name = "r2_score"


def direction(monitor: str, metrics: Iterable[Metric]) -> Literal["min", "max"]:
    """Whether less or more of a figure is better; what is no metric is a loss."""
    plain = monitor.removeprefix("val_")
    return next((metric.better for metric in metrics if metric.column == plain), "min")
