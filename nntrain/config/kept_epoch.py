"""Which epoch's model is kept: one rule for `save`, `monitor` and early stopping. What contradicts it is an error."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nntrain.config.keras.callbacks import Callback, EarlyStopping
from nntrain.config.train import Train

Save = Literal["best", "last"]


def judge(callbacks: Sequence[Callback]) -> EarlyStopping | None:
    """Return the early stopping that decides which epoch is the best: the first that restores it, else the first."""
    stopping = [callback for callback in callbacks if isinstance(callback, EarlyStopping)]
    return next((callback for callback in stopping if callback.restore_best_weights), next(iter(stopping), None))


def default_save(callbacks: Sequence[Callback]) -> Save:
    """Return which epoch is kept where `save` is left out: the best, unless early stopping is not to restore it."""
    decides = judge(callbacks)
    return "last" if decides is not None and decides.restore_best_weights is False else "best"


@dataclass(frozen=True)
class Improvement:
    """When an epoch is better than the best so far, as early stopping counts it."""

    min_delta: float = 0.0
    start_from_epoch: int = 0  # epochs before any is compared


def improvement(train: Train) -> Improvement:
    """Return how much better the monitored metric must get; as for early stopping, if that monitors the same one."""
    decides = judge(train.callbacks)
    if decides is None or decides.monitor != train.monitor:
        return Improvement()
    return Improvement(decides.min_delta or 0.0, decides.start_from_epoch or 0)
