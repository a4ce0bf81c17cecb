"""Which epoch's model is kept: one rule for `save`, `monitor` and early stopping. What contradicts it is an error."""

import math
from collections.abc import Iterable, Mapping, Sequence
from ctypes import c_float
from dataclasses import dataclass
from typing import Literal

from nntrain.config.keras.callbacks import Callback, EarlyStopping
from nntrain.config.keras.metrics import direction
from nntrain.config.train import Train

Save = Literal["best", "last"]


def judge(callbacks: Sequence[Callback]) -> EarlyStopping | None:
    """Return the early stopping that decides which epoch is the best: the first that restores it, else the first."""
    stopping = [callback for callback in callbacks if isinstance(callback, EarlyStopping)]
    return next((callback for callback in stopping if callback.restore_best_weights), next(iter(stopping), None))


def default_save(callbacks: Sequence[Callback], has_validation: bool = True) -> Save:
    """Return which epoch is kept where `save` is left out: the best, unless early stopping is not to restore it.

    Without a validation split it is the last one, unless early stopping is to restore the best.
    """
    decides = judge(callbacks)
    if decides is None or decides.restore_best_weights is None:
        return "best" if has_validation else "last"
    return "best" if decides.restore_best_weights else "last"


@dataclass(frozen=True)
class Improvement:
    """When an epoch is better than the best so far, as early stopping counts it."""

    min_delta: float = 0.0
    start_from_epoch: int = 0  # epochs before any is compared

    def is_better(self, value: float, best: float, mode: str) -> bool:
        """Return whether a value is better than the best one, in float32 as Keras's early stopping compares."""
        sign = 1 if mode == "max" else -1
        return sign * c_float(value - sign * self.min_delta).value > sign * c_float(best).value


def keeps_best(train: Train, has_validation: bool) -> bool:
    """Return whether to keep the best epoch's model; without a validation split, only if early stopping restores it."""
    restores = any(isinstance(c, EarlyStopping) and c.restore_best_weights for c in train.callbacks)
    return train.save == "best" and (has_validation or restores)


def improvement(train: Train) -> Improvement:
    """Return how much better the monitored metric must get; as for early stopping, if that monitors the same one."""
    decides = judge(train.callbacks)
    if decides is None or decides.monitor != train.monitor:
        return Improvement()
    return Improvement(decides.min_delta or 0.0, decides.start_from_epoch or 0)


def best_row(train: Train, rows: Iterable[Mapping[str, float]]) -> Mapping[str, float] | None:
    """Return the best of the rows of metrics.csv so far, as the training loop chooses it; None without rows."""
    rule, mode, best = improvement(train), direction(train.monitor, train.metrics), None
    for row in rows:
        if (
            best is None
            or best["epoch"] <= rule.start_from_epoch
            or math.isnan(best[train.monitor])
            or rule.is_better(row[train.monitor], best[train.monitor], mode)
        ):
            best = row
    return best
