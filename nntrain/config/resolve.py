"""The experiment with nothing left out: the rest is chosen from the data as the lectures teach it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nntrain.config.data import Nothing
from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.kept_epoch import default_save, judge
from nntrain.config.keras import layers, losses, metrics
from nntrain.config.keras.callbacks import SwapEMAWeights
from nntrain.config.keras.table_layers import OF_TARGETS, LogLink, PlaneFeatures, TableEncoding
from nntrain.config.output_layer import OutputLayer, find_output_layer
from nntrain.config.shapes import output_shape
from nntrain.config.train import Train
from nntrain.errors import Path

DEFAULT_EPOCHS = 10
Labels = Literal["index", "one_hot", "binary", "number"]


@dataclass(frozen=True)
class Resolved:
    """An experiment with nothing left out.

    `front` and `added` are the layers at the beginning and at the end of its model that the user left out. The paths of
    `output` are those in the user's model, with the added layers at its end.
    """

    experiment: Experiment
    schema: Schema
    output: OutputLayer
    added: tuple[layers.Layer, ...]
    front: tuple[layers.Layer, ...]

    def as_written(self, path: Path) -> Path:
        """Return a path of the experiment in the user's config; an added layer in front has that of the first one."""
        section, index = (*path, None, None)[:2]
        if not self.front or section != "model" or not isinstance(index, int):
            return path
        written = index - len(self.front)
        return ("model", written, *path[2:]) if written >= 0 else ("model", 0)

    @property
    def train(self) -> Train:
        return self.experiment.train

    @property
    def constant_rate(self) -> float | None:
        """The learning rate where it is a number; None for a schedule, and for Keras's default."""
        rate = self.train.optimizer.learning_rate
        return rate if isinstance(rate, float) else None

    @property
    def of_member(self) -> "Resolved":
        """What one member of an ensemble is; without an ensemble the same."""
        if self.train.ensemble is None:
            return self
        train = self.train.model_copy(update={"ensemble": None})
        return replace(self, experiment=self.experiment.model_copy(update={"train": train}))

    @property
    def labels(self) -> Labels:
        """How the loss takes the labels: class indices, one-hot rows, 0 and 1 for a single unit, or plain numbers."""
        if not self.schema.classes:
            return "number"
        if self.output.units == 1:
            return "binary"
        return "index" if self.train.loss.labels == "index" else "one_hot"

    @property
    def are_logits(self) -> bool:
        """Whether the model's output still needs a sigmoid or a softmax to be probabilities."""
        return self.output.activation == "linear" and bool(getattr(self.train.loss, "from_logits", False))

    @property
    def are_probabilities(self) -> bool:
        """Whether the model predicts probabilities of classes, and not scores such as those of a linear output."""
        return bool(self.schema.classes) and (self.are_logits or self.output.activation in ("sigmoid", "softmax"))

    @property
    def is_weighted(self) -> bool:
        """Whether training rows count by weights: those of their classes, or of a column."""
        return self.train.class_weight is not None or getattr(self.experiment.data, "weight", None) is not None

    @property
    def takes_missing(self) -> bool:
        """Whether a layer replaces the missing values of a table."""
        return any(isinstance(layer, TableEncoding) for _, layer in layers.walk(self.experiment.model))

    @property
    def threshold(self) -> float:
        """Above which output a single unit predicts the second class: 0 between labels of -1 and 1, else 0.5."""
        return 0.0 if isinstance(self.train.loss, losses.Hinge) and not self.are_probabilities else 0.5

    @property
    def metric_classes(self) -> dict[str, str]:
        """The name of the class of each metric that is of one class, by column."""
        classes = self.schema.classes
        of_one = {metric.column: metric.scored_class(classes) for metric in self.train.metrics}
        return {column: classes[index] for column, index in of_one.items() if index is not None}

    def batch_size(self, rows: int) -> int:
        """Return the rows in a step, which are never more than the training rows."""
        return rows if self.train.batch_size == "full" else min(int(self.train.batch_size), rows)

    def steps_per_epoch(self, rows: int) -> int:
        """Return the steps in an epoch over this many training rows; the last step may have fewer."""
        return -(-rows // self.batch_size(rows))

    def updates(self, rows: int) -> int:
        """Return the number of times that a training on this many rows changes the weights; an accumulation is once."""
        steps = self.train.steps or (self.train.epochs or 0) * self.steps_per_epoch(rows)
        return steps // (self.train.optimizer.gradient_accumulation_steps or 1)


def resolve(experiment: Experiment, schema: Schema) -> Resolved:
    """Return the experiment with output layer, loss, metrics, monitor and length written out."""
    written = find_output_layer(experiment.model, schema)
    output, added = (written, ()) if written else _output_layer(experiment.model, schema)
    if schema.counts and output.activation == "linear" and not _ends_with(experiment.model, OF_TARGETS):
        added = (*added, LogLink())
    train = _resolved_train(experiment, output, schema)
    front = _first_layers(experiment, schema)
    written_out = experiment.model_copy(update={"model": [*front, *experiment.model, *added], "train": train})
    return Resolved(written_out, schema, output, added, front)


def _first_layers(experiment: Experiment, schema: Schema) -> tuple[layers.Layer, ...]:
    """Return the layers to add in front for a table: the one that encodes it, and the one of its `features`."""
    features = getattr(experiment.data, "features", None) if schema.sizes else None
    written = any(isinstance(layer, PlaneFeatures) for _, layer in layers.walk(experiment.model))
    of_plane = (PlaneFeatures(features=features),) if features and not written else ()
    return (*_encoding(experiment, schema), *of_plane)


def _encoding(experiment: Experiment, schema: Schema) -> tuple[layers.Layer, ...]:
    """Return the layer to add that encodes a table: where it has more than numbers, or nothing scales these."""
    if not schema.sizes or not getattr(experiment.data, "encode", False):
        return ()
    if any(isinstance(layer, TableEncoding) for _, layer in layers.walk(experiment.model)):
        return ()
    only_numbers = not any(schema.sizes) and not schema.has_missing
    return () if only_numbers and isinstance(experiment.model[0], layers.Normalization) else (TableEncoding(),)


def _ends_with(model: Sequence[layers.Layer], kinds: tuple[type[layers.Layer], ...]) -> bool:
    *_, (_, last) = layers.walk(tuple(model))
    return isinstance(last, kinds)


def _output_layer(model: Sequence[layers.Layer], schema: Schema) -> tuple[OutputLayer, tuple[layers.Layer, ...]]:
    """Return the output layer for the data, and all layers to add: softmax, a sigmoid for two classes, or linear."""
    kinds = {
        "regression": ("linear", schema.target_count),
        "counts": ("linear", schema.target_count),
        "binary": ("sigmoid", 1),
        "multiclass": ("softmax", len(schema.classes)),
    }
    activation, units = kinds[schema.task]
    dense = layers.Dense.model_validate({"units": units, "activation": activation})
    added = (layers.Flatten(), dense) if len(output_shape(model, schema.shape)) > 1 else (dense,)
    path: Path = ("model", len(model) + len(added) - 1, dense.called())
    return OutputLayer(path, activation, units, path), added


def _resolved_train(experiment: Experiment, output: OutputLayer, schema: Schema) -> Train:
    train = experiment.train
    chosen: dict[str, object] = {}
    if train.epochs is None and train.steps is None:
        chosen["epochs"] = DEFAULT_EPOCHS
    if train.precision == "auto":
        chosen["precision"] = "float32"
    if train.loss is None:
        chosen["loss"] = _default_loss(output, schema)
    if train.metrics is None:
        chosen["metrics"] = [_default_metric(schema)]
    if train.save is None:
        chosen["save"] = default_save(train.callbacks, not isinstance(experiment.data.validation, Nothing))
    if train.optimizer.use_ema and not any(isinstance(callback, SwapEMAWeights) for callback in train.callbacks):
        chosen["callbacks"] = [SwapEMAWeights(), *train.callbacks]
    if train.monitor is None:
        chosen["monitor"] = default_monitor(experiment)
    return train.model_copy(update=chosen)


def _default_loss(output: OutputLayer, schema: Schema) -> losses.Loss:
    """Return the cross-entropy for classes, in the form that fits the output; squared error for numbers, not counts."""
    if not schema.classes:
        return losses.Poisson() if schema.counts else losses.MeanSquaredError()
    if output.activation == "heaviside":
        return losses.HalfSquaredError()  # with which it learns by the perceptron rule
    binary = output.units == 1 or output.activation == "sigmoid"
    kind: type[losses.Loss] = losses.BinaryCrossentropy if binary else losses.SparseCategoricalCrossentropy
    return kind.model_validate({"from_logits": True} if output.activation == "linear" else {})


def default_monitor(experiment: Experiment) -> str:
    """Return the metric that decides which epoch's model is kept: that of early stopping, else the loss."""
    if decides := judge(experiment.train.callbacks):
        return str(decides.monitor)
    return "loss" if isinstance(experiment.data.validation, Nothing) else "val_loss"


def _default_metric(schema: Schema) -> metrics.Metric:
    return metrics.Accuracy() if schema.classes else metrics.MeanAbsoluteError()


def columns(experiment: Experiment, schema: Schema | None) -> set[str] | None:
    """Return the metrics in metrics.csv that can be monitored; None where they depend on data that are not read yet."""
    chosen = experiment.train.metrics
    if chosen is None and schema is not None:
        chosen = [_default_metric(schema)]
    if chosen is None:
        return None
    names = {"loss", *(metric.column for metric in chosen)}
    if has_penalty(experiment):
        names.add("regularization_loss")
    if not isinstance(experiment.data.validation, Nothing):
        names |= {f"val_{name}" for name in names}
    return names


def has_penalty(experiment: Experiment) -> bool:
    """Return whether the weights or the outputs of a layer add to the loss."""
    return experiment.train.regularizer is not None or any(
        value is not None
        for _, layer in layers.walk(experiment.model)
        for name, value in layer.written().items()
        if name.endswith("_regularizer")
    )


def without_penalties(experiment: Experiment) -> Experiment:
    """Return the experiment with the same layers, none of which adds to the loss."""

    def plain(layer: layers.Layer) -> layers.Layer:
        penalties = [name for name in layer.written() if name.endswith("_regularizer")]
        return layer.model_copy(update=dict.fromkeys(penalties))

    return experiment.model_copy(update={"model": [plain(layer) for _, layer in layers.walk(experiment.model)]})
