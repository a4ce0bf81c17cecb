"""Rules that can depend on the data: about monitored metrics, the output layer and the loss."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from nntrain.config import class_weight
from nntrain.config.data import Nothing
from nntrain.config.data_schema import Labels, Schema
from nntrain.config.experiment import Experiment
from nntrain.config.keras import layers, losses, table_layers
from nntrain.config.keras.callbacks import Callback
from nntrain.config.keras.weights import Constant, Ones, Zeros
from nntrain.config.messages import counted, listed
from nntrain.config.metric_names import meant_column
from nntrain.config.output_layer import OutputLayer, after_output_layer, expected_units, find_output_layer
from nntrain.config.resolve import Resolved, columns
from nntrain.config.train import Train
from nntrain.document.yaml_file import inline
from nntrain.errors import Path, Problem


@dataclass(frozen=True)
class CheckedExperiment:
    """An experiment to check, with its output layer (written, or to be added) and its schema if they are known."""

    experiment: Experiment
    output: OutputLayer | None
    schema: Schema | None = None

    @classmethod
    def of(cls, experiment: Experiment, resolved: Resolved | None) -> "CheckedExperiment":
        """Return the experiment as it is written, with what is known of it when it is resolved."""
        if resolved is None:
            return cls(experiment, find_output_layer(experiment.model, None))
        return cls(experiment, resolved.output, resolved.schema)

    @property
    def train(self) -> Train:
        return self.experiment.train

    @property
    def labels(self) -> Labels | None:
        """What the labels are, if that is known."""
        if self.schema is None:
            return self.experiment.data.known_labels
        return "classes" if self.schema.classes else "numbers"

    def callbacks(self) -> Iterator[tuple[Path, Callback]]:
        for index, callback in enumerate(self.train.callbacks):
            yield ("train", "callbacks", index, callback.called()), callback


Rule = Callable[[CheckedExperiment], Iterator[Problem]]


def _monitors(subject: CheckedExperiment) -> Iterator[Problem]:
    """A monitored metric must be a column that this run writes."""
    known = columns(subject.experiment, subject.schema)
    for path, name, written in _monitored(subject):
        if known is None or name in known:
            continue
        if name.startswith("val_") and isinstance(subject.experiment.data.validation, Nothing):
            source = subject.experiment.data.called()
            help = f"give `data.{source}.validation` a share such as `0.1`, or monitor `{name[4:]}`"
            message = f"`{name}` is monitored, but there is no validation split"
            yield Problem(message, path, help, on_key=not written)
            continue
        meant = meant_column(name, known) if written else ""
        help = f"write `{meant}`" if meant else f"monitor one of {listed(sorted(known))}"
        yield Problem(f"no metric of this run is called `{name}`", path, help, on_key=not written)


def _monitored(subject: CheckedExperiment) -> Iterator[tuple[Path, str, bool]]:
    """Yield the path and the name of each metric that is monitored, and whether the user wrote the name."""
    if subject.train.monitor is not None:
        yield ("train", "monitor"), subject.train.monitor, True
    for path, callback in subject.callbacks():
        if monitor := getattr(callback, "monitor", None):
            yield (*path, "monitor"), monitor, "monitor" in callback.model_fields_set


def _dropout_after_output(subject: CheckedExperiment) -> Iterator[Problem]:
    output = subject.output
    for path, layer in after_output_layer(subject.experiment.model, output) if output else ():
        message = f"`{layer.called()}` after the output layer would drop predictions"
        yield Problem(message, path, "move it before the output layer", on_key=True)


def _equal_kernels(subject: CheckedExperiment) -> Iterator[Problem]:
    """Units with equal initial weights get equal gradients and stay equal."""
    for path, layer in layers.walk(subject.experiment.model):
        if subject.output is not None and path == subject.output.path:
            continue
        kernel = getattr(layer, "kernel_initializer", None)
        several = max(getattr(layer, "units", 1), getattr(layer, "filters", 1)) > 1
        if several and isinstance(kernel, (Constant, Zeros, Ones)):
            message = f"with `{kernel.called()}` all units of this hidden layer stay equal"
            yield Problem(message, (*path, "kernel_initializer"), "write `glorot_uniform` or `he_normal`")


def _wrong_output_units(subject: CheckedExperiment) -> Iterator[Problem]:
    output, schema = subject.output, subject.schema
    if schema is None or output is None or output.units is None or _units_fit(output, schema):
        return
    if output.is_one_softmax and schema.task != "multiclass":
        return
    ask = counted(len(schema.classes), "class") if schema.classes else counted(schema.target_count, "target")
    message = f"the output layer has {counted(output.units, 'unit')}, but the data have {ask}"
    yield Problem(
        message, (*output.units_path, "units"), _help_for_units(subject, output, _units_for(output, schema)[0])
    )


def _help_for_units(subject: CheckedExperiment, output: OutputLayer, units: int) -> str:
    """Return the help for an output layer of another size; one that names no activation may be a hidden layer."""
    last = next(layer for path, layer in layers.walk(subject.experiment.model) if path == output.units_path)
    if output.path != output.units_path or "activation" in last.model_fields_set:
        return f"write `units: {units}`, or leave the output layer out"
    hidden = {**last.written(), "activation": "relu"}
    line = inline({"Dense": hidden})[1:-1] if len(hidden) == 2 else "activation: relu"
    return f"write `units: {units}`, or `{line}` if it is a hidden layer"


def _softmax_over_one_unit(subject: CheckedExperiment) -> Iterator[Problem]:
    """The probabilities of softmax sum to 1, so that of a single unit is always 1."""
    output, schema = subject.output, subject.schema
    if output is None or not output.is_one_softmax or (schema is not None and schema.task == "multiclass"):
        return
    right = "linear" if subject.labels == "numbers" else "sigmoid"
    layer = next(layer for path, layer in layers.walk(subject.experiment.model) if path == output.path)
    has_option = "activation" in type(layer).model_fields
    path = (*output.path, "activation") if has_option else output.path
    help = f"write `{right}`" if has_option else f"write `Activation: {right}`"
    compared = getattr(subject.train.loss, "labels", "binary")
    if subject.labels is None and (subject.train.loss is None or compared == "number"):
        help += ", or `linear` for numbers outside of 0 to 1"
    elif subject.labels != "numbers" and compared != "binary":
        help += " and `loss: binary_crossentropy`"
    yield Problem("`softmax` over one unit is always 1", path, help, on_key=not has_option)


def _units_fit(output: OutputLayer, schema: Schema | None) -> bool:
    return schema is None or output.units is None or output.units in _units_for(output, schema)


def _units_for(output: OutputLayer, schema: Schema) -> tuple[int, ...]:
    if schema.task == "binary" and output.activation == "softmax":
        return (2,)
    return expected_units(schema)


_FITTING_LOSS = "leave the loss out: the data decide which one fits"  # where their labels are not known yet


def _loss_does_not_fit(subject: CheckedExperiment) -> Iterator[Problem]:
    loss, schema, output = subject.train.loss, subject.schema, subject.output
    if loss is None:
        return
    path: Path = ("train", "loss")
    if subject.labels == "numbers" and loss.labels != "number":
        if _takes_shares(subject, loss, output):
            return
        help = "write `mean_squared_error`, or leave the loss out"
        yield Problem(f"`{loss.called()}` is for classes, but the data have numbers to predict", path, help)
    elif output is None or output.is_one_softmax:
        return
    elif _units_fit(output, schema) and subject.labels != "numbers":
        found = _loss_fits_output_layer(loss, output, path)
        yield from found if subject.labels else (replace(one, help=_FITTING_LOSS) for one in found)


def _takes_shares(subject: CheckedExperiment, loss: losses.Loss, output: OutputLayer | None) -> bool:
    """Return whether the loss compares numbers from 0 to 1, such as several labels or pixels, with those of a sigmoid.

    The numbers themselves are looked at when they are read.
    """
    if not isinstance(loss, losses.BinaryCrossentropy) or output is None:
        return False
    last = [path for path, _ in layers.walk(subject.experiment.model)][-1]
    right = "linear" if loss.from_logits is True else "sigmoid"
    return output.activation == right and output.path == last


def _loss_fits_output_layer(loss: losses.Loss, output: OutputLayer, path: Path) -> Iterator[Problem]:
    logits = getattr(loss, "from_logits", None)
    place = path if logits is None else (*path, loss.called(), "from_logits")
    categorical = loss.labels in ("index", "one_hot")
    binary = (losses.BinaryCrossentropy, losses.BinaryFocalCrossentropy)
    if output.activation == "heaviside" and "from_logits" in type(loss).model_fields:
        help = "write `HalfSquaredError`, or leave the loss out"
        yield Problem(f"`{loss.called()}` needs probabilities, but `Heaviside` gives 0 or 1", path, help)
    elif categorical and output.units == 1:
        help = f"write `{_loss_for(output)}`, or leave the loss out"
        yield Problem(f"`{loss.called()}` needs a unit for each class, but the output layer has one", path, help)
    elif categorical and output.activation == "sigmoid":
        help = "write `activation: softmax` in the output layer, or `binary_crossentropy`"
        yield Problem(f"`{loss.called()}` needs probabilities that sum to 1, but the output is `sigmoid`", path, help)
    elif isinstance(loss, binary) and output.activation == "softmax":
        help = f"write `{_loss_for(output)}`, or leave the loss out"
        yield Problem(f"`{loss.called()}` fits a `sigmoid` output, but the output is `softmax`", path, help)
    elif isinstance(loss, losses.Hinge) and (output.units or 1) > 1:
        help = f"write `{_loss_for(output)}`, or leave the loss out"
        yield Problem(
            f"`{loss.called()}` is for two classes and one unit, but the output layer has {output.units}", path, help
        )
    elif isinstance(loss, losses.LogisticLoss) and output.activation != "linear":
        message = f"`LogisticLoss` takes the sigmoid of a linear output, but the output layer is `{output.activation}`"
        yield Problem(message, path, "write `binary_crossentropy`, or end the model with `Dense: {units: 1}`")
    elif "from_logits" in type(loss).model_fields:
        yield from _logits_fit(loss, output, place)


def _loss_for(output: OutputLayer) -> str:
    """Return how to write the cross-entropy that fits the output layer."""
    binary = output.units == 1 or output.activation == "sigmoid"
    if output.activation == "linear":
        return f"{'BinaryCrossentropy' if binary else 'SparseCategoricalCrossentropy'}: {{from_logits: true}}"
    return "binary_crossentropy" if binary else "sparse_categorical_crossentropy"


def _logits_fit(loss: losses.Loss, output: OutputLayer, path: Path) -> Iterator[Problem]:
    from_logits = bool(getattr(loss, "from_logits", False))
    if from_logits and output.activation in ("softmax", "sigmoid"):
        message = f"`from_logits: true` would apply `{output.activation}` a second time"
        yield Problem(message, path, "remove `from_logits`, or make the output layer `linear`")
    elif not from_logits and output.activation == "linear":
        message = f"`{loss.called()}` needs probabilities, but the output layer is `linear`"
        line = "true" if "from_logits" in loss.model_fields_set else f"{loss.called()}: {{from_logits: true}}"
        yield Problem(message, path, f"write `{line}`, or leave the loss out")


def _class_weight_does_not_fit(subject: CheckedExperiment) -> Iterator[Problem]:
    weights, path = subject.train.class_weight, ("train", "class_weight")
    if weights is not None and subject.labels == "numbers":
        yield Problem("`class_weight` is for classes, but the data have numbers", path, "remove `class_weight`")
    elif isinstance(weights, dict) and subject.schema is not None:
        yield from class_weight.problems(weights, subject.schema.classes, path)


def _features_of_a_table(subject: CheckedExperiment) -> Iterator[Problem]:
    """`features` of a table are those of two numeric columns, after the layer that scales them."""
    source, schema = subject.experiment.data, subject.schema
    features = source.written().get("features") if source.takes_files else None
    path: Path = ("data", source.called(), "features")
    every = [layer for _, layer in layers.walk(subject.experiment.model)]
    scaled = [layer for layer in every if isinstance(layer, (layers.Normalization, table_layers.TableEncoding))]
    if not features:
        return
    if schema is not None and (len(schema.sizes) != 2 or any(schema.sizes)):
        of = counted(len(schema.features), "column") + (", of which not all hold numbers" if any(schema.sizes) else "")
        help = "write `columns: {age: numeric, fare: numeric, '...': drop}` with the names of yours"
        yield Problem(f"`features` are those of two numeric columns, but the table has {of}", path, help, on_key=True)
    elif scaled and not any(isinstance(layer, table_layers.PlaneFeatures) for layer in every):
        message = f"`features` come behind `{scaled[0].called()}`, which the model has itself"
        help = f"write `- PlaneFeatures: [{', '.join(features)}]` behind it"
        yield Problem(message, path, help, on_key=True)


DATA_RULES: tuple[Rule, ...] = (
    _features_of_a_table,
    _monitors,
    _dropout_after_output,
    _equal_kernels,
    _wrong_output_units,
    _softmax_over_one_unit,
    _loss_does_not_fit,
    _class_weight_does_not_fit,
)
