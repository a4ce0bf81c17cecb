"""Learning-rate schedules that Keras lacks."""

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


def _between(start: float, end: float, share: Any) -> Any:
    """Return the value on half a cosine from start to end, for a share from 0 to 1."""
    share = ops.clip(share, 0.0, 1.0)
    return end + (start - end) * (1 + ops.cos(share * 3.141592653589793)) / 2
