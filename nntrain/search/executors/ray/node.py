"""The part of a Ray cluster's worker that is not Ray: a process pool of one, on whatever machine the actor is on.

The actor itself loads no TensorFlow. It keeps a worker process as the pool on one machine does, so that everything
that holds there, from the threads to the end of a worker that has grown too large, holds here too.
"""

import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nntrain import __version__
from nntrain.errors import NNTrainError
from nntrain.search.executors.process_pool import ProcessPool
from nntrain.search.executors.ray.file_transfer import Changes, Mirror, Parcel, Shelf, write_run
from nntrain.search.task import Event, Task
from nntrain.search.worker_process import Answer, Settings, Stop

LISTEN_SECONDS = 0.5  # how long a message to a worker may wait that has nothing to say
GATHER_SECONDS = 0.1  # for more epochs after one
_PACKAGES = ("tensorflow", "keras", "numpy")
_HOME = "nntrain-node-"


@dataclass(frozen=True)
class Begin:
    """To a node: run the task. Without `shared`, in a folder of the node, from these files.

    run: what the run has reached already; parent: what is read of its parent. Both by the names in a run directory.
    """

    task: Task
    shared: bool
    run: dict[str, bytes] = field(default_factory=dict)
    parent: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """From a node: what has happened, and the files that the run has written. `problem`: why nothing ever will."""

    events: tuple[Event, ...] = ()
    files: Changes = field(default_factory=dict)
    problem: str = ""


def versions() -> dict[str, str]:
    """What must be the same on all machines."""
    return {"Python": platform.python_version(), "nntrain": __version__, **{name: _version(name) for name in _PACKAGES}}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


class Node:
    """One worker of a cluster; its methods are called one at a time. `command`: the search's, for the runs to keep."""

    def __init__(self, settings: Settings, command: list[str]) -> None:
        sys.argv = command
        self.home = own_folder(_HOME)
        self.shelf = Shelf(_cache())
        self.pool = ProcessPool(1, settings.device, settings.verbose, settings.threads)
        self.number = -1  # of the latest task
        self.judged = False
        self.mirror: Mirror | None = None  # of the task that runs, where it runs in a folder of this machine

    def hello(self) -> dict[str, str]:
        """The versions of this machine."""
        return versions()

    def sees(self, marker: str, content: str) -> bool:
        """Whether a file that was just written by the machine of the search is there: then they share that disk."""
        try:
            return Path(marker).read_text() == content
        except OSError:
            return False

    def find(self, parcel: Parcel) -> str | None:
        """Where the parcel is on this machine."""
        found = self.shelf.find(parcel)
        if found is None:
            self.shelf.drop(parcel)
        return None if found is None else str(found)

    def receive(self, parcel: Parcel, name: str, piece: bytes) -> None:
        """Takes a piece of a parcel, after those before it."""
        self.shelf.receive(parcel, name, piece)

    def put(self, parcel: Parcel) -> str:
        """Where the parcel is, after all its pieces came; the empty text where it is not what was sent."""
        try:
            return str(self.shelf.put(parcel))
        except NNTrainError:
            return ""

    def exchange(self, messages: list[Begin | Answer | Stop]) -> Reply:
        """Hands the messages to the worker process and listens for what it has to say, for a moment."""
        for message in messages:
            self._hand_on(message)
        try:
            events = list(self._heard())
        except NNTrainError as error:
            return Reply(problem=error.problems[0].message)
        files = self._changes()
        if any(event.kind != "epoch" for event in events):
            self._leave()
        return Reply(tuple(events), files)

    def close(self) -> Reply:
        """Ends the worker process, with a checkpoint if it can do so within a second."""
        self.pool.close()
        files = self._changes()
        shutil.rmtree(self.home, ignore_errors=True)
        return Reply(files=files)

    def _heard(self) -> Iterator[Event]:
        """What comes in a moment; epochs that nobody waits for are gathered, so that short ones cost little."""
        event = self.pool.next(LISTEN_SECONDS)
        deadline = time.monotonic() + GATHER_SECONDS
        while event is not None:
            yield event
            if event.kind != "epoch" or self.judged:
                return
            event = self.pool.next(max(0.0, deadline - time.monotonic()))

    def _hand_on(self, message: Begin | Answer | Stop) -> None:
        if isinstance(message, Begin):
            self.number, self.judged = message.task.number, message.task.judged
            self.pool.submit(message.task if message.shared else self._unpacked(message))
        elif isinstance(message, Answer):
            self.pool.answer(self.number, message.stop)
        else:
            self.pool.stop()

    def _unpacked(self, begin: Begin) -> Task:
        """The task in a folder of this machine, that of its run made before and that of its parent."""
        folder, parent = self.home / "run", self.home / "parent"
        self._leave()
        write_run(folder, begin.run)
        write_run(parent, begin.parent)
        self.mirror = Mirror(folder)
        return replace(begin.task, folder=str(folder), parent=str(parent) if begin.task.parent else None)

    def _changes(self) -> Changes:
        return {} if self.mirror is None else self.mirror.changes()

    def _leave(self) -> None:
        self.mirror = None
        for folder in (self.home / "run", self.home / "parent"):
            shutil.rmtree(folder, ignore_errors=True)


def own_folder(prefix: str) -> Path:
    """A folder of this process for a while, after those of processes that were killed have been removed."""
    for other in Path(tempfile.gettempdir()).glob(f"{prefix}*"):
        pid = other.name.removeprefix(prefix).partition("-")[0]
        if pid.isdigit() and not _lives(int(pid)):
            shutil.rmtree(other, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{prefix}{os.getpid()}-"))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nntrain" / "sent"
