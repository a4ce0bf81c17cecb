"""Many trainings of one architecture as one: what `loop` does for one training, epoch by epoch for a stack of them.

Each member has its own order of examples, callbacks, history, best epoch and end. One that ends or diverges leaves the
stack at the end of its epoch. A checkpoint holds all members between two epochs; a stack that is stopped inside an
epoch begins this epoch again.
"""

import math
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import tensorflow as tf

from nntrain.training import divergence
from nntrain.training.checkpoint import Saver, Store
from nntrain.training.history import Row
from nntrain.training.loop import next_piece
from nntrain.training.programs.stacked import StackedData, StackedProgram, Values, joined, of_member, taken
from nntrain.training.signals import StopRequest
from nntrain.training.stack_member import RATE, Member
from nntrain.training.stack_state import StackState
from nntrain.training.state import State


class Watcher(Protocol):
    """What a stack calls during a training."""

    def start(self, epochs: int) -> None:
        """Called before the first epoch."""

    def part(self, epoch: int, share: float) -> None:
        """Called after a piece, with the share of the epoch that is done."""

    def rows(self, rows: Mapping[str, Row]) -> Collection[str]:
        """Called after an epoch, with the new row of each member that has one; returns the members to stop there."""

    def end(self) -> None:
        """Called when the training has ended."""


class _Asked(Exception):
    """A signal asked the training to stop."""


@dataclass
class Stack:
    """The members, their data, and the program that trains them; `values` are those of the `active` members."""

    program: StackedProgram
    members: Sequence[Member]
    training: StackedData
    validation: StackedData | None
    watcher: Watcher
    store: Store
    checkpoint_seconds: float

    def fit(
        self, values: Values, request: StopRequest, saved: State | None = None, origins: Mapping[str, State] = {}
    ) -> None:
        """Train all members to their ends, from a checkpoint where one is given; `state` and the histories are filled.

        values: those of all members at the start. origins: states of runs, from which members of these names continue.
        Raises Stopped after a checkpoint was written, and NNTrainError where one cannot be written, or is that of
        another stack.
        """
        for member in self.members:
            member.begin()
        self.state = StackState.of(values)
        if saved is not None:
            self.state = StackState.restore(saved, self.state, self.members, self.program.model)
        else:
            self._continue(origins)
        self.active = [place for place, member in enumerate(self.members) if not member.has_ended]
        self.values = self.state.take(self.active)
        self.piece_steps = 1
        saver = Saver(self.store, self._captured, self.checkpoint_seconds, can_lose=False)
        self.watcher.start(max(member.plan.epochs for member in self.members))
        try:
            while self.active and not request.signal:
                self._epoch(request)
                if saver.is_due(end_of_epoch=True) or request.wants_checkpoint:
                    request.wants_checkpoint = False
                    saver.save()
        except _Asked:
            pass
        saver.save()
        request.raise_if_asked()

    def _continue(self, origins: Mapping[str, State]) -> None:
        for place, member in enumerate(self.members):
            if member.name in origins:
                self.state.put_run(place, origins[member.name], member, self.program)

    def _captured(self) -> State:
        self.state.put(self.active, self.values)
        return self.state.capture(self.members)

    def _epoch(self, request: StopRequest) -> None:
        """Train and validate an epoch; a signal that comes before its end leaves it undone."""
        began, epoch = time.perf_counter(), 1 + len(self.members[self.active[0]].history.rows)
        for place in self.active:
            for callback in self.members[place].callbacks:
                callback.on_epoch_begin(epoch - 1)
        values = self._steps(epoch, request)
        results, finite = self.program.results(values)
        validated = {f"val_{name}": found for name, found in self._validated(values).items()}
        seconds = (time.perf_counter() - began) / len(self.active)
        weights = [values[index].numpy() for index in self.program.weights]
        rows = {}
        for index, place in enumerate(self.active):
            member, metrics = self.members[place], of_member({**results, **validated}, index)
            row: Row = {"epoch": epoch, "seconds": seconds, RATE: metrics.pop(RATE), **metrics}
            own = [weight[index] for weight in weights]
            if what := self._not_finite(row, own if not finite[index] else ()):
                member.error = divergence.error(epoch, what, member.help())
                member.history.seconds += seconds
                continue
            member.finish_epoch(row, own)
            rows[member.name] = row
        stopped = self.watcher.rows(rows)
        for member in (self.members[place] for place in self.active):
            if member.name in stopped and not member.has_ended:
                member.prune()
        self._end_epoch(values, results[RATE])

    def _steps(self, epoch: int, request: StopRequest) -> Values:
        """Return the values after the steps of an epoch.

        Members with other numbers of rows take the whole batches together that all of them have, and the rest apart.
        """
        data, batch = self.training, self.program.batch_size
        orders = [self.members[p].plan.order(epoch, data.sizes[p]) + data.starts[p] for p in self.active]
        fewest, most = min(map(len, orders)), max(map(len, orders))
        common = -(-most // batch) if fewest == most else fewest // batch
        stacked = np.stack([order[: common * batch] for order in orders])
        values, step = self.values, 0
        while step < common:
            until, started = min(common, step + self.piece_steps), time.perf_counter()
            values = self.program.train(values, data, stacked, (step, until))
            self.piece_steps = next_piece(until - step, time.perf_counter() - started)
            step = until
            if request.signal:
                raise _Asked
            self.watcher.part(epoch, step / common)
        return values if fewest == most else self._rest(values, orders, common)

    def _rest(self, values: Values, orders: Sequence[np.ndarray], first: int) -> Values:
        """Return the values after the last steps, which members with equally many rows take together."""
        parts, places = [], []
        for size in sorted({len(order) for order in orders}):
            some = [index for index, order in enumerate(orders) if len(order) == size]
            rows, last = np.stack([orders[index] for index in some]), -(-size // self.program.batch_size)
            parts.append(self.program.train(taken(values, some), self.training, rows, (first, last)))
            places += some
        return taken(joined(parts), np.argsort(places))

    def _validated(self, values: Values) -> dict[str, np.ndarray]:
        """Return loss and metrics of each active member on its validation split."""
        found: dict[str, np.ndarray] = {}
        data = self.validation
        if data is None:
            return {}
        sizes, starts = data.sizes[self.active], data.starts[self.active]
        for size in sorted(set(sizes)):
            some = np.flatnonzero(sizes == size)
            rows = starts[some, None] + np.arange(size, dtype="int32")
            part = values if len(some) == len(sizes) else taken(values, some)
            for name, result in self.program.evaluate(part, data, rows).items():
                found.setdefault(name, np.zeros(len(sizes), "float32"))[some] = result
        return found

    def _not_finite(self, row: Row, weights: Sequence[np.ndarray]) -> str:
        """Return which weight or loss is not finite, else nothing; no weights where all are known to be finite."""
        for weight, value in zip(self.program.model.weights, weights, strict=False):
            if not np.isfinite(value).all():
                return f"`{weight.path}` holds values that are not finite"
        if not math.isfinite(row["loss"]):
            return f"the loss is {row['loss']}"
        validated = row.get("val_loss", 0.0)
        return "" if math.isfinite(validated) else f"the loss on the validation split is {validated}"

    def _end_epoch(self, values: Values, rates: np.ndarray) -> None:
        """Take over the learning rates that callbacks have set, begin the metrics anew, and let members leave."""
        new, place = rates.copy(), self.program.learning_rate
        for index, member in enumerate(self.members[p] for p in self.active):
            new[index] = rates[index] if member.error else member.optimizer.learning_rate
        if place is not None and not np.array_equal(new, rates):
            values = (*values[:place], tf.constant(new), *values[place + 1 :])
        self.values = self.program.without_counts(values)
        staying = [index for index, place in enumerate(self.active) if not self.members[place].has_ended]
        if len(staying) < len(self.active):
            epoch = max(len(self.members[place].history.rows) for place in self.active)
            self.state.put(self.active, self.values)
            self.active = [self.active[index] for index in staying]
            self.values = taken(self.values, staying)
            self.state.compactions.append({"epoch": epoch, "members": len(self.active)})
