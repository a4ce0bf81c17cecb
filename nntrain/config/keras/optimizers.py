"""Keras's optimizers and schedules with Keras's arguments, `OneCycle` and `CosLog` of ours; their steps are updates."""

import math
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, PlainValidator, WithJsonSchema

from nntrain.config.foreign_names import OPTIMIZERS
from nntrain.config.messages import got, number_help, problem
from nntrain.config.named import Named, snake_case
from nntrain.config.section import reference
from nntrain.config.value_types import (
    LARGEST,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Rate,
    Share,
    is_number,
    omitted,
)
from nntrain.nearest import nearest


class Schedule(Named):
    """The family of learning-rate schedules."""

    noun = "schedule"


class _Decay(Schedule):
    initial_learning_rate: PositiveFloat


class ExponentialDecay(_Decay):
    """initial · decay_rate ^ (step / decay_steps)."""

    decay_steps: PositiveInt
    decay_rate: PositiveFloat
    staircase: bool = omitted


class InverseTimeDecay(_Decay):
    """initial / (1 + decay_rate · step / decay_steps)."""

    decay_steps: PositiveInt
    decay_rate: PositiveFloat
    staircase: bool = omitted


class PiecewiseConstantDecay(Schedule):
    """values[i] up to and including step boundaries[i]; one more value than boundaries."""

    boundaries: Annotated[list[NonNegativeInt], Field(min_length=1)]
    values: Annotated[list[PositiveFloat], Field(min_length=2)]


class PolynomialDecay(_Decay):
    """From the initial to the end rate by a power of the remaining time."""

    decay_steps: PositiveInt
    end_learning_rate: NonNegativeFloat = omitted
    power: PositiveFloat = omitted
    cycle: bool = omitted


class CosineDecay(Schedule):
    """Half a cosine from the initial rate down to alpha times it, after an optional linear warm-up."""

    initial_learning_rate: NonNegativeFloat  # 0 where a warm-up begins
    decay_steps: PositiveInt
    alpha: Share = omitted
    warmup_target: PositiveFloat = omitted
    warmup_steps: NonNegativeInt = omitted


class CosineDecayRestarts(_Decay):
    """Cosine decays one after the other, each t_mul times as long and m_mul times as high (SGDR)."""

    first_decay_steps: PositiveInt
    t_mul: PositiveFloat = omitted
    m_mul: PositiveFloat = omitted
    alpha: Share = omitted


class OneCycle(Schedule):
    """Up to the maximum and down to almost nothing, both by half a cosine (Smith and Topin 2018). Ours."""

    max_learning_rate: PositiveFloat
    total_steps: PositiveInt
    warmup: Share = 0.3  # the share of the steps in which the rate rises
    div_factor: PositiveFloat = 25.0  # the first rate is the maximum divided by this
    final_div_factor: PositiveFloat = 1e4  # the last rate is the first divided by this


class CosLog(Schedule):
    """Rises from 0 and falls to 0 in cycles of double length: `coslog4` of RealMLP (Holzmüller et al. 2024). Ours."""

    aliases = ("coslog4",)
    max_learning_rate: PositiveFloat
    total_steps: PositiveInt = omitted  # the length of the training
    cycles: Annotated[int, Field(ge=1, le=20)] = 4


def _learning_rate(value: Any) -> float | Schedule:
    names = [*Schedule.members(), *map(snake_case, Schedule.members())]
    if isinstance(value, (dict, Schedule)) or (isinstance(value, str) and nearest(value, names)):
        return Schedule.parse(value)
    if is_number(value) and value > 0:
        return float(value)
    help = number_help(value) if isinstance(value, str) else "write `0.01`"
    raise problem(
        f"`learning_rate` must be a number greater than 0 or a schedule, got {got(value)}",
        f"{help}; `nntrain list schedules` shows the schedules",
    )


_A_RATE = {"type": "number", "exclusiveMinimum": 0, "maximum": LARGEST}
LearningRate = Annotated[
    float | Schedule,
    PlainValidator(_learning_rate),
    WithJsonSchema({"anyOf": [_A_RATE, reference(Schedule.definition())]}),
]


class Optimizer(Named):
    """The family of optimizers, with the options that all of them take."""

    noun = "optimizer"
    absent = OPTIMIZERS
    elsewhere: ClassVar = {"lr": "write `learning_rate`", "decay": "write `weight_decay`, or give a schedule"}
    learning_rate: LearningRate = omitted
    weight_decay: NonNegativeFloat = omitted
    clipnorm: PositiveFloat = omitted
    clipvalue: PositiveFloat = omitted
    global_clipnorm: PositiveFloat = omitted
    use_ema: bool = omitted
    ema_momentum: Share = omitted
    ema_overwrite_frequency: PositiveInt = omitted
    loss_scale_factor: PositiveFloat = omitted
    gradient_accumulation_steps: Annotated[int, Field(ge=2)] = omitted

    @classmethod
    def _help_for_no_mapping(cls, value: object) -> str:
        if isinstance(value, float) and 0 < value < math.inf:
            return f"write `{cls.called()}: {{learning_rate: {value:g}}}`"
        return cls._example()

    @classmethod
    def _example(cls) -> str:
        return f"write `{cls.called()}` alone, or `{cls.called()}: {{learning_rate: ...}}`"

    def over(self, updates: int) -> Self:
        """Return it with a schedule that lasts this many updates, where its `total_steps` are left out."""
        rate = self.learning_rate
        if not isinstance(rate, CosLog) or rate.total_steps is not None:
            return self
        return self.model_copy(update={"learning_rate": rate.model_copy(update={"total_steps": max(1, updates)})})


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


class AdamW(Adam):
    """Adam with weight decay apart from the gradient (Loshchilov and Hutter 2017)."""


class Adamax(_Moments):
    """Adam with the largest gradient in place of the mean square."""


class Nadam(_Moments):
    """Adam with Nesterov's look-ahead (Dozat 2016)."""


class Lion(Optimizer):
    """Steps by the sign of the momentum (Chen et al. 2023)."""

    beta_1: Rate = omitted
    beta_2: Rate = omitted
