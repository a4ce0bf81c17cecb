"""A worker process: it trains what comes through a pipe, which a thread also reads during a training."""

import contextlib
import gc
import math
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from nntrain import backend
from nntrain.errors import NNTrainError
from nntrain.plugins import load as plugins
from nntrain.processes.messages import Answer, Event, Save, Stop, Work
from nntrain.processes.settings import Runner, WorkerSettings
from nntrain.training.signals import SAVING, STOPPING, StopRequest

GOODBYE_SECONDS = 1.0  # for a checkpoint after the pool has died
ANSWER_SECONDS = 10.0  # to wait for an answer after the task was asked to stop

# TensorFlow keeps half a megabyte of every graph. A new worker takes two seconds to start, so a worker that has grown a
# little is only replaced after some tasks.
GROWTH_BYTES = 60_000_000  # after `LEAST_TASKS`
LARGE_GROWTH_BYTES = 1_000_000_000  # at any time
FIRST_TASKS = 5  # after which growth is counted
LEAST_TASKS = 50


@dataclass(frozen=True)
class Ready:
    """From a worker: TensorFlow is loaded, or cannot be loaded because of `problem`."""

    problem: str = ""


@dataclass(frozen=True)
class Said:
    """From a worker: an event of its task. `leaving`: whether the worker ends now."""

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

    def save(self) -> None:
        """Ask the training to write a checkpoint; one that has not begun has none to write."""
        if self.request is not None:
            self.request.wants_checkpoint = True


def main(connection: Connection, settings: WorkerSettings) -> None:
    """Run tasks until the pool closes the pipe."""
    worker = WorkerThreads(connection)
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
        worker.work(settings.runner)


def _start(settings: WorkerSettings) -> None:
    """Load TensorFlow and fix its number of threads, which no task can change afterwards."""
    if settings.threads:
        os.environ["OMP_NUM_THREADS"] = str(settings.threads)
    backend.start(settings.device, settings.verbose)
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(settings.threads)
    tf.config.threading.set_inter_op_parallelism_threads(settings.threads)
    tf.config.list_logical_devices()  # starts the threads


class MemoryGrowth:
    """How much this process has grown since its first tasks."""

    def __init__(self) -> None:
        self.tasks = self.first = 0

    def is_large(self) -> bool:
        """Return whether to replace the worker. Call it after every task."""
        self.tasks += 1
        now = resident_bytes()
        if self.tasks <= FIRST_TASKS:
            self.first = now
        return now - self.first > (GROWTH_BYTES if self.tasks >= LEAST_TASKS else LARGE_GROWTH_BYTES)


def resident_bytes() -> int:
    """Return the resident memory of this process; 0 where the system does not report it."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") if status.is_file() else 0


class WorkerThreads:
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
        if not isinstance(message, (Answer, Stop, Save)):
            self.order = _Order(message)
            self.busy = True
            self.orders.put(self.order)
        elif self.order is None:
            return
        elif isinstance(message, Answer):
            self.order.answers.put(message.stop)
        elif isinstance(message, Stop):
            self.order.stop()
        else:
            self.order.save()

    def leave(self) -> None:
        """Stop the task with a checkpoint and end the process."""
        if self.order is not None:
            self.order.stop()
        self.orders.put(None)

    def _end_without_pool(self) -> None:
        self.leave()
        deadline = time.monotonic() + GOODBYE_SECONDS
        while self.busy and time.monotonic() < deadline:
            time.sleep(0.01)
        os._exit(1)  # at once, whatever the other thread does

    def work(self, make: Callable[[], Runner]) -> None:
        """Run one task after another."""
        runner = make()
        gc.collect()
        gc.freeze()  # collecting the imported objects again would take half a second a task
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

    def _run(self, runner: Runner, order: _Order) -> list[Event]:
        request = order.request = StopRequest()
        if order.stopped:  # before there was a request
            request.ask()
        judged = {task.number for task in order.work.tasks if task.judged}

        def say(event: Event) -> bool:
            self._send(Said(event))
            return event.kind == "epoch" and event.number in judged and self._answer(order)

        return runner.run(order.work, say, request)

    def _answer(self, order: _Order) -> bool:
        """Return whether to stop, as the pool answers; a task that was asked to stop waits a limited time."""
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
