"""A pool of worker processes on this machine, each of which trains one task at a time, or one stack of them.

A worker loads TensorFlow once and trains many tasks. The number of workers does not change the metrics, because each
worker uses the same number of threads.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import ModuleType

from nntrain.errors import NNTrainError
from nntrain.processes import worker_process
from nntrain.processes.executor import Executor
from nntrain.processes.messages import Event, Message, Work, ended
from nntrain.processes.settings import WorkerSettings
from nntrain.processes.worker_process import Ready, Said

FAILED_STARTS = 3  # workers in a row that may die before they are ready
CLOSE_SECONDS = 3.0  # for the workers to end by themselves
STOP_SECONDS = 20.0  # for a word of the workers that were asked to stop; schedulers kill after 30


class NoWorker(NNTrainError):
    """No worker process could start."""


class ProcessPool(Executor):
    """Workers that load TensorFlow at once: make the pool before this process loads anything."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._events: deque[Event] = deque()
        self._failed_starts = 0
        self._patience_ends: float | None = None  # when workers that were asked to stop and say nothing are killed
        resource_tracker.ensure_running()  # started later, it would unblock the signal that `_blocked` holds back
        self._workers: list[_Worker] = [_Worker(settings) for _ in range(settings.workers)]

    @property
    def free(self) -> int:
        """The number of workers that can take something now; one that still loads TensorFlow can too."""
        return sum(not worker.open for worker in self._workers)

    @property
    def processes(self) -> list[int]:
        """The process id of every worker."""
        return [worker.process.pid or 0 for worker in self._workers]

    def submit(self, work: Work) -> None:
        """Start a task or a stack on a free worker; raises RuntimeError where no worker is free."""
        idle = [worker for worker in self._workers if not worker.open]
        if not idle:
            raise RuntimeError("no worker is free")
        self._patience_ends = None
        next((worker for worker in idle if worker.ready), idle[0]).begin(work)

    def next(self, timeout_seconds: float | None = None) -> Event | None:
        """Return the next event, or None; raises NNTrainError where workers cannot start.

        It is called often: at its beginning those are killed that were asked to stop and have said nothing for long,
        because they hang or were halted (SIGSTOP). Their tasks are resumed from their last checkpoints.
        """
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        if self._patience_ends is not None and time.monotonic() > self._patience_ends:
            for worker in self._workers:
                if worker.open:
                    worker.kill()
        while not self._events and self._busy:
            remaining = None if deadline is None else max(0.0, deadline - time.monotonic())
            found = wait([worker.connection for worker in self._workers], remaining)
            if not found:
                return None
            for worker in [worker for worker in self._workers if worker.connection in found]:
                self._receive(worker)
        return self._events.popleft() if self._events else None

    @property
    def has_more(self) -> bool:
        """Whether `next` returns an event at once."""
        return bool(self._events)

    def stop(self) -> None:
        """Ask all running tasks to stop with a checkpoint. Their events still come; epochs still need an answer."""
        super().stop()
        self._patience_ends = time.monotonic() + STOP_SECONDS

    def close(self) -> None:
        """End the workers; those that train stop with a checkpoint if they can within a second."""
        for worker in self._workers:
            worker.connection.close()
        deadline = time.monotonic() + CLOSE_SECONDS
        for worker in self._workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            worker.kill()
        self._workers = []

    def _receive(self, worker: "_Worker") -> None:
        if self._patience_ends is not None:
            self._patience_ends = time.monotonic() + STOP_SECONDS
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if isinstance(message, Ready):
            if message.problem:
                raise NoWorker(message.problem)
            worker.ready, self._failed_starts = True, 0
        elif isinstance(message, Said):
            self._take(worker, message)

    def _take(self, worker: "_Worker", said: Said) -> None:
        event = said.event
        if event.kind == "stopped" and not worker.asked:  # someone else has ended the worker
            event = Event(event.number, "lost", message="the worker process was asked to end")
        self._events.append(event)
        worker.open.difference_update(worker.open if event.kind == "apart" else ended(event))
        if said.leaving:
            worker.connection.close()
            worker.process.join(CLOSE_SECONDS)
            self._replace(worker)

    def _bury(self, worker: "_Worker") -> None:
        """Replace a worker that has died. Its tasks are lost, unless the worker had not begun them."""
        worker.connection.close()
        worker.process.join(CLOSE_SECONDS)
        self._failed_starts += not worker.ready and not worker.asked
        if self._failed_starts >= FAILED_STARTS:
            raise NoWorker(f"no worker process could start: {_death(worker.process.exitcode)}")
        fresh, numbers = self._replace(worker), sorted(worker.open)
        if worker.ready:
            death = _death(worker.process.exitcode)
            self._events.extend(Event(number, "lost", message=death) for number in numbers)
        elif worker.asked:
            self._events.extend(Event(number, "stopped", message="the training had not begun") for number in numbers)
        elif worker.work is not None and numbers:
            fresh.begin(worker.work)

    def _replace(self, worker: "_Worker") -> "_Worker":
        worker.kill()
        fresh = self._workers[self._workers.index(worker)] = _Worker(self._settings)
        return fresh


class _Worker:
    """The pool's side of a worker: its process, its end of the pipe, what it trains."""

    def __init__(self, settings: WorkerSettings) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.connection: Connection = ours
        self.process: SpawnProcess = context.Process(target=worker_process.main, args=(theirs, settings), daemon=True)
        self.work: Work | None = None
        self.open: set[int] = set()  # the tasks of it that have not ended
        self.asked = False  # to stop them
        self.ready = False
        with _blocked(signal.SIGINT), _without_main(), _without_working_folder():
            self.process.start()
        theirs.close()  # the pipe then ends when the worker dies

    def begin(self, work: Work) -> None:
        """Send it to the worker. `ProcessPool.next` finds out where the worker has just died."""
        self.work, self.open, self.asked = work, {task.number for task in work.tasks}, False
        self.send(work)

    def send(self, message: Message) -> None:
        """Send a message; it is lost where the worker has died."""
        with contextlib.suppress(OSError):
            self.connection.send(message)

    def kill(self) -> None:
        """Kill the process if it still runs."""
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@contextlib.contextmanager
def _without_main() -> Iterator[None]:
    """Hide the program that runs from a process that starts inside the `with` statement.

    `multiprocessing` would run a user's script again in each worker, which needs nothing of it.
    """
    kept = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = kept


@contextlib.contextmanager
def _without_working_folder() -> Iterator[None]:
    """Keep a process that starts inside from importing a user's `socket.py` before it has the paths of this one."""
    name = "PYTHONSAFEPATH"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextlib.contextmanager
def _blocked(number: signal.Signals) -> Iterator[None]:
    """Hold a signal back inside the `with` statement; a process that starts there never receives it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        return f"the worker process was ended by {name}" + (", perhaps because memory ran out" if code == -9 else "")
    return f"the worker process ended with exit code {code}"
