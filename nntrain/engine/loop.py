"""From a compiled model and arrays to a history: the one function that trains."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import keras
import numpy as np

from nntrain.engine.resident import Arrays, Program, as_float, epoch_order
from nntrain.engine.signals import StopRequest, watched
from nntrain.errors import Diverged

PIECE_SECONDS = 0.25  # a piece of an epoch takes about this long, so that progress moves and Ctrl-C is prompt
Row = dict[str, float]


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


@dataclass
class History:
    """One row an epoch, and the weights to keep. `reason` is empty when the training went to its planned end."""

    rows: list[Row] = field(default_factory=list)
    best_epoch: int = 0
    best_value: float = math.nan
    weights: list[np.ndarray] = field(default_factory=list)
    reason: str = ""


class Watcher(Protocol):
    """What is told while the training goes on."""

    def begin(self, epochs: int, steps: int) -> None:
        """Before the first epoch: how many epochs, how many steps in each."""

    def piece(self, epoch: int, step: int, figures: Row) -> None:
        """After a piece: the steps done in this epoch, the figures so far."""

    def epoch(self, row: Row) -> None:
        """After an epoch, validation included."""


def fit(
    program: Program,
    training: Arrays,
    validation: Arrays | None,
    plan: Plan,
    callbacks: Sequence[keras.callbacks.Callback],
    watcher: Watcher,
    history: History,
) -> None:
    """Trains the program's model, fills the history, and leaves the weights to keep in the model.

    Raises Diverged when a loss or a weight is not finite, and Stopped at SIGINT or SIGTERM; in both cases the history
    holds the epochs that ended well, and the weights to keep, if there are any, are in the model.
    """
    trainer = _Trainer(program, training, validation, plan, callbacks, watcher, history)
    try:
        with watched() as request:
            trainer.run(request)
    finally:
        if history.weights:
            program.model.set_weights(history.weights)


class _Trainer:
    def __init__(
        self,
        program: Program,
        training: Arrays,
        validation: Arrays | None,
        plan: Plan,
        callbacks: Sequence[keras.callbacks.Callback],
        watcher: Watcher,
        history: History,
    ) -> None:
        self.program = program
        self.model = program.model
        self.training = training
        self.validation = validation
        self.plan = plan
        self.callbacks = keras.callbacks.CallbackList(list(callbacks), model=self.model)
        self.watcher = watcher
        self.history = history
        self.piece_steps = 1

    def run(self, request: StopRequest) -> None:
        self.model.stop_training = False
        self.watcher.begin(self.plan.epochs, self.program.steps(self.training))
        self.callbacks.on_train_begin()
        for epoch in range(1, self.plan.epochs + 1):
            self._epoch(epoch, request)
            if self.model.stop_training:
                self.history.reason = _reason(self.callbacks.callbacks)
                break
        self.callbacks.on_train_end()
        request.raise_if_asked()  # a signal that came after the last piece

    def _epoch(self, epoch: int, request: StopRequest) -> None:
        started = time.perf_counter()
        self.callbacks.on_epoch_begin(epoch - 1)
        self._train(epoch, request)
        if self.model.optimizer.use_ema and epoch == self.plan.epochs:
            self.model.optimizer.finalize_variable_values(self.model.trainable_variables)
        figures = self.program.figures()
        self._refuse_nonfinite(epoch, figures)
        kept = self._validate(epoch, figures)
        row = {"epoch": epoch, "seconds": time.perf_counter() - started, "learning_rate": self._rate(), **figures}
        self.history.rows.append(row)
        if kept:
            self.history.best_epoch, self.history.best_value = epoch, figures[self.plan.monitor]
        self.callbacks.on_epoch_end(epoch - 1, dict(figures))
        self.watcher.epoch(row)

    def _rate(self) -> float:
        return as_float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))

    def _train(self, epoch: int, request: StopRequest) -> None:
        """All steps of the epoch, piece by piece; the result does not depend on the pieces."""
        order = epoch_order(self.plan.seed, epoch, len(self.training), self.plan.shuffle)
        self.model.reset_metrics()
        step, end = 0, self._steps_of(epoch)
        while step < end:
            until = min(end, step + self.piece_steps)
            started = time.perf_counter()
            self.program.train(self.training, order, step, until)
            self._size_pieces(until - step, time.perf_counter() - started)
            step = until
            request.raise_if_asked()
            if step < end:
                self.watcher.piece(epoch, step, self.program.figures())

    def _steps_of(self, epoch: int) -> int:
        steps = self.program.steps(self.training)
        return steps if self.plan.steps is None else min(steps, self.plan.steps - (epoch - 1) * steps)

    def _size_pieces(self, steps: int, seconds: float) -> None:
        """The first call also traces and says little, so pieces grow at most tenfold at a time."""
        wanted = int(PIECE_SECONDS * steps / max(seconds, 1e-6))
        self.piece_steps = max(1, min(wanted, 10 * steps))

    def _validate(self, epoch: int, figures: Row) -> bool:
        """Adds the validation's figures; keeps the weights, as validated, where they are the best so far."""
        self.callbacks.on_test_begin()  # without a validation too: it brings in the averaged weights
        if self.validation is not None:
            figures.update({f"val_{name}": value for name, value in self.program.evaluate(self.validation).items()})
            if not math.isfinite(figures["val_loss"]):
                raise _diverged(f"the loss on the validation split is {figures['val_loss']}", epoch)
        kept = self.plan.save == "last" or self._is_best(figures[self.plan.monitor])
        if kept:
            self.history.weights = self.model.get_weights()
        self.callbacks.on_test_end()
        return kept

    def _is_best(self, value: float) -> bool:
        best = self.history.best_value
        if math.isnan(best):
            return True
        return value > best if self.plan.mode == "max" else value < best

    def _refuse_nonfinite(self, epoch: int, figures: Row) -> None:
        """A NaN can hide behind a finite loss: ReLU turns it into 0, so the weights are looked at too."""
        for weight in self.model.weights:
            if not np.isfinite(keras.ops.convert_to_numpy(weight)).all():
                raise _diverged(f"`{weight.path}` holds values that are not finite", epoch)
        if not math.isfinite(figures["loss"]):
            raise _diverged(f"the loss is {figures['loss']}", epoch)


def _diverged(what: str, epoch: int) -> Diverged:
    help = "lower `learning_rate`, or add `clipnorm: 1.0` to the optimizer"
    return Diverged(f"the training diverged in epoch {epoch}: {what}", help=help)


def _reason(callbacks: Sequence[Any]) -> str:
    """Why the training stopped before its planned end."""
    for callback in callbacks:
        if reason := getattr(callback, "reason", ""):
            return str(reason)
        if getattr(callback, "stopped_epoch", 0):
            return f"early stopping: {callback.monitor} has not improved for {callback.patience} epochs"
    return "a callback stopped it"
