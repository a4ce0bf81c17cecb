"""Rules across options: experiment to problems; those that need the schema run again if only the data show it."""

from collections.abc import Iterator
from dataclasses import replace

from nntrain.config.data import File, Nothing
from nntrain.config.data_rules import DATA_RULES, CheckedExperiment, Rule
from nntrain.config.experiment import Experiment
from nntrain.config.kept_epoch import default_save, judge
from nntrain.config.keras import callbacks, layers, optimizers, table_layers
from nntrain.config.keras.metrics import Accuracy, MeanAbsoluteError, direction
from nntrain.config.messages import counted, listed
from nntrain.config.metric_rules import METRIC_RULES
from nntrain.config.named import Named
from nntrain.config.resolve import DEFAULT_EPOCHS, Resolved
from nntrain.config.shape_rules import SHAPE_RULES, only_numbers
from nntrain.config.target_rules import TARGET_RULES
from nntrain.errors import Path, Problem


def problems(experiment: Experiment, resolved: Resolved | None) -> list[Problem]:
    """Return the problems of all rules; `resolved` is None where only the data can show the schema."""
    return _found(RULES, CheckedExperiment.of(experiment, resolved))


def data_problems(experiment: Experiment, resolved: Resolved) -> list[Problem]:
    """Return the problems of the rules that also depend on the data."""
    every = (*DATA_RULES, *METRIC_RULES, *SHAPE_RULES, *TARGET_RULES, only_numbers)
    return _found(every, CheckedExperiment.of(experiment, resolved))


def _found(rules: tuple[Rule, ...], subject: CheckedExperiment) -> list[Problem]:
    """Return the problems of these rules, each with the name of its rule, which is what the doctor calls it."""
    return [replace(problem, disease=rule.__name__.strip("_")) for rule in rules for problem in rule(subject)]


def _exclusive(subject: CheckedExperiment) -> Iterator[Problem]:
    train, help = subject.train, "remove one of the two"
    if train.epochs is not None and train.steps is not None:
        yield Problem("`epochs` and `steps` exclude each other", ("train", "steps"), help, on_key=True)
    if train.engine == "keras" and train.compile == "xla":
        yield Problem("`engine: keras` cannot be compiled by XLA", ("train", "compile"), help, on_key=True)


def _of_members(subject: CheckedExperiment) -> Iterator[Problem]:
    train = subject.train
    if train.ensemble is not None and train.on_disease != "warn":
        message = f"`on_disease: {train.on_disease}` is for one network, and `ensemble` trains {train.ensemble}"
        yield Problem(message, ("train", "on_disease"), "leave one of the two out", on_key=True)


def _patience(subject: CheckedExperiment) -> Iterator[Problem]:
    epochs = subject.train.epochs or (None if subject.train.steps else DEFAULT_EPOCHS)
    for path, callback in subject.callbacks():
        patience = getattr(callback, "patience", None)
        if epochs is not None and patience is not None and patience >= epochs:
            message = f"`patience: {patience}` can never take effect in {epochs} epoch{'s' if epochs > 1 else ''}"
            help = "lower `patience`, raise `train.epochs`, or remove the callback"
            yield Problem(message, (*path, "patience"), help)
        start = getattr(callback, "start_from_epoch", None)
        if epochs is not None and start is not None and start >= epochs:
            message = f"`start_from_epoch: {start}` is never reached in {counted(epochs, 'epoch')}"
            help = "lower `start_from_epoch`, raise `train.epochs`, or remove the callback"
            yield Problem(message, (*path, "start_from_epoch"), help)


def _kept(subject: CheckedExperiment) -> Iterator[Problem]:
    train = subject.train
    saved = train.save or default_save(train.callbacks)
    decides = judge(train.callbacks)
    monitor = train.monitor or (decides and decides.monitor)
    for at, callback in subject.callbacks():
        path: Path = (*at, "restore_best_weights")
        restores = getattr(callback, "restore_best_weights", None)
        if restores and saved == "last":
            message = "`save: last` and `restore_best_weights: true` exclude each other"
            yield Problem(message, path, "remove one of the two", on_key=True)
        elif restores is False and saved == "best":
            message = "the best epoch's model is kept, but `restore_best_weights: false` asks for the last"
            yield Problem(message, path, "remove it, or write `save: last`", on_key=True)
        elif restores and callback.monitor != monitor:  # type: ignore[attr-defined]
            message = f"the epoch with the best `{monitor}` is kept, not the one that `restore_best_weights` asks for"
            yield Problem(message, path, "monitor the same metric, or remove `restore_best_weights`", on_key=True)


def _best_of_what(subject: CheckedExperiment) -> Iterator[Problem]:
    """Without a validation split the last epoch is kept, unless early stopping restores the best."""
    train, data = subject.train, subject.experiment.data
    restores = any(getattr(callback, "restore_best_weights", None) for callback in train.callbacks)
    if train.save == "best" and isinstance(data.validation, Nothing) and not restores:
        message = "the last epoch's model is kept, as there is no validation split to choose the best one by"
        help = f"give `data.{data.called()}.validation` a share such as `0.1`, or write `save: last`"
        yield Problem(message, ("train", "save"), help, severity="warning")


def _modes(subject: CheckedExperiment) -> Iterator[Problem]:
    metrics = subject.train.metrics or [Accuracy(), MeanAbsoluteError()]
    for path, callback in subject.callbacks():
        mode, monitor = getattr(callback, "mode", None), getattr(callback, "monitor", "")
        right = direction(monitor, metrics)
        if mode in ("min", "max") and mode != right:
            better = "lower" if right == "min" else "higher"
            message = f"`mode: {mode}` takes the worst for the best: a {better} `{monitor}` is better"
            yield Problem(message, (*path, "mode"), "remove `mode`")


def _own_files(subject: CheckedExperiment) -> Iterator[Problem]:
    source = subject.experiment.data
    for name, rule in (("validation", source.validation), ("test", source.test_rule)):
        if isinstance(rule, File) and not source.takes_files:
            message = f"`{source.called()}` cannot take its {name} split from a file"
            yield Problem(message, ("data", source.called(), name), "write a share such as `0.1`")


def _schedule(subject: CheckedExperiment) -> Iterator[Problem]:
    optimizer = subject.train.optimizer
    rate = optimizer.learning_rate
    if not isinstance(rate, optimizers.Schedule):
        return
    path: Path = ("train", "optimizer", optimizer.called(), "learning_rate", rate.called())
    if isinstance(rate, optimizers.PiecewiseConstantDecay):
        count = len(rate.boundaries)
        if len(rate.values) != count + 1:
            need = f"need{'s' if count == 1 else ''}"
            message = f"{counted(count, 'boundary')} {need} {count + 1} values, got {len(rate.values)}"
            yield Problem(message, (*path, "values"), "give one value more than boundaries")
        if list(rate.boundaries) != sorted(set(rate.boundaries)):
            yield Problem("the boundaries must increase", (*path, "boundaries"), "sort them and remove repeated ones")
    for place, callback in subject.callbacks():
        if isinstance(callback, callbacks.ReduceLROnPlateau):
            message = f"`ReduceLROnPlateau` cannot change the learning rate that `{rate.called()}` sets"
            yield Problem(message, place, "remove the callback, or write a number as `learning_rate`", on_key=True)


def _optimizer(subject: CheckedExperiment) -> Iterator[Problem]:
    optimizer = subject.train.optimizer
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
    for place, callback in subject.callbacks():
        if isinstance(callback, callbacks.SwapEMAWeights):
            message = "`SwapEMAWeights` needs an optimizer that keeps a moving average of the weights"
            yield Problem(message, place, f"write `{optimizer.called()}: {{use_ema: true}}`", on_key=True)


def _layer_options(subject: CheckedExperiment) -> Iterator[Problem]:
    names: set[str] = set()
    for path, layer in layers.walk(subject.experiment.model):
        name = getattr(layer, "name", None)
        if name is not None and name in names:
            yield Problem(f"two layers are called `{name}`", (*path, "name"), "give each layer its own name")
        names |= {name} if name else set()
        if isinstance(layer, layers.RReLU) and layer.lower > layer.upper:
            message = f"`lower: {layer.lower:g}` is above `upper: {layer.upper:g}`"
            yield Problem(message, (*path, "lower"), "give a `lower` that is below `upper`")
        if isinstance(layer, layers.Normalization) and (layer.mean is None) != (layer.variance is None):
            yield Problem("`mean` and `variance` belong together", path, "give both, or leave both out")
        quantile = isinstance(layer, table_layers.TableEncoding) and layer.scaling == "quantile"
        if getattr(layer, "distribution", None) and not quantile:
            message = "`distribution` does nothing without `scaling: quantile`"
            yield Problem(message, (*path, "distribution"), "add `scaling: quantile`", on_key=True)
        for option, value in layer.written().items():
            yield from _bounds_in_order((*path, option), value)


def _bounds_in_order(path: Path, value: object) -> Iterator[Problem]:
    ranges = ("factor", "height_factor", "width_factor", "value_range")
    if isinstance(value, tuple) and path[-1] in ranges and value[0] > value[1]:
        yield Problem(f"the lower bound of `{path[-1]}` is above the upper", path, "write the lower bound first")
    for least, most in (("min_value", "max_value"), ("minval", "maxval")):
        low, high = getattr(value, least, None), getattr(value, most, None)
        if isinstance(value, Named) and low is not None and high is not None and low > high:
            message = f"`{least}: {low:g}` is above `{most}: {high:g}`"
            yield Problem(message, (*path, value.called(), least), "swap the two")


RULES: tuple[Rule, ...] = (
    _exclusive,
    _of_members,
    _patience,
    _kept,
    _best_of_what,
    _modes,
    *DATA_RULES,
    *METRIC_RULES,
    *SHAPE_RULES,
    *TARGET_RULES,
    _own_files,
    _schedule,
    _optimizer,
    _layer_options,
)
