"""A worker process: it trains the trials that come through a pipe, which a thread also reads during a training."""

import contextlib
import gc
import math
import os
import queue
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntrain import backend
from nntrain.errors import NNTrainError
from nntrain.plugins import load as plugins
from nntrain.search.executor import Settings
from nntrain.search.task import Answer, Event, Stack, Stop, Task, Work
from nntrain.training.signals import SAVING, STOPPING, StopRequest

if TYPE_CHECKING:
    from nntrain.search.trial_runner import TrialRunner

GOODBYE_SECONDS = 1.0  # for a checkpoint after the pool has died
ANSWER_SECONDS = 10.0  # to wait for an answer after the trial was asked to stop

# TensorFlow keeps half a megabyte of every graph. A new worker takes two seconds to start, so a worker that has grown a
# little is only replaced after some trials.
GROWTH_BYTES = 60_000_000  # after `LEAST_TRIALS`
LARGE_GROWTH_BYTES = 1_000_000_000  # at any time
FIRST_TRIALS = 5  # after which growth is counted
LEAST_TRIALS = 50


@dataclass(frozen=True)
class Ready:
    """From a worker: TensorFlow is loaded, or cannot be loaded because of `problem`."""

    problem: str = ""


@dataclass(frozen=True)
class Said:
    """From a worker: an event of its trial. `leaving`: whether the worker ends now."""

    event: Event
    leaving: bool = False


@dataclass
class _Order:
    """A task or a stack, and what the pool sends while it runs."""

    work: Work
    answers: "queue.SimpleQueue[bool]" = field(default_factory=queue.SimpleQueue)
    stopped: bool = False
    request: StopRequest | None = None

    def stop(self) -> None:
        """Ask the training to stop, now or as soon as it begins."""
        self.stopped = True
        if self.request is not None:
            self.request.ask()


def main(connection: Connection, settings: Settings) -> None:
    """Run tasks until the pool closes the pipe."""
    worker = Worker(connection)
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN)  # the pool receives what the terminal sends, and then sends `Stop`
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if SAVING:
        signal.signal(SAVING, signal.SIG_IGN)
    os.dup2(2, 1)  # what a library prints must not mix with the results on stdout
    threading.Thread(target=worker.listen, daemon=True).start()
    with contextlib.ExitStack() as stack:
        try:
            _start(settings)
            stack.enter_context(plugins.used(settings.plugins, settings.verbose))
        except NNTrainError as error:
            connection.send(Ready(error.problems[0].message))
            return
        worker.work()


def _start(settings: Settings) -> None:
    """Load TensorFlow and fix its number of threads, which no trial can change afterwards."""
    os.environ["OMP_NUM_THREADS"] = str(settings.threads)
    backend.start(settings.device, settings.verbose)
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(settings.threads)
    tf.config.threading.set_inter_op_parallelism_threads(settings.threads)
    tf.config.list_logical_devices()  # starts the threads


class MemoryGrowth:
    """How much this process has grown since its first trials."""

    def __init__(self) -> None:
        self.trials = self.first = 0

    def is_large(self) -> bool:
        """Return whether to replace the worker. Call it after every trial."""
        self.trials += 1
        now = resident_bytes()
        if self.trials <= FIRST_TRIALS:
            self.first = now
        return now - self.first > (GROWTH_BYTES if self.trials >= LEAST_TRIALS else LARGE_GROWTH_BYTES)


def resident_bytes() -> int:
    """Return the resident memory of this process; 0 where the system does not report it."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if status.is_file() else 0


class Worker:
    """The two threads of a worker: `listen` reads the pipe, `work` trains."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self.order: _Order | None = None  # the latest one
        self.busy = False

    def listen(self) -> None:
        """Receive what the pool sends; end the process when the pool has ended."""
        while True:
            try:
                message = self.connection.recv()
            except (EOFError, OSError):
                self._end_without_pool()
            self._receive(message)

    def _receive(self, message: Any) -> None:
        if isinstance(message, (Task, Stack)):
            self.order = _Order(message)
            self.busy = True
            self.orders.put(self.order)
        elif self.order is not None and isinstance(message, Answer):
            self.order.answers.put(message.stop)
        elif self.order is not None and isinstance(message, Stop):
            self.order.stop()

    def leave(self) -> None:
        """Stop the trial with a checkpoint and end the process."""
        if self.order is not None:
            self.order.stop()
        self.orders.put(None)

    def _end_without_pool(self) -> None:
        self.leave()
        deadline = time.monotonic() + GOODBYE_SECONDS
        while self.busy and time.monotonic() < deadline:
            time.sleep(0.01)
        os._exit(1)  # at once, whatever the other thread does

    def work(self) -> None:
        """Run one task after another."""
        from nntrain.search.trial_runner import TrialRunner

        runner = TrialRunner()
        gc.collect()
        gc.freeze()  # collecting the imported objects again would take half a second a trial
        memory = MemoryGrowth()
        signal.signal(signal.SIGTERM, lambda *_: self.leave())  # before, there is no training to stop
        self._send(Ready())
        while (order := self.orders.get()) is not None:
            *events, last = self._run(runner, order)
            for event in events:
                self._send(Said(event))
            ending = order.stopped and not self.orders.empty()
            self.busy = False
            leaving = memory.is_large() or ending
            self._send(Said(last, leaving))
            if leaving:
                break
        sys.stderr.flush()
        os._exit(0)  # unloading TensorFlow takes long

    def _run(self, runner: "TrialRunner", order: _Order) -> list[Event]:
        from nntrain.search import stack_runner

        request = order.request = StopRequest()
        if order.stopped:  # before there was a request
            request.ask()
        work, report = order.work, partial(self._report, order)
        if isinstance(work, Stack):
            return stack_runner.run(work, runner, report, request)
        return [runner.run(work, partial(report, work), request)]

    def _report(self, order: _Order, task: Task, row: dict[str, float]) -> bool:
        self._send(Said(Event(task.number, "epoch", row=dict(row))))
        return task.judged and self._answer(order)

    def _answer(self, order: _Order) -> bool:
        """Return whether to stop, as the pool answers; a trial that was asked to stop waits a limited time."""
        deadline = math.inf
        while time.monotonic() <= deadline:
            with contextlib.suppress(queue.Empty):
                return order.answers.get(timeout=0.2)
            if order.stopped:
                deadline = min(deadline, time.monotonic() + ANSWER_SECONDS)
        return False

    def _send(self, message: Ready | Said) -> None:
        with contextlib.suppress(OSError):  # the pool has ended: `listen` notices and ends the process
            self.connection.send(message)
