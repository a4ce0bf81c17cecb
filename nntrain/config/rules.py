"""Rules that span several options. Each is a function from the experiment to the problems that it finds.

`schema` is None as long as only the data could tell them; the same rules run again when the data are read.
"""

from collections.abc import Callable, Iterator

from nntrain.config.base import Named
from nntrain.config.data import File, Nothing
from nntrain.config.data_schema import Schema
from nntrain.config.experiment import Experiment
from nntrain.config.keras import callbacks, initializers, layers, losses, optimizers, schedules
from nntrain.config.messages import counted, listed, nearest
from nntrain.config.output_layer import OutputLayer, after_output_layer, expected_units, find_output_layer
from nntrain.config.resolve import DEFAULT_EPOCHS, resolve
from nntrain.errors import Path, Problem

Rule = Callable[[Experiment, Schema | None], Iterator[Problem]]


def problems(experiment: Experiment, schema: Schema | None) -> list[Problem]:
    """Everything that the rules find."""
    return [problem for rule in RULES for problem in rule(experiment, schema)]


def _callbacks(experiment: Experiment) -> Iterator[tuple[Path, callbacks.Callback]]:
    for index, callback in enumerate(experiment.train.callbacks):
        yield ("train", "callbacks", index, callback.called()), callback


def _exclusive(experiment: Experiment, _: Schema | None) -> Iterator[Problem]:
    train, help = experiment.train, "remove one of the two"
    if train.epochs is not None and train.steps is not None:
        yield Problem("`epochs` and `steps` exclude each other", ("train", "steps"), help, on_key=True)
    if train.engine == "keras" and train.compile == "xla":
        yield Problem("`engine: keras` is not compiled by XLA", ("train", "compile"), help, on_key=True)


def _patience(experiment: Experiment, _: Schema | None) -> Iterator[Problem]:
    epochs = experiment.train.epochs or (None if experiment.train.steps else DEFAULT_EPOCHS)
    for path, callback in _callbacks(experiment):
        patience = getattr(callback, "patience", None)
        if epochs is not None and patience is not None and patience >= epochs:
            message = f"`patience: {patience}` can never act in {epochs} epoch{'s' if epochs > 1 else ''}"
            yield Problem(
                message, (*path, "patience"), "lower `patience`, raise `train.epochs`, or remove the callback"
            )


def _kept(experiment: Experiment, _: Schema | None) -> Iterator[Problem]:
    for _path, callback in _callbacks(experiment):
        if experiment.train.save == "last" and getattr(callback, "restore_best_weights", None):
            message = "`save: last` and `restore_best_weights: true` contradict each other"
            yield Problem(message, ("train", "save"), "remove one of the two", on_key=True)


def _monitors(experiment: Experiment, schema: Schema | None) -> Iterator[Problem]:
    """A monitored figure must be a column that this run writes."""
    known = columns(experiment, schema)
    for path, name, written in _monitored(experiment):
        if known is None or name in known:
            continue
        if name.startswith("val_") and isinstance(experiment.data.validation, Nothing):
            source = experiment.data.called()
            help = f"give `data.{source}.validation` a share such as `0.1`, or monitor `{name[4:]}`"
            message = f"there is nothing to validate on, but `{name}` is monitored"
            yield Problem(message, path, help, on_key=not written)
            continue
        close = nearest(name, known) if written else ""
        help = f"write `{close}`" if close else f"monitor one of {listed(sorted(known))}"
        yield Problem(f"no metric of this run is called `{name}`", path, help, on_key=not written)


def _monitored(experiment: Experiment) -> Iterator[tuple[Path, str, bool]]:
    """The path and the name of each figure that is watched, and whether the user wrote the name."""
    if experiment.train.monitor is not None:
        yield ("train", "monitor"), experiment.train.monitor, True
    for path, callback in _callbacks(experiment):
        if monitor := getattr(callback, "monitor", None):
            yield (*path, "monitor"), monitor, "monitor" in callback.model_fields_set


def columns(experiment: Experiment, schema: Schema | None) -> set[str] | None:
    """The metrics in metrics.csv that can be monitored; None where the data must tell."""
    if experiment.train.metrics is None and schema is None:
        return None
    chosen = experiment.train.metrics if schema is None else resolve(experiment, schema).train.metrics
    names = {"loss", *(metric.column for metric in chosen or ())}
    if has_penalty(experiment):
        names.add("regularization_loss")
    if not isinstance(experiment.data.validation, Nothing):
        names |= {f"val_{name}" for name in names}
    return names


def has_penalty(experiment: Experiment) -> bool:
    """Whether any layer adds to the loss."""
    return any(
        value is not None
        for _, layer in layers.walk(experiment.model)
        for name, value in layer.written().items()
        if name.endswith("_regularizer")
    )


def _dropout_after_output(experiment: Experiment, schema: Schema | None) -> Iterator[Problem]:
    output = find_output_layer(experiment.model, schema)
    for path, layer in after_output_layer(experiment.model, output) if output else ():
        message = f"`{layer.called()}` after the output layer would drop predictions"
        yield Problem(message, path, "move it before the output layer", on_key=True)


def _symmetry(experiment: Experiment, schema: Schema | None) -> Iterator[Problem]:
    """Units that begin equal get equal gradients and stay equal."""
    output = find_output_layer(experiment.model, schema)
    for path, layer in layers.walk(experiment.model):
        if output is not None and path == output.path:
            continue
        kernel = getattr(layer, "kernel_initializer", None)
        several = max(getattr(layer, "units", 1), getattr(layer, "filters", 1)) > 1
        if several and isinstance(kernel, (initializers.Constant, initializers.Zeros, initializers.Ones)):
            message = f"with `{kernel.called()}` all units of this hidden layer stay equal for ever"
            yield Problem(message, (*path, "kernel_initializer"), "write `glorot_uniform` or `he_normal`")


def _output_units(experiment: Experiment, schema: Schema | None) -> Iterator[Problem]:
    output = find_output_layer(experiment.model, schema)
    if schema is None or output is None or output.units is None or _units_fit(output, schema):
        return
    allowed = _units_for(output, schema)
    have = f"{output.units} unit{'s' if output.units > 1 else ''}"
    ask = counted(len(schema.classes), "class") if schema.classes else counted(schema.target_count, "target")
    help = f"write `units: {allowed[0]}`, or leave the output layer out"
    yield Problem(f"the output layer has {have}, but the data have {ask}", (*output.units_path, "units"), help)


def _units_fit(output: OutputLayer, schema: Schema | None) -> bool:
    return schema is None or output.units is None or output.units in _units_for(output, schema)


def _units_for(output: OutputLayer, schema: Schema) -> tuple[int, ...]:
    if schema.task == "binary" and output.activation == "softmax":
        return (2,)
    return expected_units(schema)


def _loss_fits(experiment: Experiment, schema: Schema | None) -> Iterator[Problem]:
    loss, output = experiment.train.loss, find_output_layer(experiment.model, schema)
    if loss is None:
        return
    path: Path = ("train", "loss")
    if schema is not None and not schema.classes and loss.labels != "number":
        help = "write `mean_squared_error`, or leave the loss out"
        yield Problem(f"`{loss.called()}` is for classes, but the data have numbers to predict", path, help)
    elif output is not None and _units_fit(output, schema) and (schema is None or schema.classes):
        yield from _loss_fits_output_layer(loss, output, path)


def _loss_fits_output_layer(loss: losses.Loss, output: OutputLayer, path: Path) -> Iterator[Problem]:
    logits = getattr(loss, "from_logits", None)
    told = path if logits is None else (*path, loss.called(), "from_logits")
    categorical = loss.labels in ("index", "one_hot")
    if categorical and output.units == 1:
        help = "write `binary_crossentropy`, or leave the loss out"
        yield Problem(f"`{loss.called()}` needs a unit for each class, but the output layer has one", path, help)
    elif categorical and output.activation == "sigmoid":
        help = "write `activation: softmax` in the output layer, or `binary_crossentropy`"
        yield Problem(f"`{loss.called()}` needs probabilities that sum to 1, but the output is `sigmoid`", path, help)
    elif (
        isinstance(loss, (losses.BinaryCrossentropy, losses.BinaryFocalCrossentropy)) and output.activation == "softmax"
    ):
        help = "write `sparse_categorical_crossentropy`, or leave the loss out"
        yield Problem(f"`{loss.called()}` fits a `sigmoid` output, but the output is `softmax`", path, help)
    elif isinstance(loss, losses.Hinge) and (output.units or 1) > 1:
        help = "write `sparse_categorical_crossentropy`, or leave the loss out"
        yield Problem(f"`Hinge` is for two classes and one unit, but the output layer has {output.units}", path, help)
    elif "from_logits" in type(loss).model_fields:
        yield from _logits_fit(loss, output, told)


def _logits_fit(loss: losses.Loss, output: OutputLayer, path: Path) -> Iterator[Problem]:
    from_logits = bool(getattr(loss, "from_logits", False))
    if from_logits and output.activation in ("softmax", "sigmoid"):
        message = f"`from_logits: true` would apply `{output.activation}` a second time"
        yield Problem(message, path, "remove `from_logits`, or make the output layer `linear`")
    elif not from_logits and output.activation == "linear":
        message = f"`{loss.called()}` needs probabilities, but the output layer is `linear`"
        yield Problem(message, path, f"write `{loss.called()}: {{from_logits: true}}`, or leave the loss out")


def _metrics_fit(experiment: Experiment, schema: Schema | None) -> Iterator[Problem]:
    seen: set[str] = set()
    for index, metric in enumerate(experiment.train.metrics or ()):
        path: Path = ("train", "metrics", index)
        if metric.column in seen:
            yield Problem(f"two metrics are called `{metric.column}`", path, "give one of them a `name`")
            continue
        seen.add(metric.column)
        if schema is not None and metric.task == "classes" and not schema.classes:
            message = f"`{metric.called()}` is for classes, but the data have numbers to predict"
            yield Problem(message, path, "write `mean_absolute_error` or `r2_score`")
        if schema is not None and metric.task == "numbers" and schema.classes:
            message = f"`{metric.called()}` is for numbers, but the data have classes"
            yield Problem(message, path, "write `accuracy`")
        class_id = getattr(metric, "class_id", None)
        if schema is not None and schema.classes and class_id is not None and class_id >= len(schema.classes):
            message = f"`class_id: {class_id}` is not a class: there are {len(schema.classes)}, counted from 0"
            yield Problem(message, (*path, metric.called(), "class_id"), f"use 0 to {len(schema.classes) - 1}")


def _own_files(experiment: Experiment, _: Schema | None) -> Iterator[Problem]:
    source = experiment.data
    for name, rule in (("validation", source.validation), ("test", source.test_rule)):
        if isinstance(rule, File) and not source.takes_files:
            message = f"`{source.called()}` cannot take its {name} split from a file"
            yield Problem(message, ("data", source.called(), name), "write a share such as `0.1`")


def _schedule(experiment: Experiment, _: Schema | None) -> Iterator[Problem]:
    optimizer = experiment.train.optimizer
    rate = optimizer.learning_rate
    if not isinstance(rate, schedules.Schedule):
        return
    path: Path = ("train", "optimizer", optimizer.called(), "learning_rate", rate.called())
    if isinstance(rate, schedules.PiecewiseConstantDecay):
        if len(rate.values) != len(rate.boundaries) + 1:
            message = (
                f"{len(rate.boundaries)} boundaries need {len(rate.boundaries) + 1} values, got {len(rate.values)}"
            )
            yield Problem(message, (*path, "values"), "give one value more than boundaries")
        if list(rate.boundaries) != sorted(set(rate.boundaries)):
            yield Problem("the boundaries do not rise", (*path, "boundaries"), "sort them and remove repeated ones")
    for place, callback in _callbacks(experiment):
        if isinstance(callback, callbacks.ReduceLROnPlateau):
            message = f"`ReduceLROnPlateau` cannot change the learning rate that `{rate.called()}` sets"
            yield Problem(message, place, "remove the callback, or write a number as `learning_rate`", on_key=True)


def _optimizer(experiment: Experiment, _: Schema | None) -> Iterator[Problem]:
    optimizer = experiment.train.optimizer
    path: Path = ("train", "optimizer", optimizer.called())
    clips = [name for name in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(optimizer, name) is not None]
    if len(clips) > 1:
        yield Problem(f"{listed(clips)} exclude each other", (*path, clips[1]), "keep one", on_key=True)
    if isinstance(optimizer, optimizers.SGD) and optimizer.nesterov and not optimizer.momentum:
        yield Problem("`nesterov` needs a momentum", (*path, "nesterov"), "add `momentum: 0.9`", on_key=True)
    if optimizer.use_ema:
        return
    for name in ("ema_momentum", "ema_overwrite_frequency"):
        if getattr(optimizer, name) is not None:
            yield Problem(f"`{name}` does nothing without `use_ema`", (*path, name), "add `use_ema: true`", on_key=True)
    for place, callback in _callbacks(experiment):
        if isinstance(callback, callbacks.SwapEMAWeights):
            message = "`SwapEMAWeights` needs an optimizer that keeps a moving average of the weights"
            yield Problem(message, place, f"write `{optimizer.called()}: {{use_ema: true}}`", on_key=True)


def _layer_options(experiment: Experiment, _: Schema | None) -> Iterator[Problem]:
    names: set[str] = set()
    for path, layer in layers.walk(experiment.model):
        name = getattr(layer, "name", None)
        if name is not None and name in names:
            yield Problem(f"two layers are called `{name}`", (*path, "name"), "give each layer a name of its own")
        names |= {name} if name else set()
        if isinstance(layer, layers.RReLU) and layer.lower > layer.upper:
            message = f"`lower: {layer.lower:g}` is above `upper: {layer.upper:g}`"
            yield Problem(message, (*path, "lower"), "give a `lower` that is below `upper`")
        if isinstance(layer, layers.Normalization) and (layer.mean is None) != (layer.variance is None):
            yield Problem("`mean` and `variance` belong together", path, "give both, or leave both out")
        for option, value in layer.written().items():
            yield from _bounds_in_order((*path, option), value)


def _bounds_in_order(path: Path, value: object) -> Iterator[Problem]:
    ranges = ("factor", "height_factor", "width_factor", "value_range")
    if isinstance(value, tuple) and path[-1] in ranges and value[0] > value[1]:
        yield Problem(f"`{path[-1]}` begins above its end", path, "write the lower bound first")
    for least, most in (("min_value", "max_value"), ("minval", "maxval")):
        low, high = getattr(value, least, None), getattr(value, most, None)
        if isinstance(value, Named) and low is not None and high is not None and low > high:
            message = f"`{least}: {low:g}` is above `{most}: {high:g}`"
            yield Problem(message, (*path, value.called(), least), "swap the two")


RULES: tuple[Rule, ...] = (
    _exclusive,
    _patience,
    _kept,
    _monitors,
    _dropout_after_output,
    _symmetry,
    _output_units,
    _loss_fits,
    _metrics_fit,
    _own_files,
    _schedule,
    _optimizer,
    _layer_options,
)
