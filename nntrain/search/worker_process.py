"""A worker: one process that runs the trials it is given, and talks with the pool that started it over a pipe.

A thread reads the pipe, so that an answer, the wish to stop and the pool's own death are noticed during a training too.
"""

import contextlib
import gc
import os
import queue
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nntrain import backend
from nntrain.errors import NNTrainError
from nntrain.search.task import Event, Task

if TYPE_CHECKING:
    from nntrain.training.signals import StopRequest

# How much a worker may grow since its first trials before a new one takes its place. TensorFlow keeps half a megabyte
# of every graph; a new worker costs two seconds and so waits for some trials, unless much is at stake.
GROWTH_BYTES = 60_000_000
LARGE_GROWTH_BYTES = 1_000_000_000
FIRST_TRIALS = 5
LEAST_TRIALS = 50
GOODBYE_SECONDS = 1.0  # for a checkpoint after the pool has died
ANSWER_SECONDS = 10.0  # to wait for an answer once the trial was asked to stop


@dataclass(frozen=True)
class Settings:
    """How to start. `threads`: of TensorFlow, in one operation and between operations."""

    device: backend.Device
    verbose: bool
    threads: int


@dataclass(frozen=True)
class Answer:
    """To a worker: whether to stop the trial after the epoch that it has told."""

    stop: bool


@dataclass(frozen=True)
class Stop:
    """To a worker: end the trial with a checkpoint."""


@dataclass(frozen=True)
class Ready:
    """From a worker: TensorFlow is loaded, or `problem` says why it is not."""

    problem: str = ""


@dataclass(frozen=True)
class Said:
    """From a worker: an event of its trial; `leaving` says that it takes no more."""

    event: Event
    leaving: bool = False


@dataclass
class _Order:
    """A task, and what the pool says while it runs."""

    task: Task
    answers: "queue.SimpleQueue[bool]" = field(default_factory=queue.SimpleQueue)
    stopped: bool = False
    request: "StopRequest | None" = None

    def stop(self) -> None:
        """Asks the training to stop, now or when it begins."""
        self.stopped = True
        if self.request is not None:
            self.request.ask()


def main(connection: Connection, settings: Settings) -> None:
    """Runs tasks until the pool closes the pipe."""
    worker = Worker(connection)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the pool, which then asks
    os.dup2(2, 1)  # what a library prints must not come between the results
    threading.Thread(target=worker.listen, daemon=True).start()
    try:
        _start(settings)
    except NNTrainError as error:
        connection.send(Ready(error.problems[0].message))
        return
    worker.work()


def _start(settings: Settings) -> None:
    """Loads TensorFlow, on so many threads, which no trial can change any more."""
    os.environ["OMP_NUM_THREADS"] = str(settings.threads)
    backend.start(settings.device, settings.verbose)
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(settings.threads)
    tf.config.threading.set_inter_op_parallelism_threads(settings.threads)
    tf.config.list_logical_devices()  # from here on the threads are there


class Worker:
    """The two threads of a worker: `listen` hears the pool, `work` trains."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self.order: _Order | None = None  # the latest one
        self.busy = False

    def listen(self) -> None:
        """Takes what the pool sends; ends the process when the pool is no more."""
        while True:
            try:
                message = self.connection.recv()
            except (EOFError, OSError):
                self._orphaned()
            self._hear(message)

    def _hear(self, message: Any) -> None:
        if isinstance(message, Task):
            self.order = _Order(message)
            self.busy = True
            self.orders.put(self.order)
        elif self.order is not None and isinstance(message, Answer):
            self.order.answers.put(message.stop)
        elif self.order is not None and isinstance(message, Stop):
            self.order.stop()

    def leave(self) -> None:
        """Stops the trial with a checkpoint and ends the process."""
        if self.order is not None:
            self.order.stop()
        self.orders.put(None)

    def _orphaned(self) -> None:
        self.leave()
        deadline = time.monotonic() + GOODBYE_SECONDS
        while self.busy and time.monotonic() < deadline:
            time.sleep(0.01)
        os._exit(1)  # at once, in the middle of whatever goes on

    def work(self) -> None:
        """Runs one task after another."""
        from nntrain.search.trial_runner import TrialRunner

        bench = TrialRunner()
        gc.collect()
        gc.freeze()  # what was imported is never searched for garbage again, which took half a second a trial
        memory = _Memory()
        signal.signal(signal.SIGTERM, lambda *_: self.leave())  # until here there is nothing that it could interrupt
        self._send(Ready())
        while (order := self.orders.get()) is not None:
            event = self._run(bench, order)
            gone = order.stopped and not self.orders.empty()
            self.busy = False
            leaving = memory.has_grown() or gone
            self._send(Said(event, leaving))
            if leaving:
                break
        sys.stderr.flush()
        os._exit(0)  # TensorFlow takes its time to unload

    def _run(self, bench: Any, order: _Order) -> Event:
        from nntrain.training.signals import StopRequest

        request = StopRequest()
        order.request = request
        if order.stopped:  # before the request was there to be asked
            request.ask()
        return bench.run(order.task, lambda row: self._report(order, row), request)  # type: ignore[no-any-return]

    def _report(self, order: _Order, row: dict[str, float]) -> bool:
        self._send(Said(Event(order.task.number, "epoch", row=dict(row))))
        return order.task.judged and self._verdict(order)

    def _verdict(self, order: _Order) -> bool:
        """The pool's answer; a trial that was asked to stop does not wait for it for ever."""
        deadline = None
        while True:
            try:
                return order.answers.get(timeout=0.2)
            except queue.Empty:
                if not order.stopped:
                    continue
                deadline = deadline or time.monotonic() + ANSWER_SECONDS
                if time.monotonic() > deadline:
                    return False

    def _send(self, message: Ready | Said) -> None:
        with contextlib.suppress(OSError):  # the pool is no more, which `listen` notices and ends the process for
            self.connection.send(message)


class _Memory:
    """How much the process has grown since its first trials."""

    def __init__(self) -> None:
        self.trials = 0
        self.first = 0

    def has_grown(self) -> bool:
        """To be asked after every trial."""
        self.trials += 1
        now = resident_bytes(os.getpid())
        if self.trials <= FIRST_TRIALS:
            self.first = now
        limit = GROWTH_BYTES if self.trials >= LEAST_TRIALS else LARGE_GROWTH_BYTES
        return now - self.first > limit


def resident_bytes(pid: int) -> int:
    """The resident memory of a process; 0 where the system does not tell."""
    told = Path(f"/proc/{pid}/statm")
    return int(told.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if told.is_file() else 0
