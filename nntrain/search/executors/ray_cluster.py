"""Trials on a Ray cluster: as many workers as are asked for, each an actor on whatever node has a free CPU.

A worker lives as long as the search and loads TensorFlow once. Nodes need not share a disk with this machine: then a
trial runs in a folder of its node, and its files come here while they are written. A node that is lost costs what its
trials did since their last checkpoints.
"""

import contextlib
import time
from collections import deque
from types import TracebackType
from typing import Any, Self

from nntrain.backend import Device
from nntrain.errors import NNTrainError
from nntrain.search.executors.process_pool import THREADS
from nntrain.search.executors.ray import client
from nntrain.search.executors.ray.actor import Actor
from nntrain.search.executors.ray.file_transfer import Digests
from nntrain.search.executors.ray.node import Reply, versions
from nntrain.search.task import Event, Task
from nntrain.search.worker_process import Answer, Settings, Stop

START_SECONDS = 60.0  # for a worker to be there where none is
SILENCE_SECONDS = 5.0  # after which it is asked whether the cluster is there: a worker says something every second
CLOSE_SECONDS = 5.0  # for the last files of all workers together
STILLBORN = 3  # workers in a row that may die before they are ready


class RayCluster:
    """So many workers in the cluster at `address`, or in one of this machine's own for as long as it lasts.

    Raises MissingPackage without Ray, ConfigError for an address that is none, and NNTrainError where no cluster
    answers, it does not know our token, or none of its nodes has a CPU to give.
    """

    def __init__(
        self,
        workers: int,
        address: str | None = None,
        device: Device = "auto",
        verbose: bool = False,
        threads: int = THREADS,
    ) -> None:
        self._session = client.connect(address, workers * threads)
        self._settings = Settings(device, verbose, threads)
        self._events: deque[Event] = deque()
        self._waiting: deque[Task] = deque()
        self._digests = Digests()
        self._stillborn = 0
        self._heard_at = time.monotonic()
        self._empty_since: float | None = time.monotonic()
        self._workers: list[Actor] = []
        try:
            self._workers = [Actor(self._session, self._settings) for _ in range(workers)]
            while not self._ready:
                self._listen(None)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def free(self) -> int:
        """How many more tasks can be taken now; a worker that waits for a node cannot take one."""
        idle = sum(worker.task is None for worker in self._ready)
        return max(0, idle - len(self._waiting))

    def submit(self, task: Task) -> None:
        """Starts a task on a free worker; raises RuntimeError where there is none."""
        if not self.free:
            raise RuntimeError("no worker is free")
        self._waiting.append(task)
        self._assign()

    def next(self, timeout_seconds: float | None = None) -> Event | None:
        """The next event; None when the time is over or nothing runs.

        Raises NNTrainError when workers cannot start, or every node is gone.
        """
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while not self._events and (self._busy or self._waiting or not self._ready):
            heard = self._listen(deadline)
            self._assign()
            if not heard and deadline is not None and time.monotonic() >= deadline:
                break
        return self._events.popleft() if self._events else None

    def answer(self, number: int, stop: bool) -> None:
        """After an epoch of a judged task: whether to stop it here. Nothing happens where the task has ended."""
        for worker in self._busy:
            if worker.task is not None and worker.task.number == number:
                worker.say(Answer(stop))

    def stop(self) -> None:
        """Asks all running tasks to stop with a checkpoint; their events still come, those of epochs to be answered."""
        self._events.extend(Event(task.number, "stopped", message="it was not begun") for task in self._waiting)
        self._waiting.clear()
        for worker in self._busy:
            worker.asked = True
            worker.say(Stop())

    def close(self) -> None:
        """Ends the workers, those that train with a checkpoint where there is time; leaves or ends the cluster."""
        calls = {} if self._session.lost else {worker.close(): worker for worker in self._ready}
        with contextlib.suppress(NNTrainError):  # such as a full disk: the search has ended
            for call, worker in self._session.all_of(calls, CLOSE_SECONDS):
                reply = self._session.result(call)
                if isinstance(reply, Reply):
                    worker.keep(reply)
        for worker in self._workers:
            worker.kill()
        self._workers = []
        self._session.close()

    @property
    def _ready(self) -> list[Actor]:
        return [worker for worker in self._workers if worker.ready]

    @property
    def _busy(self) -> list[Actor]:
        return [worker for worker in self._workers if worker.task is not None]

    def _assign(self) -> None:
        """Gives waiting tasks to workers without one."""
        while self._waiting and (worker := next((one for one in self._ready if one.task is None), None)):
            task = self._waiting.popleft()
            try:
                worker.begin(task, self._digests)
            except client.Lost as lost:  # before it began: the task has lost nothing
                self._waiting.appendleft(task)
                worker.task = None
                self._bury(worker, str(lost))

    def _listen(self, deadline: float | None) -> bool:
        """Takes what one worker says, and whether one did; raises NNTrainError where there has been none for long."""
        self._refuse_emptiness()
        remaining = 1.0 if deadline is None else min(1.0, max(0.0, deadline - time.monotonic()))
        calls = {worker.call: worker for worker in self._workers if worker.call is not None}
        call = self._session.first_of(calls, remaining)
        if call is not None:
            self._heard_at = time.monotonic()
            self._take(calls[call], self._session.result(call))
        elif calls and time.monotonic() - self._heard_at > SILENCE_SECONDS:
            self._session.refuse_lost_output_layer()
            self._heard_at = time.monotonic()
        return call is not None

    def _refuse_emptiness(self) -> None:
        if self._ready:
            self._empty_since = None
            return
        self._empty_since = self._empty_since or time.monotonic()
        if time.monotonic() - self._empty_since > START_SECONDS:
            message = f"no node of the Ray cluster has given a worker a CPU within {START_SECONDS:g} seconds"
            raise NNTrainError(message, help="`ray status` says which nodes there are, and what they are used for")

    def _take(self, worker: Actor, said: Any) -> None:
        worker.call = None
        if isinstance(said, client.Lost):
            self._bury(worker, str(said))
        elif isinstance(said, Reply):
            if said.problem:
                raise NNTrainError(said.problem)
            self._events.extend(worker.heard(said))
        else:
            _refuse_other_versions(said)
            worker.ready, self._stillborn = True, 0

    def _bury(self, worker: Actor, message: str) -> None:
        """A worker has died: its task is lost, and another one takes its place as soon as a node has a free CPU."""
        if worker.task is not None:
            self._events.append(Event(worker.task.number, "lost", message=message))
        self._stillborn += not worker.ready
        if self._stillborn >= STILLBORN:
            raise NNTrainError(f"no worker could start: {message}", help="every node needs nntrain, installed alike")
        worker.kill()
        self._workers[self._workers.index(worker)] = Actor(self._session, self._settings)


def _refuse_other_versions(theirs: dict[str, str]) -> None:
    other = [f"{name} {theirs[name]} and not {ours}" for name, ours in versions().items() if theirs[name] != ours]
    if other:
        message = f"a node of the Ray cluster has {', '.join(other)}"
        raise NNTrainError(message, help="install the same versions on every machine")
