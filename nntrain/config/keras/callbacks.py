"""Keras's callbacks, and two of ours that stop a training."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from nntrain.config.foreign_names import CALLBACKS
from nntrain.config.named import Named
from nntrain.config.value_types import (
    NonNegativeFloat,
    NonNegativeInt,
    Number,
    PositiveFloat,
    PositiveInt,
    Text,
    omitted,
)

Mode = Literal["auto", "min", "max"]


class Callback(Named):
    """The family of callbacks."""

    noun = "callback"
    has_plugins = True
    several = True
    absent: ClassVar = {
        **CALLBACKS,
        "ModelCheckpoint": "remove it; `save: best` keeps the best epoch's model",
        "TensorBoard": "remove it; write `loggers: [tensorboard]` below `train`",
        "CSVLogger": "remove it; every run writes metrics.csv",
        "LearningRateScheduler": "remove it; give `learning_rate` a schedule",
        "TerminateOnNaN": "remove it; a run that diverges stops by itself",
    }


class _Monitor(Callback):
    monitor: Text = omitted
    mode: Mode = omitted
    min_delta: NonNegativeFloat = omitted


class EarlyStopping(_Monitor):
    """Stops when the monitored metric has not improved for `patience` epochs."""

    shorthand: ClassVar = "patience"
    monitor: Text = "val_loss"
    patience: NonNegativeInt = omitted
    baseline: Number = omitted
    restore_best_weights: bool = omitted
    start_from_epoch: NonNegativeInt = omitted


class ReduceLROnPlateau(_Monitor):
    """Multiplies the learning rate by `factor` when the monitored metric has not improved for `patience` epochs."""

    monitor: Text = "val_loss"
    factor: Annotated[float, Field(gt=0, lt=1)] = omitted
    patience: PositiveInt = omitted
    cooldown: NonNegativeInt = omitted
    min_lr: NonNegativeFloat = omitted


class SwapEMAWeights(Callback):
    """Validates and keeps the moving average of the weights; added where the optimizer has `use_ema: true`."""


class StopAtTarget(Callback):
    """Stops at the end of the first epoch whose metric reaches `target`. Ours."""

    monitor: Text = "val_accuracy"
    target: Number
    mode: Mode = "auto"


class StopAfter(Callback):
    """Stops at the end of the first epoch after `seconds` of training. Ours."""

    shorthand: ClassVar = "seconds"
    seconds: PositiveFloat
