"""Trials on a Ray cluster: each worker is a Ray actor on any node that has a free CPU.

A worker runs as long as the search and loads TensorFlow once. Every node writes trials into the search's directory, as
the processes of one machine do, so all nodes need that directory and the data at the same paths. When a node is lost,
its trials resume elsewhere from their last checkpoints.
"""

import re
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

from nntrain.errors import ConfigError, NNTrainError, need
from nntrain.processes.executor import Executor
from nntrain.processes.messages import Event, Work
from nntrain.processes.settings import WorkerSettings
from nntrain.search.workers.ray_actor import Actor
from nntrain.search.workers.ray_node import Hello, Reply, versions
from nntrain.search.workers.ray_session import Lost, RaySession

START_SECONDS = 60.0  # for the first worker to start
SILENCE_SECONDS = 5.0  # after which the head is checked; a worker replies every second
CLOSE_SECONDS = 5.0  # for the checkpoints of all workers
FAILED_STARTS = 3  # workers in a row that may die before they are ready
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s:/\[\]]+):([0-9]{1,5})")


@dataclass(frozen=True)
class Options:
    """Trials on the nodes of a Ray cluster: the one at `address`, or one that is started on this machine."""

    address: str | None = None

    def __post_init__(self) -> None:
        match = _ADDRESS.fullmatch(self.address or "host:1")
        if match is None or int(match[2]) > 65535:
            message = f"`--address` must be the address of a Ray cluster, got `{self.address}`"
            raise ConfigError(message, help="write `--address HOST:PORT`, as `ray start --head` prints it")


def start(options: Options, settings: WorkerSettings) -> Executor:
    """Return the workers once the first is ready.

    Raises MissingPackage without Ray, ConfigError where the cluster is too small, and NNTrainError where no cluster
    answers, the token is wrong, or no node starts a worker.
    """
    need("--executor ray", "ray", extra="ray")
    return RayCluster(RaySession(options.address, settings.workers * settings.threads), settings)


class RayCluster(Executor):
    """The workers of a search on a cluster; raises NNTrainError where none can start."""

    def __init__(self, session: RaySession, settings: WorkerSettings) -> None:
        self._session, self._settings = session, settings
        self._events: deque[Event] = deque()
        self._waiting: deque[Work] = deque()
        self._failed_starts = 0
        self._heard_at = time.monotonic()
        self._empty_since: float | None = time.monotonic()
        self._workers: list[Actor] = []
        try:
            self._workers = [Actor(session, settings) for _ in range(settings.workers)]
            while not self._ready:
                self._listen(None)
        except BaseException:
            self.close()
            raise

    @property
    def free(self) -> int:
        """The number of workers that can take something now; one that waits for a node cannot."""
        idle = sum(not worker.open for worker in self._ready)
        return max(0, idle - len(self._waiting))

    def submit(self, work: Work) -> None:
        """Start a task or a stack on a free worker; raises RuntimeError where no worker is free."""
        if not self.free:
            raise RuntimeError("no worker is free")
        self._waiting.append(work)
        self._assign()

    def next(self, timeout_seconds: float | None = None) -> Event | None:
        """Return the next event, or None; raises NNTrainError where workers cannot start or every node is lost."""
        deadline = None if timeout_seconds is None else time.monotonic() + timeout_seconds
        while not self._events and (self._busy or self._waiting or not self._ready):
            heard = self._listen(deadline)
            self._assign()
            if not heard and deadline is not None and time.monotonic() >= deadline:
                break
        return self._events.popleft() if self._events else None

    @property
    def has_more(self) -> bool:
        """Whether `next` returns an event at once."""
        return bool(self._events)

    def stop(self) -> None:
        """Ask all running tasks to stop; those that wait for a worker have stopped."""
        reason = "the training had not begun"
        tasks = [task for work in self._waiting for task in work.tasks]
        self._events.extend(Event(task.number, "stopped", message=reason) for task in tasks)
        self._waiting.clear()
        super().stop()

    def close(self) -> None:
        """End the workers, which stop with a checkpoint if they can in time; leave the cluster, or end our own."""
        if not self._session.lost:
            self._session.ended([worker.actor.close.remote() for worker in self._ready], CLOSE_SECONDS, every=True)
        for worker in self._workers:
            self._session.kill(worker.actor)
        self._workers = []
        self._session.close()

    @property
    def _ready(self) -> list[Actor]:
        return [worker for worker in self._workers if worker.host]

    def _assign(self) -> None:
        """Give what waits to workers that train nothing."""
        while self._waiting and (worker := next((one for one in self._ready if not one.open), None)):
            try:
                worker.begin(self._waiting[0])
                self._waiting.popleft()
            except Lost as lost:  # before the task began
                self._bury(worker, str(lost))

    def _listen(self, deadline: float | None) -> bool:
        """Process one reply and return True, or return False without one; raises NNTrainError after a long silence."""
        self._refuse_emptiness()
        remaining = 1.0 if deadline is None else min(1.0, max(0.0, deadline - time.monotonic()))
        calls = {worker.call: worker for worker in self._workers if worker.call is not None}
        ended = self._session.ended(list(calls), remaining)
        if ended:
            self._heard_at = time.monotonic()
            self._process(calls[ended[0]], self._session.result(ended[0]))
        elif calls and time.monotonic() - self._heard_at > SILENCE_SECONDS:
            self._session.refuse_lost_head()
            self._heard_at = time.monotonic()
        return bool(ended)

    def _refuse_emptiness(self) -> None:
        if self._ready:
            self._empty_since = None
            return
        self._empty_since = self._empty_since or time.monotonic()
        if time.monotonic() - self._empty_since > START_SECONDS:
            message = f"no node of the Ray cluster has started a worker within {START_SECONDS:g} seconds"
            raise NNTrainError(message, help="`ray status` lists the nodes and what uses them")

    def _process(self, worker: Actor, found: Any) -> None:
        worker.call = None
        if isinstance(found, Lost):
            self._bury(worker, str(found))
        elif isinstance(found, Hello):
            _refuse_other_versions(found)
            worker.host, self._failed_starts = found.host, 0
        elif isinstance(found, Reply):
            if found.problem:
                raise NNTrainError(found.problem)
            self._events.extend(worker.received(found))

    def _bury(self, worker: Actor, message: str) -> None:
        """Replace a worker that has died; its tasks are lost. The new one starts when a node has a free CPU."""
        self._events.extend(Event(number, "lost", message=message) for number in sorted(worker.open))
        self._failed_starts += not worker.host
        if self._failed_starts >= FAILED_STARTS:
            raise NNTrainError(f"no worker could start: {message}", help="install nntrain on every node, as here")
        self._session.kill(worker.actor)
        self._workers[self._workers.index(worker)] = Actor(self._session, self._settings)


def _refuse_other_versions(found: Hello) -> None:
    theirs = found.versions
    other = [f"{name} {theirs[name]} and not {ours}" for name, ours in versions().items() if theirs[name] != ours]
    if other:
        message = f"the node `{found.host}` of the Ray cluster has {', '.join(other)}"
        raise NNTrainError(message, help="install the same versions on every machine")
