"""The learning-rate schedules that Keras lacks."""

import math
from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable("nntrain")
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """One rise and one fall, each half a cosine (Smith and Topin 2018, https://arxiv.org/abs/1708.07120).

    From maximum / div_factor at step 0 to the maximum at step warmup · total_steps, then down to
    maximum / div_factor / final_div_factor at total_steps, where it stays.
    """

    def __init__(
        self,
        max_learning_rate: float,
        total_steps: int,
        warmup: float = 0.3,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
    ) -> None:
        self.max_learning_rate = max_learning_rate
        self.total_steps = total_steps
        self.warmup = warmup
        self.div_factor = div_factor
        self.final_div_factor = final_div_factor

    def __call__(self, step: Any) -> Any:
        """Return the learning rate at a step, a float32 scalar."""
        step = ops.cast(step, "float32")
        top = self.max_learning_rate
        first = top / self.div_factor
        peak = self.warmup * self.total_steps
        rising = _between(first, top, step / max(peak, 1e-9))
        falling = _between(top, first / self.final_div_factor, (step - peak) / max(self.total_steps - peak, 1e-9))
        return ops.where(step < peak, rising, falling)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        names = ("max_learning_rate", "total_steps", "warmup", "div_factor", "final_div_factor")
        return {name: getattr(self, name) for name in names}


@keras.saving.register_keras_serializable("nntrain")
class CosLog(keras.optimizers.schedules.LearningRateSchedule):
    """maximum / 2 · (1 - cos(2π log2(1 + (2^cycles - 1) t))) at the share t of all steps: cycles of double length.

    With 4 cycles it is `coslog4` of RealMLP (Holzmüller et al. 2024, https://arxiv.org/abs/2407.04491).
    """

    def __init__(self, max_learning_rate: float, total_steps: int | None = None, cycles: int = 4) -> None:
        """total_steps: the updates of the training, without which the schedule cannot be called."""
        self.max_learning_rate = max_learning_rate
        self.total_steps = total_steps
        self.cycles = cycles

    def __call__(self, step: Any) -> Any:
        """Return the learning rate at a step, a float32 scalar; 0 after the last step."""
        if self.total_steps is None:
            raise ValueError("`total_steps` is missing")
        share = ops.minimum(ops.cast(step, "float32") / self.total_steps, 1.0)
        phase = ops.log2(1 + (2**self.cycles - 1) * share)
        return self.max_learning_rate * (1 - ops.cos(2 * math.pi * phase)) / 2

    def get_config(self) -> dict[str, Any]:
        """Return the arguments of `__init__`."""
        return {name: getattr(self, name) for name in ("max_learning_rate", "total_steps", "cycles")}


def _between(start: float, end: float, share: Any) -> Any:
    """Return the value on half a cosine from start to end, for a share from 0 to 1."""
    share = ops.clip(share, 0.0, 1.0)
    return end + (start - end) * (1 + ops.cos(share * math.pi)) / 2
