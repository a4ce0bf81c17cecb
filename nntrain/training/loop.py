"""From a compiled model and arrays to a history: the one function that trains.

The state between two steps is small and complete (state.py), the order of an epoch is a function of seed and epoch, and
a compiled call runs any stretch of an epoch: so a training can be stopped after any piece and gone on with to the bit.
"""

import math
import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import keras
import numpy as np

from nntrain.errors import Diverged, NNTrainError, Stopped, WorkerLost
from nntrain.training import state
from nntrain.training.checkpoint import Pace
from nntrain.training.history import History, Row
from nntrain.training.job import Job
from nntrain.training.programs.arrays import TrainResult, as_float, epoch_order
from nntrain.training.signals import StopRequest, watched
from nntrain.training.state import Position, State

HOLD_SECONDS = 1.0  # where a worker can be lost, the state is kept in memory about this often
PIECE_SECONDS = 0.25  # a piece of an epoch takes about this long, so that progress moves and Ctrl-C is prompt
START = Position(epoch=1, step=0, seconds=0.0)
PRUNED = "pruned"  # the reason of a training that its judge has stopped


def fit(job: Job, history: History, resumed: State | None = None) -> None:
    """Trains the job's model from the start or from a state, fills the history, and leaves the weights to keep in it.

    Raises Diverged when a loss or a weight is not finite, and Stopped at SIGINT or SIGTERM, after a checkpoint was
    written; WorkerLost, after the last state that is certain was. In all cases the history holds the epochs that ended
    well, and the weights to keep, if there are any, are in the model. Raises ValueError when the state belongs to
    another model, and NNTrainError when a checkpoint cannot be written; after a signal that too is Stopped.
    """
    trainer = _Trainer(job, history)
    try:
        with watched() if job.request is None else nullcontext(job.request) as request:
            _run(trainer, request, resumed)
    finally:
        if history.weights:
            job.program.model.set_weights(history.weights)


def _run(trainer: "_Trainer", request: StopRequest, resumed: State | None) -> None:
    try:
        trainer.run(request, resumed)
    except Stopped:
        raise
    except NNTrainError as error:
        request.raise_if_asked(but=error.problems[0].message)
        raise


class _TimeOver(Exception):
    """`max_seconds` are over in the middle of an epoch."""


class _Trainer:
    def __init__(self, job: Job, history: History) -> None:
        self.program = job.program
        self.model = job.program.model
        self.training = job.training
        self.validation = job.validation
        self.plan = job.plan
        self.watcher = job.watcher
        self.store = job.store
        self.judge = job.judge
        self.callbacks = keras.callbacks.CallbackList(list(job.callbacks), model=self.model)
        self.history = history
        self.pace = Pace(self.plan.checkpoint_seconds)
        self.hold_pace = Pace(HOLD_SECONDS)
        self.held: State | None = None
        self.piece_steps = 1

    def run(self, request: StopRequest, resumed: State | None) -> None:
        self.model.stop_training = False
        self.watcher.begin(self.plan.epochs, self.program.steps(self.training))
        self.program.before_end(self._save_held)
        self.callbacks.on_train_begin()
        position = START
        if resumed is not None:
            position = state.restore(resumed, self.model, self.callbacks.callbacks, self.history)
        self.began = time.monotonic() - self.history.seconds
        self.position = position
        if position.step == 0:
            self.model.reset_metrics()
        try:
            self._epochs(request)
        except _TimeOver:
            self.history.reason = time_over(self.plan.max_seconds or 0.0)
        except WorkerLost:
            self._save_held()
            raise
        self.history.seconds = time.monotonic() - self.began
        self._save()
        request.raise_if_asked()  # a signal that came after the last piece
        self._end()

    def _epochs(self, request: StopRequest) -> None:
        while self.position.epoch <= self.plan.epochs and not self.model.stop_training:
            self._epoch(request)
            pruned = self.judge is not None and self.judge(self.history.rows[-1])
            self.position = Position(self.position.epoch + 1, 0, 0.0)
            stop, over, _ = self._agreed(request, self.model.stop_training, self._time_is_over())
            self.model.stop_training = bool(stop)
            if stop:
                self.history.reason = _reason(self.callbacks.callbacks)
            elif pruned and self.position.epoch <= self.plan.epochs:
                self.model.stop_training, self.history.reason = True, PRUNED
            elif over and self.position.epoch <= self.plan.epochs:
                raise _TimeOver
            self._hold()
            if self.pace.is_due(end_of_epoch=True):
                self._save()

    def _end(self) -> None:
        """What Keras does after the last epoch: the average of the weights takes their place."""
        scaled: Any = self.model.optimizer
        optimizer = getattr(scaled, "inner_optimizer", scaled)
        if optimizer.use_ema:
            optimizer.finalize_variable_values(self.model.trainable_variables)
            if self.plan.save == "last" and self.history.rows:
                self.history.weights = self.model.get_weights()
        self.callbacks.on_train_end()

    def _epoch(self, request: StopRequest) -> None:
        epoch = self.position.epoch
        if self.position.step == 0:
            self.callbacks.on_epoch_begin(epoch - 1)
        seen = self._train(request)
        metrics = seen.metrics
        if not seen.finite:
            self._refuse_nonfinite_weights()
        if not math.isfinite(metrics["loss"]):
            raise self._diverged(f"the loss is {metrics['loss']}")
        kept = self._validate(metrics)
        seconds = self.position.seconds + time.perf_counter() - self.epoch_began
        row = {"epoch": epoch, "seconds": seconds, "learning_rate": self._rate(), **metrics}
        self.history.rows.append(row)
        if kept:
            self.history.best_epoch, self.history.best_value = epoch, metrics[self.plan.monitor]
        self.callbacks.on_epoch_end(epoch - 1, dict(metrics))
        self.watcher.epoch(row)

    def _rate(self) -> float:
        return as_float(self.model.optimizer.learning_rate.numpy())

    def _train(self, request: StopRequest) -> TrainResult:
        """All steps of the epoch that are left, piece by piece; the result does not depend on the pieces."""
        epoch, step = self.position.epoch, self.position.step
        order = epoch_order(self.plan.seed, epoch, len(self.training), self.plan.shuffle)
        end = self._steps_of(epoch)
        self.epoch_began = time.perf_counter()
        if step == end:  # the training was stopped between the last step and the validation
            return self.program.train(self.training, order, end, end)
        while step < end:
            until = end if self.program.whole_epochs else min(end, step + self.piece_steps)
            started = time.perf_counter()
            seen = self.program.train(self.training, order, step, until)
            self._size_pieces(until - step, time.perf_counter() - started)
            step = until
            self._between_pieces(step, end, seen, request)
        return seen

    def _between_pieces(self, step: int, end: int, seen: TrainResult, request: StopRequest) -> None:
        """The only places inside an epoch where a training stops or is saved."""
        enough = self._time_is_over() and bool(self.history.rows) and step < end
        self.piece_steps, over, asked = self._agreed(request, self.piece_steps, enough)
        if asked or over or (step < end and self.pace.is_due(end_of_epoch=False)):
            self._advance(step)
            self._save()
        if asked:
            request.raise_if_asked()
        if over:
            raise _TimeOver
        if step < end:
            if self._holds:
                self._advance(step)
                self._hold()
            self.watcher.piece(self.position.epoch, step, seen.metrics)

    def _agreed(self, request: StopRequest, *decisions: int) -> list[int]:
        """What hangs on a clock or a signal, as all processes that train together decide it; the signal is the last.

        One that comes while they do so waits for the next time.
        """
        agreed, asked = self.program.agree(decisions, request.signal)
        if asked:
            request.signal = asked
        return [*agreed, asked]

    def _hold(self) -> None:
        """Keeps the state in memory where a worker can be lost: a step that is cut short leaves none behind."""
        if self._holds and self.hold_pace.is_due(end_of_epoch=True):
            started = time.perf_counter()
            self.held = self._captured()
            self.hold_pace.written(time.perf_counter() - started)

    @property
    def _holds(self) -> bool:
        return self.program.can_lose and self.store is not None

    def _save_held(self) -> None:
        if self.store is not None and self.held is not None:
            self.store.save(self.held)

    def _advance(self, step: int) -> None:
        now = time.perf_counter()
        self.position = Position(self.position.epoch, step, self.position.seconds + now - self.epoch_began)
        self.epoch_began = now

    def _time_is_over(self) -> bool:
        return self.plan.max_seconds is not None and time.monotonic() - self.began >= self.plan.max_seconds

    def _save(self) -> None:
        """Writes a checkpoint, never one whose weights are not finite."""
        if self.store is None:
            return
        started = time.perf_counter()
        captured = self._captured()
        self.store.save(captured)
        self.held = captured if self._holds else None
        self.pace.written(time.perf_counter() - started)

    def _captured(self) -> State:
        self._refuse_nonfinite_weights()
        self.history.seconds = time.monotonic() - self.began
        return state.capture(self.model, self.callbacks.callbacks, self.history, self.position)

    def _steps_of(self, epoch: int) -> int:
        steps = self.program.steps(self.training)
        return steps if self.plan.steps is None else min(steps, self.plan.steps - (epoch - 1) * steps)

    def _size_pieces(self, steps: int, seconds: float) -> None:
        """The first call also traces and says little, so pieces grow at most tenfold at a time."""
        wanted = int(PIECE_SECONDS * steps / max(seconds, 1e-6))
        self.piece_steps = max(1, min(wanted, 10 * steps))

    def _validate(self, metrics: Row) -> bool:
        """Adds the validation's metrics; keeps the weights, as validated, where they are the best so far.

        The metrics are reset then, for the next epoch.
        """
        self.callbacks.on_test_begin()  # without a validation too: it brings in the averaged weights
        if self.validation is None:
            self.model.reset_metrics()
        else:
            metrics.update({f"val_{name}": value for name, value in self.program.evaluate(self.validation).items()})
            if not math.isfinite(metrics["val_loss"]):
                raise self._diverged(f"the loss on the validation split is {metrics['val_loss']}")
        kept = self.plan.save == "last" or self._is_best(metrics[self.plan.monitor])
        if kept:
            self.history.weights = self.model.get_weights()
        self.callbacks.on_test_end()
        return kept

    def _is_best(self, value: float) -> bool:
        best = self.history.best_value
        if math.isnan(best):
            return True
        return value > best if self.plan.mode == "max" else value < best

    def _refuse_nonfinite_weights(self) -> None:
        for weight in self.model.weights:
            if not np.isfinite(weight.value.numpy()).all():  # Keras's own conversion takes five times as long
                raise self._diverged(f"`{weight.path}` holds values that are not finite")

    def _diverged(self, what: str) -> Diverged:
        help = "lower `learning_rate`, or add `clipnorm: 1.0` to the optimizer"
        return Diverged(f"the training diverged in epoch {self.position.epoch}: {what}", help=help)


def time_over(max_seconds: float) -> str:
    """The reason of a training that its limit of time has stopped."""
    return f"the limit of {max_seconds:g} s is reached"


def _reason(callbacks: Sequence[Any]) -> str:
    """Why the training stopped before its planned end."""
    for callback in callbacks:
        if reason := getattr(callback, "reason", ""):
            return str(reason)
        if getattr(callback, "stopped_epoch", 0):
            return f"early stopping: {callback.monitor} has not improved for {callback.patience} epochs"
    return "a callback stopped it"
