"""One training of a stack: its callbacks, its history and its end, apart from its values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from nntrain.errors import Diverged
from nntrain.training.history import History, Row
from nntrain.training.job import Plan
from nntrain.training.loop import PRUNED, reason_to_stop

RATE = "learning_rate"


@dataclass
class _Optimizer:
    """The optimizer of a member as its callbacks see it."""

    learning_rate: Any = 0.0


@dataclass
class Member:
    """One training of a stack. Its callbacks see it as the model."""

    name: str
    plan: Plan
    callbacks: Sequence[keras.callbacks.Callback]
    help: Callable[[], str]  # of the error when it diverges
    history: History = field(default_factory=History)
    error: Diverged | None = None
    stop_training: bool = False
    optimizer: _Optimizer = field(default_factory=_Optimizer)

    @property
    def has_ended(self) -> bool:
        """Whether it takes no more steps."""
        return self.error is not None or self.stop_training or len(self.history.rows) >= self.plan.epochs

    def begin(self) -> None:
        """Let the callbacks begin."""
        for callback in self.callbacks:
            callback.set_model(self)
            callback.on_train_begin()

    def finish_epoch(self, row: Row, weights: Sequence[np.ndarray]) -> None:
        """Add a row to the history, keep these weights if they are to be kept, and ask the callbacks."""
        history, epoch, value = self.history, int(row["epoch"]), row[self.plan.monitor]
        if self.plan.keeps(history, value):
            history.weights = [weight.copy() for weight in weights]
            history.best_epoch, history.best_value = epoch, value
        history.rows.append(row)
        history.seconds += row["seconds"]
        self.optimizer.learning_rate = np.float32(row[RATE])
        metrics = {name: value for name, value in row.items() if name not in ("epoch", "seconds", RATE)}
        for callback in self.callbacks:
            callback.on_epoch_end(epoch - 1, metrics)
        if self.stop_training:
            history.reason = reason_to_stop(self.callbacks)

    def prune(self) -> None:
        """End it here."""
        self.stop_training, self.history.reason = True, PRUNED
