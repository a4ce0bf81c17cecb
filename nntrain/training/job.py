"""What the training loop is given: the plan, the data, the program, and those who watch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import keras

from nntrain.training.checkpoint import Store
from nntrain.training.history import Row
from nntrain.training.programs.arrays import Arrays
from nntrain.training.programs.resident import Program
from nntrain.training.signals import StopRequest


@dataclass(frozen=True)
class Plan:
    """How long and in which order to train. `steps` ends the training inside an epoch; `mode` is min or max."""

    seed: int
    batch_size: int
    epochs: int
    steps: int | None
    shuffle: bool
    monitor: str
    mode: str
    save: str  # `best` or `last`
    max_seconds: float | None = None
    checkpoint_seconds: float = 30.0


class Watcher(Protocol):
    """What is told while the training goes on."""

    def begin(self, epochs: int, steps: int) -> None:
        """Before the first epoch: how many epochs, how many steps in each."""

    def piece(self, epoch: int, step: int, metrics: Row) -> None:
        """After a piece: the steps done in this epoch, the metrics so far."""

    def epoch(self, row: Row) -> None:
        """After an epoch, validation included."""


@dataclass(frozen=True)
class Job:
    """All that a training needs; `store` is where checkpoints go, if anywhere.

    judge: is told the row of every epoch and says whether to stop there. request: who may ask to stop in place of the
    process's signals.
    """

    program: Program
    training: Arrays
    validation: Arrays | None
    plan: Plan
    callbacks: Sequence[keras.callbacks.Callback]
    watcher: Watcher
    store: Store | None = None
    judge: Callable[[Row], bool] | None = None
    request: StopRequest | None = None
