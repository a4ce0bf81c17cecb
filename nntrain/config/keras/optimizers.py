"""Keras's optimizers with Keras's arguments."""

from typing import Annotated, ClassVar

from pydantic import Field

from nntrain.config.keras.schedules import LearningRate
from nntrain.config.named import Named
from nntrain.config.value_types import NonNegativeFloat, PositiveFloat, PositiveInt, Rate, omitted


class Optimizer(Named):
    """The family of optimizers, with the options that all of them take."""

    noun = "optimizer"
    elsewhere: ClassVar = {"lr": "write `learning_rate`", "decay": "write `weight_decay`, or give a schedule"}
    learning_rate: LearningRate = omitted
    weight_decay: NonNegativeFloat = omitted
    clipnorm: PositiveFloat = omitted
    clipvalue: PositiveFloat = omitted
    global_clipnorm: PositiveFloat = omitted
    use_ema: bool = omitted
    ema_momentum: Annotated[float, Field(ge=0, le=1)] = omitted
    ema_overwrite_frequency: PositiveInt = omitted
    loss_scale_factor: PositiveFloat = omitted
    gradient_accumulation_steps: Annotated[int, Field(ge=2)] = omitted


class SGD(Optimizer):
    """Stochastic gradient descent, with momentum (Polyak 1964) or Nesterov's look-ahead."""

    momentum: Rate = omitted
    nesterov: bool = omitted


class Adagrad(Optimizer):
    """A rate for each weight that falls with the squared gradients so far (Duchi et al. 2011)."""

    initial_accumulator_value: NonNegativeFloat = omitted
    epsilon: NonNegativeFloat = omitted


class Adadelta(Optimizer):
    """Adagrad over a moving window of gradients (Zeiler 2012)."""

    rho: Rate = omitted
    epsilon: NonNegativeFloat = omitted


class RMSprop(Optimizer):
    """Divides by a moving root mean square of the gradient (Hinton 2012)."""

    rho: Rate = omitted
    momentum: Rate = omitted
    epsilon: NonNegativeFloat = omitted
    centered: bool = omitted


class _Moments(Optimizer):
    beta_1: Rate = omitted
    beta_2: Rate = omitted
    epsilon: NonNegativeFloat = omitted


class Adam(_Moments):
    """Momentum and RMSprop, each with bias correction (Kingma and Ba 2014)."""

    amsgrad: bool = omitted


class AdamW(_Moments):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter 2017)."""

    amsgrad: bool = omitted


class Adamax(_Moments):
    """Adam with the largest gradient in place of the mean square."""


class Nadam(_Moments):
    """Adam with Nesterov's look-ahead (Dozat 2016)."""


class Lion(Optimizer):
    """Steps by the sign of the momentum (Chen et al. 2023)."""

    beta_1: Rate = omitted
    beta_2: Rate = omitted
