"""Keras's metrics; `accuracy` is the one that fits labels and output layer."""

from collections.abc import Iterable, Sequence
from math import inf
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator, WithJsonSchema

from nntrain.config.foreign_names import METRICS
from nntrain.config.messages import got, problem
from nntrain.config.named import Named, snake_case
from nntrain.config.value_types import PositiveInt, Share, Text, is_whole, omitted

# What nntrain writes beside the metrics: columns of metrics.csv, and keys of the JSON line of an epoch.
RESERVED_COLUMNS = ("epoch", "seconds", "learning_rate", "loss", "regularization_loss", "version", "event", "run")


def _class_id(value: Any) -> int | str:
    if is_whole(value, 0) or (isinstance(value, str) and value):
        return value  # type: ignore[no-any-return]
    raise problem(f"`class_id` must be the name of a class, or its number from 0, got {got(value)}", "write `0`")


ClassId = Annotated[
    int | str,
    PlainValidator(_class_id),
    WithJsonSchema({"type": ["integer", "string"], "minimum": 0, "minLength": 1}),
]


class Metric(Named):
    """The family of metrics. `task` is the kind of data that it can score, `bounds` are its least and largest value."""

    noun = "metric"
    absent = METRICS
    has_plugins = True
    several = True
    task: ClassVar[Literal["classes", "numbers", "any"]] = "classes"
    default_name: ClassVar[str] = ""  # where Keras's is not its identifier
    better: ClassVar[Literal["min", "max"]] = "max"
    bounds: ClassVar[tuple[float, float]] = (0.0, 1.0)
    name: Text = omitted

    @property
    def column(self) -> str:
        """Its name in metrics.csv."""
        return self.name or self.default_name or snake_case(self.called())

    def scored_class(self, classes: Sequence[str]) -> int | None:
        """Return the index of the class that it is of; None where it is of all classes."""
        return None


class Accuracy(Metric):
    """Share of examples whose class is predicted correctly."""

    aliases = ("acc", "BinaryAccuracy", "CategoricalAccuracy", "SparseCategoricalAccuracy")


class TopK(Metric):
    """Share of examples whose class is among the k most probable."""

    aliases = ("TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy", "top_k")
    shorthand = "k"
    default_name = "top_k_accuracy"
    k: PositiveInt = 5


class _OfOneClass(Metric):
    """A metric that can be of one class; of two classes it is of the second where nothing else is chosen."""

    class_id: ClassId = omitted

    def scored_class(self, classes: Sequence[str]) -> int | None:
        """Return the index of the class that it is of; None where it is averaged over the classes."""
        if isinstance(self.class_id, str):
            return list(classes).index(self.class_id)
        return self._second(classes) if self.class_id is None else self.class_id

    def _second(self, classes: Sequence[str]) -> int | None:
        return 1 if len(classes) == 2 and getattr(self, "average", None) is None else None


class _Thresholds(_OfOneClass):
    average: Literal["macro", "micro", "weighted"] = omitted
    thresholds: Share = omitted
    top_k: PositiveInt = omitted


class Precision(_Thresholds):
    """Share of the examples predicted as a class that belong to it."""


class Recall(_Thresholds):
    """Share of the examples of a class that are predicted as it."""


class F1Score(_OfOneClass):
    """Harmonic mean of precision and recall, averaged over the classes unless it is of one."""

    average: Literal["macro", "micro", "weighted"] = omitted
    threshold: Annotated[float, Field(gt=0, le=1)] = omitted

    def _second(self, classes: Sequence[str]) -> None:
        return None


class AUC(_OfOneClass):
    """Area under the ROC curve, or average precision (PR), of each class against the rest."""

    curve: Literal["ROC", "PR"] = omitted
    num_thresholds: Annotated[int, Field(ge=2, le=100_000)] = omitted
    summation_method: Literal["interpolation", "minoring", "majoring"] = omitted

    def _second(self, classes: Sequence[str]) -> int | None:
        # The ROC curves of two classes have the same area.
        return 1 if len(classes) == 2 and self.curve == "PR" else None


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


class PoissonDeviance(Metric):
    """Mean of 2 (t log(t / y) - t + y), for counts: 0 where all are met (McCullagh and Nelder 1989). Ours."""

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
    if metrics is None:
        members = [member for member in Metric.members().values() if not member.needs_options()]
        metrics = [member.model_validate({}) for member in members]
    return next((metric for metric in metrics if metric.column == column), None)


def direction(monitor: str, metrics: Iterable[Metric] | None) -> Literal["min", "max"]:
    """Return whether less or more of a monitored value is better; one that is not a metric is a loss."""
    metric = find_metric(monitor.removeprefix("val_"), metrics)
    return metric.better if metric else "min"
