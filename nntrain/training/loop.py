"""From a compiled model and arrays to a history: the one function that trains.

The state between two steps is small and complete (state.py), the order of an epoch is a function of seed and epoch, and
a compiled call runs any stretch of an epoch. So a training can stop after any piece, and resume with the same bits.
"""

import math
import time
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import keras
import numpy as np

from nntrain.config.messages import counted
from nntrain.errors import Diverged, NNTrainError, Stopped, WorkerLost
from nntrain.training import divergence, state
from nntrain.training.checkpoint import Saver
from nntrain.training.history import History, Row
from nntrain.training.job import Job
from nntrain.training.programs.arrays import TrainResult, as_float
from nntrain.training.signals import StopRequest
from nntrain.training.state import Position, State

PIECE_SECONDS = 0.25  # a piece of an epoch takes about this long, so that progress moves and Ctrl-C is prompt
START = Position(epoch=1, step=0, seconds=0.0)
PRUNED = "pruned"  # the reason of a training that its judge stopped


def next_piece(steps: int, seconds: float) -> int:
    """Return the steps of the next piece: at most ten times those of this one, whose first call includes tracing."""
    return max(1, min(int(PIECE_SECONDS * steps / max(seconds, 1e-6)), 10 * steps))


def fit(job: Job, history: History, resumed: State | None = None) -> None:
    """Train the job's model from the start or from a state; fill the history and leave the weights to keep in both.

    Raises Diverged when a loss or a weight is not finite, Stopped at a signal after a checkpoint is written,
    and WorkerLost after the last certain state is written. In all cases the history holds the complete epochs, and the
    model has the weights to keep, if there are any. Raises ValueError when the state belongs to another model, and
    NNTrainError when a checkpoint cannot be written, which becomes Stopped after a signal.
    """
    try:
        with job.watch() if job.request is None else nullcontext(job.request) as request:
            _run(_Trainer(job, history, request), resumed)
    finally:
        if history.weights:
            job.program.model.set_weights(history.weights)


def _run(trainer: "_Trainer", resumed: State | None) -> None:
    try:
        trainer.run(resumed)
    except Stopped:
        raise
    except NNTrainError as error:
        trainer.request.raise_if_asked(but=error.problems[0].message)
        raise


class _TimeOver(Exception):
    """`max_seconds` were over before the last epoch ended."""


class _Trainer:
    def __init__(self, job: Job, history: History, request: StopRequest) -> None:
        self.request = request
        self.program = job.program
        self.model = job.program.model
        self.training = job.training
        self.validation = job.validation
        self.plan = job.plan
        self.watcher = job.watcher
        self.judge = job.judge
        self.help = job.help
        self.observe = job.observe
        self.most_steps = job.most_steps
        self.callbacks = keras.callbacks.CallbackList(list(job.callbacks), model=self.model)
        self.history = history
        self.saver = Saver(job.store, self._captured, self.plan.checkpoint_seconds, self.program.can_lose)
        self.piece_steps = 1
        self.is_cut = False  # the last epoch, by `max_seconds` or `steps`; the checkpoint is that of its last step

    def run(self, resumed: State | None) -> None:
        self._begin(resumed)
        try:
            self._epochs()
        except _TimeOver as over:
            self.history.reason = f"the limit of {self.plan.max_seconds or 0:g} s is reached{over}"
        except WorkerLost:
            self.saver.save_held()
            raise
        finally:
            self.history.seconds = time.monotonic() - self.began
        if not self.is_cut:
            self.saver.save()
        self.request.raise_if_asked()  # a signal that came after the last piece
        self._end()

    def _begin(self, resumed: State | None) -> None:
        self.model.stop_training = False
        self.watcher.begin(self.plan.epochs, self.program.steps(self.training))
        self.program.before_end(self.saver.save_held)
        self.callbacks.on_train_begin()
        self.position = START
        if resumed is not None:
            self.position = state.restore(resumed, self.model, self.callbacks.callbacks, self.history)
        self.began = time.monotonic() - self.history.seconds
        if self.position.step == 0:
            self.model.reset_metrics()
        if resumed is None:
            self._observe(0, is_last=False)

    def _epochs(self) -> None:
        while self.position.epoch <= self.plan.epochs and not self.model.stop_training:
            epoch = self.position.epoch
            self._epoch()
            judged = self.judge is not None and self.judge(self.history.rows[-1])
            self.position = Position(epoch + 1, 0, 0.0)
            stop, over, _ = self._agreed(self.model.stop_training, self._time_is_over())
            self.model.stop_training = bool(stop)
            is_last = epoch == self.plan.epochs or self.is_cut
            if stop:
                self.history.reason = reason_to_stop(self.callbacks.callbacks)
            elif judged and epoch < self.plan.epochs:
                self.model.stop_training = True
                self.history.reason = judged if isinstance(judged, str) else PRUNED
            self._observe(epoch, is_last=is_last or self.model.stop_training or bool(over))
            if over and epoch < self.plan.epochs and not self.model.stop_training:
                raise _TimeOver
            if self.is_cut:
                return
            self.saver.hold()
            if self.saver.is_due(end_of_epoch=True) or self.request.wants_checkpoint:
                self._save()

    def _end(self) -> None:
        """Put the averaged weights of `use_ema` in place, as Keras does after the last epoch."""
        scaled: Any = self.model.optimizer
        optimizer = getattr(scaled, "inner_optimizer", scaled)
        if optimizer.use_ema:
            optimizer.finalize_variable_values(self.model.trainable_variables)
            if self.plan.save == "last" and self.history.rows:
                self.history.weights = self.model.get_weights()
        self.callbacks.on_train_end()

    def _epoch(self) -> None:
        epoch = self.position.epoch
        if self.position.step == 0:
            self.callbacks.on_epoch_begin(epoch - 1)
        metrics = self._finish_epoch(self._train())
        self.callbacks.on_epoch_end(epoch - 1, dict(metrics))
        self.watcher.epoch(self.history.rows[-1])

    def _observe(self, epoch: int, is_last: bool) -> None:
        """Let the doctor look at the model between two epochs; what it measures changes nothing."""
        if self.observe is not None and (found := self.observe(epoch, is_last)):
            self.history.signs.append(found)

    def _finish_epoch(self, result: TrainResult) -> Row:
        """Validate, add the row of the epoch to the history, and return its metrics."""
        epoch, metrics = self.position.epoch, result.metrics
        if not result.finite:
            self._refuse_nonfinite_weights()
        if not math.isfinite(metrics["loss"]):
            raise self._diverged(f"the loss is {metrics['loss']}")
        kept = self._validate(metrics)
        seconds = self.position.seconds + time.perf_counter() - self.epoch_began
        rate = as_float(self.model.optimizer.learning_rate.numpy())
        row = {"epoch": epoch, "seconds": seconds, "learning_rate": rate, **metrics}
        self.history.rows.append(row)
        if kept:
            self.history.best_epoch, self.history.best_value = epoch, metrics[self.plan.monitor]
        return metrics

    def _train(self) -> TrainResult:
        """Run the remaining steps of the epoch, piece by piece; the result does not depend on the pieces."""
        epoch, step = self.position.epoch, self.position.step
        order = self.plan.order(epoch, len(self.training))
        steps = self.program.steps(self.training)
        end = steps if self.plan.steps is None else min(steps, self.plan.steps - (epoch - 1) * steps)
        self.epoch_began, self.is_cut = time.perf_counter(), end < steps
        if step == end:  # the training was stopped between the last step and the validation
            return self.program.train(self.training, order, end, end)
        while step < end:
            until = end if self.program.whole_epochs else min(end, step + (self.most_steps() or self.piece_steps))
            started = time.perf_counter()
            result = self.program.train(self.training, order, step, until)
            self.piece_steps = next_piece(until - step, time.perf_counter() - started)
            step = until
            self._between_pieces(step, end, result)
        if self.is_cut:  # saved before the validation, so that a longer training continues the epoch
            self._advance(end)
            self.saver.save()
        return result

    def _between_pieces(self, step: int, end: int, result: TrainResult) -> None:
        """Stop or save the training where that is due; inside an epoch it happens here only."""
        enough = self._time_is_over() and step < end
        self.piece_steps, over, asked = self._agreed(self.piece_steps, enough)
        due = self.saver.is_due(end_of_epoch=False) or self.request.wants_checkpoint
        if asked or over or (step < end and due):
            self._advance(step)
            self._save()
        if asked:
            self.request.raise_if_asked()
        if over and not self.history.rows:
            self._cut_epoch(step, end, result)
        if over:
            raise _TimeOver
        if step < end:
            if self.saver.holds:
                self._advance(step)
                self.saver.hold()
            self.watcher.piece(self.position.epoch, step, result.metrics)

    def _save(self) -> None:
        self.request.wants_checkpoint = False
        self.saver.save()

    def _cut_epoch(self, step: int, end: int, result: TrainResult) -> None:
        """Score and keep the model in the middle of the first epoch. `resume` continues as if this had not been."""
        self._finish_epoch(result)
        self.is_cut = True
        raise _TimeOver(f" in epoch 1, after {step} of {end} steps")

    def _agreed(self, *decisions: int) -> list[int]:
        """Return what depends on a clock or a signal as all processes of the training agree on it, the signal last.

        A signal that arrives meanwhile waits for the next agreement.
        """
        agreed, asked = self.program.agree(decisions, self.request.signal)
        if asked:
            self.request.signal = asked
        return [*agreed, asked]

    def _advance(self, step: int) -> None:
        now = time.perf_counter()
        self.position = Position(self.position.epoch, step, self.position.seconds + now - self.epoch_began)
        self.epoch_began = now

    def _time_is_over(self) -> bool:
        return self.plan.max_seconds is not None and time.monotonic() - self.began >= self.plan.max_seconds

    def _captured(self) -> State:
        self._refuse_nonfinite_weights()
        self.history.seconds = time.monotonic() - self.began
        return state.capture(self.model, self.callbacks.callbacks, self.history, self.position)

    def _validate(self, metrics: Row) -> bool:
        """Add the validation metrics and reset the model's; return whether the weights are kept as the best so far."""
        self.callbacks.on_test_begin()  # without a validation split too, for `SwapEMAWeights`
        if self.validation is None:
            self.model.reset_metrics()
        else:
            metrics.update({f"val_{name}": value for name, value in self.program.evaluate(self.validation).items()})
            if not math.isfinite(metrics["val_loss"]):
                raise self._diverged(f"the loss on the validation split is {metrics['val_loss']}")
        kept = self.plan.keeps(self.history, metrics[self.plan.monitor])
        if kept:
            self.history.weights = self.model.get_weights()
        self.callbacks.on_test_end()
        return kept

    def _refuse_nonfinite_weights(self) -> None:
        for weight in self.model.weights:
            if not np.isfinite(weight.value.numpy()).all():  # Keras's own conversion takes five times as long
                raise self._diverged(f"`{weight.path}` holds values that are not finite")

    def _diverged(self, what: str) -> Diverged:
        return divergence.error(self.position.epoch, what, self.help())


def reason_to_stop(callbacks: Sequence[Any]) -> str:
    """Return why a callback stopped the training before its planned end."""
    for callback in callbacks:
        if reason := getattr(callback, "reason", ""):
            return str(reason)
        if getattr(callback, "stopped_epoch", 0):
            return f"early stopping: {callback.monitor} has not improved for {counted(callback.patience, 'epoch')}"
    return "a callback stopped it"
