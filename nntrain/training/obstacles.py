"""What keeps a training from learning and is known before its first step: a warning for each, at its place."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np

from nntrain.config.keras import image_layers, layers, optimizers
from nntrain.config.messages import counted
from nntrain.config.resolve import Resolved
from nntrain.errors import Path, Problem
from nntrain.model.build import keras_object
from nntrain.model.custom import Network
from nntrain.model.keras_errors import CHANNELS_LAST, has_channels_first

LEFT = 0.1  # the share of an initial value from which a moving average is not yet one of the training
POINTS = 20  # at which a schedule is looked at
NOTHING = 1e-4  # of its highest rate: with less a weight does not move


@dataclass(frozen=True)
class PlannedTraining:
    """A training with its number of rows, steps and updates; several steps of an accumulation are one update."""

    resolved: Resolved
    model: Network
    rows: int

    @property
    def optimizer(self) -> optimizers.Optimizer:
        """The optimizer of the config."""
        return self.resolved.train.optimizer

    @property
    def at_optimizer(self) -> Path:
        """The path of the optimizer in the config."""
        return ("train", "optimizer", self.optimizer.called())

    @property
    def steps(self) -> int:
        """The number of batches that are trained."""
        train = self.resolved.train
        return train.steps or (train.epochs or 0) * self.resolved.steps_per_epoch(self.rows)

    @property
    def updates(self) -> int:
        """The number of times that the weights change."""
        return self.resolved.updates(self.rows)

    def layers(self) -> Iterator[tuple[Path, layers.Layer, Any]]:
        """Yield each layer with its path and as Keras has it."""
        for (path, spec), layer in zip(layers.walk(self.resolved.experiment.model), self.model.layers, strict=True):
            yield path, spec, layer


def obstacles(resolved: Resolved, model: Network, rows: int) -> list[Problem]:
    """Return a warning for each obstacle of a training on this many rows."""
    training = PlannedTraining(resolved, model, rows)
    rules = (_nothing_to_train, _accumulation, _schedule, _average_of_weights, _batch_statistics, _channels_first)
    return [replace(problem, disease=rule.__name__.strip("_")) for rule in rules for problem in rule(training)]


def _warning(message: str, path: Path, help: str) -> Problem:
    return Problem(message, path, help, severity="warning", on_key=True)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _nothing_to_train(training: PlannedTraining) -> Iterator[Problem]:
    if not training.model.trainable_weights:
        yield _warning("no layer has a weight that is trained", ("model",), "remove `trainable: false` from a layer")


def _accumulation(training: PlannedTraining) -> Iterator[Problem]:
    if not training.updates:
        steps = counted(training.optimizer.gradient_accumulation_steps, "step")
        message = f"no weight is ever updated: the gradients of {steps} "
        message += f"are accumulated for one update, but the training has {training.steps}"
        path = (*training.at_optimizer, "gradient_accumulation_steps")
        yield _warning(message, path, "write fewer `gradient_accumulation_steps`, or train longer")


def _schedule(training: PlannedTraining) -> Iterator[Problem]:
    updates = training.updates
    schedule = training.optimizer.over(updates).learning_rate
    if not isinstance(schedule, optimizers.Schedule) or not updates:
        return
    path = (*training.at_optimizer, "learning_rate", schedule.called())
    help = f"its steps are updates, of which this training has {updates:,}"
    if _warmup(schedule) >= updates:
        rises = f"rises for {counted(_warmup(schedule), 'update')}, until the end"
        message = f"the learning rate of `{schedule.called()}` {rises}"
        yield _warning(message, path, f"{help}; give it a shorter warm-up")
        return
    rate = keras_object(schedule)
    places = [int((number + 0.5) * updates / POINTS) for number in range(POINTS)]
    rates = np.array([float(rate(place)) for place in [0, *places]])
    idle = rates[1:] <= NOTHING * rates.max()
    if idle.mean() >= 0.5:
        value = "0" if not rates[1:][idle].any() else "almost 0"
        message = (
            f"the learning rate of `{schedule.called()}` is {value} in {_percent(float(idle.mean()))} of the training"
        )
        longer = next((name for name in ("decay_steps", "total_steps") if hasattr(schedule, name)), "")
        yield _warning(message, path, f"{help}{longer and f'; write `{longer}: {updates}`'}")


def _warmup(schedule: optimizers.Schedule) -> int:
    """Return the number of updates in which the rate rises."""
    if isinstance(schedule, optimizers.OneCycle):
        return int(schedule.warmup * schedule.total_steps)
    return (getattr(schedule, "warmup_steps", None) or 0) if getattr(schedule, "warmup_target", None) else 0


def _average_of_weights(training: PlannedTraining) -> Iterator[Problem]:
    momentum = training.optimizer.ema_momentum
    momentum = 0.99 if momentum is None else momentum  # as in Keras
    left = momentum**training.updates
    if training.optimizer.use_ema and left > LEFT and training.updates:
        still = f"still {_percent(left)} of the initial ones"
        message = f"after {counted(training.updates, 'update')} the averaged weights are {still}"
        help = _help_for_momentum("ema_momentum", momentum, training.updates)
        yield _warning(message, (*training.at_optimizer, "use_ema"), help)


def _help_for_momentum(option: str, momentum: float, steps: int) -> str:
    lower = math.floor(100 * 0.01 ** (1 / steps)) / 100
    enough = math.ceil(math.log(LEFT) / math.log(momentum)) if momentum < 1 else 0
    return f"write `{option}: {lower:g}`" + (f", or train {counted(enough, 'step')}" if enough else "")


def _batch_statistics(training: PlannedTraining) -> Iterator[Problem]:
    rows, size = training.rows, training.resolved.batch_size(training.rows)
    for path, _, layer in training.layers():
        if not isinstance(layer, keras.layers.BatchNormalization) or not layer.trainable:
            continue
        alone = math.prod(_others(layer)) == 1
        left = layer.momentum**training.steps
        if alone and size == 1:
            message = "`BatchNormalization` gives the same numbers for every row in a batch of one row"
            yield _warning(message, path, "raise `batch_size`, or write `LayerNormalization`")
        elif alone and rows % size == 1 and rows > 1:
            message = "the last batch of every epoch has one row, for which `BatchNormalization` gives always the same"
            yield _warning(message, path, f"write another `batch_size` than {size}: {rows:,} rows leave one")
        elif left > LEFT and _is_new(layer):
            message = f"after {counted(training.steps, 'step')} the moving averages of `BatchNormalization` are still "
            message += f"{_percent(left)} of their initial values, and the model is validated and saved with them"
            yield _warning(message, path, _help_for_momentum("momentum", layer.momentum, training.steps))
        else:
            continue
        return  # another layer would say the same


def _others(layer: Any) -> list[int]:
    """Return the sizes of the axes, but that of the batch, over which the layer averages."""
    axis = layer.axis % len(layer.input.shape)
    return [size for place, size in enumerate(layer.input.shape) if place not in (0, axis)]


def _is_new(layer: Any) -> bool:
    """Return whether the averages are not those of another run."""
    return not layer.moving_mean.numpy().any()


def _channels_first(training: PlannedTraining) -> Iterator[Problem]:
    for path, spec, layer in training.layers():
        if type(spec).__module__ != image_layers.__name__:
            continue
        shape = tuple(layer.input.shape[1:])
        if has_channels_first(shape):
            message = f"`{spec.called()}` takes its input of {shape[0]} x {shape[1]} x {shape[2]} for images of "
            message += f"{shape[0]} x {shape[1]} pixels with {shape[2]} channels, but the channels seem to be first"
            yield _warning(message, path, CHANNELS_LAST)
        return
