"""Learning rates that change with the step: Keras's schedules, and our `OneCycle`. Steps are updates, not epochs."""

from typing import Annotated, Any

from pydantic import Field, PlainValidator

from nntrain.config.messages import got, nearest, number_help, problem
from nntrain.config.named import Named, snake_case
from nntrain.config.value_types import (
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    Share,
    is_number,
    omitted,
)


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


LearningRate = Annotated[float | Schedule, PlainValidator(_learning_rate)]
