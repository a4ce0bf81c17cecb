"""Trials in processes of their own on this machine, several at once.

A worker loads TensorFlow once and runs many trials. All metrics are the same whatever the number of workers: a worker
has as many threads as it would have alone.
"""

import contextlib
import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from types import TracebackType
from typing import Self

from nntrain.backend import Device
from nntrain.errors import NNTrainError
from nntrain.search import worker_process
from nntrain.search.task import Event, Task
from nntrain.search.worker_process import Answer, Ready, Said, Settings, Stop

THREADS = 1  # of TensorFlow in a worker; a convolution's last bits depend on it
STILLBORN = 3  # workers in a row that may die before they are ready
CLOSE_SECONDS = 3.0  # for the workers to end by themselves


class ProcessPool:
    """So many workers, which begin to load TensorFlow at once: make the pool before the parent loads anything."""

    def __init__(self, workers: int, device: Device = "auto", verbose: bool = False, threads: int = THREADS) -> None:
        self._settings = Settings(device, verbose, threads)
        self._events: deque[Event] = deque()
        self._stillborn = 0
        resource_tracker.ensure_running()  # which unblocks the signals that `_unheard` blocks
        self._workers = [_Worker(self._settings) for _ in range(workers)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def free(self) -> int:
        """How many more tasks can be taken now; a worker that still loads TensorFlow can take one."""
        return sum(worker.task is None for worker in self._workers)

    @property
    def processes(self) -> list[int]:
        """The process id of every worker."""
        return [worker.process.pid or 0 for worker in self._workers]

    def submit(self, task: Task) -> None:
        """Starts a task on a free worker; raises RuntimeError where there is none."""
        idle = [worker for worker in self._workers if worker.task is None]
        if not idle:
            raise RuntimeError("no worker is free")
        worker = next((worker for worker in idle if worker.ready), idle[0])
        worker.begin(task)

    def next(self, timeout_seconds: float | None = None) -> Event | None:
        """The next event; None when the time is over or nothing runs.

        Raises NNTrainError when workers cannot start.
        """
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while not self._events and any(worker.task for worker in self._workers):
            remaining = None if deadline is None else max(0.0, deadline - time.monotonic())
            found = wait([worker.connection for worker in self._workers], remaining)
            if not found:
                return None
            for worker in [worker for worker in self._workers if worker.connection in found]:
                self._hear(worker)
        return self._events.popleft() if self._events else None

    def answer(self, number: int, stop: bool) -> None:
        """After an epoch of a judged task: whether to stop it here. Nothing happens where the task has ended."""
        for worker in self._of(number):
            worker.send(Answer(stop))

    def stop(self) -> None:
        """Asks all running tasks to stop with a checkpoint; their events still come, those of epochs to be answered."""
        for worker in self._workers:
            if worker.task is not None:
                worker.asked = True
                worker.send(Stop())

    def close(self) -> None:
        """Ends the workers: those that train stop with a checkpoint if they can do so within a second."""
        for worker in self._workers:
            worker.connection.close()
        deadline = time.monotonic() + CLOSE_SECONDS
        for worker in self._workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            worker.kill()
        self._workers = []

    def _of(self, number: int) -> list["_Worker"]:
        return [worker for worker in self._workers if worker.task is not None and worker.task.number == number]

    def _hear(self, worker: "_Worker") -> None:
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            self._buried(worker)
            return
        if isinstance(message, Ready):
            if message.problem:
                raise NNTrainError(message.problem)
            worker.ready, self._stillborn = True, 0
        elif isinstance(message, Said):
            self._take(worker, message)

    def _take(self, worker: "_Worker", said: Said) -> None:
        event = said.event
        if event.kind == "stopped" and not worker.asked:  # somebody else has ended the worker
            event = Event(event.number, "lost", message="the worker process was asked to end")
        self._events.append(event)
        if event.kind != "epoch":
            worker.task = None
        if said.leaving:
            worker.connection.close()
            worker.process.join(CLOSE_SECONDS)
            self._replace(worker)

    def _buried(self, worker: "_Worker") -> None:
        """A worker has died, and another one takes its place: its task is lost, unless it was not begun."""
        worker.connection.close()
        worker.process.join(CLOSE_SECONDS)
        self._stillborn += not worker.ready
        if self._stillborn >= STILLBORN:
            raise NNTrainError(f"no worker process could start: {_death(worker.process.exitcode)}")
        fresh, task = self._replace(worker), worker.task
        if task is None:
            return
        if worker.ready:
            self._events.append(Event(task.number, "lost", message=_death(worker.process.exitcode)))
        elif worker.asked:
            self._events.append(Event(task.number, "stopped", message="it was not begun"))
        else:
            fresh.begin(task)

    def _replace(self, worker: "_Worker") -> "_Worker":
        worker.kill()
        fresh = self._workers[self._workers.index(worker)] = _Worker(self._settings)
        return fresh


class _Worker:
    """A worker as the pool sees it."""

    def __init__(self, settings: Settings) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self.connection: Connection = ours
        self.process: SpawnProcess = context.Process(target=worker_process.main, args=(theirs, settings), daemon=True)
        self.task: Task | None = None
        self.asked = False  # to stop its task
        self.ready = False
        with _unheard(signal.SIGINT):
            self.process.start()
        theirs.close()  # so that the worker's death is the end of the pipe

    def begin(self, task: Task) -> None:
        """Gives the task to the worker; one that has just died is found by `ProcessPool.next`."""
        self.task, self.asked = task, False
        self.send(task)

    def send(self, message: Task | Answer | Stop) -> None:
        """Sends a message, which is lost where the worker has died."""
        with contextlib.suppress(OSError):
            self.connection.send(message)

    def kill(self) -> None:
        """Ends the process, whatever it does."""
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


@contextlib.contextmanager
def _unheard(number: signal.Signals) -> Iterator[None]:
    """While it lasts, the signal waits; a process that is started never hears it, until it chooses otherwise."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        return f"the worker process was ended by {name}" + (", perhaps for want of memory" if code == -9 else "")
    return f"the worker process ended with exit code {code}"
