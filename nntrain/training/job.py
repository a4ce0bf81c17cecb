"""What the training loop takes: the plan, the data, the program, and what watches it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np

from nntrain.config.kept_epoch import Improvement
from nntrain.training import divergence
from nntrain.training.checkpoint import Store
from nntrain.training.history import History, Row
from nntrain.training.programs.arrays import Arrays, balanced_order, epoch_order
from nntrain.training.programs.resident import Program
from nntrain.training.signals import StopRequest, Watch, watched


@dataclass(frozen=True)
class Plan:
    """How long and in which order to train."""

    seed: int
    batch_size: int
    epochs: int
    steps: int | None  # after which the training ends, perhaps inside an epoch
    shuffle: bool
    monitor: str
    mode: str  # `min` or `max`, of the monitored metric
    save: str  # which weights to keep, `best` or `last`
    improvement: Improvement = Improvement()  # what makes an epoch better than another
    max_seconds: float | None = None
    checkpoint_seconds: float = 30.0
    balanced: np.ndarray | None = None  # (n,) the classes of the rows, of which an epoch has equally many

    def order(self, epoch: int, rows: int) -> np.ndarray:
        """Return (rows,) int32, the order of the rows in an epoch (from 1)."""
        if self.balanced is not None:
            return balanced_order(self.seed, epoch, self.balanced)
        return epoch_order(self.seed, epoch, rows, self.shuffle)

    def keeps(self, history: History, value: float) -> bool:
        """Return whether to keep the weights of an epoch that comes after these, by its monitored value."""
        best, rule = history.best_value, self.improvement
        if self.save == "last" or math.isnan(best) or history.best_epoch <= rule.start_from_epoch:
            return True
        return rule.is_better(value, best, self.mode)


class Watcher(Protocol):
    """What the loop calls during a training."""

    def begin(self, epochs: int, steps: int) -> None:
        """Called before the first epoch, with the number of epochs and of steps in each."""

    def piece(self, epoch: int, step: int, metrics: Row) -> None:
        """Called after a piece, with the steps done in this epoch and the metrics so far."""

    def epoch(self, row: Row) -> None:
        """Called after an epoch, validation included."""


@dataclass(frozen=True)
class Job:
    """All that a training needs."""

    program: Program
    training: Arrays
    validation: Arrays | None
    plan: Plan
    callbacks: Sequence[keras.callbacks.Callback]
    watcher: Watcher
    store: Store | None = None  # of the checkpoints
    judge: Callable[[Row], bool | str] | None = None  # takes the row of every epoch; whether to stop there, or why
    help: Callable[[], str] = lambda: divergence.DEFAULT  # of the error when the training diverges
    # The doctor; takes each epoch (0: before the first), and whether it is the last of the training.
    observe: Callable[[int, bool], dict[str, Any] | None] | None = None
    watch: Watch = watched  # for what asks to stop
    request: StopRequest | None = None  # what may ask to stop, in place of the signals of the process
    most_steps: Callable[[], int | None] = lambda: None  # of the next piece, where that is limited
